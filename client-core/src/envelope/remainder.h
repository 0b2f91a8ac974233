// What is left of an item when something in it was erased: the others' part, sealed anew by a lead, in the place of the
// ciphertext. The item keeps its header, its hash and its place in the chain (spec 14-erasure, "Remainder").
#pragma once

#include <optional>

#include "crypto/aead.h"
#include "crypto/keypair.h"
#include "envelope/names.h"

namespace haki::envelope {

struct Remainder {
  DeviceId by;              // the lead's
  std::uint32_t m_seq = 0;  // the newest membership entry it had verified
  crypto::Nonce nonce;
  Bytes sealed;
  crypto::Signature signature;
};

// Seals `plain` (payload::pack) under the epoch key of the item whose header hash is `item`, and signs it.
Remainder seal_remainder(const Hash& item, const DeviceId& by, std::uint32_t m_seq, ByteView plain, const crypto::EpochKey& key,
                         const crypto::SigningSecret& signer);
// Whether it was made for this item by who holds `key`. Whether that was a lead who may write there is for the caller to say.
bool verify_remainder(const Remainder& remainder, const Hash& item, const crypto::VerifyKey& key);
// The plaintext; empty where the key does not fit or a bit was changed.
std::optional<Bytes> open_remainder(const Remainder& remainder, const Hash& item, const crypto::EpochKey& key);

// As kept beside an item, a wire Remainder; empty where the bytes are malformed.
Bytes encode_remainder(const Remainder& remainder);
std::optional<Remainder> decode_remainder(ByteView bytes);

// What the server's word that it let go signs (domain "HAKI1.ers").
Bytes erased_item_message(const CoalitionId& org, const LogId& log, const CompartmentId& compartment, std::uint64_t seq,
                          const Hash& hash, std::int64_t time_ms);
Bytes erased_blob_message(const CoalitionId& org, const CompartmentId& compartment, const BlobId& blob, std::int64_t time_ms);

}  // namespace haki::envelope
