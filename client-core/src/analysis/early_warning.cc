#include "analysis/early_warning.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace haki::analysis {
namespace {

constexpr int kBaselineMonths = 6;
constexpr double kRare = 0.05;
constexpr double kUsualMin = 2;  // fewer a month are too few to fall

// Work of the last whole month and of the six before it, by who wrote it and where; `back`: how many months ago it happened, or was
// written down where that is not said.
constexpr std::string_view kActivity = R"sql(
  , work (author, district, day, created) AS (
    SELECT author, district, observed_on, created FROM observation_records
    UNION ALL SELECT author, district, rated_on, created FROM rating_records
    UNION ALL SELECT author, district, held_on, created FROM outreach_session_records
    UNION ALL SELECT author, district, substr(captured_at, 1, 10), created FROM evidence_records
    UNION ALL SELECT author, district, held_on, created FROM consultation_records),
  dated AS (
    SELECT work.author, coalesce(work.district, '') AS place, author.rater AS organisation,
      coalesce(day, date((created >> 16) / 1000, 'unixepoch')) AS day
    FROM work JOIN temp.author ON author.log = work.author),
  aged AS (
    SELECT dated.*, (CAST(substr(given.today, 1, 4) AS INTEGER) - CAST(substr(day, 1, 4) AS INTEGER)) * 12
      + CAST(substr(given.today, 6, 2) AS INTEGER) - CAST(substr(day, 6, 2) AS INTEGER) AS back FROM dated, given)
  SELECT place, organisation, author, back, count(*) FROM aged, given
  WHERE back BETWEEN 1 AND 7 AND (given.district IS NULL OR place = given.district) GROUP BY 1, 2, 3, 4
)sql";

// When each author was last heard of: the newest change of theirs that is here, as a day.
constexpr std::string_view kHeard = R"sql(
  SELECT author, date((max(max(changed), max(created)) >> 16) / 1000, 'unixepoch') FROM record WHERE author IS NOT NULL GROUP BY author
)sql";

// The months of one district or organisation; 0 is the last whole one.
struct Activity {
  std::array<std::int64_t, kBaselineMonths + 1> months{};
  std::map<std::int64_t, std::int64_t> by_author;  // in the months before
};

double median(std::vector<std::int64_t> numbers) {
  std::ranges::sort(numbers);
  const std::size_t middle = numbers.size() / 2;
  return numbers.size() % 2 == 1 ? static_cast<double>(numbers[middle]) : static_cast<double>(numbers[middle - 1] + numbers[middle]) / 2;
}

std::string one_digit(double number) {
  const auto tenths = static_cast<std::int64_t>(std::llround(number * 10));
  return std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10));
}

// The first day of this month and of the one before, as ISO dates.
std::string first_of_month(const std::string& today) { return today.substr(0, 8) + "01"; }
std::string month_before(const std::string& today) {
  int year = std::stoi(today.substr(0, 4)), month = std::stoi(today.substr(5, 2)) - 1;
  if (month == 0) --year, month = 12;
  return std::to_string(year) + (month < 10 ? "-0" : "-") + std::to_string(month);
}

class WarningWriter {
 public:
  WarningWriter(const ReportContext& context, std::map<std::int64_t, std::string> heard) : today_(context.today), heard_(std::move(heard)) {}

  void add(const std::string& kind, const std::string& name, const Activity& of, Report& report) const {
    const double usual = median({of.months.begin() + 1, of.months.end()});
    const std::int64_t last = of.months[0];
    const double chance = chance_of_at_most(last, usual);
    if (usual < kUsualMin || static_cast<double>(last) > usual / 2 || chance > kRare) return;
    std::int64_t all = 0, unheard = 0, devices = 0, silent = 0;
    for (const auto& [author, count] : of.by_author) {
      all += count;
      ++devices;
      const auto found = heard_.find(author);
      if (found != heard_.end() && found->second >= first_of_month(today_)) continue;
      unheard += count;
      ++silent;
    }
    // What is missing may well lie on devices that have not synced: those who used to send half of it or more.
    const bool outage = unheard * 2 >= all;
    const std::string where = name.empty() ? "No " + kind + " given" : name;
    std::string sentence = where + ": " + std::to_string(last) + (last == 1 ? " record" : " records") + " in " + month_before(today_) + ", " +
                           one_digit(usual) + " a month before (median of six). ";
    sentence += outage ? std::to_string(silent) + " of " + std::to_string(devices) + (devices == 1 ? " device that works" : " devices that work") +
                             " there, which sent " + std::to_string(all > 0 ? 100 * unheard / all : 0) +
                             "% of it, " + (silent == 1 ? "has" : "have") + " not been heard of since: perhaps no network, or no sync yet."
                       : "The devices that sent most of it have been heard of since, so the work itself became less.";
    report.rows.push_back({kind, name, std::string(outage ? "not_synced" : "falling"), last, usual, chance, devices, silent, sentence});
  }

 private:
  std::string today_;
  std::map<std::int64_t, std::string> heard_;
};

}  // namespace

double chance_of_at_most(std::int64_t count, double usual) {
  double term = std::exp(-usual), sum = term;
  for (std::int64_t k = 1; k <= count; ++k) sum += term *= usual / static_cast<double>(k);
  return std::min(sum, 1.0);
}

Result<Report> early_warning(ReportContext& context) {
  Report read;
  HAKI_TRY(read_rows(context, {{{"district", "", kText}}, {{"organisation", "", kText}}, {{"author", "", kNumber}}, {{"back", "", kNumber}},
                               {{"records", "", kNumber}}}, kActivity, read));
  std::map<std::pair<std::string, std::string>, Activity> all;
  for (const auto& row : read.rows) {
    const auto month = static_cast<std::size_t>(number_in(row[3]) - 1);
    for (const auto& key : {std::pair<std::string, std::string>{"district", text_in(row[0])}, {"organisation", text_in(row[1])}}) {
      Activity& of = all[key];
      of.months[month] += number_in(row[4]);
      if (month > 0) of.by_author[number_in(row[2])] += number_in(row[4]);
    }
  }
  Report heard_rows;
  HAKI_TRY(read_rows(context, {{{"author", "", kNumber}}, {{"day", "", kText}}}, kHeard, heard_rows));
  std::map<std::int64_t, std::string> heard;
  for (const auto& row : heard_rows.rows) heard[number_in(row[0])] = text_in(row[1]);
  Report report;
  report.columns = {{"kind", "What", kText}, {"name", "Name", kText}, {"warning", "Warning", kText}, {"last_month", "Last month", kNumber},
                    {"usual", "Usual", kMeasure}, {"chance", "Chance", kMeasure}, {"devices", "Devices", kNumber},
                    {"not_heard_of", "Not heard of", kNumber}, {"sentence", "In words", kText}};
  const WarningWriter writer(context, std::move(heard));
  for (const auto& [key, of] : all) writer.add(key.first, key.second, of, report);
  if (report.rows.empty()) report.notes.push_back("No district and no organisation fell below its own baseline.");
  return report;
}

}  // namespace haki::analysis
