#include "phone.h"

namespace haki::test {
namespace {

class LineChannel final : public transport::Channel {
 public:
  void cancel() override {}  // one thread
  explicit LineChannel(Line& line) : line_(line) {}
  Result<transport::Response> send(const transport::Request& request) override {
    ++traffic_.connections;
    traffic_.bytes_up += request.body.size();
    auto response = line_.send(request);
    if (!response) return response;
    ++traffic_.round_trips;
    traffic_.bytes_down += response->body.size();
    return response;
  }
  std::optional<envelope::Pin> peer_pin() const override { return std::nullopt; }
  transport::Traffic traffic() const override { return traffic_; }

 private:
  Line& line_;
  transport::Traffic traffic_;
};

}  // namespace

std::unique_ptr<transport::Channel> Line::connect(transport::Endpoint, transport::Trust) {
  return std::make_unique<LineChannel>(*this);
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
