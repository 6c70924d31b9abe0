// Package sqlite is the default bot.Store: a folder with an embedded database, for one process at a time.
//
// # Writing
//
// One goroutine writes, on one connection. A Commit is checked and encoded by its caller, then handed over on an unbuffered channel: what
// was received was taken, and from then on its context no longer counts. The writer takes whatever waits, up to 512 changes, and writes it in one
// transaction; while that reaches the disk the next group gathers. It never waits for more to come.
//
//	callers ──▶ requests ──▶ BEGIN IMMEDIATE
//	                         for each change: check versions and leases (reads only), then write it, or leave it out with Conflict
//	                         COMMIT (write-ahead log, synchronous=FULL)
//	                         bring the due set up to date
//	callers ◀── outcome  ◀──
//
// As a change is checked before its first write, a lost race needs no savepoint. An error of SQLite itself rolls the group back, and each
// change is tried again alone, so that one that cannot be written does not take others with it.
//
// Versions and the order of jobs come from one counter, which is taken from the database ten thousand at a time; a number is never used twice.
// The rowid of a record is the version of its first write, so that Find's order (time, then first write) is the order of the indexes.
//
// # The due set
//
// Claim does not ask the database. Each queue has a horizon, a place (due, seq): every waiting job that stands before it is in memory, every
// other on disk only.
//
//	in memory, in lanes                 │ horizon │            on disk
//	──────────────────────────────────────────────┼────────────────────────────────▶ (due, seq)
//	due jobs, a page of the nearest timers        │ timers; a backlog beyond 50,000
//
// A lane is a heap of jobs. A queue has two heaps of lanes: those whose first job could be claimed when somebody last claimed (by place), and the others
// (by the time at which it may be). So a claim costs a few heap steps, whatever waits. When the horizon's own time has come and nothing claimable stands
// before it, Claim reads the next thousand jobs behind it. A job that is added goes into memory after its group is on disk, if it stands
// before the horizon and is due within a minute; else it stays on disk, and the horizon moves back to it if need be. Bodies are kept in
// memory up to 64 MiB in all, others are read when their job is claimed. Time only ever decides when a lane may be looked at, so that a clock that jumps
// delays at most; it loses nothing and hands nothing out early.
//
// # Leases
//
// Leases are in memory. The process holds the folder by a lock on linli.lock that the operating system drops when it dies, however it dies, so the leases of
// a dead process are void and its jobs can be claimed at once by the next. A job whose lease is being ended is held while its group is written,
// so that nobody claims it in that moment.
//
// Attempts are counted in memory and written when a job is put back. That would let a job that kills its process start at 1 for ever, so a claim of a job that was there
// and due when the store was opened is written down before it is handed out. Only the count of the first death is missed.
//
// A job that is done keeps its row without its body for bot.DedupeWindow; the writer purges in small batches between groups.
//
// # Two processes
//
// With Options.Attach a short command opens a folder that a service holds. It reads, puts and adds, in transactions of its own; it cannot claim. Before each
// group, and once a second, the writer looks at PRAGMA data_version: if another process has written, the counter has moved, and
// the jobs behind the old number are new.
//
// # What fails how
//
//   - Killed at any moment: what was acknowledged is there, what was not is there as a whole or not at all (crash_test.go). A power cut as well, as far as the disk keeps
//     its word about fsync.
//   - Disk full: Commit fails with Unavailable and writes nothing; reading goes on; leases are kept; it goes on by itself when there is space.
//   - A lost race: Conflict, for that change alone.
//   - Folder in use, not writable, not a database, of a newer program: Open fails with a sentence that says what to do.
//   - A file system on which the pragmas do not take hold: Open refuses it.
//
// The database ":memory:" is private to its Store and has no log, so reading and writing take turns there.
package sqlite
