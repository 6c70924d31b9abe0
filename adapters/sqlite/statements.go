package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// statement is one SQL text and where its prepared form goes.
type statement struct {
	to   **sql.Stmt
	text string
}

// writeStatements are the writer's, prepared once on its connection.
type writeStatements struct {
	begin, commit, rollback *sql.Stmt

	dataVersion, taken, take                         *sql.Stmt // the counter
	head, insert, change, move, remove, bear, drop   *sql.Stmt // records and their keys
	add, known, forget, done, back, attempt, foreign *sql.Stmt // jobs
	count, purge                                     *sql.Stmt
}

func (s *writeStatements) prepare(ctx context.Context, conn *sql.Conn) error {
	return prepare(ctx, conn, s.list())
}

// close must come before the connection is closed: database/sql leaves the statements of a single connection to us, and SQLite keeps a
// connection that has open statements.
func (s *writeStatements) close() {
	for _, st := range s.list() {
		if *st.to != nil {
			(*st.to).Close()
		}
	}
}

func (s *writeStatements) list() []statement {
	return []statement{
		{&s.begin, `BEGIN IMMEDIATE`},
		{&s.commit, `COMMIT`},
		{&s.rollback, `ROLLBACK`},

		// Changes when another process has written.
		{&s.dataVersion, `PRAGMA data_version`},
		{&s.taken, `SELECT taken FROM counter`},
		{&s.take, `UPDATE counter SET taken = ?`},

		{&s.head, `SELECT rowid, version, time, keys FROM records WHERE kind = ? AND id = ?`},
		{&s.insert, `INSERT INTO records (rowid, kind, id, version, time, keys, body) VALUES (?, ?, ?, ?, ?, ?, ?)`},
		// Neither time nor keys have changed, so that no index is touched.
		{&s.change, `UPDATE records SET version = ?, body = ? WHERE rowid = ?`},
		{&s.move, `UPDATE records SET version = ?, time = ?, keys = ?, body = ? WHERE rowid = ?`},
		{&s.remove, `DELETE FROM records WHERE rowid = ?`},
		{&s.bear, `INSERT INTO keys (kind, key, time, record) VALUES (?, ?, ?, ?)`},
		{&s.drop, `DELETE FROM keys WHERE kind = ? AND key = ? AND time = ? AND record = ?`},

		// Adds nothing if the ID is known.
		{&s.add, `INSERT INTO jobs (seq, queue, id, lane, due, ready, attempt, done, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (queue, id) DO NOTHING`},
		{&s.known, `SELECT seq, done FROM jobs WHERE queue = ? AND id = ?`},
		{&s.forget, `DELETE FROM jobs WHERE seq = ?`},
		{&s.done, `UPDATE jobs SET done = ?, body = NULL WHERE seq = ?`},
		{&s.back, `UPDATE jobs SET ready = ?, attempt = ? WHERE seq = ?`},
		{&s.attempt, `UPDATE jobs SET attempt = ? WHERE seq = ?`},
		{&s.foreign, `SELECT queue, due, seq, id, lane, ready, attempt FROM jobs WHERE seq >= ? AND done IS NULL ORDER BY seq`},

		{&s.count, `INSERT INTO counts (what, name, n) VALUES (?, ?, ?) ON CONFLICT (what, name) DO UPDATE SET n = n + excluded.n`},
		{&s.purge, `DELETE FROM jobs WHERE seq IN (SELECT seq FROM jobs WHERE done <= ? ORDER BY done LIMIT ?)`},
	}
}

// readStatements are the readers'; database/sql prepares each on every connection that it is used on, and closes it there.
type readStatements struct {
	get, queues, page, body, counts *sql.Stmt
}

func (s *readStatements) prepare(ctx context.Context, db *sql.DB) error {
	return prepare(ctx, db, []statement{
		{&s.get, `SELECT version, time, keys, body FROM records WHERE kind = ? AND id = ?`},
		// The first waiting job of each queue, by hops from name to name.
		{&s.queues, `WITH RECURSIVE names (name) AS (
				SELECT min(queue) FROM jobs WHERE done IS NULL
				UNION ALL
				SELECT (SELECT min(queue) FROM jobs WHERE done IS NULL AND queue > name) FROM names WHERE name IS NOT NULL
			)
			SELECT name, due, seq FROM names
			JOIN jobs ON seq = (SELECT seq FROM jobs WHERE done IS NULL AND queue = name ORDER BY due, seq LIMIT 1)`},
		// Waiting jobs from a place on.
		{&s.page, `SELECT due, seq, id, lane, ready, attempt FROM jobs
			WHERE done IS NULL AND queue = ? AND (due, seq) >= (?, ?) ORDER BY due, seq LIMIT ?`},
		{&s.body, `SELECT body FROM jobs WHERE seq = ?`},
		{&s.counts, `SELECT what, name, n FROM counts WHERE n > 0 ORDER BY what, name`},
	})
}

// prepare prepares the statements on a connection or a pool.
func prepare(ctx context.Context, on interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}, all []statement) error {
	for _, s := range all {
		prepared, err := on.PrepareContext(ctx, s.text)
		if err != nil {
			return fmt.Errorf("prepare %q: %w", s.text, err)
		}
		*s.to = prepared
	}
	return nil
}
