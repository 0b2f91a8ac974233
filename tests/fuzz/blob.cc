// Attachments on their way: sealed bytes, and the headers they come with.
// Doors: 0 sealed bytes as they came; 1 a blob sealed from the input, in pieces, changed or not; 2 plaintext of any kind, sealed
// chunk by chunk as an honest writer would not; 3 headers.
#include <sodium.h>

#include "base/assert.h"
#include "blobs/checksum.h"
#include "crypto/sealed_blob.h"
#include "ops/tus.h"
#include "target.h"
#include "vector_seeds.h"

namespace haki::fuzz {

namespace of_blob {
namespace {

const Bytes kAad = crypto::blob_aad(CoalitionId{{1}}, CompartmentId{{2}});
crypto::BlobKey key() { return crypto::BlobKey(Bytes(32, 3)); }
constexpr crypto::BlobHeader kHeader{{7}};

// Empty where it does not open. However it is cut into pieces, the answer is the same.
std::optional<Bytes> open_in(ByteView sealed, std::size_t piece, std::uint64_t said) {
  crypto::BlobOpener opener(key(), kAad, said);
  Bytes content;
  bool good = true;
  for (std::size_t at = 0; good && at < sealed.size(); at += piece) {
    good = opener.add(sealed.subspan(at, std::min(piece, sealed.size() - at)), [&](ByteView more) {
      content.insert(content.end(), more.begin(), more.end());
      return true;
    });
  }
  if (!opener.finish() || !good) return std::nullopt;
  HAKI_ASSERT(opener.content_bytes() == content.size());
  return content;
}

std::optional<Bytes> open(ByteView sealed, std::size_t piece, std::uint64_t said) {
  const auto content = open_in(sealed, piece, said);
  HAKI_ASSERT(open_in(sealed, sealed.size() + 1, said) == content);
  return content;
}

bool take_changed(Fields& fields) {
  const std::size_t piece = 1 + static_cast<std::size_t>(fields.number(2));
  const std::uint8_t what = fields.byte();
  const std::size_t place = static_cast<std::size_t>(fields.number(3));
  const bool large = fields.flag();
  Bytes content = joined({fields.rest()});
  if (large) content.resize(content.size() + 2 * crypto::kBlobChunkBytes, 0x5a);
  crypto::BlobSealer sealer(key(), kHeader, kAad, content.size());
  Bytes sealed;
  sealer.add(content, sealed);
  sealer.finish(sealed);
  HAKI_ASSERT(sealed.size() == crypto::sealed_blob_bytes(content.size()));
  std::uint64_t said = sealed.size();
  bool changed = true;
  switch (what % 5) {
    case 0: changed = false; break;
    case 1: sealed[place % sealed.size()] ^= static_cast<std::uint8_t>(1 << (what >> 5)); break;
    case 2: sealed.resize(place % sealed.size()); break;
    case 3: sealed.push_back(0); break;
    default: said = place; changed = said != sealed.size(); break;
  }
  const auto opened = open(sealed, piece, said);
  HAKI_ASSERT(opened.has_value() == !changed && (changed || *opened == content));
  return opened.has_value();
}

bool take_chunks(Fields& fields) {
  crypto_secretstream_xchacha20poly1305_state stream;
  Bytes sealed(crypto::BlobHeader::kSize);
  crypto_secretstream_xchacha20poly1305_init_push(&stream, sealed.data(), key().data());
  bool first = true;
  while (!fields.done()) {
    const std::uint8_t what = fields.byte();
    Bytes plain = joined({fields.piece()});
    if ((what & 4) != 0) plain.resize(crypto::kBlobChunkBytes);  // as long as a whole one
    Bytes chunk(plain.size() + crypto_secretstream_xchacha20poly1305_ABYTES);
    const Bytes& aad = first ? kAad : Bytes{};
    crypto_secretstream_xchacha20poly1305_push(&stream, chunk.data(), nullptr, plain.data(), plain.size(), aad.data(), aad.size(), what & 3);
    sealed.insert(sealed.end(), chunk.begin(), chunk.end());
    first = false;
  }
  return open(sealed, 1000, sealed.size()).has_value();
}

bool take_headers(std::string_view text) {
  bool taken = false;
  if (const auto count = ops::parse_count(text)) {
    HAKI_ASSERT(*count < 1'000'000'000'000'000'000);
    taken = true;
  }
  taken = ops::parse_metadata(text).has_value() || taken;
  taken = ops::parse_bearer(text).has_value() || taken;
  for (const std::uint64_t length : {1ull, 1'000ull, ~0ull}) {
    const auto range = ops::parse_range(text, length).range;
    if (!range) continue;
    HAKI_ASSERT(range->first <= range->last && range->last < length);
    taken = true;
  }
  if (const auto checksum = blobs::parse_checksum(text)) static_cast<void>(blobs::holds(*checksum, as_bytes(text))), taken = true;
  return blobs::from_base64(text).has_value() || taken;
}

bool take(ByteView input) {
  Fields fields(input);
  switch (fields.choice(4)) {
    case 0: {
      const ByteView rest = fields.rest();
      return open(rest, 7, rest.size()).has_value();
    }
    case 1: return take_changed(fields);
    case 2: return take_chunks(fields);
    default: return take_headers(as_text(fields.rest()));
  }
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  for (const test::Vector& vector : test::read_vectors("blob")) {
    if (vector.bytes.size() < 4096) all.push_back(through(0, vector.bytes));
  }
  for (std::uint8_t what = 0; what < 5; ++what) {
    all.push_back(through(1, joined({Bytes{100, 0, what, 30, 0, 0, 0}, as_bytes("a photo of a well")})));
    all.push_back(through(1, Bytes{100, 0, what, 30, 0, 1, 1}));
  }
  Bytes plain{5, 0, 0, 0, 0, 0, 0, 0, 'p', 'h', 'o', 't', 'o'};
  const auto body = static_cast<std::size_t>(crypto::sealed_blob_bytes(5) - 24 - 17);
  plain.resize(body);
  all.push_back(through(2, joined({Bytes{3}, as_piece(plain)})));
  all.push_back(through(2, joined({Bytes{4}, as_piece(Bytes{0, 0, 2}), Bytes{3}, as_piece(plain)})));
  for (const std::string_view header :
       {"0", "123456789012345678", "bytes=0-499", "bytes=500-", "bytes=-5", "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        "blob AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,compartment AAAAAAAAAAAAAAAAAAAAAA==,filename d29ybGQ="}) {
    all.push_back(through(3, header));
  }
  return all;
}

}  // namespace
}  // namespace of_blob

const Target kBlob{"blob", 4096, "", of_blob::take, of_blob::seeds, {}};

}  // namespace haki::fuzz
