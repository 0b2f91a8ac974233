#include "envelope/bundle_codec.h"

#include "base/limits.h"
#include "base/little_endian.h"
#include "crypto/hash.h"
#include "envelope/wire_codec.h"

namespace haki::envelope {

void put(wire::v1::Frame& frame, const Bundle& in) {
  auto& out = *frame.mutable_bundle();
  out.set_id(to_wire(in.id));
  out.set_part(in.part);
  out.set_parts(in.parts);
  out.set_time_ms(in.time_ms);
  out.set_signature(to_wire(in.signature));
}

void put(wire::v1::Frame& frame, const BlobPiece& in) {
  auto& out = *frame.mutable_blob_piece();
  out.set_blob(to_wire(in.blob));
  out.set_compartment(to_wire(in.compartment));
  out.set_length(in.length);
  out.set_offset(in.offset);
  out.set_bytes(to_wire(in.bytes));
}

void put(wire::v1::Frame& frame, const BundleAnswer& in) {
  auto& out = *frame.mutable_bundle_answer();
  out.set_id(to_wire(in.id));
  out.set_part(in.part);
  out.set_asked_run(to_wire_unless_zero(in.asked_run));
  out.set_asked_after(in.asked_after);
  out.set_signature(to_wire(in.signature));
}

void put(wire::v1::Frame& frame, const BlobHeld& in) {
  auto& out = *frame.mutable_blob_held();
  out.set_blob(to_wire(in.blob));
  out.set_compartment(to_wire(in.compartment));
  out.set_receipt_ms(in.receipt_ms);
  out.set_receipt(to_wire_unless_zero(in.receipt));
  if (in.refused) out.set_refused(static_cast<std::uint32_t>(*in.refused));
  out.set_over_quota(in.over_quota);
}

bool take(const wire::v1::Bundle& in, Bundle& out) {
  out.part = in.part();
  out.parts = in.parts();
  out.time_ms = in.time_ms();
  if (out.part == 0 || out.part > out.parts || out.parts > kBundlePartsMax) return false;
  return from_wire(in.id(), out.id) && from_wire(in.signature(), out.signature);
}

bool take(const wire::v1::BlobPiece& in, BlobPiece& out) {
  out.length = in.length();
  out.offset = in.offset();
  out.bytes = bytes_of(in.bytes());
  const bool within = !out.bytes.empty() && out.offset < out.length && out.bytes.size() <= out.length - out.offset;
  return within && from_wire(in.blob(), out.blob) && from_wire(in.compartment(), out.compartment);
}

bool take(const wire::v1::BundleAnswer& in, BundleAnswer& out) {
  out.part = in.part();
  out.asked_after = in.asked_after();
  return from_wire(in.id(), out.id) && from_wire_or_zero(in.asked_run(), out.asked_run) &&
         from_wire(in.signature(), out.signature);
}

bool take(const wire::v1::BlobHeld& in, BlobHeld& out) {
  out.receipt_ms = in.receipt_ms();
  if (in.refused() != 0) out.refused = static_cast<Refusal>(in.refused());
  out.over_quota = in.over_quota();
  return from_wire(in.blob(), out.blob) && from_wire(in.compartment(), out.compartment) &&
         from_wire_or_zero(in.receipt(), out.receipt);
}

Bytes bundle_message(const CoalitionId& org, const Bundle& bundle, ByteView after) {
  Bytes message;
  base::append(message, org);
  base::append(message, bundle.id);
  base::append_le(message, bundle.part);
  base::append_le(message, bundle.parts);
  base::append_le(message, static_cast<std::uint64_t>(bundle.time_ms));
  base::append(message, crypto::hash32({after}));
  return message;
}

Bytes bundle_answer_message(const CoalitionId& org, const DeviceId& device, const BundleAnswer& answer, ByteView after) {
  Bytes message;
  base::append(message, org);
  base::append(message, device);
  base::append(message, answer.id);
  base::append_le(message, answer.part);
  base::append(message, answer.asked_run);
  base::append_le(message, answer.asked_after);
  base::append(message, crypto::hash32({after}));
  return message;
}

}  // namespace haki::envelope
