package main

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkFeishuAck measures how long Feishu waits for the acknowledgement of a message, at 200 messages a second against the whole service:
// it has been opened, verified and made durable, while the ones before are answered. Run it with -benchtime 4000x.
func BenchmarkFeishuAck(b *testing.B) {
	s := newLarkService(b)
	s.start()
	l := &load{service: s, sent: map[string][]string{}}
	tick := time.NewTicker(time.Second / 200)
	defer tick.Stop()
	var posting sync.WaitGroup
	for n := 0; b.Loop(); n++ {
		<-tick.C
		posting.Go(func() { l.say(n, n%100) })
	}
	posting.Wait()
	l.settle()
	slices.Sort(l.took)
	for name, part := range map[string]int{"p50-ms": 50, "p99-ms": 99} {
		b.ReportMetric(l.took[len(l.took)*part/100].Seconds()*1000, name)
	}
}
