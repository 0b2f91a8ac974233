-- Ranking needs the size of each text that matches. Without it kept, SQLite reads and splits the whole text again for every match: most
-- of a search's time, and more than in proportion to the store. The next search makes the index anew.
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5 (
  text, tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
UPDATE index_mark SET upto = 0 WHERE kind = 2;
DELETE FROM index_stale WHERE kind = 2;
