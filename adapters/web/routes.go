package web

import (
	"net/http"

	"linli/bot"
)

// route is one address. The OpenAPI file names those below /api/v1/, and a test compares the two.
type route struct {
	method, path string
	handle       func(http.ResponseWriter, *http.Request) error
	page         bool // its failures are pages, not JSON
}

func (c *Channel) routes() []route {
	return []route{
		{method: "GET", path: "/{$}", handle: c.getPage, page: true},
		{method: "POST", path: "/{$}", handle: c.postCode, page: true},
		{method: "POST", path: "/leave", handle: c.postLeave, page: true},
		{method: "GET", path: "/console/{$}", handle: c.getDesk, page: true},
		{method: "POST", path: "/console/{$}", handle: c.postDesk, page: true},
		{method: "GET", path: "/console/numbers/{$}", handle: c.getNumbers, page: true},
		{method: "GET", path: "/console/numbers/{file}", handle: c.getNumbersFile, page: true},
		{method: "GET", path: "/assets/{file}", handle: c.getAsset, page: true},
		{method: "POST", path: "/api/v1/messages", handle: c.postMessage},
		{method: "POST", path: "/api/v1/files", handle: c.postFile},
		{method: "GET", path: "/api/v1/files/{key}", handle: c.getFile},
		{method: "GET", path: "/api/v1/events", handle: c.getEvents},
		{method: "GET", path: "/api/v1/history", handle: c.getHistory},
		{method: "GET", path: "/api/v1/me", handle: c.getMe},
		{method: "GET", path: "/api/v1/openapi.json", handle: c.getOpenAPI},
	}
}

// routed is the handler with everything that each request passes.
func (c *Channel) routed() http.Handler {
	mux := http.NewServeMux()
	for _, route := range c.routes() {
		fail := c.fail
		if route.page {
			fail = c.failPage
		}
		mux.HandleFunc(route.method+" "+route.path, func(w http.ResponseWriter, r *http.Request) {
			if err := route.handle(w, r); err != nil {
				fail(w, r, err)
			}
		})
	}
	mux.HandleFunc("/api/v1/", func(w http.ResponseWriter, r *http.Request) {
		c.fail(w, r, bot.Errorf(bot.NotFound, "没有这个接口。有哪些见 /api/v1/openapi.json。"))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		c.failPage(w, r, bot.Errorf(bot.NotFound, "没有这个网页。"))
	})
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.fail(w, r, bot.Errorf(bot.Forbidden, "这个请求来自别的网站,没有处理。请在邻里自己的网页里操作。"))
	}))
	guarded := guard.Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, value := range securityHeaders {
			h[name] = value
		}
		guarded.ServeHTTP(w, r)
	})
}

// securityHeaders go with every answer. There is no inline script, style or foreign address in the pages.
var securityHeaders = map[string][]string{
	"Content-Security-Policy": {"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; connect-src 'self'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
	"X-Content-Type-Options": {"nosniff"},
	"Referrer-Policy":        {"no-referrer"},
	"Permissions-Policy":     {"geolocation=(self), camera=(), microphone=(), payment=()"},
	"Cache-Control":          {"no-store"},
}
