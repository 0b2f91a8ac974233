#include "cli/completion.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "cli/command.h"

namespace haki::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

void add_once(std::vector<std::string>& words, const std::string& word) {
  if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
}

// What may follow the words of a command or of a group, by those words: "" -> found, invite, ...; "review" -> queue,
// ...
struct Step {
  std::vector<std::string> next;
  bool files = false;
  const Command* command = nullptr;
};

std::map<std::string, Step> steps() {
  std::map<std::string, Step> steps;
  for (const Command& command : all_commands()) {
    std::vector<std::string> before;
    for (const std::string& word : command.path) {
      add_once(steps[joined(before)].next, word);
      before.push_back(word);
    }
    Step& step = steps[command.words()];
    step.command = &command;
    for (const Positional& positional : command.positionals) {
      step.files = step.files || positional.completes == Completes::kFile;
      for (const std::string& choice : positional.choices) add_once(step.next, choice);
    }
    for (const Option& option : command.options) {
      add_once(step.next, option.name);
    }
  }
  for (auto& [words, step] : steps) {
    for (const Option& option : global_options()) add_once(step.next, option.name);
  }
  return steps;
}

// Options that take a value, by what the value may be.
struct Values {
  std::map<std::string, std::vector<std::string>> choices;
  std::set<std::string> files;
  std::set<std::string> others;
};

Values values() {
  Values values;
  const auto add = [&](const Option& option) {
    if (option.value_name.empty()) return;
    if (!option.choices.empty()) {
      for (const std::string& choice : option.choices) add_once(values.choices[option.name], choice);
    } else if (option.completes == Completes::kFile) {
      values.files.insert(option.name);
    } else {
      values.others.insert(option.name);
    }
  };
  for (const Command& command : all_commands()) {
    for (const Option& option : command.options) add(option);
  }
  for (const Option& option : global_options()) add(option);
  return values;
}

std::string alternatives(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : "|") + word;
  return text;
}

// The steps with most words first, so that a pattern "review*" does not catch "review approve".
std::vector<std::pair<std::string, Step>> longest_first() {
  const auto all = steps();
  std::vector<std::pair<std::string, Step>> sorted(all.begin(), all.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& one, const auto& other) { return one.first.size() > other.first.size(); });
  return sorted;
}

std::string pattern_of(const std::string& words) { return words.empty() ? "' '" : "' " + words + " '*"; }

std::string bash() {
  const Values known = values();
  std::string script =
      "# bash completion of haki: haki completion bash > /etc/bash_completion.d/haki\n"
      "_haki() {\n"
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" path=' ' next='' files='' i\n"
      "  COMPREPLY=()\n"
      "  case \"${COMP_WORDS[COMP_CWORD-1]}\" in\n";
  for (const auto& [name, choices] : known.choices) {
    script += "    " + name + ") COMPREPLY=($(compgen -W '" + joined(choices) + "' -- \"$current\")); return ;;\n";
  }
  script += "    " + alternatives(known.files) + ") COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n";
  script += "    " + alternatives(known.others) + ") return ;;\n  esac\n";
  script +=
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"${COMP_WORDS[i]}\" in\n"
      "      --home|--lang) ((i++)) ;;\n"
      "      -*) ;;\n"
      "      *) path+=\"${COMP_WORDS[i]} \" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$path\" in\n";
  for (const auto& [words, step] : longest_first()) {
    script +=
        "    " + pattern_of(words) + ") next='" + joined(step.next) + "'" + (step.files ? "; files=yes" : "") + " ;;\n";
  }
  return script +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$next\" -- \"$current\"))\n"
         "  if [[ -n $files ]]; then COMPREPLY+=($(compgen -f -- \"$current\")); fi\n"
         "}\n"
         "complete -o filenames -F _haki haki\n";
}

std::string zsh() {
  const Values known = values();
  std::string script =
      "#compdef haki\n"
      "# zsh completion of haki: haki completion zsh > \"${fpath[1]}/_haki\"\n"
      "_haki() {\n"
      "  local path_=' ' skip='' word\n"
      "  case \"${words[CURRENT-1]}\" in\n";
  for (const auto& [name, choices] : known.choices)
    script += "    " + name + ") compadd -- " + joined(choices) + "; return ;;\n";
  script += "    " + alternatives(known.files) + ") _files; return ;;\n";
  script += "    " + alternatives(known.others) + ") return ;;\n  esac\n";
  script +=
      "  for word in \"${(@)words[2,CURRENT-1]}\"; do\n"
      "    if [[ -n $skip ]]; then skip=''; continue; fi\n"
      "    case \"$word\" in\n"
      "      --home|--lang) skip=yes ;;\n"
      "      -*) ;;\n"
      "      *) path_+=\"$word \" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$path_\" in\n";
  for (const auto& [words, step] : longest_first()) {
    script +=
        "    " + pattern_of(words) + ") compadd -- " + joined(step.next) + (step.files ? "; _files" : "") + " ;;\n";
  }
  return script + "  esac\n}\ncompdef _haki haki\n";
}

std::string shell_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("\\'") : std::string(1, c);
  return result + "'";
}

std::string fish() {
  std::string script =
      "# fish completion of haki: haki completion fish > ~/.config/fish/completions/haki.fish\n"
      "function __haki_path\n"
      "  set -l path ' '\n"
      "  set -l skip no\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    if test $skip = yes\n"
      "      set skip no\n"
      "    else if contains -- $word --home --lang\n"
      "      set skip yes\n"
      "    else if not string match -q -- '-*' $word\n"
      "      set path \"$path$word \"\n"
      "    end\n"
      "  end\n"
      "  echo $path\n"
      "end\n"
      "complete -c haki -f\n";
  const auto complete_option = [](const std::string& condition, const Option& option) {
    std::string line = "complete -c haki" + condition + " -l " + option.name.substr(2);
    if (!option.value_name.empty()) line += option.completes == Completes::kFile ? " -r -F" : " -x";
    if (!option.choices.empty()) line += " -a " + shell_quoted(joined(option.choices));
    return line + " -d " + shell_quoted(option.help) + "\n";
  };
  for (const Option& option : global_options()) script += complete_option("", option);
  for (const auto& [words, step] : steps()) {
    const std::string here =
        words.empty() ? "test (__haki_path) = \" \"" : "string match -q -- \" " + words + " *\" (__haki_path)";
    const std::string condition = " -n " + shell_quoted(here);
    for (const std::string& word : step.next) {
      if (word.starts_with("--")) continue;
      std::string help;
      for (const Command& command : all_commands()) {
        if (command.words() == (words.empty() ? word : words + " " + word)) help = command.summary;
      }
      script += "complete -c haki" + condition + " -a " + word + (help.empty() ? "" : " -d " + shell_quoted(help)) + "\n";
    }
    if (step.command == nullptr) continue;
    if (step.files) script += "complete -c haki" + condition + " -F\n";
    for (const Option& option : step.command->options) {
      script += complete_option(condition, option);
    }
  }
  return script;
}

}  // namespace

std::string completion_script(const std::string& shell) {
  if (shell == "bash") return bash();
  return shell == "zsh" ? zsh() : fish();
}

}  // namespace haki::cli
