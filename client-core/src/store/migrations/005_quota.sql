-- A held item remembers that the server marked it as beyond its author's quota (spec 20-merge, "Quarantine").
ALTER TABLE held ADD COLUMN over_quota INTEGER NOT NULL DEFAULT 0;
