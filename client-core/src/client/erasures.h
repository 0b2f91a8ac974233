// Destroying what a record says, here, at the server and on every device that has it, and keeping that it was there
// (spec 14-erasure). The store does what can be done within a transaction; here is who may, what follows, and what is said of it.
#pragma once

#include <set>
#include <tuple>

#include "client/home.h"
#include "envelope/frames.h"
#include "haki/erasure.h"
#include "sync/action.h"

namespace haki::client {

class Erasures {
 public:
  explicit Erasures(Home& home) : home_(home) {}

  // The record, or attachment, and what belongs to it. kDenied for who is no lead or may not write there; kNotFound, kInvalid.
  Result<ErasedHere> erase(const RecordId& record, std::string_view reason);
  // Empty where the record is not erased; kNotFound where there is none.
  Result<std::optional<ErasureView>> view(const RecordId& record);

  // Whether what a change set erases may be erased by its author: kDenied.
  Result<> may_apply(const changes::ChangeSet& set, const store::Chain& from, std::uint32_t m_seq) const;
  // What takes the place of an item's ciphertext, encoded; empty where none came, or it does not count.
  Bytes remainder_of(const CompartmentId& compartment, const envelope::VerifiedItem& item) const;

  // The next three are part of the caller's transaction. The words of other devices in a change set.
  Result<> take_let_go(const changes::ChangeSet& set, const store::Chain& from);
  // A lead makes remainders of what it keeps sealed; where work came, it erases what of that belongs to what is erased.
  Result<> follow(bool work_came);
  Result<> take(const sync::Inbound& inbound);

  // Outside of a transaction: removes files, merges the index, and says in the own notebook what is gone.
  struct Settled {
    std::size_t said = 0;  // change sets made
    bool fresh = false;    // something was erased since the last time: what is being made of the old state is let go of
  };
  Result<Settled> settle();

  // What the next request carries, each once in the life of this object; leads only.
  Result<std::vector<Bytes>> next(std::size_t bytes_max);
  Result<bool> pending();

 private:
  Result<std::vector<RecordId>> belonging_to(const store::RecordRow& row);
  Result<std::vector<store::RecordRow>> reviews_of(const RecordId& record);
  Result<> write(const CompartmentId& compartment, std::vector<changes::Operation> operations);
  Result<> erase_children();
  Result<> let_go_of_sealed(const store::ErasedChange& change);
  Result<> remake_kept_run(const store::Chain& chain, const store::ErasedChange& change);
  Result<bool> remake_sent(store::Chain& chain, const store::ErasedChange& change);
  Result<bool> seal_anew(const store::Chain& chain, std::uint32_t epoch, const Hash& hash, std::uint64_t first_seq, envelope::Item& item);
  Result<std::optional<envelope::Remainder>> kept_remainder(const store::ErasedItem& item);
  Result<Hash> hash_before(const store::Chain& chain, std::uint64_t after_seq, const Hash& kept);
  Result<bool> any_aside(const store::OpenErasure& erasure);
  Result<> say_let_go(std::size_t& made);

  // An item and a tombstone in it.
  using Asked = std::tuple<std::int64_t, std::uint64_t, LogId, std::uint64_t>;
  static Asked name_of(const store::ErasedItem& item) { return {item.chain, item.last_seq, item.log, item.tomb_seq}; }
  bool askable(const store::ErasedItem& item) const;

  Home& home_;
  std::set<Asked> asked_, sent_;
  std::set<BlobId> blobs_asked_;
};

}  // namespace haki::client
