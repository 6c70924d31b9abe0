# make help lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run nodes test quick bench eval fuzz lint
GO ?= go
FUZZTIME ?= 10s
MEASURE ?=

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## start the service on http://127.0.0.1:8080
	$(GO) run ./cmd/linli

nodes: ## start a Redis and three nodes on this machine, on http://127.0.0.1:8081 to 8083
	GO="$(GO)" ./cmd/linli/deploy/nodes.sh

test: ## install what the tests need, then vet, the short tests under the race detector, and all tests
	./.ci/install
	$(GO) vet ./...
	$(GO) test -race -short ./...
	$(GO) test ./...

quick: ## the short tests, without browser or load
	$(GO) test -short ./...

bench: ## throughput, latency, growth, start-up and memory, as one report
	$(GO) test -run '^$$' -bench . -benchmem ./knowledge ./intents/... ./adapters/sqlite
	$(GO) test -run '^$$' -bench Broadcast -benchtime 1x ./bot
	$(GO) test -run '^$$' -bench Stores -benchtime 6000x ./cmd/linli
	$(GO) test -run '^$$' -bench Feishu -benchtime 4000x ./cmd/linli
	$(GO) test -run '^$$' -bench TelegramAck -benchtime 1300x ./cmd/linli
	$(GO) test -run '^$$' -bench TelegramCrowd -benchtime 3x ./cmd/linli
	$(GO) run ./cmd/bench

eval: ## how well it understands and answers; MEASURE=DIR adds public data sets that aren't part of the project
	@mkdir -p bin && $(GO) build -o bin/linli ./cmd/linli
	bin/linli eval intents intents/testdata/messages-report.tsv
	bin/linli eval intents intents/testdata/messages-fresh.tsv
	bin/linli eval intents intents/testdata/stranger-report.tsv
	bin/linli eval answers knowledge/testdata/questions-report.tsv
	bin/linli eval answers knowledge/testdata/stranger-report.tsv
	bin/linli eval answers knowledge/testdata/district-report.tsv --catalog knowledge/testdata/district.csv
ifneq ($(MEASURE),)
	bin/linli eval classifier --train $(MEASURE)/complaints.csv
	bin/linli eval answers $(MEASURE)/questions_gd.tsv --catalog $(MEASURE)/catalogue_gd.csv
	bin/linli eval times --recognizers $(MEASURE)/times_recognizers.jsonl --jionlp $(MEASURE)/times_jionlp.jsonl
endif

fuzz: ## each fuzz target for FUZZTIME
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; done

lint: ## vet, gofmt, and golangci-lint where it is installed
	$(GO) vet ./...
	@test -z "$$(gofmt -l bot intents knowledge adapters cmd)" || { gofmt -l bot intents knowledge adapters cmd; echo "run gofmt -w on these"; exit 1; }
	@if command -v golangci-lint >/dev/null; then golangci-lint run; else echo "golangci-lint is not installed: vet and gofmt only"; fi
