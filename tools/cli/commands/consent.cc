// consent show, withdraw.
#include <algorithm>

#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/exports/table.h"
#include "cli/records.h"
#include "cli/text.h"
#include "cli/times.h"

namespace haki::cli::commands {
namespace {

constexpr const char* kPurposeHeadings[] = {"Coalition", "United Nations", "Authorities", "Public", "With identity"};

// What would happen to a record in exports of each purpose.
Result<Output> leaving_output(Client& client, Consents& consents, const RecordId& id) {
  HAKI_ASSIGN(const RecordView view, client.record(id));
  Output purposes = Output::Object{};
  for (const Purpose purpose : kPurposes) {
    HAKI_ASSIGN(const ConsentJudgement judgement, consents.may_leave(view, purpose));
    purposes.put(name_of(purpose), judgement.allowed() ? Output("yes") : Output(name_of(judgement.why)));
  }
  return Output::object({{"id", to_hex(id)}, {"form", view.form}, {"leaves", std::move(purposes)}});
}

std::string leaving_text(const Output& shown) {
  const Output::Array& records = shown["records"].array();
  std::vector<std::string> headings{"Id", "Form"};
  headings.insert(headings.end(), std::begin(kPurposeHeadings), std::end(kPurposeHeadings));
  Table table(std::move(headings));
  const std::size_t digits = id_digits(records);
  for (const Output& record : records) {
    std::vector<std::string> row{record["id"].text().substr(0, digits), record["form"].text()};
    for (const auto& [purpose, leaves] : record["leaves"].entries()) {
      std::string word = leaves.text();
      for (char& letter : word) letter = letter == '_' ? ' ' : letter;
      row.push_back(word == "yes" ? word : "no: " + word);
    }
    table.row(std::move(row));
  }
  return table.text();
}

Result<ExitCode> run_consent_show(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  HAKI_ASSIGN(const RecordId id, client.find_record(arguments.one("ID")));
  HAKI_ASSIGN(const RecordView view, client.record(id));
  Consents consents = client.consents();
  std::vector<RecordId> ids{id};
  if (view.form == "consent") {
    HAKI_ASSIGN(ids, consents.records_under(id));
  }
  Output::Array records;
  for (const RecordId& one : ids) {
    HAKI_ASSIGN(Output output, leaving_output(client, consents, one));
    records.push_back(std::move(output));
  }
  const bool empty = records.empty();
  context.print(Output::object({{"id", to_hex(id)},
                                {"form", view.form},
                                {"withdrawn_on", exports::text_of(view, "withdrawn_on")},
                                {"limits", exports::text_of(view, "limits")},
                                {"for_child", exports::text_of(view, "for_child") == "yes"},
                                {"records", std::move(records)}}),
                leaving_text);
  if (empty) context.say("No record on this device names this consent.");
  const std::string limits = exports::text_of(view, "limits");
  if (!limits.empty()) context.say("Limits the person set: " + one_line(limits));
  if (exports::text_of(view, "for_child") == "yes") context.say("It was given for a child by a guardian.");
  return ExitCode::kDone;
}

Result<ExitCode> run_consent_withdraw(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  HAKI_ASSIGN(const RecordId id, client.find_record(arguments.one("ID")));
  HAKI_ASSIGN(const RecordView view, client.record(id));
  if (view.form != "consent") {
    return Error{Code::kInvalid, "This is a record of the form '" + view.form + "', not a consent. See which consents it obeys with haki show."};
  }
  // A person's word must not fail on a phone whose clock is behind that of the one that took it down.
  std::string day = exports::text_of(view, "withdrawn_on");
  const bool before = !day.empty() && view.conflicts.empty();
  if (!before) {
    day = std::max(time_output(now_ms()).text().substr(0, 10), exports::text_of(view, "given_on"));
    Edit edit{id, {{"withdrawn_on", day}}, {}, {}, {}};
    if (arguments.has("--reason")) edit.fields.push_back({"withdrawal_reason", arguments.one("--reason")});
    HAKI_TRY(client.edit(edit));
  }
  HAKI_ASSIGN(const std::vector<RecordId> records, client.consents().records_under(id));
  const auto number = static_cast<std::int64_t>(records.size());
  context.print(Output::object({{"id", to_hex(id)}, {"withdrawn_on", day}, {"records", number}}),
                [](const Output& output) { return output["id"].text() + "\n"; });
  if (before) context.say("It was withdrawn on " + one_line(day) + " already. Nothing was changed.");
  else context.say("Withdrawn. From now on " + counted(number, "record on this device stays", "records on this device stay") + " out of every export.");
  context.say("Others' devices learn it with haki sync. Files that were given out before are not called back.");
  return ExitCode::kDone;
}

const Positional kConsentId{.name = "ID", .help = "the consent's id, or a beginning of it"};

}  // namespace

Command consent_show() {
  return {.path = {"consent", "show"},
          .summary = "Which records obey a consent, and which exports they may leave with",
          .example = "haki consent show 3f9a12c0",
          .more = "With another record's id: that record. Consents are recorded with haki new consent and listed with haki list consent.",
          .positionals = {{.name = "ID", .help = "a consent or another record, by its id or a beginning of it"}},
          .run = run_consent_show};
}

Command consent_withdraw() {
  return {.path = {"consent", "withdraw"},
          .summary = "Record that a person takes back what was agreed to, as of today",
          .example = "haki consent withdraw 3f9a12c0 --reason 'Asked by telephone'",
          .more = "From then on nothing of the records that obey it leaves in any export. Nobody has to give a reason.",
          .positionals = {kConsentId},
          .options = {{.name = "--reason", .value_name = "TEXT", .help = "why, in words"}},
          .run = run_consent_withdraw};
}

}  // namespace haki::cli::commands
