package redis

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"linli/bot"
)

// tag begins every key of a deployment. Its braces make a cluster keep all of them in one slot.
type tag string

var names = regexp.MustCompile(`^[a-z0-9_-]{1,40}$`)

func newTag(name string) (tag, error) {
	if !names.MatchString(name) {
		return "", bot.Errorf(bot.Invalid, "部署名 name=%s 不可用：只能用 1 到 40 个小写字母、数字、- 和 _。", name)
	}
	return tag("{linli:" + name + "}"), nil
}

// record is the key of a record. The length keeps kind "a:b" and ID "c" apart from kind "a" and ID "b:c".
func (t tag) record(kind, id string) string {
	return fmt.Sprintf("%s:r:%d:%s:%s", t, len(kind), kind, id)
}

func (t tag) job(queue, id string) string {
	return fmt.Sprintf("%s:j:%d:%s:%s", t, len(queue), queue, id)
}

// lease names a lease in the set of what a node holds.
func (t tag) lease(l bot.Lease) string {
	return fmt.Sprintf("%s%d:%s:%s", packUint(uint64(l.Token)), len(l.Queue), l.Queue, l.ID)
}

func (t tag) idle(queue string) string    { return string(t) + ":w:" + queue }
func (t tag) wake() string                { return string(t) + ":wake" }
func (t tag) tell() string                { return string(t) + ":tell" }
func (t tag) paused(bucket string) string { return string(t) + ":q:" + bucket }
func (t tag) kinds() string               { return string(t) + ":kinds" }
func (t tag) waiting() string             { return string(t) + ":waiting" }
func (t tag) snap() string                { return string(t) + ":snap" }
func (t tag) old() string                 { return string(t) + ":old" }

// split is the inverse of record and job: 'r' or 'j', and the two names; 0 for any other key.
func (t tag) split(key string) (what byte, first, second string) {
	rest, ours := strings.CutPrefix(key, string(t)+":")
	kind, rest, _ := strings.Cut(rest, ":")
	if !ours || kind != "r" && kind != "j" {
		return 0, "", ""
	}
	length, rest, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n >= len(rest) || rest[n] != ':' {
		return 0, "", ""
	}
	return kind[0], rest[:n], rest[n+1:]
}
