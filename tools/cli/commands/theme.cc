// theme list, map: the labels of several lists that mean one theme. What a coalition says goes before the compiled table.
#include <algorithm>
#include <map>
#include <set>

#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"
#include "cli/text.h"
#include "formats/lists.h"

namespace haki::cli::commands {
namespace {

struct ThemeUse {
  std::string label;               // as it was met first
  std::set<std::string> schemes;   // as the recommendations say
  std::int64_t recommendations = 0;
};

struct CoalitionMapping {
  RecordId record;
  std::string scheme, same_as;
  std::int64_t at_ms = 0;
};

std::string first_text(const RecordView& record, std::string_view name) {
  const FieldView* field = record.field(name);
  return field == nullptr || field->values.empty() ? std::string() : to_text(field->values.front());
}

Result<std::vector<RecordView>> records_of_form(Client& client, const std::string& form) {
  Query query;
  query.form = form;
  return client.list(query);
}

// What the coalition says of a label; of two that say different things, the later.
Result<std::map<std::string, CoalitionMapping>> coalition_mappings(Client& client) {
  std::map<std::string, CoalitionMapping> mappings;
  HAKI_ASSIGN(const std::vector<RecordView> records, records_of_form(client, "theme_mapping"));
  for (const RecordView& record : records) {
    CoalitionMapping one{record.id, first_text(record, "scheme"), first_text(record, "same_as"), record.at_ms};
    auto [known, fresh] = mappings.emplace(formats::name_key(first_text(record, "label")), one);
    if (!fresh && known->second.at_ms < one.at_ms) known->second = std::move(one);
  }
  return mappings;
}

// Every label in use, by its key: capitals, accents and signs make no other theme.
Result<std::map<std::string, ThemeUse>> themes_in_use(Client& client) {
  std::map<std::string, ThemeUse> themes;
  HAKI_ASSIGN(const std::vector<RecordView> records, records_of_form(client, "recommendation"));
  for (const RecordView& record : records) {
    const FieldView* labels = record.field("themes");
    if (labels == nullptr) continue;
    const std::string scheme = first_text(record, "theme_scheme");
    for (const Value& value : labels->values) {
      const std::string label = to_text(value);
      ThemeUse& use = themes[formats::name_key(label)];
      if (use.label.empty()) use.label = label;
      if (!scheme.empty()) use.schemes.insert(scheme);
      ++use.recommendations;
    }
  }
  return themes;
}

// How many labels in use go by each name.
std::map<std::string, int> labels_by_name(const std::map<std::string, ThemeUse>& themes, const ThemeNames& names) {
  std::map<std::string, int> labels;
  for (const auto& [key, use] : themes) ++labels[names.of(use.label)];
  return labels;
}

Output theme_output(const ThemeUse& use, const CoalitionMapping* said, const ThemeNames& names) {
  std::string scheme(formats::theme_list_of(use.label));
  if (scheme.empty() && said != nullptr) scheme = said->scheme;
  if (scheme.empty() && use.schemes.size() == 1) scheme = *use.schemes.begin();
  const formats::ThemeCounterpart compiled = formats::theme_counterpart(use.label);
  const std::string same_as = said != nullptr ? said->same_as : compiled.label;
  const std::string from = said != nullptr ? "coalition" : compiled.label.empty() ? "" : compiled.how == "judged" ? "judged" : "compiled";
  return Output::object({{"theme", use.label},
                         {"scheme", scheme.empty() ? Output() : Output(scheme)},
                         {"same_as", same_as.empty() ? Output() : Output(same_as)},
                         {"from", from.empty() ? Output() : Output(from)},
                         {"recommendations", use.recommendations},
                         {"shown_as", names.of(use.label)}});
}

std::string themes_text(const Output::Array& themes) {
  constexpr std::size_t kLabelColumns = 60;
  Table table({"Theme", "List", "Same as", "Says who", "Recommendations", "Shown as"});
  table.right(4);
  for (const Output& theme : themes) {
    const std::string from = theme["from"].text();
    table.row({shortened(one_line(theme["theme"].text()), kLabelColumns), theme["scheme"].text(), shortened(one_line(theme["same_as"].text()), kLabelColumns),
               from == "judged" ? "Haki's makers" : from == "compiled" ? "the labels agree" : from == "coalition" ? "the coalition" : "", theme["recommendations"].text(),
               shortened(one_line(theme["shown_as"].text()), kLabelColumns)});
  }
  return table.text();
}

Result<ExitCode> run_theme_list(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const auto mappings, coalition_mappings(context.client()));
  HAKI_ASSIGN(const auto themes, themes_in_use(context.client()));
  HAKI_ASSIGN(const ThemeNames names, context.client().theme_names());
  const auto labels = labels_by_name(themes, names);
  Output::Array outputs;
  for (const auto& [key, use] : themes) {
    const auto said = mappings.find(key);
    Output output = theme_output(use, said == mappings.end() ? nullptr : &said->second, names);
    const bool mapped = !output["same_as"].is_null() || labels.at(names.of(use.label)) > 1;
    if (arguments.has("--unmapped") && mapped) continue;
    outputs.push_back(std::move(output));
  }
  context.print_list(outputs, themes_text, arguments.has("--unmapped") && !themes.empty() ? "Every theme in use has its counterpart." : "No recommendation has a theme yet.");
  return ExitCode::kDone;
}

Result<ExitCode> run_theme_map(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  const std::string& label = arguments.one("LABEL");
  const std::string& same_as = arguments.one("--same-as");
  if (formats::name_key(label).empty()) return context.usage("Name the theme as the recommendations have it: haki theme list.", "theme map");
  if (formats::name_key(label) == formats::name_key(same_as)) return context.usage("Name another theme with --same-as.", "theme map");
  HAKI_ASSIGN(const auto mappings, coalition_mappings(client));
  const auto known = mappings.find(formats::name_key(label));
  std::vector<FieldInput> fields{{"label", label}, {"same_as", same_as}};
  if (const std::string_view scheme = formats::theme_list_of(label); !scheme.empty()) fields.push_back({"scheme", std::string(scheme)});
  if (arguments.has("--note")) fields.push_back({"note", arguments.one("--note")});
  RecordId record;
  if (known != mappings.end()) {
    record = known->second.record;
    HAKI_TRY(client.edit({record, fields, {}, {}, {}}));
  } else {
    HAKI_ASSIGN(record, client.create({"theme_mapping", fields, {}, true, {}}));
  }
  context.say(same_as.empty() ? "Said to have no counterpart. It goes out, sealed, with the next haki sync." : "Both are one theme now. It goes out, sealed, with the next haki sync.");
  return print_changed(context, record);
}

}  // namespace

Command theme_list() {
  return {.path = {"theme", "list"},
          .summary = "Every theme in use: its list, what it is the same as, who says so, how many recommendations have it",
          .example = "haki theme list --unmapped",
          .more = "OHCHR's coded labels and those since 2019 are matched by a table of Haki's; what the coalition says with haki theme map goes before it. "
                  "Scorecards, reports, clusters and drafts put together what is shown as one.",
          .options = {{.name = "--unmapped", .value_name = "", .help = "only those without a counterpart"}},
          .run = run_theme_list};
}

Command theme_map() {
  return {.path = {"theme", "map"},
          .summary = "Say that a theme is the same as one of another list",
          .example = "haki theme map 'Right to water' --same-as 'E24 Right to safe drinking water'",
          .positionals = {{.name = "LABEL", .help = "the theme, as haki theme list shows it"}},
          .options = {{.name = "--same-as", .value_name = "LABEL", .help = "the other theme; an empty text: it has no counterpart", .required = true},
                      {.name = "--note", .value_name = "TEXT", .help = "why"}},
          .run = run_theme_map};
}

}  // namespace haki::cli::commands
