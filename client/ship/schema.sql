-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The ledgers of many desks in one database. Rows are added, never changed: who ships needs SELECT and INSERT alone.
--
-- A desk is the origin of its checkpoints. Where a desk's ledger took up again behind what was shipped, and somebody has
-- accepted that, what comes from then on is of its next generation; the former one stays.
CREATE SCHEMA shikaku;

CREATE TABLE shikaku.desk (
  origin text NOT NULL,
  generation integer NOT NULL,
  reason text NOT NULL DEFAULT '', -- why an administrator has begun it
  began timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (origin, generation)
);

-- The keys that sign a desk's checkpoints, and the entry that tells of each.
CREATE TABLE shikaku.key (
  origin text NOT NULL,
  generation integer NOT NULL,
  verifier text NOT NULL,
  place bigint NOT NULL,
  PRIMARY KEY (origin, generation, verifier, place),
  FOREIGN KEY (origin, generation) REFERENCES shikaku.desk
);

-- leaf: RFC 6962's hash of salt and data. Both are NULL in what the desk has pruned. kind, at (microseconds since 1970,
-- UTC) and fields are read out of data, to be searched; "shikaku-ledger-ship verify" compares them.
CREATE TABLE shikaku.entry (
  origin text NOT NULL,
  generation integer NOT NULL,
  place bigint NOT NULL CHECK (place >= 0),
  leaf bytea NOT NULL CHECK (length (leaf) = 32),
  salt bytea CHECK (length (salt) = 16),
  data bytea CHECK ((data IS NULL) = (salt IS NULL)),
  kind text CHECK ((kind IS NULL) = (data IS NULL)),
  at bigint CHECK ((at IS NULL) = (data IS NULL)),
  fields jsonb CHECK ((fields IS NULL) = (data IS NULL)),
  shipped timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (origin, generation, place),
  FOREIGN KEY (origin, generation) REFERENCES shikaku.desk
);
CREATE INDEX ON shikaku.entry (at);
CREATE INDEX ON shikaku.entry ((fields ->> 'Person'));
CREATE INDEX ON shikaku.entry ((fields ->> 'PersonNumber'));
CREATE INDEX ON shikaku.entry ((fields ->> 'Staff'), at);

-- How far a desk was shipped, and the tree's root there; note: the desk's signed checkpoint of that size or a later one.
CREATE TABLE shikaku.checkpoint (
  origin text NOT NULL,
  generation integer NOT NULL,
  size bigint NOT NULL CHECK (size >= 0),
  root bytea NOT NULL CHECK (length (root) = 32),
  note text NOT NULL,
  shipped timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (origin, generation, size),
  FOREIGN KEY (origin, generation) REFERENCES shikaku.desk
);

-- What was found wrong at a desk when it should have been shipped.
CREATE TABLE shikaku.fault (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  found timestamptz NOT NULL DEFAULT now(),
  origin text NOT NULL,
  generation integer NOT NULL,
  what text NOT NULL,
  message text NOT NULL,
  note text NOT NULL
);

-- One search over all desks. A person's hash is made with the key of the desk: it is the same within one desk alone.
CREATE VIEW shikaku.search AS
SELECT origin AS desk, generation, place, to_timestamp (at / 1000000.0) AS at, kind,
       fields ->> 'Staff' AS staff, fields ->> 'Role' AS role, (fields ->> 'Uid')::bigint AS uid,
       fields ->> 'Program' AS program, fields ->> 'Reason' AS reason,
       fields ->> 'Person' AS person, fields ->> 'PersonNumber' AS person_number, fields ->> 'Visit' AS visit,
       fields ->> 'Consent' AS consent, fields ->> 'Decision' AS decision, fields ->> 'Records' AS records,
       fields ->> 'Outcome' AS outcome, fields ->> 'Answer' AS answer, fields ->> 'Error' AS error,
       fields ->> 'Act' AS act, fields, encode (leaf, 'hex') AS leaf
  FROM shikaku.entry
 WHERE data IS NOT NULL;
