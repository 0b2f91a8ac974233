// Reading recommendations out of files that other programs made (spec 70-import).
//
// The file is parsed in a child process that holds no descriptor but the file and cannot open another; whatever becomes
// of it, the caller gets a table or one Error with a plain sentence, and never a part of a file that failed as a whole.
// The child starts as a copy of this process: call it before a home is opened, or from a process without one.
// Blocking, up to ReadLimits::wall_seconds. Callable from any thread; nothing is shared between calls.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "haki/result.h"

namespace haki::formats {

// The bounds of one reading; the defaults are those of the spec.
struct ReadLimits {
  std::uint64_t file_bytes = 256ULL << 20;
  std::uint64_t rows = 500'000;
  std::uint32_t columns = 256;
  std::uint32_t cell_bytes = 64U << 10;       // decoded; a longer cell refuses its row
  std::uint64_t result_bytes = 512ULL << 20;  // all that the child may answer
  std::uint64_t unpacked_bytes = 256ULL << 20;  // of all parts of a workbook or document together
  std::uint64_t memory_bytes = 1ULL << 30;    // of the child, beyond what it starts with
  std::uint32_t cpu_seconds = 60;
  std::uint32_t wall_seconds = 120;
};

// A row that did not go in. `row` is the number a spreadsheet shows: the header is 1, blank lines count.
struct RowProblem {
  std::uint64_t row = 0;
  std::string column;  // as the file's header names it; empty where the whole row is meant
  std::string reason;
};

// One accepted row. Texts are UTF-8; a field the file does not have is empty or 0.
struct RecommendationRow {
  std::uint64_t row = 0;
  std::string number;  // paragraph number; UPR Info has none
  std::string state_under_review;
  std::string state_regional_group;
  std::vector<std::string> state_organisations;
  std::string text;
  std::vector<std::string> recommending_states;
  std::string recommending_regional_group;
  std::vector<std::string> recommending_organisations;
  std::string position;        // supported, noted, partly_supported, pledge or pending; empty: the label is not known
  std::string position_label;  // as in the file
  int action_category = 0;     // 1 to 5; 0: none
  std::vector<std::string> issues;
  std::vector<std::string> themes, sdgs, affected;
  int session = 0;                   // 0: none
  int cycle = 0;                     // 0: none
  std::uint32_t source_ordinal = 0;  // how many equal rows came before this one (spec 70, Identity)
  std::string source;                // "UPR Info", "OHCHR", "UHRI", or what the file's own source column says
  std::string mechanism;             // upr, treaty_body, special_procedure, regional, national or other
  std::string document_symbol;       // of the document that holds the recommendation
  std::string position_source;       // where the position is said: "A/HRC/28/15/Add.1 - Para. 3"
  std::string cluster;               // the theme that the file lists it under
  std::string theme_scheme;          // "ohchr-coded", "ohchr-2019", or as the file says
  std::string assessment;            // what users wrote about its implementation
  std::string language;              // of the text, as a code
  std::string identity;              // see identity_of(); empty: by the rule for UPR Info and our own table
};

// What a column of the file was taken for.
struct UnderstoodColumn {
  std::string column;  // as the file names it
  std::string field;   // what its cells become; empty: nothing
  std::string example;
  std::uint64_t values = 0;  // rows that have it
};

struct RecommendationTable {
  std::string format;           // family and container: "upr-info-csv", "ohchr-docx", "uhri-json", "haki-xlsx"…
  std::string encoding;         // "utf-8", "utf-16le", "utf-16be", "mac-roman", "windows-1252"
  std::string encoding_reason;  // a sentence: why it was taken for that
  std::string line_ends;        // "CR", "LF", "CRLF", "mixed", "none"
  std::string delimiter;        // ",", ";" or a tab
  std::vector<RecommendationRow> rows;
  std::vector<RowProblem> refused;                       // in the order of the file
  std::vector<std::string> unmapped;                     // labels not in the known lists, each once, as first met
  std::vector<std::string> ignored_columns;              // header cells that mean nothing to us
  std::vector<std::string> remarks;                      // sentences on what the file says against itself
  std::vector<UnderstoodColumn> understood;              // in the order of the file
  std::map<std::string, std::uint64_t> position_counts;  // labels as in the file: "Accepted" -> 144
  std::map<std::string, std::uint64_t> left_out;         // rows that are no recommendations, by what they are
};

// Reads an export of UPR Info or UHRI, a thematic list of OHCHR, or our own table; which one is found out. Other kinds
// of files, and what is not a readable file at all, each have their own sentence: kNotFound, kDenied, kTooLarge,
// kUnsupported, kInvalid.
Result<RecommendationTable> read_recommendations(const std::string& path, const ReadLimits& limits = {});

// What a row is known by when it is imported again: equal for equal rows of the .csv and the .xls of one export,
// different for rows that differ. Printable text, to be hashed by the caller.
std::string identity_of(const RecommendationRow& row);

}  // namespace haki::formats
