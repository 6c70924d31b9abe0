package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestNumbers: what residents report is counted on staff's page, and in the files that it hands out; nobody sees more than is theirs.
func TestNumbers(t *testing.T) {
	links := regexp.MustCompile(`http://\S+\?\S+`).FindAllString(served(t), -1)
	if len(links) < 4 {
		t.Fatal(links)
	}
	resident, secretary, admin := enter(t, links[0]), enter(t, links[2]), enter(t, links[3])
	var answer struct{ ID string }
	report := []byte(`{"id":"numbers-1","text":"马鞍山社区3栋2单元下水道堵了,污水漫出来了"}`)
	if status := resident.post("/api/v1/messages", "application/json", report, &answer); status != http.StatusAccepted {
		t.Fatal(status)
	}
	counted := regexp.MustCompile(`<dt>受理</dt><dd><b>1</b>`)
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		page, status := secretary.get("/console/numbers/")
		if status != http.StatusOK {
			t.Fatalf("%d %s", status, page)
		}
		if counted.MatchString(page) && strings.Contains(page, "马鞍山社区</th>") {
			break
		}
		if time.Since(began) > 10*time.Second {
			t.Fatalf("the case is not counted: %s", page)
		}
	}
	for _, c := range []struct {
		name   string
		who    *guest
		path   string
		status int
		want   string
	}{
		{"a resident", resident, "/console/numbers/", http.StatusForbidden, "书记"},
		{"a file for a resident", resident, "/console/numbers/cases.csv?unit=jdz", http.StatusForbidden, ""},
		{"figures as a table", secretary, "/console/numbers/figures.csv", http.StatusOK, "受理,1"},
		{"the cases", secretary, "/console/numbers/cases.csv", http.StatusOK, "下水道堵了"},
		{"a workbook", admin, "/console/numbers/cases.xlsx", http.StatusOK, "PK"},
		{"the month before", secretary, "/console/numbers/?month=2020-01", http.StatusOK, "2020年1月"},
		{"no month", secretary, "/console/numbers/?month=x", http.StatusBadRequest, "2026-11"},
		{"another's unit", secretary, "/console/numbers/?unit=nowhere", http.StatusForbidden, ""},
		{"no such file", secretary, "/console/numbers/people.csv", http.StatusNotFound, ""},
		{"the admin's root", admin, "/console/numbers/", http.StatusOK, "<b>1</b>"},
	} {
		if page, status := c.who.get(c.path); status != c.status || !strings.Contains(page, c.want) {
			t.Errorf("%s: %d %.2000s", c.name, status, page)
		}
	}
}
