#include "crypto/sealed_blob.h"

#include <sodium.h>

#include <algorithm>

#include "base/assert.h"
#include "base/little_endian.h"
#include "base/padme.h"

namespace haki::crypto {
namespace {

using StreamState = crypto_secretstream_xchacha20poly1305_state;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kOverhead = crypto_secretstream_xchacha20poly1305_ABYTES;
static_assert(kOverhead == kBlobSealedChunkBytes - kBlobChunkBytes);
static_assert(BlobHeader::kSize == crypto_secretstream_xchacha20poly1305_HEADERBYTES);
static_assert(BlobKey::kSize == crypto_secretstream_xchacha20poly1305_KEYBYTES);

std::uint64_t plain_bytes_of(std::uint64_t content_bytes) { return base::padme(kLengthBytes + content_bytes); }

crypto_hash_sha256_state* sha_state(std::array<std::uint8_t, 128>& bytes) {
  static_assert(sizeof(crypto_hash_sha256_state) <= 128);
  return reinterpret_cast<crypto_hash_sha256_state*>(bytes.data());
}

}  // namespace

std::uint64_t sealed_blob_bytes(std::uint64_t content_bytes) {
  const std::uint64_t plain = plain_bytes_of(content_bytes);
  return BlobHeader::kSize + plain + (plain + kBlobChunkBytes - 1) / kBlobChunkBytes * kOverhead;
}

BlobKey random_blob_key() {
  BlobKey key;
  crypto_secretstream_xchacha20poly1305_keygen(key.data());
  return key;
}

BlobHeader random_blob_header() {
  BlobHeader header;
  randombytes_buf(header.bytes.data(), header.bytes.size());
  return header;
}

Bytes blob_aad(const CoalitionId& org, const CompartmentId& compartment) {
  Bytes aad(reinterpret_cast<const std::uint8_t*>("HAKI1.blb"), reinterpret_cast<const std::uint8_t*>("HAKI1.blb") + 9);
  aad.insert(aad.end(), org.bytes.begin(), org.bytes.end());
  aad.insert(aad.end(), compartment.bytes.begin(), compartment.bytes.end());
  return aad;
}

struct BlobSealer::State {
  StreamState stream;
  Hasher hasher;
  Bytes aad;                    // until the first chunk is sealed
  Bytes chunk;                  // plaintext not sealed yet
  std::uint64_t left = 0;       // of the plaintext, what is not in a sealed chunk
  std::uint64_t content_left = 0;
  bool begun = false;
  BlobHeader header;
};

BlobSealer::BlobSealer(const BlobKey& key, const BlobHeader& header, ByteView aad, std::uint64_t content_bytes)
    : state_(std::make_unique<State>()) {
  // A stream opened for reading has the very state that one opened for writing has: so a blob can be made again by its header.
  HAKI_ASSERT(crypto_secretstream_xchacha20poly1305_init_pull(&state_->stream, header.bytes.data(), key.data()) == 0);
  state_->header = header;
  state_->aad.assign(aad.begin(), aad.end());
  state_->left = plain_bytes_of(content_bytes);
  state_->content_left = content_bytes;
  state_->chunk.reserve(kBlobChunkBytes);
  state_->chunk.resize(kLengthBytes);
  base::store_le(state_->chunk.data(), content_bytes);
}

BlobSealer::~BlobSealer() {
  sodium_memzero(&state_->stream, sizeof state_->stream);
  sodium_memzero(state_->chunk.data(), state_->chunk.size());
}

void BlobSealer::add(ByteView content, Bytes& out) {
  HAKI_ASSERT(content.size() <= state_->content_left);
  state_->content_left -= content.size();
  put(content, out);
}

void BlobSealer::put(ByteView plain, Bytes& out) {
  while (!plain.empty()) {
    // A full chunk waits for the next byte: only then is it known not to be the last.
    if (state_->chunk.size() == kBlobChunkBytes) seal_chunk(false, out);
    const std::size_t take = std::min(plain.size(), kBlobChunkBytes - state_->chunk.size());
    state_->chunk.insert(state_->chunk.end(), plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(take));
    plain = plain.subspan(take);
  }
}

void BlobSealer::seal_chunk(bool last, Bytes& out) {
  if (!state_->begun) {
    out.insert(out.end(), state_->header.bytes.begin(), state_->header.bytes.end());
    state_->hasher.add(state_->header.view());
    state_->begun = true;
  }
  const std::size_t at = out.size();
  out.resize(at + state_->chunk.size() + kOverhead);
  const unsigned char tag =
      last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
  HAKI_ASSERT(crypto_secretstream_xchacha20poly1305_push(&state_->stream, out.data() + at, nullptr, state_->chunk.data(),
                                                         state_->chunk.size(), state_->aad.data(), state_->aad.size(), tag) == 0);
  state_->aad.clear();
  state_->hasher.add(ByteView(out).subspan(at));
  state_->left -= state_->chunk.size();
  state_->chunk.clear();
}

void BlobSealer::finish(Bytes& out) {
  HAKI_ASSERT(state_->content_left == 0);
  const Bytes zeros(4096, 0);
  while (state_->left > state_->chunk.size()) {
    const std::uint64_t padding = state_->left - state_->chunk.size();
    put(ByteView(zeros).first(static_cast<std::size_t>(std::min<std::uint64_t>(padding, zeros.size()))), out);
  }
  seal_chunk(true, out);
}

Hash BlobSealer::id() { return state_->hasher.finish32(); }

struct BlobOpener::State {
  StreamState stream;
  const BlobKey key;
  Hasher hasher;
  Bytes aad;
  Bytes input;                     // sealed bytes of a chunk that is not whole yet
  Bytes plain;
  std::uint64_t sealed_left = 0;   // not yet opened
  std::uint64_t plain_all = 0;
  std::uint64_t content_left = 0;
  std::optional<std::uint64_t> content;
  bool begun = false, broken = false, done = false;

  explicit State(const BlobKey& k) : key(k.copy()) {}
};

BlobOpener::BlobOpener(const BlobKey& key, ByteView aad, std::uint64_t sealed_bytes) : state_(std::make_unique<State>(key)) {
  state_->aad.assign(aad.begin(), aad.end());
  state_->sealed_left = sealed_bytes;
  state_->input.reserve(kBlobSealedChunkBytes);
  const std::uint64_t body = sealed_bytes < BlobHeader::kSize ? 0 : sealed_bytes - BlobHeader::kSize;
  const std::uint64_t chunks = (body + kBlobSealedChunkBytes - 1) / kBlobSealedChunkBytes;
  state_->plain_all = body - std::min(body, chunks * kOverhead);
  state_->broken = state_->plain_all < kLengthBytes;
}

BlobOpener::~BlobOpener() {
  sodium_memzero(&state_->stream, sizeof state_->stream);
  sodium_memzero(state_->plain.data(), state_->plain.size());
}

bool BlobOpener::add(ByteView sealed, const BlobSink& sink) {
  state_->hasher.add(sealed);
  while (!sealed.empty() && !state_->broken) {
    if (state_->done) {
      state_->broken = true;
      break;
    }
    const std::uint64_t wanted =
        state_->begun ? std::min<std::uint64_t>(kBlobSealedChunkBytes, state_->sealed_left) : BlobHeader::kSize;
    const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(sealed.size(), wanted - state_->input.size()));
    state_->input.insert(state_->input.end(), sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(take));
    sealed = sealed.subspan(take);
    if (state_->input.size() < wanted) continue;
    if (state_->begun) {
      state_->broken = !open_chunk(state_->input, sink);
    } else {
      state_->broken =
          crypto_secretstream_xchacha20poly1305_init_pull(&state_->stream, state_->input.data(), state_->key.data()) != 0;
      state_->begun = true;
    }
    state_->sealed_left -= state_->input.size();
    state_->input.clear();
  }
  return !state_->broken;
}

bool BlobOpener::open_chunk(ByteView sealed, const BlobSink& sink) {
  if (sealed.size() <= kOverhead) return false;
  state_->plain.resize(sealed.size() - kOverhead);
  unsigned char tag = 0;
  if (crypto_secretstream_xchacha20poly1305_pull(&state_->stream, state_->plain.data(), nullptr, &tag, sealed.data(),
                                                 sealed.size(), state_->aad.data(), state_->aad.size()) != 0) {
    return false;
  }
  state_->aad.clear();
  const bool last = sealed.size() == state_->sealed_left;
  if (tag != (last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE)) {
    return false;
  }
  ByteView plain = state_->plain;
  if (!state_->content) {
    if (plain.size() < kLengthBytes) return false;
    const auto length = base::load_le<std::uint64_t>(plain.data());
    if (length > state_->plain_all || plain_bytes_of(length) != state_->plain_all) return false;
    state_->content = length;
    state_->content_left = length;
    plain = plain.subspan(kLengthBytes);
  }
  const std::size_t content = static_cast<std::size_t>(std::min<std::uint64_t>(plain.size(), state_->content_left));
  if (content > 0 && !sink(plain.first(content))) return false;
  state_->content_left -= content;
  if (std::ranges::any_of(plain.subspan(content), [](std::uint8_t byte) { return byte != 0; })) return false;
  state_->done = last;
  return true;
}

bool BlobOpener::finish() { return state_->done && !state_->broken && state_->content_left == 0; }

std::optional<std::uint64_t> BlobOpener::content_bytes() const { return state_->content; }

Hash BlobOpener::id() { return state_->hasher.finish32(); }

Sha256::Sha256() { crypto_hash_sha256_init(sha_state(state_)); }

Sha256& Sha256::add(ByteView bytes) {
  crypto_hash_sha256_update(sha_state(state_), bytes.data(), bytes.size());
  return *this;
}

Hash Sha256::finish() {
  Hash hash;
  crypto_hash_sha256_final(sha_state(state_), hash.bytes.data());
  return hash;
}

}  // namespace haki::crypto
