#include "store/indexing.h"

#include <vector>

#include "base/little_endian.h"

namespace haki::store {
namespace {

constexpr std::size_t kRowsPerTransaction = 500;

std::int64_t number_of(Indexing::Kind kind) { return static_cast<std::int64_t>(kind); }

// Of each field that is indexed or searched: number, then a byte of flags. Compared for equality only.
std::optional<Bytes> layout_of(const FormRef& form) {
  const std::vector<Field>* fields = form.fields();
  if (fields == nullptr) return std::nullopt;
  Bytes layout;
  for (const Field& field : *fields) {
    if (!field.indexed && !field.searched) continue;
    base::append_le(layout, field.id);
    layout.push_back(static_cast<std::uint8_t>(field.indexed | field.searched << 1 | field.set << 2));
  }
  return layout;
}

}  // namespace

Result<> Indexing::mark(std::int64_t no) {
  return database_.run("INSERT OR IGNORE INTO index_stale (kind, record) VALUES (1, ?1), (2, ?1), (3, ?1)", no);
}

Result<std::vector<Indexing::Behind>> Indexing::forms_behind() {
  std::vector<Behind> behind;
  Statement rows = database_.prepare("SELECT no, id, layout FROM form");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return behind;
    std::optional<Bytes> now = layout_of(forms_.find(rows.id<FormId>(1)));
    const ByteView then = rows.blob(2);
    const bool same = rows.is_null(2) ? !now : now && std::equal(now->begin(), now->end(), then.begin(), then.end());
    if (!same) behind.push_back({rows.integer(0), std::move(now)});
  }
}

Result<bool> Indexing::anything_waits(Kind kind) {
  HAKI_ASSIGN(const std::vector<Behind> behind, forms_behind());
  if (!behind.empty()) return true;
  HAKI_ASSIGN(const std::int64_t waits,
              database_.number("SELECT EXISTS (SELECT 1 FROM index_stale WHERE kind = ?1) OR EXISTS "
                               "(SELECT 1 FROM record WHERE no > (SELECT upto FROM index_mark WHERE kind = ?1))",
                               number_of(kind)));
  return waits != 0;
}

// A form that is not known any more keeps its entries for now; should it be known again, all its records are looked at, since
// those that changed in between lost theirs.
Result<> Indexing::follow_forms() {
  HAKI_ASSIGN(const std::vector<Behind> behind, forms_behind());
  for (const Behind& one : behind) {
    if (one.layout) {
      HAKI_TRY(database_.run("INSERT OR IGNORE INTO index_stale (kind, record) SELECT kind, record.no FROM index_mark "
                             "JOIN record ON record.form = ?1 AND record.no <= index_mark.upto",
                             one.form));
    }
    const std::optional<ByteView> layout = one.layout ? std::optional<ByteView>(*one.layout) : std::nullopt;
    HAKI_TRY(database_.run("UPDATE form SET layout = ?2 WHERE no = ?1", one.form, layout));
  }
  return {};
}

Result<> Indexing::catch_up(Kind kind, const IndexRow& index_row) {
  const bool within = database_.in_transaction();
  for (;;) {
    HAKI_ASSIGN(const bool waits, anything_waits(kind));
    if (!waits) return {};
    std::optional<Transaction> transaction;
    if (!within) {
      transaction.emplace(database_);
      HAKI_TRY(transaction->started());
    }
    HAKI_TRY(follow_forms());
    HAKI_TRY(index_some(kind, index_row));
    if (transaction) HAKI_TRY(transaction->commit());
  }
}

Result<> Indexing::index_some(Kind kind, const IndexRow& index_row) {
  std::vector<std::int64_t> waiting;
  const auto read = [&](Statement rows) -> Result<> {
    for (;;) {
      HAKI_ASSIGN(const bool row, rows.step());
      if (!row) return {};
      waiting.push_back(rows.integer(0));
    }
  };
  Statement changed = database_.prepare("SELECT record FROM index_stale WHERE kind = ? ORDER BY record LIMIT ?");
  changed.bind_all(number_of(kind), kRowsPerTransaction);
  HAKI_TRY(read(std::move(changed)));
  const std::size_t marked = waiting.size();
  Statement made = database_.prepare(
      "SELECT no FROM record WHERE no > (SELECT upto FROM index_mark WHERE kind = ?) ORDER BY no LIMIT ?");
  made.bind_all(number_of(kind), kRowsPerTransaction - marked);
  HAKI_TRY(read(std::move(made)));
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    HAKI_TRY(index_row(waiting[i]));
    if (i < marked) {
      HAKI_TRY(database_.run("DELETE FROM index_stale WHERE kind = ? AND record = ?", number_of(kind), waiting[i]));
    }
  }
  if (waiting.size() == marked) return {};
  return database_.run("UPDATE index_mark SET upto = ?2 WHERE kind = ?1", number_of(kind), waiting.back());
}

}  // namespace haki::store
