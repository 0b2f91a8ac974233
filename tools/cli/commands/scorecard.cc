#include <array>
#include <cstdio>

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

std::string scorecard_text(const Output::Array& rows, const std::string& by) {
  std::vector<std::string> headings{"Theme",          "Level",  "Mean",     "Spread",   "Ratings",
                                    "No information", "Raters", "Evidence", "Verified", "Covered"};
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
                                 row["evidence"].text(), percent(row["verified_share"]), percent(row["coverage"])});
    }
    table.row(std::move(cells));
  }
  return table.text();
}

Result<ExitCode> run_scorecard(Context& context, const Arguments& arguments) {
  const std::string& by = arguments.one("--by");
  HAKI_ASSIGN(const std::vector<ScorecardRow> rows, context.client().scorecard({arguments.one("--theme"), by}));
  Output::Array outputs;
  for (const ScorecardRow& row : rows) outputs.push_back(row_output(row, by));
  context.print_list(
      outputs, [&](const Output::Array& all) { return scorecard_text(all, by); },
      "There is no rating to roll up yet. Rate a recommendation with haki new rating.");
  return ExitCode::kDone;
}

}  // namespace

Command scorecard_show() {
  return {
      .path = {"scorecard", "show"},
      .summary = "Ratings rolled up by theme: mean, spread, raters, evidence, share verified",
      .example = "haki scorecard show --by district",
      .more =
          "Counted is the newest rating of each rater for each recommendation. No information is never counted as not "
          "implemented.",
      .options = {{.name = "--theme", .value_name = "THEME", .help = "only this theme"},
                  {.name = "--by",
                   .value_name = "KEY",
                   .help = "a row for each district, organisation or cycle",
                   .completes = Completes::kChoice,
                   .choices = {"district", "organisation", "cycle"}}},
      .run = run_scorecard};
}

}  // namespace haki::cli::commands
