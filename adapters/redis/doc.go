// Package redis is a bot.Store in Redis (7.0 or newer), for as many processes at a time as there are.
//
// # Addresses
//
//	redis://user:password@host:6379/0?name=jingdezhen
//	rediss://host:6380                                            with TLS
//	redis+unix:///run/redis/redis.sock?db=1
//	redis+sentinel://host1,host2:26379/mymaster/0?sentinel_password=…
//	redis+cluster://host1:6379,host2:6379
//
// After the question mark: name is the deployment (default main); wait_replicas, wait_aof=1 and wait_timeout (default 1s) say what a Commit waits for (WAITAOF needs
// Redis 7.2); pool is the number of connections (default 32); db; ca=insecure.
//
// # Layout
//
// Every key of a deployment begins with "{linli:name}", so that all lie in one slot of a cluster, and many deployments spread over it. Each operation is one Lua script
// (lua/*.lua); the layout of values stands at the top of lua/common.lua.
//
//	…:r:<n>:<kind>:<id>      a record            …:j:<n>:<queue>:<id>     a job; for 48 hours after it is done, its ID
//	…:i:<kind>               places of a kind    …:l:<n>:<queue>:<lane>   a lane's waiting jobs, by place
//	…:x:<n>:<kind>:<key>     places by key       …:f:<queue> …:h:<queue>  what Claim looks at: fresh and held
//	…:seq                    the counter         …:n:<node>               what a node has leased
//	…:p:<bucket> …:q:<bucket> limits of sending  …:snap …:old             a dump that is being read
//
// A place is a time and a number, as bytes that sort: sorted sets with equal scores, searched by ZRANGEBYLEX. Find walks along the smallest set of its
// keys, in bounded steps. Claim takes from fresh, where the first job of each lane stands until it is leased or put back; then it stands in held, by the
// time at which that ends. So neither costs more in a large store.
//
// Changes and reads that come at the same time go to the server in one call; each change stands or falls alone. Time is Redis's: Now says what it is there, and a
// node whose clock is wrong, or jumps, does no harm. Nodes agree on it to a few milliseconds: two messages of one person that reach two nodes within less may change places. A version is never given twice: when a connection finds another server than the one before (a restart, a failover),
// which may have forgotten its last second, the counter leaps ahead.
//
// # What is promised
//
//	setting                              a node dies   Redis is killed       power fails at Redis      the primary is lost for good
//	appendfsync always                   nothing       nothing               nothing (M)               everything
//	appendfsync everysec                 nothing       nothing, as a rule²   the last second or two    everything
//	wait_aof=1 (Redis 7.2), everysec     nothing       nothing               nothing                   everything
//	wait_replicas=1, two servers         nothing       nothing               nothing                   nothing (M)
//	Sentinel without wait_replicas       nothing       as above              as above                  what the replica had not got
//
// "Nothing" means: of what Commit has acknowledged nothing is lost and nothing is done twice. (M): cmd/linli/nodes_test.go does it to three processes under load
// (TestNothingIsLostWithManyNodes kills Redis with SIGKILL rather than its power; TestNothingIsLostInAFailover). ²: Redis writes its file before it answers, but not while a sync of
// the last second is still going on.
//
// With fewer replicas than wait_replicas wants, or a disk that does not answer, Commit fails with Unavailable although the change may have been made, and the caller
// tries again: puts carry versions, jobs IDs.
//
// # What it costs
//
// Two cores of an AMD EPYC, shared by Redis, the nodes and the load; 300 people who wait for each answer (BenchmarkStoresTurns, BenchmarkStoresClaim,
// BenchmarkStoresFind in cmd/linli).
//
//	                          turns/s              p50       p99      (the best and the worst of three runs: others worked on the machine)
//	SQLite, 1 process         5,070 … 3,590        55 ms    114 ms
//	Redis everysec, 1 node    3,670 … 3,190        81 ms    116 ms
//	                2 nodes   4,350 … 1,770        67 ms     98 ms
//	                3 nodes   4,310 … 2,070        69 ms    104 ms
//	Redis always,   1 node    3,980 … 1,410        74 ms    111 ms
//	                2 nodes   3,720 … 1,540        77 ms    116 ms
//	                3 nodes   3,210 … 2,650        92 ms    143 ms
//	wait_replicas=1, 1 node   2,610 … 2,575       111 ms    187 ms    (two more servers' worth of work on the same cores)
//	                2 nodes   4,530 … 2,925        64 ms    103 ms
//	                3 nodes   2,645 … 2,460        96 ms    322 ms
//
//	                                          1,000       100,000     1,000,000      in the store
//	claim of ten, Redis                     0.24 ms       0.27 ms       0.43 ms      each leased before, so that its lease ends too
//	claim of ten, SQLite                   0.007 ms      0.011 ms      0.012 ms      from memory
//	page of 20 by one key, Redis / SQLite   0.10/0.19     0.23/0.58     0.31/0.62 ms
//	page of 20 by two keys, Redis / SQLite  0.09/0.35     0.21/0.95     0.54/2.61 ms
//	page of 20 of a kind, Redis / SQLite    0.28/0.24     0.31/0.41     0.30/0.28 ms
//	memory (disk) of 100,000 records with two keys and a body of 360 bytes: Redis 81–107 MiB, SQLite 52–56 MiB
//	memory of a waiting job with such a body: Redis 800 bytes; of a done job's ID: 261 bytes
//
// A failover by Sentinel, until changes were taken again by the new primary and its new replica (wait_replicas=1): at most 22 s in 19, of which the old primary's return
// and first synchronisation are most. WAITAOF was not measured: Debian's server is 7.0.
//
// # What fails how
//
//   - A server that may evict or forget (maxmemory-policy, appendonly), or older than 7.0, is refused with the setting to change, also if it turns up later, after a restart or a
//     failover.
//   - Redis away: an operation tries again for two seconds and fails with Unavailable; from then on operations fail sooner until it is back. All else goes on by itself.
//   - A connection that breaks in the middle of a Commit: Unavailable, and it may have been made. In the middle of a Claim: what was leased is put back with the next claim.
//   - A node that dies: its leases end after their time, or at once when a process with its name (Options.Node) starts. A node that stands still past its leases and goes on: its commits
//     fail with Conflict.
//   - Memory full: Commit fails with Unavailable and writes nothing; reading goes on.
package redis
