// What a lead's device does for those who come later: it puts a compartment's state together, seals it and sends it piece by
// piece, or gives its word for another lead's (spec 61-snapshots, "Making one").
#pragma once

#include <set>

#include "client/home.h"
#include "store/snapshots.h"
#include "sync/action.h"

namespace haki::client {

class SnapshotMaker {
 public:
  explicit SnapshotMaker(Home& home) : home_(home), kept_(*home.database) {}

  // The next request's frames, at most about `bytes_max` of them, to be sent while nothing else is due. Seals what is to be
  // made first, in a transaction of its own.
  struct Frames {
    std::vector<Bytes> put;   // Snapshot, SnapshotBytes, SnapshotWord, in this order
    std::vector<Bytes> want;  // SnapshotWant
  };
  Result<Frames> next(std::size_t bytes_max);
  // What an answer said; `notes` are for a person. True: it brought this further.
  Result<bool> take(const sync::Inbound& inbound, std::vector<std::string>& notes);
  // Whether there is more to do in this session.
  Result<bool> pending();
  // Something was erased: what was under way to the server may hold it, and the newest snapshot there is to be replaced early.
  static Result<> let_go(Home& home, const CompartmentId& compartment);
  void begin_anew();  // after that, in the session it happened in

 private:
  // The change sets that count towards the next one; nothing where the state is not settled.
  Result<std::optional<std::uint64_t>> due(const CompartmentId& compartment);
  Result<std::uint64_t> next_after(std::uint64_t covered) const;
  Result<std::optional<CompartmentId>> next_due();
  Result<> add_pieces(std::size_t bytes_max, std::vector<Bytes>& frames);  // from where the server has it
  std::vector<envelope::SnapshotMark> marks(const CompartmentId& compartment) const;
  Result<> make(const CompartmentId& compartment);
  Result<> seal_parts(envelope::Snapshot& snapshot, const crypto::EpochKey& key, std::vector<Hash>& leaves);
  Result<> answer_offer(const envelope::Snapshot& offer, std::vector<std::string>& notes);
  Result<bool> reaches_erasures(const envelope::Snapshot& offer);
  Result<bool> is_right(const envelope::Snapshot& offer);

  Home& home_;
  store::Snapshots kept_;
  std::optional<CompartmentId> asked_;             // for the newest of it, in the request under way
  std::set<CompartmentId> done_;                   // nothing more to do for these in this session
  std::optional<CompartmentId> to_make_;
  std::vector<envelope::SnapshotWord> words_;      // to be sent
  std::optional<envelope::Snapshot> made_;         // under way to the server
  std::optional<std::uint64_t> at_server_;         // bytes of it, as the server said in this session
};

}  // namespace haki::client
