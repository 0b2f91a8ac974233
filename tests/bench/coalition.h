// A coalition of many devices at a real server, made with the layers that clients use, so that every request of the load is
// one that the server takes: real keys, real chains, real MACs, sealed items of the bench's observations.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "crypto/random.h"
#include "keys/enrolment.h"
#include "observations.h"

namespace haki::bench {

// A monitor who has items to send. What costs a device much (packing, sealing, signing) is done before the clock runs.
class Device {
 public:
  Device(keys::Identity identity, const envelope::Membership& membership, const envelope::Endpoints& server);

  const keys::Identity& identity() const { return identity_; }
  // An exchange that sends these frames.
  Bytes request(ByteView frames);
  // One that asks for a token for blobs; take() keeps it.
  Bytes token_request();
  const envelope::BlobToken& token() const { return token_; }
  const CompartmentId& notebook() const { return notebook_; }
  // Items prepared from now on go there, and no longer into its own notebook.
  void write_to(keys::MadeKey shared);
  // An exchange with nothing to send; take() says with `rows` how many came.
  Bytes poll_request();
  std::size_t rows() const { return rows_; }
  // The first one, with the key of its notebook.
  Bytes first_request();
  // Seals one record an item, one item a run, each run on top of the one before.
  void prepare(const std::vector<Observation>& observations, std::size_t first, std::size_t count);
  // The exchange that sends the next of them, as the device would make it after the last answer.
  Bytes next_request();
  // Takes over what the device would; the bench ends where the server did not take everything.
  void take(int status, std::string_view body);

 private:
  struct Prepared {
    Bytes run;  // a frame
    envelope::ChainHead head;
  };

  keys::Identity identity_;
  const envelope::Membership& membership_;
  crypto::EpochKey key_;
  crypto::RequestKey request_key_;
  CompartmentId notebook_;  // or where it writes instead
  std::uint32_t epoch_;  // of the compartment it writes in
  std::size_t rows_ = 0;
  std::vector<Prepared> prepared_;
  std::size_t next_ = 0;
  envelope::ChainHead sealed_;    // end of what is prepared
  envelope::ChainHead receipted_;
  std::uint64_t counter_ = 0;
  std::uint64_t cursor_ = 0;
  bool expects_receipt_ = false;
  bool wants_token_ = false;
  envelope::BlobToken token_;
  envelope::ServerRun server_run_;
};

// Stays where it is: its devices refer to its membership log.
class Coalition {
 public:
  // Founds at the server on this loopback port and lets `devices` in.
  Coalition(std::uint16_t port, const std::string& token, std::size_t devices);
  Coalition(const Coalition&) = delete;
  Coalition& operator=(const Coalition&) = delete;

  std::vector<Device>& devices() { return devices_; }
  // The founder, who writes where all devices read.
  Device& lead() { return *lead_; }
  // Where exchanges are posted.
  const std::string& target() const { return target_; }

 private:
  // Devices of one Append.
  envelope::Append let_in(const keys::Identity& lead, const keys::MadeKey& shared, std::size_t devices);

  base::SystemClock clock_;
  crypto::SystemRandom random_;
  envelope::Endpoints server_;
  envelope::Membership membership_;
  std::string target_;
  std::optional<Device> lead_;
  std::vector<Device> devices_;
};

}  // namespace haki::bench
