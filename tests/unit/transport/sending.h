// A send() under way in another thread, for tests that cancel it.
#pragma once

#include <optional>
#include <thread>

#include "transport/http_client.h"

namespace haki::transport {

class Sending {
 public:
  Sending(HttpClient& client, Request request)
      : thread_([this, &client, sent = std::move(request)] {
          const auto result = client.send(sent);  // named: g++ 12 warns falsely of the temporary's destructor
          result_ = result;
        }) {}
  ~Sending() {
    if (thread_.joinable()) thread_.join();
  }
  const Result<Response>& wait() {
    thread_.join();
    return *result_;
  }

 private:
  std::optional<Result<Response>> result_;
  std::thread thread_;  // last: it starts when the rest is there
};

}  // namespace haki::transport
