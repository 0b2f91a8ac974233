// Another member's device whose every byte the test makes.
#pragma once

#include "coalition.h"
#include "envelope/item.h"
#include "model/form.h"
#include "payload/batch.h"
#include "payload/pack.h"

namespace haki::client {

inline keys::Identity copy_of(const keys::Identity& identity) {
  const crypto::SecretBytes key(32);
  return std::move(*keys::open_identity(keys::seal_identity(identity, key), key));
}

inline std::array<std::uint8_t, 8> first8(const Hash& hash) {
  std::array<std::uint8_t, 8> bytes;
  std::memcpy(bytes.data(), hash.bytes.data(), 8);
  return bytes;
}

// A monitor whose every byte the test makes.
struct Author {
  test::Coalition& coalition;
  keys::Identity identity;
  crypto::EpochKey key;
  envelope::ChainHead head;
  std::uint64_t time = 1;
  // What the next item says of itself; each may be set to what an honest author would not say.
  std::uint32_t epoch = 1;
  std::uint8_t kind = envelope::kDataItem;
  std::optional<std::uint32_t> cites;  // a membership entry other than the newest

  Author(test::Coalition& in, keys::Identity who)
      : coalition(in), identity(std::move(who)), key(keys::new_epoch_key(in.random)) {}

  envelope::EpochKey epoch_key() { return keys::make_own_epoch(key, epoch, coalition.membership, coalition.membership.newest(), identity); }

  changes::ChangeSet observation(std::uint64_t seq, std::string text, RecordId id) {
    return {seq, changes::Hlc::of(static_cast<std::int64_t>(++time), 0),
            {changes::NewRecord{id, model::form_id_of("observation"),
                                {{changes::kStateField, std::string("submitted")}, {10, std::move(text)}}}}};
  }
  // Seals as the next item of the chain in `compartment` and moves on.
  envelope::Run seal(const CompartmentId& compartment, std::vector<changes::ChangeSet> sets) {
    return seal_bytes(compartment, *payload::encode_batch(sets, identity.log), static_cast<std::uint32_t>(sets.size()));
  }
  envelope::Run seal_bytes(const CompartmentId& compartment, ByteView batch, std::uint32_t sets) {
    envelope::ItemHeader header;
    header.kind = kind;
    header.org = coalition.membership.org();
    header.compartment = compartment;
    header.log = identity.log;
    header.seq = head.seq + sets;
    header.prev = head.hash;
    header.epoch = epoch;
    header.m_seq = cites.value_or(coalition.membership.newest());
    header.m_head = *coalition.membership.hash_at(header.m_seq);
    const envelope::SealedItem sealed = envelope::seal_item(header, sets, payload::pack(batch, payload::Effort::kFast), key,
                                            identity.sign.secret);
    envelope::Run run;
    run.compartment = compartment;
    run.log = identity.log;
    run.after_seq = head.seq;
    if (head.seq > 0) run.prev8 = first8(head.hash);
    run.epoch = epoch;
    run.m_seq = header.m_seq;
    run.m_head8 = first8(header.m_head);
    run.items.push_back(sealed.item);
    head = {header.seq, sealed.hash};
    return run;
  }
};

}  // namespace haki::client
