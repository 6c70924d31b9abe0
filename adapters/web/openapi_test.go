package web

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestOpenAPINamesTheRoutes(t *testing.T) {
	h := newHouse(t)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Responses   map[string]json.RawMessage
		}
		Components struct{ Schemas map[string]json.RawMessage }
	}
	if resp := h.visitor().do("GET", "/api/v1/openapi.json", "", &doc); resp.StatusCode != 200 || !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Fatal(resp.Status, doc.OpenAPI)
	}
	var documented, served []string
	for path, operations := range doc.Paths {
		for method, o := range operations {
			documented = append(documented, strings.ToUpper(method)+" "+path)
			if o.OperationID == "" || len(o.Responses) == 0 {
				t.Errorf("%s %s says too little", method, path)
			}
		}
	}
	for _, route := range h.channel.routes() {
		if strings.HasPrefix(route.path, "/api/v1/") {
			served = append(served, route.method+" "+route.path)
		}
	}
	slices.Sort(documented)
	slices.Sort(served)
	if !slices.Equal(documented, served) {
		t.Errorf("the file has %q, the server %q", documented, served)
	}
	for _, part := range strings.Split(string(h.channel.pages.openAPI), `"#/components/schemas/`)[1:] {
		if name, _, _ := strings.Cut(part, `"`); doc.Components.Schemas[name] == nil {
			t.Errorf("schema %s is missing", name)
		}
	}
}
