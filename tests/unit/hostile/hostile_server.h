// A seized server: the real relay with its real keys, behind a plain loopback listener, and whoever holds it may change every
// answer before it is proven with the server's own keys. So what a device refuses, it refuses for what members signed.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "crypto/random.h"
#include "envelope/frames.h"
#include "envelope/request_mac.h"
#include "relay/compaction.h"
#include "relay/relay.h"
#include "storage/sqlite/store.h"
#include "turn.h"

namespace haki::test {

class HostileServer {
 public:
  HostileServer();
  ~HostileServer();

  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string token();  // for founding
  void meddle(Meddle how);
  // On the wire: the whole HTTP answer, to be changed. `slowly_ms`: it then leaves in ten pieces, so far apart.
  void spoil(std::function<void(std::string&)> how, int slowly_ms = 0);
  void be_honest();
  void answer_blobs(AnswerBlobs how);  // who answers requests for blobs; the connection is closed after each

  // From now on two servers live in one: each device speaks with the one that is named for it.
  void split(std::function<bool(const DeviceId&)> second);
  void unite();  // the first one answers everybody
  bool was_split() const { return split_; }
  // Counts from here on.
  void forget();
  void begin_new_life();  // of the same data, as after a restore

  std::size_t lies() const { return lies_; }      // answers that were not the honest ones
  std::size_t answers() const { return answers_; }
  const Bytes& received() const { return received_; }                     // every byte that ever came in
  const std::vector<envelope::Frame>& frames() const { return frames_; }  // every frame of every request
  // As `haki-server compact` does, of everything that came until now.
  relay::Compacted compact(const CoalitionId& org, bool only_count = false);
  void allow(std::uint64_t device_quota_bytes);  // from now on each device may have so much stored; 0: no limit
  std::uint64_t stored(const CoalitionId& org, const LogId& log);  // bytes of ciphertext that are really held of it
  // How far the chain of a log has got in what is really held.
  std::uint64_t held(const CoalitionId& org, const LogId& log, const CompartmentId& compartment);

  auth::ServerKeys keys;

 private:
  struct Life {  // one server
    std::unique_ptr<storage::Store> store;
    std::unique_ptr<relay::Relay> relay;
  };
  struct HttpRequest {
    std::string method, target;
    Bytes body;
  };
  static Life new_life(const auth::ServerKeys& keys, base::Clock& clock, base::Random& random);
  void listen();
  void serve(int socket);
  std::string answer(const HttpRequest& request);
  relay::Reply ask(const HttpRequest& request, Life& life);
  void change(const HttpRequest& request, relay::Reply& reply);
  void learn(const std::vector<envelope::MembershipEntry>& entries);
  void remember(const HttpRequest& request);

  base::SystemClock clock_;
  crypto::SystemRandom random_;
  Life first_, second_;
  std::function<bool(const DeviceId&)> on_second_;
  bool split_ = false;
  std::map<DeviceId, crypto::AuthPublicKey> auth_keys_;
  Meddle meddle_;
  AnswerBlobs answer_blobs_;
  std::function<void(std::string&)> spoil_;
  int slowly_ms_ = 0;
  std::atomic<std::size_t> lies_ = 0, answers_ = 0;
  Bytes received_;
  std::vector<envelope::Frame> frames_;
  std::mutex mutex_;  // of all above
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace haki::test
