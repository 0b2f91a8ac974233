// What a member's device does, through the public API alone, against a real server on loopback.
//
//   bench-client --mode rates --server URL --token T --home DIR --form FILE --observations FILE --records N --singles K
//     Founds a coalition, lets three monitors in, and takes time: K records one transaction each by one monitor, N records
//     imported by each of the others, by one 50 rows at a time, by the other as the product does it, who pushes them; the lead
//     pulls, lists, searches, opens its home again.
//   bench-client --mode bytes … --counter PORT
//     The same with the server behind tcpcount.mjs, whose counters are at PORT: bytes of batches of 50 and of an exchange
//     with nothing new.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>

#include "haki/client.h"
#include "measure.h"
#include "observations.h"

namespace haki::bench {
namespace {

constexpr const char* kPassphrase = "bench bench bench";
constexpr std::size_t kBatch = 50;

using ClientPointer = std::unique_ptr<Client>;

struct Setting {
  std::string server, token, home, form;
};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) give_up(path, "it cannot be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

SyncReport sync(Client& client, const std::string& who) { return must("sync of " + who, client.sync({})); }

ClientPointer found(const Setting& setting) {
  std::string words;
  const FoundOptions options{setting.home + "/lead", kPassphrase, setting.server, setting.token, "Bench", "Lead", "Bench"};
  ClientPointer lead = must("found", Client::found(options, words));
  must("form", lead->import_form(content_of(setting.form)));
  return lead;
}

ClientPointer let_in(Client& lead, const Setting& setting, const std::string& name) {
  const Invite invite = must("invite", lead.invite({"monitor", name, "Bench", {}, "", 0}));
  ClientPointer monitor = must("join", Client::join({setting.home + "/" + name, kPassphrase, invite.text}));
  sync(*monitor, name);
  sync(lead, "lead");
  sync(*monitor, name);
  if (!must("status", monitor->status()).admitted) give_up(name, "was not let in");
  return monitor;
}

// Until both have what the other has: records, what the lead acknowledges, what the server says of it.
void settle(Client& lead, Client& monitor) {
  for (int round = 0; round < 3; ++round) {
    sync(lead, "lead");
    sync(monitor, "monitor");
  }
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void measure_singles(Client& client, const std::vector<Observation>& observations, std::size_t count) {
  const std::size_t singles = std::min(count, observations.size());
  const Stopwatch watch;
  for (std::size_t i = 0; i < singles; ++i) must("create", client.create(observations[i].draft()));
  say("put1", static_cast<double>(singles) / watch.seconds(), "records/s");
  say("put1_processor", watch.processor_seconds() * 1e6 / static_cast<double>(singles), "us");
}

// A call commits as often as the product does, which is less often than every 50 rows: so 50 rows a call are 50 a commit.
void measure_import(Client& client, const std::vector<Observation>& observations, const std::string& name,
                    std::size_t rows_per_call) {
  std::vector<ImportRow> rows;
  for (const Observation& one : observations) rows.push_back({rows.size() + 1, "field_survey", {one.fields.front().text}, one.fields});
  const Stopwatch watch;
  std::uint64_t created = 0;
  for (std::size_t start = 0; start < rows.size(); start += rows_per_call) {
    const auto part = std::span(rows).subspan(start, std::min(rows_per_call, rows.size() - start));
    const ImportReport report = must("import", client.import_rows(part, false, {}));
    if (!report.refused.empty()) give_up("import", report.refused.front().reason);
    created += report.created;
  }
  say(name, static_cast<double>(rows.size()) / watch.seconds(), "records/s");
  say(name + "_processor", watch.processor_seconds() * 1e6 / static_cast<double>(rows.size()), "us");
  if (created != rows.size()) give_up("import", "rows are missing");
}

void measure_exchange(Client& monitor, Client& lead, std::size_t records) {
  const auto count = static_cast<double>(records);
  const Stopwatch pushing;
  const SyncReport pushed = sync(monitor, "monitor");
  say("push", count / pushing.seconds(), "records/s");
  if (pushed.sent != records) give_up("push", std::to_string(pushed.sent) + " change sets were acknowledged");
  say("push_round_trips", static_cast<double>(pushed.round_trips), "requests");
  say("push_bytes_per_record", static_cast<double>(pushed.bytes_up) / count, "bytes");
  const Stopwatch pulling;
  const SyncReport pulled = sync(lead, "lead");
  say("pull", count / pulling.seconds(), "records/s");
  if (pulled.received != records) give_up("pull", std::to_string(pulled.received) + " change sets arrived");
  say("pull_round_trips", static_cast<double>(pulled.round_trips), "requests");
}

void measure_list(Client& lead, const std::vector<Observation>& observations) {
  const auto site = std::ranges::find(observations.front().fields, "site", &FieldInput::field);
  const Query query{"field_survey", "site = '" + site->text + "'", 0, false, "", false, false};
  std::size_t listed = 0;
  for (const char* name : {"list_first", "list_later"}) {
    const Stopwatch watch;
    listed = must("list", lead.list(query)).size();
    say(name, watch.seconds() * 1e3, "ms");
  }
  say("listed", static_cast<double>(listed), "records");
  if (listed == 0) give_up("list", "nothing was found");
}

void measure_search(Client& lead, std::size_t records) {
  const Stopwatch first;
  const auto found = must("search", lead.search("river", 20));
  say("search_first", first.seconds() * 1e3, "ms");
  say("index_catch_up", static_cast<double>(records) / first.seconds(), "records/s");
  if (found.empty()) give_up("search", "nothing was found");
  std::vector<double> times;
  for (const char* text : {"river", "broken bridge", "snake", "market", "fever", "north", "flooded pla", "eagle nest", "pump"}) {
    const Stopwatch watch;
    must("search", lead.search(text, 20));
    times.push_back(watch.seconds() * 1e3);
  }
  say("search_later", median(times), "ms");
}

void measure_open(const std::string& home) {
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    const Stopwatch watch;
    must("open", Client::open(home, kPassphrase));
    times.push_back(watch.seconds() * 1e3);
  }
  say("open", median(times), "ms");
}

void rates(const Setting& setting, const std::vector<Observation>& observations, std::size_t singles) {
  ClientPointer lead = found(setting);
  ClientPointer monitor = let_in(*lead, setting, "monitor");
  {
    ClientPointer other = let_in(*lead, setting, "other");
    measure_singles(*other, observations, singles);
  }
  {
    ClientPointer other = let_in(*lead, setting, "third");
    measure_import(*other, observations, "import50", kBatch);
  }
  settle(*lead, *monitor);
  measure_import(*monitor, observations, "import", observations.size());
  measure_exchange(*monitor, *lead, observations.size());
  measure_list(*lead, observations);
  measure_search(*lead, observations.size());
  lead.reset();
  measure_open(setting.home + "/lead");
}

// The counters since the last look, which sets them back.
struct Counted {
  double up, down, requests;
};
Counted counted(std::uint16_t port) {
  const std::string json = get_loopback(port, "/reset");
  const auto number = [&](const std::string& name) {
    const auto at = json.find("\"" + name + "\":");
    if (at == std::string::npos) give_up("counter", "it says nothing of " + name);
    return std::strtod(json.c_str() + at + name.size() + 3, nullptr);
  };
  return {number("up"), number("down"), number("requests")};
}

void record_batch(Client& client, const std::vector<Observation>& observations, std::size_t batch) {
  for (std::size_t i = batch * kBatch; i < (batch + 1) * kBatch && i < observations.size(); ++i) {
    must("create", client.create(observations[i].draft()));
  }
}

void bytes(const Setting& setting, const std::vector<Observation>& observations, std::uint16_t port) {
  constexpr std::size_t kBatches = 8;
  if (observations.size() < kBatches * kBatch) give_up("bytes", "it needs 400 observations");
  ClientPointer lead = found(setting);
  ClientPointer monitor = let_in(*lead, setting, "monitor");
  settle(*lead, *monitor);
  std::vector<double> later;
  for (std::size_t batch = 0; batch < kBatches; ++batch) {
    record_batch(*monitor, observations, batch);
    counted(port);
    const SyncReport report = sync(*monitor, "monitor");
    const Counted traffic = counted(port);
    if (report.sent != kBatch) give_up("bytes", std::to_string(report.sent) + " of 50 records were sent");
    const double each = traffic.up / static_cast<double>(kBatch);
    if (batch == 0) {
      say("bytes_up_first_batch", each, "bytes");
      say("requests_first_batch", traffic.requests, "requests");
    } else {
      later.push_back(each);
      if (batch == 1) say("requests_batch", traffic.requests, "requests");
    }
  }
  say("bytes_up_batch", median(later), "bytes");
  settle(*lead, *monitor);
  counted(port);
  sync(*monitor, "monitor");
  const Counted nothing = counted(port);
  say("noop_requests", nothing.requests, "requests");
  say("noop_up", nothing.up, "bytes");
  say("noop_down", nothing.down, "bytes");
}

}  // namespace
}  // namespace haki::bench

int main(int argument_count, char** arguments) {
  using namespace haki::bench;
  const Arguments given(argument_count, arguments);
  const Setting setting{given.text("server"), given.text("token"), given.text("home"), given.text("form")};
  const auto observations = read_observations(given.text("observations"), given.number("records"));
  if (given.text("mode") == "rates") {
    rates(setting, observations, given.number("singles"));
  } else {
    bytes(setting, observations, static_cast<std::uint16_t>(given.number("counter")));
  }
}
