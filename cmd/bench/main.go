// Command bench measures the service as people meet it: a crowd that writes through the web channel to a process of its own, at full sync. It
// prints one report. Figures are of this machine, load included; beside them stands what its disk can do.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

type plan struct {
	binary   string
	folder   string
	visitors int
	length   time.Duration
	sizes    []int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var p plan
	long := flag.Bool("long", false, "also with 1,000,000 records, and longer")
	flag.IntVar(&p.visitors, "visitors", 1000, "people who write at once")
	flag.DurationVar(&p.length, "length", 8*time.Second, "of each load")
	flag.Parse()
	p.sizes = []int{1_000, 100_000}
	if *long {
		p.sizes, p.length = append(p.sizes, 1_000_000), 20*time.Second
	}
	if err := p.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run builds the program and measures it, from the disk up.
func (p *plan) run(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "linli-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	p.folder = folder
	if p.binary, err = build(ctx, folder); err != nil {
		return err
	}
	rate, err := fsyncs(filepath.Join(folder, "disk"), 2*time.Second)
	if err != nil {
		return err
	}
	fmt.Printf("disk: %.0f fdatasync/s, one after the other\n\n", rate)
	fmt.Printf("%-22s %10s %9s %9s %9s %9s %9s %9s\n", "records in the store", "start-up", "resident", "turns/s", "CPU/turn", "p50", "p99", "refused")
	for _, size := range p.sizes {
		if err := p.measure(ctx, size); err != nil {
			return err
		}
	}
	return nil
}

// measure starts the service over a store with a number of records and puts two loads on it: as much as it takes, and 100 messages a second.
func (p *plan) measure(ctx context.Context, size int) error {
	data := filepath.Join(p.folder, fmt.Sprint("data", size))
	if err := fill(ctx, data, size); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	s, err := start(ctx, p.binary, data)
	if err != nil {
		return err
	}
	defer s.stop()
	idle, used := s.resident(), s.cpu()
	full, err := crowd{visitors: p.visitors, length: p.length}.run(ctx, s.addr)
	if err != nil {
		return err
	}
	each := (s.cpu() - used) / time.Duration(max(1, len(full.latencies)))
	fmt.Printf("%-22d %10s %9s %9.0f %9s %9s %9s %9d   as much as it takes, %d people\n", size, round(s.started), megabytes(idle), full.rate(), round(each), round(full.quantile(.5)), round(full.quantile(.99)), full.refused, p.visitors)
	calm, err := crowd{visitors: 200, length: p.length, every: 10 * time.Millisecond}.run(ctx, s.addr)
	if err != nil {
		return err
	}
	fmt.Printf("%-22s %10s %9s %9.0f %9s %9s %9s %9d   100 messages a second\n", "", "", megabytes(s.resident()), calm.rate(), "", round(calm.quantile(.5)), round(calm.quantile(.99)), calm.refused)
	if lost := full.unanswered + calm.unanswered; lost > 0 {
		return fmt.Errorf("%d messages were acknowledged and not answered within %s", lost, patience)
	}
	return nil
}

func round(d time.Duration) string {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(100 * time.Microsecond).String()
}

func megabytes(bytes int64) string { return fmt.Sprintf("%d MiB", bytes>>20) }
