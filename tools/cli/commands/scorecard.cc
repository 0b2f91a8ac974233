#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

Output optional_number(const std::optional<double>& number) { return number ? Output(*number) : Output(); }

// Where a cell is too small to show, nothing that could tell its values leaves the command.
Output row_output(const ScorecardRow& row, const std::string& by) {
  Output output = Output::object({{"theme", row.theme}});
  if (!by.empty()) output.put(by, row.by);
  output.put("scale", row.scale)
      .put("level", row.suppressed ? Output() : Output(row.level))
      .put("mean", row.suppressed ? Output() : optional_number(row.mean))
      .put("min", row.suppressed ? Output() : optional_number(row.min))
      .put("max", row.suppressed ? Output() : optional_number(row.max))
      .put("ratings", row.suppressed ? Output() : Output(row.ratings))
      .put("no_information", row.suppressed ? Output() : Output(row.no_information))
      .put("raters", row.suppressed ? Output() : Output(row.raters))
      .put("evidence", row.suppressed ? Output() : Output(row.evidence))
      .put("verified_share", row.suppressed ? Output() : Output(row.verified_share))
      .put("coverage", row.suppressed ? Output() : Output(row.coverage))
      .put("suppressed", row.suppressed);
  Output left_out = Output::Object{};
  for (const auto& [reason, count] : row.left_out) left_out.put(reason, count);
  output.put("left_out", std::move(left_out));
  return output;
}

std::string two_digits(const Output& number) {
  if (number.is_null()) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", number.decimal());
  return text.data();
}

std::string percent(const Output& share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.0f%%", share.decimal() * 100);
  return text.data();
}

std::string level_in_words(const std::string& level) {
  std::string words = level;
  for (char& c : words) c = c == '_' ? ' ' : c;
  return words;
}

// "2 waiting, 1 replaced"; a dash where nothing was left out.
std::string left_out_in_words(const Output& left_out) {
  std::string words;
  for (const auto& [reason, count] : left_out.entries()) words += (words.empty() ? "" : ", ") + count.text() + " " + reason;
  return words.empty() ? "-" : words;
}

std::string scorecard_text(const Output::Array& rows, const std::string& by) {
  std::vector<std::string> headings{"Theme",          "Level",  "Mean",     "Spread",   "Ratings",
                                    "No information", "Raters", "Evidence", "Verified", "Covered", "Left out"};
  if (!by.empty()) headings.insert(headings.begin() + 1, capitalised(by));
  Table table(headings);
  for (std::size_t i = by.empty() ? 2 : 3; i < headings.size(); ++i) table.right(i);
  for (const Output& row : rows) {
    const std::string theme = row["theme"].text();
    std::vector<std::string> cells{theme.empty() ? "(no theme)" : shortened(one_line(theme), 36)};
    if (!by.empty()) cells.push_back(row[by].text().empty() ? "(not said)" : shortened(one_line(row[by].text()), 24));
    if (row["suppressed"].truth()) {
      cells.push_back("too few to show");
    } else {
      const std::string spread = row["mean"].is_null() ? "-" : two_digits(row["min"]) + " to " + two_digits(row["max"]);
      cells.insert(cells.end(), {level_in_words(row["level"].text()), two_digits(row["mean"]), spread,
                                 row["ratings"].text(), row["no_information"].text(), row["raters"].text(),
                                 row["evidence"].text(), percent(row["verified_share"]), percent(row["coverage"]),
                                 left_out_in_words(row["left_out"])});
    }
    table.row(std::move(cells));
  }
  return table.text();
}

std::optional<ScorecardBands> bands_from(const std::string& text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) return std::nullopt;
  ScorecardBands bands;
  const auto read = [](std::string_view part, double& number) {
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    return error == std::errc() && end == part.data() + part.size();
  };
  const std::string_view view = text;
  return read(view.substr(0, comma), bands.partly) && read(view.substr(comma + 1), bands.fully) ? std::optional(bands) : std::nullopt;
}

Result<ExitCode> run_scorecard(Context& context, const Arguments& arguments) {
  const std::string& by = arguments.one("--by");
  ScorecardQuery query{arguments.one("--theme"), by, arguments.has("--with-waiting")};
  if (arguments.has("--bands")) {
    query.bands = bands_from(arguments.one("--bands"));
    if (!query.bands) return context.usage("--bands takes two numbers from 0 to 1, such as 0.33,0.66.", "scorecard show");
  }
  HAKI_ASSIGN(const std::vector<ScorecardRow> rows, context.client().scorecard(query));
  Output::Array outputs;
  bool waiting = false;
  for (const ScorecardRow& row : rows) {
    outputs.push_back(row_output(row, by));
    waiting |= row.left_out.contains("waiting");
  }
  context.print_list(
      outputs, [&](const Output::Array& all) { return scorecard_text(all, by); },
      "There is no rating to roll up yet. Rate a recommendation with haki new rating.");
  if (waiting) context.say("Ratings that wait for review do not count yet: haki review queue. --with-waiting shows what they would make of it.");
  return ExitCode::kDone;
}

}  // namespace

Command scorecard_show() {
  return {
      .path = {"scorecard", "show"},
      .summary = "Ratings rolled up by theme: mean, spread, raters, evidence, share verified",
      .example = "haki scorecard show --by district",
      .more =
          "Counted is each rater's newest approved rating of a recommendation in a district and cycle. No information is never counted "
          "as not implemented. Drafts, and what waits, was returned, rejected, is in conflict or was replaced, are shown as left out.",
      .options = {{.name = "--theme", .value_name = "THEME", .help = "only this theme"},
                  {.name = "--by",
                   .value_name = "KEY",
                   .help = "a row for each district, organisation or cycle",
                   .completes = Completes::kChoice,
                   .choices = {"district", "organisation", "cycle"}},
                  {.name = "--with-waiting", .value_name = "", .help = "as if what waits for review were approved"},
                  {.name = "--bands", .value_name = "LOW,HIGH", .help = "from which mean on partly and fully implemented; 0.33,0.66 unless a template says"}},
      .run = run_scorecard};
}

}  // namespace haki::cli::commands
