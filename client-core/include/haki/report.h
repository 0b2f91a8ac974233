// Reports: named tables that answer what a coalition asks of its records (proto/spec/80-analysis.md lists them). The command line
// and the desk print them as a table, as JSON and as CSV.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace haki {

enum class ColumnKind : std::uint8_t { kText, kNumber /* whole */, kMeasure, kShare /* 0 to 1, shown as a percentage */, kDate, kYesNo };

struct ReportColumn {
  std::string name;   // of the --json key and the CSV heading; never changes
  std::string title;  // for a person, in English
  ColumnKind kind = ColumnKind::kText;
};

// Empty, text (a date too), a count, a measure, or yes or no.
using ReportCell = std::variant<std::monostate, std::string, std::int64_t, double, bool>;

struct Report {
  std::string name;
  std::vector<ReportColumn> columns;
  std::vector<std::vector<ReportCell>> rows;  // as many cells as columns
  std::vector<std::string> notes;             // sentences that belong under the table: how it reconciles, what was hidden
};

// What a report is about and what it can be asked for.
struct ReportInfo {
  std::string name;
  std::string title;                 // a line for a person
  std::string serves;                // the system of DOMAIN.md, section 1, whose work it does
  std::vector<std::string> options;  // names that ReportQuery::options may hold
};

struct ReportQuery {
  std::string name;
  // "theme", "district", "cycle", "since", "until", "state", "cluster" and the like; each report says which it knows.
  std::map<std::string, std::string, std::less<>> options;
};

}  // namespace haki
