#include "client/inbox.h"

#include <algorithm>

#include "base/little_endian.h"
#include "client/administration.h"
#include "client/editor.h"
#include "client/erasures.h"
#include "client/owed_keys.h"
#include "client/quarantine.h"
#include "client/relocation.h"
#include "sync/refusal.h"

namespace haki::client {
namespace {

using envelope::CompartmentKind;

constexpr std::size_t kPullsMax = 64;
constexpr int kSetBacksMax = 2;  // of a chain in a session: a server is restored once
constexpr std::int64_t kAskAnewMs = 24 * 3'600'000ll;

Error copied_home() {
  return {Code::kUntrusted,
          "The server holds newer work under this device's name than this home has: the home was restored from a backup, or "
          "it was copied and is used twice. Nothing was lost, and what is recorded here is kept. Ask a lead for an invite for a "
          "further device of yours, then: haki rejoin INVITE. What was not sent goes with it."};
}

Error other_log() {
  return {Code::kUntrusted,
          "The server shows another member list than the one this device has verified: a fork. Nothing was taken and "
          "the work is kept; tell the leads, in person or by voice. Once they have agreed which list counts, who followed the "
          "other one takes their work along: haki rejoin INVITE."};
}

}  // namespace

Inbox::Inbox(Home& home) : home_(home), people_(home), snapshots_(home) {
  // What an earlier session had not read to its end.
  const auto list = home_.settings->get(setting::kCatchUp);
  if (!list || !*list) return;
  for (ByteView rest = **list; rest.size() >= CompartmentId::kSize; rest = rest.subspan(CompartmentId::kSize)) {
    catching_up_.emplace(*CompartmentId::from(rest.first(CompartmentId::kSize)), 0);
  }
}

Result<Taking> Inbox::take(const sync::Inbound& inbound, const std::vector<store::SealedFrame>& sent) {
  Taking taking;
  gaps_.clear();
  stopped_.clear();
  applied_.clear();
  worked_in_.clear();
  ahead_of_log_ = false;
  directory_changed_ = false;
  Result<> done;
  {
    store::Transaction transaction(*home_.database);
    done = transaction.started();
    if (done) done = take_all(inbound, sent, taking);
    if (done) done = transaction.commit();
  }
  if (!done) {
    HAKI_TRY(home_.reload());
    HAKI_TRY(snapshots_.load());
    return done.error();
  }
  if (directory_changed_) HAKI_TRY(home_.reload_directory());
  return taking;
}

std::vector<envelope::Pull> Inbox::pulls() {
  std::vector<envelope::Pull> pulls;
  asked_for_.clear();
  for (const auto& [compartment, after] : catching_up_) {
    if (pulls.size() == kPullsMax / 2) break;
    pulls.push_back({compartment, {}, after});
    asked_for_.insert(compartment);
  }
  asked_ = !asked_for_.empty();
  gaps_asked_.clear();
  for (const auto& [compartment, log] : gaps_) {
    if (pulls.size() == kPullsMax) break;
    gaps_asked_.insert({compartment, log});
    const store::Chain* chain = home_.chains->find(compartment, log);
    pulls.push_back({compartment, log, chain ? chain->head_seq : 0});
  }
  for (const auto& [name, after] : contentless_) {
    if (pulls.size() < kPullsMax) pulls.push_back({name.first, name.second, after});
  }
  const std::vector<envelope::Pull> audit = snapshots_.audit_pulls(pulls.empty() && !snapshots_.pending());
  pulls.insert(pulls.end(), audit.begin(), audit.end());
  return pulls;
}

Result<> Inbox::take_all(const sync::Inbound& inbound, const std::vector<store::SealedFrame>& sent, Taking& taking) {
  HAKI_TRY(take_entries(inbound, taking));
  if (!home_.admitted()) return {};
  HAKI_ASSIGN(const std::int64_t before, home_.settings->number(setting::kCursor));
  const auto server_run = inbound.welcome ? std::optional<Bytes>(Bytes(inbound.welcome->server_run.bytes.begin(),
                                                                       inbound.welcome->server_run.bytes.end()))
                                          : std::nullopt;
  HAKI_ASSIGN(const std::optional<Bytes> last_run, home_.settings->get(setting::kServerRun));
  fresh_ = before == 0 || (server_run && server_run != last_run);
  judge_place(inbound, static_cast<std::uint64_t>(before), last_run);
  // What was written where this device could not read for a while lies below its cursor.
  for (const CompartmentId& compartment : regained_) HAKI_TRY(catch_up(compartment));
  regained_.clear();
  HAKI_TRY(take_grants(inbound, taking));
  HAKI_TRY(take_heads(inbound, taking));
  HAKI_TRY(take_receipts(inbound, taking));
  HAKI_TRY(take_rejects(inbound, sent, taking));
  HAKI_TRY(take_snapshots(inbound, taking));
  // The numbers of another life mean nothing in this one, whose answer began at 0, also where it was cut before its first row.
  const bool another_life = new_life_ && server_run && server_run != last_run;
  const std::uint64_t place = another_life ? 0 : static_cast<std::uint64_t>(before);
  std::uint64_t cursor = place;
  std::vector<const envelope::Row*> early;
  for (const envelope::Row& row : inbound.rows) {
    if (const auto* key = std::get_if<envelope::EpochKey>(&row.content)) HAKI_TRY(take_epoch_key(*key, inbound, taking));
    if (const auto* run = std::get_if<envelope::Run>(&row.content)) {
      if (comes_early(*run)) early.push_back(&row);
      HAKI_TRY(take_run(*run, row.over_quota, taking));
    }
    if (const auto* wiped = std::get_if<envelope::Wiped>(&row.content)) HAKI_TRY(take_wiped(*wiped));
    if (const auto* join = std::get_if<envelope::JoinRequest>(&row.content)) HAKI_TRY(people_.take_join(*join));
    cursor = std::max(cursor, row.server_seq);
  }
  // What was asked for from its beginning comes last in an answer, behind newer work of the same chains.
  for (const envelope::Row* row : early) {
    const auto& run = std::get<envelope::Run>(row->content);
    if (!comes_early(run)) HAKI_TRY(take_run(run, row->over_quota, taking));
  }
  if (inbound.whole && inbound.welcome && !inbound.welcome->more) contentless_.clear();
  HAKI_TRY(caught_up(inbound));
  compare_with_leads(inbound, taking);
  HAKI_TRY(keep_missing());
  if (!inbound.rows.empty()) taking.moved = true;
  HAKI_TRY(keep_cursor(inbound, place, cursor));
  HAKI_TRY(Administration(home_).settle(taking.notes));
  // A grant may have brought the key that held items wait for, other work what they cite, or this is the version they need.
  HAKI_ASSIGN(const std::uint64_t held, home_.ledger->held_count());
  if (held > 0) HAKI_TRY(retry_held(std::nullopt, taking));
  if (taking.gained) {
    HAKI_ASSIGN(const std::uint64_t accepted, Quarantine(home_).take_accepted());
    taking.received += accepted;
  }
  HAKI_ASSIGN(const std::uint64_t admitted, people_.settle_admitted());
  taking.admitted += admitted;
  Erasures erasures(home_);
  HAKI_TRY(erasures.take(inbound));
  if (!inbound.erased.empty()) taking.moved = true;
  HAKI_TRY(erasures.follow(taking.received > 0));
  HAKI_TRY(acknowledge(taking));
  if (taking.received > 0) {
    HAKI_TRY(home_.settings->put_number(setting::kClock, static_cast<std::int64_t>(home_.hybrid_clock->last().value)));
  }
  if (!inbound.welcome) return {};
  HAKI_TRY(keep_run(inbound, static_cast<std::uint64_t>(before), last_run));
  return take_beacon(*inbound.welcome);
}

Result<> Inbox::take_entries(const sync::Inbound& inbound, Taking& taking) {
  const bool was_admitted = home_.admitted();
  const std::uint32_t first_new = home_.membership.count();
  const std::set<CompartmentId> read_before = readable();
  bool newer_version = false;
  for (const envelope::MembershipEntry& entry : inbound.entries) {
    if (!home_.membership.founded() && envelope::coalition_id(envelope::entry_hash(entry)) != home_.org) {
      return Error{Code::kUntrusted,
                   "The server showed the member list of another coalition than the one of the invite. Nothing was taken."};
    }
    const std::uint32_t seq = home_.membership.count();
    const auto applied = home_.membership.apply(entry);
    if (!applied && applied.error().code == Code::kHeld) {
      taking.notes.push_back(applied.error().message);
      newer_version = true;
      break;  // it and all after it wait for a newer version; the server sends them again
    }
    if (!applied && applied.error().code == Code::kUntrusted && seq > 0) {
      const auto follows = envelope::entry_prev(entry);
      if (follows && *follows != home_.membership.head()) return other_log();
    }
    HAKI_TRY(applied);
    HAKI_TRY(home_.ledger->put_entry(seq, envelope::encode_frame(entry)));
    taking.moved = true;
    taking.gained = true;
  }
  HAKI_TRY(check_log_shown(inbound, newer_version, taking));
  if (!was_admitted && home_.admitted()) HAKI_TRY(check_against_invite());
  if (!inbound.entries.empty()) {
    regained_ = readable();
    std::erase_if(regained_, [&](const CompartmentId& one) { return read_before.contains(one); });
    HAKI_TRY(take_back(first_new, taking));
    HAKI_ASSIGN(const bool moved, Relocation(home_).follow());
    if (moved) taking.notes.push_back("The coalition has moved to " + home_.membership.endpoints().urls.front() + "; the next sync goes there.");
  }
  return {};
}

// The log that the server says it has, against the one that was verified here.
Result<> Inbox::check_log_shown(const sync::Inbound& inbound, bool newer_version, Taking& taking) const {
  if (!inbound.welcome || !home_.membership.founded()) return {};
  const std::uint64_t count = inbound.welcome->membership_count;
  const std::uint32_t here = home_.membership.count();
  if (count > 0 && count <= here &&
      home_.membership.hash_at(static_cast<std::uint32_t>(count - 1)) != inbound.welcome->membership_head) {
    return other_log();
  }
  if (count < here && !inbound.carried) {
    taking.notes.push_back("The server shows an older member list than this device has verified, as after a restore from a backup. "
                           "What was decided since is missing there; tell the leads and the operator.");
  }
  if (count > here && inbound.whole && !inbound.welcome->more && !newer_version) {
    taking.notes.push_back("The server speaks of more entries of the member list than it shows. Sync again; if this stays, tell "
                           "the leads: it may be holding back who was let in or removed.");
  }
  return {};
}

Result<> Inbox::take_wiped(const envelope::Wiped& wiped) {
  const envelope::Device* device = home_.membership.device(wiped.device);
  if (device == nullptr || !device->wipe_ordered ||
      !crypto::verify(device->added.sign_key, "HAKI1.wip", envelope::wiped_message(home_.org, wiped.device), wiped.signature)) {
    return {};
  }
  return home_.ledger->put_wiped(wiped.device, wiped.signature);
}

// Admitted just now: the log must be the one of the invite, with the same server in it.
Result<> Inbox::check_against_invite() {
  HAKI_ASSIGN(const std::string text, home_.settings->text(setting::kInvite));
  if (text.empty()) return {};  // the founder
  HAKI_ASSIGN(const keys::Invite invite, keys::read_invite(text));
  const envelope::Endpoints& endpoints = home_.membership.endpoints();
  const bool fits = home_.membership.hash_at(0) == invite.genesis &&
                    home_.membership.hash_at(invite.m_seq) == invite.m_head &&
                    endpoints.server_sign_key == invite.server_sign_key;
  if (!fits) {
    return Error{Code::kUntrusted,
                 "The member list on the server is not the one the invite speaks of. Nothing was taken and the work is kept; "
                 "ask the lead who invited you, in person or by voice."};
  }
  HAKI_TRY(home_.settings->remove(setting::kInvite));
  return home_.settings->remove(setting::kJoinFrame);
}

Result<> Inbox::keep_key(const CompartmentId& compartment, std::uint32_t epoch, crypto::EpochKey key) {
  store::KeptEpochKey kept{compartment, epoch, std::move(key), 0, {}};
  HAKI_TRY(home_.ledger->put_key(kept));
  home_.key_ring.emplace(std::pair(compartment, epoch), std::move(kept));
  return {};
}

// Grants and notebook keys come once, above the cursor: one that was withheld is told again only to who asks for everything.
Result<bool> Inbox::lacks_keys() {
  bool lacks = false;
  const std::uint32_t newest = home_.membership.newest();
  for (const auto& [id, compartment] : home_.membership.compartments()) {
    const envelope::Epoch* epoch = home_.membership.epoch_at(id, newest);
    const bool readable = epoch != nullptr && home_.membership.may_read(home_.device, id, newest);
    if (readable && !home_.key_ring.contains({id, epoch->made.epoch})) lacks = true;
  }
  for (const store::Chain* chain : home_.chains->all()) {
    if (lacks || chain->log == home_.identity.log || chain->applied_seq == chain->head_seq) continue;
    HAKI_ASSIGN(const std::vector<store::KeptItem> held, home_.ledger->held(chain->no));
    lacks = !held.empty() && !home_.key_ring.contains({chain->compartment, held.front().epoch});
  }
  return lacks;
}

Result<> Inbox::load() {
  HAKI_TRY(snapshots_.load());
  HAKI_TRY(find_contentless());
  return load_missing();
}

Result<> Inbox::begin(bool by_hand) {
  HAKI_TRY(load());
  if (!home_.active()) return {};
  HAKI_ASSIGN(const bool lacks, lacks_keys());
  if (!lacks && (!by_hand || (catching_up_.empty() && missing_.empty()))) return {};
  HAKI_ASSIGN(const std::int64_t asked_ms, home_.settings->number(setting::kAskedAnew));
  const std::int64_t now_ms = home_.clock.now_ms();
  if (asked_ms > 0 && std::abs(now_ms - asked_ms) < kAskAnewMs) return {};
  HAKI_TRY(home_.settings->put_number(setting::kAskedAnew, now_ms));
  if (by_hand) {  // everything comes by itself
    catching_up_.clear();
    HAKI_TRY(home_.settings->remove(setting::kCatchUp));
  }
  return home_.settings->put_number(setting::kCursor, 0);
}

// Leads say in the notebooks what they have read. What one has read and another is not shown, or is shown otherwise, tells
// that the server has two faces.
void Inbox::compare_with_leads(const sync::Inbound& inbound, Taking& taking) {
  for (const auto& [name, seen] : seen_by_leads_) {
    const store::Chain* chain = home_.chains->find(name.first, name.second);
    const std::uint64_t here = chain != nullptr ? chain->head_seq : 0;
    if (here < seen.seq) missing_[name] = std::max(missing_[name], seen.seq);
    if (here != seen.seq || chain->head == seen.hash) continue;
    taking.notes.push_back("Another lead was shown different work of " + home_.name_of(home_.device_of(name.second)) +
                           " than this device, under the same number. Both are signed; tell the leads, in person or by voice.");
  }
  for (const auto& [name, up_to] : missing_) {
    const store::Chain* chain = home_.chains->find(name.first, name.second);
    if (chain == nullptr || chain->head_seq < up_to) gaps_.insert(name);
  }
  const bool all_given = inbound.whole && inbound.welcome && !inbound.welcome->more;
  for (const auto& name : gaps_) {
    if (!all_given || !gaps_asked_.contains(name)) continue;
    taking.notes.push_back(home_.name_of(home_.device_of(name.second)) +
                           " has sent more than the server shows to this device, also when asked. Nothing was lost here; sync "
                           "again later, and if this stays, tell the leads: the server may be holding it back.");
  }
  gaps_asked_.clear();
}

Result<> Inbox::take_grants(const sync::Inbound& inbound, Taking& taking) {
  for (const envelope::Grant& grant : inbound.grants) {
    const envelope::Epoch* epoch = home_.membership.epoch(grant.compartment, grant.epoch);
    if (home_.key_ring.contains({grant.compartment, grant.epoch})) continue;
    if (epoch == nullptr) HAKI_TRY(take_handed_on(grant, taking));
    if (epoch == nullptr) continue;
    // A grant that does not hold is as good as none: what needs the key waits for a right one.
    auto key = keys::open_grant(grant, home_.membership, home_.identity, epoch->made.key);
    if (!key) continue;
    const auto known = home_.key_ring.lower_bound({grant.compartment, 0});
    if (known == home_.key_ring.end() || known->first.first != grant.compartment) HAKI_TRY(catch_up(grant.compartment));
    HAKI_TRY(keep_key(grant.compartment, grant.epoch, std::move(*key)));
    taking.gained = true;
    directory_changed_ = true;
  }
  return {};
}

// The server's view of this device's chains, where it differs from what was acknowledged so far.
Result<> Inbox::take_heads(const sync::Inbound& inbound, Taking& taking) {
  if (!inbound.welcome || !inbound.welcome->heads_differ) return {};
  for (store::Chain* chain : home_.chains->own()) {
    const bool known = std::ranges::any_of(inbound.welcome->heads,
                                           [&](const auto& head) { return head.compartment == chain->compartment; });
    if (!known && chain->receipted_seq > 0) HAKI_TRY(send_again(*chain, 0, taking));
  }
  for (const envelope::Head& head : inbound.welcome->heads) {
    store::Chain* chain = home_.chains->find(head.compartment, home_.identity.log);
    if (chain == nullptr || head.seq > chain->head_seq) return copied_home();
    HAKI_ASSIGN(const std::optional<Hash> ours, home_.outbox->hash_at(chain->no, head.seq));
    if (ours && *ours != head.hash) return copied_home();
    if (head.seq > chain->receipted_seq && ours) {
      HAKI_TRY(mark_receipted(*chain, head.seq, inbound.welcome->time_ms, taking));
    } else if (head.seq < chain->receipted_seq) {
      HAKI_TRY(send_again(*chain, head.seq, taking));
    }
  }
  return {};
}

// The server lost what it had: what this device still holds goes again, the rest comes from the leads.
Result<> Inbox::send_again(store::Chain& chain, std::uint64_t held_seq, Taking& taking) {
  if (++set_back_[chain.no] > kSetBacksMax) {
    return Error{Code::kUntrusted,
                 "The server forgets again and again what it has confirmed. Nothing was lost: the work is kept here. Sync again later; "
                 "if this stays, tell the operator and the leads."};
  }
  taking.notes.push_back("The server lost newer work of this device, as after a restore from a backup; it is sent again.");
  chain.receipted_seq = held_seq;
  HAKI_TRY(home_.chains->save(chain));
  HAKI_TRY(home_.outbox->requeue_after(chain.no, held_seq));
  taking.moved = true;
  return {};
}

Result<> Inbox::mark_receipted(store::Chain& chain, std::uint64_t seq, std::int64_t time_ms, Taking& taking) {
  if (seq <= chain.receipted_seq) return {};
  taking.receipted += seq - chain.receipted_seq;
  taking.moved = true;
  taking.gained = true;
  chain.receipted_seq = seq;
  HAKI_TRY(home_.chains->save(chain));
  return home_.outbox->mark_receipted(chain.no, seq, time_ms);
}

Result<> Inbox::take_receipts(const sync::Inbound& inbound, Taking& taking) {
  for (const envelope::Receipt& receipt : inbound.receipts) {
    if (!receipt.log.is_zero() && receipt.log != home_.identity.log) continue;  // of work that was carried for another
    store::Chain* chain = home_.chains->find(receipt.compartment, home_.identity.log);
    if (chain == nullptr || receipt.seq > chain->head_seq) continue;
    HAKI_ASSIGN(const std::optional<Hash> hash, home_.outbox->hash_at(chain->no, receipt.seq));
    if (!hash) continue;  // dropped as safe
    const Bytes message = envelope::receipt_message(home_.org, chain->log, chain->compartment, receipt.seq, *hash,
                                                    receipt.time_ms);
    if (!crypto::verify(home_.membership.endpoints().server_sign_key, "HAKI1.rcp", message, receipt.signature)) {
      taking.notes.push_back("A receipt of the server does not hold, so the work it speaks of still counts as unsent.");
      continue;
    }
    HAKI_TRY(mark_receipted(*chain, receipt.seq, receipt.time_ms, taking));
  }
  return {};
}

Result<> Inbox::take_rejects(const sync::Inbound& inbound, const std::vector<store::SealedFrame>& sent, Taking& taking) {
  std::set<CompartmentId> refused;
  for (const envelope::Reject& reject : inbound.rejects) {
    const bool of_another = !reject.log.is_zero() && reject.log != home_.identity.log;
    if (of_another) continue;  // carried for another, who will see for itself
    store::Chain* chain = home_.chains->find(reject.compartment, home_.identity.log);
    if (reject.code == envelope::Refusal::kQuota) {  // of runs only: a key beside them was taken
      const bool taken = chain != nullptr && reject.seq <= chain->receipted_seq;
      taking.notes.push_back(taken ? sync::taken_over_quota() : sync::refusal_error(reject).message);
      continue;
    }
    refused.insert(reject.compartment);
    if (reject.code == envelope::Refusal::kFork) return copied_home();
    if (reject.code == envelope::Refusal::kGap && !new_life_) continue;  // one part came before another, or long ago
    if (reject.code == envelope::Refusal::kGap && chain != nullptr && reject.seq < chain->receipted_seq) {
      HAKI_TRY(send_again(*chain, reject.seq, taking));
      continue;
    }
    // The server may have lost a key that it had taken: it comes again, before the work that it opens.
    if (reject.code == envelope::Refusal::kUnknownEpoch && chain != nullptr) HAKI_TRY(home_.outbox->requeue_after(chain->no, chain->receipted_seq));
    if (reject.code == envelope::Refusal::kMembershipMoved) continue;  // the new entries are in this answer: tried again
    const bool unsigned_word = reject.code == envelope::Refusal::kRemoved && !home_.removed();
    taking.notes.push_back(unsigned_word ? sync::unsigned_removal().message : sync::refusal_error(reject).message);
  }
  for (const store::SealedFrame& frame : sent) {
    if (frame.kind != store::SealedKind::kEpochKey) continue;
    const store::Chain* chain = home_.chains->find(frame.chain);
    if (chain != nullptr && !refused.contains(chain->compartment)) {
      HAKI_TRY(home_.outbox->mark_epoch_key_receipted(frame.no, home_.clock.now_ms()));
      taking.moved = true;
      taking.gained = true;
    }
  }
  return {};
}

Result<> Inbox::take_epoch_key(const envelope::EpochKey& frame, const sync::Inbound& inbound, Taking& taking) {
  if (frame.log == home_.identity.log || home_.key_ring.contains({frame.compartment, frame.epoch})) return {};
  if (const auto right = keys::check_own_epoch(frame, home_.membership); !right) {
    taking.notes.push_back(right.error().message);
    return {};
  }
  if (home_.is_lead()) HAKI_TRY(home_.ledger->keep_epoch_key(frame.compartment, frame.epoch, envelope::encode_frame(frame)));
  auto key = keys::open_own_epoch(frame, home_.membership, home_.identity);
  if (!key && home_.rescue && home_.is_lead()) {
    key = keys::open_own_epoch(frame, home_.membership, home_.rescue->keys);
    for (const envelope::Grant& grant : home_.rescue->grants) {
      const bool fits = grant.compartment == frame.compartment && grant.epoch == frame.epoch;
      if (!key && fits) key = keys::open_grant(grant, home_.membership, home_.rescue->keys, frame.key);
    }
  }
  for (const envelope::Grant& grant : inbound.grants) {
    // A lead who came later is given the key by another lead.
    if (!key && grant.compartment == frame.compartment && grant.epoch == frame.epoch) {
      key = keys::open_grant(grant, home_.membership, home_.identity, frame.key);
    }
  }
  if (!key) return {};  // its items are held
  HAKI_TRY(OwedKeys(home_).note(frame));
  HAKI_TRY(keep_key(frame.compartment, frame.epoch, std::move(*key)));
  taking.gained = true;
  return retry_held(frame.compartment, taking);
}

bool Inbox::comes_early(const envelope::Run& run) const {
  const store::Chain* chain = home_.chains->find(run.compartment, run.log);
  return run.after_seq > (chain != nullptr ? chain->head_seq : 0);
}

Result<> Inbox::take_run(envelope::Run run, bool over_quota, Taking& taking) {
  const auto name = std::pair(run.compartment, run.log);
  if (run.log == home_.identity.log || stopped_.contains(name)) return {};
  const auto stop = [&](std::string why) -> Result<> {
    stopped_.insert(name);
    taking.notes.push_back("What came from " + home_.name_of(home_.device_of(run.log)) + " was not taken: " + why);
    return {};
  };
  const envelope::Device* author = home_.membership.device_of_log(run.log);
  const std::optional<Hash> m_head = home_.membership.hash_at(run.m_seq);
  if (author == nullptr || !m_head) ahead_of_log_ = true;
  if (author == nullptr || !m_head) return stop("it cites a member list that is not known here.");
  HAKI_ASSIGN(store::Chain * chain, home_.chains->open(run.compartment, run.log));
  if (run.after_seq > chain->head_seq) {
    missing_[name] = std::max(missing_[name], run.after_seq);
    return {};
  }
  if (run.after_seq < chain->head_seq) {
    HAKI_TRY(fill_held(run, *chain, taking));
    SnapshotReader::Outcome outcome;
    HAKI_ASSIGN(const bool audited, snapshots_.audit(run, over_quota, outcome));
    if (audited) return after_snapshots(outcome, taking);
  }
  // What is held already is passed over; a run that only partly is new is cut at an item's end.
  std::size_t known = 0;
  while (known < run.items.size() && run.after_seq < chain->head_seq) run.after_seq += run.items[known++].sets;
  if (known > 0) {
    if (known == run.items.size() && run.after_seq <= chain->head_seq) return {};
    if (run.after_seq != chain->head_seq) return stop("its pieces do not fit together.");
    run.items.erase(run.items.begin(), run.items.begin() + static_cast<std::ptrdiff_t>(known));
    run.prev8 = {};
  }
  if (run.items.empty()) return {};
  if (run.m_seq < chain->m_seq) return stop("it goes back to an older member list.");
  const auto verified = envelope::verify_run(home_.org, run, run.log, {chain->head_seq, chain->head}, *m_head,
                                             author->added.sign_key);
  if (!verified) return stop(verified.error().message);
  if (home_.is_lead() && run.has_content()) {
    HAKI_TRY(home_.ledger->keep_run(chain->no, chain->head_seq, verified->back().last_seq, chain->head, envelope::encode_frame(run)));
  }
  const envelope::StandingCut* cut = home_.membership.cut(run.log, run.compartment);
  for (const envelope::VerifiedItem& item : *verified) {
    if (cut != nullptr && cut->cut.seq == item.last_seq && cut->cut.hash != item.hash) {
      return stop("it is another branch than the one that a lead said counts.");
    }
    chain->head_seq = item.last_seq;
    chain->head = item.hash;
    chain->m_seq = run.m_seq;
    HAKI_TRY(take_item(*chain, run, over_quota, item, taking));
  }
  taking.moved = true;
  taking.gained = true;
  return home_.chains->save(*chain);
}

Result<> Inbox::take_item(store::Chain& chain, const envelope::Run& run, bool over_quota, const envelope::VerifiedItem& item,
                          Taking& taking) {
  store::KeptItem kept{0,         chain.no,
                       item.first_seq, item.last_seq,
                       run.epoch, Bytes(item.header.begin(), item.header.end()),
                       item.item->sealed, "", over_quota, Erasures(home_).remainder_of(chain.compartment, item)};
  HAKI_ASSIGN(const std::vector<store::KeptItem> before, home_.ledger->held(chain.no));
  const bool waits = !before.empty() || snapshots_.coming(chain.compartment);
  const auto applied = !waits ? open_and_apply(chain, kept, run.m_seq, taking)
                              : Result<>(Error{Code::kHeld, "It waits for earlier work of the same device."});
  if (!kept.has_content() && !snapshots_.coming(chain.compartment)) snapshots_.want(chain.compartment);
  if (applied) return {};
  kept.reason = applied.error().message;
  if (applied.error().code == Code::kHeld) {
    ++taking.held;
    return home_.ledger->hold(kept);
  }
  if (applied.error().code != Code::kDamaged && applied.error().code != Code::kDenied) return applied;
  return set_aside(chain, kept, taking);
}

// Verified, but malformed or not permitted: a person decides, or has decided; the chain goes on.
Result<> Inbox::set_aside(store::Chain& chain, store::KeptItem& item, Taking& taking) {
  chain.applied_seq = item.last_seq;
  chain.epoch = item.epoch;
  const envelope::Device* author = home_.membership.device_of_log(chain.log);
  if (author != nullptr && author->refuse_late) return {};
  envelope::HeaderBytes header;
  std::ranges::copy(item.header, header.begin());
  HAKI_ASSIGN(const auto verdict, home_.ledger->verdict(chain.compartment, chain.log, item.last_seq));
  if (verdict && verdict->hash == envelope::header_hash(header)) {
    if (!verdict->accepted) return {};
    HAKI_ASSIGN(const std::uint64_t taken, Quarantine(home_).apply(chain, item));
    taking.received += taken;
    return {};
  }
  ++taking.quarantined;
  return home_.ledger->quarantine(item, home_.clock.now_ms());
}

Result<> Inbox::retry_held(std::optional<CompartmentId> only, Taking& taking) {
  for (store::Chain* chain : home_.chains->all()) {
    if ((only && chain->compartment != *only) || chain->log == home_.identity.log) continue;
    if (snapshots_.coming(chain->compartment)) continue;
    HAKI_ASSIGN(std::vector<store::KeptItem> waiting, home_.ledger->held(chain->no));
    for (store::KeptItem& item : waiting) {
      const auto m_seq = base::load_le<std::uint32_t>(item.header.data() + 96);
      const auto applied = open_and_apply(*chain, item, m_seq, taking);
      if (!applied && applied.error().code == Code::kHeld) break;
      if (!applied && applied.error().code != Code::kDamaged && applied.error().code != Code::kDenied) return applied;
      if (!applied) {
        item.reason = applied.error().message;
        HAKI_TRY(set_aside(*chain, item, taking));
      }
      HAKI_TRY(home_.ledger->release(item.no));
      HAKI_TRY(home_.chains->save(*chain));
      taking.moved = true;
      taking.gained = true;
    }
  }
  return {};
}

}  // namespace haki::client
