package redis

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"linli/bot"
)

func TestURLs(t *testing.T) {
	type want struct {
		addrs                        []string
		user, password, master, name string
		db, replicas                 int
		tls, cluster, disk           bool
	}
	for url, w := range map[string]want{
		"redis://":                                 {addrs: []string{"127.0.0.1:6379"}, name: "main"},
		"redis://h":                                {addrs: []string{"h:6379"}, name: "main"},
		"redis://[::1]:7/2?name=city-7":            {addrs: []string{"[::1]:7"}, db: 2, name: "city-7"},
		"redis://u:p%40ss@h:1/3":                   {addrs: []string{"h:1"}, user: "u", password: "p@ss", db: 3, name: "main"},
		"rediss://:p@h?wait_aof=1":                 {addrs: []string{"h:6379"}, password: "p", tls: true, disk: true, name: "main"},
		"redis+unix:///run/r.sock?db=4":            {addrs: []string{"/run/r.sock"}, db: 4, name: "main"},
		"redis+sentinel://a,b:9/m/1?name=x":        {addrs: []string{"a:26379", "b:9"}, master: "m", db: 1, name: "x"},
		"redis+cluster://a:1,b?wait_replicas=2":    {addrs: []string{"a:1", "b:6379"}, cluster: true, replicas: 2, name: "main"},
		"redis+sentinel://u:p@a/m?wait_timeout=2s": {addrs: []string{"a:26379"}, user: "u", password: "p", master: "m", name: "main"},
	} {
		a, err := parseURL(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		got := want{a.client.Addrs, a.client.Username, a.client.Password, a.client.MasterName, a.name, a.client.DB, a.replicas, a.client.TLSConfig != nil, a.client.IsClusterMode, a.disk}
		if d := cmp.Diff(w, got, cmp.AllowUnexported(want{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", url, d)
		}
		if strings.Contains(a.safe, "p%40ss") || strings.Contains(a.safe, ":p@") {
			t.Errorf("%s: a secret in %s", url, a.safe)
		}
	}
}

func TestWrongURLs(t *testing.T) {
	for _, url := range []string{
		"", "h:1", "http://h", "redis://a,b", "redis://h/x", "redis://h/1/2", "redis://h/-1", "redis://h?nam=x", "redis://h?wait_replicas=many", "redis://h?wait_timeout=0s",
		"redis://h?ca=insecure", "redis://u:geheim%zz@h", "redis+sentinel://:geheim@h", "redis+sentinel:///m", "redis+cluster://", "redis+cluster://h/1", "redis+unix://", "redis://h?pool=-1",
	} {
		_, err := parseURL(url)
		if bot.KindOf(err) != bot.Invalid || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v; want an error of kind Invalid that does not show the password", url, err)
		}
		if strings.Contains(Redact(url), "geheim") {
			t.Errorf("Redact(%s) = %s", url, Redact(url))
		}
	}
	for _, name := range []string{"", "a b", "{x}", "大", "A"} {
		if _, err := newTag(name); bot.KindOf(err) != bot.Invalid {
			t.Errorf("name %q: %v", name, err)
		}
	}
}

func FuzzURL(f *testing.F) {
	f.Add("redis://u:geheim@h:1/2?name=x")
	f.Add("redis+sentinel://a,b/m")
	f.Fuzz(func(t *testing.T, url string) {
		if a, err := parseURL(url); err == nil && len(a.client.Addrs) == 0 {
			t.Errorf("%q names no server", url)
		}
	})
}

func FuzzValues(f *testing.F) {
	f.Add("12345678123456781234567\x00\x00\x00\x00\x05\x00\x00\x00\x01k{}")
	f.Fuzz(func(t *testing.T, value string) {
		if r, err := unpackRecord("k", "id", value); err == nil && len(r.Body) > len(value) {
			t.Error("a body longer than its value")
		}
		if j, err := unpackJob("q", "id", value); err == nil && len(j.Body)+len(j.Lane)+jobHeader != len(value) {
			t.Error("a job that is not its value")
		}
	})
}

func TestKeysSplit(t *testing.T) {
	const k = tag("{linli:x}")
	for _, names := range [][2]string{{"a", "b"}, {"a:b", "c"}, {"a", "b:c"}, {"马鞍山", "\x00\xff"}, {"7:7", ":"}, {"x", "12:x:y"}} {
		for what, key := range map[byte]string{'r': k.record(names[0], names[1]), 'j': k.job(names[0], names[1])} {
			if got, first, second := k.split(key); got != what || first != names[0] || second != names[1] {
				t.Errorf("split(%q) = %c %q %q", key, got, first, second)
			}
		}
	}
	for _, key := range []string{"", "x", k.idle("q"), string(k) + ":r:", string(k) + ":r:9:a:b", string(k) + ":r:-1:a:b", "{linli:y}:r:1:a:b"} {
		if got, _, _ := k.split(key); got != 0 {
			t.Errorf("split(%q) found %c", key, got)
		}
	}
}

func FuzzTold(f *testing.F) {
	f.Add("a", "b:1", []byte("c"))
	f.Fuzz(func(t *testing.T, from, topic string, message []byte) {
		if a, b, c, ok := untell(tell(from, topic, message)); !ok || a != from || b != topic || c != string(message) {
			t.Errorf("%q %q %q came back as %q %q %q", from, topic, message, a, b, c)
		}
		untell(from)
	})
}
