// What ratings say together: from cycle to cycle, as an index, how far raters agree, and what somebody else has verified.
#include <algorithm>
#include <map>

#include "analysis/agreement.h"
#include "analysis/reports.h"
#include "analysis/scorecard.h"

namespace haki::analysis {
namespace {

ReportCell count(std::uint64_t number) { return static_cast<std::int64_t>(number); }

// Rows of the scorecard by cycle, each beside the cycle before it.
Result<Report> trend(ReportContext& context) {
  HAKI_ASSIGN(const auto card, scorecard(context.database, context.chains, context.records, {context.option("theme"), "cycle"}, context.author_of,
                                         context.theme_table));
  Report report;
  report.columns = {{"theme", "Theme", kText}, {"cycle", "Cycle", kText}, {"level", "Level", kText}, {"mean", "Mean", kMeasure},
                    {"min", "Lowest", kMeasure}, {"max", "Highest", kMeasure}, {"change", "Since the cycle before", kMeasure},
                    {"ratings", "Ratings", kNumber}, {"raters", "Raters", kNumber}, {"evidence", "Evidence", kNumber},
                    {"unverified_share", "Unverified", kShare}, {"coverage", "Coverage", kShare}, {"scale", "Scale", kText}};
  std::map<std::pair<std::string, std::string>, std::optional<double>> before;
  for (const ScorecardRow& row : card) {
    std::optional<double>& last = before[{row.theme, row.scale}];
    const std::optional<double> change = last && row.mean ? std::optional(*row.mean - *last) : std::nullopt;
    if (row.mean) last = row.mean;
    report.rows.push_back({row.theme, row.by, row.level, measure_or_empty(row.mean), measure_or_empty(row.min), measure_or_empty(row.max), measure_or_empty(change),
                           count(row.ratings), count(row.raters), count(row.evidence),
                           measure_or_empty(row.ratings > 0 ? std::optional(1 - row.verified_share) : std::nullopt), row.coverage, row.scale});
  }
  return report;
}

// The rater's newest that counts, of each recommendation, district, cycle and criterion.
constexpr std::string_view kNewest = R"sql(
  , newest AS (
    SELECT rated.*, row_number() OVER (PARTITION BY recommendation, rater, district, cycle, scale, criterion ORDER BY changed DESC, record DESC)
      AS place FROM rated WHERE standing = 'counts'),
  counted AS (SELECT newest.*, wanted.no AS recommendation_no FROM newest JOIN wanted ON wanted.id = newest.recommendation WHERE place = 1)
)sql";

Result<Report> agreement(ReportContext& context) {
  Report read;
  const std::vector<QueryColumn> columns{{{"theme", "", kText}}, {{"unit", "", kText}}, {{"value", "", kMeasure}}};
  HAKI_TRY(read_rows(context, columns, std::string(kNewest) + R"sql(
    SELECT coalesce(theme.name, ''), hex(recommendation) || '/' || district || '/' || cycle || '/' || scale || '/' || criterion, counted.value
    FROM counted LEFT JOIN temp.theme_of AS theme ON theme.no = recommendation_no WHERE counted.value IS NOT NULL)sql", read));
  std::map<std::string, std::map<std::string, std::vector<double>>> units;
  for (const auto& row : read.rows) units[text_in(row[0])][text_in(row[1])].push_back(*measure_in(row[2]));
  Report report;
  report.columns = {{"theme", "Theme", kText}, {"units", "Rated twice or more", kNumber}, {"ratings", "Ratings of them", kNumber},
                    {"alpha", "Krippendorff's alpha", kMeasure}, {"reading", "Reading", kText}};
  for (const auto& [theme, of_theme] : units) {
    std::vector<std::vector<double>> values;
    for (const auto& [unit, of_unit] : of_theme) values.push_back(of_unit);
    const Agreement found = krippendorff_alpha(values, Scale::kOrdinal);
    const char* reading = !found.alpha ? "not_known" : *found.alpha >= 0.8 ? "reliable" : *found.alpha >= 0.667 ? "tentative" : "unreliable";
    report.rows.push_back({theme, count(found.units), count(found.values), measure_or_empty(found.alpha), std::string(reading)});
  }
  report.notes.push_back("Ordinal alpha over ratings of one recommendation, district and cycle. Customary readings: 0.800 and more reliable, "
                         "0.667 and more tentative (Krippendorff).");
  return report;
}

// UPR Info's index: the mean over stakeholders of what each says.
Result<Report> index_of_implementation(ReportContext& context) {
  Report report;
  const std::vector<QueryColumn> columns{
      {{"recommendation", "Id", kText}}, {{"number", "Number", kText}}, {{"text", "Text", kText}, "recommendation", "text"},
      {{"state", "State", kMeasure}}, {{"civil_society", "Civil society", kMeasure}}, {{"nhri", "NHRI", kMeasure}},
      {{"united_nations", "United Nations", kMeasure}}, {{"other", "Others", kMeasure}}, {{"stakeholders", "Stakeholders", kNumber}},
      {{"index", "Index", kMeasure}}, {{"level", "Level", kText}}, {{"unverified_share", "Unverified", kShare}}};
  HAKI_TRY(read_rows(context, columns, std::string(kNewest) + R"sql(
    , said AS (SELECT recommendation, recommendation_no, CASE WHEN stakeholder = '' THEN 'civil_society' ELSE stakeholder END AS who,
                 avg(value) AS value, count(*) AS ratings, sum(verified) AS verified
               FROM counted WHERE value IS NOT NULL GROUP BY recommendation, who)
    SELECT lower(hex(recommendation)), (SELECT number FROM recommendation_records AS r WHERE r.no = recommendation_no), recommendation_no,
      max(CASE WHEN who = 'state' THEN value END), max(CASE WHEN who = 'civil_society' THEN value END),
      max(CASE WHEN who = 'nhri' THEN value END), max(CASE WHEN who = 'united_nations' THEN value END),
      max(CASE WHEN who = 'other' THEN value END), count(*), avg(value), NULL, 1 - 1.0 * sum(verified) / sum(ratings)
    FROM said GROUP BY recommendation ORDER BY 2, recommendation_no)sql", report));
  ScorecardBands bands;
  const std::string edges = context.option("bands");
  if (!edges.empty()) {
    std::size_t comma = edges.find(',');
    try {
      bands = {std::stod(edges.substr(0, comma)), comma == std::string::npos ? -1 : std::stod(edges.substr(comma + 1))};
    } catch (const std::exception&) {
      bands.fully = -1;
    }
    if (bands.partly < 0 || bands.partly > bands.fully || bands.fully > 1) {
      return Error{Code::kInvalid, "'" + edges + "' are no bands: two numbers from 0 to 1, the lower one first, such as 0.33,0.66."};
    }
  }
  std::map<std::string, std::int64_t> levels;
  for (auto& row : report.rows) {
    const std::string level(level_of(measure_in(row[9]), bands));
    row[10] = level;
    ++levels[level];
  }
  if (!report.rows.empty()) {
    const std::int64_t triggered = levels["partly_implemented"] + levels["fully_implemented"];
    const auto all = static_cast<std::int64_t>(report.rows.size());
    report.notes.push_back(std::to_string(triggered) + " of " + std::to_string(all) + " rated recommendations triggered action (partly or fully): " +
                           std::to_string((triggered * 200 + all) / (2 * all)) + "%.");
  }
  return report;
}

Result<> say_unverified(ReportContext&, Report& report) {
  std::int64_t ratings = 0, verified = 0;
  for (const auto& row : report.rows) {
    ratings += number_in(row[1]);
    verified += number_in(row[2]);
  }
  if (ratings > 0) {
    report.notes.push_back(std::to_string(ratings - verified) + " of " + std::to_string(ratings) + " ratings that count are not verified. " +
                           "Only what another organisation than the rater's confirmed is.");
  }
  return {};
}

}  // namespace

const std::vector<KnownReport>& rating_reports() {
  static const std::vector<KnownReport> reports{
      {.info = {"trend", "Themes from cycle to cycle: mean, spread, evidence", "Kenya UPR Stakeholders' Coalition scorecards", {"theme"}}, .make = trend},
      {.info = {"agreement", "How far raters agree, theme by theme", "Kenya UPR Stakeholders' Coalition scorecards", {"state", "cycle", "theme", "cluster"}},
       .make = agreement},
      {.info = {"iri", "Index of implementation: the mean over stakeholders, banded", "Kenya UPR Stakeholders' Coalition scorecards",
                {"state", "cycle", "theme", "cluster", "bands"}},
       .make = index_of_implementation},
      {.info = {"verification", "How much of each organisation's ratings others have verified", "Conclusion 2: independent verification", {}},
       .columns = {{{"organisation", "Organisation", kText}}, {{"ratings", "Ratings", kNumber}}, {{"verified", "Verified", kNumber}},
                   {{"unverified_share", "Unverified", kShare}}, {{"verifiers", "Verified by", kText}}},
       .sql = R"sql(
         SELECT by, sum(ratings), sum(verified), 1 - 1.0 * sum(verified) / sum(ratings),
           (SELECT group_concat(DISTINCT verifier.name) FROM rated JOIN rater ON rater.no = rated.rater AND rater.name = rolled.by
              JOIN record ON record.no = rated.record JOIN verifying ON verifying.rating = record.id
              JOIN verification_records AS verification ON verification.no = verifying.record AND verification.verdict = 'confirmed'
              JOIN rater_of_log ON rater_of_log.log = verification.author JOIN rater AS verifier ON verifier.no = rater_of_log.rater
            WHERE verifier.no <> rated.rater)
         FROM rolled WHERE dimension = 'organisation' GROUP BY by ORDER BY by)sql",
       .finish = say_unverified},
      {.info = {"verifications", "Each verification: whose rating, by whom, by which methods", "Conclusion 2: independent verification", {}},
       .columns = {{{"recommendation", "Recommendation", kText}}, {{"rater", "Rated by", kText}}, {{"verifier", "Verified by", kText}},
                   {{"independent", "Independent", kYesNo}}, {{"verdict", "Verdict", kText}}, {{"methods", "Methods", kText}},
                   {{"verified_on", "Day", kDate}}, {{"rating", "Rating", kText}}},
       .sql = R"sql(
         SELECT (SELECT coalesce(number, lower(hex(id))) FROM recommendation_records WHERE id = rating.recommendation), rater.rater, verifier.rater,
           rater.rater <> verifier.rater, verification.verdict,
           (SELECT group_concat(value, '; ') FROM verification_method_values AS method WHERE method.no = verification.no),
           verification.verified_on, lower(hex(rating.id))
         FROM verification_records AS verification JOIN verifying ON verifying.record = verification.no
           JOIN rating_records AS rating ON rating.id = verifying.rating
           JOIN temp.author AS rater ON rater.log = rating.author JOIN temp.author AS verifier ON verifier.log = verification.author
         ORDER BY 1, rating.no, verification.no)sql"},
  };
  return reports;
}

}  // namespace haki::analysis
