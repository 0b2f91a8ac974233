// Goal: a file sealed as a blob comes back whole, is the same blob whenever key and header are the same, and nothing else
// opens: no changed byte, no cut, no piece more, no other place. Method: sizes around every boundary, in pieces of odd sizes;
// every byte of a small blob changed; chunks swapped and mixed.
#include "crypto/sealed_blob.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "vectors/vector_file.h"

namespace haki::crypto {
namespace {

const CoalitionId kOrg = *CoalitionId::from(Bytes(16, 0x11));
const CompartmentId kPlace = *CompartmentId::from(Bytes(16, 0x22));

BlobKey key_of(std::uint8_t byte) { return BlobKey(Bytes(32, byte)); }
BlobHeader header_of(std::uint8_t byte) { return *BlobHeader::from(Bytes(24, byte)); }

Bytes content_of(std::size_t size) {
  Bytes content(size);
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<std::uint8_t>(i * 31 + i / 256);
  return content;
}

struct Sealed {
  Bytes bytes;
  Hash id;
};
Sealed seal(const Bytes& content, std::size_t piece, std::uint8_t header = 7) {
  BlobSealer sealer(key_of(3), header_of(header), blob_aad(kOrg, kPlace), content.size());
  Sealed sealed;
  for (std::size_t at = 0; at < content.size(); at += piece) {
    sealer.add(ByteView(content).subspan(at, std::min(piece, content.size() - at)), sealed.bytes);
  }
  sealer.finish(sealed.bytes);
  sealed.id = sealer.id();
  return sealed;
}

// Empty where it does not open to its end.
std::optional<Bytes> open(const Bytes& sealed, std::size_t piece, const BlobKey& key, const Bytes& aad) {
  BlobOpener opener(key, aad, sealed.size());
  Bytes content;
  const BlobSink keep = [&](ByteView more) {
    content.insert(content.end(), more.begin(), more.end());
    return true;
  };
  for (std::size_t at = 0; at < sealed.size(); at += piece) {
    if (!opener.add(ByteView(sealed).subspan(at, std::min(piece, sealed.size() - at)), keep)) return std::nullopt;
  }
  if (!opener.finish()) return std::nullopt;
  EXPECT_EQ(opener.content_bytes(), content.size());
  return content;
}
std::optional<Bytes> open(const Bytes& sealed, std::size_t piece = 4096) {
  return open(sealed, piece, key_of(3), blob_aad(kOrg, kPlace));
}

const std::vector<std::size_t> kSizes{0, 1, 7, 8, 9, 1000, 65'527, 65'528, 65'529, 65'536, 65'537, 131'064, 131'065, 500'000};

TEST(SealedBlob, ComesBackWholeInPiecesOfAnySize) {
  for (const std::size_t size : kSizes) {
    const Bytes content = content_of(size);
    const Sealed whole = seal(content, std::max<std::size_t>(size, 1));
    EXPECT_EQ(whole.bytes.size(), sealed_blob_bytes(size)) << size;
    EXPECT_EQ(hash32({whole.bytes}), whole.id) << size;
    for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{65'536}, std::size_t{65'553}, std::size_t{997}}) {
      EXPECT_EQ(seal(content, piece).bytes, whole.bytes) << size << " in pieces of " << piece;
      EXPECT_EQ(open(whole.bytes, piece), content) << size << " in pieces of " << piece;
    }
  }
}

TEST(SealedBlob, ItsLengthSaysLittle) {
  EXPECT_EQ(sealed_blob_bytes(500'000), sealed_blob_bytes(500'100));
  EXPECT_LT(static_cast<double>(sealed_blob_bytes(2ull << 30)), 1.0006 * 1.12 * static_cast<double>(2ull << 30));
}

TEST(SealedBlob, NothingElseOpens) {
  const Sealed sealed = seal(content_of(300), 300);
  for (std::size_t at = 0; at < sealed.bytes.size(); ++at) {
    Bytes changed = sealed.bytes;
    changed[at] ^= 0x40;
    EXPECT_EQ(open(changed), std::nullopt) << "byte " << at;
    EXPECT_EQ(open(Bytes(sealed.bytes.begin(), sealed.bytes.begin() + static_cast<std::ptrdiff_t>(at))), std::nullopt) << "cut at " << at;
  }
  Bytes longer = sealed.bytes;
  longer.push_back(0);
  EXPECT_EQ(open(longer), std::nullopt);
  EXPECT_EQ(open(sealed.bytes, 64, key_of(4), blob_aad(kOrg, kPlace)), std::nullopt);
  EXPECT_EQ(open(sealed.bytes, 64, key_of(3), blob_aad(kOrg, *CompartmentId::from(Bytes(16, 0x23)))), std::nullopt);
}

TEST(SealedBlob, ChunksHaveTheirPlace) {
  const Sealed sealed = seal(content_of(200'000), 4096);
  const std::size_t first = 24, second = first + kBlobSealedChunkBytes;
  Bytes swapped = sealed.bytes;
  std::swap_ranges(swapped.begin() + first, swapped.begin() + static_cast<std::ptrdiff_t>(second), swapped.begin() + static_cast<std::ptrdiff_t>(second));
  EXPECT_EQ(open(swapped), std::nullopt);
  // A cut at a chunk's end has no last chunk.
  EXPECT_EQ(open(Bytes(sealed.bytes.begin(), sealed.bytes.begin() + static_cast<std::ptrdiff_t>(second))), std::nullopt);
  // Chunks of another blob of the same key.
  Bytes mixed = sealed.bytes;
  const Bytes other = seal(content_of(200'000), 4096, 8).bytes;
  std::copy(other.begin() + static_cast<std::ptrdiff_t>(second), other.end(), mixed.begin() + static_cast<std::ptrdiff_t>(second));
  EXPECT_EQ(open(mixed), std::nullopt);
}

TEST(SealedBlob, WhatFollowsTheEndIsRefusedWithoutReadingOn) {
  const Sealed sealed = seal(content_of(100), 100);
  BlobOpener opener(key_of(3), blob_aad(kOrg, kPlace), sealed.bytes.size());
  const BlobSink any = [](ByteView) { return true; };
  EXPECT_TRUE(opener.add(sealed.bytes, any));
  EXPECT_TRUE(opener.finish());
  EXPECT_FALSE(opener.add(Bytes(1, 0), any));
  EXPECT_FALSE(opener.finish());
}

TEST(SealedBlob, ASinkThatRefusesEndsIt) {
  const Sealed sealed = seal(content_of(100), 100);
  BlobOpener opener(key_of(3), blob_aad(kOrg, kPlace), sealed.bytes.size());
  EXPECT_FALSE(opener.add(sealed.bytes, [](ByteView) { return false; }));
  EXPECT_FALSE(opener.finish());
}

TEST(SealedBlob, Sha256IsTheWellKnownOne) {  // FIPS 180-4, "abc"
  EXPECT_EQ(to_hex(Sha256().add(as_bytes("ab")).add(as_bytes("c")).finish()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// proto/vectors/blob: made with fixed keys; HAKI_WRITE_VECTORS=1 writes them anew.
test::Vector vector_of(const std::string& name, const std::string& says, Bytes bytes, const Bytes& content) {
  test::Vector vector;
  vector.name = name;
  vector.says = says;
  vector.given = {{"org", to_hex(kOrg)}, {"compartment", to_hex(kPlace)}, {"key", to_hex(key_of(3).view())},
                  {"id", to_hex(hash32({bytes}))}};
  vector.bytes = std::move(bytes);
  vector.meaning = "content " + std::to_string(content.size()) + " " + to_hex(Sha256().add(content).finish()) + "\n";
  return vector;
}
std::vector<test::Vector> blob_vectors() {
  std::vector<test::Vector> vectors;
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{300}, std::size_t{70'000}}) {
    const Bytes content = content_of(size);
    vectors.push_back(vector_of("ok_" + std::to_string(size) + "_bytes", "a file of so many bytes", seal(content, 999).bytes, content));
  }
  const Bytes sealed = seal(content_of(300), 300).bytes;
  Bytes changed = sealed;
  changed[100] ^= 1;
  vectors.push_back(vector_of("bad_changed", "one bit changed", changed, {}));
  vectors.push_back(vector_of("truncated_chunk", "the last byte is missing", Bytes(sealed.begin(), sealed.end() - 1), {}));
  vectors.push_back(vector_of("truncated_header", "half of the header", Bytes(sealed.begin(), sealed.begin() + 12), {}));
  test::Vector elsewhere = vector_of("bad_compartment", "sealed for another compartment", sealed, {});
  elsewhere.given["compartment"] = to_hex(Bytes(16, 0x23));
  vectors.push_back(elsewhere);
  Bytes more = sealed;
  more.push_back(0);
  vectors.push_back(vector_of("bad_trailing", "a byte too many", more, {}));
  return vectors;
}

TEST(BlobVectors, AreWhatIsMadeHere) {
  for (const test::Vector& vector : blob_vectors()) {
    if (test::writing_vectors()) test::write_vector("blob", vector);
    const test::Vector kept = test::read_vector(test::vectors_folder("blob") / (vector.name + ".hex"));
    EXPECT_EQ(test::text_of(kept), test::text_of(vector)) << vector.name;
  }
}

TEST(BlobVectors, AreReadAsTheirNamesSay) {
  const auto vectors = test::read_vectors("blob");
  ASSERT_GE(vectors.size(), 9u);
  for (const test::Vector& vector : vectors) {
    const auto content = open(vector.bytes, 777, BlobKey(vector.hex("key")),
                              blob_aad(vector.id<CoalitionId>("org"), vector.id<CompartmentId>("compartment")));
    ASSERT_EQ(content.has_value(), vector.is_ok()) << vector.name;
    if (!content) continue;
    EXPECT_EQ(vector.meaning, "content " + std::to_string(content->size()) + " " + to_hex(Sha256().add(*content).finish()) + "\n");
    EXPECT_EQ(hash32({vector.bytes}), vector.id<Hash>("id")) << vector.name;
  }
}

}  // namespace
}  // namespace haki::crypto
