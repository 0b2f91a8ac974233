#include "cli/attached.h"
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"
#include "cli/text.h"
#include "cli/times.h"

namespace haki::cli::commands {
namespace {

std::string outbox_text(const Output::Array& entries) {
  const std::size_t digits = id_digits(entries);
  Table table({"Id", "Form", "What", "State", "Changes", "Since", ""});
  table.right(4);
  for (const Output& entry : entries) {
    table.row({entry["id"].text().substr(0, digits), entry["form"].text(),
               shortened(one_line(entry["title"].text()), 40), state_in_words(entry["state"].text()),
               entry["changes"].text(), time_in_words(time_of(entry["since"]), now_ms()),
               entry["file"].is_text()        ? entry["file"].text()
               : entry["barred"].truth() ? "stays here: you may not write there any more"
               : entry["sealed"].truth() ? "sealed, not yet acknowledged"
                                         : "goes with the next sync"});
  }
  return table.text();
}

Result<ExitCode> run_outbox(Context& context, const Arguments&) {
  HAKI_ASSIGN(const std::vector<OutboxEntry> entries, context.client().outbox());
  Output::Array outputs;
  for (const OutboxEntry& entry : entries) {
    outputs.push_back(Output::object({{"id", to_hex(entry.record)},
                                      {"form", entry.form},
                                      {"title", entry.title},
                                      {"state", entry.state},
                                      {"changes", entry.changes},
                                      {"sealed", entry.sealed},
                                      {"barred", entry.barred},
                                      {"since", time_output(entry.since_ms)}}));
  }
  HAKI_ASSIGN(const std::vector<AttachmentView> files, context.client().evidence().unsent());
  for (const AttachmentView& file : files) {
    Output output = Output::object({{"id", to_hex(file.record)},
                                    {"form", "attachment"},
                                    {"title", file.name},
                                    {"state", name_of(file.place)},
                                    {"changes", 0},
                                    {"sealed", true},
                                    {"since", time_output(file.at_ms)},
                                    {"bytes_moved", file.bytes_moved},
                                    {"bytes_sealed", file.bytes_sealed},
                                    {"trouble", file.trouble}});
    output.put("file", std::to_string(file.bytes_sealed == 0 ? 0 : file.bytes_moved * 100 / file.bytes_sealed) + "% sent");
    outputs.push_back(std::move(output));
  }
  context.print_list(outputs, outbox_text, "Nothing waits to be sent.");
  return ExitCode::kDone;
}

}  // namespace

Command outbox() {
  return {.path = {"outbox"}, .summary = "What waits to be sent, by record", .example = "haki outbox", .run = run_outbox};
}

}  // namespace haki::cli::commands
