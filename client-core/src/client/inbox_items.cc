// Opening verified items and applying what they hold; acknowledging what a lead has read.
#include <algorithm>

#include "base/limits.h"
#include "client/inbox.h"
#include "client/quarantine.h"

namespace haki::client {
namespace {

using envelope::CompartmentKind;

bool only_acknowledges(const changes::ChangeSet& set) {
  return std::ranges::all_of(set.operations, [](const auto& one) {
    return std::holds_alternative<changes::Ack>(one) || std::holds_alternative<changes::Verdict>(one);
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
  for (const changes::ChangeSet& set : sets) {
    if (set.seq <= chain.applied_seq) continue;  // an item that was held half-way
    HAKI_TRY(home_.records->apply(chain, set));
    home_.hybrid_clock->see(set.time);
    HAKI_TRY(take_acks(set, chain, taking));
    HAKI_TRY(take_verdicts(set, chain, taking));
    HAKI_TRY(note_verdicts(set, chain, taking));
    if (!only_acknowledges(set)) ++taking.received;
  }
  applied_.insert({chain.compartment, chain.log});
  if (home_.membership.compartment(chain.compartment)->made.kind != CompartmentKind::kOwn) directory_changed_ = true;
  return {};
}

Result<> Inbox::find_contentless() {
  contentless_.clear();
  for (const store::Chain* chain : home_.chains->all()) {
    if (chain->applied_seq == chain->head_seq || chain->log == home_.identity.log) continue;
    HAKI_ASSIGN(const std::vector<store::KeptItem> held, home_.ledger->held(chain->no));
    const auto bare = std::ranges::find_if(held, [](const store::KeptItem& item) { return item.sealed.empty(); });
    if (bare == held.end() || snapshots_.coming(chain->compartment)) continue;
    contentless_[{chain->compartment, chain->log}] = bare->first_seq - 1;
    snapshots_.want(chain->compartment);
  }
  return {};
}

Result<> Inbox::fill_held(const envelope::Run& run, const store::Chain& chain, Taking& taking) {
  if (!contentless_.contains({run.compartment, run.log})) return {};
  HAKI_ASSIGN(const std::vector<store::KeptItem> held, home_.ledger->held(chain.no));
  bool filled = false;
  std::uint64_t seq = run.after_seq;
  for (const envelope::Item& item : run.items) {
    seq += item.sets;
    const auto bare = std::ranges::find_if(held, [&](const store::KeptItem& one) { return one.last_seq == seq && one.sealed.empty(); });
    if (bare == held.end() || item.sealed.empty()) continue;
    // The header was verified when it came; it names the hash of what belongs to it.
    if (!std::ranges::equal(std::span(bare->header).last(Hash::kSize), item.sealed_hash.view())) continue;
    HAKI_TRY(home_.ledger->fill_held(bare->no, item.sealed));
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

// A lead's word on quarantined work of another log in the same compartment.
Result<> Inbox::take_verdicts(const changes::ChangeSet& set, const store::Chain& from, Taking& taking) {
  const envelope::Device* author = home_.membership.device_of_log(from.log);
  const envelope::Standing* standing = author ? author->at(from.m_seq) : nullptr;
  if (standing == nullptr || !standing->leads()) return {};
  for (const changes::Operation& operation : set.operations) {
    const auto* verdict = std::get_if<changes::Verdict>(&operation);
    if (verdict == nullptr || verdict->log == from.log) continue;
    HAKI_ASSIGN(const std::uint64_t taken,
                Quarantine(home_).take_verdict({from.compartment, verdict->log, verdict->seq, verdict->head, verdict->accepted}));
    taking.received += taken;
  }
  return {};
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

// Leads tell authors what they have read, in the notebook itself, so that its author may know and later let go of it.
Result<> Inbox::acknowledge(Taking& taking) {
  if (!home_.is_lead()) return {};
  for (const auto& [compartment, log] : applied_) {
    const envelope::Compartment* of = home_.membership.compartment(compartment);
    if (of == nullptr || of->made.kind != CompartmentKind::kOwn || of->made.owner == home_.device ||
        home_.device_of(log) != of->made.owner) {
      continue;
    }
    const store::Chain* chain = home_.chains->find(compartment, log);
    if (chain->applied_seq != chain->head_seq) continue;  // part of it is held
    envelope::ChainHead read{chain->applied_seq, chain->head};
    HAKI_ASSIGN(const std::optional<store::KeptItem> aside, home_.ledger->first_quarantined(chain->no));
    if (aside) read = before(*aside);  // from there on nobody has decided
    if (read.seq == 0) continue;
    HAKI_ASSIGN(store::Chain * own, home_.chains->open(compartment, home_.identity.log));
    changes::ChangeSet set{own->applied_seq + 1, home_.hybrid_clock->next(), {}};
    set.operations.push_back(changes::Ack{log, read.seq, read.hash});
    HAKI_TRY(home_.records->apply(*own, set));
    ++taking.acks_made;
  }
  return {};
}

}  // namespace haki::client
