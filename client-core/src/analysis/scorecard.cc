#include "analysis/scorecard.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "model/form.h"

namespace haki::analysis {
namespace {

// The parts of a rating that a roll-up needs.
struct Rating {
  std::int64_t no = 0;
  RecordId id, recommendation;
  LogId author;
  std::string rater, district, level;
  std::int64_t cycle = 0;
  std::uint64_t changed = 0;
  bool verified = false;
};

// Field numbers of the built-in forms, looked up once by name.
struct Forms {
  const Form& rating = *model::built_in_form("rating");
  const Form& recommendation = *model::built_in_form("recommendation");
  const Form& observation = *model::built_in_form("observation");
  const Form& evidence = *model::built_in_form("evidence");
  const Form& verification = *model::built_in_form("verification");
};

std::int64_t field_of(const Form& form, std::string_view name) { return form.field(name)->id; }

// A form's number in the store; 0, which no form has, where there is no record of it yet.
Result<std::int64_t> number_of(store::Database& database, const Form& form) {
  auto row = database.prepare("SELECT no FROM form WHERE id = ?");
  HAKI_ASSIGN(const bool found, row.bind_all(form.id.view()).step());
  return found ? row.integer(0) : std::int64_t{0};
}

const Choice* level_of(const Forms& forms, std::string_view code) {
  for (const Choice& choice : forms.rating.field("level")->choices) {
    if (choice.code == code) return &choice;
  }
  return nullptr;
}

// The level whose value is nearest to the mean; of two as near, the lower one.
std::string nearest_level(const Forms& forms, double mean) {
  const Choice* nearest = nullptr;
  for (const Choice& choice : forms.rating.field("level")->choices) {
    if (!choice.value) continue;
    if (nearest == nullptr || std::abs(*choice.value - mean) < std::abs(*nearest->value - mean)) nearest = &choice;
  }
  return nearest ? nearest->code : "no_information";
}

constexpr std::string_view kRatings = R"sql(
  SELECT record.no, record.id, record.author, record.changed,
         recommendation.value,
         (SELECT c.value FROM cell c WHERE c.record = record.no AND c.form = ?1 AND c.field = ?4 LIMIT 1),
         coalesce((SELECT c.value FROM cell c WHERE c.record = record.no AND c.form = ?1 AND c.field = ?5 LIMIT 1),
                  (SELECT c.value FROM record r JOIN cell c ON c.record = r.no AND c.form = ?6 AND c.field = ?7
                   WHERE r.id = recommendation.value LIMIT 1), 0),
         (SELECT c.value FROM cell c WHERE c.record = record.no AND c.form = ?1 AND c.field = ?2 LIMIT 1)
  FROM record
  JOIN cell recommendation ON recommendation.record = record.no AND recommendation.form = ?1 AND recommendation.field = ?3
  WHERE record.form = ?1 AND record.parent IS NULL AND record.hidden = 0 AND record.conflicts = 0
    AND record.state IN ('submitted', 'edited', 'approved')
)sql";

Result<std::vector<Rating>> read_ratings(store::Database& database, store::Chains& chains, const Forms& forms,
                                         const RaterOf& rater_of) {
  HAKI_ASSIGN(const std::int64_t rating_no, number_of(database, forms.rating));
  HAKI_ASSIGN(const std::int64_t recommendation_no, number_of(database, forms.recommendation));
  auto rows = database.prepare(kRatings);
  rows.bind_all(rating_no, field_of(forms.rating, "level"), field_of(forms.rating, "recommendation"),
                field_of(forms.rating, "district"), field_of(forms.rating, "cycle"), recommendation_no,
                field_of(forms.recommendation, "cycle"));
  // The rater's newest for the same recommendation, district and cycle stands for the earlier ones.
  std::map<std::tuple<std::string, RecordId, std::string, std::int64_t>, Rating> newest;
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) break;
    Rating rating;
    rating.no = rows.integer(0);
    rating.id = rows.id<RecordId>(1);
    rating.author = chains.log_id(rows.integer(2));
    rating.changed = static_cast<std::uint64_t>(rows.integer(3));
    rating.recommendation = rows.id<RecordId>(4);
    rating.district = std::string(rows.text(5));
    rating.cycle = rows.integer(6);
    rating.level = std::string(rows.text(7));
    rating.rater = rater_of(rating.author);
    Rating& known = newest[{rating.rater, rating.recommendation, rating.district, rating.cycle}];
    if (known.no == 0 || known.changed < rating.changed) known = std::move(rating);
  }
  std::vector<Rating> ratings;
  for (auto& [key, rating] : newest) ratings.push_back(std::move(rating));
  return ratings;
}

// A rating is verified once a different organisation has confirmed it.
Result<> mark_verified(store::Database& database, store::Chains& chains, const Forms& forms, const RaterOf& rater_of,
                       std::vector<Rating>& ratings) {
  HAKI_ASSIGN(const std::int64_t form_no, number_of(database, forms.verification));
  auto rows = database.prepare(
      "SELECT record.author FROM cell link JOIN record ON record.no = link.record AND record.hidden = 0 "
      "JOIN cell verdict ON verdict.record = record.no AND verdict.form = ?1 AND verdict.field = ?4 "
      "WHERE link.form = ?1 AND link.field = ?2 AND link.value = ?3 AND verdict.value = 'confirmed'");
  for (Rating& rating : ratings) {
    rows.reset();
    rows.bind_all(form_no, field_of(forms.verification, "rating"), rating.id.view(), field_of(forms.verification, "verdict"));
    for (;;) {
      HAKI_ASSIGN(const bool row, rows.step());
      if (!row) break;
      rating.verified |= rater_of(chains.log_id(rows.integer(0))) != rating.rater;
    }
  }
  return {};
}

Result<std::vector<std::string>> themes_of(store::Database& database, const Forms& forms, std::int64_t form_no,
                                           const RecordId& recommendation) {
  std::vector<std::string> themes;
  auto rows = database.prepare(
      "SELECT DISTINCT cell.value FROM record JOIN cell ON cell.record = record.no AND cell.form = ?1 AND cell.field = ?2 "
      "WHERE record.id = ?3");
  rows.bind_all(form_no, field_of(forms.recommendation, "themes"), recommendation.view());
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) break;
    themes.emplace_back(rows.text(0));
  }
  if (themes.empty()) themes.emplace_back();
  return themes;
}

Result<std::uint64_t> linked(store::Database& database, const Form& form, const RecordId& recommendation) {
  HAKI_ASSIGN(const std::int64_t form_no, number_of(database, form));
  HAKI_ASSIGN(const std::int64_t count,
              database.number("SELECT count(*) FROM cell JOIN record ON record.no = cell.record "
                              "WHERE cell.form = ? AND cell.field = ? AND cell.value = ? AND record.hidden = 0 "
                              "AND record.state NOT IN ('draft', 'rejected')",
                              form_no, field_of(form, "recommendation"), recommendation.view()));
  return static_cast<std::uint64_t>(count);
}

// One theme and `by` value while it is summed up.
struct Sum {
  ScorecardRow row;
  std::set<std::string> raters;
  std::set<RecordId> recommendations;
  std::uint64_t verified = 0, valued = 0;
  double total = 0;
};

void add(Sum& sum, const Rating& rating, const Forms& forms) {
  ++sum.row.ratings;
  sum.raters.insert(rating.rater);
  sum.recommendations.insert(rating.recommendation);
  if (rating.verified) ++sum.verified;
  const Choice* level = level_of(forms, rating.level);
  if (level == nullptr || !level->value) {
    ++sum.row.no_information;
    return;
  }
  ++sum.valued;
  sum.total += *level->value;
  sum.row.min = std::min(sum.row.min.value_or(*level->value), *level->value);
  sum.row.max = std::max(sum.row.max.value_or(*level->value), *level->value);
}

std::string by_value(const Rating& rating, const std::string& by) {
  if (by == "district") return rating.district;
  if (by == "organisation") return rating.rater;
  if (by == "cycle") return rating.cycle == 0 ? std::string() : std::to_string(rating.cycle);
  return {};
}

}  // namespace

Result<std::vector<ScorecardRow>> scorecard(store::Database& database, store::Chains& chains, store::Records& records,
                                            const ScorecardQuery& query, const RaterOf& rater_of) {
  if (!query.by.empty() && query.by != "district" && query.by != "organisation" && query.by != "cycle") {
    return Error{Code::kInvalid, "A scorecard can be shown by district, organisation or cycle."};
  }
  HAKI_TRY(records.index_cells());
  const Forms forms;
  HAKI_ASSIGN(std::vector<Rating> ratings, read_ratings(database, chains, forms, rater_of));
  HAKI_TRY(mark_verified(database, chains, forms, rater_of, ratings));
  HAKI_ASSIGN(const std::int64_t recommendation_no, number_of(database, forms.recommendation));

  std::map<std::pair<std::string, std::string>, Sum> sums;
  for (const Rating& rating : ratings) {
    HAKI_ASSIGN(const auto themes, themes_of(database, forms, recommendation_no, rating.recommendation));
    for (const std::string& theme : themes) {
      if (!query.theme.empty() && theme != query.theme) continue;
      add(sums[{theme, by_value(rating, query.by)}], rating, forms);
    }
  }
  std::vector<ScorecardRow> rows;
  for (auto& [key, sum] : sums) {
    ScorecardRow& row = sum.row;
    row.theme = key.first;
    row.by = key.second;
    row.scale = "iri";
    row.raters = sum.raters.size();
    row.verified_share = static_cast<double>(sum.verified) / static_cast<double>(row.ratings);
    if (sum.valued > 0) row.mean = sum.total / static_cast<double>(sum.valued);
    row.level = row.mean ? nearest_level(forms, *row.mean) : "no_information";
    for (const RecordId& recommendation : sum.recommendations) {
      for (const Form* form : {&forms.observation, &forms.evidence}) {
        HAKI_ASSIGN(const std::uint64_t count, linked(database, *form, recommendation));
        row.evidence += count;
      }
    }
    HAKI_ASSIGN(const std::int64_t of_theme,
                database.number("SELECT count(*) FROM cell JOIN record ON record.no = cell.record "
                                "WHERE cell.form = ? AND cell.field = ? AND cell.value = ? AND record.hidden = 0",
                                recommendation_no, field_of(forms.recommendation, "themes"), std::string_view(row.theme)));
    if (of_theme > 0) row.coverage = static_cast<double>(sum.recommendations.size()) / static_cast<double>(of_theme);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace haki::analysis
