// The matrix of recommendations as OHCHR publishes it, with the fourth column filled (spec 81-export, section 4). Pure.
#pragma once

#include <string>
#include <vector>

#include "formats/document.h"
#include "formats/sheet.h"

namespace haki::formats {

// One recommendation, in the order in which recommendations come.
struct MatrixRow {
  std::string number, text;
  std::vector<std::string> states;   // who recommended it
  std::string position_source;
  std::string position;              // the code: supported, noted, …
  std::string position_label;        // as it is to be shown
  std::vector<std::string> themes, sdgs, affected;
  std::string assessment;
  std::string state_under_review, document_symbol;
  int cycle = 0, session = 0;  // 0: not known
  std::string under = {};      // the theme to stand under; empty: its first
};

// All that were supported, by the theme they stand under in the order in which themes first come; then the themes begin again for pledges,
// those supported in part, noted and pending. A recommendation stands once; cell 3 has all its themes. Headings and labels are OHCHR's
// own words whatever the language, so that every reader of such a matrix knows them, ours too; `language` is that of the texts. The
// title names the review, "UPR of Kenya (3rd Cycle – 35th session)", where all rows are of one.
Document matrix_document(const std::vector<MatrixRow>& rows, const std::string& language);
// The same as a sheet that can be sorted: no rows across, and columns for what is around the table in a document.
Result<> write_matrix_sheet(const std::vector<MatrixRow>& rows, SheetSink& sink);

}  // namespace haki::formats
