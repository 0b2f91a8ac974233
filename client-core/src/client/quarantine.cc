#include "client/quarantine.h"

#include <algorithm>

#include "envelope/item.h"
#include "payload/batch.h"
#include "payload/pack.h"

namespace haki::client {
namespace {

using envelope::CompartmentKind;

envelope::HeaderBytes header_of(const store::KeptItem& item) {
  envelope::HeaderBytes header;
  std::ranges::copy(item.header, header.begin());
  return header;
}

// What was sealed, or what a lead sealed anew without something that was erased.
std::optional<Bytes> content_of(const store::KeptItem& item, const crypto::EpochKey& key) {
  if (!item.sealed.empty()) return envelope::open_item(header_of(item), item.sealed, key);
  const std::optional<envelope::Remainder> remainder = envelope::decode_remainder(item.remainder);
  return remainder ? envelope::open_remainder(*remainder, envelope::header_hash(header_of(item)), key) : std::nullopt;
}

std::string name_of(const store::KeptItem& item) { return to_hex(envelope::header_hash(header_of(item))).substr(0, 16); }

}  // namespace

Result<> Quarantine::may_apply(const store::Chain& chain, const store::KeptItem& item, std::uint32_t m_seq) const {
  const envelope::Membership& membership = home_.membership;
  const DeviceId author = home_.device_of(chain.log);
  if (membership.is_late(chain.log, chain.compartment, item.last_seq, m_seq)) {
    return Error{Code::kDenied, "It came after its author's device was removed or lost this right."};
  }
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
  if (item.over_quota && waits_for_a_lead(chain, item)) {
    return Error{Code::kDenied, "Its device has sent more than the server's operator allows."};
  }
  return {};
}

// The mark is the server's word alone, so it may do no more than bring a lead to ask a person: in the author's own notebook,
// and of what can be shown to that person.
bool Quarantine::waits_for_a_lead(const store::Chain& chain, const store::KeptItem& item) const {
  const envelope::NewCompartment& place = home_.membership.compartment(chain.compartment)->made;
  const bool own = place.kind == CompartmentKind::kOwn && place.owner == home_.device_of(chain.log);
  const bool readable = item.has_content() && home_.key_ring.contains({chain.compartment, item.epoch});
  return home_.is_lead() && own && readable;
}

Result<std::vector<changes::ChangeSet>> Quarantine::open(const store::Chain& chain, const store::KeptItem& item) {
  const auto key = home_.key_ring.find({chain.compartment, item.epoch});
  if (key == home_.key_ring.end()) return Error{Code::kHeld, "It waits for its key."};
  if (!item.has_content()) return Error{Code::kHeld, "Its content was dropped by the server; a snapshot brings it."};
  const std::optional<Bytes> packed = content_of(item, key->second.key);
  if (!packed) return Error{Code::kDamaged, "It cannot be opened with its key."};
  HAKI_ASSIGN(const Bytes batch, payload::unpack(*packed));
  return payload::decode_batch(batch, chain.log, item.first_seq,
                               static_cast<std::uint32_t>(item.last_seq - item.first_seq + 1));
}

Result<std::uint64_t> Quarantine::apply(store::Chain& chain, const store::KeptItem& item) {
  HAKI_ASSIGN(const std::vector<changes::ChangeSet> sets, open(chain, item));
  const std::uint64_t reached = chain.applied_seq;
  for (const changes::ChangeSet& set : sets) {
    chain.applied_seq = set.seq - 1;  // it takes the place it would have had
    const auto noted = home_.records->note_covered(chain, set);
    const auto applied = noted ? home_.records->apply(chain, set) : noted;
    if (!applied) {
      chain.applied_seq = reached;
      return applied.error();
    }
    home_.hybrid_clock->see(set.time);
  }
  chain.applied_seq = std::max(reached, item.last_seq);
  HAKI_TRY(home_.chains->save(chain));
  return sets.size();
}

Result<std::uint64_t> Quarantine::take_verdicts(const changes::ChangeSet& set, const store::Chain& from, std::uint32_t m_seq) {
  const envelope::Device* author = home_.membership.device_of_log(from.log);
  const envelope::Standing* standing = author ? author->at(m_seq) : nullptr;
  std::uint64_t taken = 0;
  if (standing == nullptr || !standing->leads()) return taken;
  for (const changes::Operation& operation : set.operations) {
    const auto* verdict = std::get_if<changes::Verdict>(&operation);
    if (verdict == nullptr || verdict->log == from.log) continue;
    HAKI_ASSIGN(const std::uint64_t more,
                take_verdict({from.compartment, verdict->log, verdict->seq, verdict->head, verdict->accepted}));
    taken += more;
  }
  return taken;
}

Result<std::uint64_t> Quarantine::take_verdict(const store::Verdict& verdict) {
  HAKI_ASSIGN(const auto earlier, home_.ledger->verdict(verdict.compartment, verdict.log, verdict.seq));
  if (earlier && earlier->accepted && !verdict.accepted) return 0;  // taken in is taken in: records do not go back
  if (!earlier || !earlier->accepted) HAKI_TRY(home_.ledger->put_verdict(verdict));
  store::Chain* chain = home_.chains->find(verdict.compartment, verdict.log);
  if (chain == nullptr) return 0;
  HAKI_ASSIGN(const auto item, home_.ledger->quarantined(chain->no, verdict.seq));
  if (!item || envelope::header_hash(header_of(*item)) != verdict.hash) return 0;
  std::uint64_t taken = 0;
  if (verdict.accepted) {
    auto applied = apply(*chain, *item);
    if (!applied && applied.error().code == Code::kHeld) return 0;  // stays until its key comes
    HAKI_TRY(applied);
    taken = *applied;
  }
  HAKI_TRY(home_.ledger->settle_quarantined(item->no));
  return taken;
}

Result<std::uint64_t> Quarantine::take_accepted() {
  HAKI_ASSIGN(const std::vector<store::KeptItem> items, home_.ledger->quarantined());
  std::uint64_t taken = 0;
  for (const store::KeptItem& item : items) {
    const store::Chain* chain = home_.chains->find(item.chain);
    if (chain == nullptr) continue;
    HAKI_ASSIGN(const auto verdict, home_.ledger->verdict(chain->compartment, chain->log, item.last_seq));
    if (!verdict || !verdict->accepted) continue;
    HAKI_ASSIGN(const std::uint64_t more, take_verdict(*verdict));
    taken += more;
  }
  return taken;
}

std::vector<std::string> Quarantine::records_in(const std::vector<changes::ChangeSet>& sets) const {
  std::vector<std::string> records;
  for (const changes::ChangeSet& set : sets) {
    for (const changes::Operation& operation : set.operations) {
      const RecordId* id = changes::record_of(operation);
      if (id == nullptr) continue;
      std::string line = to_hex(*id).substr(0, 12);
      if (const auto* made = std::get_if<changes::NewRecord>(&operation)) {
        const store::FormRef ref = home_.forms.find(made->form);
        if (ref.form != nullptr && ref.group != nullptr) continue;  // rows go with their record
        line = (ref.form ? ref.form->name : std::string("record")) + " " + line;
        for (const changes::Cell& cell : made->cells) {
          const auto* text = std::get_if<std::string>(&cell.value);
          if (text != nullptr && cell.field >= changes::kFirstFormField) line += ": " + *text;
          if (text != nullptr && cell.field >= changes::kFirstFormField) break;
        }
      } else {
        line = "change of " + line;
      }
      if (std::ranges::find(records, line) == records.end()) records.push_back(std::move(line));
    }
  }
  return records;
}

Result<Quarantined> Quarantine::view(const store::KeptItem& item, bool with_records) {
  Quarantined view;
  view.id = name_of(item);
  view.reason = item.reason;
  view.changes = item.last_seq - item.first_seq + 1;
  const store::Chain* chain = home_.chains->find(item.chain);
  if (chain == nullptr) return view;
  view.device = home_.device_of(chain->log);
  view.author = home_.name_of(view.device);
  const auto sets = open(*chain, item);
  if (!sets) return view;
  if (!sets->empty()) view.at_ms = sets->back().time.ms();
  if (!with_records) return view;
  view.records = records_in(*sets);
  return view;
}

Result<std::vector<Quarantined>> Quarantine::list() {
  std::vector<Quarantined> all;
  HAKI_ASSIGN(const std::vector<store::KeptItem> items, home_.ledger->quarantined());
  for (const store::KeptItem& item : items) {
    HAKI_ASSIGN(Quarantined one, view(item, false));
    all.push_back(std::move(one));
  }
  return all;
}

Result<store::KeptItem> Quarantine::find(std::string_view which) {
  HAKI_ASSIGN(std::vector<store::KeptItem> items, home_.ledger->quarantined());
  std::erase_if(items, [&](const store::KeptItem& item) { return which.empty() || !name_of(item).starts_with(which); });
  if (items.empty()) {
    return Error{Code::kNotFound, "Nothing of that name is in quarantine. 'haki quarantine list' shows what is."};
  }
  if (items.size() > 1) return Error{Code::kInvalid, "Several fit; give more of the id from 'haki quarantine list'."};
  return std::move(items.front());
}

Result<Quarantined> Quarantine::show(std::string_view which) {
  HAKI_ASSIGN(const store::KeptItem item, find(which));
  return view(item, true);
}

Result<> Quarantine::decide(std::string_view which, bool accept) {
  if (!home_.is_lead()) return Error{Code::kDenied, "Only a lead decides about work in quarantine."};
  HAKI_ASSIGN(const store::KeptItem item, find(which));
  const store::Chain* chain = home_.chains->find(item.chain);
  if (chain == nullptr || !home_.membership.may_write(home_.device, chain->compartment, home_.membership.newest())) {
    return Error{Code::kDenied, "Only a lead who may write there decides about it."};
  }
  const Hash hash = envelope::header_hash(header_of(item));
  Result<> done;
  {
    store::Transaction transaction(*home_.database);
    done = transaction.started();
    if (done) {
      done = [&]() -> Result<> {
        HAKI_ASSIGN(store::Chain * own, home_.chains->open(chain->compartment, home_.identity.log));
        changes::ChangeSet set{own->applied_seq + 1, home_.hybrid_clock->next(), {}};
        set.operations.push_back(changes::Verdict{chain->log, item.last_seq, hash, accept});
        HAKI_TRY(home_.records->apply(*own, set));
        HAKI_ASSIGN(const std::uint64_t taken,
                    take_verdict({chain->compartment, chain->log, item.last_seq, hash, accept}));
        static_cast<void>(taken);
        return {};
      }();
    }
    if (done) done = transaction.commit();
  }
  if (!done) HAKI_TRY(home_.reload());
  return done;
}

}  // namespace haki::client
