#include "relay/compaction.h"

#include <algorithm>
#include <map>

#include "relay/snapshots.h"

namespace haki::relay {
namespace {

constexpr std::size_t kItemsPerWrite = 256;

Result<storage::Outcome> let_go(storage::Store& store, const storage::Write& write) {
  storage::Outcome outcome;
  const bool taken = store.commit(write, [&](const storage::Outcome& done) { outcome = done; });
  const bool snapshot_gone = taken && outcome.kind == storage::Outcome::Kind::kMoved;
  if (!snapshot_gone && (!taken || outcome.kind != storage::Outcome::Kind::kDone)) {
    return Error{Code::kIo, "The database could not be written: the disk is full, or another process holds it. What was let go of so "
                            "far is; run the command again."};
  }
  return outcome;
}

}  // namespace

Result<Compacted> compact(storage::Store& store, Coalitions& coalitions, const CoalitionId& org, std::int64_t now_ms,
                          std::int64_t older_than_ms, bool only_count) {
  Compacted done;
  HAKI_ASSIGN(const auto view, coalitions.get(store, org));
  if (!view) return done;
  const envelope::Membership& log = *view->membership;
  done.one_lead = log.lead_persons().size() < 2;
  if (done.one_lead) return done;
  std::map<CompartmentId, storage::HeldSnapshot> furthest;
  std::vector<storage::Chain> chains;
  {
    HAKI_ASSIGN(const auto read, store.read());
    HAKI_ASSIGN(const std::vector<storage::HeldSnapshot> held, read->held_snapshots(view->key, std::nullopt));
    for (const storage::HeldSnapshot& one : held) {
      if (!one.whole() || !two_leads_signed(one.offer, log)) continue;
      // One that may tell what was erased is to go: nothing more may rest on it.
      HAKI_ASSIGN(const auto erasures, read->erasures(view->key, one.offer.compartment));
      if (may_tell_erased(one.offer, erasures)) continue;
      const auto [at, fresh] = furthest.emplace(one.offer.compartment, one);
      if (!fresh && one.offer.covers() > at->second.offer.covers()) at->second = one;
    }
    HAKI_ASSIGN(chains, read->chains_above(view->key, 0));
  }
  done.vouched = furthest.size();
  std::set<CompartmentId> touched;
  for (const storage::Chain& chain : chains) {
    const auto told = furthest.find(chain.compartment);
    const envelope::SnapshotMark* mark = told != furthest.end() ? told->second.offer.mark(chain.log) : nullptr;
    if (mark == nullptr) continue;
    const std::size_t at_most = only_count ? std::numeric_limits<std::int64_t>::max() : kItemsPerWrite;
    for (;;) {
      const storage::Write write = storage::LetGoWrite{told->second.key, chain.key, mark->seq, now_ms - older_than_ms, at_most, only_count};
      HAKI_ASSIGN(const storage::Outcome outcome, let_go(store, write));
      done.items += outcome.items;
      done.bytes += outcome.bytes;
      if (outcome.items > 0) touched.insert(chain.compartment);
      if (only_count || outcome.items < at_most) break;
    }
  }
  done.compartments = touched.size();
  return done;
}

}  // namespace haki::relay
