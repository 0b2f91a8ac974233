// What exchanging costs as the store grows, between a monitor and a lead, through the public API, with a real server.
//
//   bench-exchange --mode growth --server URL --server-port P --server-data DIR --token T --home DIR --form FILE --observations FILE --sizes 1000,10000
//     At each size: the lead's pull of what is new, an exchange with nothing new, exchanges with 50 changes, the merge of 500 of the
//     monitor's changes by the lead; disk per 10,000 records; at the end the first sync of a second lead, and an exchange with
//     nothing new in a coalition of 200 devices more.
//   bench-exchange --mode prepare …        a monitor with records that wait, and a lead who has none of them
//   bench-exchange --mode sync --home DIR/monitor --name NAME
//     One sync in a process of its own: METRIC NAME_peak, the most memory from when the home was open (Argon2id's is given back by then).
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "crypto/random.h"
#include "devices.h"
#include "keys/enrolment.h"
#include "load.h"
#include "measure.h"

namespace haki::bench {
namespace {

constexpr std::size_t kExchanged = 50, kExchanges = 9, kMerged = 500, kCrowd = 200, kCrowdAtOnce = 50;

// The greatest resident memory of this process since `forget_peak`, in MB.
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }
double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  give_up("memory", "this system does not tell a process's peak");
}

// Join requests of devices that the lead invites and nobody opens a home for; the lead's next sync lets them in.
void invite_crowd(Client& lead, std::uint16_t port, std::size_t devices) {
  crypto::SystemRandom random;
  for (std::size_t i = 0; i < devices; ++i) {
    const Invite made = must("invite", lead.invite({"monitor", "Device " + std::to_string(i), "Bench", {}, "", 0}));
    const keys::Invite invite = must("invite", keys::read_invite(made.text));
    const envelope::JoinRequest request = keys::make_join_request(invite, keys::Identity::generate(random));
    std::string put = post("/v1/coalitions/" + to_base64url(invite.org) + "/join/" + to_base64url(request.invite), as_text(envelope::encode_frame(request)));
    put.replace(0, 4, "PUT");
    Load load;
    load.port = port;
    load.request = [&](std::size_t, std::size_t) { return put; };
    load.answered = [](std::size_t, int status, std::string_view) {
      if (status != 200) give_up("join", "the server answered " + std::to_string(status));
    };
    run(load);
  }
}

class Exchanges {
 public:
  Exchanges(const Setting& setting, const Arguments& given, const std::vector<Observation>& observations)
      : setting_(setting),
        observations_(observations),
        server_data_(given.text("server-data")),
        port_(static_cast<std::uint16_t>(given.number("server-port"))),
        lead_(found(setting)),
        monitor_(let_in(*lead_, setting, "monitor")) {
    settle(*lead_, *monitor_);
    monitor_disk_ = bytes_in(setting_.home + "/monitor");
    server_disk_ = bytes_in(server_data_);
  }

  void measure(std::size_t size) {
    suffix_ = "_" + std::to_string(size);
    const std::size_t more = size - filled_;
    record_all(*monitor_, observations_, written_, more);
    filled_ = size;
    written_ += more;
    pull(more);
    settle(*lead_, *monitor_);
    measure_disk();
    tell_nothing_new("noop", *monitor_);
    measure_fifty();
    measure_merge();
  }

  // All records so far, by somebody who has none: what leads put together, then nothing more to ask for (spec 61).
  void first_sync() {
    settle(*lead_, *monitor_);
    const Invite invite = must("invite", lead_->invite({"lead", "Second", "Bench", {}, "", 0}));
    const ClientPointer second = must("join", Client::join({setting_.home + "/second", kPassphrase, invite.text}));
    sync(*second, "second");
    sync(*lead_, "lead");
    must("admit", lead_->admit("Second"));
    sync(*lead_, "lead");
    const Stopwatch watch;
    const SyncReport report = sync(*second, "second");
    const double seconds = watch.seconds();
    std::size_t records = 0;
    must("visit", second->visit({"field_survey", "", 0, false, "", false, false}, [&](const RecordView&) -> Result<bool> { return ++records, true; }));
    if (records != written_) give_up("first sync", std::to_string(records) + " of " + std::to_string(written_) + " records are there");
    const auto count = static_cast<double>(records);
    tell("first_sync", count / seconds, "records/s");
    tell("first_sync_seconds", seconds, "s");
    tell("first_sync_bytes", static_cast<double>(report.bytes_down) / count, "bytes");
    tell("first_sync_round_trips", static_cast<double>(report.round_trips), "requests");
    tell("first_sync_unaudited", static_cast<double>(must("status", second->status()).unaudited), "compartments");
  }

  void crowd() {
    for (std::size_t admitted = 0; admitted < kCrowd; admitted += kCrowdAtOnce) {
      invite_crowd(*lead_, port_, kCrowdAtOnce);
      const SyncReport report = sync(*lead_, "lead");
      if (report.admitted != kCrowdAtOnce) give_up("crowd", std::to_string(report.admitted) + " of " + std::to_string(kCrowdAtOnce) + " devices were let in");
    }
    settle(*lead_, *monitor_);
    tell_nothing_new("noop_crowd", *monitor_);
    tell_nothing_new("noop_crowd_lead", *lead_);
  }

 private:
  void tell(const std::string& what, double value, const std::string& unit) const { say("exchange_" + what + suffix_, value, unit); }

  void pull(std::size_t more) {
    if (const auto sent = sync(*monitor_, "monitor").sent; sent != more) give_up("push", std::to_string(sent) + " of " + std::to_string(more) + " change sets were sent");
    const Stopwatch watch;
    const SyncReport report = sync(*lead_, "lead");
    if (report.received != more) give_up("pull", std::to_string(report.received) + " of " + std::to_string(more) + " change sets arrived");
    tell("pull", static_cast<double>(more) / watch.seconds(), "records/s");
    tell("pull_processor", watch.processor_seconds() * 1e6 / static_cast<double>(more), "us");
    tell("pull_bytes", static_cast<double>(report.bytes_down) / static_cast<double>(more), "bytes");
  }

  void tell_nothing_new(const std::string& what, Client& client) const {
    const Stopwatch watch;
    const SyncReport report = sync(client, "a device with nothing new");
    tell(what + "_ms", watch.seconds() * 1e3, "ms");
    tell(what + "_requests", static_cast<double>(report.round_trips), "requests");
    tell(what + "_up", static_cast<double>(report.bytes_up), "bytes");
    tell(what + "_down", static_cast<double>(report.bytes_down), "bytes");
  }

  void write(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) must("create", monitor_->create(draft_of(observations_, written_++)));
  }

  void measure_fifty() {
    std::vector<double> milliseconds, processor;
    for (std::size_t i = 0; i < kExchanges; ++i) {
      write(kExchanged);
      const Stopwatch watch;
      if (sync(*monitor_, "monitor").sent != kExchanged) give_up("exchange", "not every change was sent");
      milliseconds.push_back(watch.seconds() * 1e3);
      processor.push_back(watch.processor_seconds() * 1e6 / kExchanged);
    }
    tell("fifty", median(milliseconds), "ms");
    tell("fifty_processor", median(processor), "us");
    settle(*lead_, *monitor_);
  }

  void measure_merge() {
    std::vector<double> each, processor;
    for (std::size_t i = 0; i < 3; ++i) {
      write(kMerged);
      sync(*monitor_, "monitor");
      const Stopwatch watch;
      if (sync(*lead_, "lead").received != kMerged) give_up("merge", "not every change arrived");
      each.push_back(watch.seconds() * 1e6 / kMerged);
      processor.push_back(watch.processor_seconds() * 1e6 / kMerged);
      settle(*lead_, *monitor_);
    }
    tell("merge", median(each), "us");
    tell("merge_processor", median(processor), "us");
  }

  // Of the monitor and the lead when nobody has the home open, and of the server as it runs while nobody asks, with what the lead put together.
  void measure_disk() {
    std::this_thread::sleep_for(std::chrono::seconds(2));  // it empties its database's log after one in which nobody writes
    const auto per_10000 = [&](std::uint64_t bytes) { return static_cast<double>(bytes) / static_cast<double>(written_) * 1e4 / 1e6; };
    tell("server_disk", per_10000(bytes_in(server_data_) - server_disk_), "MB");
    for (auto* client : {&monitor_, &lead_}) client->reset();
    tell("monitor_disk", per_10000(bytes_in(setting_.home + "/monitor") - monitor_disk_), "MB");
    tell("lead_disk", per_10000(bytes_in(setting_.home + "/lead")), "MB");
    monitor_ = must("open", Client::open(setting_.home + "/monitor", kPassphrase));
    lead_ = must("open", Client::open(setting_.home + "/lead", kPassphrase));
  }

  const Setting& setting_;
  const std::vector<Observation>& observations_;
  const std::string server_data_;
  const std::uint16_t port_;
  ClientPointer lead_, monitor_;
  std::uint64_t monitor_disk_ = 0, server_disk_ = 0;
  std::string suffix_;
  std::size_t filled_ = 0, written_ = 0;
};

void growth(const Setting& setting, const Arguments& given, const std::vector<Observation>& observations) {
  Exchanges exchanges(setting, given, observations);
  std::stringstream sizes(given.text("sizes"));
  for (std::string one; std::getline(sizes, one, ',');) exchanges.measure(std::strtoull(one.c_str(), nullptr, 10));
  exchanges.first_sync();
  exchanges.crowd();
}

void prepare(const Setting& setting, const std::vector<Observation>& observations) {
  const ClientPointer lead = found(setting);
  const ClientPointer monitor = let_in(*lead, setting, "monitor");
  settle(*lead, *monitor);
  record_all(*monitor, observations, 0, observations.size());
}

void sync_once(const Arguments& given) {
  const ClientPointer client = must("open", Client::open(given.text("home"), kPassphrase));
  forget_peak();
  say(given.text("name") + "_before", peak_megabytes(), "MB");
  const SyncReport report = sync(*client, "this device");
  say(given.text("name") + "_peak", peak_megabytes(), "MB");
  say(given.text("name") + "_records", static_cast<double>(report.sent + report.received), "records");
}

}  // namespace
}  // namespace haki::bench

int main(int argument_count, char** arguments) {
  using namespace haki::bench;
  haki::crypto::initialize();
  const Arguments given(argument_count, arguments);
  const std::string mode = given.text("mode");
  if (mode == "sync") return sync_once(given), 0;
  const Setting setting{given.text("server"), given.text("token"), given.text("home"), given.text("form")};
  const auto observations = read_observations(given.text("observations"), 10'000);
  if (mode == "prepare") {
    prepare(setting, observations);
  } else {
    growth(setting, given, observations);
  }
}
