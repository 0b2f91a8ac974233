// One session with the server as a state machine: no socket, no SQL, no clock of its own. Whoever drives it performs each
// action and answers with one event:
//
//   Started → Prepare → Prepared → Post → Answered → Take → Taken → (Prepare again | Finish)
//
// One round trip when all is well. A request that got no answer is sent again byte for byte (new Hello and Auth around the
// same sealed frames): at once where it was small, else after asking the server what it has. Interrupted anywhere, the next
// session goes on from what the store holds (spec 60-http-api, "Session").
#pragma once

#include "crypto/secret.h"
#include "envelope/request_mac.h"
#include "sync/action.h"
#include "sync/backoff.h"
#include "sync/event.h"

namespace haki::sync {

class Engine {
 public:
  // `key` is K_auth for this device at this server (envelope::request_key).
  Engine(const DeviceId& device, crypto::RequestKey key, base::Random& random)
      : device_(device), key_(std::move(key)), backoff_(random) {}

  // The next action. Precondition: `event` answers the action before it; the first is Started.
  Action handle(const Event& event);

 private:
  static constexpr int kRetriesMax = 3;
  static constexpr int kRoundsMax = 10'000;
  // Answers in a row that may bring nothing new: a server that had to start afresh shows again what is known.
  static constexpr int kBarrenRoundsMax = 64;
  // No device has made so many requests since its last backup.
  static constexpr std::uint64_t kCounterLeadMax = std::uint64_t{1} << 32;
  static constexpr std::size_t kFirstBytes = 128 * 1024;
  static constexpr std::size_t kLeastBytes = 4 * 1024;
  static constexpr std::size_t kMostBytes = 900 * 1024;  // leaves room for Hello, entries and Auth in a request
  static constexpr std::size_t kResendBytes = 4 * 1024;

  Action on(const Started& event);
  Action on(const Prepared& event);
  Action on(const Answered& event);
  Action on(const Unanswered& event);
  Action on(const Taken& event);
  Action on(const Waited& event);
  Action on(const Failed& event);

  Action prepare();
  Action retry(const Error& error);
  void pace(std::int64_t elapsed_ms, std::size_t bytes);
  Result<Inbound> read_reply(const Answered& reply) const;
  Action refused(const Answered& reply);

  DeviceId device_;
  crypto::RequestKey key_;
  Backoff backoff_;
  bool seal_ = false;          // what is unsent may be sealed: the membership known here is recent
  bool heard_ = false;         // the server answered at least once in this session
  bool more_ = false;          // the last answer left rows out
  bool ask_only_ = false;      // the next request carries no sealed frames
  std::uint64_t counter_ = 0;
  std::uint64_t counter_above_ = 0;
  std::size_t bytes_max_ = kFirstBytes;
  std::size_t posted_bytes_ = 0;
  envelope::Mac request_mac_;
  int retries_ = 0;
  int rounds_ = 0;
  int barren_rounds_ = 0;
  int stale_counters_ = 0;
};

}  // namespace haki::sync
