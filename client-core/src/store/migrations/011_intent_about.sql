-- Of a change of a case's readers: whom it is about (devices, 16 bytes each), as others may have changed the list by the time it is entered.
ALTER TABLE intent ADD COLUMN about BLOB NOT NULL DEFAULT x'';
