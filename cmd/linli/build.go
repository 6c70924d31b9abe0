package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"linli/bot"
	"linli/bot/answers"
	"linli/bot/directory"
	"linli/bot/duties"
	"linli/bot/incidents"
	"linli/bot/inspections"
	"linli/bot/meetings"
	"linli/intents"
	"linli/intents/place"
	"linli/knowledge"
)

// house is everything that a running Linli is made of, but for its channels.
type house struct {
	config    Config
	location  *time.Location
	store     store
	files     bot.Files // nil: nothing that people send is kept
	org       *bot.Org
	duties    map[string][]string // of departments, by unit
	places    *place.Gazetteer
	root      string
	model     *intents.Model
	catalogue *answers.Stored
	cases     *incidents.Skill
	skills    []bot.Skill
	language  *languageModel // nil: none is configured
	shelf     *answers.Shelf
	reader    bot.Understander // the model above, and the language model where that is not sure
	clock     *clock
}

// build opens the store and puts the skills together. Close ends it.
func build(ctx context.Context, c Config, k *clock) (*house, error) {
	h := &house{config: c, clock: k}
	var err error
	if h.location, err = time.LoadLocation(c.TimeZone); err != nil {
		return nil, err
	}
	if h.store, err = openStore(ctx, c, k, false); err != nil {
		return nil, err
	}
	k.source = h.store.Now
	learned, err := readLearned(ctx, h.store)
	if err == nil {
		err = h.readOrg(ctx)
	}
	if err == nil {
		var both errgroup.Group // neither needs the other, and they are most of a start
		both.Go(func() (err error) {
			h.model, err = intents.New(intents.Options{Learned: learned})
			return err
		})
		both.Go(func() (err error) {
			h.catalogue, err = answers.OpenCatalogue(ctx, h.store, knowledge.Sample(), c.logger())
			return err
		})
		err = both.Wait()
	}
	if err != nil {
		_ = h.store.Close()
		return nil, err
	}
	asked := answers.New(h.catalogue)
	h.cases = incidents.New(incidents.Options{Rank: h.model.Category, Dispatch: dispatchRules(), Duties: h.duties})
	h.reader = h.model
	if err := h.useModel(ctx, asked); err != nil {
		return nil, errors.Join(err, h.store.Close())
	}
	h.skills = []bot.Skill{
		asked,
		h.assistant(),
		h.cases,
		meetings.New(meetings.Options{}),
		duties.New(duties.Options{}),
		inspections.New(inspections.Options{}),
	}
	return h, nil
}

// Close closes the store.
func (h *house) Close() error { return h.store.Close() }

// readOrg makes the tree of units and the places in them.
func (h *house) readOrg(ctx context.Context) error {
	units, version, err := readOrganisation(ctx, h.store)
	if err != nil {
		return err
	}
	if h.org, err = directory.Org(units); err != nil {
		return err
	}
	root, err := h.org.Lookup(h.config.Unit)
	switch {
	case err != nil && version > 0:
		return bot.Because(bot.Invalid, err, fmt.Sprintf("unit: %s。导入的组织架构里没有“%s”,请在配置里把 unit 写成您的根单位,例如 %s", bot.MessageOf(err), h.config.Unit, units[0].Name))
	case err != nil:
		return bot.Because(bot.Invalid, err, "unit: "+bot.MessageOf(err))
	}
	if version > 0 && h.config.Sample {
		h.config.logger().Warn("示例人员不属于导入的组织架构,已不再加入;请在配置里写 sample: false")
		h.config.Sample = false
	}
	h.root = root.ID
	h.places = place.NewGazetteer(directory.Territories(units))
	h.duties = map[string][]string{}
	for _, u := range units {
		h.duties[u.ID] = u.Duties
	}
	return nil
}

// dispatchRules say who is asked to help with which code of incident.
func dispatchRules() []incidents.Rule {
	var rules []incidents.Rule
	for _, r := range directory.Dispatch() {
		rules = append(rules, incidents.Rule{Code: r.Code, Assist: r.Assist})
	}
	return rules
}

// engine returns the engine over these channels.
func (h *house) engine(channels []bot.Channel, with func(*bot.Options)) (*bot.Engine, error) {
	// Its guard is the first: a voice message is words before it is anything else.
	o := bot.Options{
		Store: h.store, Channels: channels, Skills: append([]bot.Skill{h.senses()}, h.skills...), Understand: h.reader, Org: h.org, Places: h.places, Root: h.root,
		Location: h.location, Now: h.clock.Now, Logger: h.config.logger(), Limits: h.limits(), Files: h.files,
	}
	if with != nil {
		with(&o)
	}
	return bot.New(o)
}

func (h *house) limits() map[string]bot.Limits {
	telegram, _ := h.config.Limits.Telegram.parse() // checked when it was read
	lark, _ := h.config.Limits.Lark.parse()
	return map[string]bot.Limits{"telegram": telegram, "lark": lark}
}

// seed puts the sample's people into the store, once.
func (h *house) seed(ctx context.Context) error {
	for _, p := range samplePeople() {
		if err := putOnce(ctx, h.store, bot.PersonRecord(&p, 0, h.clock.Now())); err != nil {
			return fmt.Errorf("sample person %s: %w", p.ID, err)
		}
	}
	return duties.Seed(ctx, h.store, h.org, h.clock.Now())
}

// putOnce writes a record unless it is there.
func putOnce(ctx context.Context, s bot.Store, r bot.Record) error {
	if _, err := s.Get(ctx, r.Kind, r.ID); bot.KindOf(err) != bot.NotFound {
		return err
	}
	err := s.Commit(ctx, bot.Change{Put: []bot.Record{r}})
	if bot.KindOf(err) == bot.Conflict {
		return nil
	}
	return err
}

// kindLearned is the kind of the record that keeps what was learned from past work orders.
const kindLearned = "learned"

// readLearned returns what `linli incidents learn` has stored, nil if nothing.
func readLearned(ctx context.Context, s bot.Store) (json.RawMessage, error) {
	r, err := s.Get(ctx, kindLearned, "categories")
	if bot.KindOf(err) == bot.NotFound {
		return nil, nil
	}
	return r.Body, err
}
