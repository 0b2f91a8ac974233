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
      comes_later({"export", "dossier"}, "Records with their evidence, signed, that others can check",
                  "haki export dossier 3f9a12c0 --out dossier.zip"),
      comes_later({"verify"}, "Check a dossier, without a home", "haki verify dossier.zip"),
  };
}

}  // namespace haki::cli::commands
