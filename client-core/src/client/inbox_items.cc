// Opening verified items and applying what they hold; acknowledging what a lead has read.
#include <algorithm>

#include "base/limits.h"
#include "client/inbox.h"
#include "payload/batch.h"
#include "payload/pack.h"

namespace haki::client {
namespace {

using envelope::CompartmentKind;

bool only_acknowledges(const changes::ChangeSet& set) {
  return std::ranges::all_of(set.operations, [](const auto& one) { return std::holds_alternative<changes::Ack>(one); });
}

}  // namespace

Result<> Inbox::open_and_apply(store::Chain& chain, store::KeptItem& item, std::uint32_t m_seq, Taking& taking) {
  const envelope::Membership& membership = home_.membership;
  const DeviceId author = home_.device_of(chain.log);
  if (!membership.may_write(author, chain.compartment, m_seq)) {
    return Error{Code::kDenied, "Its author may not write there."};
  }
  const bool plain_item = item.header[2] == envelope::kDataItem &&
                          std::all_of(item.header.begin() + 132, item.header.begin() + 148, [](auto b) { return b == 0; });
  if (!plain_item) return Error{Code::kHeld, "It needs a newer version of Haki."};
  const envelope::Compartment* of = membership.compartment(chain.compartment);
  if (of->made.kind != CompartmentKind::kOwn) {
    const envelope::Epoch* in_force = membership.epoch_at(chain.compartment, m_seq);
    if (in_force == nullptr || in_force->made.epoch != item.epoch) {
      return Error{Code::kDenied, "It is sealed under a key that was not in force."};
    }
  } else if (item.epoch < chain.epoch) {
    return Error{Code::kDenied, "It is sealed under an older key than the work before it."};
  }
  const auto key = home_.key_ring.find({chain.compartment, item.epoch});
  if (key == home_.key_ring.end()) return Error{Code::kHeld, "It waits for its key."};
  if (item.sealed.empty()) return Error{Code::kHeld, "Its content was dropped by the server; a snapshot brings it."};
  envelope::HeaderBytes header;
  std::ranges::copy(item.header, header.begin());
  const std::optional<Bytes> packed = envelope::open_item(header, item.sealed, key->second.key);
  if (!packed) return Error{Code::kDamaged, "It cannot be opened with its key."};
  HAKI_ASSIGN(const Bytes batch, payload::unpack(*packed));
  HAKI_ASSIGN(const std::vector<changes::ChangeSet> sets,
              payload::decode_batch(batch, chain.log, item.first_seq,
                                    static_cast<std::uint32_t>(item.last_seq - item.first_seq + 1)));
  for (const changes::ChangeSet& set : sets) {
    if (set.seq <= chain.applied_seq) continue;  // an item that was held half-way
    HAKI_TRY(home_.records->apply(chain, set));
    home_.hybrid_clock->see(set.time);
    HAKI_TRY(take_acks(set, chain, taking));
    if (!only_acknowledges(set)) ++taking.received;
  }
  applied_.insert({chain.compartment, chain.log});
  if (of->made.kind != CompartmentKind::kOwn) directory_changed_ = true;
  return {};
}

// A lead's signed word that it has applied this device's chain: what it covers is safe.
Result<> Inbox::take_acks(const changes::ChangeSet& set, const store::Chain& from, Taking&) {
  const envelope::Device* author = home_.membership.device_of_log(from.log);
  if (author == nullptr || author->added.role != envelope::Role::kLead) return {};
  for (const changes::Operation& operation : set.operations) {
    const auto* ack = std::get_if<changes::Ack>(&operation);
    if (ack == nullptr || ack->log != home_.identity.log) continue;
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
    HAKI_ASSIGN(store::Chain * own, home_.chains->open(compartment, home_.identity.log));
    changes::ChangeSet set{own->applied_seq + 1, home_.hybrid_clock->next(), {}};
    set.operations.push_back(changes::Ack{log, chain->applied_seq, chain->head});
    HAKI_TRY(home_.records->apply(*own, set));
    ++taking.acks_made;
  }
  return {};
}

}  // namespace haki::client
