// Indicators: their series by place and year, whole and broken down, rolled up as each allows, and how near their targets they are.
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "analysis/reports.h"
#include "haki/disclosure.h"

namespace haki::analysis {
namespace {

// Values as they are, each with its breakdown; `whole` are those that make the whole of an indicator, place and year: the one without
// a breakdown if there is such a one, else those with the breakdown by sex. `climb`: the places that each place lies in.
constexpr std::string_view kSeries = R"sql(
  , climb (code, at, level) AS (
    SELECT code, code, level FROM place_records WHERE code IS NOT NULL
    UNION
    SELECT climb.code, above.code, above.level FROM climb JOIN place_records AS below ON below.code = climb.at
      JOIN place_records AS above ON above.code = below.parent),
  entry AS (
    SELECT value.*, indicator.no AS indicator_no, indicator.name, indicator.kind, coalesce(indicator.combine, 'latest') AS rule, indicator.unit,
      coalesce(value.year, CAST(substr(value.period_end, 1, 4) AS INTEGER), 0) AS in_year,
      value.sex IS NULL AND value.age_group IS NULL AND value.disability IS NULL AND value.local_group IS NULL AS unbroken,
      value.sex IS NOT NULL AND value.age_group IS NULL AND value.disability IS NULL AND value.local_group IS NULL AS by_sex,
      coalesce(value.district, '') AS place
    FROM indicator_value_records AS value JOIN indicator_records AS indicator ON indicator.id = value.indicator, given
    WHERE value.state NOT IN ('draft', 'rejected') AND value.conflicts = 0
      AND (given.district IS NULL OR value.district = given.district)),
  one AS (
    SELECT entry.*, unbroken OR (by_sex AND rule = 'sum' AND NOT EXISTS (
      SELECT 1 FROM entry AS total WHERE total.unbroken AND total.indicator_no = entry.indicator_no AND total.place = entry.place
        AND total.in_year = entry.in_year)) AS whole FROM entry)
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

constexpr std::array<std::string_view, 4> kAxes{"sex", "age_group", "disability", "local_group"};

// What a value is of; its breakdown by axis, none for the whole.
struct SeriesKey {
  std::string name;
  std::int64_t indicator = 0;
  std::string place;
  std::int64_t year = 0;
  std::map<std::string, std::string> group;
  auto operator<=>(const SeriesKey&) const = default;
};
using AllSeries = std::map<SeriesKey, Series>;

void add_value(Series& of, const std::vector<ReportCell>& row) {
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

// Put together by place at the level, "" for the places as they are.
Result<AllSeries> read_series(ReportContext& context, const std::string& level) {
  Report read;
  const std::vector<QueryColumn> columns{
      {{"indicator", "", kNumber}}, {{"name", "", kText}}, {{"kind", "", kText}}, {{"unit", "", kText}}, {{"rule", "", kText}}, {{"place", "", kText}},
      {{"year", "", kNumber}}, {{"value", "", kMeasure}}, {{"numerator", "", kMeasure}}, {{"denominator", "", kMeasure}}, {{"source", "", kText}},
      {{"whole", "", kYesNo}}, {{"unbroken", "", kYesNo}}, {{"sex", "", kText}}, {{"age_group", "", kText}}, {{"disability", "", kText}}, {{"local_group", "", kText}}};
  const std::string place = level == "0" ? "''" : level.empty() ? "one.place"
      : "coalesce((SELECT at FROM climb WHERE climb.code = one.place AND climb.level = " + level + "), one.place)";
  HAKI_TRY(read_rows(context, columns, std::string(kSeries) + "SELECT indicator_no, name, kind, unit, rule, " + place +
                                           ", in_year, value, numerator, denominator, source, whole, unbroken, sex, age_group, disability, local_group "
                                           "FROM one ORDER BY changed", read));
  AllSeries all;
  for (const auto& row : read.rows) {
    SeriesKey key{text_in(row[1]), number_in(row[0]), text_in(row[5]), number_in(row[6]), {}};
    if (std::get<bool>(row[11])) add_value(all[key], row);
    if (std::get<bool>(row[12])) continue;
    for (std::size_t axis = 0; axis < kAxes.size(); ++axis) {
      if (const std::string category = text_in(row[13 + axis]); !category.empty()) key.group.emplace(kAxes[axis], category);
    }
    add_value(all[key], row);
  }
  return all;
}

// Which of them are not shown: small counts of people, and what would tell them.
Result<std::set<SeriesKey>> hidden_series(ReportContext& context, const AllSeries& all) {
  Report climb;
  HAKI_TRY(read_rows(context, {{{"code", "", kText}}, {{"at", "", kText}}},
                     std::string(kSeries) + "SELECT code, at FROM climb WHERE code <> at ORDER BY code, level IS NULL, level DESC", climb));
  std::map<std::string, std::vector<std::string>> above;
  for (const auto& row : climb.rows) above[text_in(row[0])].push_back(text_in(row[1]));
  std::vector<PeopleCount> counts;
  std::vector<const SeriesKey*> keys;
  for (const auto& [key, of] : all) {
    const auto value = combined(of);
    if (!value || of.rule == "ratio" || !counts_people(of.unit) || std::abs(*value) > 1e15) continue;
    PeopleCount count{std::to_string(key.indicator) + "/" + std::to_string(key.year), key.place, above[key.place], key.group,
                      static_cast<std::int64_t>(std::ceil(std::max(0.0, *value)))};
    if (!key.place.empty()) count.above.emplace_back();  // the country
    counts.push_back(std::move(count));
    keys.push_back(&key);
  }
  const std::vector<bool> hide = hide_small_people(counts);
  std::set<SeriesKey> hidden;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (hide[i]) hidden.insert(*keys[i]);
  }
  return hidden;
}

// "sex" and "female"; of several axes "sex, age_group" and "female, 18_34".
std::pair<std::string, std::string> in_one_cell(const std::map<std::string, std::string>& group) {
  std::pair<std::string, std::string> cells;
  for (const std::string_view axis : kAxes) {
    const auto found = group.find(std::string(axis));
    if (found == group.end()) continue;
    cells.first += (cells.first.empty() ? "" : ", ") + found->first;
    cells.second += (cells.second.empty() ? "" : ", ") + found->second;
  }
  return cells;
}

Result<Report> indicator_series(ReportContext& context) {
  const std::string level = context.option("level");
  if (!level.empty() && level.find_first_not_of("0123456789") != std::string::npos) {
    return Error{Code::kInvalid, "'" + level + "' is no level. Write 0 for the country, 1 for its largest parts, and so on."};
  }
  HAKI_ASSIGN(const AllSeries series, read_series(context, level));
  HAKI_ASSIGN(const std::set<SeriesKey> hidden, hidden_series(context, series));
  Report report;
  report.columns = {{"indicator", "Indicator", kText}, {"kind", "Kind", kText}, {"place", "Place", kText}, {"year", "Year", kNumber},
                    {"value", "Value", kMeasure}, {"unit", "Unit", kText}, {"values", "Values", kNumber}, {"rule", "Put together by", kText},
                    {"source", "Source", kText}, {"axis", "By", kText}, {"category", "Who", kText}};
  bool refused = false;
  for (const auto& [key, of] : series) {
    const auto value = combined(of);
    refused |= !value;
    auto& row = report.rows.emplace_back(std::vector<ReportCell>{of.name, of.kind, key.place, key.year, measure_or_empty(hidden.contains(key) ? std::nullopt : value),
                                                                 of.unit, of.values, of.rule, of.sources, {}, {}});
    if (key.group.empty()) continue;
    std::tie(row[9], row[10]) = in_one_cell(key.group);
  }
  if (refused) {
    report.notes.push_back("Where a value is empty its parts cannot be put together: percentages are never added up, and a ratio needs the numerator "
                           "and denominator of every part. Give them with the values, or set how the indicator combines.");
  }
  if (!hidden.empty()) report.notes.push_back(few_hidden());
  return report;
}

// Whether what `of` come to would tell what the report on indicators does not show: where it is one of them, or where all that is hidden
// of them is one, or small together.
bool tells_hidden(const Series& reached, const std::set<SeriesKey>& of, const SeriesKey& last, const AllSeries& series,
                  const std::set<SeriesKey>& hidden) {
  double sum = 0;
  int number = 0;
  for (const SeriesKey& key : of) {
    if (!hidden.contains(key)) continue;
    sum += combined(series.at(key)).value_or(0);
    ++number;
  }
  if (number == 0) return false;
  return number == 1 || sum < static_cast<double>(kSmallCellThreshold) || (reached.rule == "latest" && hidden.contains(last));
}

Result<Report> progress(ReportContext& context) {
  Report read;
  const std::vector<QueryColumn> columns{
      {{"indicator", "", kNumber}}, {{"name", "", kText}}, {{"unit", "", kText}}, {{"rule", "", kText}}, {{"baseline", "", kMeasure}},
      {{"target", "", kMeasure}}, {{"target_year", "", kNumber}}, {{"year", "", kNumber}}, {{"value", "", kMeasure}}, {{"place", "", kText}}};
  HAKI_TRY(read_rows(context, columns, std::string(kSeries) + R"sql(
    SELECT one.indicator_no, one.name, one.unit, one.rule, indicator.baseline, indicator.target, indicator.target_year, one.in_year, one.value, one.place
    FROM one JOIN indicator_records AS indicator ON indicator.no = one.indicator_no
    WHERE indicator.target IS NOT NULL AND one.whole ORDER BY one.in_year, one.changed)sql", read));
  struct Towards {
    std::string name, unit;
    std::optional<double> baseline;
    double target = 0;
    ReportCell year;
    Series reached;
    std::set<SeriesKey> of;  // the wholes that it is put together of
    SeriesKey last = {};
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
    one.last = {text_in(row[1]), number_in(row[0]), text_in(row[9]), number_in(row[7]), {}};
    one.of.insert(one.last);
  }
  HAKI_ASSIGN(const AllSeries series, read_series(context, ""));
  HAKI_ASSIGN(const std::set<SeriesKey> hidden, hidden_series(context, series));
  bool hid = false;
  Report report;
  report.columns = {{"indicator", "Indicator", kText}, {"value", "Reached", kMeasure}, {"target", "Target", kMeasure}, {"unit", "Unit", kText},
                    {"share", "Of the target", kShare}, {"from_baseline", "Of the way from the baseline", kShare}, {"target_year", "By", kNumber},
                    {"values", "Values", kNumber}};
  for (const auto& [key, one] : all) {
    const bool hide = tells_hidden(one.reached, one.of, one.last, series, hidden);
    hid |= hide;
    const auto value = hide ? std::nullopt : combined(one.reached);
    const auto share = value && one.target != 0 ? std::optional(*value / one.target) : std::nullopt;
    const auto way = value && one.baseline && one.target != *one.baseline ? std::optional((*value - *one.baseline) / (one.target - *one.baseline))
                                                                          : std::nullopt;
    report.rows.push_back({one.name, measure_or_empty(value), one.target, one.unit, measure_or_empty(share), measure_or_empty(way), one.year, one.reached.values});
  }
  if (hid) report.notes.push_back(few_hidden());
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
