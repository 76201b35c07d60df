/**
 * The tables of an embedded store, as the steps that lead from one version to the next. A step that has been released is never
 * changed: a store of any version is brought up to date by the steps it lacks, in one transaction.
 */

/** Marks a file as Driftwire's (`PRAGMA application_id`): "DrWi". */
export const APPLICATION_ID = 0x44725769;

/** The first version that keeps what makes noise. */
export const NOISE_VERSION = 3;

/** Step n leads from version n to version n + 1 (`PRAGMA user_version`). */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE total (series TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE label_value (scope TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (scope, value)) STRICT, WITHOUT ROWID;
  CREATE TABLE label_scope (scope TEXT PRIMARY KEY, admitted INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- Two kinds of mark: counted by the ledger, accepted by the spool. A scan that delivers counts what the spool has never seen.
  CREATE TABLE counted (key TEXT PRIMARY KEY, made_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX counted_made ON counted (made_ms);
  CREATE TABLE accepted (key TEXT PRIMARY KEY, made_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX accepted_made ON accepted (made_ms);

  CREATE TABLE document (name TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
  CREATE TABLE cursor (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- AUTOINCREMENT: a number is never given twice, so that a settlement that comes late cannot meet another entry.
  CREATE TABLE entry (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, body TEXT NOT NULL, bytes INTEGER NOT NULL, accepted_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE due (sink TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES entry (seq), PRIMARY KEY (sink, seq)) STRICT, WITHOUT ROWID;
  CREATE INDEX due_seq ON due (seq);
  CREATE TABLE sink (name TEXT PRIMARY KEY, entries INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE spool (one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
  INSERT INTO spool VALUES (1, 0, 0);
  CREATE TABLE refusal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL, sink TEXT NOT NULL, key TEXT NOT NULL, reason TEXT NOT NULL,
    body TEXT NOT NULL, refused_ms INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE incident (name TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL, made_ms INTEGER NOT NULL) STRICT;
  CREATE INDEX incident_made ON incident (made_ms);
  CREATE TABLE member (key TEXT PRIMARY KEY, note TEXT NOT NULL, made_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX member_made ON member (made_ms);
  `,
  `
  -- What makes noise: grp is empty for findings without a group; born_day is the day on which the row was made, which has a bound.
  CREATE TABLE noise (
    day TEXT NOT NULL, grp TEXT NOT NULL, count INTEGER NOT NULL, seen TEXT NOT NULL, born_day TEXT NOT NULL, made_ms INTEGER NOT NULL,
    PRIMARY KEY (day, grp)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX noise_born ON noise (born_day);
  CREATE INDEX noise_made ON noise (made_ms);
  `,
  // Which copy of the event was counted; none with marks that were made before.
  `
  ALTER TABLE counted ADD COLUMN note TEXT;
  `,
];
