#include "store/database.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "store/connection.h"
#include "store/sealed_file.h"

namespace haki::store {
namespace {

constexpr std::size_t kCachedStatementsMax = 512;
constexpr std::uint64_t kPagesTriedMax = 64;
constexpr std::string_view kRollback = "ROLLBACK";

// What a pragma must answer before any other statement runs. In this order: the lock comes before the first read.
struct Setting {
  const char* set;
  const char* ask;
  std::string_view answer;
};
constexpr std::array kSettings = {
    Setting{"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA locking_mode", "exclusive"},
    Setting{"PRAGMA temp_store=MEMORY", "PRAGMA temp_store", "2"},
    Setting{"PRAGMA synchronous=FULL", "PRAGMA synchronous", "2"},
    Setting{"PRAGMA cache_size=-16384", "PRAGMA cache_size", "-16384"},
    Setting{"PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", "1"},
    Setting{"PRAGMA wal_autocheckpoint=4000", "PRAGMA wal_autocheckpoint", "4000"},
    Setting{"PRAGMA journal_mode", "PRAGMA journal_mode", "wal"},  // first read: recovers the log
    Setting{"PRAGMA secure_delete=ON", "PRAGMA secure_delete", "1"},
    Setting{"PRAGMA page_size", "PRAGMA page_size", "4096"},
};

// Pragmas that may be given a value once the store is open; asking is always allowed.
constexpr std::array<std::string_view, 9> kSettablePragmas = {
    "user_version", "wal_checkpoint",    "integrity_check",    "quick_check", "table_info",
    "index_list",   "foreign_key_check", "defer_foreign_keys", "cache_size",
};

int authorize(void*, int action, const char* first, const char* second, const char*, const char*) {
  switch (action) {
    case SQLITE_ATTACH:
      // VACUUM attaches a nameless database, which temp_store keeps in memory.
      return first != nullptr && *first == '\0' ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
      return second != nullptr && sqlite3_stricmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA: {
      if (second == nullptr) return SQLITE_OK;
      const std::string_view name = first;
      const bool known = std::find(kSettablePragmas.begin(), kSettablePragmas.end(), name) != kSettablePragmas.end();
      return known ? SQLITE_OK : SQLITE_DENY;
    }
    default:
      return SQLITE_OK;
  }
}

// Tells a key that does not fit from damage, before SQLite looks: does anything in the files open?
Result<> examine(const DatabaseOptions& options, const PageCipher& cipher) {
  HAKI_ASSIGN(const std::unique_ptr<DiskFile> file, options.disk.open(options.path, OpenMode::kExisting));
  HAKI_ASSIGN(const std::uint64_t size, file->size());
  Bytes sealed(kRecordBytes);
  crypto::SecretBytes plain(kFrameBytes);
  const std::span<std::uint8_t> page(sealed.data(), kPageBytes);
  const std::uint64_t pages = std::min<std::uint64_t>(size / kPageBytes, kPagesTriedMax);
  for (std::uint64_t number = 1; number <= pages; ++number) {
    HAKI_TRY(file->read((number - 1) * kPageBytes, page));
    if (cipher.open_page(number, page.data(), plain.data())) return {};
    if (number == 1 && as_text(page).starts_with("SQLite format 3")) return {};  // refused in words of its own
  }
  HAKI_ASSIGN(const bool has_log, options.disk.exists(options.path + "-wal"));
  if (has_log) {
    HAKI_ASSIGN(const std::unique_ptr<DiskFile> log, options.disk.open(options.path + "-wal", OpenMode::kExisting));
    for (std::uint64_t index = 0; index < kPagesTriedMax; ++index) {
      HAKI_ASSIGN(const std::size_t got, log->read(kWalHeaderBytes + index * kRecordBytes, sealed));
      if (got != kRecordBytes) break;
      if (cipher.open_record(index, sealed.data(), plain.data())) return {};
    }
  }
  if (size == 0 || size % kPageBytes != 0) {
    return Error{Code::kDamaged,
                 "The file '" + options.path +
                     "' is not a store of Haki, or only a piece of one. Put the home's own file back from "
                     "a backup, or join again and sync."};
  }
  return Error{
      Code::kWrongKey,
      "The key of this home does not fit its store '" + options.path +
          "'. Either the file belongs to another home, or the key file does; put the ones that belong together "
          "back."};
}

}  // namespace

Error Database::Connection::describe(int outcome, bool compiling) {
  const int kind = outcome & 0xFF;
  std::optional<Error> found = vfs.take_error();
  switch (kind) {
    case SQLITE_FULL:
      return {
          Code::kDiskFull,
          "There is no space left on the disk. This change was not saved; what was saved before is intact. Free some "
          "space and try again."};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_READONLY:
      if (found) return *found;
      if (kind == SQLITE_BUSY) break;
      return {kind == SQLITE_READONLY ? Code::kReadOnly : Code::kIo,
              "The store could not be read or written (SQLite " + std::to_string(outcome) +
                  "). What was saved before is intact; check the disk and try again."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {
          Code::kDamaged,
          "This home's store is incomplete: its parts do not fit together, as after copying a piece of it or an older "
          "one over it. Restore this home from a backup, or join again and sync."};
    case SQLITE_CONSTRAINT:
      if (outcome == SQLITE_CONSTRAINT_UNIQUE || outcome == SQLITE_CONSTRAINT_PRIMARYKEY ||
          outcome == SQLITE_CONSTRAINT_ROWID) {
        return {Code::kExists, std::string("The store has this entry already (") + sqlite3_errmsg(handle) + ")."};
      }
      return {Code::kInvalid, std::string("The store refuses this entry (") + sqlite3_errmsg(handle) + ")."};
    case SQLITE_TOOBIG:
      return {Code::kTooLarge, "This is too large for the store. Make it smaller or split it."};
    case SQLITE_NOMEM:
      return {Code::kIo, "There is not enough memory for this. Close other programs and try again."};
    default:
      break;
  }
  if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED) {
    return {Code::kBusy, "The store is in use by another reader or writer. Try again."};
  }
  // At run time SQLite's own words may quote a value, so only its name for the failure is repeated.
  const char* const words = compiling ? sqlite3_errmsg(handle) : sqlite3_errstr(outcome);
  return {kind == SQLITE_AUTH ? Code::kDenied : Code::kInvalid,
          std::string("The store cannot carry this out (") + words + ")."};
}

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::create(const DatabaseOptions& options) {
  HAKI_TRY(create_sealed_store(options.disk, options.path, PageCipher(options.key, options.file_id)));
  return open(options);
}

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options) {
  auto connection = std::make_unique<Connection>(options.disk, options.path, options.key, options.file_id);
  HAKI_TRY(examine(options, connection->vfs.cipher()));
  // The name given here is a placeholder: the VFS serves its one path, and SQLite cannot misread it as a URI.
  const int outcome = sqlite3_open_v2("store", &connection->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                                      connection->vfs.name().c_str());
  if (outcome != SQLITE_OK) return connection->describe(outcome);
  sqlite3* const handle = connection->handle;
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  std::unique_ptr<Database> database(new Database(std::move(connection)));
  for (const Setting& setting : kSettings) {
    HAKI_TRY(database->execute(setting.set));
    Statement ask = database->prepare(setting.ask);
    HAKI_ASSIGN(const bool row, ask.step());
    const std::string answer = row ? std::string(ask.text(0)) : std::string();
    HAKI_TRY(ask.run());  // says where there was no memory to put the answer in words
    if (answer != setting.answer) {
      return Error{Code::kIo,
                   std::string("The store cannot work safely here: ") + setting.ask + " answers '" + answer +
                       "'. This installation's SQLite does not suit Haki; install the one it was tested with."};
    }
  }
  database->connection_->statements.clear();
  // Compiled now and kept: when memory is short a transaction must still be undone, or the next one would go on with half of it.
  static_cast<void>(database->prepare(kRollback));
  if (!database->connection_->statements.contains(kRollback)) return database->connection_->describe(SQLITE_NOMEM);
  HAKI_TRY(database->number("SELECT count(*) FROM sqlite_schema"));
  sqlite3_set_authorizer(handle, &authorize, nullptr);
  return database;
}

Result<> Database::Connection::finish_undoing() {
  if (undoing && sqlite3_get_autocommit(handle) == 0) {
    sqlite3_stmt* const rollback = statements.find(kRollback)->second->compiled;
    const int outcome = sqlite3_step(rollback);
    sqlite3_reset(rollback);
    if (sqlite3_get_autocommit(handle) == 0) return describe(outcome);
  }
  undoing = false;
  return {};
}

Statement Database::prepare(std::string_view sql) {
  if (sql != kRollback) {
    const auto undone = connection_->finish_undoing();
    if (!undone) return Statement(undone.error());
  }
  connection_->undoing = sql == kRollback;
  auto& statements = connection_->statements;
  const auto found = statements.find(sql);
  if (found != statements.end() && !found->second->in_use) {
    found->second->in_use = true;
    return Statement(found->second.get());
  }
  auto slot = std::make_unique<StatementSlot>();
  slot->connection = connection_.get();
  const int outcome = sqlite3_prepare_v3(connection_->handle, sql.data(), static_cast<int>(sql.size()),
                                         SQLITE_PREPARE_PERSISTENT, &slot->compiled, nullptr);
  if (outcome != SQLITE_OK) return Statement(connection_->describe(outcome, true));
  if (slot->compiled == nullptr) return Statement(Error{Code::kInvalid, "The store was given an empty statement."});
  if (found != statements.end()) return Statement(slot.release());
  if (statements.size() >= kCachedStatementsMax) {
    std::erase_if(statements, [](const auto& one) { return !one.second->in_use && one.first != kRollback; });
  }
  slot->cached = true;
  slot->in_use = true;
  return Statement(statements.emplace(sql, std::move(slot)).first->second.get());
}

Result<> Database::execute(std::string_view sql) {
  HAKI_TRY(connection_->finish_undoing());
  const char* at = sql.data();
  const char* const end = at + sql.size();
  while (at < end) {
    StatementSlot slot;
    const char* rest = nullptr;
    const int outcome =
        sqlite3_prepare_v3(connection_->handle, at, static_cast<int>(end - at), 0, &slot.compiled, &rest);
    if (outcome != SQLITE_OK) return connection_->describe(outcome, true);
    at = rest;
    if (slot.compiled == nullptr) continue;  // a comment, or white space
    int stepped;
    do {
      stepped = sqlite3_step(slot.compiled);
    } while (stepped == SQLITE_ROW);
    if (stepped != SQLITE_DONE) return connection_->describe(stepped);
  }
  return {};
}

std::int64_t Database::changes() const { return sqlite3_changes64(connection_->handle); }
std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(connection_->handle); }
const SealCounters& Database::counters() const { return connection_->vfs.counters(); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_->handle) == 0; }

Result<std::int64_t> Database::user_version() { return number("PRAGMA user_version"); }

Result<> Database::set_user_version(std::int64_t version) {
  return execute("PRAGMA user_version=" + std::to_string(version));
}

Result<> Database::migrate(std::span<const std::string_view> scripts) {
  HAKI_ASSIGN(const std::int64_t version, user_version());
  const auto known = static_cast<std::int64_t>(scripts.size());
  if (version < 0 || version > known) {
    return Error{Code::kWrongVersion, "This home was made by a newer version of Haki (its store has form " +
                                          std::to_string(version) + ", this program knows up to " +
                                          std::to_string(known) +
                                          "). Install the newer version to open it; nothing in it was changed."};
  }
  for (std::int64_t next = version; next < known; ++next) {
    Transaction transaction(*this);
    HAKI_TRY(transaction.started());
    HAKI_TRY(execute(scripts[static_cast<std::size_t>(next)]));
    HAKI_TRY(set_user_version(next + 1));
    HAKI_TRY(transaction.commit());
  }
  return {};
}

Result<> Database::check() {
  Statement statement = prepare("PRAGMA integrity_check(1)");
  HAKI_ASSIGN(const bool row, statement.step());
  if (row && statement.text(0) == "ok") return {};
  return connection_->describe(SQLITE_CORRUPT);
}

Result<> Database::checkpoint() { return prepare("PRAGMA wal_checkpoint(TRUNCATE)").run(); }

Transaction::Transaction(Database& database)
    : database_(database), begun_(database.prepare("BEGIN IMMEDIATE").run()), open_(begun_.has_value()) {}

Transaction::~Transaction() {
  // SQLite may have undone it already, after an error that leaves it no choice.
  if (open_ && database_.in_transaction()) static_cast<void>(database_.prepare(kRollback).run());
}

Result<> Transaction::commit() {
  HAKI_TRY(begun_);
  if (!open_) return Error{Code::kInvalid, "This transaction has ended already."};
  HAKI_TRY(database_.prepare("COMMIT").run());
  open_ = false;
  return {};
}

}  // namespace haki::store
