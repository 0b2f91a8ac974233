-- Erasures (spec 14-erasure): what was erased, what of it is still to be done here and at the server, and who has said that it let go.

-- Each Erase that stands in a record's row. `let_go`: this device has said in its notebook that it holds nothing any more.
CREATE TABLE erasure (
  record INTEGER NOT NULL,        -- row
  log    BLOB NOT NULL,           -- the change set with the Erase
  seq    INTEGER NOT NULL,
  let_go INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (record, log, seq)
) WITHOUT ROWID;

-- Change sets that were written anew without a record, until it is known what sealed bytes of them are kept here.
CREATE TABLE erased_change (
  change_set INTEGER NOT NULL,
  record     INTEGER NOT NULL,
  log        BLOB NOT NULL,       -- the Erase's
  seq        INTEGER NOT NULL,
  PRIMARY KEY (change_set, record)
) WITHOUT ROWID;

-- Leads: items and blobs that the server is to let go of, and its signed word that it has (`server_ms` 0: not yet).
CREATE TABLE erased_item (
  chain     INTEGER NOT NULL,
  last_seq  INTEGER NOT NULL,
  hash      BLOB NOT NULL,
  record    INTEGER NOT NULL,
  log       BLOB NOT NULL,
  seq       INTEGER NOT NULL,
  wanted    INTEGER NOT NULL DEFAULT 0,  -- the server has asked for the remainder
  server_ms INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (chain, last_seq, record)
) WITHOUT ROWID;
CREATE TABLE erased_blob (
  id          BLOB NOT NULL,
  compartment BLOB NOT NULL,
  record      INTEGER NOT NULL,
  file_gone   INTEGER NOT NULL DEFAULT 0,
  server_ms   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (id, compartment)
) WITHOUT ROWID;

-- Devices that said they hold nothing of a record any more.
CREATE TABLE let_go (
  compartment BLOB NOT NULL,
  record      BLOB NOT NULL,
  device      BLOB NOT NULL,
  log         BLOB NOT NULL,
  seq         INTEGER NOT NULL,
  time_ms     INTEGER NOT NULL,
  PRIMARY KEY (compartment, record, device, log, seq)
) WITHOUT ROWID;

-- What takes the place of an item's ciphertext, and the hash a kept run follows, without which no header of it can be made again.
ALTER TABLE held ADD COLUMN remainder BLOB NOT NULL DEFAULT x'';
ALTER TABLE quarantine ADD COLUMN remainder BLOB NOT NULL DEFAULT x'';
ALTER TABLE kept_run ADD COLUMN prev BLOB NOT NULL DEFAULT x'';
