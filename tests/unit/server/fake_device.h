// A device as the server meets it: real keys, real chains, real MACs, sealed bytes that mean nothing. It does what it
// is told, also what no honest device would do, so that tests can show the server refusing it.
#pragma once

#include <map>
#include <memory>

#include "crypto/keypair.h"
#include "crypto/random.h"
#include "envelope/frames.h"
#include "envelope/request_mac.h"

namespace haki::test {

using envelope::CompartmentKind;
using envelope::Refusal;
using envelope::Role;

// What came back, taken apart.
struct Answer {
  int status = 0;
  std::vector<envelope::Frame> frames;
  std::optional<bool> authentic;  // empty: no Auth where one belongs
  std::size_t bytes = 0;

  template <typename T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const auto& frame : frames) {
      if (const auto* one = std::get_if<T>(&frame)) found.push_back(*one);
    }
    return found;
  }
  const envelope::Welcome& welcome() const;
  envelope::Reject reject() const;  // the only one
  envelope::Receipt receipt() const;
  std::vector<envelope::Run> runs() const;  // of the rows
};

template <typename T>
T random_of() {
  crypto::SystemRandom random;
  return crypto::random_id<T>(random);
}

// A copy is a clone of the device, as one restored from a backup would be.
struct FakeDevice {
  explicit FakeDevice(Role role = Role::kMonitor, bool editor = false);

  envelope::AddDevice added(bool verified = true) const;
  CompartmentId notebook() const { return envelope::own_compartment(org, id); }
  std::vector<envelope::Head> heads() const;

  std::shared_ptr<const crypto::SigningPair> sign =
      std::make_shared<crypto::SigningPair>(crypto::SigningPair::generate());
  std::shared_ptr<const crypto::BoxPair> box = std::make_shared<crypto::BoxPair>(crypto::BoxPair::generate());
  std::shared_ptr<const crypto::AuthPair> auth = std::make_shared<crypto::AuthPair>(crypto::AuthPair::generate());
  LogId log;
  Role role;
  bool editor;
  DeviceId id;

  // What it knows of the coalition.
  CoalitionId org;
  std::shared_ptr<envelope::Membership> membership = std::make_shared<envelope::Membership>();
  std::map<CompartmentId, envelope::ChainHead> chains;  // as it believes them to be
  std::map<CompartmentId, envelope::ChainHead> receipted;
  std::uint64_t counter = 0;
  std::uint64_t cursor = 0;
  envelope::ServerRun server_run;
};

// A run of `count` items of one change set each (or `sets`), `bytes` of ciphertext each; it continues the device's
// chain.
struct RunOptions {
  std::size_t count = 1;
  std::uint32_t sets = 1;
  std::size_t bytes = 112;
  std::optional<std::uint32_t> m_seq = std::nullopt;
  std::uint32_t epoch = 1;
  bool sign_every = false;
};
envelope::Run make_run(FakeDevice& device, const CompartmentId& compartment, const RunOptions& options = {});
// An EpochKey of the device's notebook, as it should be.
envelope::EpochKey make_epoch_key(const FakeDevice& device, std::uint32_t epoch = 1);
// Signs it again, after a test changed it.
void sign_again(const FakeDevice& device, envelope::EpochKey& key);

// One exchange's request, frame by frame.
class RequestBuilder {
 public:
  explicit RequestBuilder(FakeDevice& device);
  RequestBuilder& add(envelope::Frame frame) { return frames_.push_back(std::move(frame)), *this; }
  envelope::Hello hello;  // may be changed before bytes()
  Bytes raw;              // as the last frame before Auth, whatever it is
  // With a MAC for this server.
  Bytes bytes(const crypto::AuthPublicKey& exchange_key, const crypto::VerifyKey& sign_key);
  const envelope::Mac& mac() const { return mac_; }
  const crypto::RequestKey& key() const { return *key_; }

 private:
  FakeDevice& device_;
  std::vector<envelope::Frame> frames_;
  envelope::Mac mac_;
  std::optional<crypto::RequestKey> key_;
};

// What a device keeps of a whole reply: membership, cursor, receipts.
void take_over(FakeDevice& device, const Answer& answer);

// Takes a reply apart and checks its Auth.
Answer read_answer(int status, ByteView body, const RequestBuilder& request);
Answer read_frames(int status, ByteView body);

}  // namespace haki::test
