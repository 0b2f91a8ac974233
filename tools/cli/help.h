// What --help prints, made from the table of commands.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace haki::cli {

std::string help_for_all();
std::string help_for(const Command& command);
// Help for the words of a group such as {"review"}, for a command's words, or for everything where there are none.
std::string help_for(const std::vector<std::string>& topic);

// "haki review return ID --reason TEXT"
std::string usage_line(const Command& command);

}  // namespace haki::cli
