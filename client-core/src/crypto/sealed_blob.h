// A file's bytes sealed as a blob, piece by piece, and opened again: secretstream_xchacha20poly1305 with the length inside and
// padding (spec 12-attachments, "Blob"). Neither side ever holds more than one chunk.
//
// Promised: whoever lacks the key learns the padded length only; a changed, cut, reordered or lengthened blob does not open. Not
// promised: that content handed out before the end is whole: it is only when finish() says so.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "crypto/hash.h"
#include "crypto/secret.h"

namespace haki::crypto {

using BlobKey = SecretKey<struct BlobKeyTag>;  // one blob's, and no other's
using BlobHeader = FixedBytes<struct BlobHeaderTag, 24>;

inline constexpr std::size_t kBlobChunkBytes = 64 * 1024;  // of plaintext; 17 more sealed
inline constexpr std::size_t kBlobSealedChunkBytes = kBlobChunkBytes + 17;

// The length of the blob of `content_bytes` of content.
std::uint64_t sealed_blob_bytes(std::uint64_t content_bytes);

BlobKey random_blob_key();
BlobHeader random_blob_header();
// "HAKI1.blb" || org || compartment
Bytes blob_aad(const CoalitionId& org, const CompartmentId& compartment);

class BlobSealer {
 public:
  // `header` is random for a new blob; one that is known makes the same blob again.
  BlobSealer(const BlobKey& key, const BlobHeader& header, ByteView aad, std::uint64_t content_bytes);
  BlobSealer(const BlobSealer&) = delete;
  ~BlobSealer();

  // Appends what is sealed so far to `out`. Precondition: no more content than was announced.
  void add(ByteView content, Bytes& out);
  // The padding and the end. Precondition: exactly the announced content was added.
  void finish(Bytes& out);
  // Of everything appended, after finish().
  Hash id();

 private:
  struct State;
  void put(ByteView plain, Bytes& out);
  void seal_chunk(bool last, Bytes& out);
  std::unique_ptr<State> state_;
};

// False from the sink ends the opening as damaged.
using BlobSink = std::function<bool(ByteView content)>;

class BlobOpener {
 public:
  // `sealed_bytes`: the length of the whole blob.
  BlobOpener(const BlobKey& key, ByteView aad, std::uint64_t sealed_bytes);
  BlobOpener(const BlobOpener&) = delete;
  ~BlobOpener();

  // Hands out the content found. False where a byte is not as it was sealed, or the sink said so; then nothing more is to be added.
  bool add(ByteView sealed, const BlobSink& sink);
  // True iff all of it came, to its last byte.
  bool finish();
  // Of the content, as its first bytes say; empty before they came.
  std::optional<std::uint64_t> content_bytes() const;
  Hash id();  // of the sealed bytes added, once, at the end

 private:
  struct State;
  bool open_chunk(ByteView sealed, const BlobSink& sink);
  std::unique_ptr<State> state_;
};

// SHA-256, for the digests that others compute with common tools. Nothing of Haki's own is secured by it.
class Sha256 {
 public:
  Sha256();
  Sha256& add(ByteView bytes);
  Hash finish();

 private:
  alignas(64) std::array<std::uint8_t, 128> state_;
};

}  // namespace haki::crypto
