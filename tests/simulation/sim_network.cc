#include "sim_network.h"

#include "direct_channel.h"

namespace haki::simulation {

constexpr std::size_t kLateMax = 64;  // requests under way at once: reordered by so many

std::unique_ptr<transport::Channel> SimNetwork::connect(transport::Endpoint, transport::Trust) {
  return std::make_unique<DirectChannel>([this](const transport::Request& request) { return send(request); });
}

Error SimNetwork::lost(const char* how) {
  coverage_.count("network", how);
  return {Code::kNetwork, "The server could not be reached."};
}

Result<transport::Response> SimNetwork::send(const transport::Request& request) {
  ++weather_.requests;
  if (++weather_.of_this_call > Weather::kRequestsMax) return lost("a call that does not end");
  if (disk_.dead()) return Error{Code::kNetwork, "the device is off"};
  clock_.pass(static_cast<std::int64_t>(50 + chance_.below(2'000)));
  if (const auto spoiled = vandal ? vandal(request) : std::nullopt) {
    weather_.spoiled = true;
    auto response = server_.answer(*spoiled);
    weather_.spoiled = false;
    if (weather_.watch) weather_.watch(*spoiled, response);
    return response;
  }
  if (weather_.calm) {
    auto response = server_.answer(request);
    if (weather_.watch) weather_.watch(request, response);
    return response;
  }
  return send_in_bad_weather(request);
}

Result<transport::Response> SimNetwork::send_in_bad_weather(const transport::Request& request) {
  const NetworkFaults& faults = weather_.faults;
  if (chance_.percent(20)) deliver_late(server_, weather_, chance_, coverage_);
  if (chance_.percent(faults.no_link) || chance_.percent(faults.request_lost)) return lost("request lost");
  if (chance_.percent(faults.late)) {
    if (weather_.late.size() < kLateMax) weather_.late.push_back(request);
    return lost("request given up, under way");
  }
  if (chance_.percent(faults.server_killed_before)) {
    server_.restart();
    return lost("server killed before it took a request");
  }
  if (chance_.percent(faults.twice)) {
    coverage_.count("network", "request came twice");
    auto first = server_.answer(request);
    if (chance_.percent(50)) return first;
  }
  transport::Response response = server_.answer(request);
  if (weather_.watch) weather_.watch(request, response);
  if (chance_.percent(faults.server_killed_after)) {
    server_.restart();
    return lost("server killed after it took a request");
  }
  if (chance_.percent(faults.answer_lost)) return lost("answer lost");
  if (!response.body.empty() && chance_.percent(faults.answer_cut)) {
    coverage_.count("network", "answer cut");
    response.body.resize(chance_.below(response.body.size()));
    if (response.body.empty()) return lost("answer lost");
    response.cut_short = true;
  }
  return response;
}

void deliver_late(SimServer& server, Weather& weather, Chance& chance, Coverage& coverage) {
  while (!weather.late.empty() && chance.percent(60)) {
    const auto at = weather.late.begin() + static_cast<std::ptrdiff_t>(chance.below(weather.late.size()));
    const transport::Request request = std::move(*at);
    weather.late.erase(at);
    coverage.count("network", "request came late");
    weather.late_arrives = true;
    static_cast<void>(server.answer(request));
    weather.late_arrives = false;
  }
}

}  // namespace haki::simulation
