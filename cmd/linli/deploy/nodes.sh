#!/usr/bin/env bash
# Starts a Redis and three nodes on this machine, without Docker: make nodes. Ctrl-C ends all of them.
#   NODES=3  PORT=8081 (of the first node; the next ones follow)  REDIS_PORT=6390  DATA=./linli-nodes
set -eu
nodes=${NODES:-3} port=${PORT:-8081} redis_port=${REDIS_PORT:-6390} data=${DATA:-./linli-nodes}
command -v redis-server >/dev/null || { echo "make nodes needs redis-server 7.0 or newer: apt-get install redis-server" >&2; exit 1; }
mkdir -p "$data"
binary=$data/linli
${GO:-go} build -o "$binary" ./cmd/linli

pids=()
stop() {
	trap - EXIT INT TERM
	for ((i = ${#pids[@]} - 1; i >= 0; i--)); do # the nodes first, Redis last
		kill "${pids[i]}" 2>/dev/null || true
		wait "${pids[i]}" 2>/dev/null || true
	done
}
trap stop EXIT INT TERM

redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$data" --save "" --appendonly yes --appendfsync "${APPENDFSYNC:-always}" \
	--maxmemory-policy noeviction --logfile redis.log &
pids+=($!)
for ((n = 0; n < nodes; n++)); do
	LINLI_STORE="redis://127.0.0.1:$redis_port/0?name=nodes" LINLI_FILES="$data/files" LINLI_NODE="n$n" LINLI_LISTEN="127.0.0.1:$((port + n))" "$binary" serve &
	pids+=($!)
done
wait -n # one that ends by itself ends the rest
