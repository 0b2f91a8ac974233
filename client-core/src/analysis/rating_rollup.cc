#include "analysis/rating_rollup.h"

#include <array>

#include "model/form.h"

namespace haki::analysis {
namespace {

// Records that are behind: `behind`. Recommendations whose sums are to be made anew: `roll`. CROSS JOIN keeps SQLite, which knows
// nothing of how few they are, from walking through all records to find them.
constexpr std::string_view kBegin = R"sql(
  CREATE TEMP TABLE IF NOT EXISTS behind (record INTEGER PRIMARY KEY);
  CREATE TEMP TABLE IF NOT EXISTS roll (recommendation BLOB PRIMARY KEY) WITHOUT ROWID;
  DELETE FROM temp.behind;
  DELETE FROM temp.roll;
  INSERT INTO temp.behind SELECT record FROM index_stale WHERE kind = 3
    UNION SELECT no FROM record WHERE no > (SELECT upto FROM index_mark WHERE kind = 3);
)sql";

// Who is behind a log may have become known, or changed its name; then all its ratings are behind.
constexpr std::string_view kRaters = R"sql(
  CREATE TEMP TABLE IF NOT EXISTS renamed (log INTEGER PRIMARY KEY, rater INTEGER NOT NULL);
  DELETE FROM temp.renamed;
  INSERT OR IGNORE INTO rater (name) SELECT rater FROM temp.author;
  INSERT INTO temp.renamed SELECT author.log, rater.no FROM temp.author JOIN rater ON rater.name = author.rater
    LEFT JOIN rater_of_log ON rater_of_log.log = author.log WHERE rater_of_log.rater IS NOT rater.no;
  INSERT OR IGNORE INTO temp.behind SELECT record.no FROM record
    WHERE (SELECT count(*) FROM temp.renamed) > 0 AND record.author IN (SELECT log FROM temp.renamed)
      AND record.form IN (SELECT no FROM form_names WHERE name = 'rating');
  INSERT OR REPLACE INTO rater_of_log SELECT log, rater FROM temp.renamed;
)sql";

// What else a changed record touches: a verification its rating, a recommendation and a template theirs.
constexpr std::string_view kSpread = R"sql(
  CREATE TEMP TABLE IF NOT EXISTS named (rating BLOB PRIMARY KEY) WITHOUT ROWID;
  DELETE FROM temp.named;
  INSERT OR IGNORE INTO temp.named SELECT rating FROM verifying WHERE record IN (SELECT record FROM temp.behind);
  DELETE FROM verifying WHERE record IN (SELECT record FROM temp.behind);
  INSERT INTO verifying SELECT verification.no, verification.rating FROM temp.behind
    CROSS JOIN verification_records AS verification ON verification.no = behind.record WHERE verification.rating IS NOT NULL;
  INSERT OR IGNORE INTO temp.named SELECT rating FROM verifying WHERE record IN (SELECT record FROM temp.behind);
  INSERT OR IGNORE INTO temp.behind SELECT record.no FROM temp.named CROSS JOIN record ON record.id = named.rating;
  INSERT OR IGNORE INTO temp.behind
    SELECT link.record FROM temp.behind CROSS JOIN recommendation_records AS recommendation ON recommendation.no = behind.record
      JOIN cell AS link ON link.form = ?1 AND link.field = ?2 AND link.value = recommendation.id;
  INSERT OR IGNORE INTO temp.behind
    SELECT link.record FROM temp.behind CROSS JOIN record ON record.no = behind.record
      JOIN record AS template ON template.no = coalesce(record.parent, record.no) AND template.form = ?4
      JOIN cell AS link ON link.form = ?1 AND link.field = ?3 AND link.value = template.id;
)sql";

constexpr std::string_view kForget = R"sql(
  INSERT OR IGNORE INTO temp.roll SELECT recommendation FROM rated WHERE record IN (SELECT record FROM temp.behind);
  INSERT OR IGNORE INTO temp.roll SELECT recommendation FROM evidenced WHERE record IN (SELECT record FROM temp.behind);
  DELETE FROM rated WHERE record IN (SELECT record FROM temp.behind);
  DELETE FROM evidenced WHERE record IN (SELECT record FROM temp.behind);
)sql";

// ?1: a `VALUES` list of the usual scale's levels stands in place of %levels%.
constexpr std::string_view kRated = R"sql(
  WITH level (code, value) AS (VALUES %levels%),
  own_level AS (
    SELECT template.id AS template, own.code, CASE WHEN own.counts_as = 'no_information' THEN NULL
      ELSE coalesce(own.value, level.value) END AS value
    FROM scorecard_records AS template JOIN scorecard_levels_records AS own ON own.parent = template.no
      LEFT JOIN level ON level.code = own.counts_as)
  INSERT INTO rated
  SELECT rating.no, rating.recommendation, rater_of_log.rater, coalesce(rating.district, ''),
    coalesce(rating.cycle, (SELECT cycle FROM recommendation_records WHERE id = rating.recommendation), 0),
    coalesce(template.scale, CASE WHEN own_level.code IS NULL THEN 'iri' ELSE template.title END),
    coalesce(rating.criterion, ''), coalesce(rating.stakeholder, ''),
    coalesce((SELECT criterion.weight FROM scorecard_criteria_records AS criterion
              WHERE criterion.parent = template.no AND criterion.code = rating.criterion), 1),
    CASE WHEN own_level.code IS NULL THEN level.value ELSE own_level.value END,
    EXISTS (SELECT 1 FROM verifying JOIN verification_records AS verification ON verification.no = verifying.record
              JOIN rater_of_log AS by ON by.log = verification.author
            WHERE verifying.rating = rating.id AND verification.verdict = 'confirmed' AND by.rater <> rater_of_log.rater),
    CASE WHEN rating.conflicts > 0 THEN 'conflict' WHEN rating.state = 'approved' THEN 'counts'
         WHEN rating.state IN ('submitted', 'edited') THEN 'waiting' WHEN rating.state = 'has_issues' THEN 'returned'
         WHEN rating.state = 'rejected' THEN 'rejected' ELSE 'draft' END,
    rating.changed
  FROM temp.behind CROSS JOIN rating_records AS rating ON rating.no = behind.record
    JOIN rater_of_log ON rater_of_log.log = rating.author
    LEFT JOIN level ON level.code = rating.level
    LEFT JOIN scorecard_records AS template ON template.id = rating.template
    LEFT JOIN own_level ON own_level.template = template.id AND own_level.code = rating.scale_level
  WHERE rating.recommendation IS NOT NULL
)sql";

constexpr std::string_view kEvidenced = R"sql(
  INSERT INTO evidenced
    SELECT observation.no, observation.recommendation FROM temp.behind
      CROSS JOIN observation_records AS observation ON observation.no = behind.record
    WHERE observation.recommendation IS NOT NULL AND observation.state NOT IN ('draft', 'rejected');
  INSERT INTO evidenced
    SELECT evidence.no, evidence.recommendation FROM temp.behind
      CROSS JOIN evidence_records AS evidence ON evidence.no = behind.record
    WHERE evidence.recommendation IS NOT NULL AND evidence.state NOT IN ('draft', 'rejected');
  INSERT OR IGNORE INTO temp.roll SELECT recommendation FROM rated WHERE record IN (SELECT record FROM temp.behind);
  INSERT OR IGNORE INTO temp.roll SELECT recommendation FROM evidenced WHERE record IN (SELECT record FROM temp.behind);
  DELETE FROM rolled WHERE recommendation IN (SELECT recommendation FROM temp.roll);
  DELETE FROM left_out WHERE recommendation IN (SELECT recommendation FROM temp.roll);
  DELETE FROM rolled_evidence WHERE recommendation IN (SELECT recommendation FROM temp.roll);
  INSERT INTO rolled_evidence SELECT recommendation, count(*) FROM evidenced
    WHERE recommendation IN (SELECT recommendation FROM temp.roll) GROUP BY recommendation;
)sql";

// The rater's newest of a recommendation, district, cycle, scale and criterion; criteria weigh together into one rating.
constexpr std::string_view kStanding = R"sql(
  CREATE TEMP TABLE IF NOT EXISTS placed (recommendation, rater, district, cycle, scale, criterion, weight, value, verified, standing);
  CREATE TEMP TABLE IF NOT EXISTS stands (recommendation, rater, district, cycle, scale, value, verified);
  DELETE FROM temp.placed;
  DELETE FROM temp.stands;
  INSERT INTO temp.placed
    SELECT recommendation, rater, district, cycle, scale, criterion, weight, value, verified,
      CASE WHEN taken = 'counts' AND row_number() OVER (
        PARTITION BY recommendation, rater, district, cycle, scale, criterion, taken ORDER BY changed DESC, record DESC) > 1
      THEN 'replaced' ELSE taken END
    FROM (SELECT *, CASE WHEN standing = '%waiting%' THEN 'counts' ELSE standing END AS taken FROM rated
          WHERE recommendation IN (SELECT recommendation FROM temp.roll));
  INSERT INTO temp.stands
    SELECT recommendation, rater, district, cycle, scale,
      sum(value * weight) / sum(CASE WHEN value IS NULL THEN 0 ELSE weight END), min(verified)
    FROM temp.placed WHERE standing = 'counts' GROUP BY recommendation, rater, district, cycle, scale;
)sql";

constexpr std::string_view kRolled = R"sql(
  INSERT INTO rolled
    SELECT recommendation, '%dimension%', %by%, scale, count(*), count(value), total(value), min(value), max(value), sum(verified),
      group_concat(DISTINCT rater)
    FROM temp.stands GROUP BY recommendation, %by%, scale;
  INSERT INTO left_out
    SELECT recommendation, '%dimension%', %by%, scale, standing, count(*)
    FROM temp.placed WHERE standing <> 'counts' GROUP BY recommendation, %by%, scale, standing;
)sql";

constexpr std::string_view kEnd = R"sql(
  DELETE FROM index_stale WHERE kind = 3;
  UPDATE index_mark SET upto = coalesce((SELECT max(no) FROM record), 0) WHERE kind = 3;
  DELETE FROM temp.behind;
  DELETE FROM temp.roll;
  DELETE FROM temp.placed;
  DELETE FROM temp.stands;
)sql";

struct Dimension {
  std::string_view name, by;
};
constexpr std::array<Dimension, 4> kDimensions{{
    {"", "''"},
    {"district", "district"},
    {"organisation", "(SELECT name FROM rater WHERE no = rater)"},
    {"cycle", "CASE WHEN cycle = 0 THEN '' ELSE CAST(cycle AS TEXT) END"},
}};

std::string with(std::string_view text, std::string_view word, std::string_view value) {
  std::string filled(text);
  for (std::size_t at = filled.find(word); at != std::string::npos; at = filled.find(word, at + value.size())) {
    filled.replace(at, word.size(), value);
  }
  return filled;
}

// The levels of the usual scale, as the form has them.
std::string levels() {
  std::string list;
  for (const Choice& choice : model::built_in_form("rating")->field("level")->choices) {
    if (!list.empty()) list += ", ";
    list += "(" + quoted(choice.code, '\'') + ", " + (choice.value ? std::to_string(*choice.value) : "NULL") + ")";
  }
  return list;
}

Result<std::int64_t> form_number_of(store::Database& database, const Form& form) {
  auto row = database.prepare("SELECT no FROM form WHERE id = ?");
  HAKI_ASSIGN(const bool found, row.bind_all(form.id.view()).step());
  return found ? row.integer(0) : std::int64_t{0};
}

// Statements with parameters one by one, as the others run in a batch.
Result<> spread(store::Database& database) {
  const Form& rating = *model::built_in_form("rating");
  HAKI_ASSIGN(const std::int64_t rating_no, form_number_of(database, rating));
  HAKI_ASSIGN(const std::int64_t scorecard_no, form_number_of(database, *model::built_in_form("scorecard")));
  std::string sql = with(kSpread, "?1", std::to_string(rating_no));
  sql = with(sql, "?2", std::to_string(rating.field("recommendation")->id));
  sql = with(sql, "?3", std::to_string(rating.field("template")->id));
  return database.execute(with(sql, "?4", std::to_string(scorecard_no)));
}

Result<> roll(store::Database& database) {
  HAKI_TRY(spread(database));
  HAKI_TRY(database.execute(kForget));
  HAKI_TRY(database.execute(with(kRated, "%levels%", levels())));
  HAKI_TRY(database.execute(kEvidenced));
  // Twice: what counts, and what would count if what waits for review were approved.
  for (const bool with_waiting : {false, true}) {
    HAKI_TRY(database.execute(with(kStanding, "%waiting%", with_waiting ? "waiting" : "")));
    for (const auto& [name, by] : kDimensions) {
      HAKI_TRY(database.execute(with(with(kRolled, "%dimension%", rolled_dimension(name, with_waiting)), "%by%", by)));
    }
  }
  return database.execute(kEnd);
}

}  // namespace

std::string rolled_dimension(std::string_view by, bool with_waiting) { return (with_waiting ? "waiting " : "") + std::string(by); }

Result<> roll_up_ratings(store::Database& database, store::Records& records) {
  HAKI_TRY(records.index_cells());
  HAKI_TRY(database.execute(kBegin));
  HAKI_ASSIGN(const std::int64_t behind,
              database.number("SELECT EXISTS (SELECT 1 FROM temp.behind) OR EXISTS (SELECT 1 FROM temp.author "
                              "LEFT JOIN rater_of_log USING (log) LEFT JOIN rater ON rater.no = rater_of_log.rater "
                              "WHERE rater.name IS NOT author.rater)"));
  if (behind == 0) return {};
  store::Transaction transaction(database);
  HAKI_TRY(transaction.started());
  HAKI_TRY(database.execute(kRaters));
  HAKI_TRY(roll(database));
  return transaction.commit();
}

}  // namespace haki::analysis
