// review queue, approve, return, reject.
#include "cli/attached.h"
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_review_queue(Context& context, const Arguments&) {
  Query query;
  query.review_queue = true;
  HAKI_ASSIGN(const std::vector<RecordView> records, context.client().list(query));
  HAKI_ASSIGN(const ExitCode code, print_records(context, records, "Nothing waits for review."));
  if (context.settings().json) return code;
  // A record is complete when its files are here: who reviews should know what is still to come, and from where.
  for (const RecordView& record : records) {
    HAKI_ASSIGN(const std::vector<AttachmentView> views, context.client().evidence().attachments(record.id));
    Output::Array files;
    for (const AttachmentView& view : views) files.push_back(attachment_output(view));
    const std::string told = files_in_words(files);
    if (!told.empty()) context.say(to_hex(record.id).substr(0, 8) + ": " + told + ".");
  }
  return code;
}

Result<ExitCode> run_verdict(Context& context, const Arguments& arguments, std::string_view verdict,
                             std::string_view done) {
  Client& client = context.client();
  HAKI_ASSIGN(const std::vector<RecordId> records, find_records(client, arguments.all("ID")));
  HAKI_ASSIGN(const Forms forms, Forms::of(client));
  Output::Array outputs;
  const auto print = [&] {
    const auto text = [](const Output::Array& all) {
      std::string lines;
      for (const Output& record : all) lines += record["id"].text() + "\n";
      return lines;
    };
    context.print_list(outputs, text, "");
  };
  for (const RecordId& record : records) {
    const auto reviewed = client.review(record, verdict, arguments.one("--reason"));
    if (!reviewed) {
      // Those before it stand: each is a change of its own. They are listed, so that nobody has to guess.
      if (outputs.empty()) return reviewed.error();
      print();
      context.complain(to_hex(record).substr(0, 8) + ": " + reviewed.error().message);
      return ExitCode::kPartly;
    }
    HAKI_ASSIGN(const RecordView view, client.record(record));
    outputs.push_back(record_output(view, forms));
  }
  print();
  context.say(counted(static_cast<std::int64_t>(records.size()), "record ", "records ") + std::string(done) +
              ". The monitor sees it after the next haki sync of both.");
  return ExitCode::kDone;
}

Result<ExitCode> run_review_approve(Context& context, const Arguments& arguments) {
  return run_verdict(context, arguments, "approved", "approved");
}
Result<ExitCode> run_review_return(Context& context, const Arguments& arguments) {
  return run_verdict(context, arguments, "has_issues", "returned");
}
Result<ExitCode> run_review_reject(Context& context, const Arguments& arguments) {
  return run_verdict(context, arguments, "rejected", "rejected");
}

Positional record() { return {.name = "ID", .help = "the record's id, or a beginning of it"}; }
Option reason() {
  return {.name = "--reason",
          .value_name = "TEXT",
          .help = "what the monitor reads: what is wrong, what to do",
          .required = true};
}

}  // namespace

Command review_queue() {
  return {.path = {"review", "queue"},
          .summary = "What waits for review, oldest first",
          .example = "haki review queue --json",
          .run = run_review_queue};
}

Command review_approve() {
  return {.path = {"review", "approve"},
          .summary = "Approve records",
          .example = "haki review approve 3f9a12c0 77b0e5d1",
          .positionals = {{.name = "ID", .help = "ids of records, or beginnings of them", .many = true}},
          .options = {{.name = "--reason", .value_name = "TEXT", .help = "a note that goes with it"}},
          .leads_only = true,
          .run = run_review_approve};
}

Command review_return() {
  return {.path = {"review", "return"},
          .summary = "Give a record back to who made it, with what is to be put right",
          .example = "haki review return 3f9a12c0 --reason 'Which school was it? Please add the place.'",
          .positionals = {record()},
          .options = {reason()},
          .leads_only = true,
          .run = run_review_return};
}

Command review_reject() {
  return {.path = {"review", "reject"},
          .summary = "Reject a record; it is kept, and counts nowhere",
          .example = "haki review reject 3f9a12c0 --reason 'The same event was reported by two monitors.'",
          .positionals = {record()},
          .options = {reason()},
          .leads_only = true,
          .run = run_review_reject};
}

}  // namespace haki::cli::commands
