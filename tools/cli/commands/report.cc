// report, early-warning.
#include <array>
#include <cmath>
#include <cstdio>

#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/text.h"
#include "formats/csv_writer.h"

namespace haki::cli::commands {
namespace {

constexpr std::array<std::string_view, 9> kReportOptions{"state", "cycle", "theme", "cluster", "district", "since", "until", "level", "bands"};

Output report_cell(const ReportCell& cell) {
  return std::visit([](const auto& value) -> Output {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) return {};
    else return Output(value);
  }, cell);
}

Output::Array report_rows(const Report& report) {
  Output::Array rows;
  for (const auto& row : report.rows) {
    Output output = Output::Object{};
    for (std::size_t i = 0; i < report.columns.size(); ++i) output.put(report.columns[i].name, report_cell(row[i]));
    rows.push_back(std::move(output));
  }
  return rows;
}

// As a person reads it: a share in percent, a measure with at most three digits behind the point.
std::string cell_text(const Output& value, ColumnKind kind) {
  if (value.is_null()) return "-";
  std::array<char, 64> text{};
  switch (kind) {
    case ColumnKind::kShare: std::snprintf(text.data(), text.size(), "%.1f%%", value.decimal() * 100); return text.data();
    case ColumnKind::kMeasure: {
      const int digits = std::abs(value.decimal()) >= 1000 ? 0 : std::abs(value.decimal()) >= 10 ? 1 : 3;
      std::snprintf(text.data(), text.size(), "%.*f", digits, value.decimal());
      std::string shown = text.data();
      if (shown.find('.') != std::string::npos) {
        shown.erase(shown.find_last_not_of('0') + 1);
        if (shown.back() == '.') shown.pop_back();
      }
      return shown;
    }
    case ColumnKind::kText:
    case ColumnKind::kNumber:
    case ColumnKind::kDate:
    case ColumnKind::kYesNo: break;
  }
  return shortened(one_line(value.text()), 60);
}

std::string report_table(const Report& report, const Output::Array& rows) {
  std::vector<std::string> headings;
  for (const ReportColumn& column : report.columns) headings.push_back(column.title);
  Table table(headings);
  for (std::size_t i = 0; i < report.columns.size(); ++i) {
    const ColumnKind kind = report.columns[i].kind;
    if (kind == ColumnKind::kNumber || kind == ColumnKind::kMeasure || kind == ColumnKind::kShare) table.right(i);
  }
  for (const Output& row : rows) {
    std::vector<std::string> cells;
    for (const ReportColumn& column : report.columns) {
      const Output& value = row[column.name];
      // The id stands in full in --json; its beginning is enough to name a record by.
      const bool id = (column.name == "id" || column.name == "recommendation" || column.name == "record" || column.name == "rating" ||
                       column.name == "ancestor") && value.text().size() == 32;
      cells.push_back(id ? value.text().substr(0, 8) : cell_text(value, column.kind));
    }
    table.row(std::move(cells));
  }
  return table.text();
}

formats::Cell sheet_cell(const ReportCell& cell, ColumnKind kind) {
  if (const auto* text = std::get_if<std::string>(&cell)) return kind == ColumnKind::kDate ? formats::Cell(formats::Day{*text}) : formats::Cell(*text);
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  if (const auto* measure = std::get_if<double>(&cell)) return *measure;
  if (const auto* yes = std::get_if<bool>(&cell)) return *yes;
  return {};
}

// As a spreadsheet reads it: the columns' names, shares from 0 to 1, texts that look like formulas neutralised.
Result<> write_csv(const Context& context, const Report& report) {
  formats::TextOut out(context.streams().out, "the report");
  formats::CsvWriter writer(out, {});
  std::vector<formats::SheetColumn> columns;
  for (const ReportColumn& column : report.columns) columns.push_back({column.name, {}});
  HAKI_TRY(writer.begin_sheet(report.name, columns));
  for (const auto& row : report.rows) {
    std::vector<formats::Cell> cells;
    for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(sheet_cell(row[i], report.columns[i].kind));
    HAKI_TRY(writer.row(cells));
  }
  return writer.finish();
}

ExitCode list_reports(Context& context) {
  Output::Array outputs;
  for (const ReportInfo& info : context.client().reports()) {
    outputs.push_back(Output::object({{"name", info.name}, {"title", info.title}, {"serves", info.serves}, {"options", Output::strings(info.options)}}));
  }
  const auto text = [](const Output::Array& all) {
    Table table({"Report", "What it says", "Whose work it does", "Asked by"});
    for (const Output& one : all) {
      std::string options;
      for (const Output& option : one["options"].array()) options += (options.empty() ? "--" : " --") + option.text();
      table.row({one["name"].text(), one["title"].text(), one["serves"].text(), options});
    }
    return table.text();
  };
  context.print_list(outputs, text, "");
  return ExitCode::kDone;
}

Result<ExitCode> print_report(Context& context, const Arguments& arguments, const std::string& name) {
  ReportQuery query{name, {}};
  for (const std::string_view option : kReportOptions) {
    const std::string written = "--" + std::string(option);
    if (arguments.has(written)) query.options[std::string(option)] = arguments.one(written);
  }
  HAKI_ASSIGN(const Report report, context.client().report(query));
  if (arguments.has("--csv")) {
    HAKI_TRY(write_csv(context, report));
    for (const std::string& note : report.notes) context.say(one_line(note));
    return ExitCode::kDone;
  }
  const Output::Array outputs = report_rows(report);
  context.print_list(outputs, [&](const Output::Array& rows) { return report_table(report, rows); },
                     report.notes.empty() ? "There is nothing to report yet." : "");
  for (const std::string& note : report.notes) context.say(one_line(note));
  return ExitCode::kDone;
}

Result<ExitCode> run_report(Context& context, const Arguments& arguments) {
  const std::string& name = arguments.one("NAME");
  if (name == "list") return list_reports(context);
  return print_report(context, arguments, name);
}

std::string warnings_text(const Output::Array& rows) {
  std::string text;
  for (const Output& row : rows) {
    text += (row["warning"].text() == "falling" ? "Falling     " : "Not synced  ") + one_line(row["sentence"].text()) + "\n";
  }
  return text;
}

Result<ExitCode> run_early_warning(Context& context, const Arguments& arguments) {
  ReportQuery query{"early-warning", {}};
  if (arguments.has("--district")) query.options["district"] = arguments.one("--district");
  HAKI_ASSIGN(const Report report, context.client().report(query));
  context.print_list(report_rows(report), warnings_text, "");
  for (const std::string& note : report.notes) context.say(one_line(note));
  return ExitCode::kDone;
}

Option option(const char* name, const char* value_name, const char* help) { return {.name = name, .value_name = value_name, .help = help}; }

}  // namespace

Command report() {
  return {.path = {"report"},
          .summary = "A report by its name; haki report list names them all",
          .example = "haki report overdue --cycle 3",
          .more = "Each report takes the options that haki report list shows beside it.",
          .positionals = {{.name = "NAME", .help = "the report's name, or list"}},
          .options = {option("--state", "STATE", "only recommendations to this State"),
                      option("--cycle", "N", "only of this review cycle"),
                      option("--theme", "THEME", "only of this theme"),
                      option("--cluster", "CLUSTER", "only of this cluster"),
                      option("--district", "PCODE", "only of this district"),
                      option("--since", "DATE", "from this day on, such as 2020-10-01"),
                      option("--until", "DATE", "up to this day"),
                      option("--level", "N", "roll up to this level of places: 0 the country, 1 its largest parts"),
                      option("--bands", "LOW,HIGH", "from which mean on partly and fully implemented, such as 0.33,0.66"),
                      option("--csv", "", "as a table for spreadsheets, on standard output")},
          .run = run_report};
}

Command early_warning() {
  return {.path = {"early-warning"},
          .summary = "Districts and organisations whose activity fell below their own baseline",
          .example = "haki early-warning",
          .more = "Compares the last whole month with the median of the six before it, and tells a fall from devices that have not synced.",
          .options = {option("--district", "PCODE", "only this district")},
          .run = run_early_warning};
}

}  // namespace haki::cli::commands
