-- A save writes less: what is derived from records waits for the next question that needs it (decision 0009).

-- The change set that brought the row; `touch` holds the later ones. NULL in rows made before: all theirs are in `touch`.
ALTER TABLE record ADD COLUMN first_change INTEGER;
-- The fields by which the form's records were last indexed (indexing.h); NULL while this device does not know the form.
ALTER TABLE form ADD COLUMN layout BLOB;

DROP TABLE search_stale;
-- kind 1: cells; 2: full text. Records above `upto` have not been indexed yet; of the others, those in index_stale changed.
CREATE TABLE index_mark (kind INTEGER PRIMARY KEY, upto INTEGER NOT NULL);
INSERT INTO index_mark VALUES (1, 0), (2, 0);
CREATE TABLE index_stale (
  kind   INTEGER NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (kind, record)
) WITHOUT ROWID;

-- A row's number may be given again once the last row is gone: whoever gets it is indexed like any other.
CREATE TRIGGER record_removed AFTER DELETE ON record BEGIN
  UPDATE index_mark SET upto = OLD.no - 1 WHERE upto >= OLD.no;
  INSERT OR IGNORE INTO index_stale VALUES (1, OLD.no), (2, OLD.no);
END;
