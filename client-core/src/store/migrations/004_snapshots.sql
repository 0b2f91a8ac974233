-- Snapshots this device reads (spec 61-snapshots, "Using one") and the one it makes.

-- state 1: coming; 2: whole, its audit under way; 3: audited; 4: cannot be audited, it rests on the words of its leads.
CREATE TABLE snapshot (
  compartment BLOB PRIMARY KEY,
  frame       BLOB NOT NULL,
  state       INTEGER NOT NULL,
  parts       INTEGER NOT NULL,   -- merged so far
  confirmed   INTEGER NOT NULL,   -- persons other than the maker whose word was with it
  at_once     INTEGER NOT NULL,   -- parts are merged as they come: nothing of others was here
  complete    INTEGER NOT NULL    -- every change set below the chains' old places is kept here
) WITHOUT ROWID;
-- What came and is not merged yet, in the order it came.
CREATE TABLE snapshot_piece (no INTEGER PRIMARY KEY, compartment BLOB NOT NULL, bytes BLOB NOT NULL);
-- Hashes of the states merged so far, until all are there.
CREATE TABLE snapshot_leaf (compartment BLOB NOT NULL, hash BLOB NOT NULL);
CREATE INDEX snapshot_leaf_of ON snapshot_leaf (compartment, hash);
-- Chains that the snapshot moved: what they stood at, and how far the work up to the mark has been read since.
CREATE TABLE snapshot_chain (
  chain       INTEGER PRIMARY KEY,
  compartment BLOB NOT NULL,
  applied_seq INTEGER NOT NULL,
  head_seq    INTEGER NOT NULL,
  head        BLOB NOT NULL,
  m_seq       INTEGER NOT NULL,
  epoch       INTEGER NOT NULL,
  audit_seq   INTEGER NOT NULL,
  audit_head  BLOB NOT NULL,
  audit_epoch INTEGER NOT NULL
);
-- The snapshot on its way to the server; its parts are never sealed again.
CREATE TABLE snapshot_made (compartment BLOB PRIMARY KEY, frame BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshot_made_part (compartment BLOB NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (compartment, number));
