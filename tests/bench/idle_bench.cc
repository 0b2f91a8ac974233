// What connected devices cost the server while nothing happens, and how long it takes until all of them know of something new.
//
//   bench-idle --server-port P --server-pid PID --token T --observations FILE --connections N --devices D
//     Lets D devices in and opens N connections from enough loopback addresses; each has made an exchange with nothing new and then keeps its connection,
//     as a device does that will ask again. Resident memory of the server before and after, a connection.
//     Then the lead sends a record for all, and every device asks on its waiting connection: from the push to the last of them having it.
//
// The server holds no request back until there is news (spec 60-http-api): a device learns of it when it asks.
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "coalition.h"
#include "load.h"
#include "measure.h"

namespace haki::bench {
namespace {

constexpr std::size_t kPerAddress = 150;  // of the 200 that the server allows
constexpr std::size_t kFanOuts = 5;

double resident_bytes(std::size_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) * 1024;
  }
  give_up("server", "process " + std::to_string(pid) + " is not there");
}

class Crowd {
 public:
  Crowd(const Arguments& given)
      : port_(static_cast<std::uint16_t>(given.number("server-port"))), pid_(given.number("server-pid")), coalition_(port_, given.text("token"), given.number("devices")) {}

  void open(std::size_t connections) {
    if (connections < 2 * kPerAddress || connections < coalition_.devices().size()) give_up("idle", "it needs more connections than devices, and 300");
    for (std::size_t i = 0; i < kPerAddress; ++i) add();  // what the server takes once is not a connection's
    const double before = resident_bytes(pid_);
    const std::size_t first = sockets_.size();
    while (sockets_.size() < connections) add();
    const double after = resident_bytes(pid_);
    say("idle_connections", static_cast<double>(sockets_.size()), "connections");
    say("idle_server", after / 1e6, "MB");
    say("idle_connection", (after - before) / static_cast<double>(sockets_.size() - first) / 1000, "KB");
  }

  void fan_out(const std::vector<Observation>& observations) {
    std::vector<double> times, sent;
    coalition_.lead().prepare(observations, 0, kFanOuts);
    for (std::size_t i = 0; i < kFanOuts; ++i) {
      const Stopwatch watch;
      exchange(0, coalition_.lead(), coalition_.lead().next_request());
      sent.push_back(watch.seconds() * 1e3);
      auto& devices = coalition_.devices();
      for (std::size_t at = 0; at < devices.size(); ++at) send_all(sockets_[at], post(coalition_.target(), as_text(devices[at].poll_request())));
      for (std::size_t at = 0; at < devices.size(); ++at) {
        const Received answer = receive(sockets_[at]);
        devices[at].take(answer.status, answer.body);
        if (devices[at].rows() != 1) give_up("fan-out", "a device was not given the record");
      }
      times.push_back(watch.seconds() * 1e3);
    }
    std::ranges::sort(times);
    std::ranges::sort(sent);
    say("fan_out_devices", static_cast<double>(coalition_.devices().size()), "devices");
    say("fan_out_push", sent[kFanOuts / 2], "ms");
    say("fan_out", times[kFanOuts / 2], "ms");
  }

 private:
  void add() {
    const std::size_t at = sockets_.size();
    sockets_.push_back(connect_loopback(port_, static_cast<std::uint32_t>(1 + at / kPerAddress)));
    Device& device = coalition_.devices()[at % coalition_.devices().size()];
    exchange(at, device, device.poll_request());
  }
  void exchange(std::size_t at, Device& device, const Bytes& request) {
    send_all(sockets_[at], post(coalition_.target(), as_text(request)));
    const Received answer = receive(sockets_[at]);
    device.take(answer.status, answer.body);
  }

  const std::uint16_t port_;
  const std::size_t pid_;
  Coalition coalition_;
  std::vector<int> sockets_;  // until the process ends
};

}  // namespace
}  // namespace haki::bench

int main(int argument_count, char** arguments) {
  using namespace haki::bench;
  haki::crypto::initialize();
  const Arguments given(argument_count, arguments);
  Crowd crowd(given);
  crowd.open(given.number("connections"));
  crowd.fan_out(read_observations(given.text("observations"), 100));
}
