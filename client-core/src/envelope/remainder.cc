#include "envelope/remainder.h"

#include "base/limits.h"
#include "base/little_endian.h"
#include "crypto/hash.h"
#include "envelope/remainder_codec.h"
#include "envelope/wire_codec.h"

namespace haki::envelope {
namespace {

constexpr std::string_view kRemainderDomain = "HAKI1.rem";

Bytes remainder_place(const Hash& item, const DeviceId& by, std::uint32_t m_seq) {
  Bytes place;
  base::append(place, item);
  base::append(place, by);
  base::append_le(place, m_seq);
  return place;
}

Bytes remainder_message(const Remainder& remainder, const Hash& item) {
  Bytes message = remainder_place(item, remainder.by, remainder.m_seq);
  base::append(message, remainder.nonce);
  base::append(message, crypto::hash32({remainder.sealed}));
  return message;
}

// Used once and wiped, as an item's payload key is (item.cc).
template <typename Use>
auto with_remainder_key(const crypto::EpochKey& key, const Hash& item, const Use& use) {
  Hash derived = crypto::keyed_hash32(key.view(), {as_bytes(kRemainderDomain), item});
  auto result = use(derived.view());
  crypto::wipe(derived.bytes);
  return result;
}

}  // namespace

Remainder seal_remainder(const Hash& item, const DeviceId& by, std::uint32_t m_seq, ByteView plain, const crypto::EpochKey& key,
                         const crypto::SigningSecret& signer) {
  Remainder made;
  made.by = by;
  made.m_seq = m_seq;
  made.nonce = crypto::random_nonce();
  made.sealed = with_remainder_key(key, item, [&](ByteView content_key) {
    return crypto::aead_seal(content_key, made.nonce, remainder_place(item, by, m_seq), plain);
  });
  made.signature = crypto::sign(signer, kRemainderDomain, remainder_message(made, item));
  return made;
}

bool verify_remainder(const Remainder& remainder, const Hash& item, const crypto::VerifyKey& key) {
  return crypto::verify(key, kRemainderDomain, remainder_message(remainder, item), remainder.signature);
}

std::optional<Bytes> open_remainder(const Remainder& remainder, const Hash& item, const crypto::EpochKey& key) {
  return with_remainder_key(key, item, [&](ByteView content_key) {
    return crypto::aead_open(content_key, remainder.nonce, remainder_place(item, remainder.by, remainder.m_seq), remainder.sealed);
  });
}

Bytes erased_item_message(const CoalitionId& org, const LogId& log, const CompartmentId& compartment, std::uint64_t seq,
                          const Hash& hash, std::int64_t time_ms) {
  Bytes message;
  base::append(message, org);
  base::append(message, compartment);
  base::append(message, log);
  base::append_le(message, seq);
  base::append(message, hash);
  base::append_le(message, static_cast<std::uint64_t>(time_ms));
  return message;
}

Bytes erased_blob_message(const CoalitionId& org, const CompartmentId& compartment, const BlobId& blob, std::int64_t time_ms) {
  Bytes message;
  base::append(message, org);
  base::append(message, compartment);
  base::append(message, blob);
  base::append_le(message, static_cast<std::uint64_t>(time_ms));
  return message;
}

// ---- to and from protobuf ----

void put_remainder(wire::v1::Remainder& out, const Remainder& in) {
  out.set_by(to_wire(in.by));
  out.set_m_seq(in.m_seq);
  out.set_nonce(to_wire(in.nonce));
  out.set_sealed(to_wire(in.sealed));
  out.set_signature(to_wire(in.signature));
}

bool take(const wire::v1::Remainder& in, Remainder& out) {
  if (in.sealed().empty() || in.sealed().size() > limits::kItemBytesMax) return false;
  out.m_seq = in.m_seq();
  out.sealed = bytes_of(in.sealed());
  return from_wire(in.by(), out.by) && from_wire(in.nonce(), out.nonce) && from_wire(in.signature(), out.signature);
}

Bytes encode_remainder(const Remainder& remainder) {
  wire::v1::Remainder out;
  put_remainder(out, remainder);
  Bytes bytes(out.ByteSizeLong());
  out.SerializeWithCachedSizesToArray(bytes.data());
  return bytes;
}

std::optional<Remainder> decode_remainder(ByteView bytes) {
  wire::v1::Remainder in;
  Remainder out;
  if (!parse(in, bytes) || !take(in, out)) return std::nullopt;
  return out;
}

void put(wire::v1::Frame& frame, const Erase& in) {
  auto& out = *frame.mutable_erase();
  out.set_compartment(to_wire(in.compartment));
  out.set_log(to_wire_unless_zero(in.log));
  out.set_seq(in.seq);
  out.set_hash(to_wire_unless_zero(in.hash));
  out.set_tomb_log(to_wire_unless_zero(in.tomb_log));
  out.set_tomb_seq(in.tomb_seq);
  if (in.remainder) put_remainder(*out.mutable_remainder(), *in.remainder);
  out.set_blob(to_wire_unless_zero(in.blob));
}

bool take(const wire::v1::Erase& in, Erase& out) {
  out.seq = in.seq();
  out.tomb_seq = in.tomb_seq();
  if (in.has_remainder() && !take(in.remainder(), out.remainder.emplace())) return false;
  return from_wire(in.compartment(), out.compartment) && from_wire_or_zero(in.log(), out.log) &&
         from_wire_or_zero(in.hash(), out.hash) && from_wire_or_zero(in.tomb_log(), out.tomb_log) &&
         from_wire_or_zero(in.blob(), out.blob);
}

void put(wire::v1::Frame& frame, const Erased& in) {
  auto& out = *frame.mutable_erased();
  out.set_compartment(to_wire(in.compartment));
  out.set_log(to_wire_unless_zero(in.log));
  out.set_seq(in.seq);
  out.set_blob(to_wire_unless_zero(in.blob));
  out.set_wanted(in.wanted);
  out.set_time_ms(in.time_ms);
  out.set_signature(to_wire_unless_zero(in.signature));
  out.set_tomb_log(to_wire_unless_zero(in.tomb_log));
  out.set_tomb_seq(in.tomb_seq);
  if (in.refused) out.set_refused(static_cast<std::uint32_t>(*in.refused));
}

bool take(const wire::v1::Erased& in, Erased& out) {
  out.seq = in.seq();
  out.wanted = in.wanted();
  out.time_ms = in.time_ms();
  out.tomb_seq = in.tomb_seq();
  if (in.refused() != 0) out.refused = static_cast<Refusal>(in.refused());
  return from_wire(in.compartment(), out.compartment) && from_wire_or_zero(in.log(), out.log) &&
         from_wire_or_zero(in.blob(), out.blob) && from_wire_or_zero(in.signature(), out.signature) &&
         from_wire_or_zero(in.tomb_log(), out.tomb_log);
}

}  // namespace haki::envelope
