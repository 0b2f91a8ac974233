#include "relay/blobs.h"

#include <algorithm>

namespace haki::relay {
namespace {

using envelope::Refusal;

constexpr std::int64_t kExpiredKnownMs = 30LL * 24 * 3600 * 1000;

int blob_status_of(Refusal code) {
  switch (code) {
    case Refusal::kTokenInvalid:
      return 401;
    case Refusal::kNotAllowed:
      return 403;
    case Refusal::kBlobUnknown:
      return 404;
    case Refusal::kBlobOffset:
      return 409;
    case Refusal::kBlobErased:
      return 410;
    case Refusal::kVersion:
      return 412;
    case Refusal::kBlobDamaged:
      return 422;
    case Refusal::kBlobChecksum:
      return 460;
    case Refusal::kQuota:
      return 507;
    default:
      return status_of(code);
  }
}

// Of an upload whose time is over, where it is to change: forgotten, then nothing.
std::optional<std::optional<storage::Upload>> what_is_left(storage::Upload upload, std::int64_t now_ms) {
  if (upload.expires_ms > now_ms) return std::nullopt;
  if (upload.expires_ms + kExpiredKnownMs <= now_ms) return std::optional<storage::Upload>();
  if (upload.forgotten) return std::nullopt;
  upload.held = 0;
  upload.forgotten = true;
  return std::optional(upload);
}

}  // namespace

Reply blob_refusal(Refusal code, std::uint64_t seq) {
  envelope::Reject reject;
  reject.code = code;
  reject.seq = seq;
  Reply reply = refusal(reject);
  reply.status = blob_status_of(code);
  return reply;
}

Refusal code_of(const Reply& refused) {
  envelope::FrameReader reader(refused.body);
  const auto frame = reader.next();
  const auto* reject = frame ? std::get_if<envelope::Reject>(&*frame) : nullptr;
  return reject != nullptr ? reject->code : Refusal::kInternal;
}

Reply upload_expired() {
  Reply reply = blob_refusal(Refusal::kBlobUnknown);
  reply.status = 410;
  return reply;
}

// What is not there for who asks, or was erased.
static Reply not_there(bool erased) { return blob_refusal(erased ? Refusal::kBlobErased : Refusal::kBlobUnknown); }

bool Blobs::may_read(const BlobAsker& asker, const CompartmentId& compartment) const {
  const envelope::Membership& log = *asker.coalition.membership;
  return log.may_read(asker.device, compartment, log.newest());
}

// A removed or suspended device's tokens stop with the entry that says so, whatever their age.
OrRefused<BlobAsker> Blobs::asker(const CoalitionId& org, const std::optional<envelope::BlobToken>& token) {
  const auto owner = token ? context_.blob_tokens.owner(*token, now_ms()) : std::nullopt;
  if (!owner || owner->org != org) return blob_refusal(Refusal::kTokenInvalid);
  const auto coalition = context_.coalitions.get(context_.store, org);
  if (!coalition) return store_failure(coalition.error());
  if (!*coalition) return blob_refusal(Refusal::kTokenInvalid);
  const envelope::Device* device = (*coalition)->membership->device(owner->device);
  if (device == nullptr || !device->now().active()) return blob_refusal(Refusal::kTokenInvalid);
  return BlobAsker{std::move(**coalition), owner->device};
}

Result<Blobs::Rows> Blobs::rows(const BlobAsker& asker, const BlobId& blob) {
  HAKI_ASSIGN(const auto snapshot, context_.store.read());
  Rows rows;
  HAKI_ASSIGN(rows.upload, snapshot->upload(asker.coalition.key, blob));
  HAKI_ASSIGN(rows.whole, snapshot->held_blobs(asker.coalition.key, blob));
  HAKI_ASSIGN(rows.erased, snapshot->erased_blob(asker.coalition.key, blob));
  if (rows.upload && rows.upload->expires_ms <= now_ms()) rows.upload->forgotten = true;  // also before it is tidied away
  return rows;
}

OrRefused<Blobs::Beginning> Blobs::begin(const BlobAsker& asker, const BlobId& blob, const CompartmentId& compartment,
                                         std::uint64_t length) {
  if (length == 0) return blob_refusal(Refusal::kMalformed);
  if (length > kBlobBytesMax) return blob_refusal(Refusal::kTooLarge);
  if (asker.coalition.membership->compartment(compartment) == nullptr) return blob_refusal(Refusal::kNotAllowed);
  auto begun = try_begin(asker, blob, compartment, length);
  if (!begun) return store_failure(begun.error());
  return std::move(*begun);
}

// A blob belongs to one compartment, but the server cannot see to which: so whoever says another one brings its bytes
// again, and nobody gets at them, or keeps them from others, by naming a compartment of his own.
Result<OrRefused<Blobs::Beginning>> Blobs::try_begin(const BlobAsker& asker, const BlobId& blob,
                                                     const CompartmentId& compartment, std::uint64_t length) {
  HAKI_ASSIGN(const Rows held, rows(asker, blob));
  if (held.erased.contains(compartment)) return OrRefused<Beginning>(blob_refusal(Refusal::kBlobErased));
  Beginning beginning;
  if (held.upload) beginning.before = held.upload->held;
  const auto whole = std::ranges::find(held.whole, compartment, &storage::HeldBlob::compartment);
  if (whole != held.whole.end()) {
    if (whole->length != length) return OrRefused<Beginning>(blob_refusal(Refusal::kMalformed));
    beginning.state.whole = *whole;
    return OrRefused<Beginning>(std::move(beginning));
  }
  const bool same = held.upload && !held.upload->forgotten && held.upload->compartment == compartment &&
                    held.upload->length == length;
  if (same) {
    beginning.state.upload = held.upload;
    return OrRefused<Beginning>(std::move(beginning));
  }
  if (auto refused = no_room(asker, length)) return OrRefused<Beginning>(std::move(*refused));
  beginning.is_new = true;
  beginning.state.upload = storage::Upload{compartment, asker.device, length, 0, now_ms() + kUploadLifeMs, false};
  return OrRefused<Beginning>(std::move(beginning));
}

// Whole is what the asker may read or has brought; what is under way anybody may go on with who knows its id.
Result<BlobState> Blobs::state(const BlobAsker& asker, const BlobId& blob) {
  HAKI_ASSIGN(const Rows held, rows(asker, blob));
  BlobState state;
  for (const storage::HeldBlob& one : held.whole) {
    if (one.device == asker.device || may_read(asker, one.compartment)) state.whole = one;
  }
  state.upload = held.upload;
  state.erased = !held.erased.empty();
  return state;
}

OrRefused<BlobState> Blobs::look(const BlobAsker& asker, const BlobId& blob) {
  auto known = state(asker, blob);
  if (!known) return store_failure(known.error());
  const bool brings_it = known->upload && !known->upload->forgotten && known->upload->device == asker.device;
  if (brings_it) known->whole.reset();  // for another compartment
  if (known->whole) return std::move(*known);
  if (!known->upload) return not_there(known->erased);
  if (known->upload->forgotten) return upload_expired();
  return std::move(*known);
}

OrRefused<BlobState> Blobs::go_on(const BlobAsker& asker, const BlobId& blob, std::uint64_t offset) {
  auto known = state(asker, blob);
  if (!known) return store_failure(known.error());
  const bool under_way = known->upload && !known->upload->forgotten;
  if (under_way) known->whole.reset();  // being brought for another compartment
  if (!under_way && !known->whole) return known->upload ? upload_expired() : not_there(known->erased);
  if (offset != known->offset()) return blob_refusal(Refusal::kBlobOffset, known->offset());
  return std::move(*known);
}

OrRefused<storage::HeldBlob> Blobs::fetch(const BlobAsker& asker, const BlobId& blob) {
  const auto held = rows(asker, blob);
  if (!held) return store_failure(held.error());
  const auto readable = std::ranges::find_if(
      held->whole, [&](const storage::HeldBlob& one) { return may_read(asker, one.compartment); });
  if (readable == held->whole.end()) return not_there(!held->erased.empty());  // as if it did not exist
  return *readable;
}

OrRefused<storage::Upload> Blobs::forget(const BlobAsker& asker, const BlobId& blob) {
  const auto known = state(asker, blob);
  if (!known) return store_failure(known.error());
  if (!known->upload) return known->whole ? blob_refusal(Refusal::kNotAllowed) : not_there(known->erased);
  if (known->upload->device != asker.device) return blob_refusal(Refusal::kNotAllowed);
  if (known->upload->forgotten) return upload_expired();
  return *known->upload;
}

std::optional<Reply> Blobs::no_room(const BlobAsker& asker, std::uint64_t more_bytes) {
  if (quota_bytes_ == 0) return std::nullopt;
  const auto snapshot = context_.store.read();
  if (!snapshot) return store_failure(snapshot.error());
  const auto bytes = (*snapshot)->blob_bytes(asker.coalition.key);
  if (!bytes) return store_failure(bytes.error());
  if (*bytes + more_bytes > 2 * quota_bytes_) return blob_refusal(Refusal::kQuota);
  return std::nullopt;
}

storage::BlobWrite Blobs::after_piece(const BlobAsker& asker, const BlobId& blob, std::optional<std::uint64_t> before,
                                      storage::Upload upload, std::uint64_t bytes) {
  storage::BlobWrite write{asker.coalition.key, blob, before};
  write.bytes_max = 2 * quota_bytes_;
  upload.held += bytes;
  if (bytes > 0) upload.expires_ms = now_ms() + kUploadLifeMs;
  if (upload.held == upload.length) {
    write.whole = storage::HeldBlob{upload.compartment, upload.device, upload.length, now_ms(), 0};
  } else {
    write.upload = upload;
  }
  return write;
}

storage::BlobWrite Blobs::gone(storage::CoalitionKey coalition, const BlobId& blob, const storage::Upload& upload) const {
  return {coalition, blob, upload.held};
}

Result<std::vector<std::pair<CoalitionId, BlobId>>> Blobs::erased() {
  std::vector<std::pair<CoalitionId, BlobId>> all;
  HAKI_ASSIGN(const auto snapshot, context_.store.read());
  HAKI_ASSIGN(const auto coalitions, snapshot->coalitions());
  for (const CoalitionId& org : coalitions) {
    HAKI_ASSIGN(const auto coalition, snapshot->coalition(org));
    HAKI_ASSIGN(const auto blobs, snapshot->all_erased_blobs(coalition->key));
    for (const BlobId& blob : blobs) all.emplace_back(org, blob);
  }
  return all;
}

Result<Blobs::StillHeld> Blobs::still_held(const CoalitionId& org, const BlobId& blob) {
  HAKI_ASSIGN(const auto snapshot, context_.store.read());
  HAKI_ASSIGN(const auto coalition, snapshot->coalition(org));
  if (!coalition) return StillHeld{};
  HAKI_ASSIGN(const auto upload, snapshot->upload(coalition->key, blob));
  HAKI_ASSIGN(const auto whole, snapshot->held_blobs(coalition->key, blob));
  return StillHeld{upload && !upload->forgotten, !whole.empty()};
}

Result<std::vector<std::pair<CoalitionId, BlobId>>> Blobs::expired() {
  std::vector<std::pair<CoalitionId, BlobId>> all;
  const std::int64_t now = now_ms();
  HAKI_ASSIGN(const auto snapshot, context_.store.read());
  HAKI_ASSIGN(const auto coalitions, snapshot->coalitions());
  for (const CoalitionId& org : coalitions) {
    HAKI_ASSIGN(const auto coalition, snapshot->coalition(org));
    HAKI_ASSIGN(const auto uploads, snapshot->all_uploads(coalition->key));
    for (const auto& [blob, upload] : uploads) {
      if (what_is_left(upload, now)) all.emplace_back(org, blob);
    }
  }
  return all;
}

std::optional<storage::BlobWrite> Blobs::expire(const CoalitionId& org, const BlobId& blob) {
  const auto snapshot = context_.store.read();
  if (!snapshot) return std::nullopt;
  const auto coalition = (*snapshot)->coalition(org);
  if (!coalition || !*coalition) return std::nullopt;
  const auto upload = (*snapshot)->upload((*coalition)->key, blob);
  if (!upload || !*upload) return std::nullopt;
  const auto left = what_is_left(**upload, now_ms());
  if (!left) return std::nullopt;
  storage::BlobWrite write = gone((*coalition)->key, blob, **upload);
  write.upload = *left;
  return write;
}

crypto::Signature Blobs::receipt_signature(const CoalitionId& org, const BlobId& blob, const storage::HeldBlob& whole) const {
  const Bytes message =
      envelope::blob_receipt_message(org, whole.compartment, blob, whole.length, whole.whole_ms);
  return crypto::sign(context_.keys.sign.secret, "HAKI1.blr", message);
}

std::string Blobs::receipt(const CoalitionId& org, const BlobId& blob, const storage::HeldBlob& whole) const {
  return std::to_string(whole.whole_ms) + " " + to_base64url(receipt_signature(org, blob, whole));
}

}  // namespace haki::relay
