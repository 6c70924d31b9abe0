package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"linli/bot"
)

// meters are the service's metrics.
type meters struct {
	registry *prometheus.Registry
	jobs     *prometheus.CounterVec
	waited   *prometheus.HistogramVec
}

func newMeters(store store) *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		jobs:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linli_jobs_total", Help: "Jobs that ended, by queue and result (done, wait, retry, dead)."}, []string{"queue", "result"}),
		waited: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "linli_job_seconds", Help: "From a job's due time to its end.", Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .5, 1, 5, 30, 300, 3600},
		}, []string{"queue"}),
	}
	m.registry.MustRegister(m.jobs, m.waited, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), waiting{store})
	return m
}

func (m *meters) measure(j bot.Measurement) {
	m.jobs.WithLabelValues(j.Queue, j.Result).Inc()
	m.waited.WithLabelValues(j.Queue).Observe(j.Waited.Seconds())
}

// notTaking is what /readyz says of a channel that is away.
const notTaking = "not taking messages"

// observe adds the pages that a machine looks at: alive, ready, metrics.
func (h *house) observe(mux *http.ServeMux, m *meters, channels []bot.Channel) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		reportJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
		defer cancel()
		status, report := http.StatusOK, map[string]string{"status": "ok", "store": "ok"}
		if err := h.ready(ctx); err != nil {
			h.config.logger().Warn("not ready", "error", err)
			status, report["status"], report["store"] = http.StatusServiceUnavailable, "unavailable", bot.MessageOf(err)
		}
		away := 0
		for _, c := range channels {
			report[c.Name()] = "ok"
			if r, ok := c.(bot.Readier); ok && !r.Ready() {
				away++
				report[c.Name()] = notTaking
			}
		}
		switch {
		case status != http.StatusOK:
		case away == len(channels):
			status, report["status"] = http.StatusServiceUnavailable, "unavailable"
		case away > 0: // one platform that is down must not take the others out of a balancer
			report["status"] = "degraded"
		}
		reportJSON(w, status, report)
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
}

// ready reports whether the store takes writes: it writes one record that says when.
func (h *house) ready(ctx context.Context) error {
	now := h.clock.Now()
	body, err := json.Marshal(map[string]time.Time{"at": now})
	if err != nil {
		return err
	}
	r, err := h.store.Get(ctx, "probe", "ready")
	if err != nil && bot.KindOf(err) != bot.NotFound {
		return err
	}
	err = h.store.Commit(ctx, bot.Change{Put: []bot.Record{{Kind: "probe", ID: "ready", Version: r.Version, Time: now, Body: body}}})
	if bot.KindOf(err) == bot.Conflict { // another probe wrote it: it can be written
		return nil
	}
	return err
}

func reportJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away
}

// waiting collects how many jobs wait in each queue, and the store's figures, when somebody looks.
type waiting struct{ store store }

var (
	jobsWaiting  = prometheus.NewDesc("linli_jobs_waiting", "Jobs that wait, by queue.", []string{"queue"}, nil)
	storeBytes   = prometheus.NewDesc("linli_store_bytes", "Size of the store's file.", nil, nil)
	storeCommits = prometheus.NewDesc("linli_store_commits_total", "Changes that were made durable.", nil, nil)
	storeGroups  = prometheus.NewDesc("linli_store_groups_total", "Writes to the disk; a write makes many changes durable.", nil, nil)
)

// Describe implements prometheus.Collector.
func (w waiting) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{jobsWaiting, storeBytes, storeCommits, storeGroups} {
		out <- d
	}
}

// Collect implements prometheus.Collector. While the store is away there is nothing to collect; readyz says so.
func (w waiting) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	st, err := w.store.Figures(ctx)
	if err != nil {
		return
	}
	for queue, n := range st.waiting {
		out <- prometheus.MustNewConstMetric(jobsWaiting, prometheus.GaugeValue, float64(n), queue)
	}
	out <- prometheus.MustNewConstMetric(storeBytes, prometheus.GaugeValue, float64(st.bytes))
	out <- prometheus.MustNewConstMetric(storeCommits, prometheus.CounterValue, float64(st.commits))
	out <- prometheus.MustNewConstMetric(storeGroups, prometheus.CounterValue, float64(st.groups))
}
