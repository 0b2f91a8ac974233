// Commands of the contract that a later version brings. They are known, so that nobody thinks they were mistyped.
#include "cli/commands/all.h"

namespace haki::cli::commands {
namespace {

Command comes_later(std::vector<std::string> path, std::string summary, std::string example) {
  return {.path = std::move(path), .summary = std::move(summary), .example = std::move(example), .later = true};
}

}  // namespace

std::vector<Command> later() {
  return {
      comes_later({"erase"}, "Destroy a record's content, and keep that it was there",
                  "haki erase 3f9a12c0 --reason 'Consent withdrawn'"),
  };
}

}  // namespace haki::cli::commands
