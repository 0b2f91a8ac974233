#include "keys/identity.h"

#include <cstring>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "envelope/names.h"

namespace haki::keys {
namespace {

constexpr std::string_view kAad = "HAKI1.ident";
// sign secret 64 | sign public 32 | box secret 32 | box public 32 | auth secret 32 | auth public 32 | log 16
constexpr std::size_t kPlainBytes = 64 + 32 * 5 + 16;

}  // namespace

DeviceId Identity::device() const { return envelope::device_id(sign.verify, box.public_key, auth.public_key); }

Identity Identity::generate(base::Random& random) {
  return {crypto::SigningPair::generate(), crypto::BoxPair::generate(), crypto::AuthPair::generate(),
          crypto::random_id<LogId>(random)};
}

RecoveryKeys RecoveryKeys::from_seed(const crypto::SecretBytes& seed32) {
  const auto box = crypto::derive<crypto::SecretKey<struct RecoveryBoxSeedTag>>(seed32.view(), {as_bytes("HAKI1.rbx")});
  const auto sign = crypto::derive<crypto::SecretKey<struct RecoverySignSeedTag>>(seed32.view(), {as_bytes("HAKI1.rsg")});
  return {crypto::BoxPair::from_seed(box.view()), crypto::SigningPair::from_seed(sign.view())};
}

Bytes seal_identity(const Identity& identity, const crypto::SecretBytes& identity_key) {
  crypto::SecretBytes plain(kPlainBytes);
  std::size_t at = 0;
  for (const ByteView part : {identity.sign.secret.view(), identity.sign.verify.view(), identity.box.secret.view(),
                              identity.box.public_key.view(), identity.auth.secret.view(), identity.auth.public_key.view(),
                              identity.log.view()}) {
    std::memcpy(plain.data() + at, part.data(), part.size());
    at += part.size();
  }
  const crypto::Nonce nonce = crypto::random_nonce();
  Bytes sealed(nonce.bytes.begin(), nonce.bytes.end());
  const Bytes body = crypto::aead_seal(identity_key.view(), nonce, as_bytes(kAad), plain.view());
  sealed.insert(sealed.end(), body.begin(), body.end());
  return sealed;
}

Result<Identity> open_identity(ByteView sealed, const crypto::SecretBytes& identity_key) {
  const Error damaged{Code::kDamaged, "This device's own keys cannot be read: the home is damaged."};
  if (sealed.size() != crypto::kNonceBytes + kPlainBytes + crypto::kTagBytes) return damaged;
  auto opened = crypto::aead_open(identity_key.view(), *crypto::Nonce::from(sealed.first(crypto::kNonceBytes)),
                                  as_bytes(kAad), sealed.subspan(crypto::kNonceBytes));
  if (!opened) return damaged;
  const ByteView plain(*opened);
  Identity identity;
  identity.sign.secret = crypto::SigningSecret(plain.first(64));
  identity.sign.verify = *crypto::VerifyKey::from(plain.subspan(64, 32));
  identity.box.secret = crypto::BoxSecret(plain.subspan(96, 32));
  identity.box.public_key = *crypto::BoxPublicKey::from(plain.subspan(128, 32));
  identity.auth.secret = crypto::AuthSecret(plain.subspan(160, 32));
  identity.auth.public_key = *crypto::AuthPublicKey::from(plain.subspan(192, 32));
  identity.log = *LogId::from(plain.subspan(224, 16));
  crypto::wipe(*opened);
  return identity;
}

}  // namespace haki::keys
