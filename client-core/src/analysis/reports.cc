#include "analysis/reports.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "analysis/rating_rollup.h"
#include "haki/disclosure.h"
#include "model/calendar.h"
#include "model/form.h"

namespace haki::analysis {
namespace {

constexpr std::array<std::string_view, 7> kGiven{"theme", "district", "cycle", "state", "cluster", "since", "until"};

constexpr std::string_view kWith = R"sql(
  WITH given (today, theme, district, cycle, state, cluster, since, until) AS (VALUES (?1, ?2, ?3, CAST(?4 AS INTEGER), ?5, ?6, ?7, ?8)),
  asked_theme (label) AS (SELECT theme FROM given UNION SELECT named.label FROM given JOIN temp.theme_name AS named ON named.name = given.theme),
  wanted AS (
    SELECT recommendation.*, coalesce(clustered.name, recommendation.cluster) AS cluster_name,
      coalesce(clustered.name, recommendation.cluster, (SELECT min(name) FROM temp.theme_of WHERE theme_of.no = recommendation.no), '') AS under
    FROM given, recommendation_records AS recommendation LEFT JOIN temp.theme_name AS clustered ON clustered.label = recommendation.cluster
    WHERE (given.cycle IS NULL OR recommendation.cycle = given.cycle)
      AND (given.state IS NULL OR recommendation.state_under_review = given.state)
      AND (given.cluster IS NULL OR coalesce(clustered.name, recommendation.cluster) = given.cluster)
      AND (given.theme IS NULL OR EXISTS (
        SELECT 1 FROM temp.theme_of WHERE theme_of.no = recommendation.no AND theme_of.name = given.theme))),
  verdict AS (
    SELECT * FROM (SELECT rolled.*, row_number() OVER (PARTITION BY recommendation ORDER BY ratings DESC, scale) AS place
                   FROM rolled WHERE dimension = '') WHERE place = 1),
  local_verdict AS (
    SELECT * FROM (SELECT rolled.*, row_number() OVER (PARTITION BY recommendation, by ORDER BY ratings DESC, scale) AS place
                   FROM rolled WHERE dimension = 'district') WHERE place = 1)
)sql";

std::vector<const KnownReport*> all_reports() {
  std::vector<const KnownReport*> all;
  for (const auto* some : {&recommendation_reports(), &following_reports(), &rating_reports(), &plan_reports(), &people_reports(), &indicator_reports()}) {
    for (const KnownReport& report : *some) all.push_back(&report);
  }
  return all;
}

Result<> check_options(const ReportContext& context, const KnownReport& report) {
  for (const auto& [name, value] : context.options) {
    if (std::ranges::find(report.info.options, name) == report.info.options.end()) {
      std::string known;
      for (const std::string& option : report.info.options) known += (known.empty() ? "" : ", ") + option;
      return Error{Code::kInvalid, "The report " + report.info.name + " cannot be asked by " + name +
                                       (known.empty() ? ". It takes no such options." : ". It can be asked by: " + known + ".")};
    }
    if ((name == "since" || name == "until") && !model::is_date(value)) {
      return Error{Code::kInvalid, "'" + value + "' is not a date. Write it as year-month-day, such as 2020-10-01."};
    }
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (name == "cycle" && (error != std::errc() || end != value.data() + value.size())) {
      return Error{Code::kInvalid, "'" + value + "' is not a cycle. Write its number, such as 3."};
    }
  }
  return {};
}

Result<ReportCell> cell_of(ReportContext& context, const QueryColumn& column, const store::Statement& row, int at) {
  if (row.is_null(at)) return ReportCell();
  if (!column.form.empty()) {
    HAKI_ASSIGN(std::string text, text_of(context.records, row.integer(at), *model::built_in_form(column.form), column.field));
    return ReportCell(std::move(text));
  }
  switch (column.column.kind) {
    case ColumnKind::kNumber: return ReportCell(row.integer(at));
    case ColumnKind::kMeasure:
    case ColumnKind::kShare: return ReportCell(row.real(at));
    case ColumnKind::kYesNo: return ReportCell(row.integer(at) != 0);
    case ColumnKind::kText:
    case ColumnKind::kDate: break;
  }
  return ReportCell(std::string(row.text(at)));
}

}  // namespace

ReportCell number_unless(bool hidden, std::int64_t number) {
  ReportCell cell;
  if (!hidden) cell = number;
  return cell;
}

ReportCell measure_or_empty(const std::optional<double>& measure) {
  ReportCell cell;
  if (measure) cell = *measure;
  return cell;
}

std::int64_t number_in(const ReportCell& cell) {
  const auto* number = std::get_if<std::int64_t>(&cell);
  return number == nullptr ? 0 : *number;
}

std::string text_in(const ReportCell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text == nullptr ? std::string() : *text;
}

std::optional<double> measure_in(const ReportCell& cell) {
  if (const auto* real = std::get_if<double>(&cell)) return *real;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*number);
  return std::nullopt;
}

std::string few_hidden() {
  return "Counts of fewer than " + std::to_string(kSmallCellThreshold) + " people are not shown, nor what would tell them.";
}

std::vector<ReportInfo> report_list() {
  std::vector<ReportInfo> list;
  for (const KnownReport* report : all_reports()) list.push_back(report->info);
  return list;
}

Result<> read_rows(ReportContext& context, const std::vector<QueryColumn>& columns, std::string_view sql, Report& report) {
  if (report.columns.empty()) {
    for (const QueryColumn& column : columns) report.columns.push_back(column.column);
  }
  auto rows = context.database.prepare(std::string(kWith) + std::string(sql));
  rows.bind(1, std::string_view(context.today));
  for (std::size_t i = 0; i < kGiven.size(); ++i) {
    const auto found = context.options.find(kGiven[i]);
    if (found == context.options.end()) rows.bind(static_cast<int>(i) + 2, nullptr);
    else rows.bind(static_cast<int>(i) + 2, std::string_view(found->second));
  }
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    auto& cells = report.rows.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      HAKI_ASSIGN(ReportCell cell, cell_of(context, columns[i], rows, static_cast<int>(i)));
      cells.push_back(std::move(cell));
    }
  }
}

Result<Report> make_report(ReportContext& context, std::string_view name) {
  const auto all = all_reports();
  const auto found = std::ranges::find(all, name, [](const KnownReport* report) { return std::string_view(report->info.name); });
  if (found == all.end()) {
    return Error{Code::kNotFound, "There is no report '" + std::string(name) + "'. haki report list names them all."};
  }
  const KnownReport& known = **found;
  HAKI_TRY(check_options(context, known));
  HAKI_TRY(define_form_views(context.database));
  HAKI_TRY(define_authors(context.database, context.chains, context.author_of));
  HAKI_TRY(roll_up_ratings(context.database, context.records));
  HAKI_ASSIGN(context.theme_names, read_theme_names(context.database, context.theme_table));
  HAKI_TRY(define_theme_names(context.database, context.theme_names));
  for (auto& [option, value] : context.options) {
    if (option == "theme" || option == "cluster") value = context.theme_names.of(value);
  }
  Report report;
  if (known.make != nullptr) {
    HAKI_ASSIGN(report, known.make(context));
  } else {
    HAKI_TRY(read_rows(context, known.columns, known.sql, report));
  }
  if (known.finish != nullptr) HAKI_TRY(known.finish(context, report));
  report.name = known.info.name;
  return report;
}

}  // namespace haki::analysis
