// snapshot: what everybody may see.
#include <algorithm>
#include <map>

#include "cli/exports/assessment.h"
#include "cli/exports/kinds.h"
#include "cli/exports/leaving.h"
#include "cli/exports/table.h"
#include "cli/text.h"
#include "cli/times.h"
#include "formats/lists.h"
#include "formats/snapshot_page.h"

namespace haki::cli::exports {
namespace {

using formats::PublicFigures;

// Counts are shown in steps, so that none can be had by subtracting others; below the first step not at all.
std::optional<std::int64_t> in_steps(std::uint64_t count, std::int64_t step) {
  if (count == 0) return 0;
  if (step <= 1) return static_cast<std::int64_t>(count);
  const auto whole = static_cast<std::int64_t>(count) / step * step;
  return whole == 0 ? std::nullopt : std::optional(whole);
}

PublicFigures figures_of(const std::string& level, const std::optional<double>& mean, std::uint64_t ratings, std::uint64_t raters,
                         std::uint64_t evidence, double verified_share, std::int64_t step) {
  PublicFigures figures;
  figures.level = level;
  figures.ratings = in_steps(ratings, step);
  figures.raters = in_steps(raters, step);
  figures.evidence = in_steps(evidence, step);
  if (figures.ratings && ratings > 0) {
    figures.mean = mean;
    figures.verified_share = verified_share;
  }
  return figures;
}

// Of a place: its name by its code.
Result<std::map<std::string, std::string>> district_names(Client& client) {
  std::map<std::string, std::string> names;
  Query query;
  query.form = "place";
  HAKI_TRY(client.visit(query, [&](const RecordView& record) -> Result<bool> {
    const std::string code = text_of(record, "code");
    if (!code.empty()) names[code] = text_of(record, "name");
    return true;
  }));
  return names;
}

std::string name_in(const std::map<std::string, std::string>& names, const std::string& code) {
  const auto found = names.find(code);
  if (found != names.end()) return found->second;
  const formats::Place* place = formats::place_of(code);
  return place == nullptr ? std::string() : std::string(place->name);
}

Result<> add_scorecards(Client& client, const ExportOptions& options, const std::map<std::string, std::string>& names,
                        formats::Snapshot& snapshot) {
  std::map<std::string, std::int64_t> recommendations;
  for (const auto& one : snapshot.recommendations) {
    for (const std::string& theme : one.themes) ++recommendations[theme];
    if (one.themes.empty()) ++recommendations[""];
  }
  HAKI_ASSIGN(const std::vector<ScorecardRow> themes, client.scorecard({options.theme, ""}));
  for (const ScorecardRow& row : themes) {
    formats::PublicTheme theme{row.theme, row.scale, recommendations[row.theme], {}};
    if (!row.suppressed) theme.figures = figures_of(row.level, row.mean, row.ratings, row.raters, row.evidence, row.verified_share, options.threshold);
    if (!row.suppressed) theme.figures.coverage = row.coverage;
    snapshot.themes.push_back(std::move(theme));
  }
  HAKI_ASSIGN(const std::vector<ScorecardRow> districts, client.scorecard({options.theme, "district"}));
  for (const ScorecardRow& row : districts) {
    if (row.by.empty()) continue;  // for the whole country; by theme it counts
    formats::PublicDistrict district{row.by, name_in(names, row.by), row.theme, row.scale, {}};
    // One view of a district may be one person's: then not even the level is told.
    const bool few = row.suppressed || static_cast<std::int64_t>(row.ratings) < options.threshold;
    if (!few) {
      district.figures = figures_of(row.level, row.mean, row.ratings, row.raters, row.evidence, row.verified_share, options.threshold);
    }
    snapshot.districts.push_back(std::move(district));
  }
  std::ranges::stable_sort(snapshot.districts, {}, [](const auto& one) { return std::pair(one.district, one.theme); });
  return {};
}

Result<> add_recommendations(Client& client, const ExportOptions& options, formats::Snapshot& snapshot) {
  HAKI_ASSIGN(const Assessments assessments, assess(client));
  HAKI_ASSIGN(const ThemeNames names, client.theme_names());
  const std::string wanted = names.of(options.theme);
  return client.visit(options.query("recommendation"), [&](const RecordView& record) -> Result<bool> {
    formats::PublicRecommendation one;
    one.themes = themes_of(record, names);
    if (!wanted.empty() && std::ranges::find(one.themes, wanted) == one.themes.end()) return true;
    one.number = text_of(record, "number");
    one.text = text_in(record, "text", options.language);
    one.state_under_review = text_of(record, "state_under_review");
    one.position = text_of(record, "position");
    if (one.position.empty()) one.position = "pending";
    one.recommending_states = texts_of(record, "recommending_states");
    one.sdgs = texts_of(record, "sdgs");
    const FieldView* cycle = record.field("cycle");
    if (cycle != nullptr && !cycle->values.empty()) one.cycle = std::get<std::int64_t>(cycle->values.front());
    const auto found = assessments.find(record.id);
    const Assessment of = found == assessments.end() ? Assessment() : found->second;
    one.figures = figures_of(of.level, of.mean, static_cast<std::uint64_t>(of.ratings), static_cast<std::uint64_t>(of.raters),
                             static_cast<std::uint64_t>(of.evidence), of.verified_share, options.threshold);
    snapshot.recommendations.push_back(std::move(one));
    return true;
  });
}

// People reached by sessions that were handed in, by district.
Result<> add_reach(Client& client, const ExportOptions& options, const std::map<std::string, std::string>& names,
                   formats::Snapshot& snapshot) {
  HAKI_ASSIGN(const Form form, client.form("outreach_session"));
  const std::vector<Category> categories = categories_of(form);
  std::map<std::string, std::pair<std::int64_t, std::vector<std::int64_t>>> by_district;
  Query query;
  query.form = "outreach_session";
  HAKI_TRY(client.visit(query, [&](const RecordView& record) -> Result<bool> {
    if (record.state == "draft" || record.state == "rejected") return true;
    auto& [total, cells] = by_district[text_of(record, "district")];
    cells.resize(categories.size());
    total += std::max(0LL, std::atoll(text_of(record, "total").c_str()));
    const std::vector<std::int64_t> people = people_by_category(record, categories);
    for (std::size_t i = 0; i < people.size(); ++i) cells[i] += people[i];
    return true;
  }));
  std::vector<std::vector<std::int64_t>> cells;
  std::vector<std::int64_t> totals;
  for (const auto& [district, sums] : by_district) {
    totals.push_back(sums.first);
    cells.push_back(sums.second);
  }
  const std::vector<std::uint64_t> hidden = hidden_bits(cells, totals, categories, options.threshold);
  for (const Category& category : categories) {
    const std::string& label = category.label->in(options.language);
    const bool unsaid = category.code == "prefer_not_to_say";  // the same words for each axis
    snapshot.categories.emplace_back(category.name, unsaid ? category.axis_label->in(options.language) + ": " + label : label);
  }
  std::size_t row = 0;
  for (const auto& [district, sums] : by_district) {
    formats::PublicReach reach{district, name_in(names, district), {}, {}};
    if ((hidden[row] & 1) == 0) reach.people = sums.first;
    for (std::size_t i = 0; i < categories.size(); ++i) {
      reach.cells.push_back((hidden[row] >> (i + 1) & 1) != 0 ? std::nullopt : std::optional(sums.second[i]));
    }
    snapshot.reach.push_back(std::move(reach));
    ++row;
  }
  return {};
}

// What stands behind the figures and is told nothing of.
Result<> add_left_out(Client& client, const ExportOptions& options, Leaving& leaving, formats::Snapshot& snapshot) {
  for (const char* form : {"observation", "evidence"}) {
    Query query;
    query.form = form;
    HAKI_TRY(client.visit(query, [&](const RecordView& record) -> Result<bool> {
      if (record.state == "draft" || record.state == "rejected") return true;
      HAKI_ASSIGN([[maybe_unused]] const bool leaves, leaving.may(record));
      return true;
    }));
  }
  for (const LeftOut& one : leaving.left_out()) {
    const auto shown = one.records ? in_steps(static_cast<std::uint64_t>(*one.records), options.threshold) : std::nullopt;
    snapshot.left_out.push_back({one.form, std::string(name_of(one.why)), shown});
  }
  return {};
}

// "page.html" -> "page.json"
std::string beside(const std::string& page) { return page.substr(0, page.rfind('.')) + ".json"; }

}  // namespace

Result<ExitCode> export_snapshot(Context& context, const ExportOptions& options) {
  Client& client = context.client();
  HAKI_ASSIGN(Destination page, Destination::open(context, options));
  ExportOptions of_figures = options;
  of_figures.out = beside(options.out);
  of_figures.path = beside(options.path);
  HAKI_ASSIGN(Destination figures, Destination::open(context, of_figures));
  HAKI_ASSIGN(const Status status, client.status());
  formats::Snapshot snapshot;
  snapshot.coalition = status.coalition;
  snapshot.day = time_output(now_ms()).text().substr(0, 10);
  snapshot.language = options.language;
  snapshot.threshold = options.threshold;
  HAKI_ASSIGN(const auto names, district_names(client));
  HAKI_TRY(add_recommendations(client, options, snapshot));
  HAKI_TRY(add_scorecards(client, options, names, snapshot));
  HAKI_TRY(add_reach(client, options, names, snapshot));
  Leaving leaving(client, options);
  HAKI_TRY(add_left_out(client, options, leaving, snapshot));
  HAKI_TRY(page.put(formats::snapshot_html(snapshot)));
  HAKI_TRY(figures.put(formats::snapshot_json(snapshot)));
  HAKI_TRY(figures.publish());
  HAKI_TRY(page.publish());
  Outcome outcome{snapshot.recommendations.size(), {}};
  outcome.notes.push_back("The same as figures is in " + of_figures.out + ". It names no observer and no place below a district; look at it before you publish it.");
  for (const LeftOut& one : leaving.left_out()) outcome.notes.push_back(leaving.sentence(one));
  return tell(context, options, outcome);
}

}  // namespace haki::cli::exports
