package bot

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Code lets an account become somebody: it gives a role at a unit, or it makes the account one of a person who is known. It works once.
type Code struct {
	Role    Role      `json:"role,omitempty"`
	Unit    string    `json:"unit,omitempty"`
	Person  string    `json:"person,omitempty"` // an existing person; else a new one is made
	Name    string    `json:"name,omitempty"`
	By      string    `json:"by,omitempty"` // who issued it
	Sample  bool      `json:"sample,omitempty"`
	Expires time.Time `json:"expires"`
	UsedBy  string    `json:"used_by,omitempty"` // the account that redeemed it
}

// KindCode is the kind of record that keeps a Code, under the hash of its letters: who reads the store cannot use it.
const KindCode = "code"

// CodeLife is how long a code waits for its use.
const CodeLife = 7 * 24 * time.Hour

// alphabet has no letters that look or sound alike.
const alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewCode returns fresh letters, as people read them to each other: K7QF-93MD.
func NewCode() string {
	raw := make([]byte, 8)
	for i := range raw {
		raw[i] = alphabet[pick(len(alphabet))]
	}
	return string(raw[:4]) + "-" + string(raw[4:])
}

// pick returns a uniform random number below n ≤ 128.
func pick(n int) int {
	for {
		var b [1]byte
		_, _ = rand.Read(b[:]) // never fails, see crypto/rand
		if int(b[0]) < 256/n*n {
			return int(b[0]) % n
		}
	}
}

func codeID(letters string) string {
	letters = strings.ToUpper(strings.NewReplacer("-", "", " ", "", "－", "").Replace(letters))
	sum := sha256.Sum256([]byte("linli code " + letters))
	return hex.EncodeToString(sum[:16])
}

// IssueCode stores the code and returns its letters. Who issues it must be allowed to, see MayIssue.
func IssueCode(ctx context.Context, s Store, c Code, now time.Time) (string, error) {
	if c.Expires.IsZero() {
		c.Expires = now.Add(CodeLife)
	}
	letters := NewCode()
	body, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	return letters, s.Commit(ctx, Change{Put: []Record{{Kind: KindCode, ID: codeID(letters), Time: now, Body: body}}})
}

// MayIssue reports whether the person may give somebody the role at the unit: nobody gives more than they have there.
func (o *Org) MayIssue(p *Person, role Role, unit string) bool {
	if !o.Allowed(p, GiveRole, unit) {
		return false
	}
	return !slices.ContainsFunc(Actions, func(a Action) bool { return ScopeOf(role, a) != Nowhere && !o.Allowed(p, a, unit) })
}

// Redeem makes the account the person that the code speaks of. It fails with NotFound for a code that does not exist, Conflict for one that
// was used, Forbidden for one that has expired.
func (e *Engine) Redeem(ctx context.Context, letters string, a Account) (*Person, error) {
	for race := 0; ; race++ {
		t := e.newTurn(ctx)
		p, err := t.redeem(letters, a)
		if err != nil {
			return nil, err
		}
		if p.Chat.ID == "" && len(t.order) > 0 {
			// On a channel where codes are redeemed without a word, an account's private chat bears its ID.
			p.Chat = Chat{Channel: a.Channel, ID: a.ID}
			if err := t.Put(KindPerson, p.ID, p, t.Now, p.Keys()...); err != nil {
				return nil, err
			}
		}
		c := Change{}
		for _, key := range t.order {
			c.Put = append(c.Put, t.put[key])
		}
		err = e.Store.Commit(ctx, c)
		if KindOf(err) != Conflict || race == 5 {
			return p, err
		}
	}
}

// Who returns the person whose account it is.
func (e *Engine) Who(ctx context.Context, a Account) (*Person, error) {
	return who(e.newTurn(ctx), a)
}

// redeem puts what the code changes into the turn.
func (t *Turn) redeem(letters string, a Account) (*Person, error) {
	var c Code
	id := codeID(letters)
	known, err := t.Get(KindCode, id, &c)
	switch {
	case err != nil:
		return nil, err
	case !known:
		return nil, Errorf(NotFound, "没有这个绑定码,请核对后再发一次,或请发码的人重新生成")
	case c.UsedBy == a.Key():
		return who(t, a)
	case c.UsedBy != "":
		return nil, Errorf(Conflict, "这个绑定码已经用过了,请发码的人重新生成一个")
	case t.Now.After(c.Expires):
		return nil, Errorf(Forbidden, "这个绑定码已过期,请发码的人重新生成一个")
	}
	p, err := t.person(c, a)
	if err != nil {
		return nil, err
	}
	c.UsedBy = a.Key()
	if err := t.Put(KindCode, id, c, t.Now); err != nil {
		return nil, err
	}
	if err := t.Put(KindPerson, p.ID, p, t.Now, p.Keys()...); err != nil {
		return nil, err
	}
	var b Binding
	if _, err := t.Get(KindAccount, a.Key(), &b); err != nil {
		return nil, err
	}
	b.Person = p.ID
	return p, t.Put(KindAccount, a.Key(), b, t.Now)
}

// person returns who the account will be: the code's person, else the account's own with the code's role added.
func (t *Turn) person(c Code, a Account) (*Person, error) {
	if c.Person != "" {
		var p Person
		known, err := t.Get(KindPerson, c.Person, &p)
		if err == nil && !known {
			err = Errorf(NotFound, "绑定码所属的人员已不存在,请发码的人重新生成")
		}
		return &p, err
	}
	p, err := who(t, a)
	if err != nil {
		return nil, err
	}
	if c.Name != "" {
		p.Name = c.Name
	}
	if p.Unit == "" {
		p.Unit = c.Unit
	}
	p.Sample = c.Sample
	if g := (Grant{Role: c.Role, Unit: c.Unit}); c.Role != Resident && !slices.Contains(p.Grants, g) {
		p.Grants = append([]Grant{g}, p.Grants...)
	}
	return p, nil
}
