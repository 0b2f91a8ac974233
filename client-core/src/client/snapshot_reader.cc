#include "client/snapshot_reader.h"

#include <algorithm>

#include "base/little_endian.h"
#include "client/erasures.h"
#include "client/quarantine.h"
#include "client/snapshot_seal.h"
#include "crypto/hash.h"
#include "envelope/frames.h"
#include "payload/record_state.h"
#include "payload/snapshot_part.h"

namespace haki::client {
namespace {

using envelope::CompartmentKind;
using store::SnapshotState;

constexpr int kStallsMax = 2;
constexpr std::size_t kAuditBytesMax = 256 * 1024;  // a session, unless it ends inside an answer
constexpr std::size_t kAuditPullsMax = 4;

changes::AppliedSeq marks_of(const envelope::Snapshot& offer) {
  return [&offer](const LogId& log) -> std::uint64_t {
    const envelope::SnapshotMark* mark = offer.mark(log);
    return mark != nullptr ? mark->seq : 0;
  };
}

Error refused(const char* why) { return {Code::kUntrusted, why}; }

}  // namespace

std::uint64_t SnapshotReader::One::checked_bytes(std::uint32_t parts) const {
  std::uint64_t bytes = 0;
  for (std::uint32_t i = 0; i < parts; ++i) bytes += offer.parts[i].length;
  return bytes;
}

Result<> SnapshotReader::load() {
  all_.clear();
  HAKI_ASSIGN(std::vector<store::KeptSnapshot> all, kept_.all());
  for (store::KeptSnapshot& kept : all) {
    auto frame = envelope::FrameReader(kept.frame).next();
    auto* offer = frame ? std::get_if<envelope::Snapshot>(&*frame) : nullptr;
    if (offer == nullptr) return Error{Code::kDamaged, "What this home knows of a snapshot is damaged."};
    One& one = all_[kept.compartment];
    one.offer = std::move(*offer);
    HAKI_ASSIGN(one.pending, kept_.pieces(kept.compartment));
    if (kept.state == SnapshotState::kComing && !kept.at_once) {  // the checked parts are among them
      const std::uint64_t checked = one.checked_bytes(kept.parts);
      if (checked > one.pending.size()) return Error{Code::kDamaged, "What this home has of a snapshot is damaged."};
      one.pending.erase(one.pending.begin(), one.pending.begin() + static_cast<std::ptrdiff_t>(checked));
    }
    HAKI_ASSIGN(const std::vector<store::MovedChain> moved, kept_.moved(kept.compartment));
    for (const store::MovedChain& chain : moved) one.moved.emplace(chain.before.no, chain);
    if (kept.state == SnapshotState::kWhole) audit_left_ = kAuditBytesMax;
    one.kept = std::move(kept);
  }
  HAKI_ASSIGN(const std::int64_t cursor, home_.settings->number(setting::kCursor));
  const auto of_another = [&](const store::Chain* chain) { return chain->log != home_.identity.log && chain->head_seq > 0; };
  first_ = cursor == 0 && std::ranges::none_of(home_.chains->all(), of_another);
  return {};
}

bool SnapshotReader::coming(const CompartmentId& compartment) const {
  const auto one = all_.find(compartment);
  return one != all_.end() && one->second.state() == SnapshotState::kComing;
}

// ---- what is asked for ----

std::vector<envelope::SnapshotWant> SnapshotReader::wants() {
  std::vector<envelope::SnapshotWant> wants;
  asked_.reset();
  if (first_) return {envelope::SnapshotWant{}};
  for (const CompartmentId& compartment : wanted_) {
    if (!coming(compartment) && wants.size() < 8) wants.push_back({compartment, {}, 0});
  }
  // One at a time: what people look up first, then notebook after notebook.
  const One* next = nullptr;
  for (const auto& [id, one] : all_) {
    const envelope::Compartment* of = home_.membership.compartment(id);
    const bool openable = of != nullptr && home_.key_ring.contains({id, one.offer.epoch});
    if (one.state() != SnapshotState::kComing || !openable) continue;
    if (next == nullptr || of->made.kind != CompartmentKind::kOwn) next = &one;
  }
  if (next != nullptr) {
    asked_ = next->kept.compartment;
    wants.push_back({next->kept.compartment, next->offer.id, next->held_bytes()});
  }
  return wants;
}

std::vector<envelope::Pull> SnapshotReader::audit_pulls(bool quiet) {
  std::vector<envelope::Pull> pulls;
  audit_asked_ = false;
  if (!quiet || audit_left_ == 0) return pulls;
  for (const auto& [id, one] : all_) {
    if (one.state() != SnapshotState::kWhole) continue;
    for (const auto& [no, moved] : one.moved) {
      const store::Chain* chain = home_.chains->find(no);
      const envelope::SnapshotMark* mark = chain != nullptr ? one.offer.mark(chain->log) : nullptr;
      if (mark == nullptr || moved.audit_seq >= mark->seq || pulls.size() == kAuditPullsMax) continue;
      pulls.push_back({id, chain->log, moved.audit_seq});
    }
  }
  audit_asked_ = !pulls.empty();
  audited_some_ = false;
  return pulls;
}

bool SnapshotReader::pending() const {
  const auto due = [&](const auto& entry) {
    const One& one = entry.second;
    return one.state() == SnapshotState::kComing && home_.key_ring.contains({entry.first, one.offer.epoch});
  };
  return first_ || !wanted_.empty() || std::ranges::any_of(all_, due);
}

// ---- what comes ----

Result<SnapshotReader::Outcome> SnapshotReader::take(const sync::Inbound& inbound) {
  Outcome outcome;
  const std::optional<CompartmentId> asked = asked_;
  for (const envelope::Snapshot& offer : inbound.snapshots) HAKI_TRY(take_offer(offer, outcome));
  for (const envelope::SnapshotHave& have : inbound.snapshots_held) {
    if (have.id.is_zero()) wanted_.erase(have.compartment);
  }
  bool came = false;
  for (const envelope::SnapshotBytes& piece : inbound.snapshot_bytes) {
    came = came || piece.compartment == asked;
    HAKI_TRY(take_bytes(piece, outcome));
  }
  const bool whole = inbound.whole && inbound.welcome && !inbound.welcome->more;
  if (first_ && whole) first_ = false;
  // Offered and not given is no better than not offered: the work itself is asked for.
  if (asked && !came && whole && coming(*asked) && ++stalls_[*asked] >= kStallsMax) {
    HAKI_TRY(abandon(*asked, "The server offers what a lead has put together of earlier work, but does not give it. Everything is "
                             "read from the beginning instead.", outcome));
  }
  if (audit_asked_ && !audited_some_ && whole) audit_left_ = 0;
  return outcome;
}

Result<> SnapshotReader::check(const envelope::Snapshot& offer) const {
  const envelope::Membership& log = home_.membership;
  const envelope::Compartment* of = log.compartment(offer.compartment);
  if (of == nullptr || !log.may_read(home_.device, offer.compartment, log.newest())) return refused("not readable here");
  const CompartmentKind kind = of->made.kind;
  if (kind == CompartmentKind::kDistrict || kind == CompartmentKind::kCase) return refused("of a kind that has none");
  if (log.hash_at(offer.m_seq) != offer.m_head) return refused("it cites another member list");
  const envelope::Device* maker = log.device(offer.by);
  const envelope::Standing* standing = maker != nullptr ? maker->at(offer.m_seq) : nullptr;
  if (standing == nullptr || !standing->leads() || !maker->now().leads() ||
      !log.may_read(offer.by, offer.compartment, offer.m_seq)) {
    return refused("whoever made it is no lead");
  }
  if (!crypto::verify(maker->added.sign_key, "HAKI1.snp", envelope::snapshot_message(home_.org, offer), offer.signature)) {
    return refused("its signature does not hold");
  }
  for (const envelope::SnapshotMark& mark : offer.marks) {
    const envelope::StandingCut* cut = log.cut(mark.log, offer.compartment);
    if (log.device_of_log(mark.log) == nullptr || mark.m_seq > log.newest()) return refused("it names a chain that is not known");
    // Whoever knew the cut has set aside what lies beyond it.
    const bool knew = cut == nullptr || offer.m_seq >= cut->since;
    if (!knew && mark.seq > cut->cut.seq) return refused("it goes beyond where a lead has since cut a chain");
  }
  return {};
}

std::uint32_t SnapshotReader::words_that_hold(const envelope::Snapshot& offer) const {
  const Hash message = envelope::snapshot_word_message(home_.org, offer);
  std::set<DeviceId> persons;
  const envelope::Device* maker = home_.membership.device(offer.by);
  for (const envelope::SnapshotSignature& word : offer.words) {
    const envelope::Device* by = home_.membership.device(word.by);
    if (by == nullptr || !by->now().leads() || by->person() == maker->person()) continue;
    if (crypto::verify(by->added.sign_key, "HAKI1.sno", message, word.signature)) persons.insert(by->person());
  }
  return static_cast<std::uint32_t>(persons.size());
}

Result<> SnapshotReader::take_offer(const envelope::Snapshot& offer, Outcome& outcome) {
  const auto known = all_.find(offer.compartment);
  const bool has = known != all_.end();
  const bool asked_for_its_bytes = asked_ == offer.compartment;
  const bool was_wanted = wanted_.erase(offer.compartment) > 0;
  if (has && known->second.offer.id == offer.id) return {};
  if (!first_ && !asked_for_its_bytes && !was_wanted) return {};  // an answer to who makes them
  if (has && known->second.state() == SnapshotState::kComing) {
    if (!asked_for_its_bytes) return {};
    HAKI_TRY(abandon(offer.compartment, "", outcome));  // the server has it no more
    std::erase(outcome.from_start, offer.compartment);
  }
  if (const auto right = check(offer); !right) {
    outcome.notes.push_back("What " + home_.name_of(offer.by) + " is said to have put together of earlier work was not taken: " +
                            right.error().message + ". Everything is read from the beginning instead.");
    outcome.from_start.push_back(offer.compartment);
    return {};
  }
  return accept(offer, outcome);
}

Result<> SnapshotReader::accept(const envelope::Snapshot& offer, Outcome& outcome) {
  bool ahead = false;
  for (const envelope::SnapshotMark& mark : offer.marks) {
    const store::Chain* chain = home_.chains->find(offer.compartment, mark.log);
    ahead = ahead || (mark.log != home_.identity.log && (chain == nullptr || chain->applied_seq < mark.seq));
  }
  if (!ahead) return {};  // all of it is here
  const auto earlier = all_.find(offer.compartment);
  // What stands on an earlier one, unproven, cannot be made again from change sets.
  const bool complete = earlier == all_.end() || earlier->second.state() == SnapshotState::kAudited;
  const bool at_once = complete && std::ranges::none_of(home_.chains->all(), [&](const store::Chain* chain) {
    return chain->compartment == offer.compartment && chain->log != home_.identity.log && chain->applied_seq > 0;
  });
  HAKI_TRY(kept_.remove(offer.compartment));
  One& one = all_[offer.compartment] = One{};
  one.offer = offer;
  one.kept = {offer.compartment, envelope::encode_frame(offer), SnapshotState::kComing, 0, words_that_hold(offer), at_once, complete};
  for (const envelope::SnapshotMark& mark : offer.marks) {
    if (mark.log != home_.identity.log) HAKI_TRY(move_chain(mark, one));
  }
  outcome.moved = true;
  outcome.gained = true;
  return kept_.put(one.kept);
}

Result<> SnapshotReader::move_chain(const envelope::SnapshotMark& mark, One& one) {
  HAKI_ASSIGN(store::Chain * chain, home_.chains->open(one.offer.compartment, mark.log));
  if (chain->applied_seq >= mark.seq) return {};
  store::MovedChain moved{*chain, chain->head_seq, chain->head, chain->epoch};
  chain->applied_seq = mark.seq;
  if (chain->head_seq < mark.seq) {
    chain->head_seq = mark.seq;
    chain->head = mark.hash;
    chain->m_seq = std::max(chain->m_seq, mark.m_seq);
    chain->epoch = std::max(chain->epoch, mark.epoch);
  }
  HAKI_TRY(home_.chains->save(*chain));
  HAKI_TRY(kept_.put_moved(one.offer.compartment, moved));
  one.moved.emplace(chain->no, moved);
  return {};
}

Result<> SnapshotReader::take_bytes(const envelope::SnapshotBytes& piece, Outcome& outcome) {
  const auto found = all_.find(piece.compartment);
  if (found == all_.end() || found->second.state() != SnapshotState::kComing) return {};
  One& one = found->second;
  if (piece.id != one.offer.id || piece.offset != one.held_bytes()) return {};
  base::append(one.pending, piece.bytes);
  HAKI_TRY(kept_.add_piece(piece.compartment, piece.bytes));
  outcome.moved = true;
  outcome.gained = true;
  stalls_.erase(piece.compartment);
  while (one.kept.parts < one.offer.parts.size() && one.pending.size() >= one.offer.parts[one.kept.parts].length) {
    const auto taken = take_part(one);
    if (!taken && taken.error().code != Code::kUntrusted) return taken;
    if (!taken) {
      return abandon(piece.compartment, "What " + home_.name_of(one.offer.by) + " put together of earlier work does not hold (" +
                     taken.error().message + "). It was dropped; tell the leads. Everything is read from the beginning instead.",
                     outcome);
    }
  }
  if (one.kept.parts == one.offer.parts.size()) return finish(one, outcome);
  return kept_.put(one.kept);
}

// kUntrusted: it is not what was signed, or not what it should be.
Result<std::vector<changes::RecordState>> SnapshotReader::open(const One& one, std::uint32_t number, ByteView sealed) const {
  const CompartmentId compartment = one.offer.compartment;
  if (crypto::hash32({sealed}) != one.offer.parts[number].hash) return refused("a part is not the one that was signed");
  const auto key = home_.key_ring.find({compartment, one.offer.epoch});
  if (key == home_.key_ring.end()) return refused("its key is not here");
  const auto packed = open_part(key->second.key, {home_.org, compartment, one.offer.id}, number, sealed);
  if (!packed) return refused("a part cannot be opened with its key");
  auto states = payload::unpack_states(*packed);
  if (!states) return refused("a part is malformed");
  return states;
}

Result<> SnapshotReader::merge(const One& one, std::vector<changes::RecordState> states) {
  const changes::AppliedSeq marks = marks_of(one.offer);
  for (changes::RecordState& state : states) {
    home_.hybrid_clock->see(state.changed());
    HAKI_TRY(home_.records->adopt(one.offer.compartment, std::move(state), marks));
  }
  return {};
}

// The part under way is there. Where there was nothing, its records are shown at once; else all wait for the last.
Result<> SnapshotReader::take_part(One& one) {
  const CompartmentId compartment = one.offer.compartment;
  const std::uint32_t length = one.offer.parts[one.kept.parts].length;
  HAKI_ASSIGN(std::vector<changes::RecordState> states, open(one, one.kept.parts, ByteView(one.pending).first(length)));
  for (const changes::RecordState& state : states) {
    HAKI_TRY(kept_.add_leaf(compartment, crypto::hash32({payload::encode_record_state(state)})));
  }
  if (one.kept.at_once) HAKI_TRY(merge(one, std::move(states)));
  one.pending.erase(one.pending.begin(), one.pending.begin() + length);
  ++one.kept.parts;
  if (!one.kept.at_once) return {};
  HAKI_TRY(kept_.drop_pieces(compartment));
  return one.pending.empty() ? Result<>() : kept_.add_piece(compartment, one.pending);
}

Result<> SnapshotReader::merge_all(const One& one) {
  HAKI_ASSIGN(const Bytes bytes, kept_.pieces(one.offer.compartment));
  for (std::uint32_t number = 0; number < one.offer.parts.size(); ++number) {
    const auto from = static_cast<std::size_t>(one.checked_bytes(number));
    HAKI_ASSIGN(std::vector<changes::RecordState> states, open(one, number, ByteView(bytes).subspan(from, one.offer.parts[number].length)));
    HAKI_TRY(merge(one, std::move(states)));
  }
  return {};
}

Result<> SnapshotReader::finish(One& one, Outcome& outcome) {
  const CompartmentId compartment = one.offer.compartment;
  HAKI_ASSIGN(const std::vector<Hash> leaves, kept_.leaves(compartment));
  if (!one.pending.empty() || state_root(leaves) != one.offer.state_root) {
    return abandon(compartment, "What " + home_.name_of(one.offer.by) + " put together of earlier work is not what it was signed as. It "
                   "was dropped; tell the leads. Everything is read from the beginning instead.", outcome);
  }
  if (!one.kept.at_once) HAKI_TRY(merge_all(one));
  HAKI_TRY(kept_.drop_pieces(compartment));
  HAKI_TRY(kept_.drop_leaves(compartment));
  bool readable = one.kept.complete;
  for (const auto& [no, moved] : one.moved) {
    // Work was held, for want of its content or its key: its hash at the old place is not known here.
    readable = readable && moved.before.applied_seq == moved.before.head_seq;
    const store::Chain* chain = home_.chains->find(no);
    HAKI_ASSIGN(const std::vector<store::KeptItem> held, home_.ledger->held(no));
    for (const store::KeptItem& item : held) {
      if (item.last_seq <= marks_of(one.offer)(chain->log)) HAKI_TRY(home_.ledger->release(item.no));
    }
  }
  one.kept.state = readable ? SnapshotState::kWhole : SnapshotState::kUnauditable;
  outcome.whole.push_back(compartment);
  return kept_.put(one.kept);
}

// Back to where the chains stood. Where something was merged, everything below is kept as change sets, and the records are made
// again from them; nothing that was written here is lost.
Result<> SnapshotReader::abandon(const CompartmentId& compartment, const std::string& why, Outcome& outcome) {
  const One& one = all_.at(compartment);
  const bool merged = one.kept.at_once || one.state() != SnapshotState::kComing;
  for (const auto& [no, moved] : one.moved) {
    store::Chain* chain = home_.chains->find(no);
    HAKI_ASSIGN(const std::vector<store::KeptItem> held, home_.ledger->held(no));
    for (const store::KeptItem& item : held) {
      if (item.last_seq > moved.before.head_seq) HAKI_TRY(home_.ledger->release(item.no));
    }
    if (merged) HAKI_TRY(home_.records->forget_past(*chain, moved.before.applied_seq));
    chain->applied_seq = moved.before.applied_seq;
    chain->head_seq = moved.before.head_seq;
    chain->head = moved.before.head;
    chain->m_seq = moved.before.m_seq;
    chain->epoch = moved.before.epoch;
    HAKI_TRY(home_.chains->save(*chain));
  }
  HAKI_TRY(kept_.remove(compartment));
  all_.erase(compartment);
  stalls_.erase(compartment);
  if (merged) HAKI_TRY(home_.records->remake(compartment));
  if (!why.empty()) outcome.notes.push_back(why);
  outcome.from_start.push_back(compartment);
  outcome.moved = true;
  return {};
}

bool SnapshotReader::proven(const CompartmentId& compartment) const {
  const auto one = all_.find(compartment);
  return one == all_.end() || one->second.state() == SnapshotState::kAudited;
}

Result<bool> SnapshotReader::let_go(const CompartmentId& compartment, Outcome& outcome) {
  if (proven(compartment)) return true;
  if (!all_.at(compartment).kept.complete) return false;
  HAKI_TRY(abandon(compartment, "", outcome));
  return true;
}

// ---- the audit ----

Result<bool> SnapshotReader::audit(const envelope::Run& run, bool over_quota, Outcome& outcome) {
  const auto found = all_.find(run.compartment);
  const store::Chain* chain = home_.chains->find(run.compartment, run.log);
  if (found == all_.end() || found->second.state() != SnapshotState::kWhole || chain == nullptr) return false;
  One& one = found->second;
  const auto entry = one.moved.find(chain->no);
  const envelope::SnapshotMark* mark = one.offer.mark(run.log);
  if (entry == one.moved.end() || mark == nullptr) return false;
  store::MovedChain& moved = entry->second;
  if (run.after_seq != moved.audit_seq || moved.audit_seq >= mark->seq) return false;
  const envelope::Device* author = home_.membership.device_of_log(run.log);
  const std::optional<Hash> m_head = home_.membership.hash_at(run.m_seq);
  if (author == nullptr || !m_head) return false;
  const auto verified = envelope::verify_run(home_.org, run, run.log, {moved.audit_seq, moved.audit_head}, *m_head,
                                             author->added.sign_key);
  if (!verified) return false;  // damage or a lie of the server's, not of the lead's: asked for again
  if (home_.is_lead() && run.has_content()) {
    HAKI_TRY(home_.ledger->keep_run(chain->no, moved.audit_seq, verified->back().last_seq, moved.audit_head, envelope::encode_frame(run)));
  }
  for (const envelope::VerifiedItem& item : *verified) {
    if (item.last_seq > mark->seq) break;
    const auto read = audit_item(moved, run, over_quota, item);
    if (!read && read.error().code != Code::kHeld) return read.error();
    if (!read) {
      one.kept.state = SnapshotState::kUnauditable;
      HAKI_TRY(kept_.put(one.kept));
      return true;
    }
    audit_left_ -= std::min(audit_left_, item.item->sealed.size() + 1);
  }
  audited_some_ = true;
  outcome.moved = true;
  outcome.gained = true;
  HAKI_TRY(kept_.put_moved(run.compartment, moved));
  if (moved.audit_seq >= mark->seq && moved.audit_head != mark->hash) {
    HAKI_TRY(abandon(run.compartment, "What " + home_.name_of(one.offer.by) + " put together of earlier work rests on work of " +
                     home_.name_of(home_.device_of(run.log)) + " that was never signed. It was dropped; tell the leads.", outcome));
    return true;
  }
  const bool all = std::ranges::all_of(one.moved, [&](const auto& other) {
    const store::Chain* of = home_.chains->find(other.first);
    const envelope::SnapshotMark* to = of != nullptr ? one.offer.mark(of->log) : nullptr;
    return to == nullptr || other.second.audit_seq >= to->seq;
  });
  if (all) HAKI_TRY(compare(one, outcome));
  return true;
}

// kHeld: this work cannot be read here, so that the snapshot cannot be compared with it. What is not permitted or malformed is
// passed over as its maker passed over it, but for a lead's word.
Result<> SnapshotReader::audit_item(store::MovedChain& moved, const envelope::Run& run, bool over_quota,
                                    const envelope::VerifiedItem& item) {
  store::Chain then = *home_.chains->find(moved.before.no);  // as it stood before this item
  then.epoch = moved.audit_epoch;
  store::KeptItem kept{0, then.no, item.first_seq, item.last_seq, run.epoch,
                       Bytes(item.header.begin(), item.header.end()), item.item->sealed, "", over_quota,
                       Erasures(home_).remainder_of(then.compartment, item)};
  Quarantine quarantine(home_);
  Result<> permitted = quarantine.may_apply(then, kept, run.m_seq);
  HAKI_ASSIGN(const auto verdict, home_.ledger->verdict(then.compartment, then.log, item.last_seq));
  const bool decided = verdict && verdict->hash == item.hash;
  if (!permitted && decided && verdict->accepted) permitted = {};
  auto sets = permitted ? quarantine.open(then, kept) : Result<std::vector<changes::ChangeSet>>(permitted.error());
  for (std::size_t i = 0; sets && permitted && i < sets->size(); ++i) {
    const auto erases = decided ? Result<>() : Erasures(home_).may_apply((*sets)[i], then, run.m_seq);
    if (!erases) sets = erases.error();
  }
  const bool aside = !sets && (sets.error().code == Code::kDenied || sets.error().code == Code::kDamaged);
  if (!sets && !aside) return sets.error();
  if (aside && !decided) {
    kept.reason = sets.error().message;
    HAKI_TRY(home_.ledger->quarantine(kept, home_.clock.now_ms()));
  }
  for (std::size_t i = 0; !aside && i < sets->size(); ++i) {
    HAKI_TRY(home_.records->keep_past(then, (*sets)[i]));
    HAKI_TRY(quarantine.take_verdicts((*sets)[i], then, run.m_seq));
    HAKI_TRY(Erasures(home_).take_let_go((*sets)[i], then));
  }
  moved.audit_seq = item.last_seq;
  moved.audit_head = item.hash;
  moved.audit_epoch = run.epoch;
  return {};
}

Result<> SnapshotReader::compare(One& one, Outcome& outcome) {
  HAKI_ASSIGN(const std::uint64_t differed, home_.records->remake(one.offer.compartment));
  one.kept.state = SnapshotState::kAudited;
  if (differed > 0) {
    outcome.notes.push_back("What " + home_.name_of(one.offer.by) + " had put together of earlier work showed " + std::to_string(differed) +
                            " records otherwise than the signed work does. They are as signed now; tell the leads, in person or by voice.");
  }
  return kept_.put(one.kept);
}

}  // namespace haki::client
