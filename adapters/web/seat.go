package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"net/http"
	"strings"

	"linli/bot"
)

// A seat's cookie. The seat without a name has the plain one.
const cookieName = "linli"

// seatDays is how long a seat lasts after the last visit: as long as conversations are kept.
const seatDays = 180

// tokenLength is that of 32 random bytes in base64.
const tokenLength = 43

// seat is where somebody sits in a browser.
type seat struct {
	name  string // "" for a browser's first
	token string
}

func newSeat(name string) seat {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return seat{name: name, token: base64.RawURLEncoding.EncodeToString(b)}
}

// account is the seat's account: a hash, so that who reads the records cannot sit down in it.
func (s seat) account() bot.Account {
	sum := sha256.Sum256([]byte("linli seat\x00" + s.token))
	return bot.Account{Channel: Name, ID: base64.RawURLEncoding.EncodeToString(sum[:15])}
}

func (s seat) cookieName() string {
	if s.name == "" {
		return cookieName
	}
	return cookieName + "-" + s.name
}

// seatOf reads the seat that the request names, in "?seat=". It reports false if this browser does not hold it.
func seatOf(r *http.Request) (seat, bool) {
	s := seat{name: seatName(r)}
	if s.name != "" && !validSeat(s.name) {
		return s, false
	}
	cookie, err := r.Cookie(s.cookieName())
	if err != nil || !validToken(cookie.Value) {
		return s, false
	}
	s.token = cookie.Value
	return s, true
}

// seatName is r.URL.Query().Get("seat") without the map, for the common query that has nothing else.
func seatName(r *http.Request) string {
	query := r.URL.RawQuery
	if query == "" {
		return ""
	}
	if name, only := strings.CutPrefix(query, "seat="); only && validSeat(name) {
		return name
	}
	return r.URL.Query().Get("seat")
}

func validSeat(name string) bool {
	return len(name) == 8 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// validToken keeps out what cannot be a token of ours. A token that somebody chose for himself hurts nobody else: it only names his own seat.
func validToken(token string) bool {
	if len(token) != tokenLength {
		return false
	}
	for i := range len(token) {
		c := token[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// seatForCode names the seat that a code leads to, so that the same link in the same browser leads back to it.
func seatForCode(code string) string {
	sum := sha256.Sum256([]byte("linli code\x00" + code))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
}

// setCookie gives the browser the seat, or renews it.
func (c *Channel) setCookie(w http.ResponseWriter, r *http.Request, s seat) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(), Value: s.token, Path: "/", MaxAge: seatDays * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.Secure || r.TLS != nil,
	})
}

func (c *Channel) clearCookie(w http.ResponseWriter, r *http.Request, s seat) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(), Path: "/", MaxAge: -1,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.Secure || r.TLS != nil,
	})
}

// Account says whose seat a request comes from. Pages that are served elsewhere, like the console, use it: the seat's cookie is sent to
// every path, and "?seat=" names which.
func (c *Channel) Account(r *http.Request) (bot.Account, bool) {
	s, ok := seatOf(r)
	if !ok {
		return bot.Account{}, false
	}
	return s.account(), true
}

// redeem sits the browser down in a new seat with the code's rights.
func (c *Channel) redeem(ctx context.Context, code string) (seat, error) {
	s := newSeat(seatForCode(code))
	return s, c.Accounts.Redeem(ctx, code, s.account())
}

// tidyCode takes away what gets into a code that is copied by hand.
func tidyCode(code string) string { return strings.Join(strings.Fields(code), "") }
