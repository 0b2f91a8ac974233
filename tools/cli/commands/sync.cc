#include "cli/commands/sync.h"

#include "cli/commands/all.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

Output sync_output(const SyncReport& report) {
  return Output::object({{"sent", report.sent},
                         {"received", report.received},
                         {"quarantined", report.quarantined},
                         {"held", report.held},
                         {"bytes_up", report.bytes_up},
                         {"bytes_down", report.bytes_down},
                         {"round_trips", report.round_trips},
                         {"admitted", report.admitted},
                         {"waiting_for_admission", report.waiting_for_admission},
                         {"removed", report.removed},
                         {"wiped", report.wiped},
                         {"suspended", report.suspended},
                         {"notes", Output::strings(report.notes)}});
}

std::string sync_text(const Output& report) {
  const std::int64_t sent = report["sent"].number();
  const std::int64_t received = report["received"].number();
  std::string text;
  if (sent == 0 && received == 0) text = "Nothing new either way";
  else text = "Sent " + counted(sent, "change", "changes") + ", received " + counted(received, "change", "changes");
  text += " (" + bytes_in_words(report["bytes_up"].number()) + " up, " + bytes_in_words(report["bytes_down"].number()) +
          " down, " + counted(report["round_trips"].number(), "round trip", "round trips") + ").\n";
  if (report["admitted"].number() != 0) {
    text += "Admitted " + counted(report["admitted"].number(), "new member", "new members") + ".\n";
  }
  if (report["quarantined"].number() != 0) {
    text += counted(report["quarantined"].number(), "change waits", "changes wait") +
            " in quarantine for a person to look at.\n";
  }
  if (report["held"].number() != 0) {
    text += counted(report["held"].number(), "change is", "changes are") +
            " held until a key or a newer version of Haki is here; nothing to do.\n";
  }
  return text;
}

Result<ExitCode> run_sync(Context& context, const Arguments&) {
  auto report = context.client().sync(context.progress("Exchanging"));
  if (report) return print_sync(context, *report);
  context.complain(report.error().message);
  if (report.error().code == Code::kNetwork) {
    const auto status = context.client().status();
    if (status && status->unsent_records > 0) {
      const auto count = static_cast<std::int64_t>(status->unsent_records);
      context.say(counted(count, "record is only on this device. It is", "records are only on this device. They are") +
                  " safe here and will be sent with the next exchange.");
    }
  }
  return exit_code_of(report.error().code);
}

}  // namespace

bool something_happened(const SyncReport& report) {
  return report.sent + report.received + report.quarantined + report.held + report.admitted != 0 ||
         report.waiting_for_admission || !report.notes.empty();
}

ExitCode print_sync(Context& context, const SyncReport& report) {
  context.print(sync_output(report), sync_text);
  for (const std::string& note : report.notes) context.say(note);
  if (report.waiting_for_admission) {
    context.say(
        "A lead has not let this device in yet. Your work is kept here and goes out once that is done: ask the lead "
        "who invited you to run haki sync, then run it here again.");
  }
  if (report.wiped) {
    context.say(
        "This device was removed from the coalition, with the order to wipe it: the home on it was destroyed. What had not been "
        "sent was handed over first, as far as the network allowed.");
    return ExitCode::kRemoved;
  }
  if (report.removed) {
    context.say(
        "This device was removed from the coalition. What was recorded here stays, and can be read and exported here; nothing "
        "new comes in. What had not been sent was left for a lead to look at, unless they refuse it. If it was a mistake, ask for "
        "an invite and go on with this home: haki rejoin INVITE.");
    return ExitCode::kRemoved;
  }
  if (report.suspended) {
    context.say("A lead has suspended this device for now. Record on: your work is kept here and goes out when that is lifted.");
  }
  const bool partly = report.waiting_for_admission || report.quarantined != 0 || report.held != 0;
  return partly ? ExitCode::kPartly : ExitCode::kDone;
}

Result<ExitCode> say_decided(Context& context, const std::string& what) {
  context.print(Output::object({{"done", what}}), [](const Output& output) { return one_line(output["done"].text()) + "\n"; });
  const auto report = context.client().sync(context.progress("Exchanging"));
  context.finish_progress();
  if (!report) {
    context.say(report.error().message);
    return exit_code_of(report.error().code);
  }
  for (const std::string& note : report->notes) context.say(note);
  return ExitCode::kDone;
}

Command sync() {
  return {.path = {"sync"},
          .summary = "Exchange with the server: send what is here, get what is new",
          .example = "haki sync",
          .more = "Everything goes sealed. Without a network the work stays here and is sent next time (exit 4).",
          .options = {{.name = "--watch",
                       .value_name = "",
                       .help = "stay, and exchange again and again until Ctrl-C",
                       .resident = true},
                      {.name = "--interval", .value_name = "SECONDS", .help = "with --watch: how often (else 60)"}},
          .run = run_sync};
}

}  // namespace haki::cli::commands
