#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"
#include "cli/text.h"
#include "cli/values.h"
#include "formats/scorecard_templates.h"

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

Result<Output> template_of(std::string_view name) {
  for (const std::string_view text : formats::scorecard_templates()) {
    HAKI_ASSIGN(Output one, from_json(text));
    if (name.empty() || one["scale"].text() == name) return one;
  }
  return Error{Code::kNotFound, "There is no template '" + std::string(name) + "'. haki scorecard templates lists them."};
}

Result<ExitCode> run_templates(Context& context, const Arguments&) {
  Output::Array outputs;
  for (const std::string_view text : formats::scorecard_templates()) {
    HAKI_ASSIGN(Output one, from_json(text));
    Output::Array levels;
    for (const Output& level : one["levels"].array()) levels.push_back(level["code"]);
    outputs.push_back(Output::object({{"name", one["scale"]}, {"title", one["title"]}, {"levels", std::move(levels)}, {"source", one["guidance"]}}));
  }
  const auto text = [](const Output::Array& all) {
    Table table({"Template", "What it is", "Levels", "From"});
    for (const Output& one : all) {
      std::string levels;
      for (const Output& level : one["levels"].array()) levels += (levels.empty() ? "" : ", ") + level.text();
      table.row({one["name"].text(), one["title"].text(), levels, one["source"].text()});
    }
    return table.text();
  };
  context.print_list(outputs, text, "");
  return ExitCode::kDone;
}

Result<ExitCode> run_template(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(Output chosen, template_of(arguments.one("NAME")));
  if (arguments.has("--title")) chosen.put("title", arguments.one("--title"));
  if (arguments.has("--theme")) chosen.put("theme", arguments.one("--theme"));
  Client& client = context.client();
  HAKI_ASSIGN(const Form form, client.form("scorecard"));
  HAKI_ASSIGN(Inputs inputs, inputs_from_json(form, to_json(chosen)));
  HAKI_ASSIGN(const RecordId id, client.create({"scorecard", std::move(inputs.fields), std::move(inputs.groups), true, {}}));
  context.say("Taken over as a record of your own. Rate with it: haki new rating --set template=" + to_hex(id).substr(0, 8) +
              " --set scale_level=LEVEL");
  return print_changed(context, id);
}

}  // namespace

Command scorecard_templates() {
  return {.path = {"scorecard", "templates"},
          .summary = "Rating scales that are in use elsewhere, to take over",
          .example = "haki scorecard templates",
          .run = run_templates};
}

Command scorecard_template() {
  return {.path = {"scorecard", "template"},
          .summary = "Take over a rating scale as a template of your own",
          .example = "haki scorecard template knchr --theme Water",
          .more = "The template is a record like any other: haki edit changes it, haki new scorecard --from FILE.json makes one from nothing.",
          .positionals = {{.name = "NAME", .help = "its name in haki scorecard templates"}},
          .options = {{.name = "--title", .value_name = "TEXT", .help = "a title of your own"},
                      {.name = "--theme", .value_name = "THEME", .help = "the theme it is for"}},
          .run = run_template};
}

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
