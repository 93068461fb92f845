-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What shikaku-orca must not forget. Numbers of insured people stand in job.part as long as the job is not over, and of a
-- list of who has consented to home or online care (care-people) all that the center says of them; nowhere else is a
-- name, or an address; a birthdate and ORCA's own patient numbers until the retention ends.
CREATE TABLE IF NOT EXISTS event (
  uuid TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  patient TEXT NOT NULL, date TEXT NOT NULL, time TEXT NOT NULL, row TEXT NOT NULL, day TEXT NOT NULL, process TEXT NOT NULL,
  cursor TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL, -- seen, asking, answered, empty, lost, failed
  tries INTEGER NOT NULL DEFAULT 0,
  due INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS event_due ON event (state, due);
CREATE TABLE IF NOT EXISTS job (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  origin TEXT NOT NULL, -- of an event, its uuid; of a face file, its digest
  kind TEXT NOT NULL,
  priority INTEGER NOT NULL,
  identifier TEXT NOT NULL,
  birthdate TEXT NOT NULL,
  part TEXT NOT NULL,  -- erased when the job is over
  state TEXT NOT NULL, -- waiting, posting, done, cut, failed, unknown
  outcome TEXT NOT NULL DEFAULT '',
  tries INTEGER NOT NULL DEFAULT 0,
  due INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS job_due ON job (state, due);
CREATE INDEX IF NOT EXISTS job_identifier ON job (identifier);
CREATE TABLE IF NOT EXISTS face (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,  -- of the file: the institution, and when
  state TEXT NOT NULL, -- waiting, posting, posted, refused, unreadable, unknown
  outcome TEXT NOT NULL DEFAULT '',
  tries INTEGER NOT NULL DEFAULT 0,
  due INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS failure (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  origin TEXT NOT NULL,
  kind INTEGER NOT NULL,
  number INTEGER NOT NULL DEFAULT 0,
  told INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  due INTEGER NOT NULL DEFAULT 0,
  UNIQUE (origin, kind)
);
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
