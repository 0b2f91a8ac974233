#include "client/sealer.h"

#include <algorithm>

#include "base/limits.h"
#include "crypto/hash.h"
#include "envelope/frames.h"
#include "envelope/item.h"
#include "payload/batch.h"
#include "payload/pack.h"

namespace haki::client {
namespace {

// Up to so much waiting the smallest bytes are worth the time; beyond, a phone would wait too long.
constexpr std::int64_t kSmallOutboxBytes = 256 * 1024;

std::array<std::uint8_t, 8> first8(const Hash& hash) {
  std::array<std::uint8_t, 8> bytes;
  std::memcpy(bytes.data(), hash.bytes.data(), 8);
  return bytes;
}

Hash readers_hash(const std::vector<DeviceId>& readers) {
  crypto::Hasher hasher;
  for (const DeviceId& reader : readers) hasher.add(reader);
  return hasher.finish32();
}

}  // namespace

bool may_seal_into(const Home& home, const CompartmentId& compartment) {
  if (!home.membership.may_write(home.device, compartment, home.citable())) return false;
  return home.active() || (compartment == home.own_compartment() && !home.me()->refuse_late);
}

std::uint64_t barred_changes(const Home& home, const store::Chain& chain) {
  if (!home.admitted() || home.me()->now().suspended || may_seal_into(home, chain.compartment)) return 0;
  return chain.applied_seq - chain.head_seq;
}

Result<> Sealer::seal(std::size_t bytes_max) {
  if (!home_.admitted()) return {};
  std::vector<store::Chain*> waiting = home_.chains->own();
  std::erase_if(waiting, [](const store::Chain* chain) { return chain->applied_seq == chain->head_seq; });
  if (waiting.empty()) return {};
  Result<> done;
  {
    store::Transaction transaction(*home_.database);
    done = transaction.started();
    std::size_t bytes = 0;
    for (store::Chain* chain : waiting) {
      if (done) done = seal_chain(*chain, bytes_max, bytes);
    }
    if (done) done = transaction.commit();
  }
  if (!done) HAKI_TRY(home_.reload());
  return done;
}

Result<> Sealer::seal_chain(store::Chain& chain, std::size_t bytes_max, std::size_t& bytes) {
  if (bytes >= bytes_max) return {};
  const std::uint32_t m_seq = home_.citable();
  if (!may_seal_into(home_, chain.compartment)) return {};
  // Nothing is sealed under a key that somebody holds who may not read any more: a lead rotates first.
  if (home_.membership.epoch_is_stale(chain.compartment)) return {};
  HAKI_ASSIGN(const store::KeptEpochKey* key, key_for(chain));
  if (key == nullptr) return {};
  HAKI_ASSIGN(const std::int64_t waiting, home_.records->change_set_bytes(chain, chain.head_seq));
  const payload::Effort effort = waiting <= kSmallOutboxBytes ? payload::Effort::kSmallest : payload::Effort::kFast;
  while (chain.head_seq < chain.applied_seq && bytes < bytes_max) {
    HAKI_ASSIGN(std::vector<changes::ChangeSet> sets,
                home_.records->change_sets(chain, chain.head_seq, limits::kChangeSetsPerItemMax, limits::kBatchBytesMax));
    // Together they are nearly always smaller than each alone.
    auto batch = payload::encode_batch(sets, chain.log);
    while (!batch && batch.error().code == Code::kTooLarge && sets.size() > 1) {
      sets.resize(sets.size() / 2);
      batch = payload::encode_batch(sets, chain.log);
    }
    if (!batch) return batch.error();

    envelope::ItemHeader header;
    header.org = home_.org;
    header.compartment = chain.compartment;
    header.log = chain.log;
    header.seq = sets.back().seq;
    header.prev = chain.head;
    header.epoch = key->epoch;
    header.m_seq = m_seq;
    header.m_head = *home_.membership.hash_at(m_seq);
    envelope::SealedItem sealed =
        envelope::seal_item(header, static_cast<std::uint32_t>(sets.size()), payload::pack(*batch, effort), key->key,
                            home_.identity.sign.secret);

    envelope::Run run;
    run.compartment = chain.compartment;
    run.after_seq = chain.head_seq;
    if (chain.head_seq > 0) run.prev8 = first8(chain.head);
    run.epoch = header.epoch;
    run.m_seq = header.m_seq;
    run.m_head8 = first8(header.m_head);
    run.items.push_back(std::move(sealed.item));
    const Bytes frame = envelope::encode_frame(run);
    HAKI_TRY(home_.outbox->put({0, chain.no, header.seq, store::SealedKind::kRun, sealed.hash, frame}));
    bytes += frame.size();
    chain.head_seq = header.seq;
    chain.head = sealed.hash;
    chain.m_seq = header.m_seq;
    chain.epoch = header.epoch;
  }
  return home_.chains->save(chain);
}

Result<const store::KeptEpochKey*> Sealer::key_for(store::Chain& chain) {
  const envelope::Compartment* of = home_.membership.compartment(chain.compartment);
  if (of == nullptr) return nullptr;
  if (of->made.kind == envelope::CompartmentKind::kOwn) {
    if (of->made.owner == home_.device) return own_key(chain);
    // A lead writes into a notebook under the newest key its owner gave.
    const store::KeptEpochKey* newest = nullptr;
    for (const auto& [place, kept] : home_.key_ring) {
      if (place.first == chain.compartment) newest = &kept;
    }
    return newest;
  }
  const envelope::Epoch* epoch = home_.membership.epoch_at(chain.compartment, home_.membership.newest());
  if (epoch == nullptr) return nullptr;
  const auto found = home_.key_ring.find({chain.compartment, epoch->made.epoch});
  return found == home_.key_ring.end() ? nullptr : &found->second;
}

// A new key where there is none, where it is a week old, or where others may read now than when it was made.
Result<const store::KeptEpochKey*> Sealer::own_key(store::Chain& chain) {
  const std::int64_t now_ms = home_.clock.now_ms();
  std::vector<DeviceId> to = home_.membership.key_readers(chain.compartment, home_.citable());
  to.push_back(envelope::recovery_id(home_.membership.recovery_at(home_.citable()).box_key));  // new paper, new key
  const Hash readers = readers_hash(to);
  const store::KeptEpochKey* newest = nullptr;
  for (const auto& [place, kept] : home_.key_ring) {
    if (place.first == chain.compartment) newest = &kept;
  }
  // A clock that was set back must not keep a key for ever, nor make one for each item.
  const bool in_its_week = newest && std::abs(now_ms - newest->made_ms) < keys::kOwnEpochMs;
  if (in_its_week && newest->readers == readers) return newest;
  store::KeptEpochKey made{chain.compartment, newest ? newest->epoch + 1 : keys::kFirstOwnEpoch,
                           keys::new_epoch_key(home_.random), now_ms, readers};
  const envelope::EpochKey frame = keys::make_own_epoch(made.key, made.epoch, home_.membership, home_.citable(), home_.identity);
  HAKI_TRY(home_.ledger->put_key(made));
  HAKI_TRY(home_.outbox->put({0, chain.no, made.epoch, store::SealedKind::kEpochKey, {}, envelope::encode_frame(frame)}));
  const auto place = std::pair(made.compartment, made.epoch);
  return &home_.key_ring.emplace(place, std::move(made)).first->second;
}

}  // namespace haki::client
