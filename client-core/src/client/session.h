// Talking to the server: driving the sync engine, founding, leaving a join request.
#pragma once

#include "client/administration.h"
#include "client/erasures.h"
#include "client/inbox.h"
#include "client/owed_keys.h"
#include "client/refill.h"
#include "client/sealer.h"
#include "client/snapshot_maker.h"
#include "haki/sync.h"
#include "sync/engine.h"
#include "transport/network.h"

namespace haki::client {

// What the server at an address says of itself, signed; checked against the key a token or an invite names.
struct ServerIdentity {
  envelope::ServerInfo info;
  std::optional<envelope::Pin> certificate;
};
Result<ServerIdentity> ask_server(const std::string& address, const crypto::VerifyKey& expected, Surroundings& around = the_system());

// The answer to a founding, or why there is none.
Result<envelope::Founded> founded_in(const transport::Response& response);

class Session {
 public:
  Session(Home& home, const Progress& progress)
      : home_(home), progress_(progress), inbox_(home), refill_(home), owed_(home), maker_(home), erasures_(home) {}

  // One sync to its end. kNetwork where the server does not answer; a device that is not admitted yet gets a report that
  // says so, and its join request is left again.
  Result<SyncReport> run();
  // The same, and asks the server for a token for blobs; token() is zeros where it gave none.
  Result<SyncReport> run_for_token();
  const envelope::BlobToken& token() const { return token_; }
  // Puts the join request at the server.
  Result<> deliver_join();
  // Sends the founding batch that the home holds.
  Result<> deliver_founding();
  // What the next request carries: seals what may be sealed now, counts the request, and gathers its frames in the order that
  // spec 60-http-api asks for. Nothing is sent here.
  Result<sync::Prepared> prepare(const sync::Prepare& action);

 private:
  Result<> connect();
  sync::Event perform(const sync::Prepare& action);
  sync::Event perform(const sync::Post& action);
  sync::Event perform(const sync::Take& action);
  sync::Event perform(const sync::Wait& action);
  void note_barred(const std::map<CompartmentId, std::uint64_t>& before);
  Result<std::array<std::uint8_t, 8>> heads8();
  bool sealable() const;
  Result<bool> snapshot_due();
  Result<> obey_wipe();
  Result<> hear_heads(const sync::Inbound& inbound, Taking& taking);
  Result<> handed_on(const sync::Inbound& inbound);
  Result<std::optional<envelope::Append>> append_due(bool behind, std::vector<DeviceId>& wanted, std::vector<std::string>& notes);
  sync::Inbound with_own_entries(const sync::Inbound& inbound) const;
  void note_clock(const envelope::Welcome& welcome);
  void add_note(std::string note);  // each once

  Home& home_;
  const Progress& progress_;
  Inbox inbox_;
  Refill refill_;
  OwedKeys owed_;
  bool regrants_ = false;  // the request under way hands on all standing keys
  SnapshotMaker maker_;
  Erasures erasures_;
  bool wants_token_ = false;
  envelope::BlobToken token_;
  bool quiet_ = false;  // the last answer left nothing else to do
  bool snapshots_begun_ = false;
  SyncReport report_;
  std::unique_ptr<transport::Channel> http_;
  std::vector<store::SealedFrame> sent_;
  HeadsHeard heads_heard_;
  enum class Wipe { kNone, kKeysGone, kTold };
  Wipe wipe_ = Wipe::kNone;
  std::optional<std::uint64_t> server_entries_;  // as its last Welcome said
  std::vector<envelope::MembershipEntry> appended_;  // with the request under way
  std::uint64_t total_unsent_ = 0;
  std::uint64_t acks_ = 0;
  // The first answer of a session may bring nothing but the right to seal; a second one without effect ends it.
  static constexpr int kIdleRoundsMax = 2;
  int idle_rounds_ = 0;
};

}  // namespace haki::client
