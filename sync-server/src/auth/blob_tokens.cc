#include "auth/blob_tokens.h"

#include <algorithm>
#include <vector>

#include "crypto/hash.h"

namespace haki::auth {
namespace {

// Looked up by its hash, so that the time a look-up takes tells nothing of a token.
Hash blob_token_name(const envelope::BlobToken& token) { return crypto::hash32({as_bytes("HAKI1.btk"), token}); }

}  // namespace

envelope::BlobToken BlobTokens::give(const Owner& owner, std::int64_t now_ms, base::Random& random) {
  envelope::BlobToken token;
  random.fill(token.bytes);
  const Hash name = blob_token_name(token);
  const std::lock_guard lock(mutex_);
  std::vector<Hash> of_device;  // the oldest first
  for (const Hash& kept : by_age_) {
    const auto found = given_.find(kept);
    if (found != given_.end() && found->second.owner == owner) of_device.push_back(kept);
  }
  if (of_device.size() >= kPerDeviceMax) {
    given_.erase(of_device.front());
    std::erase(by_age_, of_device.front());
  }
  while (!by_age_.empty() && (by_age_.size() >= kKeptMax || given_[by_age_.front()].expires_ms <= now_ms)) forget_oldest();
  given_[name] = {owner, now_ms + kBlobTokenLifeMs};
  by_age_.push_back(name);
  return token;
}

std::optional<BlobTokens::Owner> BlobTokens::owner(const envelope::BlobToken& token, std::int64_t now_ms) {
  const Hash name = blob_token_name(token);
  const std::lock_guard lock(mutex_);
  const auto found = given_.find(name);
  if (found == given_.end() || found->second.expires_ms <= now_ms) return std::nullopt;
  return found->second.owner;
}

void BlobTokens::forget_oldest() {
  given_.erase(by_age_.front());
  by_age_.pop_front();
}

}  // namespace haki::auth
