#include "analysis/scorecard.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>

#include "analysis/rating_rollup.h"

namespace haki::analysis {
namespace {

using ThemesOf = std::map<RecordId, std::vector<std::string>>;

// The themes of every recommendation; one with none has the theme "".
Result<ThemesOf> read_themes(store::Database& database) {
  ThemesOf themes;
  auto rows = database.prepare(
      "SELECT recommendation.id, theme.value FROM recommendation_records AS recommendation "
      "LEFT JOIN recommendation_themes_values AS theme ON theme.no = recommendation.no");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return themes;
    themes[rows.id<RecordId>(0)].emplace_back(rows.text(1));
  }
}

// Bands that a template sets for its theme; "" is the theme of templates for all.
using BandsOf = std::map<std::string, ScorecardBands, std::less<>>;

Result<BandsOf> read_bands(store::Database& database) {
  BandsOf bands;
  auto rows = database.prepare(
      "SELECT coalesce(theme, ''), band_partly, band_fully FROM scorecard_records WHERE band_partly IS NOT NULL OR band_fully IS "
      "NOT NULL ORDER BY changed");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return bands;
    ScorecardBands& of = bands[std::string(rows.text(0))];
    if (!rows.is_null(1)) of.partly = rows.real(1);
    if (!rows.is_null(2)) of.fully = rows.real(2);
  }
}

// One row while it is summed up.
struct CardSum {
  ScorecardRow row;
  std::set<std::int64_t> raters;
  std::set<RecordId> recommendations;
  double total = 0;
  std::uint64_t valued = 0, verified = 0;
};
using CardSums = std::map<std::tuple<std::string, std::string, std::string>, CardSum>;

void add_raters(std::set<std::int64_t>& raters, std::string_view list) {
  while (!list.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(list.data(), list.data() + list.size(), number);
    raters.insert(number);
    list.remove_prefix(static_cast<std::size_t>(end - list.data()));
    if (!list.empty()) list.remove_prefix(1);
  }
}

template <typename Add>
Result<> for_each_theme(store::Statement rows, const ThemesOf& themes, const std::string& wanted, CardSums& sums, const Add& add) {
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    const auto id = rows.id<RecordId>(0);
    const auto found = themes.find(id);
    if (found == themes.end()) continue;  // the recommendation is gone, or has not come yet
    for (const std::string& theme : found->second) {
      if (!wanted.empty() && theme != wanted) continue;
      add(sums[{theme, std::string(rows.text(1)), std::string(rows.text(2))}], id, rows);
    }
  }
}

void add_rolled(CardSum& sum, const RecordId& id, const store::Statement& rows) {
  sum.recommendations.insert(id);
  sum.row.ratings += static_cast<std::uint64_t>(rows.integer(3));
  sum.valued += static_cast<std::uint64_t>(rows.integer(4));
  sum.total += rows.real(5);
  if (!rows.is_null(6)) {
    sum.row.min = std::min(sum.row.min.value_or(1), rows.real(6));
    sum.row.max = std::max(sum.row.max.value_or(0), rows.real(7));
  }
  sum.verified += static_cast<std::uint64_t>(rows.integer(8));
  add_raters(sum.raters, rows.text(9));
  sum.row.evidence += static_cast<std::uint64_t>(rows.integer(10));
}

Result<CardSums> read_sums(store::Database& database, const ThemesOf& themes, const ScorecardQuery& query) {
  CardSums sums;
  const std::string dimension = rolled_dimension(query.by, query.with_waiting);
  auto rolled = database.prepare(
      "SELECT recommendation, by, scale, ratings, valued, total, least, most, verified, raters, "
      "coalesce((SELECT records FROM rolled_evidence WHERE rolled_evidence.recommendation = rolled.recommendation), 0) "
      "FROM rolled WHERE dimension = ?");
  rolled.bind_all(std::string_view(dimension));
  HAKI_TRY(for_each_theme(std::move(rolled), themes, query.theme, sums, add_rolled));
  auto left_out = database.prepare("SELECT recommendation, by, scale, reason, ratings FROM left_out WHERE dimension = ?");
  left_out.bind_all(std::string_view(dimension));
  HAKI_TRY(for_each_theme(std::move(left_out), themes, query.theme, sums,
                          [](CardSum& sum, const RecordId&, const store::Statement& rows) {
                            sum.row.left_out[std::string(rows.text(3))] += static_cast<std::uint64_t>(rows.integer(4));
                          }));
  return sums;
}

ScorecardBands bands_of(const ScorecardQuery& query, const BandsOf& templates, const std::string& theme) {
  if (query.bands) return *query.bands;
  auto found = templates.find(theme);
  if (found == templates.end()) found = templates.find("");
  return found == templates.end() ? ScorecardBands{} : found->second;
}

}  // namespace

std::string_view level_of(std::optional<double> mean, const ScorecardBands& bands) {
  if (!mean) return "no_information";
  // As people write them, with two digits: a mean of 0.3333 reaches 0.33, and one of 0.3299 does not.
  if (*mean >= bands.fully) return "fully_implemented";
  return *mean >= bands.partly ? "partly_implemented" : "not_implemented";
}

Result<std::vector<ScorecardRow>> scorecard(store::Database& database, store::Chains& chains, store::Records& records,
                                            const ScorecardQuery& query, const AuthorOf& author_of) {
  if (!query.by.empty() && query.by != "district" && query.by != "organisation" && query.by != "cycle") {
    return Error{Code::kInvalid, "A scorecard can be shown by district, organisation or cycle."};
  }
  if (query.bands && (query.bands->partly > query.bands->fully || query.bands->partly < 0 || query.bands->fully > 1)) {
    return Error{Code::kInvalid, "The bands of a scorecard are two numbers from 0 to 1, the lower one first, such as 0.33,0.66."};
  }
  HAKI_TRY(define_form_views(database));
  HAKI_TRY(define_authors(database, chains, author_of));
  HAKI_TRY(roll_up_ratings(database, records));
  HAKI_ASSIGN(const ThemesOf themes, read_themes(database));
  HAKI_ASSIGN(const BandsOf bands, read_bands(database));
  HAKI_ASSIGN(CardSums sums, read_sums(database, themes, query));
  std::map<std::string, std::uint64_t> of_theme;
  for (const auto& [id, names] : themes) {
    for (const std::string& name : names) ++of_theme[name];
  }
  std::vector<ScorecardRow> rows;
  for (auto& [key, sum] : sums) {
    ScorecardRow& row = sum.row;
    std::tie(row.theme, row.by, row.scale) = key;
    row.raters = sum.raters.size();
    row.no_information = row.ratings - sum.valued;
    if (row.ratings > 0) row.verified_share = static_cast<double>(sum.verified) / static_cast<double>(row.ratings);
    if (sum.valued > 0) row.mean = sum.total / static_cast<double>(sum.valued);
    row.level = level_of(row.mean, bands_of(query, bands, row.theme));
    row.coverage = static_cast<double>(sum.recommendations.size()) / static_cast<double>(of_theme.at(row.theme));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace haki::analysis
