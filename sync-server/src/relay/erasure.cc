#include "relay/erasure.h"

#include <algorithm>

#include "envelope/remainder_rules.h"
#include "relay/snapshots.h"

namespace haki::relay {
namespace {

using envelope::Erase;
using envelope::Refusal;
using storage::HeldSnapshot;

bool names_an_item(const Erase& erase) {
  return !erase.log.is_zero() && erase.seq > 0 && !erase.hash.is_zero() && !erase.tomb_log.is_zero() && erase.tomb_seq > 0;
}
bool names_a_blob_alone(const Erase& erase) {
  return erase.log.is_zero() && erase.seq == 0 && erase.hash.is_zero() && erase.tomb_log.is_zero() && erase.tomb_seq == 0 &&
         !erase.remainder;
}

std::uint64_t mark_of(const envelope::Snapshot& offer, const LogId& log) {
  const envelope::SnapshotMark* mark = offer.mark(log);
  return mark != nullptr ? mark->seq : 0;
}

// Up to where, by log, compaction has let go of what this snapshot tells.
Result<std::map<LogId, std::uint64_t>> told_alone(storage::Snapshot& store, storage::CoalitionKey coalition,
                                                  const envelope::Snapshot& offer) {
  std::map<LogId, std::uint64_t> told;
  for (const envelope::SnapshotMark& mark : offer.marks) {
    HAKI_ASSIGN(const std::vector<storage::Chain> chains, store.chains_of_log(coalition, mark.log));
    const auto chain = std::ranges::find(chains, offer.compartment, &storage::Chain::compartment);
    if (chain == chains.end()) continue;
    HAKI_ASSIGN(const std::uint64_t seq, store.newest_let_go(chain->key, mark.seq));
    if (seq > 0) told[mark.log] = seq;
  }
  return told;
}

}  // namespace

// ---- snapshots ----

bool may_tell_erased(const envelope::Snapshot& offer, const std::vector<storage::Erasure>& erasures) {
  return std::ranges::any_of(erasures, [&](const storage::Erasure& one) {
    return mark_of(offer, one.log) >= one.seq && mark_of(offer, one.tomb.log) < one.tomb.seq;
  });
}

Result<std::vector<storage::EraseSnapshotWrite>> erased_snapshots(storage::Snapshot& store, const CoalitionView& coalition,
                                                                  const CompartmentId& compartment,
                                                                  const std::vector<HeldSnapshot>& held,
                                                                  const std::vector<storage::Erasure>& erasures) {
  std::vector<storage::EraseSnapshotWrite> gone;
  HAKI_ASSIGN(const bool any_let_go, store.any_let_go(coalition.key, compartment));
  for (const HeldSnapshot& one : held) {
    if (!may_tell_erased(one.offer, erasures)) continue;
    if (any_let_go && one.whole()) {
      HAKI_ASSIGN(const auto told, told_alone(store, coalition.key, one.offer));
      const bool by_another = told.empty() || std::ranges::any_of(held, [&](const HeldSnapshot& other) {
        return other.whole() && two_leads_signed(other.offer, *coalition.membership) && !may_tell_erased(other.offer, erasures) &&
               std::ranges::all_of(told, [&](const auto& up_to) { return mark_of(other.offer, up_to.first) >= up_to.second; });
      });
      if (!by_another) continue;
    }
    gone.push_back({one.key, compartment, !any_let_go});
  }
  return gone;
}

// ---- frames ----

// With the names it was asked with.
envelope::Erased Erasures::answer(const Erase& erase) const {
  envelope::Erased answer;
  answer.compartment = erase.compartment;
  answer.log = erase.log;
  answer.seq = erase.seq;
  answer.blob = erase.blob;
  answer.tomb_log = erase.tomb_log;
  answer.tomb_seq = erase.tomb_seq;
  return answer;
}

void Erasures::refuse(const Erase& erase, Refusal code) {
  envelope::Erased refused = answer(erase);
  refused.refused = code;
  answers_.push_back(refused);
}

void Erasures::wanted(const Erase& erase) {
  envelope::Erased wanted = answer(erase);
  wanted.wanted = true;
  answers_.push_back(wanted);
}

void Erasures::erased(const Erase& erase, std::int64_t time_ms) {
  envelope::Erased done = answer(erase);
  done.time_ms = time_ms;
  const CoalitionId& org = coalition_.membership->org();
  const Bytes message =
      erase.blob.is_zero()
          ? envelope::erased_item_message(org, erase.log, erase.compartment, erase.seq, erase.hash, time_ms)
          : envelope::erased_blob_message(org, erase.compartment, erase.blob, time_ms);
  done.signature = crypto::sign(keys_.sign.secret, "HAKI1.ers", message);
  answers_.push_back(done);
}

Result<> Erasures::take(const Erase& erase) {
  const envelope::Membership& log = *coalition_.membership;
  const auto refused = [&](Refusal code) -> Result<> { return refuse(erase, code), Result<>(); };
  const bool of_blob = !erase.blob.is_zero();
  if (of_blob ? !names_a_blob_alone(erase) : !names_an_item(erase)) return refused(Refusal::kMalformed);
  if (log.compartment(erase.compartment) == nullptr) return refused(Refusal::kUnknownCompartment);
  const bool may = sender_.now().leads() && log.may_write(sender_.added.device, erase.compartment, log.newest());
  if (!may) return refused(Refusal::kNotAllowed);
  return of_blob ? take_blob(erase) : take_item(erase);
}

Result<> Erasures::take_item(const Erase& erase) {
  const auto refused = [&](Refusal code) -> Result<> { return refuse(erase, code), Result<>(); };
  HAKI_ASSIGN(const Push::Place place, push_.place_of(erase.compartment, erase.log, erase.seq));
  HAKI_ASSIGN(const Push::Place tomb, push_.place_of(erase.compartment, erase.tomb_log, erase.tomb_seq));
  // A tombstone that is not here could never be reached by a snapshot.
  if (place.head.seq < erase.seq || tomb.head.seq < erase.tomb_seq) return refused(Refusal::kGap);
  if (!place.item || place.item->hash != erase.hash) return refused(Refusal::kFork);
  if (erase.remainder) {
    const auto why = envelope::remainder_refused(*coalition_.membership, erase.compartment, *erase.remainder, erase.hash);
    if (why) return refused(*why);
  }
  HAKI_ASSIGN(Working * item, working(erase, place));
  const auto before = item->tombs.find({erase.tomb_log, erase.tomb_seq});
  if (before != item->tombs.end() && (before->second.holds || item->content == Content::kNone)) {
    erased(erase, before->second.time_ms);
  } else if (item->content != Content::kNone && !erase.remainder) {
    wanted(erase);
  } else {
    erased(erase, before != item->tombs.end() ? before->second.time_ms : now_ms_);
    keep(erase, *item);
  }
  return {};
}

Result<Erasures::Working*> Erasures::working(const Erase& erase, const Push::Place& place) {
  const auto [at, fresh] = items_.try_emplace({erase.compartment, erase.log, erase.seq});
  if (!fresh) return &at->second;
  at->second.content = place.item->content;
  at->second.remainder = place.item->remainder;
  if (place.chain == 0) return &at->second;  // of this request
  HAKI_ASSIGN(const auto tombs, snapshot_.tombs_of(place.chain, erase.seq));
  for (const storage::HeldTomb& held : tombs) at->second.tombs[held.tomb] = held;
  return &at->second;
}

// What is given takes the place of what another lead gave, and holds for no other tombstone that it was not given for too: that
// lead may not have known of it.
void Erasures::keep(const Erase& erase, Working& item) {
  const storage::Tomb tomb{erase.tomb_log, erase.tomb_seq};
  const envelope::Remainder* remainder = item.content != Content::kNone ? &*erase.remainder : nullptr;
  item_writes_.push_back({erase.compartment, erase.log, erase.seq, tomb, remainder});
  if (remainder != nullptr) {
    Bytes given = envelope::encode_remainder(*remainder);
    if (given != item.remainder) {
      for (auto& [other, held] : item.tombs) held.holds = false;
    }
    item.remainder = std::move(given);
    item.content = Content::kRemainder;
  }
  storage::HeldTomb& held = item.tombs.try_emplace(tomb, storage::HeldTomb{tomb, now_ms_, true}).first->second;
  held.holds = true;
}

Result<> Erasures::take_blob(const Erase& erase) {
  HAKI_ASSIGN(const auto before, snapshot_.erased_blob(coalition_.key, erase.blob));
  const auto known = before.find(erase.compartment);
  if (known == before.end() && blobs_now_.emplace(erase.compartment, erase.blob).second) {
    blob_writes_.push_back({erase.compartment, erase.blob});
  }
  blobs_.push_back(erase.blob);
  erased(erase, known != before.end() ? known->second : now_ms_);
  return {};
}

Result<std::vector<storage::Erasure>> Erasures::of(const CompartmentId& compartment) const {
  HAKI_ASSIGN(std::vector<storage::Erasure> all, snapshot_.erasures(coalition_.key, compartment));
  for (const storage::EraseItemWrite& one : item_writes_) {
    if (one.compartment == compartment) all.push_back({one.log, one.seq, one.tomb});
  }
  return all;
}

Result<> Erasures::add_to(storage::ExchangeWrite& write) const {
  write.erased_items = item_writes_;
  write.erased_blobs = blob_writes_;
  std::set<CompartmentId> compartments;
  for (const storage::EraseItemWrite& one : item_writes_) compartments.insert(one.compartment);
  for (const CompartmentId& compartment : compartments) {
    HAKI_ASSIGN(const auto held, snapshot_.held_snapshots(coalition_.key, compartment));
    if (held.empty()) continue;
    HAKI_ASSIGN(const auto erasures, of(compartment));
    HAKI_ASSIGN(const auto gone, erased_snapshots(snapshot_, coalition_, compartment, held, erasures));
    write.erased_snapshots.insert(write.erased_snapshots.end(), gone.begin(), gone.end());
  }
  return {};
}

}  // namespace haki::relay
