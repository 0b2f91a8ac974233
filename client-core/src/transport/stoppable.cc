#include "transport/stoppable.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace haki::transport {

class StoppableChannel final : public Channel {
 public:
  StoppableChannel(std::unique_ptr<Channel> inner, const StoppableNetwork& network) : inner_(std::move(inner)), network_(network) {}

  Result<Response> send(const Request& request) override {
    const std::stop_token token = network_.token_;
    if (token.stop_requested()) return stopped();
    auto response = [&] {
      const std::stop_callback on_stop(token, [this] { inner_->cancel(); });
      return inner_->send(request);
    }();
    if (!response && token.stop_requested()) return stopped();
    return response;
  }
  std::optional<envelope::Pin> peer_pin() const override { return inner_->peer_pin(); }
  Traffic traffic() const override { return inner_->traffic(); }
  void cancel() override { inner_->cancel(); }

 private:
  static Error stopped() { return {Code::kStopped, "Stopped. What was exchanged till then is kept; the next time goes on from there."}; }

  std::unique_ptr<Channel> inner_;
  const StoppableNetwork& network_;
};

std::unique_ptr<Channel> StoppableNetwork::connect(Endpoint endpoint, Trust trust) {
  return std::make_unique<StoppableChannel>(inner_.connect(std::move(endpoint), std::move(trust)), *this);
}

void StoppableNetwork::wait(std::int64_t ms) {
  if (!token_.stop_possible()) return inner_.wait(ms);
  std::mutex mutex;
  std::condition_variable_any stopping;
  std::unique_lock lock(mutex);
  stopping.wait_for(lock, token_, std::chrono::milliseconds(ms), [] { return false; });
}

}  // namespace haki::transport
