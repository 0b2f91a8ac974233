-- Attachments (spec 12-attachments): which records have a blob, and where each blob's bytes have got to.

-- Kept with the record, in its transaction. `blob` is empty where the record does not name one rightly.
CREATE TABLE attached (record INTEGER PRIMARY KEY, blob BLOB NOT NULL);
CREATE INDEX attached_blob ON attached (blob);

CREATE TABLE blob (
  no            INTEGER PRIMARY KEY,
  id            BLOB NOT NULL UNIQUE,
  compartment   BLOB NOT NULL,
  sha256        BLOB NOT NULL,              -- of the content; by it a device knows a file that it has attached before
  content_bytes INTEGER NOT NULL,
  sealed_bytes  INTEGER NOT NULL,
  rank          INTEGER NOT NULL,           -- 1 thumbnails, 2 derivatives, 3 all others: the order they travel in
  mine          INTEGER NOT NULL,           -- captured on this device: to be sent
  here          INTEGER NOT NULL,           -- its whole ciphertext is in the home's folder of blobs
  wanted        INTEGER NOT NULL DEFAULT 0, -- a person asked for it
  moved         INTEGER NOT NULL DEFAULT 0, -- bytes that the server has acknowledged (mine) or that were fetched
  server_ms     INTEGER NOT NULL DEFAULT 0, -- when the server said it has it whole; 0: not yet
  receipt       BLOB NOT NULL DEFAULT x'',
  asked_ms      INTEGER NOT NULL DEFAULT 0, -- when the server last said that it does not have it (yet)
  over_quota    INTEGER NOT NULL DEFAULT 0, -- the server has it beyond what its operator allows
  trouble       TEXT NOT NULL DEFAULT ''    -- why it does not move, for people; empty: nothing is known
);
CREATE INDEX blob_to_send ON blob (rank, no) WHERE mine = 1 AND server_ms = 0;
CREATE INDEX blob_of_content ON blob (sha256) WHERE mine = 1;

CREATE TRIGGER record_with_blob_removed AFTER DELETE ON record BEGIN
  DELETE FROM attached WHERE record = OLD.no;
END;
