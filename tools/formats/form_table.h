// From a table of cells to the rows of any form (spec 70-import, section 9): which column is which field, what each cell
// says, and what a row is known by. Pure: records that a row names are looked for by the caller.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/raw_table.h"
#include "haki/form.h"
#include "haki/import.h"

namespace haki::formats {

// What else the row says that may tell records of one number apart; empty where it says nothing.
struct LinkHints {
  std::string state;
  std::string cycle;
};

struct LinkAnswer {
  std::string id;       // of the record; empty: there is none, or there are several
  std::string problem;  // then: ends a sentence, "is not among the recommendations here"
};
using LinkResolver = std::function<LinkAnswer(const Field& field, std::string_view text, const LinkHints& hints)>;

struct FormTable {
  std::vector<ImportRow> rows;
  std::vector<std::string> parents;          // of a group's table: for each row, what names its record
  std::vector<RowProblem> refused;           // in the order of the file
  std::set<std::string> refused_ids;         // the records that refused rows name
  std::vector<UnderstoodColumn> understood;  // in the order of the file
  std::vector<std::string> unmapped;         // labels that are no choice of their field, each once
  std::vector<std::string> ignored_columns;
  std::vector<std::string> remarks;
};

// kInvalid where a column may be two fields or two columns are one field (it names both), where no column is a field of
// the form, or where the form needs a field that the file has no column for.
// `from_elsewhere`: a row whose id names no record here makes one, which is known by that id from then on.
Result<FormTable> match_table(const RawTable& table, const Form& form, const LinkResolver& resolve, bool from_elsewhere = false);

// The table of a group, a row each with its record in the column `parent`, as our exports have it (spec 81-export,
// section 2). kInvalid as above, and without that column. The rows have fields, unmapped labels and, as `record`, the row's
// own id; attach() makes them rows of records.
Result<FormTable> match_group_table(const RawTable& table, const Form& form, const Group& group, const LinkResolver& resolve);

// Gives a group's rows to the records of `table`: to the row that names the record itself, else to a row of its own where the
// record is found here, else to none, with a refusal; those of a refused row go with it. `sheet` goes before the names of the
// rows' columns, where they are reported.
void attach(FormTable& table, const FormTable& rows, const Form& form, const Group& group, const LinkResolver& resolve, const std::string& sheet);

// How many columns of the header are fields of the form; 0 where one the form needs is missing, where columns are
// ambiguous, or where fewer than two, or not half of them, are fields.
std::size_t fit_of(const std::vector<std::string>& header, const Form& form);

}  // namespace haki::formats
