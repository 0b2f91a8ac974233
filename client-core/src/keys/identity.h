// A device's identity: its three key pairs and the log it writes. Made once with the home; sealed under K_ident.
#pragma once

#include "base/clock.h"
#include "crypto/keypair.h"
#include "crypto/secret.h"
#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::keys {

struct Identity {
  crypto::SigningPair sign;
  crypto::BoxPair box;
  crypto::AuthPair auth;
  LogId log;

  DeviceId device() const;
  static Identity generate(base::Random& random);
};

// The recovery key pairs, both from one seed that only the founder's paper holds.
struct RecoveryKeys {
  crypto::BoxPair box;
  crypto::SigningPair sign;
  static RecoveryKeys from_seed(const crypto::SecretBytes& seed32);
};

// AEAD under K_ident; the layout is spec 40-keys, "Identity".
Bytes seal_identity(const Identity& identity, const crypto::SecretBytes& identity_key);
Result<Identity> open_identity(ByteView sealed, const crypto::SecretBytes& identity_key);

}  // namespace haki::keys
