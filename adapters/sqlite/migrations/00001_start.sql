-- +goose Up

-- A record. rowid is the version of its first write: Find orders by time, then by it. keys is the packed list (see packKeys).
CREATE TABLE records (
    rowid   INTEGER PRIMARY KEY,
    kind    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    time    INTEGER NOT NULL, -- µs since 1970, as all times here
    keys    BLOB,
    body    BLOB    NOT NULL
);
CREATE UNIQUE INDEX records_id ON records (kind, id);
CREATE INDEX records_time ON records (kind, time);

-- A key of a record, with what Find orders by.
CREATE TABLE keys (
    kind   TEXT    NOT NULL,
    key    TEXT    NOT NULL,
    time   INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (kind, key, time, record)
) WITHOUT ROWID;

-- A job. One that is done keeps its row, without its body, for the dedupe window.
CREATE TABLE jobs (
    seq     INTEGER PRIMARY KEY, -- the order in which they were added
    queue   TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    lane    TEXT    NOT NULL,
    due     INTEGER NOT NULL,
    ready   INTEGER NOT NULL DEFAULT 0, -- not before this, if it was put back
    attempt INTEGER NOT NULL DEFAULT 0,
    done    INTEGER,                    -- when; NULL while it waits
    body    BLOB
);
CREATE UNIQUE INDEX jobs_id ON jobs (queue, id);
CREATE INDEX jobs_waiting ON jobs (queue, due) WHERE done IS NULL;
CREATE INDEX jobs_done ON jobs (done) WHERE done IS NOT NULL;

-- How many records of each kind and waiting jobs of each queue there are.
CREATE TABLE counts (
    what TEXT    NOT NULL, -- 'record' or 'job'
    name TEXT    NOT NULL,
    n    INTEGER NOT NULL,
    PRIMARY KEY (what, name)
) WITHOUT ROWID;

-- The counter that versions and seqs come from: all numbers below are taken.
CREATE TABLE counter (taken INTEGER NOT NULL);
INSERT INTO counter (taken) VALUES (1);

-- +goose Down
DROP TABLE counter;
DROP TABLE counts;
DROP TABLE jobs;
DROP TABLE keys;
DROP TABLE records;
