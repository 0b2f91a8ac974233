// The owner's ear: others hand it their commands, and it runs them one at a time.
//
// Belongs to one thread. Nothing a caller does ends or blocks the owner for long: a request is read within two seconds,
// a caller that goes away while its command runs is told to the handler, and its answer is dropped.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <string>

#include "haki/result.h"
#include "owner/descriptor.h"
#include "owner/request.h"

namespace haki::owner {

// A command handed over, with the descriptors of the asking process. They are closed when the call is over.
struct Call {
  Request request;
  std::array<Descriptor, kRequestDescriptors> descriptors;  // input, output, errors, prepared
  int caller = -1;  // the connection; readable or hung up means that the caller has gone
};

struct Answer {
  enum class Kind { kExit, kNeedsPassphrase, kGone } kind = Kind::kExit;
  int exit_code = 0;
};

using Handler = std::function<Answer(Call& call)>;

class Listener {
 public:
  // Precondition: the calling process holds the home's lock, so that a socket found there is stale and is replaced.
  static Result<Listener> open(const std::string& home);
  Listener(Listener&&) noexcept = default;
  Listener& operator=(Listener&&) = delete;
  ~Listener();  // removes the socket

  // Waits at most `wait` for a caller, then lets `handler` answer it. False: nobody came, or a signal did.
  // Callers that are not this user's, ask for another home or send no sound request do not reach the handler.
  Result<bool> serve_one(std::chrono::milliseconds wait, const Handler& handler);

 private:
  Listener(Descriptor socket, std::string path, std::string home)
      : socket_(std::move(socket)), path_(std::move(path)), home_(std::move(home)) {}
  void serve(Descriptor caller, const Handler& handler);

  Descriptor socket_;
  std::string path_;
  std::string home_;
};

// Whether the other end of this connection has gone, or sent what it should not.
bool caller_is_gone(int caller);

}  // namespace haki::owner
