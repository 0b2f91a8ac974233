// What a command is: its words, what it takes, and what it does. A plain table, from which parsing, --help and shell
// completion are all made. Each command is one file in commands/.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"
#include "haki/result.h"

namespace haki::cli {

class Context;

// What a word on the command line may be, for shell completion.
enum class Completes { kNothing, kFile, kForm, kChoice };

struct Positional {
  std::string name;  // as help shows it: "FORM"
  std::string help;
  bool required = true;
  bool many = false;
  Completes completes = Completes::kNothing;
  std::vector<std::string> choices = {};  // not empty: one of these
};

struct Option {
  std::string name;        // "--set"
  std::string value_name;  // "FIELD=VALUE"; empty for a switch
  std::string help;
  bool repeated = false;
  bool required = false;
  bool resident = false;  // with it the command stays and owns the home itself
  Completes completes = Completes::kNothing;
  std::vector<std::string> choices = {};
};

// What a command found on its line, already checked against its spec.
class Arguments {
 public:
  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  // The (last) value of an option or positional; empty where it is not there.
  const std::string& one(std::string_view name) const;
  const std::vector<std::string>& all(std::string_view name) const;
  void add(std::string_view name, std::string value) { values_[std::string(name)].push_back(std::move(value)); }
  void add_switch(std::string_view name) { values_[std::string(name)]; }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// What must be there before the command runs.
enum class Needs {
  kNothing,
  kNewHome,   // the home's lock; the command makes the home
  kOpenHome,  // an open client, here or in the process that owns the home
  kControl    // speaks to the owner, or becomes it
};

// Runs where the person sits, before any home is opened and even if the command itself then runs in another process:
// reads files, and parses what strangers made in a process that holds no key. Its answer comes to `run` as
// Context::prepared().
using Prepare = Result<std::string> (*)(const Arguments&);
// Does the command. An Error is told on stderr and ends the program with exit_code_of().
using Run = Result<ExitCode> (*)(Context&, const Arguments&);

struct Command {
  std::vector<std::string> path;  // {"review", "return"}
  std::string summary;            // one line, for lists of commands
  std::string example;            // a whole command line; the tests parse it
  std::string more = {};          // further sentences for --help
  std::vector<Positional> positionals = {};
  std::vector<Option> options = {};
  Needs needs = Needs::kOpenHome;
  bool leads_only = false;
  // It sets a passphrase: from this variable, else asked for with these words. Then the present one is always needed as well.
  const char* new_passphrase_variable = nullptr;
  const char* new_passphrase_question = nullptr;
  Prepare prepare = nullptr;
  Run run = nullptr;

  std::string words() const;  // "review return"
  const Option* option(std::string_view name) const;
};

// All commands, in the order help shows them. `commands/` has one function for each.
const std::vector<Command>& all_commands();

// Options that every command takes.
const std::vector<Option>& global_options();

}  // namespace haki::cli
