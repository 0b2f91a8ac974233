// The one file that knows CLI11. CLI11 takes the line apart; what is allowed on it is checked here against the spec, so
// that every sentence about a wrong line is our own.
#include "cli/arguments.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <list>

namespace haki::cli {
namespace {

Error usage(std::string message) { return {Code::kInvalid, std::move(message)}; }

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? std::string() : std::string(between)) + word;
  return text;
}

// How far `word` is from `other`, to say "did you mean": Levenshtein, for short words.
std::size_t distance(std::string_view word, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= word.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const std::size_t replaced = diagonal + (word[i - 1] == other[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = 3;
  for (const std::string& other : known) {
    const std::size_t away = distance(word.substr(0, 64), other);
    if (away < best_distance) best = other, best_distance = away;
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::string other = nearest(word, known);
  return other.empty() ? std::string() : " Did you mean " + other + "?";
}

// One option as CLI11 fills it.
struct Slot {
  const Option* option;
  std::vector<std::string> values;
  CLI::Option* parsed = nullptr;
};

void add_options(CLI::App& app, const std::vector<Option>& options, std::list<Slot>& slots) {
  for (const Option& option : options) {
    Slot& slot = slots.emplace_back(Slot{&option, {}, nullptr});
    if (option.value_name.empty()) {
      slot.parsed = app.add_flag(option.name);
    } else {
      // One value after each mention of the option, whatever it looks like; "--set a=[b,c]" stays one value.
      slot.parsed = app.add_option(option.name, slot.values)->expected(1)->allow_extra_args(false);
      slot.parsed->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  }
}

bool starts_with(const Command& command, const std::vector<std::string>& words) {
  return words.size() <= command.path.size() && std::equal(words.begin(), words.end(), command.path.begin());
}

std::vector<std::string> next_words(const std::vector<std::string>& path) {
  std::vector<std::string> next;
  for (const Command& command : all_commands()) {
    if (!starts_with(command, path) || command.path.size() == path.size()) continue;
    const std::string& word = command.path[path.size()];
    if (std::find(next.begin(), next.end(), word) == next.end()) next.push_back(word);
  }
  return next;
}

// Splits the line into the command's words and the rest. Options may stand before and between the command's words.
struct Split {
  std::vector<std::string> path;
  std::vector<std::string> rest;
  const Command* command = nullptr;
};

bool is_global_with_value(const std::string& word) {
  const auto& globals = global_options();
  return std::any_of(globals.begin(), globals.end(),
                     [&](const Option& option) { return option.name == word && !option.value_name.empty(); });
}

Split split(std::span<const std::string> words) {
  Split split;
  std::size_t i = 0;
  bool complete = false;
  while (i < words.size() && !complete) {
    const std::string& word = words[i++];
    if (word.starts_with("-")) {
      split.rest.push_back(word);
      if (is_global_with_value(word) && i < words.size()) split.rest.push_back(words[i++]);
      continue;
    }
    split.path.push_back(word);
    for (const Command& command : all_commands()) {
      if (command.path == split.path) split.command = &command;
    }
    complete = split.command != nullptr || next_words(split.path).empty();
  }
  split.rest.insert(split.rest.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
  const auto end_of_options = std::find(split.rest.begin(), split.rest.end(), "--");
  std::replace(split.rest.begin(), end_of_options, std::string("-h"), std::string("--help"));
  return split;
}

Error unknown_command(const std::vector<std::string>& path) {
  std::vector<std::string> known = path;
  while (!known.empty() && next_words(known).empty()) known.pop_back();
  const std::vector<std::string> next = next_words(known);
  if (known.size() < path.size()) {
    const std::string& word = path[known.size()];
    const std::string after = known.empty() ? std::string() : " after \"" + joined(known, " ") + "\"";
    return usage("there is no command \"" + word + "\"" + after + "." + did_you_mean(word, next) + " See: haki " +
                 (known.empty() ? std::string() : joined(known, " ") + " ") + "--help");
  }
  return usage("say what to do after \"" + joined(path, " ") + "\": " + joined(next, ", ") + ".");
}

Result<> check_choice(const std::string& name, const std::vector<std::string>& choices, const std::string& value) {
  if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) return {};
  return usage(name + " must be one of " + joined(choices, ", ") + "." + did_you_mean(value, choices));
}

Result<> take_options(const std::list<Slot>& slots, Arguments& arguments) {
  for (const Slot& slot : slots) {
    const Option& option = *slot.option;
    if (slot.parsed->count() == 0) {
      if (option.required) return usage(option.name + " " + option.value_name + " is needed: " + option.help);
      continue;
    }
    if (option.value_name.empty()) {
      arguments.add_switch(option.name);
      continue;
    }
    if (slot.values.size() > 1 && !option.repeated) return usage(option.name + " is given twice.");
    for (const std::string& value : slot.values) {
      HAKI_TRY(check_choice(option.name, option.choices, value));
      arguments.add(option.name, value);
    }
  }
  return {};
}

Result<> take_positionals(const Command& command, const std::vector<std::string>& words, Arguments& arguments) {
  std::size_t taken = 0;
  for (const Positional& positional : command.positionals) {
    if (taken == words.size()) {
      if (!positional.required) break;
      return usage(positional.name + " is missing: " + positional.help);
    }
    const std::size_t until = positional.many ? words.size() : taken + 1;
    for (; taken < until; ++taken) {
      HAKI_TRY(check_choice(positional.name, positional.choices, words[taken]));
      arguments.add(positional.name, words[taken]);
    }
  }
  if (taken == words.size()) return {};
  const std::string& extra = words[taken];
  if (extra.find('=') != std::string::npos && command.option("--set") != nullptr) {
    return usage("put --set before \"" + extra.substr(0, extra.find('=')) + "=...\".");
  }
  return usage("\"" + extra + "\" is one word too many for haki " + command.words() + ".");
}

Error unknown_option(const Command& command, std::string word) {
  word = word.substr(0, word.find('='));
  std::vector<std::string> known;
  for (const Option& option : command.options) known.push_back(option.name);
  for (const Option& option : global_options()) known.push_back(option.name);
  return usage("haki " + command.words() + " has no option " + word + "." + did_you_mean(word, known));
}

Result<> parse_rest(const std::vector<std::string>& rest, Invocation& invocation) {
  static const std::vector<Option> kNoOptions;
  CLI::App app;
  app.set_help_flag();  // --help is an option of ours like any other
  app.allow_extras(true);
  std::list<Slot> slots;
  add_options(app, global_options(), slots);
  const std::size_t globals = slots.size();
  add_options(app, invocation.command != nullptr ? invocation.command->options : kNoOptions, slots);
  // Words that belong to no option. "--" ends the options, so that a text may begin with a dash.
  const auto end_of_options = std::find(rest.begin(), rest.end(), "--");
  std::vector<std::string> words(std::make_reverse_iterator(end_of_options), rest.rend());
  try {
    app.parse(words);
  } catch (const CLI::ArgumentMismatch&) {
    for (const Slot& slot : slots) {
      const auto last = std::find(rest.rbegin(), rest.rend(), slot.option->name);
      if (last == rest.rbegin() && !slot.option->value_name.empty()) {
        return usage(slot.option->name + " needs a value: " + slot.option->name + " " + slot.option->value_name);
      }
    }
    return usage("an option of the line has no value, or one too many.");
  } catch (const std::exception& error) {
    return usage(std::string("this line cannot be understood: ") + error.what());
  }

  std::list<Slot> own;
  own.splice(own.begin(), slots, std::next(slots.begin(), static_cast<std::ptrdiff_t>(globals)), slots.end());
  Arguments global;
  HAKI_TRY(take_options(slots, global));
  invocation.help = global.has("--help");
  invocation.version = global.has("--version");
  invocation.json = global.has("--json");
  invocation.home = global.one("--home");
  invocation.language = global.one("--lang");
  if (global.has("--home") && invocation.home.empty()) return usage("--home needs a directory.");
  if (invocation.command == nullptr || invocation.help) return {};

  std::vector<std::string> positionals = app.remaining();
  for (const std::string& word : positionals) {
    if (word.size() > 1 && word.starts_with("-")) return unknown_option(*invocation.command, word);
  }
  if (end_of_options != rest.end()) positionals.insert(positionals.end(), end_of_options + 1, rest.end());
  HAKI_TRY(take_positionals(*invocation.command, positionals, invocation.arguments));
  return take_options(own, invocation.arguments);
}

}  // namespace

Result<Invocation> parse_command_line(std::span<const std::string> words_after_program) {
  Split parts = split(words_after_program);
  Invocation invocation;
  invocation.command = parts.command;
  invocation.topic = parts.path;
  const bool asks =
      std::any_of(parts.rest.begin(), parts.rest.end(), [](const std::string& word) { return word == "--help"; });
  if (parts.command == nullptr && !parts.path.empty() && (!asks || next_words(parts.path).empty())) {
    return unknown_command(parts.path);
  }
  HAKI_TRY(parse_rest(parts.rest, invocation));
  return invocation;
}

}  // namespace haki::cli
