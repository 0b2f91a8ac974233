// Who is asking, and who answers: a MAC on every exchange under a key that only the device and the server can make
// (spec 60-http-api, "Authentication"). No session, no challenge, no token that could be stolen.
#pragma once

#include <optional>

#include "crypto/keypair.h"
#include "envelope/names.h"

namespace haki::envelope {

// K_auth, from either end; empty for a key of small order. Cacheable for the life of the pair.
std::optional<crypto::RequestKey> request_key(const crypto::AuthSecret& ours, const crypto::AuthPublicKey& theirs,
                                              const CoalitionId& org, const DeviceId& device,
                                              const crypto::VerifyKey& server);

// Over every byte of the request before the Auth frame.
Mac request_mac(const crypto::RequestKey& key, std::uint64_t counter, ByteView before);
// Over the request's MAC and every byte of the reply before the Auth frame: fresh, and from the server that was asked.
Mac reply_mac(const crypto::RequestKey& key, const Mac& request, ByteView before);

}  // namespace haki::envelope
