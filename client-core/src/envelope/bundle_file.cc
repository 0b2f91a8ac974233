#include "envelope/bundle_file.h"

#include "base/little_endian.h"
#include "crypto/sealed_blob.h"

namespace haki::envelope {
namespace {

constexpr std::string_view kUpMagic = "HAKIBUN1", kAnswerMagic = "HAKIBUA1";
constexpr std::size_t kMagicBytes = 8;
constexpr std::size_t kSealedKeyBytes = 32 + 48;  // crypto_box_seal of a key
constexpr std::size_t kLabelBytes = kMagicBytes + CoalitionId::kSize;
constexpr std::size_t kStreamAt = kLabelBytes + kSealedKeyBytes;

std::string_view magic_of(BundleKind kind) { return kind == BundleKind::kToServer ? kUpMagic : kAnswerMagic; }

// A stream's length is that of padded plaintext in chunks: nearly every cut shows in it.
bool possible_length(std::uint64_t file_bytes) {
  constexpr std::uint64_t kBefore = kStreamAt + crypto::BlobHeader::kSize;
  if (file_bytes <= kBefore) return false;
  const std::uint64_t sealed = file_bytes - kBefore;
  const std::uint64_t chunks = (sealed + crypto::kBlobSealedChunkBytes - 1) / crypto::kBlobSealedChunkBytes;
  const std::uint64_t overhead = chunks * (crypto::kBlobSealedChunkBytes - crypto::kBlobChunkBytes);
  if (sealed < overhead + 8) return false;
  return bundle_file_bytes(sealed - overhead - 8) == file_bytes;
}

}  // namespace

std::uint64_t bundle_file_bytes(std::uint64_t plain_bytes) { return kStreamAt + crypto::sealed_blob_bytes(plain_bytes); }

Bytes seal_bundle(const BundleLabel& label, const crypto::BoxPublicKey& to, ByteView plain) {
  const crypto::BlobKey key = crypto::random_blob_key();
  Bytes file(as_bytes(magic_of(label.kind)).begin(), as_bytes(magic_of(label.kind)).end());
  file.reserve(static_cast<std::size_t>(bundle_file_bytes(plain.size())));
  base::append(file, label.org);
  const Bytes bound = file;  // what the stream is bound to
  base::append(file, crypto::seal_to(to, key.view()));
  crypto::BlobSealer sealer(key, crypto::random_blob_header(), bound, plain.size());
  sealer.add(plain, file);
  sealer.finish(file);
  return file;
}

Result<BundleLabel> read_bundle_label(ByteView file) {
  const auto magic = as_text(file.first(std::min(file.size(), kMagicBytes)));
  const bool known = magic == kUpMagic || magic == kAnswerMagic;
  if (!known && (magic.starts_with("HAKIBUN") || magic.starts_with("HAKIBUA")) && magic.size() == kMagicBytes) {
    return Error{Code::kUnsupported, "This bundle was made by a newer version of Haki. Install that version here, then take it in again."};
  }
  if (!known) return Error{Code::kInvalid, "This file is no Haki bundle."};
  if (!possible_length(file.size())) {
    return Error{Code::kInvalid, "This bundle is cut short: copy it again from where it comes from."};
  }
  return BundleLabel{magic == kUpMagic ? BundleKind::kToServer : BundleKind::kAnswer,
                     *CoalitionId::from(file.subspan(kMagicBytes, CoalitionId::kSize))};
}

std::optional<Bytes> open_bundle(const BundleLabel& label, const crypto::BoxPair& pair, ByteView file) {
  if (file.size() <= kStreamAt) return std::nullopt;
  const auto key = crypto::open_sealed(pair, file.subspan(kLabelBytes, kSealedKeyBytes));
  if (!key || key->view().size() != crypto::BlobKey::kSize) return std::nullopt;
  Bytes bound(as_bytes(magic_of(label.kind)).begin(), as_bytes(magic_of(label.kind)).end());
  base::append(bound, label.org);
  Bytes plain;
  crypto::BlobOpener opener(crypto::BlobKey(key->view()), bound, file.size() - kStreamAt);
  const bool opened = opener.add(file.subspan(kStreamAt), [&](ByteView piece) {
    base::append(plain, piece);
    return true;
  });
  if (!opened || !opener.finish()) return std::nullopt;
  return plain;
}

crypto::BoxPublicKey as_box_key(const crypto::AuthPublicKey& exchange) { return {exchange.bytes}; }

crypto::BoxPair as_box_pair(const crypto::AuthPair& exchange) {
  return {crypto::BoxSecret(exchange.secret.view()), as_box_key(exchange.public_key)};
}

}  // namespace haki::envelope
