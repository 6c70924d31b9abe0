package duties

import (
	_ "embed"
	"encoding/csv"
	"regexp"
	"slices"
	"strings"

	"linli/bot"
	"linli/knowledge"
)

//go:embed data/barred.csv
var barredTable string

// The clause that bars matters, as the Ministry of Civil Affairs explained it when it was issued.
const (
	barredBasis  = "《中共中央 国务院关于加强和完善城乡社区治理的意见》(2017)减负增效:不得将基层群众性自治组织作为行政执法、拆迁拆违、环境整治、城市管理、招商引资等事项的责任主体"
	barredSource = "http://cnganbu.com/news/view?id=23752"
	helpBasis    = "《中共中央 国务院关于加强和完善城乡社区治理的意见》(2017)减负增效:依法需要社区协助的,应当提供经费和必要工作条件;按社区工作事项清单准入"
	checkedOn    = "2026-11-23"
)

// barred is a matter that is not to be put on a community.
type barred struct {
	Matter, Department string
	Keywords           []string
}

// readBarred reads the table that is shipped; a test holds that it can be read.
func readBarred() []barred {
	rows, err := csv.NewReader(strings.NewReader(barredTable)).ReadAll()
	if err != nil {
		panic("duties: data/barred.csv: " + err.Error())
	}
	var all []barred
	for _, row := range rows[1:] {
		all = append(all, barred{Matter: row[0], Keywords: strings.Split(row[1], "|"), Department: row[2]})
	}
	return all
}

// lawful is the index of what communities do by law.
func lawful(entries []knowledge.Entry) *knowledge.Index {
	var duties []knowledge.Entry
	for _, e := range entries {
		if e.Kind == "duty" {
			duties = append(duties, e)
		}
	}
	return knowledge.Catalogue{Entries: duties}.Build(knowledge.Options{})
}

// Class is how the lists see a matter.
type Class string

// The classes.
const (
	Barred  Class = "barred"  // not to be put on a community
	Helping Class = "helping" // help with what is barred: telling people, passing word on; the street decides, and the responsibility stays
	Lawful  Class = "lawful"  // the community's own by law, or what the law has it report
	Assists Class = "assists" // it assists by law
	Unknown Class = "unknown" // in no list: the street decides
)

// ruling is what the lists say of a matter.
type ruling struct {
	Class      Class
	Matter     string // as it was said
	Found      string // as the list names it
	Department string
	Basis      string
	Source     string
	CheckedOn  string
	Sample     bool
}

// helping are words of help that leaves the responsibility where it is.
var helping = regexp.MustCompile(`宣传|宣讲|传单|告知|动员|劝导|走访|入户发放|张贴|提供场地|反映|报告|通知居民|配合|协助`)

// rule says what the lists say of the matter.
func (s *Skill) rule(t *bot.Turn, matter string) ruling {
	r := ruling{Class: Unknown, Matter: matter}
	for _, b := range s.barred {
		for _, k := range b.Keywords {
			if strings.Contains(matter, k) {
				r.Class, r.Found, r.Department, r.Basis, r.Source, r.CheckedOn = Barred, b.Matter, b.Department, barredBasis, barredSource, checkedOn
				if helping.MatchString(matter) {
					r.Class, r.Basis = Helping, helpBasis
				}
				return r
			}
		}
	}
	a := s.lawful.Ask(knowledge.Question{Text: matter, Now: t.Now, Units: t.Org.Path(t.Unit), Top: 1})
	if a.Verdict != knowledge.VerdictAnswer {
		return r
	}
	e := a.Hits[0].Entry
	if !speaks(matter, append([]string{e.Title}, e.Aliases...)) {
		return r
	}
	r.Class, r.Found, r.Department, r.Basis, r.Source, r.CheckedOn, r.Sample = Lawful, e.Title, e.Office, e.Basis, e.Source, e.CheckedOn, e.Sample
	if strings.Contains(e.Answer, "协助事项") {
		r.Class = Assists
	}
	return r
}

// speaks reports whether the matter shares enough with one of the names: 发放宣传单 is not 居住证发放.
func speaks(matter string, names []string) bool {
	said := pairs(matter)
	for _, name := range names {
		named, shared := pairs(name), 0
		for p := range said {
			if named[p] {
				shared++
			}
		}
		if 5*shared >= 2*min(len(said), len(named)) {
			return true
		}
	}
	return false
}

// source is where the ruling is from.
func (r ruling) sources() []bot.Source {
	if r.Class == Unknown {
		return nil
	}
	url, _, _ := strings.Cut(r.Source, " ")
	return []bot.Source{{Title: r.Basis, URL: url, CheckedOn: r.CheckedOn, Sample: r.Sample}}
}

const body = `(?:我们|各|我)?(?:社区居委会|居委会|社区)`

// The ways to ask whether something may be put on a community. The first group is the matter.
var (
	handWords = []*regexp.Regexp{
		regexp.MustCompile(`(?:能不能|能否|可不可以|可否|可以|能|该不该|应不应该|是否可以|允许)?(?:把|将)?([^,。,??]{2,30}?)(?:的(?:任务|工作|事|责任))?(?:能不能|能否|可不可以|可否|可以|能|该不该|是否可以)?(?:交给|交由|下放给?|下沉到?|转给|推给|派给|压给|甩给|摊派给|分给)了?` + body),
		regexp.MustCompile(`(?:能不能|能否|可不可以|可否|可以|能|该不该|应不应该|是否可以)(?:让|叫|要求|安排|请|由)` + body + `(?:来|去|参与|承担|负责|做)?([^,。,??]{2,30})`),
		regexp.MustCompile(`(?:让|叫|要求|安排)` + body + `(?:帮忙|帮助|来|去|参与|承担|负责|做)?([^,。,??]{2,30}?)[,，]?(?:这样|是否|是不是)?(?:合规|合法|可以|允许|行|对)(?:吗|不|么)`),
	}
	mayWords = regexp.MustCompile(body + `(?:能不能|能否|可不可以|可否|可以|能|该不该|应不应该|是否可以|是否|有没有权|有权|要不要)(?:去|来|参与|承担|负责|做|开)?([^,。,??]{2,30})`)
	ownWords = regexp.MustCompile(`^(?:请问)?([^,。,??]{2,20}?)(?:是不是|是否|到底|应该|应当|该不该|该)?(?:归|由|属于|是)(?:不是)?` + body + `(?:来)?(?:管|负责|做|办|干|的(?:事|职责|责任|工作))`)
	asksIt   = regexp.MustCompile(`[??]|吗|么$|吧$|能不能|能否|可不可以|可否|该不该|是否|是不是|行不行|合不合规|合规|允许|可以`)
	subject  = regexp.MustCompile(`^(?:请问|那|我们|我单位|他们|市里|区里|县里|上级|街道|部门|领导|区[^ ]{1,4}局|市[^ ]{1,4}局)+|^(?:能不能|能否|可不可以|可否|可以|能|是否可以)|^(?:把|将)|(?:的)?(?:任务|工作|事情|责任|事)$|(?:吗|吧|么|呢|啊|行不行|可以)$`)
	allLists = regexp.MustCompile(`(?:社区)?(?:工作)?(?:事项)?准入(?:清单|制度|目录)|(?:哪些|什么)(?:事|事项|工作|任务)?(?:不能|不得|不可以|禁止|不允许)(?:交给|下放给?|让|要求)?` + body + `|禁止(?:交给|下放给?)?` + body)
)

// manner is how a matter was asked about.
type manner int

// The manners.
const (
	handing manner = iota // may it be handed to a community
	owning                // is it a community's: perhaps a question about a complaint
	doing                 // may a community do it: perhaps a question about a service
)

// matterOf returns what is asked about; false if the words do not ask whether something is a community's.
func matterOf(text string) (matter string, m manner, ok bool) {
	if !asksIt.MatchString(text) {
		return "", 0, false
	}
	ways := append(slices.Clone(handWords), ownWords, mayWords)
	for i, p := range ways {
		if found := p.FindStringSubmatch(text); found != nil {
			if matter = trim(found[1]); len([]rune(matter)) > 1 {
				return matter, manner(max(0, i-len(handWords)+1)), true
			}
		}
	}
	return "", 0, false
}

// trim takes away what stands around a matter: who asks, whether one may.
func trim(text string) string {
	for {
		shorter := strings.Trim(subject.ReplaceAllString(text, ""), " ,,的")
		if shorter == text {
			return text
		}
		text = shorter
	}
}

// admission answers a question about what a community is to do, and takes a request to hand something down. It reports false if the words are neither.
func (s *Skill) admission(t *bot.Turn, text string) (bool, error) {
	if otherwise.MatchString(t.Understood.Intent) && t.Understood.Score > 0.8 {
		return false, nil
	}
	if !strings.Contains(text, "社区") && !strings.Contains(text, "居委会") && !strings.Contains(text, "准入") {
		return false, nil // as most: the patterns below cost more than the rest of a turn's reading
	}
	if t.Person.Staff() {
		if requestList.MatchString(text) {
			s.settle(t)
			return true, s.requests(t)
		}
		if d, ok := requestOf(text); ok {
			s.settle(t)
			return true, s.request(t, d)
		}
	}
	if allLists.MatchString(text) {
		s.settle(t)
		t.Reply(bot.Reply{Text: s.say("admission.lists", s.barred), Sources: []bot.Source{{Title: barredBasis, URL: barredSource, CheckedOn: checkedOn}}})
		return true, nil
	}
	matter, asked, ok := matterOf(text)
	if !ok {
		return false, nil
	}
	r := s.rule(t, matter)
	switch {
	case asked == owning && r.Class == Unknown, asked == doing && r.Class != Barred && r.Class != Helping:
		return false, nil // the catalogue may know
	}
	s.settle(t)
	reply := bot.Reply{Text: s.say("admission."+string(r.Class), r), Sources: r.sources()}
	if t.Allowed(bot.ReportProgress, "") && (r.Class == Unknown || r.Class == Helping || r.Class == Assists) && len(matter) <= 36 {
		reply.Choices = []bot.Choice{s.choice("request", "request", matter)}
	}
	t.Reply(reply)
	return true, nil
}
