// Indicators: their series by place and year, rolled up as each allows, and how near their targets they are.
#include <algorithm>
#include <map>

#include "analysis/reports.h"

namespace haki::analysis {
namespace {

// Values as they are: one of an indicator, place and year, without a breakdown if there is such a one, else with the breakdown by sex.
// `place` climbs to the level that was asked for, by the places that are known; another code stays as it is.
constexpr std::string_view kSeries = R"sql(
  , climb (code, at, level) AS (
    SELECT code, code, level FROM place_records WHERE code IS NOT NULL
    UNION
    SELECT climb.code, above.code, above.level FROM climb JOIN place_records AS below ON below.code = climb.at
      JOIN place_records AS above ON above.code = below.parent),
  entry AS (
    SELECT value.*, indicator.no AS indicator_no, indicator.name, indicator.kind, coalesce(indicator.combine, 'latest') AS rule, indicator.unit,
      coalesce(value.year, CAST(substr(value.period_end, 1, 4) AS INTEGER), 0) AS in_year,
      value.sex IS NULL AND value.age_group IS NULL AND value.disability IS NULL AND value.local_group IS NULL AS whole,
      value.sex IS NOT NULL AND value.age_group IS NULL AND value.disability IS NULL AND value.local_group IS NULL AS by_sex,
      coalesce(value.district, '') AS place
    FROM indicator_value_records AS value JOIN indicator_records AS indicator ON indicator.id = value.indicator, given
    WHERE value.state NOT IN ('draft', 'rejected') AND value.conflicts = 0
      AND (given.district IS NULL OR value.district = given.district)),
  one AS (
    SELECT entry.* FROM entry WHERE whole OR (by_sex AND rule = 'sum' AND NOT EXISTS (
      SELECT 1 FROM entry AS total WHERE total.whole AND total.indicator_no = entry.indicator_no AND total.place = entry.place
        AND total.in_year = entry.in_year)))
)sql";

bool is_percentage(const std::string& unit) {
  return unit.find('%') != std::string::npos || unit.find("percent") != std::string::npos || unit.find("pour cent") != std::string::npos;
}

// One indicator, place and year while it is put together.
struct Series {
  std::string name, kind, unit, rule, sources;
  double sum = 0, numerator = 0, denominator = 0, latest = 0;
  std::int64_t values = 0, ratios = 0;
};

// What the values come to; nothing where the rule does not allow it.
std::optional<double> combined(const Series& of) {
  if (of.values == 1 && of.rule != "ratio") return of.sum;
  if (of.rule == "ratio") {
    if (of.ratios != of.values || of.denominator == 0) return of.values == 1 ? std::optional(of.sum) : std::nullopt;
    return of.numerator / of.denominator * (is_percentage(of.unit) ? 100 : 1);
  }
  if (of.rule == "sum") return is_percentage(of.unit) ? std::nullopt : std::optional(of.sum);
  if (of.rule == "mean") return of.sum / static_cast<double>(of.values);
  return of.latest;
}

Result<Report> indicator_series(ReportContext& context) {
  const std::string level = context.option("level");
  if (!level.empty() && level.find_first_not_of("0123456789") != std::string::npos) {
    return Error{Code::kInvalid, "'" + level + "' is no level. Write 0 for the country, 1 for its largest parts, and so on."};
  }
  Report read;
  const std::vector<QueryColumn> columns{
      {{"indicator", "", kNumber}}, {{"name", "", kText}}, {{"kind", "", kText}}, {{"unit", "", kText}}, {{"rule", "", kText}}, {{"place", "", kText}},
      {{"year", "", kNumber}}, {{"value", "", kMeasure}}, {{"numerator", "", kMeasure}}, {{"denominator", "", kMeasure}}, {{"source", "", kText}}};
  const std::string place = level == "0" ? "''" : level.empty() ? "one.place"
      : "coalesce((SELECT at FROM climb WHERE climb.code = one.place AND climb.level = " + level + "), one.place)";
  HAKI_TRY(read_rows(context, columns, std::string(kSeries) + "SELECT indicator_no, name, kind, unit, rule, " + place +
                                           ", in_year, value, numerator, denominator, source FROM one ORDER BY changed", read));
  std::map<std::tuple<std::string, std::int64_t, std::string, std::int64_t>, Series> series;
  for (const auto& row : read.rows) {
    Series& of = series[{text_in(row[1]), number_in(row[0]), text_in(row[5]), number_in(row[6])}];
    of.name = text_in(row[1]), of.kind = text_in(row[2]), of.unit = text_in(row[3]), of.rule = text_in(row[4]);
    of.latest = *measure_in(row[7]);
    of.sum += of.latest;
    ++of.values;
    if (!std::holds_alternative<std::monostate>(row[8]) && !std::holds_alternative<std::monostate>(row[9])) {
      of.numerator += *measure_in(row[8]);
      of.denominator += *measure_in(row[9]);
      ++of.ratios;
    }
    const std::string source = text_in(row[10]);
    if (!source.empty() && of.sources.find(source) == std::string::npos) of.sources += (of.sources.empty() ? "" : "; ") + source;
  }
  Report report;
  report.columns = {{"indicator", "Indicator", kText}, {"kind", "Kind", kText}, {"place", "Place", kText}, {"year", "Year", kNumber},
                    {"value", "Value", kMeasure}, {"unit", "Unit", kText}, {"values", "Values", kNumber}, {"rule", "Put together by", kText},
                    {"source", "Source", kText}};
  bool refused = false;
  for (const auto& [key, of] : series) {
    const auto value = combined(of);
    refused |= !value;
    report.rows.push_back({of.name, of.kind, std::get<2>(key), std::get<3>(key), measure_or_empty(value), of.unit, of.values, of.rule, of.sources});
  }
  if (refused) {
    report.notes.push_back("Where a value is empty its parts cannot be put together: percentages are never added up, and a ratio needs the numerator "
                           "and denominator of every part. Give them with the values, or set how the indicator combines.");
  }
  return report;
}

Result<Report> progress(ReportContext& context) {
  Report read;
  const std::vector<QueryColumn> columns{
      {{"indicator", "", kNumber}}, {{"name", "", kText}}, {{"unit", "", kText}}, {{"rule", "", kText}}, {{"baseline", "", kMeasure}},
      {{"target", "", kMeasure}}, {{"target_year", "", kNumber}}, {{"year", "", kNumber}}, {{"value", "", kMeasure}}};
  HAKI_TRY(read_rows(context, columns, std::string(kSeries) + R"sql(
    SELECT one.indicator_no, one.name, one.unit, one.rule, indicator.baseline, indicator.target, indicator.target_year, one.in_year, one.value
    FROM one JOIN indicator_records AS indicator ON indicator.no = one.indicator_no
    WHERE indicator.target IS NOT NULL ORDER BY one.in_year, one.changed)sql", read));
  struct Towards {
    std::string name, unit;
    std::optional<double> baseline;
    double target = 0;
    ReportCell year;
    Series reached;
  };
  std::map<std::pair<std::string, std::int64_t>, Towards> all;
  for (const auto& row : read.rows) {
    Towards& one = all[{text_in(row[1]), number_in(row[0])}];
    one.name = text_in(row[1]), one.unit = text_in(row[2]);
    one.baseline = measure_in(row[4]);
    one.target = *measure_in(row[5]);
    one.year = row[6];
    one.reached.rule = text_in(row[3]), one.reached.unit = one.unit;
    one.reached.latest = *measure_in(row[8]);
    one.reached.sum += one.reached.latest;
    ++one.reached.values;
  }
  Report report;
  report.columns = {{"indicator", "Indicator", kText}, {"value", "Reached", kMeasure}, {"target", "Target", kMeasure}, {"unit", "Unit", kText},
                    {"share", "Of the target", kShare}, {"from_baseline", "Of the way from the baseline", kShare}, {"target_year", "By", kNumber},
                    {"values", "Values", kNumber}};
  for (const auto& [key, one] : all) {
    const auto value = combined(one.reached);
    const auto share = value && one.target != 0 ? std::optional(*value / one.target) : std::nullopt;
    const auto way = value && one.baseline && one.target != *one.baseline ? std::optional((*value - *one.baseline) / (one.target - *one.baseline))
                                                                          : std::nullopt;
    report.rows.push_back({one.name, measure_or_empty(value), one.target, one.unit, measure_or_empty(share), measure_or_empty(way), one.year, one.reached.values});
  }
  return report;
}

}  // namespace

const std::vector<KnownReport>& indicator_reports() {
  static const std::vector<KnownReport> reports{
      {.info = {"indicators", "Indicator values by place and year, rolled up as each allows", "Pakistan HRIMS + National Human Rights Indicators",
                {"district", "level"}},
       .make = indicator_series},
      {.info = {"progress", "How near each indicator is to its target", "Colombia budget indicator", {"district"}}, .make = progress},
  };
  return reports;
}

}  // namespace haki::analysis
