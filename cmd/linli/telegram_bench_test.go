package main

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// report writes how long the platform waited for acknowledgements, and how much was lost.
func (c *crowd) report(b *testing.B) {
	slices.Sort(c.took)
	for name, part := range map[string]int{"ack-p50-ms": 50, "ack-p99-ms": 99} {
		b.ReportMetric(c.took[len(c.took)*part/100].Seconds()*1000, name)
	}
	b.ReportMetric(float64(c.missing()), "lost")
}

// BenchmarkTelegramAck measures how long Telegram waits for the acknowledgement of a message, at 200 messages a second against the whole service.
// One round is a person who says three things; run it with -benchtime 1300x.
func BenchmarkTelegramAck(b *testing.B) {
	s := newTelegramProcess(b)
	s.start()
	people := newCrowd(s)
	tick := time.NewTicker(time.Second * time.Duration(len(people.says)) / 200)
	defer tick.Stop()
	var posting sync.WaitGroup
	for n := 1; b.Loop(); n++ {
		<-tick.C
		posting.Go(func() { people.say(n) })
	}
	posting.Wait()
	people.settle()
	people.report(b)
}

// BenchmarkTelegramCrowd: 3,000 people write by webhook as fast as they are acknowledged, over the hundred connections that the platform opens at most;
// service, platform and people share this machine. It reports how many messages are answered a second, and how many replies that are. One round is
// all people saying three things.
func BenchmarkTelegramCrowd(b *testing.B) {
	const crowded, connections = 3000, 100
	s := newTelegramProcess(b)
	s.start()
	people := newCrowd(s)
	first := s.platform.Seen()
	began, n := time.Now(), 1
	for ; b.Loop(); n += crowded {
		var posting sync.WaitGroup
		for part := range connections {
			posting.Go(func() {
				for i := part; i < crowded; i += connections {
					people.say(n + i)
				}
			})
		}
		posting.Wait()
		for began := time.Now(); s.platform.Seen() < (n+crowded)*len(people.hears) && time.Since(began) < time.Minute; {
			time.Sleep(5 * time.Millisecond)
		}
	}
	took := time.Since(began).Seconds()
	b.ReportMetric(float64(n-1)*float64(len(people.says))/took, "messages/s")
	b.ReportMetric(float64(s.platform.Seen()-first)/took, "replies/s")
	people.report(b)
	s.kill()
	b.ReportMetric(s.used.Seconds()*1e6/float64((n-1)*len(people.says)), "service-cpu-µs/message") // the same, however busy the machine is
}
