-- Full text without a copy of the text (decision 0019). SQLite takes an entry out of such an index only by its whole text, so a record
-- that is indexed anew gets another entry, and the former one is passed over. The next search makes the index anew.
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5 (
  text, content = '', tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
CREATE TABLE search_entry (
  entry   INTEGER PRIMARY KEY,      -- rowid in `search`
  record  INTEGER NOT NULL UNIQUE,
  stamp   INTEGER NOT NULL,         -- of the text: the first eight bytes of its hash
  formers INTEGER NOT NULL          -- entries it had before
);
UPDATE index_mark SET upto = 0 WHERE kind = 2;
DELETE FROM index_stale WHERE kind = 2;
