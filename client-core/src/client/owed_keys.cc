#include "client/owed_keys.h"

#include <algorithm>

#include "base/little_endian.h"
#include "keys/entries.h"

namespace haki::client {
namespace {

// compartment 16 | epoch u32 | device 16
constexpr std::size_t kOwedBytes = 36;
constexpr std::size_t kOwedMax = 1000;  // who is left out of more asks again, and a lead that comes later gives all it has

}  // namespace

Result<> OwedKeys::note(const envelope::EpochKey& key) {
  std::set<DeviceId> named;
  for (const envelope::SealedKey& grant : key.grants) named.insert(grant.device);
  return owe(key.compartment, key.epoch, named);
}

Result<> OwedKeys::owe(const CompartmentId& compartment, std::uint32_t epoch, const std::set<DeviceId>& named) {
  if (!home_.is_lead()) return {};
  HAKI_ASSIGN(const std::optional<Bytes> kept, home_.settings->get(setting::kOwedKeys));
  Bytes owed = kept.value_or(Bytes{});
  const std::size_t before = owed.size();
  for (const DeviceId& reader : home_.membership.key_readers(compartment, home_.membership.newest())) {
    if (named.contains(reader) || reader == home_.device || owed.size() >= kOwedMax * kOwedBytes) continue;
    std::array<std::uint8_t, kOwedBytes> one;
    std::ranges::copy(compartment.bytes, one.begin());
    base::store_le(one.data() + 16, epoch);
    std::ranges::copy(reader.bytes, one.begin() + 20);
    owed.insert(owed.end(), one.begin(), one.end());
  }
  return owed.size() == before ? Result<>() : home_.settings->put(setting::kOwedKeys, owed);
}

Result<> OwedKeys::note_all() {
  if (!home_.is_lead()) return {};
  for (const auto& [id, compartment] : home_.membership.compartments()) {
    if (compartment.made.kind != envelope::CompartmentKind::kOwn) continue;
    HAKI_ASSIGN(const std::vector<Bytes> frames, home_.ledger->kept_epoch_keys(id));
    for (const Bytes& bytes : frames) {
      envelope::FrameReader reader(bytes);
      const auto frame = reader.next();
      if (const auto* key = frame ? std::get_if<envelope::EpochKey>(&*frame) : nullptr) HAKI_TRY(note(*key));
    }
  }
  // Whom its own were sealed to a home does not keep.
  for (const auto& [place, kept] : home_.key_ring) {
    if (place.first == home_.own_compartment()) HAKI_TRY(owe(place.first, place.second, {}));
  }
  return {};
}

Result<bool> OwedKeys::any() const {
  HAKI_ASSIGN(const std::optional<Bytes> owed, home_.settings->get(setting::kOwedKeys));
  return owed && !owed->empty() && home_.is_lead();
}

Result<std::optional<envelope::Append>> OwedKeys::due() {
  begin();
  HAKI_ASSIGN(const std::optional<Bytes> owed, home_.settings->get(setting::kOwedKeys));
  if (!owed || owed->empty() || !home_.is_lead()) return std::optional<envelope::Append>();
  envelope::Append append;
  envelope::Membership log = home_.membership;
  keys::EntryWriter writer(log, keys::signer_of(home_.identity), home_.clock, home_.random);
  for (ByteView rest = *owed; rest.size() >= kOwedBytes; rest = rest.subspan(kOwedBytes)) {
    const CompartmentId compartment = *CompartmentId::from(rest.first(16));
    const DeviceId device = *DeviceId::from(rest.subspan(20, 16));
    const auto key = home_.key_ring.find({compartment, base::load_le<std::uint32_t>(rest.data() + 16)});
    const bool reads = log.may_read(device, compartment, log.newest());
    if (key != home_.key_ring.end() && reads) writer.grant(append, {compartment, key->first.second, key->second.key.copy()}, device);
  }
  given_bytes_ = owed->size();
  return append.grants.empty() ? std::optional<envelope::Append>() : std::optional(std::move(append));
}

Result<> OwedKeys::given() {
  if (given_bytes_ == 0) return {};
  HAKI_ASSIGN(std::optional<Bytes> owed, home_.settings->get(setting::kOwedKeys));
  const std::size_t done = std::min(std::exchange(given_bytes_, 0), owed ? owed->size() : 0);
  if (done == 0) return {};
  owed->erase(owed->begin(), owed->begin() + static_cast<std::ptrdiff_t>(done));  // what was noted since stays
  return home_.settings->put(setting::kOwedKeys, *owed);
}

Result<std::optional<crypto::EpochKey>> OwedKeys::handed_on(const envelope::Grant& grant) const {
  HAKI_ASSIGN(const std::vector<Bytes> frames, home_.ledger->kept_epoch_keys(grant.compartment));
  for (const Bytes& bytes : frames) {
    envelope::FrameReader reader(bytes);
    const auto frame = reader.next();
    const auto* sealed = frame ? std::get_if<envelope::EpochKey>(&*frame) : nullptr;
    if (sealed == nullptr || sealed->epoch != grant.epoch) continue;
    if (auto key = keys::open_grant(grant, home_.membership, home_.identity, sealed->key)) return std::optional(std::move(*key));
  }
  return std::optional<crypto::EpochKey>();
}

}  // namespace haki::client
