-- Change sets of one chain that follow each other, many to a row and compressed together (spec 50-store-file, "What is kept compressed";
-- decision 0018). `change_set` holds those that were not packed yet: all of them at first, and a few hundred at a time go.
CREATE TABLE change_pack (
  first INTEGER PRIMARY KEY,  -- it holds all that is packed of its chain from this id on, up to the next pack
  last  INTEGER NOT NULL,     -- id of its last change set
  bytes INTEGER NOT NULL,     -- of the encoded change sets in it
  stamp INTEGER NOT NULL,     -- of body: the first eight bytes of its hash
  body  BLOB NOT NULL
);
