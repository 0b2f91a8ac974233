#include "matrix.h"

#include <cstdio>

#include "crypto/hash.h"
#include "keys/key_file.h"
#include "store_fixture.h"
#include "workload.h"

namespace haki::test {
namespace {

using store::Operation;

constexpr std::size_t kComplaintsMax = 20;
const std::string kStoreFile = std::string(kHome) + "/store.db";

// How much of a write of `size` bytes arrives.
std::size_t arrived(Stop stop, std::size_t size) {
  switch (stop) {
    case Stop::kHalf: return size / 2;
    case Stop::kAfter: return size;
    case Stop::kFirstSector: return std::min<std::size_t>(size, 512);
    case Stop::kAllButTag: return size - std::min<std::size_t>(size, crypto::kTagBytes);
    case Stop::kFirstRecord: return std::min(size, store::kRecordBytes);
    case Stop::kAllButRecord: return size - std::min(size, store::kRecordBytes);
    default: return 0;
  }
}

}  // namespace

const char* name_of(Stop stop) {
  static constexpr const char* kNames[] = {"before", "half", "after", "512 B", "no tag", "1 record", "-1 record", "unsynced lost", "reordered"};
  return kNames[static_cast<std::size_t>(stop)];
}

Matrix::Matrix(Office& office, Phone& phone, bool all) : office_(office), phone_(phone), all_(all) {
  begin("open");
  const auto begun = look_at_the_beginning();
  if (!begun) complain(row_->broken, begun.error().message);
  phone_.disk.before = [this](const Operation& operation) { return before(operation); };
}

Result<> Matrix::look_at_the_beginning() {
  HAKI_ASSIGN(const keys::HomeKeys keys, keys::open_key_file(kHome, crypto::SecretBytes(as_bytes(kPassphrase)), phone_.key_disk));
  key_ = crypto::StoreKey(crypto::subkey(keys.master, 1).view());
  file_id_ = *store::FileId::from(keys.file_id);
  secrets_ = {std::string(kMarker), "CREATE TABLE", "SQLite format", std::string(as_text(key_.view())), std::string(as_text(keys.master.view()))};
  HAKI_ASSIGN(settled_, digest_of(phone_.disk, true));
  return {};
}

Matrix::~Matrix() { phone_.disk.before = nullptr; }

void Matrix::begin(const char* kind) {
  kind_ = kind;
  for (auto& [name, found] : rows_) {
    if (name == kind) return static_cast<void>(row_ = &found);
  }
  rows_.reserve(64);  // row_ stays
  row_ = &rows_.emplace_back(kind, Found{}).second;
}

void Matrix::end() {
  settle();
  if (!phone_.client) return;
  store::Database& live = *phone_.home().database;
  const auto said = store::digest_of_tables(live, "search%");
  if (!said) return complain(row_->broken, said.error().message);
  if (*said != settled_) complain(row_->lost, "what was acknowledged is not durable");
}

void Matrix::finish() {
  settle();
  for (const auto& [digest, where] : claims_) complain(row_->half, "a state that never came to be, " + where);
  claims_.clear();
  phone_.disk.before = nullptr;
}

void Matrix::complain(std::size_t& counter, const std::string& what) {
  ++counter;
  if (complaints_.size() < kComplaintsMax) complaints_.push_back(kind_ + ": " + what);
}

Result<std::uint64_t> Matrix::digest_of(store::Disk& disk, bool check) {
  HAKI_ASSIGN(const auto database, store::Database::open({kStoreFile, key_, file_id_, disk}));
  if (check) HAKI_TRY(database->check());
  return store::digest_of_tables(*database, "search%");
}

store::Ruling Matrix::before(const Operation& operation) {
  if (synced_) settle();
  if (operation.kind == Operation::Kind::kWrite) look_for_clear_text(operation);
  const bool barrier = operation.kind == Operation::Kind::kSync || operation.kind == Operation::Kind::kSyncDirectory;
  if (barrier || operation.changes_disk()) stop_at(operation);
  synced_ = barrier;
  return {};
}

// A state becomes durable with a sync; whatever was seen ahead of it must have been this one.
void Matrix::settle() {
  synced_ = false;
  store::Image image = phone_.disk.image_synced();
  store::MemoryDisk disk(image);
  const auto now = digest_of(disk, false);
  if (!now) return complain(row_->broken, "nothing durable opens: " + now.error().message);
  if (*now == settled_) return;
  for (const auto& [digest, where] : claims_) {
    if (digest != *now) complain(row_->half, "half a transaction, " + where);
  }
  claims_.clear();
  earlier_.insert(settled_);
  settled_ = *now;
  ++row_->durable_states;
  inspect(std::move(image), settled_);
}

void Matrix::stop_at(const Operation& operation) {
  const std::size_t number = row_->operations++;
  const bool write = operation.kind == Operation::Kind::kWrite;
  const store::Image now = phone_.disk.image();
  for (std::size_t at = 0; at <= static_cast<std::size_t>(Stop::kAllButRecord); ++at) {
    const Stop stop = static_cast<Stop>(at);
    if (!write && (!operation.changes_disk() || (stop != Stop::kBefore && stop != Stop::kAfter))) continue;
    if (!all_ && write && at != number % 7) continue;
    const bool untouched = stop == Stop::kBefore;
    examine(untouched ? now : store::with_part_of(now, operation, arrived(stop, operation.data.size())), stop);
  }
  const bool barrier = !operation.changes_disk();
  if (barrier || all_) examine(phone_.disk.image_synced(), Stop::kUnsyncedLost);
  for (int cut = 0; cut < (all_ ? 3 : barrier ? 1 : 0); ++cut) examine(phone_.disk.image_after_power_cut(random_), Stop::kReordered);
}

void Matrix::examine(store::Image image, Stop stop) {
  ++row_->stops[static_cast<std::size_t>(stop)];
  const std::string where = std::string("stopped ") + name_of(stop) + " at operation " + std::to_string(row_->operations);
  store::MemoryDisk disk(image);
  const auto found = digest_of(disk, true);
  if (!found) return complain(row_->broken, where + ": " + found.error().message);
  ++row_->reopened;
  if (*found == settled_) return;
  if (earlier_.contains(*found)) return complain(row_->lost, where + ": an acknowledged change is gone");
  claims_.emplace(*found, where);
}

// Each state that ever was durable, through the client: everything is readable, and work goes on.
void Matrix::inspect(store::Image image, std::uint64_t digest) {
  if (!inspected_.insert(digest).second) return;
  ++row_->inspected;
  Phone phone(office_.server, office_.clock, office_.chance, std::move(image));
  phone.line.weather = Line::Weather::kNoLink;
  const auto opened = phone.turn_on();
  if (!opened) return complain(row_->broken, "the home does not open: " + opened.error().message);
  const auto read = all_that_is_read(*phone.client);
  if (!read) return complain(row_->broken, "not all can be read: " + read.error().message);
  const auto index = phone.home().database->execute("INSERT INTO search(search) VALUES('integrity-check')");
  if (!index) return complain(row_->broken, "the search index: " + index.error().message);
  const auto made = phone.client->create({"observation", {{"narrative", "Kazi inaendelea"}}, {}, true, {}, {}, {}});
  if (!made) return complain(row_->broken, "work does not go on: " + made.error().message);
  const auto found = phone.client->search("inaendelea", 2);
  if (!found || found->size() != 1 || found->front().id != *made) complain(row_->broken, "what was saved afterwards is not found");
}

void Matrix::look_for_clear_text(const Operation& operation) {
  const std::string_view bytes = as_text(operation.data);
  row_->bytes += bytes.size();
  for (const std::string& secret : secrets_) {
    if (bytes.find(secret) != std::string_view::npos || operation.path.find(secret) != std::string::npos) {
      complain(row_->in_clear, "in clear in " + operation.path + ": " + secret.substr(0, kMarker.size()));
    }
  }
}

Found Matrix::sum() const {
  Found all;
  for (const auto& [kind, found] : rows_) {
    all.operations += found.operations;
    all.reopened += found.reopened;
    all.inspected += found.inspected;
    all.durable_states += found.durable_states;
    all.lost += found.lost;
    all.half += found.half;
    all.broken += found.broken;
    all.bytes += found.bytes;
    all.in_clear += found.in_clear;
    for (std::size_t at = 0; at < kStops; ++at) all.stops[at] += found.stops[at];
  }
  return all;
}

std::string Matrix::table() const {
  char line[400];
  std::string text = "  stops at         ";
  for (std::size_t at = 0; at < kStops; ++at) text += std::string(" ") + name_of(static_cast<Stop>(at));
  text += " | states reopened | lost half broken | KiB written, in clear\n";
  auto rows = rows_;
  rows.emplace_back("all", sum());
  for (const auto& [kind, found] : rows) {
    std::snprintf(line, sizeof line, "  %-10s %6zu", kind.c_str(), found.operations);
    text += line;
    for (std::size_t at = 0; at < kStops; ++at) {
      std::snprintf(line, sizeof line, " %*zu", static_cast<int>(std::string_view(name_of(static_cast<Stop>(at))).size()), found.stops[at]);
      text += line;
    }
    std::snprintf(line, sizeof line, " | %6zu %8zu | %4zu %4zu %6zu | %11zu %8zu\n", found.durable_states, found.reopened, found.lost,
                  found.half, found.broken, found.bytes / 1024, found.in_clear);
    text += line;
  }
  return text;
}

}  // namespace haki::test
