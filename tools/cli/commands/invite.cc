#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/files.h"
#include "cli/text.h"
#include "cli/times.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run(Context& context, const Arguments& arguments) {
  InviteOptions options;
  options.role = arguments.one("--role");
  options.name = arguments.one("--name");
  options.organisation = arguments.one("--organisation");
  options.districts = arguments.all("--district");
  HAKI_ASSIGN(const Invite invite, context.client().invite(options));

  Output output = Output::object({{"name", options.name},
                                  {"role", options.role},
                                  {"organisation", options.organisation},
                                  {"districts", Output::strings(options.districts)},
                                  {"expires", time_output(invite.expires_ms)}});
  const std::string expires = " It works once, until " + time_in_words(invite.expires_ms, now_ms()) + ".";
  if (arguments.has("--out")) {
    HAKI_TRY(write_private_file(context.path(arguments.one("--out")), invite.text + "\n"));
    output.put("file", arguments.one("--out"));
    context.print(output, [](const Output&) { return std::string(); });
    context.say("The invite for " + one_line(options.name) + " is in " + arguments.one("--out") +
                ". Hand it over in person, or in a way that only they can read." + expires);
    return ExitCode::kDone;
  }
  output.put("invite", invite.text);
  context.print(output, [](const Output& printed) { return printed["invite"].text() + "\n"; });
  context.say("This is the invite for " + one_line(options.name) +
              ". Hand it over in person, or in a way that only they can read." + expires);
  return ExitCode::kDone;
}

}  // namespace

Command invite() {
  return {
      .path = {"invite"},
      .summary = "Invite a person; the invite is what they join with",
      .example =
          "haki invite --role monitor --name 'Wanjiru' --organisation 'Haki Yetu' --district KE041 --out wanjiru.haki",
      .options =
          {{.name = "--role",
            .value_name = "ROLE",
            .help = "monitor, clinic, lead or auditor",
            .required = true,
            .completes = Completes::kChoice,
            .choices = {"monitor", "clinic", "lead", "auditor"}},
           {.name = "--name", .value_name = "NAME", .help = "the person's name in the coalition", .required = true},
           {.name = "--organisation", .value_name = "NAME", .help = "their organisation"},
           {.name = "--district", .value_name = "PCODE", .help = "a district they work in", .repeated = true},
           {.name = "--out",
            .value_name = "FILE",
            .help = "write the invite into this file",
            .completes = Completes::kFile},
           {.name = "--another-device", .value_name = "MEMBER", .help = "a second device for a member", .later = true},
           {.name = "--qr", .value_name = "FILE.png", .help = "the invite as a picture to scan", .later = true}},
      .leads_only = true,
      .run = run};
}

}  // namespace haki::cli::commands
