// What was recommended, how it is ordered, and how far each is: positions, clusters, the matrix, merged and noted ones, goals.
#include <algorithm>

#include "analysis/reports.h"
#include "analysis/scorecard.h"
#include "haki/disclosure.h"

namespace haki::analysis {
namespace {

const std::vector<std::string> kSelection{"state", "cycle", "theme", "cluster"};

std::string percentage(double share) { return std::to_string(static_cast<int>(share * 100 + 0.5)) + "%"; }

// "208 recommendations: 177 supported and 31 noted."
Result<> reconcile_positions(ReportContext&, Report& report) {
  std::int64_t all = 0;
  std::string parts;
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    all += number_in(report.rows[i][1]);
    const std::string position = text_in(report.rows[i][0]);
    parts += (i == 0 ? "" : i + 1 == report.rows.size() ? " and " : ", ") + std::to_string(number_in(report.rows[i][1])) + " " +
             (position.empty() ? "without a position" : position);
  }
  if (all > 0) report.notes.push_back(std::to_string(all) + " recommendations: " + parts + ".");
  return {};
}

// The clusters add up to all recommendations, since each is in one.
Result<> reconcile_clusters(ReportContext&, Report& report) {
  std::int64_t all = 0, supported = 0, noted = 0;
  for (const auto& row : report.rows) {
    all += number_in(row[1]);
    supported += number_in(row[2]);
    noted += number_in(row[3]);
  }
  report.notes.push_back(std::to_string(report.rows.size()) + " clusters with " + std::to_string(all) + " recommendations: " +
                         std::to_string(supported) + " supported, " + std::to_string(noted) + " noted, " +
                         std::to_string(all - supported - noted) + " others.");
  return {};
}

// How many people heard of each: a small number is hidden, and others with it, as in every report.
Result<> hide_few_people(ReportContext&, Report& report) {
  const std::size_t people = report.columns.size() - 1;
  Counts counts;
  std::vector<std::int64_t> totals;
  for (const auto& row : report.rows) {
    totals.push_back(number_in(row[people]));
    counts.push_back({totals.back()});
  }
  const Hidden hidden = hide_small_counts(counts, totals);
  bool hid = false;
  for (std::size_t row = 0; row < report.rows.size(); ++row) {
    if (!hidden.all && !hidden.rows[row]) continue;
    report.rows[row][people] = ReportCell();
    hid = true;
  }
  if (hid) report.notes.push_back(few_hidden());
  return {};
}

// Fills the column `level` from the column `mean`.
Result<> add_levels(ReportContext&, Report& report) {
  const auto at = [&](std::string_view name) {
    const auto found = std::ranges::find(report.columns, name, [](const ReportColumn& column) { return std::string_view(column.name); });
    return static_cast<std::size_t>(found - report.columns.begin());
  };
  const std::size_t level = at("level"), mean = at("mean");
  for (auto& row : report.rows) row[level] = std::string(level_of(measure_in(row[mean]), {}));
  return {};
}

Result<> reconcile_noted(ReportContext& context, Report& report) {
  HAKI_TRY(add_levels(context, report));
  std::int64_t rated = 0;
  for (const auto& row : report.rows) rated += number_in(row[6]) > 0 ? 1 : 0;
  if (report.rows.empty()) return {};
  report.notes.push_back("Of " + std::to_string(report.rows.size()) + " rows, " + std::to_string(rated) + " have a rating (" +
                         percentage(static_cast<double>(rated) / static_cast<double>(report.rows.size())) + ").");
  return {};
}

const QueryColumn kRecommendation{{"recommendation", "Id", kText}};
const QueryColumn kNumberOf{{"number", "Number", kText}};
const QueryColumn kTextOf{{"text", "Text", kText}, "recommendation", "text"};
const QueryColumn kPosition{{"position", "Position", kText}};
const QueryColumn kCluster{{"cluster", "Cluster", kText}};
const QueryColumn kLevel{{"level", "Level", kText}};
const QueryColumn kMean{{"mean", "Mean", kMeasure}};
const QueryColumn kRatings{{"ratings", "Ratings", kNumber}};
const QueryColumn kUnverified{{"unverified_share", "Unverified", kShare}};  // beside every level

constexpr std::string_view kPositionsSql = R"sql(
    SELECT coalesce(position, ''), count(*), 1.0 * count(*) / (SELECT count(*) FROM wanted)
    FROM wanted GROUP BY 1 ORDER BY 2 DESC, 1)sql";

constexpr std::string_view kClustersSql = R"sql(
    SELECT under, count(*), total(position = 'supported'), total(position = 'noted'),
      count(*) - total(position = 'supported') - total(position = 'noted'),
      total(EXISTS (SELECT 1 FROM rolled WHERE dimension = '' AND recommendation = wanted.id))
    FROM wanted GROUP BY under ORDER BY under)sql";

constexpr std::string_view kDisseminationSql = R"sql(
    SELECT under,
      number, wanted.no, position,
      (SELECT group_concat(value, '; ') FROM recommendation_responsible_values AS body WHERE body.no = wanted.no),
      count(session.no), coalesce(sum(session.total), 0)
    FROM wanted LEFT JOIN outreach_session_recommendations_values AS about ON about.value = wanted.id
      LEFT JOIN outreach_session_records AS session ON session.no = about.no AND session.state <> 'draft'
    GROUP BY wanted.no ORDER BY under, number, wanted.no)sql";

constexpr std::string_view kMatrixSql = R"sql(
    SELECT lower(hex(wanted.id)), number, wanted.no, position, cluster_name, NULL, total / nullif(valued, 0), least, most,
      coalesce(ratings, 0), CASE WHEN raters IS NULL THEN 0 ELSE 1 + length(raters) - length(replace(raters, ',', '')) END,
      coalesce((SELECT records FROM rolled_evidence WHERE recommendation = wanted.id), 0), 1.0 * verified / ratings, scale
    FROM wanted LEFT JOIN rolled ON rolled.dimension = '' AND rolled.recommendation = wanted.id
    ORDER BY position <> 'supported', cluster_name, number, wanted.no, scale)sql";

constexpr std::string_view kMechanismsSql = R"sql(
    , across AS (SELECT merge_group FROM wanted WHERE merge_group IS NOT NULL GROUP BY merge_group HAVING count(DISTINCT mechanism) > 1)
    SELECT coalesce(theme.name, ''), total(mechanism = 'upr'), total(mechanism = 'treaty_body'), total(mechanism = 'special_procedure'),
      total(coalesce(mechanism, '') NOT IN ('upr', 'treaty_body', 'special_procedure')),
      total(merge_group IN (SELECT merge_group FROM across))
    FROM wanted LEFT JOIN temp.theme_of AS theme ON theme.no = wanted.no GROUP BY 1 ORDER BY count(*) DESC, 1)sql";

constexpr std::string_view kMergedSql = R"sql(
    SELECT merge_group, count(*), min(wanted.no),
      (SELECT group_concat(DISTINCT other.mechanism) FROM wanted AS other WHERE other.merge_group = wanted.merge_group),
      (SELECT group_concat(DISTINCT body.value) FROM wanted AS other JOIN recommendation_responsible_values AS body ON body.no = other.no
       WHERE other.merge_group = wanted.merge_group),
      (SELECT group_concat(DISTINCT goal.value) FROM wanted AS other JOIN recommendation_sdgs_values AS goal ON goal.no = other.no
       WHERE other.merge_group = wanted.merge_group),
      NULL, sum(verdict.total) / nullif(sum(verdict.valued), 0), coalesce(sum(verdict.ratings), 0),
      (SELECT count(*) FROM action_records AS action JOIN wanted AS other ON other.id = action.recommendation
       WHERE other.merge_group = wanted.merge_group),
      1 - 1.0 * sum(verdict.verified) / sum(verdict.ratings)
    FROM wanted LEFT JOIN verdict ON verdict.recommendation = wanted.id
    WHERE merge_group IS NOT NULL GROUP BY merge_group ORDER BY count(*) DESC, merge_group)sql";

constexpr std::string_view kAncestorsSql = R"sql(
    , line (root, no, generation) AS (
      SELECT wanted.no, earlier.no, 1 FROM wanted JOIN recommendation_follows_values AS follows ON follows.no = wanted.no
        JOIN recommendation_records AS earlier ON earlier.id = follows.value
      UNION
      SELECT line.root, earlier.no, line.generation + 1 FROM line JOIN recommendation_follows_values AS follows ON follows.no = line.no
        JOIN recommendation_records AS earlier ON earlier.id = follows.value WHERE line.generation < 20)
    SELECT root.number, root.no, line.generation, lower(hex(ancestor.id)), ancestor.number, ancestor.cycle, ancestor.no, NULL,
      verdict.total / nullif(verdict.valued, 0), 1 - 1.0 * verdict.verified / verdict.ratings
    FROM line JOIN recommendation_records AS root ON root.no = line.root JOIN recommendation_records AS ancestor ON ancestor.no = line.no
      LEFT JOIN verdict ON verdict.recommendation = ancestor.id
    ORDER BY root.number, root.no, line.generation, ancestor.no)sql";

constexpr std::string_view kNotedSql = R"sql(
    , place AS (
      SELECT wanted.id AS id, rolled.by AS district FROM wanted JOIN rolled ON rolled.dimension = 'district' AND rolled.recommendation = wanted.id
      UNION SELECT observation.recommendation, coalesce(observation.district, '') FROM wanted
        JOIN observation_records AS observation ON observation.recommendation = wanted.id WHERE observation.state NOT IN ('draft', 'rejected')),
    told AS (
      SELECT wanted.*, place.district AS district FROM wanted LEFT JOIN place ON place.id = wanted.id, given
      WHERE position = 'noted' AND (given.district IS NULL OR place.district = given.district))
    SELECT number, told.no, told.district, NULL, verdict.total / nullif(verdict.valued, 0),
      (SELECT count(*) FROM observation_records AS observation WHERE observation.recommendation = told.id
         AND coalesce(observation.district, '') = told.district AND observation.state NOT IN ('draft', 'rejected')),
      coalesce(verdict.ratings, 0), 1 - 1.0 * verdict.verified / verdict.ratings
    FROM told LEFT JOIN local_verdict AS verdict ON verdict.recommendation = told.id AND verdict.by = told.district
    ORDER BY number, told.no, told.district)sql";

constexpr std::string_view kMidTermSql = R"sql(
    SELECT under,
      number, wanted.no, position,
      coalesce((SELECT group_concat(value, '; ') FROM recommendation_responsible_values AS body WHERE body.no = wanted.no),
               (SELECT group_concat(DISTINCT actor.value) FROM action_records AS action JOIN action_actors_values AS actor ON actor.no = action.no
                WHERE action.recommendation = wanted.id)),
      NULL, verdict.total / nullif(verdict.valued, 0), coalesce(verdict.ratings, 0),
      coalesce((SELECT records FROM rolled_evidence WHERE rolled_evidence.recommendation = wanted.id), 0),
      (SELECT count(*) FROM action_records AS action WHERE action.recommendation = wanted.id),
      (SELECT count(*) FROM action_records AS action WHERE action.recommendation = wanted.id AND action.status = 'completed'),
      1 - 1.0 * verdict.verified / verdict.ratings
    FROM wanted LEFT JOIN verdict ON verdict.recommendation = wanted.id ORDER BY under, number, wanted.no)sql";

constexpr std::string_view kSdgsSql = R"sql(
    , goal AS (SELECT DISTINCT wanted.no AS no, CASE WHEN CAST(value AS INTEGER) BETWEEN 1 AND 17 THEN CAST(CAST(value AS INTEGER) AS TEXT)
                 ELSE value END AS goal FROM wanted JOIN recommendation_sdgs_values AS one ON one.no = wanted.no)
    SELECT goal.goal, (SELECT group_concat(DISTINCT value) FROM recommendation_sdgs_values AS one JOIN wanted AS other ON other.no = one.no
                       WHERE one.value LIKE goal.goal || '._%'),
      count(*), total(position = 'supported'), total(position = 'noted'),
      (SELECT count(DISTINCT body.value) FROM goal AS same JOIN recommendation_responsible_values AS body ON body.no = same.no
       WHERE same.goal = goal.goal),
      NULL, sum(verdict.total) / nullif(sum(verdict.valued), 0), 1 - 1.0 * sum(verdict.verified) / sum(verdict.ratings)
    FROM goal JOIN wanted ON wanted.no = goal.no LEFT JOIN verdict ON verdict.recommendation = wanted.id GROUP BY goal.goal ORDER BY CAST(goal.goal AS INTEGER), goal.goal)sql";

constexpr std::string_view kThemesSql = R"sql(
    SELECT coalesce(theme.name, ''), count(*), total(position = 'supported'), total(position = 'noted'),
      total((SELECT count(*) FROM evidenced WHERE evidenced.recommendation = wanted.id)),
      total((SELECT count(*) FROM action_records AS action WHERE action.recommendation = wanted.id))
    FROM wanted LEFT JOIN temp.theme_of AS theme ON theme.no = wanted.no GROUP BY 1 ORDER BY count(*) DESC, 1)sql";

constexpr std::string_view kTrackerSql = R"sql(
  SELECT lower(hex(wanted.id)), number, wanted.no, position,
    coalesce((SELECT group_concat(value, '; ') FROM recommendation_responsible_values AS body WHERE body.no = wanted.no), ''),
    (SELECT count(*) FROM action_records AS under WHERE under.recommendation = wanted.id),
    (SELECT count(*) FROM action_records AS under WHERE under.recommendation = wanted.id AND under.status = 'completed'),
    (SELECT count(*) FROM action_records AS under, given WHERE under.recommendation = wanted.id AND under.deadline < given.today
       AND coalesce(under.status, '') NOT IN ('completed', 'abandoned')),
    (SELECT count(*) FROM indicator_recommendations_values AS about WHERE about.value = wanted.id),
    coalesce((SELECT records FROM rolled_evidence WHERE rolled_evidence.recommendation = wanted.id), 0),
    coalesce(verdict.ratings, 0), NULL, verdict.total / nullif(verdict.valued, 0), 1 - 1.0 * verdict.verified / verdict.ratings
  FROM wanted LEFT JOIN verdict ON verdict.recommendation = wanted.id ORDER BY number, wanted.no)sql";

// A record in several languages is one record: each language it can be read in counts it once.
constexpr std::string_view kLanguagesSql = R"sql(
  , text (form, no, language) AS (
    SELECT 'recommendation', no, coalesce(language, '') FROM wanted
    UNION SELECT 'recommendation', parent, language FROM recommendation_translations_records WHERE parent IN (SELECT no FROM wanted)
    UNION SELECT 'action', parent, language FROM action_translations_records
    UNION SELECT 'indicator', parent, language FROM indicator_translations_records)
  SELECT form, language, count(DISTINCT no), 1.0 * count(DISTINCT no) / CASE form WHEN 'recommendation' THEN (SELECT count(*) FROM wanted)
    WHEN 'action' THEN (SELECT count(*) FROM action_records) ELSE (SELECT count(*) FROM indicator_records) END
  FROM text GROUP BY form, language ORDER BY form DESC, language)sql";

}  // namespace

const std::vector<KnownReport>& recommendation_reports() {
  static const std::vector<KnownReport> reports{
      {.info = {"positions", "Recommendations by the State's position, adding up to all", "Sierra Leone HRCSL clustered matrix", kSelection},
       .columns = {kPosition, {{"recommendations", "Recommendations", kNumber}}, {{"share", "Share", kShare}}},
       .sql = kPositionsSql,
       .finish = reconcile_positions},
      {.info = {"clusters", "Clusters of recommendations, adding up to all", "Sierra Leone HRCSL clustered matrix", kSelection},
       .columns = {kCluster, {{"recommendations", "Recommendations", kNumber}}, {{"supported", "Supported", kNumber}},
                   {{"noted", "Noted", kNumber}}, {{"other", "Other", kNumber}}, {{"rated", "Rated", kNumber}}},
       .sql = kClustersSql,
       .finish = reconcile_clusters},
      {.info = {"dissemination", "A list to hand out: each recommendation under its cluster, and who has heard of it",
                "Sierra Leone HRCSL clustered matrix", kSelection},
       .columns = {kCluster, kNumberOf, kTextOf, kPosition, {{"responsible", "Responsible", kText}},
                   {{"sessions", "Sessions", kNumber}}, {{"people_reached", "People reached", kNumber}}},
       .sql = kDisseminationSql,
       .finish = hide_few_people},
      {.info = {"matrix", "Every recommendation with its assessment, as the OHCHR matrix asks for", "OHCHR matrix of recommendations",
                kSelection},
       .columns = {kRecommendation, kNumberOf, kTextOf, kPosition, kCluster, kLevel, kMean, {{"min", "Lowest", kMeasure}},
                   {{"max", "Highest", kMeasure}}, kRatings, {{"raters", "Raters", kNumber}}, {{"evidence", "Evidence", kNumber}},
                   {{"verified_share", "Verified", kShare}}, {{"scale", "Scale", kText}}},
       .sql = kMatrixSql,
       .finish = add_levels},
      {.info = {"tracker", "What a State's tracker has of each recommendation, beside what organisations found", "NRTD (pilot in Malaysia)", kSelection},
       .columns = {kRecommendation, kNumberOf, kTextOf, kPosition, {{"responsible", "Responsible", kText}}, {{"actions", "Actions", kNumber}},
                   {{"completed", "Completed", kNumber}}, {{"overdue", "Overdue", kNumber}}, {{"indicators", "Indicators", kNumber}},
                   {{"evidence", "Evidence", kNumber}}, kRatings, kLevel, kMean, kUnverified},
       .sql = kTrackerSql,
       .finish = add_levels},
      {.info = {"languages", "In which languages each kind of record can be read; one record in several is one", "Albania online tracking (MFA)",
                kSelection},
       .columns = {{{"form", "What", kText}}, {{"language", "Language", kText}}, {{"records", "Records", kNumber}}, {{"share", "Share", kShare}}},
       .sql = kLanguagesSql},
      {.info = {"mechanisms", "Themes across mechanisms: what the review, treaty bodies and others ask for", "UHRI", kSelection},
       .columns = {{{"theme", "Theme", kText}}, {{"upr", "UPR", kNumber}}, {{"treaty_body", "Treaty bodies", kNumber}},
                   {{"special_procedure", "Special procedures", kNumber}}, {{"other", "Other", kNumber}},
                   {{"merged", "Merged across mechanisms", kNumber}}},
       .sql = kMechanismsSql},
      {.info = {"merged", "Merged recommendations: one status, all originals", "Ukraine merged table (OHCHR + UNCT)", kSelection},
       .columns = {{{"merge_group", "Merged as", kText}}, {{"originals", "Originals", kNumber}}, kTextOf,
                   {{"mechanisms", "Mechanisms", kText}}, {{"responsible", "Responsible", kText}}, {{"sdgs", "Goals", kText}}, kLevel, kMean,
                   kRatings, {{"actions", "Actions", kNumber}}, kUnverified},
       .sql = kMergedSql,
       .finish = add_levels},
  };
  return reports;
}

const std::vector<KnownReport>& following_reports() {
  static const std::vector<KnownReport> reports{
      {.info = {"ancestors", "What a recommendation follows from earlier cycles, generation by generation", "Serbia CSO platform", kSelection},
       .columns = {kNumberOf, kTextOf, {{"generation", "Generation", kNumber}}, {{"ancestor", "Ancestor", kText}},
                   {{"ancestor_number", "Its number", kText}}, {{"ancestor_cycle", "Its cycle", kNumber}},
                   {{"ancestor_text", "Its text", kText}, "recommendation", "text"}, kLevel, kMean, kUnverified},
       .sql = kAncestorsSql,
       .finish = add_levels},
      {.info = {"noted", "Noted recommendations, followed like supported ones, district by district", "Serbia CSO platform",
                {"state", "cycle", "theme", "cluster", "district"}},
       .columns = {kNumberOf, kTextOf, {{"district", "District", kText}}, kLevel, kMean, {{"observations", "Observations", kNumber}}, kRatings, kUnverified},
       .sql = kNotedSql,
       .finish = reconcile_noted},
      {.info = {"mid-term", "Mid-term evaluation: each cluster's recommendations with the body that is responsible",
                "Ukraine CSO mid-term evaluation 2017-20", kSelection},
       .columns = {kCluster, kNumberOf, kTextOf, kPosition, {{"responsible", "Responsible", kText}}, kLevel, kMean, kRatings,
                   {{"evidence", "Evidence", kNumber}}, {{"actions", "Actions", kNumber}}, {{"completed", "Completed", kNumber}}, kUnverified},
       .sql = kMidTermSql,
       .finish = add_levels},
      {.info = {"sdgs", "Recommendations by Sustainable Development Goal; one that serves several counts in each", "Malaysia tracking tool",
                kSelection},
       .columns = {{{"goal", "Goal", kText}}, {{"targets", "Targets", kText}}, {{"recommendations", "Recommendations", kNumber}},
                   {{"supported", "Supported", kNumber}}, {{"noted", "Noted", kNumber}}, {{"responsible", "Bodies", kNumber}}, kLevel, kMean, kUnverified},
       .sql = kSdgsSql,
       .finish = add_levels},
      {.info = {"themes", "Themes, in which list they stand, and what hangs on each", "Armenia e-rights.am", kSelection},
       .columns = {{{"theme", "Theme", kText}}, {{"recommendations", "Recommendations", kNumber}}, {{"supported", "Supported", kNumber}},
                   {{"noted", "Noted", kNumber}}, {{"observations", "Observations", kNumber}}, {{"actions", "Actions", kNumber}}},
       .sql = kThemesSql},
  };
  return reports;
}

}  // namespace haki::analysis
