// What a member's device does, through the public API alone, against a real server on loopback.
//
//   bench-client --mode rates --server URL --token T --home DIR --form FILE --observations FILE --records N --singles K
//     Founds a coalition, lets four monitors in, and takes time: K records one transaction each by one monitor, N records imported by
//     one 50 rows at a time and by one as the product does it, N recorded one by one by the last, who pushes them; the lead pulls,
//     lists, searches, opens its home again.
//   bench-client --mode bytes … --counter PORT
//     The same with the server behind shaping_proxy.py, whose counters are at PORT and which lets everything through: bytes of batches of
//     50, of single records, and of an exchange with nothing new; with --words FILE, words of another language, of a form that nothing
//     was tuned for (unseen_form.toml).
//   bench-client --mode link … --counter PORT
//     With the proxy as slow as it was told to be: 50 observations, from calling sync() until it returns, the connection opened anew each time.
#include <algorithm>
#include <fstream>
#include <random>
#include <span>

#include "devices.h"
#include "measure.h"

namespace haki::bench {
namespace {

constexpr std::size_t kBatch = 50;

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
  {
    ClientPointer other = let_in(*lead, setting, "fourth");
    measure_import(*other, observations, "import", observations.size());
  }
  settle(*lead, *monitor);
  const Stopwatch recording;
  record_all(*monitor, observations, 0, observations.size());
  say("record_unsynced_processor", recording.processor_seconds() * 1e6 / static_cast<double>(observations.size()), "us");
  measure_exchange(*monitor, *lead, observations.size());
  measure_list(*lead, observations);
  measure_search(*lead, observations.size());
  lead.reset();
  measure_open(setting.home + "/lead");
}

// The counters since the last look, which sets them back.
struct Counted {
  double up = 0, down = 0, requests = 0, turns = 0;
};
Counted counted(std::uint16_t port) {
  const std::string json = get_loopback(port, "/reset");
  const auto number = [&](const std::string& name) {
    const auto at = json.find("\"" + name + "\":");
    if (at == std::string::npos) give_up("counter", "it says nothing of " + name);
    return std::strtod(json.c_str() + at + name.size() + 3, nullptr);
  };
  return {number("up"), number("down"), number("requests"), number("turns")};
}

void record_batch(Client& client, const std::vector<Observation>& observations, std::size_t batch) {
  for (std::size_t i = batch * kBatch; i < (batch + 1) * kBatch && i < observations.size(); ++i) {
    must("create", client.create(observations[i].draft()));
  }
}

// Bytes up for one sync of what waits, and what it took.
struct Sent {
  Counted traffic;
  double seconds = 0;
};
Sent send_counted(Client& monitor, std::size_t records, std::uint16_t port) {
  counted(port);
  const Stopwatch watch;
  const SyncReport report = sync(monitor, "monitor");
  Sent sent{{}, watch.seconds()};
  sent.traffic = counted(port);
  if (report.sent != records) give_up("bytes", std::to_string(report.sent) + " of " + std::to_string(records) + " records were sent");
  return sent;
}

void measure_single_records(Client& monitor, const std::vector<Observation>& observations, std::uint16_t port) {
  std::vector<double> bytes;
  for (std::size_t i = 0; i < 9; ++i) {
    must("create", monitor.create(draft_of(observations, i)));
    bytes.push_back(send_counted(monitor, 1, port).traffic.up);
  }
  say("bytes_up_single", median(bytes), "bytes");
}

// Sentences of words in no order: nothing repeats but the words, the frequent ones more often.
class Sentences {
 public:
  explicit Sentences(const std::string& words_file) {
    std::ifstream file(words_file);
    for (std::string word; file >> word;) words_.push_back(word);
    if (words_.size() < 200) give_up(words_file, "it has fewer than 200 words");
  }
  std::string operator()(std::size_t words) {
    std::string text;
    for (std::size_t i = 0; i < words; ++i) text += (i == 0 ? "" : " ") + next();
    return text;
  }

 private:
  const std::string& next() {
    const double uniform = static_cast<double>(chance_() >> 11) / 9007199254740992.0;
    return words_[static_cast<std::size_t>(uniform * uniform * uniform * static_cast<double>(words_.size()))];
  }
  std::vector<std::string> words_;
  std::mt19937_64 chance_{7};
};

void measure_unseen(Client& lead, Client& monitor, const Arguments& given, std::uint16_t port) {
  must("form", lead.import_form(content_of(given.text("unseen-form"))));
  settle(lead, monitor);
  Sentences sentences(given.text("words"));
  std::size_t raw = 0, made = 0;
  const auto record = [&] {
    Draft draft{"water_point", {{"account", sentences(55)}, {"settlement", sentences(1)}, {"seen_on", "2026-11-" + std::to_string(10 + made % 20)},
                                {"families", std::to_string(3 + made * 7 % 90)}}, {}, true, {}};
    for (const FieldInput& field : draft.fields) raw += field.text.size();
    ++made;
    must("create", monitor.create(draft));
  };
  std::vector<double> single, batch;
  for (std::size_t i = 0; i < 7; ++i) {
    record();
    single.push_back(send_counted(monitor, 1, port).traffic.up);
  }
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < kBatch; ++j) record();
    batch.push_back(send_counted(monitor, kBatch, port).traffic.up / static_cast<double>(kBatch));
  }
  say("bytes_unseen_raw", static_cast<double>(raw) / static_cast<double>(made), "bytes");
  say("bytes_up_unseen_single", median(single), "bytes");
  say("bytes_up_unseen_batch", median(batch), "bytes");
}

void link(const Setting& setting, const std::vector<Observation>& observations, std::uint16_t port) {
  get_loopback(port, "/shape/off");
  ClientPointer lead = found(setting);
  ClientPointer monitor = let_in(*lead, setting, "monitor");
  settle(*lead, *monitor);
  std::vector<double> seconds, bytes;
  double slowest = 0, requests = 0, turns = 0;
  for (std::size_t time = 0; time < 5; ++time) {
    record_batch(*monitor, observations, time);
    monitor = must("open", (monitor.reset(), Client::open(setting.home + "/monitor", kPassphrase)));
    get_loopback(port, "/shape/on/" + std::to_string(time + 1));
    const Sent sent = send_counted(*monitor, kBatch, port);
    get_loopback(port, "/shape/off");
    seconds.push_back(sent.seconds);
    bytes.push_back(sent.traffic.up);
    slowest = std::max(slowest, sent.seconds);
    requests = std::max(requests, sent.traffic.requests);
    turns = std::max(turns, sent.traffic.turns);
  }
  say("link_fifty", median(seconds), "s");
  say("link_fifty_slowest", slowest, "s");
  say("link_fifty_bytes", median(bytes), "bytes");
  say("link_fifty_requests", requests, "requests");
  say("link_fifty_round_trips", turns, "turns");
}

void bytes(const Setting& setting, const std::vector<Observation>& observations, const Arguments& given) {
  const auto port = static_cast<std::uint16_t>(given.number("counter"));
  constexpr std::size_t kBatches = 8;
  if (observations.size() < kBatches * kBatch) give_up("bytes", "it needs 400 observations");
  ClientPointer lead = found(setting);
  ClientPointer monitor = let_in(*lead, setting, "monitor");
  settle(*lead, *monitor);
  std::vector<double> later;
  for (std::size_t batch = 0; batch < kBatches; ++batch) {
    record_batch(*monitor, observations, batch);
    const Counted traffic = send_counted(*monitor, kBatch, port).traffic;
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
  const Counted nothing = send_counted(*monitor, 0, port).traffic;
  say("noop_requests", nothing.requests, "requests");
  say("noop_up", nothing.up, "bytes");
  say("noop_down", nothing.down, "bytes");
  measure_single_records(*monitor, observations, port);
  if (given.has("words")) measure_unseen(*lead, *monitor, given, port);
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
  } else if (given.text("mode") == "link") {
    link(setting, observations, static_cast<std::uint16_t>(given.number("counter")));
  } else {
    bytes(setting, observations, given);
  }
}
