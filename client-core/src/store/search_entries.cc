#include "store/search_entries.h"

#include "base/little_endian.h"
#include "crypto/hash.h"

namespace haki::store {
namespace {

constexpr std::int64_t kFormersAlways = 1000;  // a small index is not worth making anew

std::int64_t text_stamp(std::string_view text) {
  return static_cast<std::int64_t>(base::load_le<std::uint64_t>(crypto::hash32({as_bytes(text)}).view().data()));
}

}  // namespace

Result<> SearchEntries::put(std::int64_t record, std::string_view text) {
  const std::int64_t stamp = text_stamp(text);
  Statement row = database_.prepare("SELECT stamp, formers FROM search_entry WHERE record = ?");
  HAKI_ASSIGN(const bool known, row.bind_all(record).step());
  if (known ? row.integer(0) == stamp : text.empty()) return {};
  const std::int64_t formers = known ? row.integer(1) + 1 : 0;
  row.reset();
  // A number that was given is never given again while the index has it.
  HAKI_ASSIGN(const std::int64_t entry, database_.number("SELECT coalesce(max(id), 0) + 1 FROM search_docsize"));
  HAKI_TRY(database_.run("INSERT INTO search (rowid, text) VALUES (?, ?)", entry, text));
  HAKI_TRY(database_.run("DELETE FROM search_entry WHERE record = ?", record));
  return database_.run("INSERT INTO search_entry (entry, record, stamp, formers) VALUES (?, ?, ?, ?)", entry, record, stamp, formers);
}

Result<> SearchEntries::erase(std::int64_t record, std::string_view text) {
  Statement row = database_.prepare("SELECT entry, stamp, formers FROM search_entry WHERE record = ?");
  HAKI_ASSIGN(const bool known, row.bind_all(record).step());
  if (!known) return {};
  if (row.integer(1) != text_stamp(text) || row.integer(2) > 0) return start_over();
  HAKI_TRY(database_.run("INSERT INTO search (search, rowid, text) VALUES ('delete', ?, ?)", row.integer(0), text));
  return database_.run("DELETE FROM search_entry WHERE record = ?", record);
}

Result<bool> SearchEntries::start_over_if_due() {
  HAKI_ASSIGN(const std::int64_t due, database_.number("SELECT coalesce(sum(formers), 0) > max(count(*), ?) FROM search_entry", kFormersAlways));
  if (due != 0) HAKI_TRY(start_over());
  return due != 0;
}

Result<> SearchEntries::start_over() {
  HAKI_TRY(database_.run("INSERT INTO search (search) VALUES ('delete-all')"));
  HAKI_TRY(database_.run("DELETE FROM search_entry"));
  HAKI_TRY(database_.run("DELETE FROM index_stale WHERE kind = 2"));
  return database_.run("UPDATE index_mark SET upto = 0 WHERE kind = 2");
}

}  // namespace haki::store
