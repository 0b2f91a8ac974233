// The file that travels by hand: sealed to one receiver, so that whoever carries it sees a coalition's id and a padded length
// and nothing else (spec 63-bundles, "File").
//
// Promised: who lacks the receiver's secret learns neither who made it nor what is in it; a file changed at any byte does not
// open. Not promised: who made it; what is inside signs itself.
#pragma once

#include <optional>

#include "crypto/keypair.h"
#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::envelope {

enum class BundleKind {
  kToServer,  // what a device hands on
  kAnswer     // what the server says to one device
};

// What anybody can read of a file.
struct BundleLabel {
  BundleKind kind = BundleKind::kToServer;
  CoalitionId org;
};

inline constexpr std::size_t kBundleFileBytesMin = 64 * 1024;        // the least a person may ask files to be split by
inline constexpr std::size_t kBundleFileBytesMax = 4 * 1024 * 1024;  // what a server takes in one request
inline constexpr std::size_t kAnswerFileBytesMax = 16 * 1024 * 1024;

// How long the file of so many bytes of frames becomes.
std::uint64_t bundle_file_bytes(std::uint64_t plain_bytes);

Bytes seal_bundle(const BundleLabel& label, const crypto::BoxPublicKey& to, ByteView plain);
// kInvalid: no bundle, cut short, or of a newer version: in words.
Result<BundleLabel> read_bundle_label(ByteView file);
// Empty: it is for somebody else, or not as it was sealed. Precondition: read_bundle_label() gave `label`.
std::optional<Bytes> open_bundle(const BundleLabel& label, const crypto::BoxPair& pair, ByteView file);

// The key a server proves itself with also receives what is sealed to it: the derivations have nothing in common.
crypto::BoxPublicKey as_box_key(const crypto::AuthPublicKey& exchange);
crypto::BoxPair as_box_pair(const crypto::AuthPair& exchange);

}  // namespace haki::envelope
