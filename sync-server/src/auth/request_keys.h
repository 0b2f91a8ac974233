// The keys that devices' requests are MACed with, made on first use and kept: a key exchange costs more than the rest
// of a request's check. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "auth/server_keys.h"
#include "envelope/request_mac.h"

namespace haki::auth {

class RequestKeys {
 public:
  explicit RequestKeys(const ServerKeys& keys) : keys_(keys) {}
  // Null where the device's key is of small order: nobody can authenticate with it.
  std::shared_ptr<const crypto::RequestKey> of(const CoalitionId& org, const DeviceId& device,
                                               const crypto::AuthPublicKey& public_key);

 private:
  // Each kept key has locked pages of its own, so there is a bound; beyond it all are forgotten and made again when
  // needed.
  static constexpr std::size_t kKeptMax = 1024;

  const ServerKeys& keys_;
  std::mutex mutex_;
  // The same keys could be a member of two coalitions; the one that asked last is kept.
  std::unordered_map<DeviceId, std::pair<CoalitionId, std::shared_ptr<const crypto::RequestKey>>> kept_;
};

}  // namespace haki::auth
