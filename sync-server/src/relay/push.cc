#include "relay/push.h"

#include <algorithm>

#include "envelope/item.h"
#include "relay/append.h"
#include "relay/erasure.h"

namespace haki::relay {
namespace {

using envelope::ChainHead;
using envelope::Refusal;
using envelope::Reject;

constexpr std::int64_t kLateLifeMs = 30LL * 24 * 3600 * 1000;
constexpr std::size_t kLateBytesMax = 16 * 1024 * 1024;
constexpr unsigned kOrdinalShift = 24;  // an epoch of a notebook is the log's ordinal, then a number

bool begins(const Hash& hash, const std::array<std::uint8_t, 8>& hint) {
  return std::equal(hint.begin(), hint.end(), hash.bytes.begin());
}
bool given(const std::array<std::uint8_t, 8>& hint) { return hint != std::array<std::uint8_t, 8>{}; }

}  // namespace

Push::Push(storage::Snapshot& snapshot, const CoalitionView& coalition, const envelope::Device& sender,
           const std::vector<storage::Chain>& chains, const auth::ServerKeys& keys, std::int64_t now_ms, std::uint64_t quota_bytes)
    : snapshot_(snapshot), coalition_(coalition), sender_(sender), keys_(keys), now_ms_(now_ms), quota_bytes_(quota_bytes) {
  Author& own = authors_[sender.added.log];
  own.device = &sender;
  for (const storage::Chain& chain : chains) own.chains[chain.compartment] = {chain, chain.head.seq, {}};
}

// Whose log it is: the sender's, or that of a member whose sealed work the sender carries (a lead who refills a server, a
// courier). Null where nobody writes it. What is carried proves itself like what is sent.
Result<Push::Author*> Push::author_of(const LogId& named) {
  const LogId& log_id = named.is_zero() ? sender_.added.log : named;
  const auto known = authors_.find(log_id);
  if (known != authors_.end()) return &known->second;
  const envelope::Device* device = sender_.now().active() ? log().device_of_log(log_id) : nullptr;
  if (device == nullptr) return nullptr;
  HAKI_ASSIGN(const auto chains, snapshot_.chains_of_log(coalition_.key, log_id));
  Author& author = authors_[log_id];
  author.device = device;
  for (const storage::Chain& chain : chains) author.chains[chain.compartment] = {chain, chain.head.seq, {}};
  return &author;
}

Reject Push::reject(const envelope::Run& run, Refusal code, const ChainHead& at) const {
  Reject out;
  out.code = code;
  out.compartment = run.compartment;
  out.log = run.log.is_zero() ? sender_.added.log : run.log;
  out.seq = at.seq;
  out.hash = at.hash;
  return out;
}

void Push::receipt(const envelope::Run& run, const Author& author, const storage::HeldItem& last) {
  envelope::Receipt out;
  if (author.device != &sender_) out.log = author.device->added.log;
  out.compartment = run.compartment;
  out.seq = last.seq;
  out.time_ms = last.received_ms;
  out.signature = crypto::sign(keys_.sign.secret, "HAKI1.rcp",
                               envelope::receipt_message(log().org(), author.device->added.log, run.compartment, last.seq,
                                                         last.hash, last.received_ms));
  answers_.push_back(out);
}

// ---- epoch keys ----

Result<std::optional<storage::HeldEpochKey>> Push::find_epoch_key(const CompartmentId& compartment,
                                                                  std::uint32_t epoch) {
  for (const storage::EpochKeyWrite& write : epoch_key_writes_) {
    if (write.compartment == compartment && write.held.epoch == epoch) return std::optional(write.held);
  }
  return snapshot_.epoch_key(coalition_.key, compartment, epoch);
}

Result<std::optional<Refusal>> Push::epoch_key_refused(const envelope::EpochKey& key, const Author* author, bool& held) {
  const auto refused = [](Refusal code) { return Result<std::optional<Refusal>>(std::optional(code)); };
  const envelope::Compartment* of = log().compartment(key.compartment);
  if (of == nullptr) return refused(Refusal::kUnknownCompartment);
  const bool own = author != nullptr && of->made.kind == envelope::CompartmentKind::kOwn &&
                   of->made.owner == author->device->added.device;
  if (!own) return refused(Refusal::kNotAllowed);
  HAKI_ASSIGN(const auto same_epoch, find_epoch_key(key.compartment, key.epoch));
  if (same_epoch) {
    held = same_epoch->key == key.key;
    return held ? std::optional<Refusal>() : std::optional(Refusal::kFork);
  }
  HAKI_ASSIGN(auto newest, snapshot_.newest_epoch_key(coalition_.key, key.compartment));
  for (const storage::EpochKeyWrite& write : epoch_key_writes_) {
    if (write.compartment == key.compartment && (!newest || write.held.epoch > newest->epoch)) newest = write.held;
  }
  if (key.epoch >> kOrdinalShift != 0 || key.epoch == 0) return refused(Refusal::kUnknownEpoch);
  // An earlier one than what is held comes again where a restore had lost it.
  const bool out_of_order = newest && (key.epoch < newest->epoch ? key.m_seq > newest->m_seq : key.m_seq < newest->m_seq);
  if (log().hash_at(key.m_seq) != std::optional(key.m_head) || out_of_order) return refused(Refusal::kUnknownMembership);
  auto readers = log().key_readers(key.compartment, key.m_seq);
  readers.push_back(envelope::recovery_id(log().recovery_at(key.m_seq).box_key));
  std::vector<DeviceId> granted;
  for (const envelope::SealedKey& grant : key.grants) {
    if (grant.sealed.size() != kSealedKeyBytes) return refused(Refusal::kMalformed);
    granted.push_back(grant.device);
  }
  std::ranges::sort(readers);
  std::ranges::sort(granted);
  if (granted != readers) return refused(Refusal::kNotAllowed);
  const Bytes message = envelope::epoch_key_message(log().org(), key.compartment, key.epoch, key.key, key.m_seq,
                                                    key.m_head, envelope::grants_hash(key.grants));
  if (!crypto::verify(author->device->added.sign_key, "HAKI1.ek", message, key.signature))
    return refused(Refusal::kBadSignature);
  return std::optional<Refusal>();
}

Result<> Push::take(const envelope::EpochKey& key) {
  bool held = false;
  HAKI_ASSIGN(const Author* author, author_of(key.log));
  HAKI_ASSIGN(const auto refused, epoch_key_refused(key, author, held));
  if (refused) {
    Reject out;
    out.code = *refused;
    out.compartment = key.compartment;
    out.seq = key.epoch;
    answers_.push_back(out);
  } else if (!held) {
    envelope::EpochKey whole = key;
    whole.log = author->device->added.log;
    epoch_key_writes_.push_back({key.compartment, {key.epoch, key.key, key.m_seq}, envelope::encode_frame(whole)});
  }
  return {};
}

// ---- runs ----

std::optional<Reject> Push::form_refused(const envelope::Run& run) const {
  if (run.items.empty() || !run.items.back().signature) return reject(run, Refusal::kMalformed);
  for (const envelope::Item& item : run.items) {
    const bool known = item.kind == envelope::kDataItem || item.kind == envelope::kGroupKeyItem;
    if ((item.sealed.empty() && !item.remainder) || !known) return reject(run, Refusal::kMalformed);
  }
  return std::nullopt;
}

std::optional<Reject> Push::rights_refused(const envelope::Run& run, const Author* author,
                                           std::optional<Hash>& m_head) const {
  if (author == nullptr) return reject(run, Refusal::kNotAllowed);
  if (log().compartment(run.compartment) == nullptr) return reject(run, Refusal::kUnknownCompartment);
  m_head = log().hash_at(run.m_seq);
  if (!m_head) return reject(run, Refusal::kUnknownMembership, {log().newest(), log().head()});
  if (!begins(*m_head, run.m_head8)) return reject(run, Refusal::kUnknownMembership, {run.m_seq, *m_head});
  if (!log().may_write(author->device->added.device, run.compartment, run.m_seq)) return reject(run, Refusal::kNotAllowed);
  return std::nullopt;
}

// Work from beyond a cut is kept for a lead to look at: of a notebook only, for a while, and not without bound.
Result<std::optional<Reject>> Push::late_refused(const envelope::Run& run, const Author& author, const Working& chain) {
  std::uint64_t last = run.after_seq;
  std::size_t bytes = 0;
  for (const envelope::Item& item : run.items) {
    last += item.sets;
    bytes += storage::bytes_kept(item);
  }
  const envelope::Device& device = *author.device;
  if (!log().is_late(device.added.log, run.compartment, last, run.m_seq)) return std::optional<Reject>();
  const auto removed = [&] { return Result<std::optional<Reject>>(std::optional(reject(run, Refusal::kRemoved))); };
  if (device.refuse_late || log().compartment(run.compartment)->made.kind != envelope::CompartmentKind::kOwn) return removed();
  if (now_ms_ - device.changed_ms > kLateLifeMs) return removed();
  const envelope::StandingCut* cut = log().cut(device.added.log, run.compartment);
  if (chain.stored_seq > 0) {
    HAKI_ASSIGN(const std::uint64_t held, snapshot_.bytes_after(chain.chain.key, cut ? cut->cut.seq : 0));
    bytes += held;
  }
  if (bytes > kLateBytesMax) return removed();
  return std::optional<Reject>();
}

// The held item that ends at after_seq, which the run says it follows; empty where there is none.
Result<std::optional<ChainHead>> Push::base_of(const Working& chain, std::uint64_t after_seq) {
  if (after_seq == chain.chain.head.seq) return std::optional(chain.chain.head);
  if (after_seq == 0) return std::optional(ChainHead{});
  for (const storage::HeldItem& item : chain.taken) {
    if (item.seq == after_seq) return std::optional(ChainHead{item.seq, item.hash});
  }
  if (chain.stored_seq == 0) return std::optional<ChainHead>();
  HAKI_ASSIGN(const auto held, snapshot_.held_at(chain.chain.key, after_seq));
  if (!held) return std::optional<ChainHead>();
  return std::optional(ChainHead{held->seq, held->hash});
}

Result<std::vector<storage::HeldItem>> Push::held_after(const Working& chain, std::uint64_t after_seq,
                                                        std::size_t at_most) {
  std::vector<storage::HeldItem> held;
  if (after_seq < chain.stored_seq) {
    HAKI_ASSIGN(held, snapshot_.held(chain.chain.key, after_seq, at_most));
  }
  for (const storage::HeldItem& item : chain.taken) {
    if (item.seq > after_seq && held.size() < at_most) held.push_back(item);
  }
  return held;
}

Result<std::optional<Reject>> Push::novelty_refused(const envelope::Run& run, const Working& chain) {
  const auto refused = [&](Refusal code, std::uint64_t at) {
    return Result<std::optional<Reject>>(std::optional(reject(run, code, {at, {}})));
  };
  if (run.m_seq < chain.chain.m_seq) return refused(Refusal::kUnknownMembership, chain.chain.m_seq);
  if (log().compartment(run.compartment)->made.kind != envelope::CompartmentKind::kOwn) {
    const envelope::Epoch* in_force = log().epoch_at(run.compartment, run.m_seq);
    if (in_force == nullptr || in_force->made.epoch != run.epoch) {
      return refused(Refusal::kUnknownEpoch, in_force ? in_force->made.epoch : 0);
    }
    return std::optional<Reject>();
  }
  HAKI_ASSIGN(const auto key, find_epoch_key(run.compartment, run.epoch));
  if (!key || key->m_seq > run.m_seq || run.epoch < chain.chain.epoch)
    return refused(Refusal::kUnknownEpoch, chain.chain.epoch);
  return std::optional<Reject>();
}

Result<> Push::take(const envelope::Run& run) {
  const auto answer = [&](const Reject& refused) { return answers_.push_back(refused), Result<>(); };
  if (const auto refused = form_refused(run)) return answer(*refused);
  std::optional<Hash> m_head;
  HAKI_ASSIGN(Author * author, author_of(run.log));
  if (const auto refused = rights_refused(run, author, m_head)) return answer(*refused);

  Working& chain = author->chains[run.compartment];
  HAKI_ASSIGN(const auto late, late_refused(run, *author, chain));
  if (late) return answer(*late);
  if (chain.no_room && run.after_seq > chain.chain.head.seq) return answer(reject(run, Refusal::kQuota, {run.after_seq + 1, {}}));
  if (run.after_seq > chain.chain.head.seq) return answer(reject(run, Refusal::kGap, chain.chain.head));
  HAKI_ASSIGN(const auto base, base_of(chain, run.after_seq));
  if (!base) {  // the chain here was cut into other items
    HAKI_ASSIGN(const auto across, held_after(chain, run.after_seq, 1));
    const ChainHead at = across.empty() ? chain.chain.head : ChainHead{across.front().seq, across.front().hash};
    return answer(reject(run, Refusal::kFork, at));
  }
  if (given(run.prev8) && !begins(base->hash, run.prev8)) return answer(reject(run, Refusal::kFork, *base));
  auto verified = envelope::verify_run(log().org(), run, author->device->added.log, *base, *m_head,
                                       author->device->added.sign_key);
  if (!verified) {
    const bool forged = verified.error().code == Code::kUntrusted;
    return answer(reject(run, forged ? Refusal::kBadSignature : Refusal::kMalformed));
  }
  return extend(run, *author, chain, *base, std::move(*verified));
}

Result<Push::Place> Push::place_of(const CompartmentId& compartment, const LogId& log_id, std::uint64_t seq) {
  HAKI_ASSIGN(const Author* author, author_of(log_id));
  if (author == nullptr) return Place{};
  const auto found = author->chains.find(compartment);
  if (found == author->chains.end()) return Place{};
  const Working& chain = found->second;
  Place place{chain.chain.key, chain.chain.head};
  const auto taken = std::ranges::find(chain.taken, seq, &storage::HeldItem::seq);
  if (taken != chain.taken.end()) {
    place.item = *taken;
  } else if (chain.stored_seq >= seq) {
    HAKI_ASSIGN(place.item, snapshot_.held_at(chain.chain.key, seq));
  }
  return place;
}

// An item may come without its ciphertext from a lead alone, who fills a server again, or from who wrote it and was the lead that
// erased: nobody else may say what others' work has left.
std::optional<Refusal> Push::remainders_refused(const envelope::Run& run, const Author& author,
                                                std::span<const envelope::VerifiedItem> fresh) const {
  const DeviceId& sender = sender_.added.device;
  const bool leads = sender_.now().leads() && log().may_write(sender, run.compartment, log().newest());
  for (const envelope::VerifiedItem& item : fresh) {
    if (!item.item->remainder) continue;
    const bool own = author.device->added.device == sender && item.item->remainder->by == sender;
    if (!leads && !own) return Refusal::kNotAllowed;
    if (const auto why = remainder_refused(log(), run.compartment, *item.item->remainder, item.hash)) return why;
  }
  return std::nullopt;
}

// Passes over what is held, compares it, and takes the rest.
Result<> Push::extend(const envelope::Run& run, Author& author, Working& chain, const ChainHead& base,
                      std::vector<envelope::VerifiedItem> verified) {
  std::size_t known = 0;
  if (base.seq < chain.chain.head.seq) {
    HAKI_ASSIGN(const auto held, held_after(chain, base.seq, verified.size()));
    for (; known < held.size(); ++known) {
      const bool same = held[known].seq == verified[known].last_seq && held[known].hash == verified[known].hash;
      if (same) continue;
      answers_.push_back(reject(run, Refusal::kFork, {held[known].seq, held[known].hash}));
      return {};
    }
    if (known == verified.size()) {
      const auto over = std::ranges::find(held, true, &storage::HeldItem::over_quota);
      if (over != held.end()) {
        answers_.push_back(reject(run, Refusal::kQuota, {verified[static_cast<std::size_t>(over - held.begin())].first_seq, {}}));
      }
      receipt(run, author, held.back());
      return {};
    }
  }
  HAKI_ASSIGN(const auto refused, novelty_refused(run, chain));
  if (refused) {
    answers_.push_back(*refused);
    return {};
  }
  if (const auto why = remainders_refused(run, author, std::span(verified).subspan(known))) {
    answers_.push_back(reject(run, *why));
    return {};
  }
  return keep(run, author, chain, std::span(verified_.emplace_back(std::move(verified))).subspan(known));
}

// How much the operator lets this device have stored. In its own notebook as much again: a lead can be asked about that
// before anybody else sees it.
Result<Push::Room> Push::room_for(const CompartmentId& compartment, Author& author, std::uint64_t more_bytes) {
  if (!author.bytes) {
    HAKI_ASSIGN(author.bytes, snapshot_.bytes_of_log(coalition_.key, author.device->added.log));
  }
  const std::uint64_t bytes = *author.bytes + more_bytes;
  if (quota_bytes_ == 0 || bytes <= quota_bytes_) return Room::kFree;
  const envelope::NewCompartment& place = log().compartment(compartment)->made;
  const bool own = place.kind == envelope::CompartmentKind::kOwn && place.owner == author.device->added.device;
  return own && bytes <= 2 * quota_bytes_ ? Room::kOverQuota : Room::kNone;
}

// Verified, permitted and new: kept where there is room.
Result<> Push::keep(const envelope::Run& run, Author& author, Working& chain, std::span<const envelope::VerifiedItem> fresh) {
  std::uint64_t more_bytes = 0;
  for (const envelope::VerifiedItem& item : fresh) more_bytes += storage::bytes_kept(*item.item);
  HAKI_ASSIGN(const Room room, room_for(run.compartment, author, more_bytes));
  if (room != Room::kFree) answers_.push_back(reject(run, Refusal::kQuota, {fresh.front().first_seq, {}}));
  if (room == Room::kNone) {
    chain.no_room = true;
    return {};
  }
  const bool over_quota = room == Room::kOverQuota;
  run_writes_.push_back({run.compartment, author.device->added.log, chain.chain.head, *author.bytes, over_quota, &run, fresh});
  for (const envelope::VerifiedItem& item : fresh) {
    storage::HeldItem& taken = chain.taken.emplace_back(storage::HeldItem{item.last_seq, item.hash, now_ms_, over_quota});
    if (!item.item->remainder) continue;
    taken.content = storage::HeldItem::Content::kRemainder;
    taken.remainder = envelope::encode_remainder(*item.item->remainder);
  }
  *author.bytes += more_bytes;
  chain.chain.head = {fresh.back().last_seq, fresh.back().hash};
  chain.chain.epoch = run.epoch;
  chain.chain.m_seq = run.m_seq;
  receipt(run, author, chain.taken.back());
  return {};
}

}  // namespace haki::relay
