// Using snapshots: what leads have put together of a compartment is shown first, and the signed work behind it is read
// afterwards and compared (spec 61-snapshots, "Using one").
#pragma once

#include <map>
#include <set>

#include "client/home.h"
#include "store/snapshots.h"
#include "sync/action.h"

namespace haki::client {

class SnapshotReader {
 public:
  explicit SnapshotReader(Home& home) : home_(home), kept_(*home.database) {}
  // What an earlier session left; again after a rollback.
  Result<> load();

  struct Outcome {
    std::vector<CompartmentId> whole;       // what was held for it may be applied
    std::vector<CompartmentId> from_start;  // to be read from the beginning instead
    bool moved = false, gained = false;
    std::vector<std::string> notes;
  };
  // The rest is part of the caller's transaction. Offers and bytes; before the rows of the same answer.
  Result<Outcome> take(const sync::Inbound& inbound);
  // Whether work above the marks waits.
  bool coming(const CompartmentId& compartment) const;
  // Work at or below a mark: true where it was read for the audit. `over_quota`: as the server marked it.
  Result<bool> audit(const envelope::Run& run, bool over_quota, Outcome& outcome);
  // Whether what is shown of it rests on signed work alone.
  bool proven(const CompartmentId& compartment) const;
  // Before records of the compartment are made again: what rests on a snapshot that is not proven yet goes back to the signed
  // work. False where that cannot be, as an earlier snapshot lies below.
  Result<bool> let_go(const CompartmentId& compartment, Outcome& outcome);
  // An item came without its ciphertext.
  void want(const CompartmentId& compartment) { wanted_.insert(compartment); }

  // What the next request asks for. `quiet`: nothing else is due, so the audit may go on.
  std::vector<envelope::SnapshotWant> wants();
  std::vector<envelope::Pull> audit_pulls(bool quiet);
  bool pending() const;

 private:
  struct One {
    store::KeptSnapshot kept;
    envelope::Snapshot offer;
    Bytes pending;  // of the part under way
    std::map<std::int64_t, store::MovedChain> moved;
    std::uint64_t checked_bytes(std::uint32_t parts) const;  // of the first so many parts
    std::uint64_t held_bytes() const { return checked_bytes(kept.parts) + pending.size(); }
    store::SnapshotState state() const { return kept.state; }
  };
  Result<> check(const envelope::Snapshot& offer) const;
  std::uint32_t words_that_hold(const envelope::Snapshot& offer) const;
  Result<> take_offer(const envelope::Snapshot& offer, Outcome& outcome);
  Result<> accept(const envelope::Snapshot& offer, Outcome& outcome);
  Result<> move_chain(const envelope::SnapshotMark& mark, One& one);
  Result<> take_bytes(const envelope::SnapshotBytes& piece, Outcome& outcome);
  Result<std::vector<changes::RecordState>> open(const One& one, std::uint32_t number, ByteView sealed) const;
  Result<> take_part(One& one);
  Result<> merge(const One& one, std::vector<changes::RecordState> states);
  Result<> merge_all(const One& one);
  Result<> finish(One& one, Outcome& outcome);
  Result<> abandon(const CompartmentId& compartment, const std::string& why, Outcome& outcome);
  Result<> audit_item(store::MovedChain& moved, const envelope::Run& run, bool over_quota, const envelope::VerifiedItem& item);
  Result<> compare(One& one, Outcome& outcome);

  Home& home_;
  store::Snapshots kept_;
  std::map<CompartmentId, One> all_;
  std::set<CompartmentId> wanted_;
  bool first_ = false;  // nothing of others is here yet: snapshots are asked for, and rows they cover left out
  std::optional<CompartmentId> asked_;  // whose bytes, in the request under way
  std::map<CompartmentId, int> stalls_;
  bool audit_asked_ = false, audited_some_ = false;
  std::size_t audit_left_ = 0;  // bytes to be read for audits in this session
};

}  // namespace haki::client
