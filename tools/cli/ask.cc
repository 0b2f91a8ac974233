#include "cli/ask.h"

#include <utility>
#include <vector>

#include "cli/text.h"

namespace haki::cli {
namespace {

constexpr std::size_t kRowsPerGroupMax = 500;
constexpr int kTriesPerAnswer = 20;  // somebody who holds down a key must not be asked for ever

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string what_fits(const Field& field) {
  switch (field.type) {
    case FieldType::kInteger:
      return "a whole number";
    case FieldType::kDecimal:
      return "a number";
    case FieldType::kBoolean:
      return "yes or no";
    case FieldType::kDate:
      return "a date such as 2020-11-04";
    case FieldType::kDateTime:
      return "a time such as 2020-11-04T09:30:00+03:00";
    case FieldType::kPoint:
      return "latitude and longitude, such as -1.29 36.82";
    case FieldType::kLink:
      return "the id of a record, or its beginning";
    default:
      return {};
  }
}

void show_question(Context& context, const Field& field, const std::string& language, const std::string& progress) {
  const std::string& label = field.label.in(language);
  std::string line = progress + (label.empty() ? field.name : label) + (field.required ? " (required)" : "");
  const std::string fits = what_fits(field);
  if (!fits.empty()) line += ": " + fits;
  context.say(line);
  if (!field.hint.in(language).empty()) context.say("  " + field.hint.in(language));
  for (std::size_t i = 0; i < field.choices.size(); ++i) {
    const Choice& choice = field.choices[i];
    const std::string& choice_label = choice.label.in(language);
    context.say("  " + std::to_string(i + 1) + "  " + (choice_label.empty() ? choice.code : choice_label));
  }
  if (!field.choices.empty())
    context.say(field.set ? "  Numbers of those that apply, with spaces between." : "  The number of one.");
  else if (field.set) context.say("  Several may be given, each on a line of its own; an empty line ends them.");
}

// The code behind a number of the list that was shown; any other answer is left to the core, which knows labels too.
std::string chosen(const Field& field, const std::string& answer) {
  const bool digits =
      !answer.empty() && answer.size() <= 4 && answer.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || field.choices.empty()) return answer;
  const auto number = static_cast<std::size_t>(std::stoul(answer));
  return number >= 1 && number <= field.choices.size() ? field.choices[number - 1].code : answer;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : line + " ") {
    if (c != ' ' && c != ',' && c != '\t') word += c;
    else if (!word.empty()) words.push_back(std::exchange(word, {}));
  }
  return words;
}

// False where the input ended.
bool ask_field(Context& context, const Field& field, const std::string& progress, std::vector<FieldInput>& inputs) {
  const std::string& language = context.settings().language;
  show_question(context, field, language, progress);
  bool answered = false;
  for (int tries = 0; tries < kTriesPerAnswer || !field.required; ++tries) {
    const auto line = context.ask("> ");
    if (!line) return false;
    const std::string answer = trimmed(*line);
    if (answer.empty()) {
      if (answered || !field.required) return true;
      context.say("  This one is needed before the record can be submitted.");
      continue;
    }
    if (field.set && !field.choices.empty()) {
      for (const std::string& word : words_of(answer)) inputs.push_back({field.name, chosen(field, word)});
      return true;
    }
    inputs.push_back({field.name, chosen(field, answer)});
    if (!field.set) return true;
    answered = true;
  }
  return false;
}

bool is_yes(const std::string& answer) {
  const std::string word = trimmed(answer);
  for (const std::string_view yes : {"y", "Y", "yes", "Yes", "o", "oui", "ndiyo", "نعم"}) {
    if (word == yes) return true;
  }
  return false;
}

bool ask_group(Context& context, const Group& group, GroupInput& input) {
  const std::string& label = group.label.in(context.settings().language);
  while (input.rows.size() < kRowsPerGroupMax) {
    const std::string another = input.rows.empty() ? ": add a row? (y/n) " : ": another row? (y/n) ";
    const auto answer = context.ask((label.empty() ? group.name : label) + another);
    if (!answer) return false;
    if (!is_yes(*answer)) return true;
    std::vector<FieldInput>& row = input.rows.emplace_back();
    for (const Field& field : group.fields) {
      if (!ask_field(context, field, "  ", row)) return false;
    }
  }
  return true;
}

}  // namespace

std::optional<Draft> ask_record(Context& context, const Form& form) {
  const std::string& language = context.settings().language;
  context.say(form.title.in(language));
  if (!form.help.in(language).empty()) context.say(form.help.in(language));
  context.say("An empty answer skips a question. Ctrl-D leaves without saving.\n");
  Draft draft;
  draft.form = form.name;
  const std::size_t count = form.fields.size() + form.groups.size();
  std::size_t number = 0;
  for (const Field& field : form.fields) {
    const std::string progress = std::to_string(++number) + " of " + std::to_string(count) + "  ";
    if (!ask_field(context, field, progress, draft.fields)) return std::nullopt;
  }
  for (const Group& group : form.groups) {
    GroupInput input{group.name, {}};
    if (!ask_group(context, group, input)) return std::nullopt;
    if (!input.rows.empty()) draft.groups.push_back(std::move(input));
  }
  return draft;
}

bool ask_again(Context& context, const Form& form, std::string_view problems, Draft& draft) {
  bool asked = false;
  for (const Field& field : form.fields) {
    const std::string alone = field.name + ": ";  // a field without a label is called by its name
    const bool named = problems.find("(" + field.name + "): ") != std::string_view::npos ||
                       problems.starts_with(alone) || problems.find("\n" + alone) != std::string_view::npos;
    if (!named) continue;
    std::erase_if(draft.fields, [&](const FieldInput& input) { return input.field == field.name; });
    if (!ask_field(context, field, "", draft.fields)) return false;
    asked = true;
  }
  return asked;
}

}  // namespace haki::cli
