// The reports by name: each is a query over the views of form_views.h, finished here where SQL cannot (spec 80-analysis lists them).
#pragma once

#include <functional>
#include <span>

#include "analysis/theme_names.h"
#include "haki/report.h"

namespace haki::analysis {

using enum ColumnKind;

struct ReportContext {
  store::Database& database;
  store::Chains& chains;
  store::Records& records;
  AuthorOf author_of;
  std::string today;  // ISO 8601
  std::map<std::string, std::string, std::less<>> options;
  ThemeTable theme_table = {};
  ThemeNames theme_names = {};  // make_report() fills it

  // The option's text; empty where it was not given.
  std::string option(std::string_view name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  }
};

// A column of a query, and for kTextOf what to read instead of the record's number that the query gives.
struct QueryColumn {
  ReportColumn column;
  std::string_view form = {}, field = {};
};

struct KnownReport {
  ReportInfo info;
  std::vector<QueryColumn> columns = {};
  // Follows a WITH that names `given` (today, theme, district, cycle, state, cluster, since, until; NULL where not asked; theme and
  // cluster by the names of theme_names.h), `asked_theme`, the labels of that theme, `wanted`, the recommendations that fit, with
  // `under`, the name of their cluster or else of their first theme, and `verdict` and `local_verdict`, the sums of a recommendation (in a district) on the
  // scale with most ratings: so it begins with SELECT, or with a comma and another name.
  std::string_view sql = {};
  Result<> (*finish)(ReportContext&, Report&) = nullptr;  // orders, hides, adds notes
  Result<Report> (*make)(ReportContext&) = nullptr;       // in place of sql
};

const std::vector<KnownReport>& recommendation_reports();  // how they are ordered
const std::vector<KnownReport>& following_reports();       // how far each is
const std::vector<KnownReport>& plan_reports();
const std::vector<KnownReport>& rating_reports();
const std::vector<KnownReport>& people_reports();
const std::vector<KnownReport>& indicator_reports();

// All of them, in the order in which a person would read them.
std::vector<ReportInfo> report_list();

// kNotFound: no such report; kInvalid: an option it does not know, or a date or number that is none.
Result<Report> make_report(ReportContext& context, std::string_view name);

// For those that are made of several queries: rows as the columns say. Precondition: the views are defined.
Result<> read_rows(ReportContext& context, const std::vector<QueryColumn>& columns, std::string_view sql, Report& report);

// The note under a report that hid counts of people.
std::string few_hidden();

// Making and reading cells.
ReportCell number_unless(bool hidden, std::int64_t number);
ReportCell measure_or_empty(const std::optional<double>& measure);
std::int64_t number_in(const ReportCell& cell);
std::string text_in(const ReportCell& cell);
std::optional<double> measure_in(const ReportCell& cell);

}  // namespace haki::analysis
