#include "cli/help.h"

#include <algorithm>

namespace haki::cli {
namespace {

constexpr std::size_t kWidth = 96;

// Breaks `text` at spaces; every line but the first is indented, the first is expected to stand at `indent` already.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string result;
  std::size_t column = indent;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t until = std::min(text.find(' ', from), text.size());
    const std::string word = text.substr(from, until - from);
    if (column > indent && column + 1 + word.size() > kWidth) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    from = until + 1;
  }
  return result;
}

using Row = std::pair<std::string, std::string>;

std::string two_columns(const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const auto& [left, right] : rows) width = std::max(width, std::min<std::size_t>(left.size(), 34));
  std::string text;
  for (const auto& [left, right] : rows) {
    text += "  " + left;
    if (left.size() > width) text += "\n" + std::string(width + 4, ' ');
    else text += std::string(width + 2 - left.size(), ' ');
    text += wrapped(right, width + 4) + "\n";
  }
  return text;
}

std::string option_words(const Option& option) {
  return option.value_name.empty() ? option.name : option.name + " " + option.value_name;
}

std::string positional_words(const Positional& positional) {
  const std::string name = positional.many ? positional.name + "..." : positional.name;
  return positional.required ? name : "[" + name + "]";
}

bool begins_with(const Command& command, const std::vector<std::string>& topic) {
  return command.path.size() >= topic.size() && std::equal(topic.begin(), topic.end(), command.path.begin());
}

std::string list_of_commands(const std::vector<std::string>& topic) {
  std::vector<Row> commands;
  for (const Command& command : all_commands()) {
    if (begins_with(command, topic)) commands.emplace_back(command.words(), command.summary);
  }
  return commands.empty() ? std::string() : "Commands:\n" + two_columns(commands);
}

}  // namespace

std::string usage_line(const Command& command) {
  std::string line = "haki " + command.words();
  for (const Positional& positional : command.positionals) line += " " + positional_words(positional);
  for (const Option& option : command.options) {
    const std::string words = option_words(option) + (option.repeated ? "..." : "");
    line += option.required ? " " + words : " [" + words + "]";
  }
  return line;
}

std::string help_for(const Command& command) {
  std::string text = command.summary + ".\n";
  if (!command.more.empty()) text += wrapped(command.more, 0) + "\n";
  if (command.leads_only) text += "Only a lead can do this.\n";
  text += "\nUsage:\n  " + wrapped(usage_line(command), 6) + "\n";
  std::vector<Row> rows;
  for (const Positional& positional : command.positionals)
    rows.emplace_back(positional_words(positional), positional.help);
  for (const Option& option : command.options) {
    rows.emplace_back(option_words(option), option.help + (option.repeated ? "; may be given again" : ""));
  }
  if (!rows.empty()) text += "\n" + two_columns(rows);
  std::vector<Row> everywhere;
  for (const Option& option : global_options()) everywhere.emplace_back(option_words(option), option.help);
  return text + "\nEverywhere:\n" + two_columns(everywhere) + "\nExample:\n  " + command.example + "\n";
}

std::string help_for_all() {
  std::vector<Row> everywhere;
  for (const Option& option : global_options()) everywhere.emplace_back(option_words(option), option.help);
  return "Haki follows up the Universal Periodic Review: record offline, exchange sealed, review, score.\n"
         "\nUsage:\n  haki COMMAND [words and options]\n  haki COMMAND --help\n\n" +
         list_of_commands({}) + "\nEverywhere:\n" + two_columns(everywhere) +
         "\nThe passphrase comes from $HAKI_PASSPHRASE, or is asked for without showing it.\n"
         "Exit codes: 0 done; 1 failed, nothing lost; 2 usage; 3 locked or wrong passphrase; 4 no network, work is "
         "kept;\n"
         "5 done in part, the rest is listed; 6 removed from the coalition, own data kept.\n"
         "\nExample:\n  haki new observation --set narrative='The well at the school is dry' --set district=KE041 "
         "--submit\n";
}

std::string help_for(const std::vector<std::string>& topic) {
  if (topic.empty()) return help_for_all();
  std::string example;
  for (const Command& command : all_commands()) {
    if (command.path == topic) return help_for(command);
    if (example.empty() && begins_with(command, topic)) example = command.example;
  }
  return list_of_commands(topic) + "\nExample:\n  " + example + "\n";
}

}  // namespace haki::cli
