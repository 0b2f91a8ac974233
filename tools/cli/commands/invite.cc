#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/files.h"
#include "cli/text.h"
#include "cli/times.h"
#include "formats/qr.h"

namespace haki::cli::commands {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kQrLastsMs = 24 * kHourMs;         // shown from screen to camera, with both people there
constexpr std::int64_t kFileLastsMs = 14 * 24 * kHourMs;  // sent to somebody who may be in the field
constexpr std::string_view kTerminal = "-";

Result<InviteOptions> options_of(const Arguments& arguments) {
  InviteOptions options;
  options.role = arguments.one("--role");
  options.name = arguments.one("--name");
  options.organisation = arguments.one("--organisation");
  options.districts = arguments.all("--district");
  options.another_device = arguments.one("--another-device");
  const bool by_qr_alone = arguments.has("--qr") && !arguments.has("--out");
  options.lasts_ms = by_qr_alone ? kQrLastsMs : kFileLastsMs;
  if (arguments.has("--expires")) {
    HAKI_ASSIGN(options.lasts_ms, read_duration_ms(arguments.one("--expires")));
  }
  return options;
}

// Writes or draws the QR code; the drawing becomes part of the output.
Result<> give_qr(Context& context, const std::string& where, const Invite& invite, Output& output) {
  const bool on_terminal = where == kTerminal;
  HAKI_ASSIGN(const auto code,
              formats::QrCode::of(invite.qr_text, on_terminal ? formats::QrUse::kScreen : formats::QrUse::kPaper));
  if (on_terminal) {
    HAKI_ASSIGN(std::string drawn, formats::qr_text(code, context.columns(), context.streams().out_is_terminal));
    output.put("qr", std::move(drawn));
    return {};
  }
  HAKI_ASSIGN(const std::string png, formats::qr_png(code));
  HAKI_TRY(write_private_file(context.path(where), png));
  output.put("qr_file", where);
  return {};
}

// Where it is, and how to hand it over.
std::string hand_over(const Output& output) {
  const std::string whom = one_line(output["name"].text());
  std::string text;
  if (!output["file"].is_null()) text = "The invite for " + whom + " is in " + output["file"].text() + ". ";
  if (!output["qr_file"].is_null()) {
    text += (text.empty() ? "The invite for " + whom + " is" : std::string("It is also")) + " a QR code in " +
            output["qr_file"].text() + ". ";
  }
  if (text.empty()) text = "This is the invite for " + whom + ". ";
  const bool by_camera = output["file"].is_null() && output["invite"].is_null();
  return text + (by_camera ? "Let only them scan it" : "Hand it over in person, or in a way that only they can read") +
         ". It works once, for " + duration_in_words(output["lasts_hours"].number() * kHourMs) + ", until " +
         time_in_words(time_of(output["expires"]), now_ms()) + ".";
}

Result<ExitCode> run_invite(Context& context, const Arguments& arguments) {
  const bool another = arguments.has("--another-device");
  if (!another && (!arguments.has("--role") || !arguments.has("--name"))) {
    return context.usage("--role ROLE and --name NAME are needed, or --another-device MEMBER.", "invite");
  }
  auto options = options_of(arguments);
  if (!options) return context.usage(options.error().message, "invite");
  HAKI_ASSIGN(const Invite invite, context.client().invite(*options));
  Output output = Output::object({{"name", invite.name},
                                  {"role", invite.role},
                                  {"organisation", invite.organisation},
                                  {"districts", Output::strings(invite.districts)},
                                  {"another_device", another},
                                  {"lasts_hours", options->lasts_ms / kHourMs},
                                  {"expires", time_output(invite.expires_ms)}});
  // First what can turn out not to fit.
  if (arguments.has("--qr")) HAKI_TRY(give_qr(context, arguments.one("--qr"), invite, output));
  if (arguments.has("--out")) {
    HAKI_TRY(write_private_file(context.path(arguments.one("--out")), invite.text + "\n"));
    output.put("file", arguments.one("--out"));
  }
  if (!arguments.has("--out") && !arguments.has("--qr")) output.put("invite", invite.text);
  context.print(output, [](const Output& printed) {
    return printed["qr"].text() + (printed["invite"].is_null() ? "" : printed["invite"].text() + "\n");
  });
  context.say(hand_over(output));
  return ExitCode::kDone;
}

}  // namespace

Command invite() {
  return {
      .path = {"invite"},
      .summary = "Invite a person, or a second device; the invite is what they join with",
      .example =
          "haki invite --role monitor --name 'Wanjiru' --organisation 'Haki Yetu' --district KE041 --out wanjiru.haki",
      .more =
          "It works once, and holds nothing that is of use afterwards. A QR code alone lasts 24 hours, a file or text "
          "14 days. "
          "After joining, compare the words that both sides see: haki member pending.",
      .options = {{.name = "--role",
                   .value_name = "ROLE",
                   .help = "monitor, clinic, lead or auditor",
                   .completes = Completes::kChoice,
                   .choices = {"monitor", "clinic", "lead", "auditor"}},
                  {.name = "--name", .value_name = "NAME", .help = "the person's name in the coalition"},
                  {.name = "--organisation", .value_name = "NAME", .help = "their organisation"},
                  {.name = "--district", .value_name = "PCODE", .help = "a district they work in", .repeated = true},
                  {.name = "--another-device",
                   .value_name = "MEMBER",
                   .help = "instead: a further device of this member, with the same name, role and organisation"},
                  {.name = "--expires", .value_name = "TIME", .help = "how long it can be used: 24h, 14d; at most 30d"},
                  {.name = "--out",
                   .value_name = "FILE",
                   .help = "write the invite into this file, which only you can read",
                   .completes = Completes::kFile},
                  {.name = "--qr",
                   .value_name = "FILE.png",
                   .help = "the invite as a picture to scan; - draws it on the terminal",
                   .completes = Completes::kFile}},
      .leads_only = true,
      .run = run_invite};
}

}  // namespace haki::cli::commands
