#include <sys/stat.h>

#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/files.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

constexpr std::size_t kInviteBytesMax = 64 * 1024;

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The invite is a file if there is one of that name, else the text itself.
Result<std::string> read_invite(const Arguments& arguments) {
  const std::string& word = arguments.one("INVITE");
  if (word.empty()) return std::string();
  struct stat facts {};
  if (::stat(word.c_str(), &facts) == 0) {
    HAKI_ASSIGN(const std::string text, read_file(word, kInviteBytesMax));
    return trimmed(text);
  }
  const bool looks_like_a_file = word.find('/') != std::string::npos || word.find('.') != std::string::npos;
  if (looks_like_a_file && word.find(':') == std::string::npos && word.size() < 256) {
    return Error{Code::kNotFound, "There is no file " + one_line(word) + "."};
  }
  return trimmed(word);
}

std::string join_text(const Output& joined) {
  std::string text = joined["at_server"].truth()
                         ? "Your request to join is at the server. Once the lead has let you in, run haki sync.\n"
                         : "Your request to join is kept here and goes to the server with the next haki sync.\n";
  if (joined["words"].text().empty()) return text;
  return text +
         "Read these words to the lead who invited you, in person or by voice. They must see the same ones:\n\n  " +
         one_line(joined["words"].text()) + "\n";
}

Result<ExitCode> run_join(Context& context, const Arguments&) {
  const Settings& settings = context.settings();
  const std::string_view passphrase = settings.passphrase->view();
  if (context.prepared().empty()) {
    HAKI_ASSIGN(const auto empty, Client::make_empty(settings.home, passphrase));
    context.print(Output::object({{"home", settings.home}, {"joined", false}}), [](const Output&) {
      return "The home is made, and empty. When you have an invite: haki join INVITE\n";
    });
    return ExitCode::kDone;
  }
  HAKI_ASSIGN(const auto client, Client::join({settings.home, passphrase, context.prepared()}));
  HAKI_ASSIGN(const Status status, client->status());
  context.print(Output::object({{"coalition", status.coalition},
                                {"member", status.member},
                                {"role", status.role},
                                {"server", status.server},
                                {"home", settings.home},
                                {"at_server", status.join_delivered},
                                {"admitted", status.admitted},
                                {"words", client->join_words()}}),
                join_text);
  return ExitCode::kDone;
}

std::string rejoin_text(const Output& output) {
  const std::int64_t records = output["records"].number(), changes = output["changes"].number();
  std::string text = "This home has a new device name, and asks to be let in.";
  if (records > 0) text += " " + counted(records, "record was", "records were") + " recorded anew, with an id of its own each.";
  if (changes > 0) text += " " + counted(changes, "change goes", "changes go") + " along.";
  if (records + changes == 0) text += " Everything had been sent; nothing needed to go along.";
  return text + "\n" + join_text(output) + "A lead removes the former device, like a lost one: haki member remove.\n";
}

Result<ExitCode> run_rejoin(Context& context, const Arguments&) {
  Client& client = context.client();
  HAKI_ASSIGN(const Rejoined rejoined, client.rejoin(context.prepared()));
  HAKI_ASSIGN(const Status status, client.status());
  context.print(Output::object({{"coalition", status.coalition},
                                {"member", status.member},
                                {"records", rejoined.records},
                                {"changes", rejoined.changes},
                                {"at_server", status.join_delivered},
                                {"admitted", status.admitted},
                                {"words", client.join_words()}}),
                rejoin_text);
  return ExitCode::kDone;
}

}  // namespace

Command rejoin() {
  return {
      .path = {"rejoin"},
      .summary = "Be let in anew with this home, under a new device name",
      .example = "haki rejoin again.haki",
      .more =
          "For a home that cannot go on: restored from a backup, copied and used twice, removed by mistake, or following a member "
          "list that the leads dropped. Ask a lead for an invite: haki invite --another-device NAME. What is recorded here stays, and what "
          "was not sent goes along.",
      .positionals = {{.name = "INVITE", .help = "the file a lead gave you, or the text in it", .completes = Completes::kFile}},
      .prepare = read_invite,
      .run = run_rejoin};
}

Command join() {
  return {
      .path = {"join"},
      .summary = "Join a coalition with an invite",
      .example = "haki join wanjiru.haki",
      .more =
          "Works without a network: the request then goes out with the first haki sync, and you can record until then. "
          "Without an invite it makes an empty home, for a device that is set up before its user is invited.",
      .positionals = {{.name = "INVITE",
                       .help = "the file a lead gave you, or the text in it",
                       .required = false,
                       .completes = Completes::kFile}},
      .needs = Needs::kNewHome,
      .prepare = read_invite,
      .run = run_join};
}

}  // namespace haki::cli::commands
