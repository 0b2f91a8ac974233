#include "envelope/request_mac.h"

#include "base/little_endian.h"
#include "crypto/hash.h"

namespace haki::envelope {

std::optional<crypto::RequestKey> request_key(const crypto::AuthSecret& ours, const crypto::AuthPublicKey& theirs,
                                              const CoalitionId& org, const DeviceId& device,
                                              const crypto::VerifyKey& server) {
  const auto shared = crypto::shared_secret(ours, theirs);
  if (!shared) return std::nullopt;
  return crypto::derive<crypto::RequestKey>(shared->view(),
                                            {as_bytes(std::string_view("HAKI1.auth\0", 11)), org, device, server});
}

Mac request_mac(const crypto::RequestKey& key, std::uint64_t counter, ByteView before) {
  std::array<std::uint8_t, 8> number;
  base::store_le(number.data(), counter);
  const Hash all = crypto::hash32({before});
  return {crypto::keyed_hash16(key.view(), {as_bytes(std::string_view("HAKI1.req\0", 10)), number, all})};
}

Mac reply_mac(const crypto::RequestKey& key, const Mac& request, ByteView before) {
  return {crypto::keyed_hash16(key.view(), {as_bytes(std::string_view("HAKI1.rsp\0", 10)), request, before})};
}

}  // namespace haki::envelope
