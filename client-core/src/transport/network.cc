#include "transport/network.h"

#include <chrono>
#include <thread>

namespace haki::transport {

std::unique_ptr<Channel> SystemNetwork::connect(Endpoint endpoint, Trust trust) {
  return std::make_unique<HttpClient>(std::move(endpoint), std::move(trust));
}

void SystemNetwork::wait(std::int64_t ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

}  // namespace haki::transport
