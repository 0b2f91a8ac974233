// From argv to a command and its checked arguments. Pure but for the environment values it is given.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/command.h"

namespace haki::cli {

struct Invocation {
  const Command* command = nullptr;  // null: help was asked for, or only a version
  std::vector<std::string> topic;    // the words help is asked about; may be a group such as {"review"}
  bool help = false;
  bool version = false;
  bool json = false;
  std::string home;      // empty: not said
  std::string language;  // empty: not said
  Arguments arguments;
};

// kInvalid (exit 2) says what is wrong with the line.
Result<Invocation> parse_command_line(std::span<const std::string> words_after_program);

}  // namespace haki::cli
