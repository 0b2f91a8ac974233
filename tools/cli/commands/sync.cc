#include "cli/commands/sync.h"

#include <algorithm>

#include "cli/commands/all.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

constexpr std::int64_t kSliceMs = 2'000;

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

void put_files(Output& output, const TransferReport& files) {
  output.put("files_sent", files.sent);
  output.put("files_received", files.received);
  output.put("files_unsent", files.unsent);
  output.put("files_missing", files.missing);
  output.put("file_bytes_up", files.bytes_up);
  output.put("file_bytes_down", files.bytes_down);
}

std::string files_text(const TransferReport& files) {
  std::string text;
  const auto number = [](std::uint64_t count) { return static_cast<std::int64_t>(count); };
  if (files.sent + files.received > 0) {
    text += "Files: " + std::to_string(files.sent) + " sent, " + std::to_string(files.received) + " received (" +
            bytes_in_words(number(files.bytes_up)) + " up, " + bytes_in_words(number(files.bytes_down)) + " down).\n";
  }
  if (files.unsent > 0) text += counted(number(files.unsent), "file waits", "files wait") + " on this device; they go on with the next sync.\n";
  return text;
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

// Files come after records, in slices, so that others' commands in this home need not wait for the last byte.
Result<TransferReport> move_files(Context& context, bool metered) {
  TransferReport all;
  for (;;) {
    auto slice = context.client().transfer({kSliceMs, metered}, context.progress("Files"));
    if (!slice) return slice.error();
    all.sent += slice->sent;
    all.received += slice->received;
    all.unsent = slice->unsent;
    all.missing = slice->missing;
    all.bytes_up += slice->bytes_up;
    all.bytes_down += slice->bytes_down;
    for (std::string& note : slice->notes) {
      if (std::ranges::find(all.notes, note) == all.notes.end()) all.notes.push_back(std::move(note));
    }
    if (!slice->unfinished || !context.let_others()) return all;
  }
}

Result<ExitCode> run_sync(Context& context, const Arguments& arguments) {
  auto report = context.client().sync(context.progress("Exchanging"));
  if (report && (report->wiped || arguments.has("--records-only"))) return print_sync(context, *report);
  if (report) {
    context.finish_progress();
    const auto files = move_files(context, arguments.has("--metered"));
    context.finish_progress();
    const ExitCode code = print_sync(context, *report, files ? &*files : nullptr);
    if (files) {
      for (const std::string& note : files->notes) context.say(note);
      const auto bundles = context.client().couriers().forward();
      if (bundles) say_forwarded(context, *bundles);
      else context.complain(bundles.error().message);
      return code;
    }
    context.complain(files.error().message);
    return exit_code_of(files.error().code);
  }
  context.complain(report.error().message);
  if (report.error().code == Code::kNetwork) {
    const auto status = context.client().status();
    if (status && status->unsent_records > 0) {
      const auto count = static_cast<std::int64_t>(status->unsent_records);
      context.say(counted(count, "record is only on this device. It is", "records are only on this device. They are") +
                  (status->barred == 0 ? " safe here and will be sent with the next exchange."
                                       : " safe here. 'haki outbox' says what is sent with the next exchange, and what stays."));
    }
  }
  return exit_code_of(report.error().code);
}

}  // namespace

bool something_happened(const SyncReport& report) {
  return report.sent + report.received + report.quarantined + report.held + report.admitted != 0 ||
         report.waiting_for_admission || !report.notes.empty();
}

ExitCode print_sync(Context& context, const SyncReport& report, const TransferReport* files) {
  Output output = sync_output(report);
  if (files != nullptr) put_files(output, *files);
  context.print(output, [&](const Output& printed) { return sync_text(printed) + (files ? files_text(*files) : ""); });
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
                      {.name = "--interval", .value_name = "SECONDS", .help = "with --watch: how often (else 60)"},
                      {.name = "--metered", .value_name = "", .help = "this link costs money: large files wait, as haki policy says"},
                      {.name = "--records-only", .value_name = "", .help = "no photos and documents this time"}},
          .run = run_sync};
}

}  // namespace haki::cli::commands
