-- Acts this device owes the membership log: made here, entered with the next exchange. `acts` is encoded proposals, each
-- preceded by its length as u32.
CREATE TABLE intent (
  no   INTEGER PRIMARY KEY,
  acts BLOB NOT NULL,
  name TEXT NOT NULL,      -- of a new circle: written into it once it is there
  district TEXT NOT NULL
);

-- What leads decided about quarantined items of others, whichever comes first, the item or the word.
CREATE TABLE verdict (
  compartment BLOB NOT NULL,
  log         BLOB NOT NULL,
  seq         INTEGER NOT NULL,   -- the item's last
  hash        BLOB NOT NULL,      -- of its header
  accepted    INTEGER NOT NULL,
  PRIMARY KEY (compartment, log, seq)
) WITHOUT ROWID;

-- Devices that said they have obeyed the wipe order: the signed word.
CREATE TABLE wiped (device BLOB PRIMARY KEY, frame BLOB NOT NULL) WITHOUT ROWID;

-- What a lead has received, sealed as it came: it fills a server that was restored from an old backup, or a new one.
CREATE TABLE kept_run (
  chain     INTEGER NOT NULL REFERENCES chain,
  last_seq  INTEGER NOT NULL,
  after_seq INTEGER NOT NULL,
  frame     BLOB NOT NULL,
  PRIMARY KEY (chain, last_seq)
);
CREATE TABLE kept_epoch_key (
  compartment BLOB NOT NULL,
  epoch       INTEGER NOT NULL,
  frame       BLOB NOT NULL,
  PRIMARY KEY (compartment, epoch)
);
