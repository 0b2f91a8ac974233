#include "cli/exports/assessment.h"

#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <tuple>

#include "cli/exports/table.h"

namespace haki::cli::exports {
namespace {

struct Counted {
  RecordId rating;
  std::string rater;
  std::optional<double> value;
  std::int64_t at_ms = 0;
};
// Recommendation, rater, district, cycle.
using Standing = std::map<std::tuple<RecordId, std::string, std::string, std::string>, Counted>;

std::string rater_of(const RecordView& record) { return record.organisation.empty() ? record.by : record.organisation; }

std::optional<RecordId> link_of(const RecordView& record, std::string_view field) {
  const FieldView* view = record.field(field);
  const auto* id = view == nullptr || view->values.empty() ? nullptr : std::get_if<RecordId>(&view->values.front());
  return id == nullptr ? std::nullopt : std::optional(*id);
}

Query query_of(const std::string& form) {
  Query query;
  query.form = form;
  return query;
}

Result<Standing> standing_ratings(Client& client) {
  HAKI_ASSIGN(const Form form, client.form("rating"));
  const Field* level = form.field("level");
  Standing standing;
  Query query = query_of("rating");
  query.state = "approved";
  HAKI_TRY(client.visit(query, [&](const RecordView& rating) -> Result<bool> {
    const auto recommendation = link_of(rating, "recommendation");
    if (!recommendation || !rating.conflicts.empty()) return true;
    Counted& newest = standing[{*recommendation, rater_of(rating), text_of(rating, "district"), text_of(rating, "cycle")}];
    if (newest.at_ms > rating.at_ms) return true;
    newest = {rating.id, rater_of(rating), std::nullopt, rating.at_ms};
    const std::string code = text_of(rating, "level");
    for (const Choice& choice : level->choices) {
      if (choice.code == code) newest.value = choice.value;
    }
    return true;
  }));
  return standing;
}

// Ratings that somebody of another organisation confirmed.
Result<std::map<RecordId, std::set<std::string>>> confirmations(Client& client) {
  std::map<RecordId, std::set<std::string>> by;
  HAKI_TRY(client.visit(query_of("verification"), [&](const RecordView& verification) -> Result<bool> {
    const auto rating = link_of(verification, "rating");
    if (rating && text_of(verification, "verdict") == "confirmed") by[*rating].insert(rater_of(verification));
    return true;
  }));
  return by;
}

Result<> count_evidence(Client& client, const std::string& form, Assessments& assessments) {
  return client.visit(query_of(form), [&](const RecordView& record) -> Result<bool> {
    const auto recommendation = link_of(record, "recommendation");
    if (recommendation && record.state != "draft" && record.state != "rejected") ++assessments[*recommendation].evidence;
    return true;
  });
}

std::string decimals(double number, const char* format) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

std::string several(std::int64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

Result<Assessments> assess(Client& client) {
  HAKI_ASSIGN(const Standing standing, standing_ratings(client));
  HAKI_ASSIGN(const auto confirmed, confirmations(client));
  Assessments assessments;
  std::unordered_map<RecordId, std::set<std::string>> raters;
  std::unordered_map<RecordId, std::pair<double, int>> sums;
  for (const auto& [key, one] : standing) {
    const RecordId& id = std::get<0>(key);
    Assessment& of = assessments[id];
    ++of.ratings;
    raters[id].insert(one.rater);
    const auto by = confirmed.find(one.rating);
    if (by != confirmed.end() && (by->second.size() > 1 || !by->second.contains(one.rater))) ++of.verified;
    if (!one.value) continue;
    sums[id].first += *one.value;
    ++sums[id].second;
    of.min = std::min(of.min.value_or(1), *one.value);
    of.max = std::max(of.max.value_or(0), *one.value);
  }
  constexpr ScorecardBands bands;
  for (auto& [id, of] : assessments) {
    of.raters = static_cast<std::int64_t>(raters[id].size());
    if (sums[id].second == 0) continue;
    of.mean = sums[id].first / sums[id].second;
    of.level = *of.mean >= bands.fully ? "fully_implemented" : *of.mean >= bands.partly ? "partly_implemented" : "not_implemented";
  }
  HAKI_TRY(count_evidence(client, "observation", assessments));
  HAKI_TRY(count_evidence(client, "evidence", assessments));
  return assessments;
}

std::string level_in_words(const std::string& level, const std::string& language) {
  const bool french = language == "fr";
  if (level == "fully_implemented") return french ? "Entièrement mise en œuvre" : "Fully implemented";
  if (level == "partly_implemented") return french ? "Partiellement mise en œuvre" : "Partly implemented";
  if (level == "not_implemented") return french ? "Non mise en œuvre" : "Not implemented";
  return french ? "Pas d'information" : "No information";
}

std::string in_words(const Assessment& of, const std::string& language) {
  const bool french = language == "fr";
  std::string text = level_in_words(of.level, language);
  const std::string evidence =
      french ? several(of.evidence, "observation ou preuve", "observations et preuves") : several(of.evidence, "observation or piece of evidence", "observations and pieces of evidence");
  if (!of.mean) return text + (of.evidence > 0 ? " (" + evidence + ")." : ".");
  text += french ? " (moyenne " : " (mean ";
  text += decimals(*of.mean, "%.2f") + (french ? " de " : " of ");
  text += french ? several(of.ratings, "évaluation par ", "évaluations par ") : several(of.ratings, "rating by ", "ratings by ");
  text += french ? several(of.raters, "organisation", "organisations") : several(of.raters, "organisation", "organisations");
  text += (french ? ", de " : ", spread ") + decimals(*of.min, "%g") + (french ? " à " : " to ") + decimals(*of.max, "%g");
  if (of.evidence > 0) text += "; " + evidence;
  const double share = 100.0 * static_cast<double>(of.verified) / static_cast<double>(of.ratings);
  return text + "; " + decimals(share, "%.0f") + (french ? " % vérifiées)." : "% verified).");
}

}  // namespace haki::cli::exports
