// Sealed items and the chain they form: one chain per (log, compartment), each item naming the hash of the one before it.
// The header is a fixed layout that every reader rebuilds from what it knows, so there is nothing to canonicalise
// (spec 30-envelope, "Header").
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "crypto/aead.h"
#include "crypto/keypair.h"
#include "envelope/names.h"
#include "envelope/remainder.h"
#include "haki/result.h"

namespace haki::envelope {

inline constexpr std::size_t kHeaderBytes = 272;
inline constexpr std::size_t kHeaderAadBytes = 216;
inline constexpr std::uint8_t kDataItem = 1;
inline constexpr std::uint8_t kGroupKeyItem = 2;

using GroupId = FixedBytes<struct GroupTag, 16>;

struct ItemHeader {
  std::uint8_t kind = kDataItem;
  CoalitionId org;
  CompartmentId compartment;
  LogId log;
  std::uint64_t seq = 0;  // of the last change set in the item
  Hash prev;              // header hash of the item before; zeros at the first
  std::uint32_t epoch = 0;
  std::uint32_t m_seq = 0;  // newest membership entry the author had verified
  Hash m_head;
  GroupId group;
  Hash beacon;
  Hash witness;
  std::uint32_t sealed_length = 0;
  crypto::Nonce nonce;
  Hash sealed_hash;
};

using HeaderBytes = std::array<std::uint8_t, kHeaderBytes>;
HeaderBytes encode_header(const ItemHeader& header);
// h = BLAKE2b-256("HAKI1.cs\0" || header): what the next item and the signature cite.
Hash header_hash(const HeaderBytes& header);

// As on the wire: what the run does not say for all.
struct Item {
  std::uint8_t kind = kDataItem;
  std::uint32_t sets = 1;  // change sets inside, 1 to 64
  GroupId group;
  Hash witness;
  crypto::Nonce nonce;
  Bytes sealed;  // empty where the ciphertext was dropped
  std::uint32_t sealed_length = 0;
  Hash sealed_hash;  // filled from `sealed` where that is there
  std::optional<crypto::Signature> signature;
  std::optional<Remainder> remainder;  // in the place of `sealed`, where something was erased
};

struct Run {
  CompartmentId compartment;
  LogId log;  // zeros on the wire's way up: the sender's
  std::uint64_t after_seq = 0;
  std::array<std::uint8_t, 8> prev8{};  // hint: tells a fork from damage
  std::uint32_t epoch = 0;
  std::uint32_t m_seq = 0;
  std::array<std::uint8_t, 8> m_head8{};
  Hash beacon;
  std::vector<Item> items;  // 1 to 64, the last one signed

  // False where a server let go of an item's ciphertext, and nothing stands in its place.
  bool has_content() const { return std::ranges::none_of(items, [](const Item& item) { return item.sealed.empty() && !item.remainder; }); }
};

// The newest item of a chain that is held; seq 0 and zeros before the first.
struct ChainHead {
  std::uint64_t seq = 0;
  Hash hash;
  bool operator==(const ChainHead&) const = default;
};

struct VerifiedItem {
  HeaderBytes header;
  Hash hash;
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  const Item* item = nullptr;  // into the run
};

// Rebuilds every header of the run on top of `head`, checks the hints and the signatures. Errors: kUntrusted with "fork"
// in words where a hint contradicts what is held, with "signature" where that does not hold; kInvalid for a gap (after_seq is
// not head.seq) or a run without a last signature. `m_head` is the full hash of entry run.m_seq as this reader knows it.
Result<std::vector<VerifiedItem>> verify_run(const CoalitionId& org, const Run& run, const LogId& log, const ChainHead& head,
                                             const Hash& m_head, const crypto::VerifyKey& author);

// Seals `plain` (payload::pack) as the next item of a chain and signs it. The content key is derived per group from the
// epoch key; group and its salt are zeros here.
struct SealedItem {
  Item item;
  HeaderBytes header;
  Hash hash;
};
SealedItem seal_item(const ItemHeader& partial, std::uint32_t sets, ByteView plain, const crypto::EpochKey& key,
                     const crypto::SigningSecret& signer);
// The plaintext; empty where the key does not fit or a bit was changed.
std::optional<Bytes> open_item(const HeaderBytes& header, ByteView sealed, const crypto::EpochKey& key);

// What a receipt signs ("HAKI1.rcp"), an epoch key frame ("HAKI1.ek") and a grant ("HAKI1.gr").
Bytes receipt_message(const CoalitionId& org, const LogId& log, const CompartmentId& compartment, std::uint64_t seq,
                      const Hash& hash, std::int64_t time_ms);
Bytes epoch_key_message(const CoalitionId& org, const CompartmentId& compartment, std::uint32_t epoch, const KeyId& key,
                        std::uint32_t m_seq, const Hash& m_head, const Hash& grants);
Bytes grant_message(const CoalitionId& org, const CompartmentId& compartment, std::uint32_t epoch, const DeviceId& device,
                    ByteView sealed);

}  // namespace haki::envelope
