#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/text.h"
#include "cli/times.h"

namespace haki::cli::commands {
namespace {

Output status_output(const Status& status) {
  return Output::object({{"coalition", status.coalition},
                         {"member", status.member},
                         {"role", status.role},
                         {"server", status.server},
                         {"admitted", status.admitted},
                         {"removed", status.removed},
                         {"suspended", status.suspended},
                         {"unsent", status.unsent},
                         {"unsent_records", status.unsent_records},
                         {"barred", status.barred},
                         {"conflicts", status.conflicts},
                         {"quarantine", status.quarantine},
                         {"held", status.held},
                         {"returned", status.returned},
                         {"review", status.review},
                         {"pending_joins", status.pending_joins},
                         {"blobs_missing", status.blobs_missing},
                         {"blobs_unsent", status.blobs_unsent},
                         {"unaudited", status.unaudited},
                         {"unconfirmed", status.unconfirmed},
                         {"last_exchange", time_output(status.last_exchange_ms)},
                         {"bytes_used", status.bytes_used}});
}

std::string who(const Output& status) {
  std::string text = status["member"].text();
  if (!status["role"].text().empty()) text += (text.empty() ? "You, " : ", ") + status["role"].text();
  if (!status["coalition"].text().empty()) text += " in " + status["coalition"].text();
  return text.empty() ? std::string() : one_line(text) + ".\n";
}

// A sentence for each count that is not zero, with the command that shows what is counted.
void add(std::string& text, std::int64_t count, std::string_view one, std::string_view many, std::string_view see) {
  if (count != 0) text += counted(count, one, many) + " " + std::string(see) + "\n";
}

std::string status_text(const Output& status) {
  if (status["coalition"].text().empty()) {
    return "This home belongs to no coalition yet. Join one with the invite a lead gave you: haki join INVITE\nThe home "
           "takes " +
           bytes_in_words(status["bytes_used"].number()) + ".\n";
  }
  std::string text = who(status);
  if (!status["admitted"].truth()) {
    text += "A lead has not let this device in yet. You can record; it is sent once you are in.\n";
  }
  const std::int64_t unsent = status["unsent_records"].number();
  if (unsent != 0) text += counted(unsent, "record is", "records are") + " only on this device. ";
  else if (status["unsent"].number() != 0)
    text += counted(status["unsent"].number(), "change is", "changes are") + " only on this device. ";
  else text += "Every record here is at the server too. ";
  text += "Last exchange: " + time_in_words(time_of(status["last_exchange"]), now_ms()) + ".\n";
  add(text, status["barred"].number(), "change stays", "changes stay",
      "on this device: you lost the right to write there before it was sent. See: haki outbox");
  add(text, status["returned"].number(), "of your records has", "of your records have",
      "issues to put right. See: haki list --where \"state = 'has_issues'\"");
  add(text, status["review"].number(), "record waits", "records wait", "for your review. See: haki review queue");
  add(text, status["conflicts"].number(), "field has", "fields have", "more than one value. See: haki conflict list");
  add(text, status["pending_joins"].number(), "person waits", "people wait", "to be let in. See: haki member pending");
  add(text, status["quarantine"].number(), "change waits", "changes wait", "in quarantine for a person to look at.");
  add(text, status["held"].number(), "change is", "changes are",
      "held until a key or a newer version of Haki is here.");
  add(text, status["unaudited"].number(), "part of what is here is", "parts of what is here are",
      "shown as leads put it together; the signed work behind it is read with the next syncs, where the server still has it.");
  add(text, status["unconfirmed"].number(), "of them has", "of them have", "no second lead's word yet.");
  add(text, status["blobs_unsent"].number(), "file is", "files are", "on its way to the server. See: haki outbox");
  add(text, status["blobs_missing"].number(), "file of a record is", "files of records are", "not here yet. See: haki attachment missing");
  return text + "The home takes " + bytes_in_words(status["bytes_used"].number()) + ".\n";
}

Result<ExitCode> run_status(Context& context, const Arguments&) {
  HAKI_ASSIGN(const Status status, context.client().status());
  context.print(status_output(status), status_text);
  return ExitCode::kDone;
}

}  // namespace

Command status() {
  return {.path = {"status"},
          .summary = "What is unsent, when the last exchange was, what waits for you",
          .example = "haki status --json",
          .run = run_status};
}

}  // namespace haki::cli::commands
