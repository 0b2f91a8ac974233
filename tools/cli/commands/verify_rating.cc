#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_verify_rating(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  HAKI_ASSIGN(const RecordId rating, client.find_record(arguments.one("ID")));
  const std::string& verdict = arguments.one("--verdict");
  std::vector<FieldInput> findings{{"verdict", verdict.empty() ? "confirmed" : verdict}};
  for (const std::string& method : arguments.all("--method")) findings.push_back({"method", method});
  if (arguments.has("--level")) findings.push_back({"level", arguments.one("--level")});
  if (arguments.has("--comment")) findings.push_back({"comment", arguments.one("--comment")});
  HAKI_ASSIGN(const std::vector<RecordId> evidence, find_records(client, arguments.all("--evidence")));
  for (const RecordId& one : evidence) findings.push_back({"evidence", to_hex(one)});
  HAKI_ASSIGN(const RecordId id, client.verify_rating(rating, std::move(findings)));
  context.say("Signed on this device, for your organisation. It goes out, sealed, with the next haki sync.");
  return print_changed(context, id);
}

}  // namespace

Command verify_rating() {
  return {.path = {"verify-rating"},
          .summary = "Sign what was found of another organisation's rating",
          .example = "haki verify-rating 3f9a12c0 --method site_visit --method interview",
          .more = "A rating counts as verified once another organisation than the rater's has confirmed it.",
          .positionals = {{.name = "ID", .help = "the rating's id, or a beginning of it"}},
          .options = {{.name = "--verdict",
                       .value_name = "VERDICT",
                       .help = "confirmed (unless said), not_confirmed or inconclusive",
                       .completes = Completes::kChoice,
                       .choices = {"confirmed", "not_confirmed", "inconclusive"}},
                      {.name = "--method",
                       .value_name = "METHOD",
                       .help = "how: site_visit, interview, documents, data or other",
                       .repeated = true,
                       .required = true,
                       .completes = Completes::kChoice,
                       .choices = {"site_visit", "interview", "documents", "data", "other"}},
                      {.name = "--evidence", .value_name = "ID", .help = "a record of evidence", .repeated = true},
                      {.name = "--level", .value_name = "LEVEL", .help = "the level that was found"},
                      {.name = "--comment", .value_name = "TEXT", .help = "what was found, in words"}},
          .leads_only = true,
          .run = run_verify_rating};
}

}  // namespace haki::cli::commands
