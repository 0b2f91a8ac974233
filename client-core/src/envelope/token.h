// The founding token: what an operator hands to the first lead. It carries the server's public keys, so that the first
// contact already knows whom it talks to (spec 60-http-api, "Founding").
#pragma once

#include <string>
#include <string_view>

#include "crypto/keypair.h"
#include "haki/result.h"

namespace haki::envelope {

struct FoundingToken {
  FixedBytes<struct TokenSecretTag, 16> secret;
  crypto::VerifyKey server_sign_key;
  crypto::AuthPublicKey server_exchange_key;
  std::int64_t expires_ms = 0;
};

// "haki-found-1-" and base64url of the fields and a check value, so that a mistyped token says so before any network.
std::string token_text(const FoundingToken& token);
// kInvalid: not a token, or mistyped.
Result<FoundingToken> read_token(std::string_view text);

}  // namespace haki::envelope
