// show, recommendation show.
#include "cli/attached.h"
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"
#include "cli/text.h"
#include "cli/times.h"

namespace haki::cli::commands {
namespace {

Output history_output(const std::vector<HistoryEntry>& history) {
  Output::Array steps;
  for (const HistoryEntry& entry : history) {
    steps.push_back(Output::object({{"at", time_output(entry.at_ms)},
                                    {"by", entry.by},
                                    {"organisation", entry.organisation},
                                    {"act", entry.act},
                                    {"field", entry.field},
                                    {"value", entry.value ? value_output(*entry.value) : Output()},
                                    {"standing", entry.standing},
                                    {"source", entry.from_file ? Output("file") : Output()}}));
  }
  return steps;
}

std::string history_text(const Output& record) {
  Table table({"When", "By", "What", "Field", "Value"});
  for (const Output& step : record["history"].array()) {
    const std::string organisation = step["organisation"].text();
    const bool replaced = !step["standing"].truth() && (step["act"].text() == "set" || step["act"].text() == "added");
    table.row({time_in_words(time_of(step["at"]), now_ms()),
               step["by"].text() + (organisation.empty() ? "" : ", " + organisation),
               step["act"].text() + (step["source"].text() == "file" ? ", from a file" : "") +
                   (replaced ? " (no longer stands)" : ""), step["field"].text(),
               step["value"].text()});
  }
  return "\n" + table.text();
}

Output custody_output(const std::vector<CustodyEntry>& entries) {
  Output::Array lines;
  for (const CustodyEntry& entry : entries) {
    lines.push_back(Output::object({{"subject", to_hex(entry.subject)},
                                    {"action", entry.action},
                                    {"at", time_output(entry.at_ms)},
                                    {"by", entry.by},
                                    {"device", to_hex(entry.device)},
                                    {"detail", entry.detail},
                                    {"sha256", entry.sha256},
                                    {"holds", entry.holds},
                                    {"wrong", entry.wrong}}));
  }
  return lines;
}

std::string custody_text(const Output& record) {
  if (record["custody"].array().empty()) return "\nNo custody entries yet.\n";
  Table table({"When, by their clock", "Who", "What", "Of", "Detail", ""});
  for (const Output& entry : record["custody"].array()) {
    std::string of = "the record";
    for (const Output& file : record["files"].array()) {
      if (file["id"].text() == entry["subject"].text()) of = shortened(one_line(file["name"].text()), 40);
    }
    table.row({time_in_words(time_of(entry["at"]), now_ms()), one_line(entry["by"].text()), entry["action"].text(), of,
               shortened(one_line(entry["detail"].text()), 40), entry["holds"].truth() ? "" : one_line(entry["wrong"].text())});
  }
  return "\n" + table.text();
}

Result<Output::Array> files_output(Client& client, const RecordId& record) {
  HAKI_ASSIGN(const std::vector<AttachmentView> views, client.evidence().attachments(record));
  Output::Array files;
  for (const AttachmentView& view : views) files.push_back(attachment_output(view));
  return files;
}

Output erasure_output(const ErasureView& view) {
  Output::Array tombstones, holders;
  for (const Tombstone& one : view.tombstones) {
    tombstones.push_back(Output::object({{"at", time_output(one.at_ms)}, {"by", one.by}, {"organisation", one.organisation},
                                         {"reason", one.reason}}));
  }
  for (const Holder& one : view.holders) {
    holders.push_back(Output::object({{"name", one.name}, {"organisation", one.organisation}, {"device", to_hex(one.device)},
                                      {"let_go", one.let_go_ms == 0 ? Output() : time_output(one.let_go_ms)}}));
  }
  return Output::object({{"id", to_hex(view.id)},
                         {"state", "erased"},
                         {"erased", std::move(tombstones)},
                         {"holders", std::move(holders)},
                         {"server", Output::object({{"items", view.items}, {"items_let_go", view.items_gone}, {"files", view.files},
                                                    {"files_let_go", view.files_gone},
                                                    {"at", view.server_ms == 0 ? Output() : time_output(view.server_ms)}})}});
}

std::string erasure_text(const Output& printed) {
  std::string text = "Record " + printed["id"].text().substr(0, 12) + " was erased: nothing of it is left here.\n";
  for (const Output& one : printed["erased"].array()) {
    const std::string organisation = one["organisation"].text();
    text += "By " + one_line(one["by"].text()) + (organisation.empty() ? "" : ", " + one_line(organisation)) + ", " +
            time_in_words(time_of(one["at"]), now_ms()) + ": " + one_line(one["reason"].text()) + "\n";
  }
  const Output& server = printed["server"];
  if (server["items"].number() + server["files"].number() > 0) {
    text += "The server has let go of " + std::to_string(server["items_let_go"].number()) + " of " +
            counted(server["items"].number(), "sealed piece", "sealed pieces") + " and " + std::to_string(server["files_let_go"].number()) +
            " of " + counted(server["files"].number(), "file", "files") + ".\n";
  }
  Table table({"Device of", "Let go, by its clock"});
  for (const Output& one : printed["holders"].array()) {
    table.row({one["name"].text(), one["let_go"].is_null() ? "not heard yet" : time_in_words(time_of(one["let_go"]), now_ms())});
  }
  return text + (table.empty() ? "" : "\n" + table.text());
}

Result<ExitCode> run_show(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  HAKI_ASSIGN(const RecordId id, client.evidence().find_any(arguments.one("ID")));
  HAKI_ASSIGN(const std::optional<ErasureView> erased, client.evidence().erasure(id));
  if (erased) {
    context.print(erasure_output(*erased), erasure_text);
    return ExitCode::kDone;
  }
  HAKI_ASSIGN(const RecordView record, client.record(id));
  HAKI_ASSIGN(const Forms forms, Forms::of(client));
  Output output = record_output(record, forms);
  HAKI_ASSIGN(const std::string reason, client.review_reason(id));
  output.put("reason", reason.empty() ? Output() : Output(reason));
  if (!reason.empty()) output.put("review_reason", reason);  // its earlier name
  HAKI_ASSIGN(Output::Array files, files_output(client, id));
  const std::string files_told = files_in_words(files);
  output.put("files", std::move(files));
  const bool custody = arguments.has("--custody");
  if (custody) {
    HAKI_ASSIGN(const std::vector<CustodyEntry> entries, client.evidence().custody(id));
    output.put("custody", custody_output(entries));
  }
  const bool history = arguments.has("--history");
  if (history) {
    HAKI_ASSIGN(const std::vector<HistoryEntry> entries, client.history(id));
    output.put("history", history_output(entries));
  }
  context.print(output, [&](const Output& printed) {
    return record_text(printed, forms, context.settings().language) + (files_told.empty() ? "" : "Files: " + files_told + "\n") +
           (history ? history_text(printed) : "") + (custody ? custody_text(printed) : "");
  });
  return ExitCode::kDone;
}

}  // namespace

Command show() {
  return {.path = {"show"},
          .summary = "A record in full: what it says, where it has got to, what the lead says",
          .example = "haki show 3f9a12c0 --history",
          .positionals = {{.name = "ID", .help = "the record's id, or a beginning of it"}},
          .options = {{.name = "--history", .value_name = "", .help = "and every earlier value, with who and when"},
                      {.name = "--custody", .value_name = "", .help = "and who handled it and its files, each entry signed"}},
          .run = run_show};
}

Command recommendation_show() {
  Command command = show();
  command.path = {"recommendation", "show"};
  command.summary = "A recommendation in full";
  command.example = "haki recommendation show 3f9a12c0";
  return command;
}

}  // namespace haki::cli::commands
