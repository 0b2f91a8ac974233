// bundle out, in: work that travels by hand.
#include <algorithm>
#include <charconv>

#include "cli/commands/all.h"
#include "cli/commands/sync.h"
#include "cli/context.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

std::int64_t number_of(std::uint64_t count) { return static_cast<std::int64_t>(count); }

// Bytes, with K or M (thousands) behind the number as people write them.
Result<std::size_t> size_wanted(const Arguments& arguments) {
  if (!arguments.has("--max-size")) return Couriers::kBytesDefault;
  std::string_view text = arguments.one("--max-size");
  std::size_t unit = 1;
  if (text.ends_with('K') || text.ends_with('k')) unit = 1'000;
  if (text.ends_with('M') || text.ends_with('m')) unit = 1'000'000;
  if (unit != 1) text.remove_suffix(1);
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Error{Code::kInvalid, "'" + arguments.one("--max-size") + "' is not a size. Write bytes, or a number with K or M: --max-size 500K."};
  }
  return count * unit;
}

std::string made_text(const Output& made) {
  std::string text;
  const std::int64_t changes = made["changes"].number(), attachments = made["attachments"].number();
  for (const Output& file : made["files"].array()) text += one_line(file.text()) + "\n";
  for (const Output& file : made["answers"].array()) text += one_line(file.text()) + "\n";
  text += changes + attachments == 0 ? "No changes of yours are in it; it asks for what is new."
                                     : "With " + counted(changes, "change", "changes") + " and " +
                                           counted(attachments, "attached file", "attached files") + ", sealed (" +
                                           bytes_in_words(made["bytes"].number()) + ").";
  return text + "\n";
}

Result<ExitCode> run_bundle_out(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const std::size_t bytes_max, size_wanted(arguments));
  HAKI_ASSIGN(const BundlesMade made, context.client().couriers().make(context.path(arguments.one("--out")), bytes_max));
  const Output output = Output::object({{"files", Output::strings(made.files)},
                                        {"answers", Output::strings(made.answers)},
                                        {"changes", made.changes},
                                        {"attachments", made.attachments},
                                        {"bytes", made.bytes}});
  context.print(output, made_text);
  for (const std::string& note : made.notes) context.say(note);
  const std::string it = made.files.size() == 1 ? "it" : "them";
  context.say("Any phone or stick can carry " + it + "; nobody on the way can open " + it +
              ". What is inside stays here too, until an answer says that it arrived.");
  if (!made.answers.empty()) {
    context.say(counted(number_of(made.answers.size()), "answer is for another device: carry it", "answers are for other devices: carry them") +
                " back to who gave you the bundle.");
  }
  return ExitCode::kDone;
}

struct AllTaken {
  std::uint64_t held = 0, answers = 0, attachments = 0, refused = 0;
  SyncReport report;
  ExitCode code = ExitCode::kDone;
};

void add_taken(AllTaken& all, const BundleTaken& taken) {
  all.held += taken.held ? 1 : 0;
  all.answers += taken.held ? 0 : 1;
  all.attachments += taken.attachments;
  SyncReport& sum = all.report;
  sum.sent += taken.report.sent;
  sum.received += taken.report.received;
  sum.quarantined += taken.report.quarantined;
  sum.held += taken.report.held;
  sum.admitted += taken.report.admitted;
  sum.wiped |= taken.report.wiped;
  sum.removed |= taken.report.removed;
  sum.suspended |= taken.report.suspended;
  for (const std::string& note : taken.report.notes) {
    if (std::ranges::find(sum.notes, note) == sum.notes.end()) sum.notes.push_back(note);
  }
}

std::string taken_text(const Output& all) {
  std::string text;
  if (all["answers"].number() > 0) {
    text += counted(all["answers"].number(), "answer", "answers") + " taken in: the server has " +
            counted(all["sent"].number(), "change", "changes") + " and " +
            counted(all["attachments"].number(), "attached file", "attached files") + " more of yours; " +
            counted(all["received"].number(), "change", "changes") + " received.\n";
  }
  if (all["held"].number() > 0) {
    text += counted(all["held"].number(), "bundle is held for another device; it goes", "bundles are held for others; they go") +
            " with the next sync.\n";
  }
  return text;
}

Result<ExitCode> run_bundle_in(Context& context, const Arguments& arguments) {
  AllTaken all;
  for (const std::string& file : arguments.all("FILE")) {
    const auto taken = context.client().couriers().take(context.path(file));
    if (!taken) {
      ++all.refused;
      context.complain(file + ": " + taken.error().message);
      if (all.code == ExitCode::kDone) all.code = exit_code_of(taken.error().code);
      continue;
    }
    add_taken(all, *taken);
    if (taken->report.wiped) break;  // there is no home any more
  }
  const SyncReport& report = all.report;
  const Output output = Output::object({{"held", all.held},
                                        {"answers", all.answers},
                                        {"sent", report.sent},
                                        {"attachments", all.attachments},
                                        {"received", report.received},
                                        {"quarantined", report.quarantined},
                                        {"refused", all.refused},
                                        {"removed", report.removed},
                                        {"wiped", report.wiped},
                                        {"notes", Output::strings(report.notes)}});
  context.print(output, taken_text);
  for (const std::string& note : report.notes) context.say(note);
  if (report.wiped) {
    context.say("This device was removed from the coalition, with the order to wipe it: the home on it was destroyed.");
  } else if (report.removed) {
    context.say("This device was removed from the coalition. What was recorded here stays, and can be read and exported here.");
  }
  if (report.removed || report.wiped) return ExitCode::kRemoved;
  if (all.code == ExitCode::kDone && (report.quarantined != 0 || report.held != 0)) return ExitCode::kPartly;
  return all.code;
}

}  // namespace

Command bundle_out() {
  return {.path = {"bundle", "out"},
          .summary = "Seal what waits to be sent into files that anybody can carry, and hand on answers for others",
          .example = "haki bundle out --out /media/stick",
          .more = "For where there is no network. The files go to the server's operator, or to a colleague who runs haki bundle in and "
                  "then haki sync in town; the answers come back the same way. With a slow link in town, ask for small files: --max-size 256K.",
          .options = {{.name = "--out", .value_name = "DIR", .help = "the folder they are written to", .required = true, .completes = Completes::kFile},
                      {.name = "--max-size", .value_name = "SIZE", .help = "of one file: 65536 to 4194304, or 500K, 2M (else 4M)"}},
          .run = run_bundle_out};
}

Command bundle_in() {
  return {.path = {"bundle", "in"},
          .summary = "Take in answers for this device, and hold others' bundles until the next sync",
          .example = "haki bundle in /media/stick/answer-3f9a12c0b7d1.haki",
          .more = "A bundle of another device cannot be opened here: it is kept sealed, and goes to the server with the next haki sync. "
                  "Its answer goes out with the next haki bundle out.",
          .positionals = {{.name = "FILE", .help = "files made by haki bundle out, or answers", .many = true, .completes = Completes::kFile}},
          .run = run_bundle_in};
}

void say_forwarded(Context& context, const BundlesForwarded& bundles) {
  if (bundles.taken > 0) {
    context.say(counted(number_of(bundles.taken), "bundle", "bundles") + " held for others reached the server; " +
                counted(number_of(bundles.answers), "answer waits", "answers wait") + " for the next haki bundle out.");
  }
  if (bundles.waiting > 0) {
    context.say(counted(number_of(bundles.waiting), "bundle is", "bundles are") + " still held for others.");
  }
  for (const std::string& note : bundles.notes) context.say(note);
}

}  // namespace haki::cli::commands
