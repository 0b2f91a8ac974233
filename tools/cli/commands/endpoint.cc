// endpoint show, set.
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/files.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_endpoint_show(Context& context, const Arguments& arguments) {
  if (arguments.has("--out")) {
    HAKI_ASSIGN(const std::string text, context.client().trust().move_file());
    HAKI_TRY(write_private_file(context.path(arguments.one("--out")), text + "\n"));
    context.say("Carry " + arguments.one("--out") + " to those who cannot reach the old server: haki endpoint set FILE. No secret is in it.");
  }
  context.print(Output::object({{"server", context.client().trust().server()}}),
                [](const Output& output) { return one_line(output["server"].text()) + "\n"; });
  return ExitCode::kDone;
}

Result<ExitCode> run_endpoint_set(Context& context, const Arguments& arguments) {
  const std::string& where = arguments.one("WHERE");
  const bool url = where.starts_with("https://") || where.starts_with("http://");
  Result<std::string> said = std::string();
  if (url) {
    said = context.client().trust().move_server(where, arguments.one("--token"));
  } else {
    said = context.client().trust().take_move_file(context.prepared());
  }
  if (!said) return said.error();
  context.print(Output::object({{"done", *said}, {"server", context.client().trust().server()}}),
                [](const Output& output) { return one_line(output["done"].text()) + "\n"; });
  return ExitCode::kDone;
}

Result<std::string> read_move(const Arguments& arguments) {
  const std::string& where = arguments.one("WHERE");
  if (where.starts_with("https://") || where.starts_with("http://")) return std::string();
  return read_file(where, 4 * 1024 * 1024);
}

}  // namespace

Command endpoint_show() {
  return {.path = {"endpoint", "show"},
          .summary = "Which server is used",
          .example = "haki endpoint show",
          .options = {{.name = "--out",
                       .value_name = "FILE",
                       .help = "the signed member list as a file, for devices that the old server cannot tell of a move",
                       .completes = Completes::kFile}},
          .run = run_endpoint_show};
}

Command endpoint_set() {
  return {.path = {"endpoint", "set"},
          .summary = "Move the coalition to another address or server",
          .example = "haki endpoint set https://haki.example.org",
          .more = "For another server, --token takes the founding token of its operator: the coalition goes there, and the leads' devices "
                  "fill it again. Where the old server is gone, the others take the file of haki endpoint show --out.",
          .positionals = {{.name = "WHERE", .help = "an address, or a file from haki endpoint show --out", .completes = Completes::kFile}},
          .options = {{.name = "--token", .value_name = "TOKEN", .help = "of another server, from its operator"}},
          .prepare = read_move,
          .run = run_endpoint_set};
}

}  // namespace haki::cli::commands
