// Package bot is the vocabulary and the engine: Message and Reply, Turn and Skill, Store and Channel, and the workers that move jobs
// between them.
//
// A message's way through the house:
//
//	platform ─▶ channel ─▶ Store.Commit{add inbox job} ─▶ ack the platform          nothing is lost after the ack
//	inbox  worker: Claim ─▶ Turn: understand ─▶ skill ─▶ Store.Commit{done, session, records, replies, timers}   one atomic step
//	outbox worker: Claim ─▶ limiter ─▶ channel.Send ─▶ Store.Commit{done | retry at}
//	clock  worker: Claim what is due ─▶ Turn ─▶ Store.Commit{…}                      the same engine, woken by time
//
// A turn is a function of what it reads: it changes nothing itself. It collects its changes, and the engine commits them in one step. A
// crash before the commit repeats the turn; after it, nothing repeats. Two turns that race on one record: the later commit fails on
// its version, and that turn runs again.
package bot
