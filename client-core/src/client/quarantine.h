// Work that was verified but not permitted, or malformed: kept sealed until a lead takes it in or keeps it out. The lead's
// word is an operation in the same compartment, so that all who read it do the same (spec 20-merge, "Quarantine").
#pragma once

#include "changes/operation.h"
#include "client/home.h"
#include "haki/trust.h"

namespace haki::client {

class Quarantine {
 public:
  explicit Quarantine(Home& home) : home_(home) {}

  Result<std::vector<Quarantined>> list();
  Result<Quarantined> show(std::string_view which);
  // kDenied for who is no lead. One transaction.
  Result<> decide(std::string_view which, bool accept);

  // Whether a verified item may be applied where it was written. kDenied: it may not; kHeld: not yet. `chain` stands before it.
  Result<> may_apply(const store::Chain& chain, const store::KeptItem& item, std::uint32_t m_seq) const;

  // The rest is part of the caller's transaction. The change sets in a verified item; kHeld without its key, kDamaged where it
  // does not open.
  Result<std::vector<changes::ChangeSet>> open(const store::Chain& chain, const store::KeptItem& item);
  // Takes an item in as if it had been permitted; how many change sets came of it.
  Result<std::uint64_t> apply(store::Chain& chain, const store::KeptItem& item);
  // The words of a lead in a change set, on work of other logs in the same compartment: kept, and acted on.
  Result<std::uint64_t> take_verdicts(const changes::ChangeSet& set, const store::Chain& from, std::uint32_t m_seq);
  // What change sets are about, a line a record: "observation 3f9a12c0abcd: Borehole dry".
  std::vector<std::string> records_in(const std::vector<changes::ChangeSet>& sets) const;
  // Keeps a lead's word, and acts on it where the item is here.
  Result<std::uint64_t> take_verdict(const store::Verdict& verdict);
  // A key came: what was accepted while it was missing is taken in.
  Result<std::uint64_t> take_accepted();

 private:
  bool waits_for_a_lead(const store::Chain& chain, const store::KeptItem& item) const;
  Result<store::KeptItem> find(std::string_view which);
  Result<Quarantined> view(const store::KeptItem& item, bool with_records);

  Home& home_;
};

}  // namespace haki::client
