package bot

import (
	"context"
	"encoding/json"
	"time"
)

// Store keeps records and jobs. It is all that Linli needs of a database; a backend can be written from these comments
// alone and proves itself with bot/storetest.
//
// A record is a small JSON document of a kind, with an ID that is unique within its kind, a time, and keys to find it by.
// A job is something that waits: a message that came in, a reply to be sent, a timer. Jobs carry an ID that is unique within
// their queue (it stops a second copy) and a lane (within which they run one at a time, in order).
//
// Names and keys may be any string, also one that is not UTF-8. All times are kept to the microsecond.
//
// All methods may be called from many goroutines. Each honours its context until it has begun to write. Errors are
// *Error values: Conflict for a lost race, Invalid for a misuse, Unavailable when the disk or the server fails (nothing was
// written, or it is unknown whether it was; the caller may try the same change again, since puts carry versions and jobs carry IDs).
type Store interface {
	// Get returns the record, or an error of kind NotFound.
	Get(ctx context.Context, kind, id string) (Record, error)

	// Find returns the records that the query describes, a page at a time. Order is by time, then by the order of their first writes (in a
	// change: as they stand in Put). A record whose time or keys are changed while somebody pages may be seen twice or not at all, others
	// are seen exactly once.
	Find(ctx context.Context, q Query) (Page, error)

	// Count returns how many records each query would find on all its pages together, without reading them, all at one moment.
	Count(ctx context.Context, queries ...Query) ([]int, error)

	// Commit makes the change, all of it or nothing, and returns when it is durable: a power cut after that loses nothing.
	// Changes that are committed at the same time may be written together, but each stands or falls alone.
	//
	// It fails with Conflict, and writes nothing, if a record in Put is no longer at the version given there, or if a lease in Done or
	// Back is no longer held (it ended and the job was claimed again, or the job is done or was put back). It fails with Invalid if a
	// record or a lease stands in it twice, a kind, ID or queue is empty, or a body is too big. Removing what does not exist is nothing.
	Commit(ctx context.Context, c Change) error

	// Claim leases up to n jobs of the queue that are due at now, oldest first (by Due, then by the order in which they were added).
	// Of each lane it hands out at most the first job that isn't done, and only while no job of the lane is leased: jobs of a lane run
	// one at a time, in order, and one that was put back keeps its place and holds its lane up until its Ready time. Jobs with an empty lane hold
	// nobody up. A claimed job is invisible until the lease ends at now+lease; then it is handed out again with Attempt one higher.
	// Leases of a process that died may end early, but only if it certainly is dead. It returns no jobs and no error when nothing is due.
	Claim(ctx context.Context, queue string, now time.Time, n int, lease time.Duration) ([]Job, error)
}

// Record is one document.
type Record struct {
	Kind    string
	ID      string
	Version int64           // of the last write; 0: does not exist yet. A store never gives the same version to two writes of a record
	Time    time.Time       // what Find orders by and filters on; kept to the microsecond
	Keys    []string        // "status=open", "grid=36020300300612"; without order or repeats
	Body    json.RawMessage // what the kind's owner keeps; up to 8 MiB
}

// Query describes records of one kind.
type Query struct {
	Kind   string
	Keys   []string  // a record must bear all of them
	From   time.Time // at or after; zero: no limit
	To     time.Time // before; zero: no limit
	Newest bool      // newest first; else oldest first
	Limit  int       // of a page; 0: 100, at most 1000
	After  string    // Next of the page before; "": the first page
}

// Page is a part of what a query finds.
type Page struct {
	Records []Record
	Next    string // for Query.After; "" after the last page
}

// Job is something that waits.
type Job struct {
	Queue   string
	ID      string // unique within the queue: a second job with it is dropped, until 48 hours after the first was done
	Lane    string // within it jobs run one at a time, in order of Due
	Due     time.Time
	Body    json.RawMessage
	Attempt int   // how often it has been claimed, this time included; set by Claim
	Lease   Lease // what Commit wants back; set by Claim
}

// Lease names a claim of a job.
type Lease struct {
	Queue string
	ID    string
	Token int64
}

// Return puts a leased job back.
type Return struct {
	Lease Lease
	Ready time.Time // not to be claimed before this
	Fresh bool      // it did not count: Attempt goes back by one (a node that drains, a limiter that says not yet)
}

// Change is what Commit does in one step.
type Change struct {
	// Put writes records. Version is the one that was read, 0 for a new record. A nil Body removes the record.
	Put []Record
	// Add adds jobs. A job whose ID is already known in its queue is left out without an error.
	Add []Job
	// Done ends leased jobs.
	Done []Lease
	// Back puts leased jobs back.
	Back []Return
}

// Empty reports whether the change does nothing.
func (c Change) Empty() bool { return len(c.Put)+len(c.Add)+len(c.Done)+len(c.Back) == 0 }

// Waker is the ability of a store to say that a queue may have something to claim, so that workers need not poll often.
type Waker interface {
	// Wake returns a channel that receives a value soon after a job that is already due was added to the queue, a lane became free, or a
	// put-back job became ready. It may miss one and it may be wrong; a worker still looks now and then.
	Wake(queue string) <-chan struct{}
}

// DedupeWindow is how long a store remembers the ID of a job that is done. Feishu redelivers for 7 hours, Telegram for 24.
const DedupeWindow = 48 * time.Hour

// MaxBody is the size up to which a store must take the body of a record or a job.
const MaxBody = 8 << 20
