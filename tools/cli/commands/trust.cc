// member remove, suspend, role, agree; device revoke.
#include "cli/commands/all.h"
#include "cli/commands/sync.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_trust_remove(Context& context, const Arguments& arguments) {
  const Removal removal{arguments.has("--wipe"), arguments.has("--refuse-late")};
  HAKI_ASSIGN(const std::string what, context.client().trust().remove(arguments.one("WHO"), removal));
  return say_decided(context, what);
}

Result<ExitCode> run_trust_suspend(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const std::string what, context.client().trust().suspend(arguments.one("WHO"), arguments.has("--lift")));
  return say_decided(context, what);
}

Result<ExitCode> run_trust_role(Context& context, const Arguments& arguments) {
  RoleChange change;
  change.role = arguments.one("--role");
  change.set_districts = arguments.has("--district") || arguments.has("--national");
  change.districts = arguments.all("--district");
  if (arguments.has("--editor")) change.editor = 1;
  if (arguments.has("--no-editor")) change.editor = 0;
  if (arguments.has("--verified")) change.verified = 1;
  const bool nothing = change.role.empty() && !change.set_districts && change.editor < 0 && change.verified < 0;
  if (nothing) return context.usage("Say what changes: --role, --district, --national, --editor, --verified.", "member role");
  HAKI_ASSIGN(const std::string what, context.client().trust().set_role(arguments.one("WHO"), change));
  return say_decided(context, what);
}

Result<ExitCode> run_trust_agree(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const std::string what, context.client().trust().agree(arguments.one("ID")));
  return say_decided(context, what);
}

const Option kWipe{.name = "--wipe", .value_name = "", .help = "the device destroys what it holds at its next contact"};
const Option kRefuseLate{.name = "--refuse-late",
                         .value_name = "",
                         .help = "what it still sends is not even kept for a lead to look at"};
constexpr const char* kRemovalMore =
    "Everybody else gets new keys with it; what the device could read before stays readable on it unless it is wiped. What it "
    "still sends waits in quarantine for a lead. Removing a lead needs the agreement of two others.";

}  // namespace

Command member_remove() {
  return {.path = {"member", "remove"},
          .summary = "Remove a member with all devices: new keys for everybody else",
          .example = "haki member remove Wanjiru --wipe",
          .more = kRemovalMore,
          .positionals = {{.name = "WHO", .help = "a member's name, or the beginning of an id"}},
          .options = {kWipe, kRefuseLate},
          .leads_only = true,
          .run = run_trust_remove};
}

Command device_revoke() {
  return {.path = {"device", "revoke"},
          .summary = "Remove one device, lost or stolen",
          .example = "haki device revoke 3f9a12c0 --wipe",
          .more = kRemovalMore,
          .positionals = {{.name = "WHO", .help = "the beginning of the device's id, from haki device list"}},
          .options = {kWipe, kRefuseLate},
          .leads_only = true,
          .run = run_trust_remove};
}

Command member_suspend() {
  return {.path = {"member", "suspend"},
          .summary = "Keep a member out for a time: no new keys, no changes",
          .example = "haki member suspend Wanjiru",
          .more = "One lead may suspend another at once. Where there are only two, the one who does so changes nothing else until "
                  "that is confirmed or lifted.",
          .positionals = {{.name = "WHO", .help = "a member's name, or the beginning of an id"}},
          .options = {{.name = "--lift", .value_name = "", .help = "end the suspension"}},
          .leads_only = true,
          .run = run_trust_suspend};
}

Command member_role() {
  return {.path = {"member", "role"},
          .summary = "Change what a member may do",
          .example = "haki member role Wanjiru --editor --district KE041",
          .positionals = {{.name = "WHO", .help = "a member's name, or the beginning of an id"}},
          .options = {{.name = "--role",
                       .value_name = "ROLE",
                       .help = "monitor, clinic, lead or auditor",
                       .completes = Completes::kChoice,
                       .choices = {"monitor", "clinic", "lead", "auditor"}},
                      {.name = "--district", .value_name = "PCODE", .help = "of this district", .repeated = true},
                      {.name = "--national", .value_name = "", .help = "of no district: a lead then reads them all"},
                      {.name = "--editor", .value_name = "", .help = "may change what is shared with all"},
                      {.name = "--no-editor", .value_name = "", .help = "may not any more"},
                      {.name = "--verified", .value_name = "", .help = "the words were compared, in person or by voice"}},
          .leads_only = true,
          .run = run_trust_role};
}

Command member_agree() {
  return {.path = {"member", "agree"},
          .summary = "Agree with what another lead proposes",
          .example = "haki member agree 3f9a12c0",
          .more = "What two leads must want - adding or removing a lead, moving the server, new recovery words - waits for this. "
                  "haki member pending shows it.",
          .positionals = {{.name = "ID", .help = "the beginning of the proposal's id"}},
          .leads_only = true,
          .run = run_trust_agree};
}

}  // namespace haki::cli::commands
