// Opening verified items and applying what they hold, or taking it back; acknowledging what a lead has read.
#include <algorithm>

#include "base/limits.h"
#include "base/little_endian.h"
#include "client/erasures.h"
#include "client/inbox.h"
#include "client/owed_keys.h"
#include "client/quarantine.h"

namespace haki::client {
namespace {

using envelope::CompartmentKind;

constexpr std::int64_t kWitnessMs = 24 * 3'600'000ll;
constexpr std::size_t kMissingMax = 32;                      // chains
constexpr std::size_t kMissingBytes = 16 + 16 + 8 + 32;      // of one: compartment, log, seq, hash
constexpr std::size_t kWitnessedMax = 256;  // chains

bool only_acknowledges(const changes::ChangeSet& set) {
  return std::ranges::all_of(set.operations, [](const auto& one) {
    return std::holds_alternative<changes::Ack>(one) || std::holds_alternative<changes::Verdict>(one) ||
           std::holds_alternative<changes::LetGo>(one);
  });
}

// What a lead decided, for the author of the work. Of each record its form and the beginning of its id.
std::string verdict_in_words(const std::string& lead, bool accepted, const std::vector<std::string>& records) {
  constexpr std::size_t kNamedMax = 5;
  std::string words = lead + (accepted ? " took in" : " keeps out") + " what had been set aside of this device's work";
  for (std::size_t i = 0; i < std::min(records.size(), kNamedMax); ++i) {
    words += (i == 0 ? ": " : ", ") + records[i].substr(0, records[i].find(':'));
  }
  if (records.size() > kNamedMax) words += " and " + std::to_string(records.size() - kNamedMax) + " more";
  words += accepted ? "." : ". It stays on this device, and the others do not see it; speak with " + lead + ".";
  return words;
}

// What an item that waits for a person follows: its header names the hash (spec 30-envelope: bytes 60 to 91).
envelope::ChainHead before(const store::KeptItem& item) {
  constexpr std::size_t kPrevOffset = 60;
  envelope::ChainHead head{item.first_seq - 1, {}};
  std::copy_n(item.header.begin() + kPrevOffset, Hash::kSize, head.hash.bytes.begin());
  return head;
}

}  // namespace

Result<> Inbox::open_and_apply(store::Chain& chain, store::KeptItem& item, std::uint32_t m_seq, Taking& taking) {
  Quarantine quarantine(home_);
  HAKI_TRY(quarantine.may_apply(chain, item, m_seq));
  HAKI_ASSIGN(const std::vector<changes::ChangeSet> sets, quarantine.open(chain, item));
  for (const changes::ChangeSet& set : sets) HAKI_TRY(Erasures(home_).may_apply(set, chain, m_seq));
  for (const changes::ChangeSet& set : sets) {
    if (set.seq <= chain.applied_seq) continue;  // an item that was held half-way
    HAKI_TRY(home_.records->apply(chain, set));
    home_.hybrid_clock->see(set.time);
    HAKI_TRY(take_acks(set, chain, taking));
    HAKI_ASSIGN(const std::uint64_t taken, quarantine.take_verdicts(set, chain, chain.m_seq));
    taking.received += taken;
    HAKI_TRY(note_verdicts(set, chain, taking));
    HAKI_TRY(Erasures(home_).take_let_go(set, chain));
    if (only_acknowledges(set)) continue;
    ++taking.received;
    worked_in_.insert(chain.compartment);
  }
  chain.epoch = item.epoch;  // of what is behind it, not of what is held yet: later work must not be sealed under an older key
  applied_.insert({chain.compartment, chain.log});
  if (home_.membership.compartment(chain.compartment)->made.kind != CompartmentKind::kOwn) directory_changed_ = true;
  return {};
}

// The key of a notebook whose frame came without one for this device.
Result<> Inbox::take_handed_on(const envelope::Grant& grant, Taking& taking) {
  HAKI_ASSIGN(std::optional<crypto::EpochKey> key, OwedKeys(home_).handed_on(grant));
  if (!key) return {};
  HAKI_TRY(keep_key(grant.compartment, grant.epoch, std::move(*key)));
  taking.gained = true;
  return {};
}

Result<> Inbox::load_missing() {
  HAKI_ASSIGN(const std::optional<Bytes> kept, home_.settings->get(setting::kMissing));
  for (ByteView rest = kept ? ByteView(*kept) : ByteView(); rest.size() >= kMissingBytes; rest = rest.subspan(kMissingBytes)) {
    const std::pair name{*CompartmentId::from(rest.first(16)), *LogId::from(rest.subspan(16, 16))};
    const auto seq = base::load_le<std::uint64_t>(rest.data() + 32);
    seen_by_leads_[name] = {seq, *Hash::from(rest.subspan(40, Hash::kSize))};
    const store::Chain* chain = home_.chains->find(name.first, name.second);
    if (chain == nullptr || chain->head_seq < seq) gaps_.insert(name);
  }
  return {};
}

Result<> Inbox::keep_missing() {
  Bytes list;
  for (const auto& [name, seen] : seen_by_leads_) {
    const store::Chain* chain = home_.chains->find(name.first, name.second);
    if ((chain != nullptr && chain->head_seq >= seen.seq) || list.size() >= kMissingMax * kMissingBytes) continue;
    base::append(list, name.first);
    base::append(list, name.second);
    base::append_le(list, seen.seq);
    base::append(list, seen.hash);
  }
  HAKI_ASSIGN(const std::optional<Bytes> kept, home_.settings->get(setting::kMissing));
  if (list == kept.value_or(Bytes{})) return {};
  return home_.settings->put(setting::kMissing, list);
}

Result<> Inbox::find_contentless() {
  contentless_.clear();
  for (const store::Chain* chain : home_.chains->all()) {
    if (chain->applied_seq == chain->head_seq || chain->log == home_.identity.log) continue;
    HAKI_ASSIGN(const std::vector<store::KeptItem> held, home_.ledger->held(chain->no));
    const auto bare = std::ranges::find_if(held, [](const store::KeptItem& item) { return !item.has_content(); });
    if (bare == held.end() || snapshots_.coming(chain->compartment)) continue;
    contentless_[{chain->compartment, chain->log}] = bare->first_seq - 1;
    snapshots_.want(chain->compartment);
  }
  return {};
}

// Of an item whose header was verified when it came and is named by its number: what there is of it now, if it is of that header.
Result<> Inbox::fill_held(const envelope::Run& run, const store::Chain& chain, Taking& taking) {
  if (!contentless_.contains({run.compartment, run.log})) return {};
  HAKI_ASSIGN(const std::vector<store::KeptItem> held, home_.ledger->held(chain.no));
  bool filled = false;
  std::uint64_t seq = run.after_seq;
  for (const envelope::Item& item : run.items) {
    seq += item.sets;
    const auto bare = std::ranges::find_if(held, [&](const store::KeptItem& one) { return one.last_seq == seq && !one.has_content(); });
    if (bare == held.end()) continue;
    if (!std::ranges::equal(std::span(bare->header).last(Hash::kSize), item.sealed_hash.view())) continue;
    envelope::VerifiedItem known{{}, {}, bare->first_seq, bare->last_seq, &item};
    std::ranges::copy(bare->header, known.header.begin());
    known.hash = envelope::header_hash(known.header);
    const Bytes remainder = item.sealed.empty() ? Erasures(home_).remainder_of(chain.compartment, known) : Bytes();
    if (item.sealed.empty() && remainder.empty()) continue;
    HAKI_TRY(home_.ledger->fill_held(bare->no, item.sealed, remainder));
    filled = true;
  }
  return filled ? retry_held(run.compartment, taking) : Result<>();
}

Result<> Inbox::take_snapshots(const sync::Inbound& inbound, Taking& taking) {
  HAKI_ASSIGN(const SnapshotReader::Outcome outcome, snapshots_.take(inbound));
  return after_snapshots(outcome, taking);
}

Result<> Inbox::after_snapshots(const SnapshotReader::Outcome& outcome, Taking& taking) {
  taking.moved |= outcome.moved;
  taking.gained |= outcome.gained;
  taking.notes.insert(taking.notes.end(), outcome.notes.begin(), outcome.notes.end());
  for (const CompartmentId& compartment : outcome.from_start) HAKI_TRY(catch_up(compartment, true));
  for (const CompartmentId& compartment : outcome.whole) HAKI_TRY(retry_held(compartment, taking));
  if (outcome.gained) directory_changed_ = true;  // names and forms are records too
  return {};
}

// A lead cuts off no work that an honest server had shown. What was applied beyond a new cut is taken back, the records are made
// again without it, and it is asked for once more, to be set aside for a person.
Result<> Inbox::take_back(std::uint32_t first_new, Taking& taking) {
  for (store::Chain* chain : home_.chains->all()) {
    const std::optional<envelope::StandingCut> cut = home_.membership.standing_cut(chain->log, chain->compartment);
    if (!cut || cut->since < first_new || chain->log == home_.identity.log) continue;
    if (chain->applied_seq <= cut->cut.seq || chain->m_seq >= cut->since) continue;
    const std::string whose = home_.name_of(home_.device_of(chain->log));
    SnapshotReader::Outcome outcome;
    HAKI_ASSIGN(const bool kept_whole, snapshots_.let_go(chain->compartment, outcome));
    HAKI_TRY(after_snapshots(outcome, taking));
    if (!kept_whole) {
      taking.notes.push_back("Work of " + whose + " had been taken in that a lead has since cut off, and cannot be taken back here: what "
                             "lies below it is no more at the server. Tell the leads.");
      continue;
    }
    missing_[{chain->compartment, chain->log}] = std::max(chain->head_seq, cut->cut.seq);
    HAKI_TRY(set_back_to(*chain, cut->cut));
    HAKI_TRY(home_.records->remake(chain->compartment));
    directory_changed_ = true;
    taking.notes.push_back("Work of " + whose + " that had been taken in was cut off by a lead. It was taken back, and waits for a lead's "
                           "decision. Tell the leads: the server may have shown different work to different people.");
  }
  return {};
}

// As it stood before anything beyond the cut came.
Result<> Inbox::set_back_to(store::Chain& chain, const envelope::Cut& cut) {
  HAKI_TRY(home_.ledger->forget_after(chain.no, cut.seq));
  HAKI_TRY(home_.records->forget_past(chain, cut.seq));
  if (chain.head_seq > cut.seq) {
    chain.head_seq = cut.seq;
    chain.head = cut.hash;
  }
  chain.applied_seq = std::min(chain.applied_seq, cut.seq);
  chain.m_seq = 0;  // what comes again cites what it cited
  chain.epoch = 0;
  return home_.chains->save(chain);
}

Result<> Inbox::note_verdicts(const changes::ChangeSet& set, const store::Chain& from, Taking& taking) {
  const envelope::Device* lead = home_.membership.device_of_log(from.log);
  const envelope::Standing* standing = lead ? lead->at(from.m_seq) : nullptr;
  if (standing == nullptr || !standing->leads()) return {};
  const store::Chain* own = home_.chains->find(from.compartment, home_.identity.log);
  for (const changes::Operation& operation : set.operations) {
    const auto* verdict = std::get_if<changes::Verdict>(&operation);
    if (verdict == nullptr || own == nullptr || verdict->log != own->log) continue;
    HAKI_ASSIGN(const std::optional<Hash> sealed, home_.outbox->hash_at(own->no, verdict->seq));
    if (!sealed || *sealed != verdict->head) continue;  // not an item that this device made
    HAKI_ASSIGN(const Bytes frame, home_.outbox->frame_at(own->no, verdict->seq));
    if (frame.empty()) continue;  // let go of: something in it was erased
    HAKI_ASSIGN(const envelope::Frame made, envelope::FrameReader(frame).next());
    const auto* run = std::get_if<envelope::Run>(&made);
    if (run == nullptr) return Error{Code::kDamaged, "Sealed work in this home's store is damaged."};
    const auto count = static_cast<std::size_t>(verdict->seq - run->after_seq);
    HAKI_ASSIGN(const std::vector<changes::ChangeSet> sets, home_.records->change_sets(*own, run->after_seq, count));
    taking.notes.push_back(verdict_in_words(home_.name_of(lead->added.device), verdict->accepted, Quarantine(home_).records_in(sets)));
  }
  return {};
}

// A lead's signed word that it has applied this device's chain: what it covers is safe.
Result<> Inbox::take_acks(const changes::ChangeSet& set, const store::Chain& from, Taking&) {
  const envelope::Device* author = home_.membership.device_of_log(from.log);
  if (author == nullptr || !home_.membership.was_lead(author->added.device)) return {};
  for (const changes::Operation& operation : set.operations) {
    const auto* ack = std::get_if<changes::Ack>(&operation);
    if (ack == nullptr) continue;
    if (ack->log != home_.identity.log) {
      envelope::ChainHead& seen = seen_by_leads_[{from.compartment, ack->log}];
      if (ack->seq >= seen.seq) seen = {ack->seq, ack->head};
      continue;
    }
    store::Chain* chain = home_.chains->find(from.compartment, ack->log);
    if (chain == nullptr || ack->seq > chain->receipted_seq || ack->seq <= chain->acked_seq) continue;
    HAKI_ASSIGN(const std::optional<Hash> ours, home_.outbox->hash_at(chain->no, ack->seq));
    if (!ours || *ours != ack->head) continue;
    chain->acked_seq = ack->seq;
    HAKI_TRY(home_.chains->save(*chain));
    HAKI_TRY(home_.outbox->drop_safe(chain->no, ack->seq));
  }
  return {};
}

// Leads tell authors what they have read, in the notebook itself, so that its author may know and later let go of it. Where
// several write they say it once a day, so that who is not shown the same learns it (decision 0014).
Result<> Inbox::acknowledge(Taking& taking) {
  if (!home_.is_lead()) return {};
  for (const CompartmentId& compartment : worked_in_) HAKI_TRY(witness(compartment, taking));
  for (const auto& [compartment, log] : applied_) {
    const envelope::Compartment* of = home_.membership.compartment(compartment);
    if (of == nullptr || of->made.kind != CompartmentKind::kOwn || of->made.owner == home_.device ||
        home_.device_of(log) != of->made.owner) {
      continue;
    }
    HAKI_ASSIGN(const envelope::ChainHead read, read_of(*home_.chains->find(compartment, log)));
    if (read.seq == 0) continue;
    HAKI_ASSIGN(store::Chain * own, home_.chains->open(compartment, home_.identity.log));
    changes::ChangeSet set{own->applied_seq + 1, home_.hybrid_clock->next(), {}};
    set.operations.push_back(changes::Ack{log, read.seq, read.hash});
    HAKI_TRY(home_.records->apply(*own, set));
    ++taking.acks_made;
  }
  return {};
}

Result<envelope::ChainHead> Inbox::read_of(const store::Chain& chain) {
  // Part of it is held, or where it stands is a snapshot's word and no work of its author has come since.
  const bool rests_on_snapshot = !applied_.contains({chain.compartment, chain.log}) && !snapshots_.proven(chain.compartment);
  if (chain.applied_seq != chain.head_seq || rests_on_snapshot) return envelope::ChainHead{};
  HAKI_ASSIGN(const std::optional<store::KeptItem> aside, home_.ledger->first_quarantined(chain.no));
  return aside ? before(*aside) : envelope::ChainHead{chain.head_seq, chain.head};
}

Result<> Inbox::witness(const CompartmentId& compartment, Taking& taking) {
  const envelope::Compartment* of = home_.membership.compartment(compartment);
  const bool writes = home_.membership.may_write(home_.device, compartment, home_.membership.newest());
  if (of == nullptr || of->made.kind == CompartmentKind::kOwn || !writes) return {};
  const std::string name = std::string(setting::kWitnessed) + to_hex(compartment);
  HAKI_ASSIGN(const std::int64_t last_ms, home_.settings->number(name));
  const std::int64_t now_ms = home_.clock.now_ms();
  if (last_ms > 0 && std::abs(now_ms - last_ms) < kWitnessMs) return {};
  HAKI_ASSIGN(store::Chain * own, home_.chains->open(compartment, home_.identity.log));
  changes::ChangeSet set{own->applied_seq + 1, home_.hybrid_clock->next(), {}};
  for (const store::Chain* chain : home_.chains->all()) {
    if (chain->compartment != compartment || chain->log == home_.identity.log) continue;
    HAKI_ASSIGN(const envelope::ChainHead read, read_of(*chain));
    if (read.seq > 0 && set.operations.size() < kWitnessedMax) set.operations.push_back(changes::Ack{chain->log, read.seq, read.hash});
  }
  if (set.operations.empty()) return {};
  HAKI_TRY(home_.records->apply(*own, set));
  ++taking.acks_made;
  return home_.settings->put_number(name, now_ms);
}

}  // namespace haki::client
