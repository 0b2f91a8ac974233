#include "phone.h"

#include "direct_channel.h"

namespace haki::test {

std::unique_ptr<transport::Channel> Line::connect(transport::Endpoint, transport::Trust) {
  return std::make_unique<simulation::DirectChannel>([this](const transport::Request& request) { return send(request); });
}

Result<transport::Response> Line::send(const transport::Request& request) {
  const Error unreachable{Code::kNetwork, "The server could not be reached."};
  if (weather == Weather::kNoLink) return unreachable;
  clock_.pass(50);
  transport::Response response = server_.answer(request);
  if (weather == Weather::kAnswersLost) return unreachable;
  return response;
}

Result<> Phone::turn_on() {
  HAKI_ASSIGN(client, client::Entrance(around).open(kHome, kPassphrase));
  return {};
}

}  // namespace haki::test
