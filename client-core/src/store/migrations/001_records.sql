-- The client's store. Ids are interned as small numbers (`compartment`, `log`, `form`) wherever they repeat.
-- Merge state, change log and queues are written in one transaction; what can be derived is derived, not written:
-- an own chain's newest change set and the hybrid clock are read from `change_set` when the store is opened.

CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE compartment (no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);
CREATE TABLE log (no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);
CREATE TABLE form (no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);

-- One row per chain, that is per (log, compartment).
CREATE TABLE chain (
  no            INTEGER PRIMARY KEY,
  compartment   INTEGER NOT NULL REFERENCES compartment,
  log           INTEGER NOT NULL REFERENCES log,
  applied_seq   INTEGER NOT NULL DEFAULT 0,  -- others' chains: change sets applied or refused
  head_seq      INTEGER NOT NULL DEFAULT 0,  -- newest item sealed (own) or verified (others')
  head          BLOB NOT NULL DEFAULT x'',
  receipted_seq INTEGER NOT NULL DEFAULT 0,  -- own chains: acknowledged by the server
  acked_seq     INTEGER NOT NULL DEFAULT 0,  -- own chains: read by a lead, as its signed Ack says
  m_seq         INTEGER NOT NULL DEFAULT 0,  -- newest membership entry cited; never falls
  epoch         INTEGER NOT NULL DEFAULT 0,  -- newest epoch used; never falls in own/<device>
  UNIQUE (compartment, log)
);

-- id = chain.no << 40 | seq, so that one B-tree holds every chain in its order.
CREATE TABLE change_set (
  id   INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  body BLOB NOT NULL
);

-- One row per record and compartment; `body` is its whole merge state (spec 10-change-set, "Record state").
CREATE TABLE record (
  no          INTEGER PRIMARY KEY,
  compartment INTEGER NOT NULL REFERENCES compartment,
  id          BLOB NOT NULL,
  form        INTEGER REFERENCES form,
  parent      INTEGER REFERENCES record,     -- rows of a repeated group
  author      INTEGER REFERENCES log,        -- who made it; NULL while only edits have come
  state       TEXT NOT NULL,
  created     INTEGER NOT NULL,              -- hybrid clock
  changed     INTEGER NOT NULL,
  hidden      INTEGER NOT NULL DEFAULT 0,    -- deleted as its deleter saw it
  conflicts   INTEGER NOT NULL DEFAULT 0,    -- fields with more than one standing value
  body        BLOB NOT NULL,
  UNIQUE (id, compartment)
);
CREATE INDEX record_by_form ON record (form, created) WHERE parent IS NULL;
CREATE INDEX record_by_parent ON record (parent) WHERE parent IS NOT NULL;
CREATE INDEX record_in_conflict ON record (no) WHERE conflicts > 0;
CREATE INDEX record_in_review ON record (state, changed) WHERE state IN ('submitted', 'edited', 'has_issues');

-- Which change sets touched a record: its history.
CREATE TABLE touch (
  record     INTEGER NOT NULL,
  change_set INTEGER NOT NULL,
  PRIMARY KEY (record, change_set)
) WITHOUT ROWID;

-- Standing values of the fields that a form marks as indexed.
CREATE TABLE cell (
  form   INTEGER NOT NULL,
  field  INTEGER NOT NULL,
  value  NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (form, field, value, record)
) WITHOUT ROWID;
CREATE INDEX cell_by_record ON cell (record);

-- Full text, normalised by us (search.h). Records wait in search_stale until the next search: writing stays cheap.
CREATE VIRTUAL TABLE search USING fts5 (
  text, columnsize = 0,
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
CREATE TABLE search_stale (record INTEGER PRIMARY KEY);

-- Sealed frames, byte for byte as they are sent; never sealed again.
CREATE TABLE outbox (
  no        INTEGER PRIMARY KEY,
  chain     INTEGER NOT NULL REFERENCES chain,
  last_seq  INTEGER NOT NULL,             -- of an epoch key: its epoch
  kind      INTEGER NOT NULL,             -- 1 run, 2 epoch key
  hash      BLOB NOT NULL,                -- header hash of the item
  frame     BLOB NOT NULL,
  receipted INTEGER NOT NULL DEFAULT 0    -- server's time in ms; 0 while it waits
);
CREATE INDEX outbox_waiting ON outbox (no) WHERE receipted = 0;
CREATE INDEX outbox_by_chain ON outbox (chain, last_seq);

-- Verified, but waiting for a key or a newer version; tried again when either comes.
CREATE TABLE held (
  no        INTEGER PRIMARY KEY,
  chain     INTEGER NOT NULL REFERENCES chain,
  first_seq INTEGER NOT NULL,
  last_seq  INTEGER NOT NULL,
  epoch     INTEGER NOT NULL,
  header    BLOB NOT NULL,
  sealed    BLOB NOT NULL,
  reason    TEXT NOT NULL,
  UNIQUE (chain, last_seq)
);

-- Verified, but malformed or not permitted: a person decides. The chain goes on.
CREATE TABLE quarantine (
  no        INTEGER PRIMARY KEY,
  chain     INTEGER NOT NULL REFERENCES chain,
  first_seq INTEGER NOT NULL,
  last_seq  INTEGER NOT NULL,
  reason    TEXT NOT NULL,
  header    BLOB NOT NULL,
  sealed    BLOB NOT NULL,
  time_ms   INTEGER NOT NULL
);

CREATE TABLE membership_entry (seq INTEGER PRIMARY KEY, frame BLOB NOT NULL);
CREATE TABLE epoch_key (
  compartment BLOB NOT NULL,
  epoch       INTEGER NOT NULL,
  key         BLOB NOT NULL,
  made_ms     INTEGER NOT NULL,   -- own notebook: when it was made; else 0
  readers     BLOB NOT NULL,      -- own notebook: hash of the readers it went to
  PRIMARY KEY (compartment, epoch)
) WITHOUT ROWID;

-- Invites this device gave, and requests that came for them (or for others' invites).
CREATE TABLE invite (
  id         BLOB PRIMARY KEY,
  body       BLOB NOT NULL,       -- the whole invite, with its secret
  districts  TEXT NOT NULL,       -- one a line
  expires_ms INTEGER NOT NULL,
  used_by    BLOB                 -- device; NULL while unused
) WITHOUT ROWID;
CREATE TABLE join_request (
  invite  BLOB NOT NULL,
  device  BLOB NOT NULL,
  frame   BLOB NOT NULL,
  reason  TEXT NOT NULL,          -- why it was not admitted by itself; empty while it was not looked at
  approved INTEGER NOT NULL DEFAULT 0,  -- a lead said yes by hand: admitted with the next exchange
  PRIMARY KEY (invite, device)
) WITHOUT ROWID;
