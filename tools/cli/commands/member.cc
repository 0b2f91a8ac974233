// member list, pending, admit; device list.
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"
#include "cli/text.h"
#include "cli/times.h"

namespace haki::cli::commands {
namespace {

constexpr std::string_view kBacklog =
    "With --json, backlog counts the changes of a device that have come and cannot be used here yet, because they wait for "
    "a key, for earlier work or for a newer version of Haki; of your own device, those that are not at the server. It is null "
    "where nothing has come from a device. What a device has not sent, nobody else can know.";

Output member_output(const MemberView& member, const std::string& id) {
  Output output = Output::object({{"id", id},
                                  {"name", member.name},
                                  {"role", member.role},
                                  {"organisation", member.organisation},
                                  {"districts", Output::strings(member.districts)},
                                  {"state", member.state},
                                  {"last_seen", time_output(member.last_seen_ms)},
                                  {"backlog", member.backlog ? Output(*member.backlog) : Output()},
                                  {"received", member.received},
                                  {"device", to_hex(member.device)},
                                  {"me", member.me}});
  return output;
}

std::string members_text(const Output::Array& members) {
  const std::size_t digits = id_digits(members);
  Table table({"Id", "Name", "Role", "Organisation", "Districts", "State", "Last seen"});
  for (const Output& member : members) {
    std::vector<std::string> districts;
    for (const Output& district : member["districts"].array()) districts.push_back(district.text());
    const bool me = member["me"].truth();
    table.row({member["id"].text().substr(0, digits), member["name"].text() + (me ? " (you)" : ""),
               member["role"].text(), member["organisation"].text(), listed(districts), member["state"].text(),
               me ? "now" : time_in_words(time_of(member["last_seen"]), now_ms())});
  }
  return table.text();
}

Result<ExitCode> print_members(Context& context, bool by_device) {
  HAKI_ASSIGN(const std::vector<MemberView> members, context.client().members());
  Output::Array outputs;
  for (const MemberView& member : members) {
    // Where only the device is known, its id is the only name there is.
    const bool device = by_device || member.id.is_zero();
    outputs.push_back(member_output(member, device ? to_hex(member.device) : to_hex(member.id)));
  }
  context.print_list(outputs, members_text, "No members are known here yet. They come with haki sync.");
  return ExitCode::kDone;
}

std::string history_text(const Output::Array& events) {
  Table table({"No", "When", "Who", "Did", "Agreed"});
  for (const Output& event : events) {
    std::vector<std::string> agreed;
    for (const Output& one : event["agreed"].array()) agreed.push_back(one.text());
    table.row({std::to_string(event["seq"].number()), event["at"].text().substr(0, 16), event["by"].text(),
               one_line(event["what"].text()), listed(agreed)});
  }
  return table.text();
}

Result<ExitCode> print_history(Context& context) {
  HAKI_ASSIGN(const std::vector<MembershipEvent> events, context.client().trust().history());
  Output::Array outputs;
  for (const MembershipEvent& event : events) {
    outputs.push_back(Output::object({{"seq", event.seq},
                                      {"at", time_output(event.at_ms)},
                                      {"by", event.by_name},
                                      {"device", to_hex(event.by)},
                                      {"act", event.act},
                                      {"what", event.what},
                                      {"agreed", Output::strings(event.agreed)}}));
  }
  context.print_list(outputs, history_text, "Nothing of the coalition is known here yet. It comes with haki sync.");
  return ExitCode::kDone;
}

Result<ExitCode> run_member_list(Context& context, const Arguments& arguments) {
  return arguments.has("--history") ? print_history(context) : print_members(context, false);
}
Result<ExitCode> run_device_list(Context& context, const Arguments&) { return print_members(context, true); }

std::string pending_text(const Output::Array& requests) {
  std::string text;
  const std::size_t digits = id_digits(requests);
  bool joins = false;
  for (const Output& request : requests) {
    if (!request["proposal"].text().empty()) {
      std::vector<std::string> agreed;
      for (const Output& one : request["agreed"].array()) agreed.push_back(one.text());
      text += request["id"].text().substr(0, digits) + "  " + one_line(request["proposal"].text()) + ". Agreed so far: " +
              (agreed.empty() ? "nobody" : listed(agreed)) + ".\n";
      if (!request["reason"].text().empty()) text += "  " + one_line(request["reason"].text()) + "\n";
      if (request["mine_missing"].truth()) {
        text += "  Speak with whoever proposes it, then: haki member agree " + request["id"].text().substr(0, digits) + "\n";
      }
      continue;
    }
    joins = true;
    text += request["id"].text().substr(0, digits) + "  " + one_line(request["name"].text()) + ", " +
            request["role"].text() + "\n";
    if (!request["reason"].text().empty()) text += "  " + one_line(request["reason"].text()) + "\n";
    text += "  Words: " + one_line(request["words"].text()) + "\n";
  }
  if (!joins) return text;
  return text +
         "Compare the words with the person, in person or by voice. Only if they are the same: haki member admit ID\n";
}

Result<ExitCode> run_member_pending(Context& context, const Arguments&) {
  HAKI_ASSIGN(const std::vector<PendingJoin> requests, context.client().pending());
  HAKI_ASSIGN(const std::vector<Proposal> proposals, context.client().trust().proposals());
  Output::Array outputs;
  for (const PendingJoin& request : requests) {
    outputs.push_back(Output::object({{"id", to_hex(request.invite)},
                                      {"device", to_hex(request.device)},
                                      {"name", request.name},
                                      {"role", request.role},
                                      {"words", request.words},
                                      {"reason", request.reason}}));
  }
  for (const Proposal& proposal : proposals) {
    outputs.push_back(Output::object({{"id", to_hex(proposal.id)},
                                      {"proposal", proposal.what},
                                      {"agreed", Output::strings(proposal.agreed)},
                                      {"needed", proposal.needed},
                                      {"mine_missing", proposal.mine_missing},
                                      {"reason", proposal.problem}}));
  }
  context.print_list(outputs, pending_text, "Nobody waits to be let in, and nothing waits for a second lead.");
  return ExitCode::kDone;
}

Result<ExitCode> run_member_admit(Context& context, const Arguments& arguments) {
  const std::string& which = arguments.one("WHO");
  HAKI_TRY(context.client().admit(which));
  context.print(Output::object({{"admitted", which}}), [](const Output& output) {
    return one_line(output["admitted"].text()) + " is let in. Run haki sync, so that they and the others learn it.\n";
  });
  return ExitCode::kDone;
}

}  // namespace

Command member_list() {
  return {.path = {"member", "list"},
          .summary = "Who belongs to the coalition, and when they were last heard of",
          .example = "haki member list",
          .more = std::string(kBacklog),
          .options = {{.name = "--history",
                       .value_name = "",
                       .help = "who came and went, and who decided it"}},
          .run = run_member_list};
}

Command device_list() {
  return {.path = {"device", "list"},
          .summary = "The devices of the coalition, and when they were last heard of",
          .example = "haki device list --json",
          .more = std::string(kBacklog),
          .run = run_device_list};
}

Command member_pending() {
  return {.path = {"member", "pending"},
          .summary = "Who asks to join and was not let in by itself",
          .example = "haki member pending",
          .leads_only = true,
          .run = run_member_pending};
}

Command member_admit() {
  return {.path = {"member", "admit"},
          .summary = "Let somebody in, after comparing the words with them",
          .example = "haki member admit Wanjiru",
          .positionals = {{.name = "WHO", .help = "the beginning of the request's id, or the invited name"}},
          .leads_only = true,
          .run = run_member_admit};
}

}  // namespace haki::cli::commands
