#include "keys/recovery.h"

#include <algorithm>
#include <set>

#include "base/little_endian.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "keys/text_form.h"
#include "keys/words.h"

namespace haki::keys {
namespace {

constexpr TextForm kShareForm{"share", "HAKI1.shr"};
constexpr std::uint8_t kShareVersion = 1;
constexpr std::size_t kShareBytes = 56;
constexpr std::size_t kSeedBytes = 32;

CoalitionTag4 tag_of(const CoalitionId& org) {
  const auto hash = crypto::hash16({as_bytes("HAKI1.rct"), org});
  return *CoalitionTag4::from(ByteView(hash).first(CoalitionTag4::kSize));
}

bool fits(unsigned threshold, unsigned count) { return threshold >= 1 && threshold <= count && count <= kTrusteesMax; }

crypto::SecretBytes encode_share(const RecoveryShare& share) {
  Bytes bytes{kShareVersion, share.number, share.threshold, share.count};
  bytes.reserve(kShareBytes);  // so that the value is not left behind by a move of the buffer
  base::append(bytes, share.coalition);
  base::append(bytes, share.split);
  base::append(bytes, share.value.view());
  crypto::SecretBytes encoded{ByteView(bytes)};
  crypto::wipe(bytes);
  return encoded;
}

Error damaged_share() {
  return {Code::kDamaged,
          "A word or letter of this share is missing or wrong. Read it from the paper again; the last word checks the "
          "others."};
}

Result<RecoveryShare> decode_share(ByteView bytes) {
  if (bytes.empty() || (bytes[0] == kShareVersion && bytes.size() != kShareBytes)) return damaged_share();
  if (bytes[0] != kShareVersion) {
    return Error{Code::kWrongVersion,
                 "A newer version of Haki made this share. Update Haki on this device, then try again."};
  }
  RecoveryShare share;
  share.number = bytes[1];
  share.threshold = bytes[2];
  share.count = bytes[3];
  if (!fits(share.threshold, share.count) || share.number < 1 || share.number > share.count) return damaged_share();
  share.coalition = *CoalitionTag4::from(bytes.subspan(4, 4));
  share.split = *SplitId::from(bytes.subspan(8, 16));
  share.value = ShareValue(bytes.subspan(24, 32));
  return share;
}

std::string named(const RecoveryShare& share) { return "Share " + std::to_string(share.number); }

// Whether each belongs to what the log says, and is whole.
Result<> check_shares(std::span<const RecoveryShare> shares, const RecoveryTerms& terms) {
  if (terms.commitments.empty()) {
    return Error{
        Code::kInvalid,
        "The recovery secret of this coalition was never split; what opens it are the recovery words of its founder."};
  }
  if (shares.empty()) return Error{Code::kInvalid, "No share was given."};
  if (!fits(terms.threshold, terms.count) || terms.commitments.size() != terms.count) {
    return Error{Code::kDamaged,
                 "What the coalition knows of its recovery shares is not whole. Report this as a fault."};
  }
  for (const RecoveryShare& share : shares) {
    if (share.coalition != tag_of(terms.org)) {
      return Error{Code::kUntrusted,
                   named(share) + " is of another coalition. Put it back and bring the one of this coalition."};
    }
  }
  const auto stands = [&](const RecoveryShare& share) {
    return share.threshold == terms.threshold && share.count == terms.count &&
           share_commitment(terms.org, share) == terms.commitments[share.number - 1u];
  };
  const auto of_another_split = [&](const RecoveryShare& share) { return share.split != shares.front().split; };
  if (std::ranges::any_of(shares, of_another_split)) {
    return Error{
        Code::kUntrusted,
        "These shares do not belong together: some are from an earlier splitting. Bring only papers that were made "
        "on the same day, the newest ones."};
  }
  if (std::ranges::none_of(shares, stands)) {
    return Error{
        Code::kUntrusted,
        "None of these shares is of the splitting that the coalition uses now: they are older, or were changed. Bring "
        "the newest papers."};
  }
  std::set<std::uint8_t> numbers;
  for (const RecoveryShare& share : shares) {
    if (!numbers.insert(share.number).second) {
      return Error{Code::kInvalid,
                   named(share) + " was given twice. Each trustee's share counts once; bring another one."};
    }
  }
  for (const RecoveryShare& share : shares) {
    if (!stands(share)) {
      return Error{Code::kDamaged, named(share) +
                                       " was changed: it is not what its trustee was given. Use another one, and "
                                       "find out what happened to this one."};
    }
  }
  if (shares.size() < terms.threshold) {
    return Error{Code::kInvalid, std::to_string(terms.threshold) + " shares are needed, and there are " +
                                     std::to_string(shares.size()) + ". All that were given are good."};
  }
  return {};
}

}  // namespace

Hash share_commitment(const CoalitionId& org, const RecoveryShare& share) {
  const std::array<std::uint8_t, 3> place{share.number, share.threshold, share.count};
  return crypto::keyed_hash32(share.split, {as_bytes("HAKI1.rsc"), org, place, share.value.view()});
}

Result<RecoverySplit> split_recovery(const crypto::SecretBytes& seed32, const CoalitionId& org, unsigned threshold,
                                     unsigned count, base::Random& random) {
  if (!fits(threshold, count)) {
    return Error{Code::kInvalid, "The recovery secret goes to 1 to " + std::to_string(kTrusteesMax) +
                                     " trustees, and needs at least one of them and at most all."};
  }
  const RecoveryKeys keys = RecoveryKeys::from_seed(seed32);
  RecoverySplit made;
  made.terms = {org,
                keys.box.public_key,
                keys.sign.verify,
                static_cast<std::uint8_t>(threshold),
                static_cast<std::uint8_t>(count),
                {}};
  const SplitId split = crypto::random_id<SplitId>(random);
  std::vector<ShareValue> values = split_secret(seed32, threshold, count, random);
  for (unsigned i = 0; i < count; ++i) {
    made.shares.push_back({static_cast<std::uint8_t>(i + 1), made.terms.threshold, made.terms.count, tag_of(org), split,
                           std::move(values[i])});
    made.terms.commitments.push_back(share_commitment(org, made.shares.back()));
  }
  return made;
}

std::string share_words(const RecoveryShare& share) { return to_checked_words(encode_share(share).view()); }
std::string share_text(const RecoveryShare& share) { return to_text(kShareForm, encode_share(share).view()); }
std::string share_qr_text(const RecoveryShare& share) { return to_qr_text(kShareForm, encode_share(share).view()); }

Result<RecoveryShare> read_share(std::string_view text) {
  auto bytes = from_text(kShareForm, text);
  if (!bytes && bytes.error().code == Code::kWrongVersion) {
    return Error{Code::kWrongVersion,
                 "A newer version of Haki made this share. Update Haki on this device, then try again."};
  }
  if (!bytes && bytes.error().code == Code::kInvalid) {
    if (!from_words(text)) {
      return Error{
          Code::kInvalid,
          "This is not a recovery share: it is 29 words of five letters, or a text that begins with haki-share-1-."};
    }
    auto from_paper = from_checked_words(text);
    if (from_paper && from_paper->size() == kSeedBytes) {
      crypto::wipe(*from_paper);
      return Error{
          Code::kInvalid,
          "These are the recovery words of a founder, which open a coalition alone. They are no share; put them back."};
    }
    if (from_paper) bytes = std::move(*from_paper);
  }
  if (!bytes) return damaged_share();
  auto share = decode_share(*bytes);
  crypto::wipe(*bytes);
  return share;
}

Result<crypto::SecretBytes> combine_shares(std::span<const RecoveryShare> shares, const RecoveryTerms& terms) {
  HAKI_TRY(check_shares(shares, terms));
  std::vector<NumberedValue> values;
  for (const RecoveryShare& share : shares.first(terms.threshold)) values.push_back({share.number, &share.value});
  crypto::SecretBytes seed = join_secret(values);
  const RecoveryKeys keys = RecoveryKeys::from_seed(seed);
  if (keys.box.public_key != terms.box_key || keys.sign.verify != terms.sign_key) {
    return Error{
        Code::kUntrusted,
        "The shares fit each other, but do not give the coalition's recovery keys. Nothing was opened; report this as "
        "a fault, and keep the papers."};
  }
  return seed;
}

Result<crypto::SecretBytes> combine_unchecked(std::span<const RecoveryShare> shares) {
  if (shares.empty()) return Error{Code::kInvalid, "Give the recovery shares."};
  const RecoveryShare& first = shares.front();
  std::vector<NumberedValue> values;
  for (const RecoveryShare& share : shares) {
    if (share.split != first.split || share.threshold != first.threshold || share.coalition != first.coalition) {
      return Error{Code::kUntrusted, "These shares are not of one splitting: share " + std::to_string(share.number) +
                                         " is from another one. Find the newest pages of all trustees."};
    }
    const bool twice = std::ranges::any_of(values, [&](const NumberedValue& one) { return one.number == share.number; });
    if (twice) return Error{Code::kInvalid, "Share " + std::to_string(share.number) + " is given twice."};
    values.push_back({share.number, &share.value});
  }
  if (values.size() < first.threshold) {
    return Error{Code::kInvalid, std::to_string(values.size()) + " shares are given, and " + std::to_string(first.threshold) +
                                     " are needed. Call more trustees; nothing was opened."};
  }
  values.resize(first.threshold);
  return join_secret(values);
}

Result<> drill_recovery(std::span<const RecoveryShare> shares, const RecoveryTerms& terms) {
  HAKI_TRY(combine_shares(shares, terms));
  return {};
}

}  // namespace haki::keys
