// Where a record's merge state lies: as the bytes of its row, compressed, or nowhere, where the few small change sets behind it make
// the same state again (spec 50-store-file, "What is kept compressed"; decision 0018).
#pragma once

#include <memory>
#include <vector>

#include "changes/merge.h"
#include "store/chains.h"
#include "store/past.h"

namespace haki::store {

// From here on a change set holds many records (an import) and takes long to decode: no state is made of it again, it is remembered
// once decoded, and it goes into a pack at once.
inline constexpr std::size_t kLargeChangeSet = 4 * 1024;

class States {
 public:
  States(Database& database, Chains& chains, Past& past) : database_(database), chains_(chains), past_(past) {}

  // The state of row `no`, whose body this is. kDamaged where it cannot be read.
  Result<changes::RecordState> read(std::int64_t no, const CompartmentId& compartment, const RecordId& id, ByteView body);
  // The body that holds it.
  Result<Bytes> body_of(const changes::RecordState& state);
  // The body to write for the state that row `no` (0: a new one) has with change set `id`, which is `set` and not kept yet, as its
  // newest: none where it can be made again.
  Result<Bytes> body_with(std::int64_t no, const CompartmentId& compartment, const changes::RecordState& state, std::int64_t id,
                          const changes::ChangeSet& set);
  // The change sets from `first` to the end of its chain are about to go: states that are made from them get bodies of their own.
  Result<> write_out_from(std::int64_t first);

  // A record of the row is about to be touched by older work: its state gets a body of its own.
  Result<> write_out(std::int64_t no);

  // Ids of the change sets that touched the record, ascending: chain after chain, each in its order.
  Result<std::vector<std::int64_t>> behind(std::int64_t no);
  // Shared with whoever asked for it just before; null where it is not kept (yet).
  Result<std::shared_ptr<const changes::ChangeSet>> change_set(std::int64_t id);
  // Merges what is kept of the record above `from`, up to `up_to`. False: a change set of it is not kept (yet).
  Result<bool> merge_past(changes::RecordState& state, std::int64_t no, const CompartmentId& compartment,
                          const changes::AppliedSeq& from, const changes::AppliedSeq& up_to);
  // Some change set was changed: nothing of its former content stays in memory.
  void forget() { decoded_ = {}; }

 private:
  using ChangeSetById = std::function<Result<std::shared_ptr<const changes::ChangeSet>>(std::int64_t id)>;
  Result<bool> merge(changes::RecordState& state, const std::vector<std::int64_t>& ids, const CompartmentId& compartment,
                     const changes::AppliedSeq& from, const changes::AppliedSeq& up_to, const ChangeSetById& change_set_of);
  Result<std::shared_ptr<const changes::ChangeSet>> decoded(ByteView body, const LogId& log, std::uint64_t seq);

  Database& database_;
  Chains& chains_;
  Past& past_;
  // The large change set that was decoded last: records that came in one are asked about one after the other.
  struct Decoded {
    Bytes body;
    LogId log;
    std::shared_ptr<const changes::ChangeSet> set;
  };
  Decoded decoded_;
};

}  // namespace haki::store
