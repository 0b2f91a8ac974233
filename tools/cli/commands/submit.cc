#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_submit(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  HAKI_ASSIGN(const std::vector<RecordId> records, find_records(client, arguments.all("ID")));
  HAKI_TRY(client.submit(records));
  HAKI_ASSIGN(const Forms forms, Forms::of(client));
  Output::Array outputs;
  for (const RecordId& record : records) {
    HAKI_ASSIGN(const RecordView view, client.record(record));
    outputs.push_back(record_output(view, forms));
  }
  const auto text = [](const Output::Array& all) {
    std::string lines;
    for (const Output& record : all) lines += record["id"].text() + "\n";
    return lines;
  };
  context.print_list(outputs, text, "");
  context.say(counted(static_cast<std::int64_t>(records.size()), "record", "records") +
              " submitted. The lead has them after the next haki sync.");
  return ExitCode::kDone;
}

}  // namespace

Command submit() {
  return {.path = {"submit"},
          .summary = "Put complete records into the lead's queue: all of them, or none",
          .example = "haki submit 3f9a12c0 77b0e5d1",
          .positionals = {{.name = "ID", .help = "ids of records, or beginnings of them", .many = true}},
          .run = run_submit};
}

}  // namespace haki::cli::commands
