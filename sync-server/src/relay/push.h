// Judges the EpochKeys and Runs of one request against what is held, and gathers what is new. Nothing is stored here.
#pragma once

#include <deque>
#include <map>

#include "auth/server_keys.h"
#include "relay/coalitions.h"

namespace haki::relay {

class Push {
 public:
  // Everything referred to outlives the push. `chains`: those of the sender's log, as held. `quota_bytes`: what may be held
  // of one log; 0: no limit.
  Push(storage::Snapshot& snapshot, const CoalitionView& coalition, const envelope::Device& sender,
       const std::vector<storage::Chain>& chains, const auth::ServerKeys& keys, std::int64_t now_ms, std::uint64_t quota_bytes);

  // An error means the store cannot be read; what is refused becomes an answer.
  Result<> take(const envelope::EpochKey& key);
  Result<> take(const envelope::Run& run);

  // An item as it will be once what was taken so far is stored, and how far its chain reaches.
  struct Place {
    storage::ChainKey chain = 0;  // 0: there is none but in this request
    envelope::ChainHead head{};
    std::optional<storage::HeldItem> item{};  // the one that ends at the change set asked for
  };
  Result<Place> place_of(const CompartmentId& compartment, const LogId& log, std::uint64_t seq);

  // One for each Run, or two where it is taken beyond the quota; and one for each EpochKey that was refused.
  const std::vector<envelope::Frame>& answers() const { return answers_; }
  // What is to be stored. The runs point into the request and into this push.
  std::vector<storage::EpochKeyWrite> epoch_keys() && { return std::move(epoch_key_writes_); }
  const std::vector<storage::RunWrite>& runs() const { return run_writes_; }

 private:
  // A chain as it will be once what was taken so far is stored.
  struct Working {
    storage::Chain chain;
    std::uint64_t stored_seq = 0;  // what lies beyond is in `taken`
    std::vector<storage::HeldItem> taken;
    bool no_room = false;  // a run was refused for the quota, and so is what follows it
  };

  struct Author {
    const envelope::Device* device = nullptr;
    std::map<CompartmentId, Working> chains;
    std::optional<std::uint64_t> bytes{};  // held of the log in all, with what was taken; read when it is needed
  };
  enum class Room { kFree, kOverQuota, kNone };

  Result<Author*> author_of(const LogId& log);
  std::optional<envelope::Reject> form_refused(const envelope::Run& run) const;
  std::optional<envelope::Reject> rights_refused(const envelope::Run& run, const Author* author,
                                                std::optional<Hash>& m_head) const;
  Result<std::optional<envelope::Reject>> late_refused(const envelope::Run& run, const Author& author, const Working& chain);
  Result<std::optional<envelope::Reject>> novelty_refused(const envelope::Run& run, const Working& chain);
  Result<std::optional<envelope::ChainHead>> base_of(const Working& chain, std::uint64_t after_seq);
  Result<std::vector<storage::HeldItem>> held_after(const Working& chain, std::uint64_t after_seq, std::size_t at_most);
  std::optional<envelope::Refusal> remainders_refused(const envelope::Run& run, const Author& author,
                                                      std::span<const envelope::VerifiedItem> fresh) const;
  Result<> extend(const envelope::Run& run, Author& author, Working& chain, const envelope::ChainHead& base,
                  std::vector<envelope::VerifiedItem> verified);
  Result<> keep(const envelope::Run& run, Author& author, Working& chain, std::span<const envelope::VerifiedItem> fresh);
  Result<Room> room_for(const CompartmentId& compartment, Author& author, std::uint64_t more_bytes);
  Result<std::optional<envelope::Refusal>> epoch_key_refused(const envelope::EpochKey& key, const Author* author, bool& held);
  Result<std::optional<storage::HeldEpochKey>> find_epoch_key(const CompartmentId& compartment, std::uint32_t epoch);
  void receipt(const envelope::Run& run, const Author& author, const storage::HeldItem& last);
  envelope::Reject reject(const envelope::Run& run, envelope::Refusal code, const envelope::ChainHead& at = {}) const;
  const envelope::Membership& log() const { return *coalition_.membership; }

  storage::Snapshot& snapshot_;
  const CoalitionView& coalition_;
  const envelope::Device& sender_;
  const auth::ServerKeys& keys_;
  const std::int64_t now_ms_;
  const std::uint64_t quota_bytes_;
  std::map<LogId, Author> authors_;
  std::deque<std::vector<envelope::VerifiedItem>> verified_;  // a deque: what writes point into does not move
  std::vector<storage::EpochKeyWrite> epoch_key_writes_;
  std::vector<storage::RunWrite> run_writes_;
  std::vector<envelope::Frame> answers_;
};

}  // namespace haki::relay
