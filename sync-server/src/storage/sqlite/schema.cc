#include "storage/sqlite/schema.h"

#include <array>

namespace haki::storage {
namespace {

constexpr std::int64_t kApplicationId = 0x48616B73;  // "Haks"

// Rows that devices receive have id = coalition << 40 | server_seq, so that one tree is in the order in which they are
// given out. Large blobs come last, so that reading what is before them touches no overflow page.
constexpr const char* kMigration1 = R"sql(
CREATE TABLE coalitions(
  key INTEGER PRIMARY KEY,
  org BLOB NOT NULL UNIQUE,
  founded_ms INTEGER NOT NULL,
  founding_head BLOB NOT NULL,
  server_seq INTEGER NOT NULL,
  entries INTEGER NOT NULL
);
CREATE TABLE tokens(
  secret_hash BLOB PRIMARY KEY,
  name_hint TEXT NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_by BLOB
) WITHOUT ROWID;
CREATE TABLE membership(
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  seq INTEGER NOT NULL,
  frame BLOB NOT NULL,
  PRIMARY KEY(coalition, seq)
) WITHOUT ROWID;
CREATE TABLE grants(
  id INTEGER PRIMARY KEY,
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  device BLOB NOT NULL,
  frame BLOB NOT NULL
);
CREATE INDEX grants_of_device ON grants(coalition, device);
CREATE TABLE devices(
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  device BLOB NOT NULL,
  counter INTEGER NOT NULL,
  beacon_ms INTEGER NOT NULL,
  PRIMARY KEY(coalition, device)
) WITHOUT ROWID;
CREATE TABLE chains(
  key INTEGER PRIMARY KEY,
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  log BLOB NOT NULL,
  compartment BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  m_seq INTEGER NOT NULL,
  server_seq INTEGER NOT NULL
);
CREATE UNIQUE INDEX chains_by_name ON chains(coalition, log, compartment);
CREATE INDEX chains_by_news ON chains(coalition, server_seq);
CREATE TABLE items(
  id INTEGER PRIMARY KEY,
  chain INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  received_ms INTEGER NOT NULL,
  prev8 BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  m_seq INTEGER NOT NULL,
  beacon BLOB,
  kind INTEGER NOT NULL,
  grp BLOB,
  witness BLOB,
  nonce BLOB NOT NULL,
  signature BLOB,
  sealed BLOB NOT NULL
);
CREATE UNIQUE INDEX items_of_chain ON items(chain, seq);
CREATE TABLE epoch_keys(
  id INTEGER PRIMARY KEY,
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  compartment BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  key_id BLOB NOT NULL,
  m_seq INTEGER NOT NULL,
  frame BLOB NOT NULL
);
CREATE UNIQUE INDEX epoch_keys_by_epoch ON epoch_keys(coalition, compartment, epoch);
CREATE TABLE joins(
  id INTEGER PRIMARY KEY,
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  invite BLOB NOT NULL,
  device BLOB NOT NULL,
  expires_ms INTEGER NOT NULL,
  frame BLOB NOT NULL
);
CREATE INDEX joins_by_invite ON joins(coalition, invite);
)sql";

constexpr const char* kMigration2 = R"sql(
CREATE TABLE wiped(
  id INTEGER PRIMARY KEY,
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  device BLOB NOT NULL,
  frame BLOB NOT NULL
);
CREATE UNIQUE INDEX wiped_by_device ON wiped(coalition, device);
)sql";

// Snapshots (spec 61-snapshots). An item whose ciphertext was let go has an empty `sealed`, and what its header needs.
constexpr const char* kMigration3 = R"sql(
ALTER TABLE items ADD COLUMN sealed_length INTEGER;
ALTER TABLE items ADD COLUMN sealed_hash BLOB;
CREATE TABLE snapshots(
  key INTEGER PRIMARY KEY,
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  compartment BLOB NOT NULL,
  id BLOB NOT NULL,
  by BLOB NOT NULL,
  covers INTEGER NOT NULL,
  total INTEGER NOT NULL,
  held INTEGER NOT NULL,
  begun_ms INTEGER NOT NULL,
  superseded_ms INTEGER,
  frame BLOB NOT NULL
);
CREATE UNIQUE INDEX snapshots_by_name ON snapshots(coalition, compartment, id);
CREATE TABLE snapshot_pieces(
  snapshot INTEGER NOT NULL REFERENCES snapshots(key),
  at INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY(snapshot, at)
);
CREATE TABLE snapshot_words(
  snapshot INTEGER NOT NULL REFERENCES snapshots(key),
  by BLOB NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY(snapshot, by)
) WITHOUT ROWID;
)sql";

// Quotas (spec 60-http-api): how much is held of each log, and which items were beyond what the operator allows.
constexpr const char* kMigration4 = R"sql(
CREATE TABLE log_bytes(
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  log BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY(coalition, log)
) WITHOUT ROWID;
INSERT INTO log_bytes(coalition, log, bytes)
  SELECT chains.coalition, chains.log, sum(length(items.sealed)) FROM items JOIN chains ON chains.key=items.chain GROUP BY 1, 2;
ALTER TABLE items ADD COLUMN over_quota INTEGER NOT NULL DEFAULT 0;
CREATE INDEX items_over_quota ON items(chain) WHERE over_quota=1;
)sql";

// Blobs (spec 62-blobs): what is held of which; their bytes are files beside the database.
constexpr const char* kMigration5 = R"sql(
CREATE TABLE uploads(
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  blob BLOB NOT NULL,
  compartment BLOB NOT NULL,
  device BLOB NOT NULL,
  length INTEGER NOT NULL,
  held INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  forgotten INTEGER NOT NULL,
  PRIMARY KEY(coalition, blob)
) WITHOUT ROWID;
CREATE TABLE blobs(
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  blob BLOB NOT NULL,
  compartment BLOB NOT NULL,
  device BLOB NOT NULL,
  length INTEGER NOT NULL,
  whole_ms INTEGER NOT NULL,
  bytes_then INTEGER NOT NULL,
  PRIMARY KEY(coalition, blob, compartment)
) WITHOUT ROWID;
CREATE TABLE blob_bytes(
  coalition INTEGER PRIMARY KEY REFERENCES coalitions(key),
  bytes INTEGER NOT NULL
);
)sql";

// Erasures (spec 14-erasure): what stands in the place of an item's ciphertext, and what was erased for which tombstone. The index
// has the items whose content was let go of with nothing in its place.
constexpr const char* kMigration6 = R"sql(
ALTER TABLE items ADD COLUMN remainder BLOB;
CREATE INDEX items_let_go ON items(chain, seq) WHERE sealed_length IS NOT NULL AND remainder IS NULL;
CREATE TABLE erased_items(
  chain INTEGER NOT NULL REFERENCES chains(key),
  seq INTEGER NOT NULL,
  tomb_log BLOB NOT NULL,
  tomb_seq INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  holds INTEGER NOT NULL,
  PRIMARY KEY(chain, seq, tomb_log, tomb_seq)
) WITHOUT ROWID;
CREATE TABLE erased_blobs(
  coalition INTEGER NOT NULL REFERENCES coalitions(key),
  blob BLOB NOT NULL,
  compartment BLOB NOT NULL,
  time_ms INTEGER NOT NULL,
  PRIMARY KEY(coalition, blob, compartment)
) WITHOUT ROWID;
)sql";

constexpr std::array kMigrations = {kMigration1, kMigration2, kMigration3, kMigration4, kMigration5, kMigration6};
static_assert(kMigrations.size() == kSchemaVersion);

Result<std::int64_t> pragma(Connection& connection, const char* sql) {
  Statement statement = connection.prepare(sql);
  const bool row = statement.step();
  HAKI_TRY(statement.result());
  return row ? statement.integer(0) : 0;
}

}  // namespace

Result<> migrate(Connection& connection) {
  // Another process may be creating the same database: whoever comes second waits here and finds it done.
  HAKI_TRY(connection.execute("BEGIN IMMEDIATE"));
  const auto migrated = [&]() -> Result<> {
    HAKI_ASSIGN(const auto version, pragma(connection, "PRAGMA user_version"));
    HAKI_ASSIGN(const auto application, pragma(connection, "PRAGMA application_id"));
    if (version > 0 && application != kApplicationId) {
      return Error{Code::kInvalid,
                   "The data directory holds a database that is not a Haki server's. Choose another one."};
    }
    if (version > kSchemaVersion) {
      return Error{Code::kWrongVersion, "A newer haki-server made this data directory. Update haki-server to use it."};
    }
    for (auto next = version; next < kSchemaVersion; ++next) {
      HAKI_TRY(connection.execute(kMigrations[static_cast<std::size_t>(next)]));
    }
    HAKI_TRY(connection.execute(("PRAGMA application_id=" + std::to_string(kApplicationId)).c_str()));
    return connection.execute(("PRAGMA user_version=" + std::to_string(kSchemaVersion)).c_str());
  }();
  if (!migrated) {
    (void)connection.execute("ROLLBACK");
    return migrated.error();
  }
  return connection.execute("COMMIT");
}

}  // namespace haki::storage
