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
};

// All that were supported, by their first theme in the order in which themes first come; then the themes begin again for pledges,
// those supported in part, noted and pending. A recommendation stands once, under its first theme; cell 3 has them all. Headings and labels are OHCHR's
// own words whatever the language, so that every reader of such a matrix knows them; `language` is that of the texts.
Document matrix_document(const std::vector<MatrixRow>& rows, const std::string& language);
// The same as a table: theme, number, recommendation, states, position, themes, SDGs, people concerned, assessment.
Result<> write_matrix_sheet(const std::vector<MatrixRow>& rows, SheetSink& sink);

}  // namespace haki::formats
