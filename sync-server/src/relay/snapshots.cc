#include "relay/snapshots.h"

#include <algorithm>

namespace haki::relay {
namespace {

using envelope::CompartmentKind;
using envelope::Refusal;
using storage::HeldSnapshot;

constexpr std::size_t kPieceBytes = 16 * 1024;
constexpr std::int64_t kSupersededLifeMs = 30LL * 24 * 3600 * 1000;

bool has_kind(const envelope::Compartment* compartment) {
  return compartment != nullptr && compartment->made.kind != CompartmentKind::kDistrict &&
         compartment->made.kind != CompartmentKind::kCase;
}

// Better first: whole, then further, then with a word.
bool goes(const storage::ExchangeWrite& write, storage::SnapshotKey key) {
  return std::ranges::find(write.erased_snapshots, key, &storage::EraseSnapshotWrite::snapshot) != write.erased_snapshots.end();
}

bool better(const HeldSnapshot& a, const HeldSnapshot& b, const envelope::Membership& log) {
  if (a.offer.covers() != b.offer.covers()) return a.offer.covers() > b.offer.covers();
  return two_leads_signed(a.offer, log) && !two_leads_signed(b.offer, log);
}

}  // namespace

bool two_leads_signed(const envelope::Snapshot& offer, const envelope::Membership& log) {
  const envelope::Device* maker = log.device(offer.by);
  return maker != nullptr && maker->now().leads() && std::ranges::any_of(offer.words, [&](const envelope::SnapshotSignature& word) {
    const envelope::Device* by = log.device(word.by);
    return by != nullptr && by->now().leads() && by->person() != maker->person();
  });
}

const HeldSnapshot* newest_snapshot(const std::vector<HeldSnapshot>& held, const envelope::Membership& log) {
  const HeldSnapshot* newest = nullptr;
  for (const HeldSnapshot& one : held) {
    const envelope::Device* maker = log.device(one.offer.by);
    if (maker == nullptr || !maker->now().leads()) continue;  // readers would refuse it
    if (one.whole() && (newest == nullptr || better(one, *newest, log))) newest = &one;
  }
  return newest;
}

void Snapshots::refuse(Refusal code, const CompartmentId& compartment) {
  envelope::Reject reject;
  reject.code = code;
  reject.compartment = compartment;
  answers_.push_back(reject);
}

Result<> Snapshots::judge(storage::Snapshot& store, const CoalitionView& coalition, const Erasures& erasures,
                          storage::ExchangeWrite& write) {
  answers_.clear();
  for (const envelope::Snapshot& offer : request_.snapshots) HAKI_TRY(judge_offer(store, coalition, offer, erasures, write));
  HAKI_TRY(judge_pieces(store, coalition, erasures, write));
  for (const envelope::SnapshotWord& word : request_.snapshot_words) HAKI_TRY(judge_word(store, coalition, word, write));
  return let_erased_go(store, coalition, erasures, write);
}

// Where a snapshot becomes whole or gets a word, one that compaction needed may go.
Result<> Snapshots::let_erased_go(storage::Snapshot& store, const CoalitionView& coalition, const Erasures& erasures,
                                  storage::ExchangeWrite& write) {
  std::set<CompartmentId> compartments;
  if (!write.snapshot_pieces.empty()) {
    for (const envelope::SnapshotBytes& piece : request_.snapshot_bytes) compartments.insert(piece.compartment);
  }
  if (!write.snapshot_words.empty()) {
    for (const envelope::SnapshotWord& word : request_.snapshot_words) compartments.insert(word.compartment);
  }
  for (const CompartmentId& compartment : compartments) {
    HAKI_ASSIGN(const auto erased, erasures.of(compartment));
    if (erased.empty()) continue;
    HAKI_ASSIGN(std::vector<HeldSnapshot> held, store.held_snapshots(coalition.key, compartment));
    std::erase_if(held, [&](const HeldSnapshot& one) { return goes(write, one.key); });
    for (HeldSnapshot& one : held) {
      for (const storage::SnapshotPieceWrite& piece : write.snapshot_pieces) one.held += piece.snapshot == one.key ? piece.bytes.size() : 0;
      for (const storage::SnapshotWordWrite& word : write.snapshot_words) {
        if (word.snapshot == one.key) one.offer.words.push_back(word.word);
      }
    }
    HAKI_ASSIGN(const auto gone, erased_snapshots(store, coalition, compartment, held, erased));
    write.erased_snapshots.insert(write.erased_snapshots.end(), gone.begin(), gone.end());
  }
  return {};
}

Result<> Snapshots::judge_offer(storage::Snapshot& store, const CoalitionView& coalition, const envelope::Snapshot& offer,
                                const Erasures& erasures, storage::ExchangeWrite& write) {
  const envelope::Membership& log = *coalition.membership;
  const envelope::Compartment* compartment = log.compartment(offer.compartment);
  const auto refused = [&](Refusal code) -> Result<> { return refuse(code, offer.compartment), Result<>(); };
  if (compartment == nullptr) return refused(Refusal::kUnknownCompartment);
  const bool may = offer.by == sender_.added.device && sender_.now().leads() && has_kind(compartment) &&
                   log.may_read(offer.by, offer.compartment, log.newest());
  if (!may) return refused(Refusal::kNotAllowed);
  if (!offer.words.empty()) return refused(Refusal::kMalformed);
  if (log.hash_at(offer.m_seq) != offer.m_head) return refused(Refusal::kUnknownMembership);
  if (!crypto::verify(sender_.added.sign_key, "HAKI1.snp", envelope::snapshot_message(log.org(), offer), offer.signature)) {
    return refused(Refusal::kBadSignature);
  }
  HAKI_ASSIGN(const std::vector<HeldSnapshot> held, store.held_snapshots(coalition.key, offer.compartment));
  const auto same = std::ranges::find(held, offer.id, [](const HeldSnapshot& one) { return one.offer.id; });
  if (same != held.end() && !goes(write, same->key)) {
    if (same->offer.by != offer.by) return refused(Refusal::kNotAllowed);
    answers_.push_back(envelope::SnapshotHave{offer.compartment, offer.id, same->held});
    return {};
  }
  for (const envelope::SnapshotMark& mark : offer.marks) {
    HAKI_ASSIGN(const std::vector<storage::Chain> chains, store.chains_of_log(coalition.key, mark.log));
    const auto chain = std::ranges::find(chains, offer.compartment, &storage::Chain::compartment);
    if (chain == chains.end()) return refused(Refusal::kGap);
    HAKI_ASSIGN(const auto item, store.held_at(chain->key, mark.seq));
    if (!item || item->hash != mark.hash) return refused(Refusal::kGap);
  }
  HAKI_ASSIGN(const auto erased, erasures.of(offer.compartment));
  if (may_tell_erased(offer, erased)) return refused(Refusal::kNotAllowed);
  write.snapshots.push_back({offer.compartment, &offer});
  answers_.push_back(envelope::SnapshotHave{offer.compartment, offer.id, 0});
  return {};
}

// Pieces go on where the last one ended; what does not fit is passed over, and the answer says where to go on.
Result<> Snapshots::judge_pieces(storage::Snapshot& store, const CoalitionView& coalition, const Erasures& erasures,
                                 storage::ExchangeWrite& write) {
  std::map<std::pair<CompartmentId, envelope::SnapshotId>, HeldSnapshot> growing;
  std::set<std::pair<CompartmentId, envelope::SnapshotId>> unknown;
  for (const envelope::SnapshotBytes& piece : request_.snapshot_bytes) {
    const std::pair name(piece.compartment, piece.id);
    const auto begun = std::ranges::find(write.snapshots, piece.compartment, &storage::SnapshotWrite::compartment);
    if (begun != write.snapshots.end() && begun->offer->id == piece.id) continue;  // its answer says where to begin
    if (unknown.contains(name)) continue;
    if (!growing.contains(name)) {
      HAKI_ASSIGN(const std::vector<HeldSnapshot> held, store.held_snapshots(coalition.key, piece.compartment));
      const auto one = std::ranges::find(held, piece.id, [](const HeldSnapshot& each) { return each.offer.id; });
      const bool replaced = begun != write.snapshots.end() && one != held.end() && !one->whole();
      HAKI_ASSIGN(const auto erased, erasures.of(piece.compartment));
      const bool tells = one != held.end() && !one->whole() && may_tell_erased(one->offer, erased);
      if (tells && !goes(write, one->key)) write.erased_snapshots.push_back({one->key, piece.compartment, false});
      if (one == held.end() || one->offer.by != sender_.added.device || !sender_.now().leads() || replaced || goes(write, one->key)) {
        unknown.insert(name);
        refuse(Refusal::kNotAllowed, piece.compartment);
        continue;
      }
      growing.emplace(name, *one);
    }
    HeldSnapshot& one = growing.at(name);
    const std::uint64_t total = one.offer.bytes();
    if (piece.offset != one.held || piece.bytes.size() > total - one.held) continue;
    write.snapshot_pieces.push_back({one.key, piece.offset, piece.bytes});
    one.held += piece.bytes.size();
    if (!one.whole()) continue;
    HAKI_ASSIGN(std::vector<HeldSnapshot> held, store.held_snapshots(coalition.key, piece.compartment));
    std::erase_if(held, [&](const HeldSnapshot& each) { return goes(write, each.key); });
    for (HeldSnapshot& each : held) {
      if (each.key == one.key) each.held = one.held;
    }
    retire(held, *coalition.membership, write);
  }
  for (const auto& [name, one] : growing) {
    std::erase_if(answers_, [&](const envelope::Frame& answer) {  // of its frame in this request: less was held then
      const auto* have = std::get_if<envelope::SnapshotHave>(&answer);
      return have != nullptr && have->compartment == name.first && have->id == name.second;
    });
    answers_.push_back(envelope::SnapshotHave{name.first, name.second, one.held});
  }
  return {};
}

// Kept are the newest, the newest with a word, and any other for a while, as somebody may be reading it.
void Snapshots::retire(const std::vector<HeldSnapshot>& held, const envelope::Membership& log, storage::ExchangeWrite& write) {
  const HeldSnapshot* newest = newest_snapshot(held, log);
  std::vector<HeldSnapshot> with_word = held;
  std::erase_if(with_word, [&](const HeldSnapshot& one) { return !two_leads_signed(one.offer, log); });
  const HeldSnapshot* vouched = newest_snapshot(with_word, log);
  for (const HeldSnapshot& one : held) {
    const bool kept = (newest != nullptr && one.key == newest->key) || (vouched != nullptr && one.key == vouched->key);
    if (kept && one.superseded_ms) write.snapshots_superseded.emplace_back(one.key, std::nullopt);
    if (!kept && one.whole() && !one.superseded_ms) write.snapshots_superseded.emplace_back(one.key, write.now_ms);
    const std::int64_t since_ms = one.whole() ? one.superseded_ms.value_or(write.now_ms) : one.begun_ms;
    if (!kept && write.now_ms - since_ms > kSupersededLifeMs) write.snapshots_gone.push_back(one.key);
  }
}

Result<> Snapshots::judge_word(storage::Snapshot& store, const CoalitionView& coalition, const envelope::SnapshotWord& word,
                               storage::ExchangeWrite& write) {
  const envelope::Membership& log = *coalition.membership;
  const auto refused = [&](Refusal code) -> Result<> { return refuse(code, word.compartment), Result<>(); };
  if (log.compartment(word.compartment) == nullptr) return refused(Refusal::kUnknownCompartment);
  HAKI_ASSIGN(const std::vector<HeldSnapshot> held, store.held_snapshots(coalition.key, word.compartment));
  const auto one = std::ranges::find(held, word.id, [](const HeldSnapshot& each) { return each.offer.id; });
  const envelope::Device* maker = one != held.end() && !goes(write, one->key) ? log.device(one->offer.by) : nullptr;
  const bool may = maker != nullptr && one->whole() && word.word.by == sender_.added.device && sender_.now().leads() &&
                   sender_.person() != maker->person() && log.may_read(word.word.by, word.compartment, log.newest());
  if (!may) return refused(Refusal::kNotAllowed);
  if (!crypto::verify(sender_.added.sign_key, "HAKI1.sno", envelope::snapshot_word_message(log.org(), one->offer),
                      word.word.signature)) {
    return refused(Refusal::kBadSignature);
  }
  write.snapshot_words.push_back({one->key, word.word});
  return {};
}

Result<> Snapshots::read(storage::Snapshot& store, const CoalitionView& coalition) {
  offers_.clear();
  covered_.clear();
  wanted_.clear();
  const envelope::Membership& log = *coalition.membership;
  const auto may_read = [&](const CompartmentId& compartment) {
    return !sender_.now().removed && log.may_read(sender_.added.device, compartment, log.newest());
  };
  for (const envelope::SnapshotWant& want : request_.snapshot_wants) {
    if (want.compartment.is_zero()) {
      HAKI_ASSIGN(const std::vector<HeldSnapshot> all, store.held_snapshots(coalition.key, std::nullopt));
      std::map<CompartmentId, std::vector<HeldSnapshot>> by_compartment;
      for (const HeldSnapshot& one : all) by_compartment[one.offer.compartment].push_back(one);
      for (const auto& [compartment, held] : by_compartment) {
        const HeldSnapshot* newest = may_read(compartment) ? newest_snapshot(held, log) : nullptr;
        if (newest == nullptr) continue;
        offers_.emplace_back(newest->offer);
        for (const envelope::SnapshotMark& mark : newest->offer.marks) covered_[{compartment, mark.log}] = mark.seq;
      }
      continue;
    }
    const bool known = log.compartment(want.compartment) != nullptr;
    if (!known || !may_read(want.compartment)) {
      refuse(known ? Refusal::kNotAllowed : Refusal::kUnknownCompartment, want.compartment);
      continue;
    }
    HAKI_ASSIGN(const std::vector<HeldSnapshot> held, store.held_snapshots(coalition.key, want.compartment));
    const auto named = std::ranges::find_if(held, [&](const HeldSnapshot& one) { return one.whole() && one.offer.id == want.id; });
    if (named != held.end()) {
      wanted_.push_back({*named, want.offset});
      continue;
    }
    const HeldSnapshot* newest = newest_snapshot(held, log);
    if (newest != nullptr) offers_.emplace_back(newest->offer);
    else answers_.push_back(envelope::SnapshotHave{want.compartment, {}, 0});
  }
  return {};
}

std::uint64_t Snapshots::covered(const storage::Chain& chain) const {
  const auto mark = covered_.find({chain.compartment, chain.log});
  return mark != covered_.end() ? mark->second : 0;
}

Result<Bytes> Snapshots::read_bytes(storage::Snapshot& store, std::size_t credit) const {
  Bytes frames;
  for (const Wanted& wanted : wanted_) {
    const std::uint64_t total = wanted.held.offer.bytes();
    for (std::uint64_t offset = wanted.offset; offset < total && frames.size() < credit;) {
      const std::size_t at_most = std::min(kPieceBytes, credit - frames.size());
      HAKI_ASSIGN(Bytes bytes, store.snapshot_bytes(wanted.held.key, offset, at_most));
      if (bytes.empty()) break;
      const std::size_t size = bytes.size();
      envelope::append_frame(frames, envelope::SnapshotBytes{wanted.held.offer.compartment, wanted.held.offer.id, offset, std::move(bytes)});
      offset += size;
    }
  }
  return frames;
}

}  // namespace haki::relay
