// Rows of a file on their way from the process that read it (and holds no key) to the one that has the home open.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "formats/form_table.h"
#include "formats/raw_table.h"
#include "haki/import.h"

namespace haki::cli {

struct PreparedImport {
  Output facts;  // format, encoding, rows, refused, unmapped, … as `import` prints them
  std::vector<ImportRow> rows;
  std::string form;     // what the rows are, or "FORM/GROUP"; empty: nobody said, and they are no recommendations
  std::string trouble;  // why they are no recommendations
  std::optional<formats::RawTable> table;  // to be matched with the form once the home is open; then there are no rows
  std::vector<std::pair<std::string, formats::RawTable>> sheets;  // of a workbook, beside the table: the form's groups, by name
};

std::string encode(const PreparedImport& import);
// kInvalid for bytes that encode() did not make.
Result<PreparedImport> decode_import(std::string_view bytes);

// Reads a file of recommendations (UPR Info, OHCHR, UHRI or our own table) in a child process.
Result<PreparedImport> read_recommendation_file(const std::string& path);

// Reads a file in a child process: recommendations where it is a list of them and `form` is "recommendation" or empty, else
// its table as it stands.
Result<PreparedImport> read_import_file(const std::string& path, const std::string& form);

// The keys of the contract for a table that was matched with a form.
Output facts_of(const formats::FormTable& table, const formats::RawTable& raw, const std::string& form);

}  // namespace haki::cli
