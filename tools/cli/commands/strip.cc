#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/files.h"
#include "cli/text.h"
#include "media/media.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_strip(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const Bytes stripped, media::without_private_facts(context.path(arguments.one("FILE"))));
  const std::string out = context.path(arguments.one("--out"));
  HAKI_TRY(write_private_file(out, as_text(stripped)));
  context.print(Output::object({{"out", out}, {"bytes", std::uint64_t{stripped.size()}}}),
                [](const Output& printed) { return one_line(printed["out"].text()) + "\n"; });
  return ExitCode::kDone;
}

}  // namespace

Command strip() {
  return {.path = {"strip"},
          .summary = "A copy of a photo without what it says of itself: place, time, device",
          .example = "haki strip IMG_0042.jpg --out shared.jpg",
          .more = "For JPEG and PNG. The pixels stay as they are. It needs no home.",
          .positionals = {{.name = "FILE", .help = "the photo", .completes = Completes::kFile}},
          .options = {{.name = "--out", .value_name = "FILE", .help = "where to", .required = true, .completes = Completes::kFile}},
          .needs = Needs::kNothing,
          .run = run_strip};
}

}  // namespace haki::cli::commands
