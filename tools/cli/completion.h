// Shell completion, made from the table of commands.
#pragma once

#include <string>

namespace haki::cli {

// The script for "bash", "zsh" or "fish", to be sourced or put where the shell looks for such files.
std::string completion_script(const std::string& shell);

}  // namespace haki::cli
