// The recovery seed among trustees: splitting it, shares on paper, putting them together, and proving that they would
// work (spec 41-recovery). Who holds the seed reads everything that was ever sealed in the coalition.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "haki/result.h"
#include "keys/identity.h"
#include "keys/secret_sharing.h"

namespace haki::keys {

inline constexpr unsigned kTrusteesMax = 16;
inline constexpr std::size_t kRecoverySeedBytes = 32;

using SplitId = FixedBytes<struct SplitIdTag, 16>;  // the same in all shares of one splitting
using CoalitionTag4 = FixedBytes<struct CoalitionTag4Tag, 4>;

// What one trustee keeps. Move-only, as it is secret.
struct RecoveryShare {
  std::uint8_t number = 0;     // 1 to count
  std::uint8_t threshold = 0;  // how many are needed
  std::uint8_t count = 0;      // how many there are
  CoalitionTag4 coalition;
  SplitId split;
  ShareValue value;
};

// What the membership log says of recovery: public, and enough to tell whether a share belongs to it and is whole.
struct RecoveryTerms {
  CoalitionId org;
  crypto::BoxPublicKey box_key;
  crypto::VerifyKey sign_key;
  std::uint8_t threshold = 0;
  std::uint8_t count = 0;
  std::vector<Hash> commitments;  // of shares 1 to count; empty: the seed was never split
};

struct RecoverySplit {
  std::vector<RecoveryShare> shares;
  RecoveryTerms terms;
};

// kInvalid where threshold and count do not satisfy 1 <= threshold <= count <= kTrusteesMax.
Result<RecoverySplit> split_recovery(const crypto::SecretBytes& seed32, const CoalitionId& org, unsigned threshold,
                                     unsigned count, base::Random& random);
Hash share_commitment(const CoalitionId& org, const RecoveryShare& share);

std::string share_words(const RecoveryShare& share);    // 29 words, the last one checks the others
std::string share_text(const RecoveryShare& share);     // "haki-share-1-…"
std::string share_qr_text(const RecoveryShare& share);  // the same for a QR code
// Reads any of them. kInvalid: something else; kDamaged: a slip; kWrongVersion: a newer version's.
Result<RecoveryShare> read_share(std::string_view text);

// The seed, verified against the recovery keys of `terms`. kInvalid: too few, or one twice; kUntrusted: of another
// coalition or splitting; kDamaged: one was changed, named by its number.
Result<crypto::SecretBytes> combine_shares(std::span<const RecoveryShare> shares, const RecoveryTerms& terms);
// The seed before the log is known, which is given only to who can sign for it: of one splitting, enough, no number twice. A
// changed share gives another seed, whose signature then counts for nothing.
Result<crypto::SecretBytes> combine_unchecked(std::span<const RecoveryShare> shares);
// Whether they would open the coalition today: nothing where they would, else combine_shares' error. The seed is made
// in locked memory, compared and wiped.
Result<> drill_recovery(std::span<const RecoveryShare> shares, const RecoveryTerms& terms);

}  // namespace haki::keys
