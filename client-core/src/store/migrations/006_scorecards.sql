-- What scorecards are rolled up from (spec 80-analysis): derived from records, brought up to date by the next question.

-- Who rates: an organisation, or a member where none is known; and whose log is whose, as last used here.
CREATE TABLE rater (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE rater_of_log (log INTEGER PRIMARY KEY, rater INTEGER NOT NULL REFERENCES rater);

-- Every rating of a recommendation. `standing`: counts, or why it does not: draft, waiting, returned, rejected, conflict.
CREATE TABLE rated (
  record         INTEGER PRIMARY KEY,
  recommendation BLOB NOT NULL,
  rater          INTEGER NOT NULL,
  district       TEXT NOT NULL,
  cycle          INTEGER NOT NULL,
  scale          TEXT NOT NULL,
  criterion      TEXT NOT NULL,
  stakeholder    TEXT NOT NULL,     -- '': not said
  weight         REAL NOT NULL,
  value          REAL,              -- 0 to 1; NULL: no information
  verified       INTEGER NOT NULL,  -- by another organisation than the rater's
  standing       TEXT NOT NULL,
  changed        INTEGER NOT NULL
);
CREATE INDEX rated_of ON rated (recommendation);

-- Observations and evidence that stand for a recommendation.
CREATE TABLE evidenced (record INTEGER PRIMARY KEY, recommendation BLOB NOT NULL);
CREATE INDEX evidenced_of ON evidenced (recommendation);
-- Which rating a verification is of, so that one that is taken back is noticed.
CREATE TABLE verifying (record INTEGER PRIMARY KEY, rating BLOB NOT NULL);
CREATE INDEX verifying_of ON verifying (rating);

-- Sums of one recommendation by '', district, organisation or cycle; `raters` are numbers apart by commas.
CREATE TABLE rolled (
  recommendation BLOB NOT NULL,
  dimension      TEXT NOT NULL,
  by             TEXT NOT NULL,
  scale          TEXT NOT NULL,
  ratings        INTEGER NOT NULL,
  valued         INTEGER NOT NULL,
  total          REAL NOT NULL,
  least          REAL,
  most           REAL,
  verified       INTEGER NOT NULL,
  raters         TEXT NOT NULL,
  PRIMARY KEY (dimension, recommendation, by, scale)
) WITHOUT ROWID;
CREATE INDEX rolled_of ON rolled (recommendation);
-- How many ratings did not count, and why; `replaced`: the rater has rated anew.
CREATE TABLE left_out (
  recommendation BLOB NOT NULL,
  dimension      TEXT NOT NULL,
  by             TEXT NOT NULL,
  scale          TEXT NOT NULL,
  reason         TEXT NOT NULL,
  ratings        INTEGER NOT NULL,
  PRIMARY KEY (dimension, recommendation, by, scale, reason)
) WITHOUT ROWID;
CREATE INDEX left_out_of ON left_out (recommendation);
CREATE TABLE rolled_evidence (recommendation BLOB PRIMARY KEY, records INTEGER NOT NULL) WITHOUT ROWID;

-- index_mark and index_stale, kind 3: records that are not in these tables as they stand now.
INSERT INTO index_mark VALUES (3, 0);
DROP TRIGGER record_removed;
CREATE TRIGGER record_removed AFTER DELETE ON record BEGIN
  UPDATE index_mark SET upto = OLD.no - 1 WHERE upto >= OLD.no;
  INSERT OR IGNORE INTO index_stale VALUES (1, OLD.no), (2, OLD.no), (3, OLD.no);
END;
