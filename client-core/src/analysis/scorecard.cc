#include "analysis/scorecard.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "analysis/rating_rollup.h"
#include "analysis/theme_names.h"

namespace haki::analysis {
namespace {

// What the card needs of every recommendation. The themes are numbers into `names`; one without any has the theme "".
struct Themes {
  std::vector<std::string> names;
  std::vector<std::uint64_t> recommendations;  // of each theme
  struct Of {
    std::vector<std::size_t> themes;
    std::uint64_t evidence = 0;
  };
  std::map<RecordId, Of> of;
};

// The number of each label's name: a label is looked up once, and two labels of one name have one number.
class ThemeNumbers {
 public:
  ThemeNumbers(const ThemeNames& names, Themes& themes) : names_(names), themes_(themes) {}
  std::size_t of(std::string_view label) {
    const auto known = of_label_.find(label);
    if (known != of_label_.end()) return known->second;
    std::string name = names_.of(label);
    const auto [found, fresh] = of_name_.emplace(name, themes_.names.size());
    if (fresh) {
      themes_.names.push_back(std::move(name));
      themes_.recommendations.push_back(0);
    }
    return of_label_.emplace(label, found->second).first->second;
  }

 private:
  const ThemeNames& names_;
  Themes& themes_;
  std::map<std::string, std::size_t, std::less<>> of_label_, of_name_;
};

Result<Themes> read_themes(store::Database& database, const ThemeNames& names, const std::string& wanted) {
  Themes themes;
  ThemeNumbers numbers(names, themes);
  const std::string wanted_name = names.of(wanted);
  auto rows = database.prepare(
      "SELECT recommendation.id, theme.value, rolled_evidence.records FROM recommendation_records AS recommendation "
      "LEFT JOIN recommendation_themes_values AS theme ON theme.no = recommendation.no "
      "LEFT JOIN rolled_evidence ON rolled_evidence.recommendation = recommendation.id");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return themes;
    const std::size_t theme = numbers.of(rows.text(1));
    if (!wanted.empty() && themes.names[theme] != wanted_name) continue;
    Themes::Of& of = themes.of[rows.id<RecordId>(0)];
    of.evidence = static_cast<std::uint64_t>(rows.integer(2));
    if (std::ranges::find(of.themes, theme) != of.themes.end()) continue;  // by another label
    of.themes.push_back(theme);
    ++themes.recommendations[theme];
  }
}

// Bands that a template sets for its theme; "" is the theme of templates for all.
using BandsOf = std::map<std::string, ScorecardBands, std::less<>>;

Result<BandsOf> read_bands(store::Database& database, const ThemeNames& names) {
  BandsOf bands;
  auto rows = database.prepare(
      "SELECT coalesce(theme, ''), band_partly, band_fully FROM scorecard_records WHERE band_partly IS NOT NULL OR band_fully IS "
      "NOT NULL ORDER BY changed");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return bands;
    ScorecardBands& of = bands[names.of(rows.text(0))];
    if (!rows.is_null(1)) of.partly = rows.real(1);
    if (!rows.is_null(2)) of.fully = rows.real(2);
  }
}

// What is added up for one row of the card, apart from what is only told of it: thousands are added to by turns, and so small they stay near
// the processor.
struct Sum {
  std::uint32_t recommendations = 0;  // rated
  std::uint32_t raters = 0;           // the number of the list added last
  std::uint64_t ratings = 0, valued = 0, verified = 0, evidence = 0;
  double total = 0, least = 1, most = 0;  // of the valued
};

struct Card {
  ScorecardRow row;
  std::vector<bool> raters;  // by number
};

// Sums by theme, value of the `by` key and scale, all three as numbers; their rows come by recommendation and, of each, by value.
class CardSums {
 public:
  explicit CardSums(std::size_t themes) : themes_(themes) {}
  // The place of the sum in `sums` and `cards`; `fresh` where it was made now.
  std::size_t place(std::size_t theme, std::size_t by, std::size_t scale, bool& fresh) {
    if (places_.size() <= by) places_.resize(by + 1);
    std::vector<std::uint32_t>& places = places_[by];
    const std::size_t at = scale * themes_ + theme;
    if (places.size() <= at) places.resize((scale + 1) * themes_, 0);
    fresh = places[at] == 0;
    if (fresh) {
      sums.emplace_back();
      cards.emplace_back();
      places[at] = static_cast<std::uint32_t>(sums.size());
    }
    return places[at] - 1;
  }
  std::vector<Sum> sums;
  std::vector<Card> cards;

 private:
  std::size_t themes_;
  std::vector<std::vector<std::uint32_t>> places_;  // from 1; 0: none yet
};

// A number for each text. What is asked for in ascending order again and again is found beside what was asked for before.
class Numbers {
 public:
  std::size_t of(std::string_view text) {
    if (last_ != numbers_.end() && last_->first != text) ++last_;
    if (last_ == numbers_.end() || last_->first != text) last_ = numbers_.find(text);
    if (last_ == numbers_.end()) last_ = numbers_.emplace(text, numbers_.size()).first;
    return last_->second;
  }

 private:
  std::map<std::string, std::size_t, std::less<>> numbers_;
  std::map<std::string, std::size_t, std::less<>>::iterator last_ = numbers_.end();
};

void add_raters(std::vector<bool>& raters, std::string_view list) {
  while (!list.empty()) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(list.data(), list.data() + list.size(), number);
    if (error != std::errc()) return;
    if (raters.size() <= number) raters.resize(number + 1);
    raters[number] = true;
    list.remove_prefix(static_cast<std::size_t>(end - list.data()));
    if (!list.empty()) list.remove_prefix(1);
  }
}

// Rows of `rolled`, each read once for all themes of its recommendation.
class RolledRows {
 public:
  void read(const store::Statement& row) {
    ratings_ = static_cast<std::uint64_t>(row.integer(3));
    valued_ = static_cast<std::uint64_t>(row.integer(4));
    total_ = row.real(5);
    least_ = row.real(6);
    most_ = row.real(7);
    verified_ = static_cast<std::uint64_t>(row.integer(8));
    const std::string_view raters = as_text(row.blob(9));
    if (list_ != 0 && raters == raters_) return;
    raters_ = raters;
    ++list_;
  }
  void add_to(Sum& sum, Card& card, std::uint64_t evidence) const {
    ++sum.recommendations;
    sum.ratings += ratings_;
    sum.valued += valued_;
    sum.verified += verified_;
    sum.evidence += evidence;
    sum.total += total_;
    if (valued_ > 0) {
      sum.least = std::min(sum.least, least_);
      sum.most = std::max(sum.most, most_);
    }
    if (sum.raters == list_) return;  // the same again, as where one organisation rates most
    sum.raters = list_;
    add_raters(card.raters, raters_);
  }

 private:
  std::uint64_t ratings_ = 0, valued_ = 0, verified_ = 0;
  double total_ = 0, least_ = 0, most_ = 0;  // the last two of the valued
  std::string raters_;
  std::uint32_t list_ = 0;
};

class LeftOutRows {
 public:
  void read(const store::Statement& row) {
    reason_ = row.text(3);
    ratings_ = static_cast<std::uint64_t>(row.integer(4));
  }
  void add_to(Sum&, Card& card, std::uint64_t) const { card.row.left_out[reason_] += ratings_; }

 private:
  std::string reason_;
  std::uint64_t ratings_ = 0;
};

// Adds each row to the sum that it belongs to, once for each theme of its recommendation.
template <typename Rows>
Result<> add_rows(store::Statement rows, Rows read, const Themes& themes, Numbers& bys, Numbers& scales, CardSums& sums) {
  auto of = themes.of.end();
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    const RecordId recommendation = rows.id<RecordId>(0);
    if (of == themes.of.end() || of->first != recommendation) of = themes.of.find(recommendation);
    if (of == themes.of.end()) continue;  // the recommendation is gone, or has not come yet, or has another theme
    const std::string_view by = as_text(rows.blob(1)), scale = as_text(rows.blob(2));
    const std::size_t by_number = bys.of(by), scale_number = scales.of(scale);
    read.read(rows);
    for (const std::size_t theme : of->second.themes) {
      bool fresh = false;
      const std::size_t place = sums.place(theme, by_number, scale_number, fresh);
      Card& card = sums.cards[place];
      if (fresh) {
        card.row.theme = themes.names[theme];
        card.row.by = by;
        card.row.scale = scale;
      }
      read.add_to(sums.sums[place], card, of->second.evidence);
    }
  }
}

Result<CardSums> read_sums(store::Database& database, const Themes& themes, const ScorecardQuery& query) {
  CardSums sums(themes.names.size());
  Numbers bys, scales;
  const std::string dimension = rolled_dimension(query.by, query.with_waiting);
  auto rolled = database.prepare(
      "SELECT recommendation, by, scale, ratings, valued, total, least, most, verified, raters FROM rolled WHERE dimension = ?");
  rolled.bind_all(std::string_view(dimension));
  HAKI_TRY(add_rows(std::move(rolled), RolledRows(), themes, bys, scales, sums));
  auto left_out = database.prepare("SELECT recommendation, by, scale, reason, ratings FROM left_out WHERE dimension = ?");
  left_out.bind_all(std::string_view(dimension));
  HAKI_TRY(add_rows(std::move(left_out), LeftOutRows(), themes, bys, scales, sums));
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
                                            const ScorecardQuery& query, const AuthorOf& author_of, const ThemeTable& table) {
  if (!query.by.empty() && query.by != "district" && query.by != "organisation" && query.by != "cycle") {
    return Error{Code::kInvalid, "A scorecard can be shown by district, organisation or cycle."};
  }
  if (query.bands && (query.bands->partly > query.bands->fully || query.bands->partly < 0 || query.bands->fully > 1)) {
    return Error{Code::kInvalid, "The bands of a scorecard are two numbers from 0 to 1, the lower one first, such as 0.33,0.66."};
  }
  HAKI_TRY(define_form_views(database));
  HAKI_TRY(define_authors(database, chains, author_of));
  HAKI_TRY(roll_up_ratings(database, records));
  HAKI_ASSIGN(const ThemeNames names, read_theme_names(database, table));
  HAKI_ASSIGN(const Themes themes, read_themes(database, names, query.theme));
  HAKI_ASSIGN(const BandsOf bands, read_bands(database, names));
  HAKI_ASSIGN(CardSums sums, read_sums(database, themes, query));
  std::map<std::string_view, std::uint64_t> of_theme;
  for (std::size_t theme = 0; theme < themes.names.size(); ++theme) of_theme[themes.names[theme]] = themes.recommendations[theme];
  std::vector<ScorecardRow> rows;
  for (std::size_t at = 0; at < sums.sums.size(); ++at) {
    const Sum& sum = sums.sums[at];
    ScorecardRow& row = sums.cards[at].row;
    row.ratings = sum.ratings;
    row.raters = static_cast<std::uint64_t>(std::ranges::count(sums.cards[at].raters, true));
    row.evidence = sum.evidence;
    row.no_information = sum.ratings - sum.valued;
    if (sum.ratings > 0) row.verified_share = static_cast<double>(sum.verified) / static_cast<double>(sum.ratings);
    if (sum.valued > 0) {
      row.mean = sum.total / static_cast<double>(sum.valued);
      row.min = sum.least;
      row.max = sum.most;
    }
    row.level = level_of(row.mean, bands_of(query, bands, row.theme));
    row.coverage = static_cast<double>(sum.recommendations) / static_cast<double>(of_theme.at(row.theme));
    rows.push_back(std::move(row));
  }
  std::ranges::sort(rows, {}, [](const ScorecardRow& row) { return std::tie(row.theme, row.by, row.scale); });
  return rows;
}

}  // namespace haki::analysis
