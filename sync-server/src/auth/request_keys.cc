#include "auth/request_keys.h"

namespace haki::auth {

std::shared_ptr<const crypto::RequestKey> RequestKeys::of(const CoalitionId& org, const DeviceId& device,
                                                          const crypto::AuthPublicKey& public_key) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(device);
    if (found != kept_.end() && found->second.first == org) return found->second.second;
  }
  auto made = envelope::request_key(keys_.exchange.secret, public_key, org, device, keys_.sign.verify);
  if (!made) return nullptr;
  auto key = std::make_shared<const crypto::RequestKey>(std::move(*made));
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= kKeptMax) kept_.clear();
  kept_[device] = {org, key};
  return key;
}

}  // namespace haki::auth
