// What is derived from records to find them again: cells (values of the fields a form marks as indexed) and full text. A
// save only leaves a mark; the next question that needs an index brings it up to date first, and so never misses what
// was saved before it (decision 0009). Records are also indexed anew when this device learns their form, or another
// definition of it.
#pragma once

#include <functional>

#include "store/database.h"
#include "store/form_source.h"

namespace haki::store {

class Indexing {
 public:
  enum class Kind { kCells = 1, kText = 2 };
  // Takes the row's old entries out of the index and puts in what it holds now; the row may be gone.
  using IndexRow = std::function<Result<>(std::int64_t no)>;

  Indexing(Database& database, const FormSource& forms) : database_(database), forms_(forms) {}

  // A row that was there before has changed. Part of the caller's transaction. A new row needs no mark.
  Result<> mark(std::int64_t no);

  // Calls `index_row` for every row that waits, in transactions of a few hundred, or within the caller's. A kill in between
  // loses nothing: what waits, waits on. Reads alone where nothing does.
  Result<> catch_up(Kind kind, const IndexRow& index_row);

 private:
  struct Behind {
    std::int64_t form;
    std::optional<Bytes> layout;  // as the form is known now
  };
  Result<bool> anything_waits(Kind kind);
  Result<std::vector<Behind>> forms_behind();
  Result<> follow_forms();
  Result<> index_some(Kind kind, const IndexRow& index_row);

  Database& database_;
  const FormSource& forms_;
};

}  // namespace haki::store
