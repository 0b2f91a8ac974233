// Records at rest: their merge state, and what is derived from it to find them again. Change sets come in here, own and
// others' alike, and are kept; every call that writes is part of the caller's transaction.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/blobs.h"
#include "store/indexing.h"
#include "store/record_row.h"
#include "store/states.h"

namespace haki::store {

class Records {
 public:
  Records(Database& database, Chains& chains, const FormSource& forms)
      : database_(database), chains_(chains), forms_(forms), indexing_(database, forms), past_(database), states_(database, chains, past_) {}

  // Keeps the change set as the next of its chain and merges it. Precondition: set.seq == chain.applied_seq + 1.
  // kTooLarge: it cannot be encoded within the bounds (nothing was written). Advances chain.applied_seq; saves others' chains.
  Result<> apply(Chain& chain, const changes::ChangeSet& set);
  // The same in parts. Operations about one record come in one call. keep(), before the transaction's commit, is kTooLarge where
  // the whole cannot be encoded within the bounds; the transaction must be undone then.
  Result<> add(GrowingChangeSet& growing, std::vector<changes::Operation> operations);
  Result<> keep(const GrowingChangeSet& growing);

  Result<std::optional<RecordRow>> load(const CompartmentId& compartment, const RecordId& id);
  // In whichever compartment it stands; the oldest row where several do.
  Result<std::optional<RecordRow>> load(const RecordId& id);
  Result<std::optional<RecordRow>> load_row(std::int64_t no);
  // At most `limit` ids that begin with these hexadecimal digits; without `parts_too` of top-level records only.
  Result<std::vector<RecordId>> beginning_with(std::string_view hex_digits, std::size_t limit, bool parts_too = false);

  // Calls `visit` for each record in order of creation until it returns false. Hidden ones are left out unless asked for.
  Result<> for_each(const Selection& selection, const std::function<Result<bool>(RecordRow&&)>& visit);
  Result<std::vector<RecordRow>> children(std::int64_t parent, bool hidden_too = false);
  Result<std::vector<PastChange>> history(std::int64_t no);
  // When a change set was made; empty where it is not kept.
  Result<std::optional<changes::Hlc>> time_of(const Chain& chain, std::uint64_t seq);
  // The seq of the newest own change set that touched the record, with its chain; empty where there is none.
  struct Place {
    const Chain* chain;
    std::uint64_t seq;
  };
  Result<std::optional<Place>> newest_own_change(const RecordRow& record);

  // Brings `cell` up to what was saved; to be called before SQL of one's own that asks it. for_each does so by itself.
  Result<> index_cells();

  // Own change sets after `after_seq`, in order, at most `limit`; none that would take what they are kept in beyond `bytes_max`,
  // but always one.
  Result<std::vector<changes::ChangeSet>> change_sets(const Chain& chain, std::uint64_t after_seq, std::size_t limit,
                                                      std::size_t bytes_max = SIZE_MAX);
  // How many bytes the change sets after `after_seq` are kept in.
  Result<std::int64_t> change_set_bytes(const Chain& chain, std::uint64_t after_seq);

  // Of snapshots (spec 61-snapshots; records_replay.cc). `marks`: how far each log had got.
  // All rows of a compartment, last changed first.
  Result<std::vector<std::int64_t>> rows_of(const CompartmentId& compartment);
  // The encoded state of a record at the marks: as it stands now, or made again from its change sets. Empty: nothing alive.
  Result<std::optional<Bytes>> state_at(std::int64_t no, const changes::AppliedSeq& marks, bool from_changes);
  // Takes a state over, with what is kept above the marks merged again.
  Result<> adopt(const CompartmentId& compartment, changes::RecordState state, const changes::AppliedSeq& marks);
  // Keeps a change set as history, without merging it.
  Result<> keep_past(const Chain& chain, const changes::ChangeSet& set);
  Result<std::vector<std::int64_t>> touched_after(const Chain& chain, std::uint64_t after_seq);  // rows
  // Before a change set is applied that came too late: what others have covered of it meanwhile is not to be shown.
  Result<> note_covered(const Chain& chain, const changes::ChangeSet& set);
  // Lets go of a chain's change sets above `after_seq`.
  Result<> forget_past(const Chain& chain, std::uint64_t after_seq);
  // Makes every record again from the change sets kept; how many stood otherwise before.
  Result<std::uint64_t> remake(const CompartmentId& compartment);

 private:
  struct Touched {
    std::int64_t no = 0;  // 0: not in the store yet
    bool changed = false;
    bool fresh = false;  // its row was made by this change set
    bool bodiless = false;
    changes::RecordState merged;
  };
  changes::AppliedSeq applied_in(const CompartmentId& compartment);
  // Merges the operations from `first` on, whose index is `index`, and writes the records they touched.
  // `touched`: they, as they stand now. `made_by`: the set where their states may be made of it again.
  Result<> merge(Chain& chain, const changes::ChangeSet& set, std::vector<Touched>& touched,
                 const changes::ChangeSet* made_by, std::size_t first = 0, std::uint32_t index = 0);
  Result<> keep(Chain& chain, const changes::ChangeSet& set, ByteView body);
  Result<> pack_older(const Chain& chain, std::uint64_t seq, std::size_t bytes);
  Result<Touched*> touch(std::vector<Touched>& touched, const CompartmentId& compartment, const RecordId& id);
  Result<std::int64_t> find_row(const RecordId& id, std::int64_t compartment_no);
  Result<std::int64_t> row_of(const RecordId& id, std::int64_t compartment_no);
  Result<> write(const CompartmentId& compartment, Touched& record, std::optional<std::int64_t> change_set,
                 const changes::ChangeSet* made_by, bool alone);
  // Of an erased record (records_erasure.cc).
  Result<Bytes> without_erased(const Chain& chain, const changes::ChangeSet& set, const std::vector<Touched>& touched);
  Result<> write_erased(const CompartmentId& compartment, Touched& record, std::optional<std::int64_t> change_set);
  Result<> take_out_of_past(std::int64_t no, const changes::RecordState& merged);
  Result<> note_erased(std::int64_t change_set, std::int64_t no, const changes::RecordState& merged);
  Result<> ask_by(const changes::Dot& tomb, std::int64_t no);
  Result<> let_go_of_blob(const CompartmentId& compartment, std::int64_t no);
  Result<> write_attached(std::int64_t no, const changes::RecordState& merged);
  Result<> write_cells(std::int64_t no, std::int64_t form_no, const changes::RecordState& merged);
  Result<RecordRow> read_row(const Statement& row);
  Result<std::optional<RecordRow>> read_one(Statement& row);

  Database& database_;
  Chains& chains_;
  const FormSource& forms_;
  Indexing indexing_;
  Past past_;
  States states_;
};

}  // namespace haki::store
