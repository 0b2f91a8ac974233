#include "cli/commands/all.h"
#include "cli/context.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_version(Context& context, const Arguments&) {
  context.print(Output::object({{"version", HAKI_VERSION}}),
                [](const Output& output) { return "haki " + output["version"].text() + "\n"; });
  return ExitCode::kDone;
}

}  // namespace

Command version() {
  return {.path = {"version"},
          .summary = "Which version this is",
          .example = "haki version",
          .needs = Needs::kNothing,
          .run = run_version};
}

}  // namespace haki::cli::commands
