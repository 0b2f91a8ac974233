// Snapshots in an exchange: what a request brings of them is judged, and what it asks for is given (spec 61-snapshots, "At the
// server"). Nothing is stored here.
#pragma once

#include <map>
#include <set>

#include "relay/erasure.h"
#include "relay/request.h"

namespace haki::relay {

// Of one compartment's: the whole one of a lead of now that reaches furthest, of two alike the one with another person's word. Null:
// there is none.
const storage::HeldSnapshot* newest_snapshot(const std::vector<storage::HeldSnapshot>& held, const envelope::Membership& log);

// Whether a lead other than its maker has given a word for it; both are leads now.
bool two_leads_signed(const envelope::Snapshot& offer, const envelope::Membership& log);

class Snapshots {
 public:
  Snapshots(const Request& request, const envelope::Device& sender) : request_(request), sender_(sender) {}

  // Judges what is sent; adds to `write`. An error means the store cannot be read.
  Result<> judge(storage::Snapshot& store, const CoalitionView& coalition, const Erasures& erasures, storage::ExchangeWrite& write);
  // Reads what is asked for, as it is after the commit.
  Result<> read(storage::Snapshot& store, const CoalitionView& coalition);
  // Up to which change set of a chain the offered snapshots tell the same, where they were asked for in general.
  std::uint64_t covered(const storage::Chain& chain) const;
  // Bytes of wanted snapshots, as far as `credit` goes.
  Result<Bytes> read_bytes(storage::Snapshot& store, std::size_t credit) const;

  bool asked() const { return !request_.snapshot_wants.empty(); }
  const std::vector<envelope::Frame>& offers() const { return offers_; }
  const std::vector<envelope::Frame>& answers() const { return answers_; }  // SnapshotHave and Reject

 private:
  Result<> judge_offer(storage::Snapshot& store, const CoalitionView& coalition, const envelope::Snapshot& offer,
                       const Erasures& erasures, storage::ExchangeWrite& write);
  Result<> judge_word(storage::Snapshot& store, const CoalitionView& coalition, const envelope::SnapshotWord& word,
                      storage::ExchangeWrite& write);
  Result<> judge_pieces(storage::Snapshot& store, const CoalitionView& coalition, const Erasures& erasures,
                        storage::ExchangeWrite& write);
  Result<> let_erased_go(storage::Snapshot& store, const CoalitionView& coalition, const Erasures& erasures,
                         storage::ExchangeWrite& write);
  void retire(const std::vector<storage::HeldSnapshot>& held, const envelope::Membership& log, storage::ExchangeWrite& write);
  void refuse(envelope::Refusal code, const CompartmentId& compartment);

  const Request& request_;
  const envelope::Device sender_;  // as it was when the request was judged
  std::vector<envelope::Frame> offers_, answers_;
  std::map<std::pair<CompartmentId, LogId>, std::uint64_t> covered_;
  struct Wanted {
    storage::HeldSnapshot held;
    std::uint64_t offset = 0;
  };
  std::vector<Wanted> wanted_;
};

}  // namespace haki::relay
