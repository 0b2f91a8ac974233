#include "session.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "client/attachments.h"

namespace haki::test {
namespace {

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "the office does not stand: %s\n", result.error().message.c_str());
  std::abort();
}
void must(const Result<>& result) { must(result ? Result<bool>(true) : Result<bool>(result.error())); }

std::string marked(const std::string& text) { return std::string(kMarker) + " " + text; }

constexpr std::size_t kFileBytes = 20'000;
constexpr std::uint8_t kOfMonitor = 100;  // the record that both write

Bytes file_content() {
  const std::string line = marked("a photo of the well. ");
  Bytes content;
  while (content.size() < kFileBytes) content.insert(content.end(), line.begin(), line.end());
  return content;
}

std::string in_words(const RecordView& view) {
  std::string text = to_hex(view.id) + " " + view.form + " " + view.state + (view.deleted ? " deleted" : "");
  for (const FieldView& field : view.fields) {
    text += "|" + field.name + "=";
    for (const Value& value : field.values) text += to_text(value) + ";";
  }
  for (const std::string& conflict : view.conflicts) text += "|in conflict: " + conflict;
  return text + "\n";
}

Result<std::string> done(const Result<>& result) {
  if (!result) return result.error();
  return std::string();
}
template <typename T>
Result<std::string> done(const Result<T>& result) {
  if (!result) return result.error();
  return std::string();
}

Result<std::string> create(Client& client, const char* form, std::vector<FieldInput> fields, std::uint8_t number, bool submit) {
  return done(client.create({form, std::move(fields), {}, submit, record_number(number), {}, {}}));
}

Result<std::string> import_some(Client& client) {
  std::vector<ImportRow> rows;
  for (std::uint64_t row = 1; row <= 12; ++row) {
    const std::string number = std::to_string(row);
    rows.push_back({row, "recommendation", {"KEN", number}, {{"text", marked("Recommendation " + number)}, {"themes", "water"}}});
  }
  HAKI_ASSIGN(const ImportReport report, client.import_rows(rows, false, {}));
  return std::to_string(report.created + report.updated + report.unchanged) + " of " + std::to_string(report.rows);
}

Result<std::string> attach(Client& client, std::uint8_t number) {
  AttachmentInput file;
  file.content = file_content();
  file.name = marked("well.jpg");
  return done(client.evidence().attach(record_number(number), std::vector<AttachmentInput>{file}, {}));
}

Result<std::string> search(Client& client, std::string_view words) {
  HAKI_ASSIGN(const std::vector<RecordView> found, client.search(words, 50));
  std::string text;
  for (const RecordView& view : found) text += in_words(view);
  return text;
}

Result<std::string> scorecard(Client& client) {
  HAKI_ASSIGN(const std::vector<ScorecardRow> rows, client.scorecard({"", "", true}));
  std::string text;
  for (const ScorecardRow& row : rows) text += row.theme + " " + std::to_string(row.coverage) + "\n";
  return text;
}

Result<std::string> sync(Client& client) {
  HAKI_ASSIGN(const SyncReport report, client.sync({}));
  return "received " + std::to_string(report.received);
}

Result<std::string> review_first(Client& client, const std::string& verdict) {
  Query query;
  query.review_queue = true;
  HAKI_ASSIGN(const std::vector<RecordView> waiting, client.list(query));
  if (waiting.empty()) return std::string("nothing waits");
  return done(client.review(waiting.front().id, verdict, marked("why")));
}

Step recording() {
  return {"create", [](Client& client) {
            return create(client, "observation", {{"narrative", marked("The kisima at the school is dry")}, {"district", "KE047"}}, 1, false);
          }};
}

}  // namespace

RecordId record_number(std::uint8_t number) {
  RecordId id;
  id.bytes.fill(number);
  return id;
}

Office::Office(std::uint64_t seed, const std::string& folder)
    : chance(seed),
      server((simulation::feed_sodium(chance), folder), clock, chance, coverage),
      lead(server, clock, chance),
      monitor(server, clock, chance) {
  std::string words;
  lead.client = must(client::Entrance(lead.around)
                         .found({kHome, kPassphrase, simulation::SimServer::kUrl, server.token(), marked("coalition"), marked("Achieng"), "CSO"}, words));
  const Invite invite = must(lead.client->invite({"monitor", marked("Wanjiru"), "CSO", {}, "", 0}));
  monitor.client = must(client::Entrance(monitor.around).join({kHome, kPassphrase, invite.text}));
  for (int round = 0; round < 2; ++round) {
    must(lead.client->sync({}));
    must(monitor.client->sync({}));
  }
  must(lead.client->sync({}));
  lead.client.reset();
  monitor.client.reset();
}

std::vector<Step> offline_steps() {
  return {
      recording(),
      {"create", [](Client& client) { return create(client, "observation", {{"narrative", marked("No nurse since March")}, {"district", "KE002"}}, 2, true); }},
      {"edit", [](Client& client) { return done(client.edit({record_number(1), {{"place", marked("Kisumu")}}, {}, {}, {}})); }},
      {"submit", [](Client& client) { return done(client.submit(std::vector<RecordId>{record_number(1)})); }},
      {"import", import_some},
      {"search", [](Client& client) { return search(client, "kisima"); }},
      {"create", [](Client& client) { return create(client, "recommendation", {{"text", marked("Bring water")}, {"themes", "water"}}, 3, true); }},
      {"create",
       [](Client& client) {
         return create(client, "rating", {{"recommendation", to_hex(record_number(3))}, {"level", "partly_implemented"}, {"district", "KE002"}}, 4, true);
       }},
      {"attach", [](Client& client) { return attach(client, 2); }},
      {"scorecard", scorecard},
      {"read", all_that_is_read},
      {"delete", [](Client& client) { return done(client.remove(record_number(1))); }},
      {"erase", [](Client& client) { return done(client.evidence().erase(record_number(2), marked("Consent withdrawn"))); }, false, true},
      {"search", [](Client& client) { return search(client, "water"); }},
  };
}

// What comes to the lead with its next sync.
void Office::monitor_records() {
  if (!monitor.client) must(monitor.turn_on());
  must(monitor.client->create({"observation", {{"narrative", marked("The bridge is out")}}, {}, true, record_number(kOfMonitor), {}, {}}));
  must(monitor.client->sync({}));
}

// The same field that the lead has changed meanwhile.
void Office::monitor_edits() {
  must(monitor.client->edit({record_number(kOfMonitor), {{"place", marked("At the mill")}}, {}, {}, {}}));
  must(monitor.client->sync({}));
}

std::vector<Step> Office::all_steps() {
  std::vector<Step> steps = offline_steps();
  const Step exchange{"sync", sync, true};
  // Before the erasure, with a file under way.
  const std::vector<Step> exchanges = {
      {"sync", [this](Client& client) { return monitor_records(), sync(client); }, true},
      {"edit", [](Client& client) { return done(client.edit({record_number(kOfMonitor), {{"place", marked("At the weir")}}, {}, {}, {}})); }},
      {"sync", [this](Client& client) { return monitor_edits(), sync(client); }, true},
      {"review", [](Client& client) { return review_first(client, "approved"); }},
      {"resolve", [](Client& client) { return done(client.resolve(record_number(kOfMonitor), "place", marked("Between weir and mill"))); }},
      {"transfer", [](Client& client) { return done(client.transfer({}, {})); }, true},
      exchange,
  };
  const auto erasure = std::find_if(steps.begin(), steps.end(), [](const Step& step) { return std::string_view(step.kind) == "erase"; });
  steps.insert(erasure, exchanges.begin(), exchanges.end());
  steps.push_back(exchange);
  steps.push_back({"scorecard", scorecard});
  return steps;
}

Result<std::string> all_that_is_read(Client& client) {
  Query query;
  query.drafts = true;
  client::Home& home = client::Entrance::home_of(client);
  std::string text;
  HAKI_ASSIGN(const std::vector<RecordView> records, client.list(query));
  for (const RecordView& view : records) {
    text += in_words(view);
    HAKI_ASSIGN(const std::vector<AttachmentView> files, client.evidence().attachments(view.id));
    for (const AttachmentView& file : files) {
      text += file.name + " " + file.sha256 + "\n";
      Bytes content;
      HAKI_TRY(client::Attachments(home).open(file.id, [&](ByteView piece) -> Result<> {  // without a custody entry: a look leaves no trace
        content.insert(content.end(), piece.begin(), piece.end());
        return {};
      }));
      text += content == file_content() ? "as it was attached\n" : "with other content\n";
    }
  }
  HAKI_ASSIGN(const Status status, client.status());
  text += std::to_string(status.unsent) + " unsent, " + std::to_string(status.conflicts) + " conflicts\n";
  HAKI_ASSIGN(const std::vector<OutboxEntry> outbox, client.outbox());
  for (const OutboxEntry& entry : outbox) text += entry.form + " " + std::to_string(entry.changes) + (entry.sealed ? " sealed\n" : " not sealed\n");
  return text;
}

}  // namespace haki::test
