// People reached and heard, counted without names: sessions by district and quarter, breakdowns, referrals, consultations.
#include <algorithm>
#include <map>
#include <set>

#include "analysis/early_warning.h"
#include "analysis/reports.h"
#include "haki/disclosure.h"
#include "model/form.h"

namespace haki::analysis {
namespace {

const std::vector<std::string> kPeriod{"district", "theme", "since", "until"};

// Sessions that count, in the time and place that was asked for; `quarter` such as 2020-Q4.
constexpr std::string_view kSessions = R"sql(
  , session AS (
    SELECT one.no, one.district, one.theme, coalesce(one.total, 0) AS people, one.held_on,
      substr(one.held_on, 1, 4) || '-Q' || ((CAST(substr(one.held_on, 6, 2) AS INTEGER) + 2) / 3) AS quarter
    FROM outreach_session_records AS one, given
    WHERE one.state NOT IN ('draft', 'rejected') AND (given.district IS NULL OR one.district = given.district)
      AND (given.theme IS NULL OR one.theme IN asked_theme)
      AND (given.since IS NULL OR one.held_on >= given.since) AND (given.until IS NULL OR one.held_on <= given.until))
)sql";

struct Axis {
  std::string name;
  std::vector<std::string> codes;
};

std::vector<Axis> axes() {
  std::vector<Axis> all;
  const Group* counts = model::built_in_form("outreach_session")->group("counts");
  for (const Field& field : counts->fields) {
    if (field.choices.empty()) continue;
    Axis& axis = all.emplace_back(Axis{field.name, {}});
    for (const Choice& choice : field.choices) axis.codes.push_back(choice.code);
  }
  return all;
}

struct Unit {
  std::int64_t sessions = 0, people = 0, counted = 0;
  std::map<std::string, std::map<std::string, std::int64_t>> by_axis;
};
using UnitKey = std::pair<std::string, std::string>;  // quarter and district

Result<std::map<UnitKey, Unit>> read_units(ReportContext& context) {
  std::map<UnitKey, Unit> units;
  Report read;
  const std::vector<QueryColumn> of_session{{{"quarter", "", kText}}, {{"district", "", kText}}, {{"sessions", "", kNumber}}, {{"people", "", kNumber}}};
  HAKI_TRY(read_rows(context, of_session, std::string(kSessions) + "SELECT quarter, district, count(*), sum(people) FROM session GROUP BY 1, 2", read));
  for (const auto& row : read.rows) {
    Unit& unit = units[{text_in(row[0]), text_in(row[1])}];
    unit.sessions = number_in(row[2]);
    unit.people = number_in(row[3]);
  }
  read = {};
  const std::vector<QueryColumn> of_count{{{"quarter", "", kText}}, {{"district", "", kText}}, {{"sex", "", kText}}, {{"age_group", "", kText}},
                                          {{"disability", "", kText}}, {{"people", "", kNumber}}};
  HAKI_TRY(read_rows(context, of_count, std::string(kSessions) + R"sql(
    SELECT quarter, district, counts.sex, counts.age_group, counts.disability, sum(counts.people)
    FROM session JOIN outreach_session_counts_records AS counts ON counts.parent = session.no GROUP BY 1, 2, 3, 4, 5)sql", read));
  for (const auto& row : read.rows) {
    Unit& unit = units[{text_in(row[0]), text_in(row[1])}];
    const std::int64_t people = number_in(row[5]);
    for (const auto& [axis, at] : {std::pair{"sex", 2}, {"age_group", 3}, {"disability", 4}}) {
      if (const std::string code = text_in(row[static_cast<std::size_t>(at)]); !code.empty()) unit.by_axis[axis][code] += people;
    }
  }
  // Rows may break people down by several axes at once or by one after the other; the axis that counts most says who was counted.
  for (auto& [key, unit] : units) {
    for (const auto& [axis, codes] : unit.by_axis) {
      std::int64_t sum = 0;
      for (const auto& [code, people] : codes) sum += people;
      unit.counted = std::max(unit.counted, sum);
    }
  }
  return units;
}

// Appends an axis' columns to every row, small counts hidden; says so where it did.
void add_axis(const Axis& axis, const std::vector<const Unit*>& units, std::vector<bool>& hidden_rows, Report& report) {
  Counts counts;
  std::vector<std::int64_t> totals;
  for (const Unit* unit : units) {
    auto& row = counts.emplace_back();
    std::int64_t sum = 0;
    for (const std::string& code : axis.codes) {
      const auto found = unit->by_axis.find(axis.name);
      const auto cell = found == unit->by_axis.end() ? std::map<std::string, std::int64_t>::const_iterator() : found->second.find(code);
      row.push_back(found == unit->by_axis.end() || cell == found->second.end() ? 0 : cell->second);
      sum += row.back();
    }
    totals.push_back(std::max(unit->people, sum));
  }
  const Hidden hidden = hide_small_counts(counts, totals);
  for (std::size_t code = 0; code < axis.codes.size(); ++code) {
    report.columns.push_back({axis.name + "_" + axis.codes[code], axis.codes[code], kNumber});
    std::int64_t of_column = 0;
    for (std::size_t row = 0; row < units.size(); ++row) {
      of_column += counts[row][code];
      report.rows[row].push_back(number_unless(hidden.cells[row][code], counts[row][code]));
    }
    // The last row is the sum of all; a column whose cells are all hidden has no total either.
    const bool whole_column = std::ranges::all_of(hidden.cells, [&](const auto& row) { return row[code]; });
    report.rows.back().push_back(number_unless(hidden.all || whole_column, of_column));
  }
  for (std::size_t row = 0; row < units.size(); ++row) hidden_rows[row] = hidden_rows[row] || hidden.rows[row];
}

bool small_count(std::int64_t people) { return people > 0 && people < kSmallCellThreshold; }

// Who is in a group, and who in none, is a count of people like any other: columns `counted` and `difference`. Where one of a row's is
// small no row's are shown, since the sum of all, in the last row, would tell it; and that sum only where it is not small itself.
bool hide_small_differences(Report& report) {
  const auto few = [](const std::vector<ReportCell>& row) { return small_count(std::abs(number_in(row[5]))) || small_count(number_in(row[4])); };
  const bool total_few = few(report.rows.back());
  const bool any = std::ranges::any_of(report.rows, few);
  for (std::size_t row = 0; any && row < report.rows.size(); ++row) {
    if (row + 1 == report.rows.size() && !total_few) break;
    report.rows[row][4] = report.rows[row][5] = ReportCell();
  }
  return any;
}

// "2500 people, 6 districts, 2020-Q4.", and whether the groups add up to them.
void say_reached(const Unit& all, const std::set<std::string>& districts, const std::set<std::string>& quarters, Report& report) {
  const std::string few = "fewer than " + std::to_string(kSmallCellThreshold);
  const std::string when = quarters.size() == 1 ? *quarters.begin() : *quarters.begin() + " to " + *quarters.rbegin();
  report.notes.push_back((small_count(all.people) ? "F" + few.substr(1) : std::to_string(all.people)) + " people, " + std::to_string(districts.size()) +
                         (districts.size() == 1 ? " district, " : " districts, ") + when + ".");
  const std::int64_t apart = std::abs(all.people - all.counted);
  if (apart == 0) report.notes.push_back("The groups add up to the people reached.");
  else if (small_count(apart)) report.notes.push_back("The groups add up to nearly the people reached: " + few + " apart.");
  else if (small_count(all.counted) || small_count(all.people)) report.notes.push_back("The groups do not add up to the people reached.");
  else report.notes.push_back("The groups add up to " + std::to_string(all.counted) + ", " + std::to_string(apart) +
                              (all.counted < all.people ? " fewer than the people reached." : " more than the people reached: look at those sessions."));
}

Result<Report> outreach(ReportContext& context) {
  HAKI_ASSIGN(const auto units, read_units(context));
  Report report;
  report.columns = {{"quarter", "Quarter", kText}, {"district", "District", kText}, {"sessions", "Sessions", kNumber}, {"people", "People", kNumber},
                    {"counted", "Counted by groups", kNumber}, {"difference", "Not in a group", kNumber}};
  std::vector<const Unit*> rows;
  Unit all;
  std::set<std::string> districts, quarters;
  for (const auto& [key, unit] : units) {
    rows.push_back(&unit);
    report.rows.push_back({key.first, key.second, unit.sessions, unit.people, unit.counted, unit.people - unit.counted});
    all.sessions += unit.sessions, all.people += unit.people, all.counted += unit.counted;
    quarters.insert(key.first), districts.insert(key.second);
  }
  if (rows.empty()) return report;
  report.rows.push_back({std::string("all"), std::string(), all.sessions, all.people, all.counted, all.people - all.counted});
  std::vector<bool> hidden_rows(rows.size(), false);
  for (const Axis& axis : axes()) add_axis(axis, rows, hidden_rows, report);
  bool hid = hide_small_differences(report);
  for (std::size_t column = 3; column < 6 && small_count(all.people); ++column) report.rows.back()[column] = ReportCell();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t column = 3; column < 6 && hidden_rows[row]; ++column) report.rows[row][column] = ReportCell();
    hid |= std::ranges::any_of(report.rows[row], [](const ReportCell& cell) { return std::holds_alternative<std::monostate>(cell); });
  }
  say_reached(all, districts, quarters, report);
  if (hid) report.notes.push_back(few_hidden());
  return report;
}

// Each axis over all people reached, the groups that people named themselves by among them.
Result<Report> disaggregation(ReportContext& context) {
  Report read, all;
  HAKI_TRY(read_rows(context, {{{"people", "", kNumber}}}, std::string(kSessions) + "SELECT sum(people) FROM session", all));
  const std::int64_t people = all.rows.empty() ? 0 : number_in(all.rows[0][0]);
  HAKI_TRY(read_rows(context, {{{"axis", "", kText}}, {{"category", "", kText}}, {{"people", "", kNumber}}}, std::string(kSessions) + R"sql(
    , counts AS (SELECT counts.* FROM session JOIN outreach_session_counts_records AS counts ON counts.parent = session.no)
    SELECT 'sex', sex, sum(people) FROM counts WHERE sex IS NOT NULL GROUP BY 2
    UNION ALL SELECT 'age_group', age_group, sum(people) FROM counts WHERE age_group IS NOT NULL GROUP BY 2
    UNION ALL SELECT 'disability', disability, sum(people) FROM counts WHERE disability IS NOT NULL GROUP BY 2
    UNION ALL SELECT 'local_group', local_group, sum(people) FROM counts WHERE local_group IS NOT NULL GROUP BY 2)sql", read));
  std::map<std::string, std::vector<std::pair<std::string, std::int64_t>>> by_axis;
  for (const auto& row : read.rows) by_axis[text_in(row[0])].emplace_back(text_in(row[1]), number_in(row[2]));
  Report report;
  report.columns = {{"axis", "By", kText}, {"category", "Who", kText}, {"people", "People", kNumber}, {"share", "Share", kShare}};
  bool hid = false;
  for (const auto& [axis, categories] : by_axis) {
    std::vector<std::int64_t> counts;
    std::int64_t sum = 0;
    for (const auto& [category, count] : categories) counts.push_back(count), sum += count;
    const Hidden hidden = hide_small_counts({counts}, {std::max(people, sum)});
    for (std::size_t i = 0; i < categories.size(); ++i) {
      const bool hide = hidden.cells[0][i];
      hid |= hide;
      const auto share = hide || people == 0 ? std::nullopt : std::optional(static_cast<double>(counts[i]) / static_cast<double>(std::max(people, sum)));
      report.rows.push_back({axis, categories[i].first, number_unless(hide, counts[i]), measure_or_empty(share)});
    }
  }
  if (hid) report.notes.push_back(few_hidden());
  return report;
}

}  // namespace

const std::vector<KnownReport>& people_reports() {
  static const std::vector<KnownReport> reports{
      {.info = {"outreach", "People reached by district and quarter, by sex, age and disability, without names", "HRCSL mobile clinics", kPeriod},
       .make = outreach},
      {.info = {"disaggregation", "People reached by sex, age, disability and groups they name themselves by, small counts hidden",
                "Albania / Kenya disaggregation", kPeriod},
       .make = disaggregation},
      {.info = {"referrals", "Where people were referred to, and what was followed up", "HRCSL mobile clinics", kPeriod},
       .columns = {{{"to", "Referred to", kText}}, {{"referrals", "Referrals", kNumber}}, {{"followed_up", "Followed up", kNumber}},
                   {{"open", "Open", kNumber}}, {{"followed_up_share", "Share", kShare}}, {{"oldest_open", "Oldest open", kDate}}},
       .sql = R"sql(
         , session AS (
           SELECT one.* FROM outreach_session_records AS one, given
           WHERE one.state NOT IN ('draft', 'rejected') AND (given.district IS NULL OR one.district = given.district)
             AND (given.theme IS NULL OR one.theme IN asked_theme)
             AND (given.since IS NULL OR one.held_on >= given.since) AND (given.until IS NULL OR one.held_on <= given.until))
         SELECT referral."to", count(*), total(coalesce(referral.followed_up, 0)), count(*) - total(coalesce(referral.followed_up, 0)),
           avg(coalesce(referral.followed_up, 0)), min(CASE WHEN NOT coalesce(referral.followed_up, 0) THEN session.held_on END)
         FROM session JOIN outreach_session_referrals_records AS referral ON referral.parent = session.no GROUP BY 1 ORDER BY 4 DESC, 1)sql"},
      {.info = {"consultations", "What was consulted on, with whom, and what came of it", "Mozambique consultation by mobile apps", kPeriod},
       .columns = {{{"topic", "Topic", kText}}, {{"district", "District", kText}}, {{"consultations", "Consultations", kNumber}},
                   {{"proposals", "Proposals", kNumber}}, {{"linked", "Linked to a recommendation", kNumber}},
                   {{"recommendations", "Recommendations", kNumber}}},
       .sql = R"sql(
         , asked AS (
           SELECT one.* FROM consultation_records AS one, given
           WHERE one.state NOT IN ('draft', 'rejected') AND (given.district IS NULL OR one.district = given.district)
             AND (given.since IS NULL OR one.held_on >= given.since) AND (given.until IS NULL OR one.held_on <= given.until)
             AND (given.theme IS NULL OR EXISTS (SELECT 1 FROM consultation_themes_values AS t WHERE t.no = one.no AND t.value IN asked_theme)))
         SELECT topic, coalesce(district, ''), count(DISTINCT asked.no), count(proposal.no), count(proposal.recommendation),
           count(DISTINCT proposal.recommendation)
         FROM asked LEFT JOIN consultation_proposals_records AS proposal ON proposal.parent = asked.no GROUP BY 1, 2 ORDER BY 1, 2)sql"},
      {.info = {"proposals", "Proposals people made, beside the recommendations they speak to", "Mozambique consultation by mobile apps", {}},
       .columns = {{{"recommendation", "Recommendation", kText}}, {{"proposals", "Proposals", kNumber}}, {{"statuses", "Status", kText}},
                   {{"text", "Recommendation's text", kText}, "recommendation", "text"}},
       .sql = R"sql(
         SELECT coalesce(recommendation.number, lower(hex(recommendation.id)), ''), count(*), group_concat(DISTINCT coalesce(proposal.status, 'open')),
           recommendation.no
         FROM consultation_proposals_records AS proposal LEFT JOIN recommendation_records AS recommendation ON recommendation.id = proposal.recommendation
         GROUP BY recommendation.no ORDER BY 2 DESC, 1)sql"},
      {.info = {"early-warning", "Districts and organisations whose activity fell below their own baseline", "Conclusion 3: early warning", {"district"}},
       .make = early_warning},
  };
  return reports;
}

}  // namespace haki::analysis
