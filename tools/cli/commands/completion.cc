#include "cli/completion.h"

#include "cli/commands/all.h"
#include "cli/context.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_completion(Context& context, const Arguments& arguments) {
  const std::string& shell = arguments.one("SHELL");
  context.print(Output::object({{"shell", shell}, {"script", completion_script(shell)}}),
                [](const Output& output) { return output["script"].text(); });
  return ExitCode::kDone;
}

}  // namespace

Command completion() {
  return {.path = {"completion"},
          .summary = "A script that completes haki's commands in your shell",
          .example = "haki completion bash",
          .positionals = {{.name = "SHELL",
                           .help = "bash, zsh or fish",
                           .completes = Completes::kChoice,
                           .choices = {"bash", "zsh", "fish"}}},
          .needs = Needs::kNothing,
          .run = run_completion};
}

}  // namespace haki::cli::commands
