#include "evidence/dossier_key.h"

#include "base/little_endian.h"
#include "crypto/hash.h"
#include "evidence/dossier_lines.h"
#include "evidence/minisign.h"

namespace haki::evidence {
namespace {

constexpr std::string_view kDossierCertificateDomain = "HAKI1.dsk";

Bytes certificate_message(const CoalitionId& org, const DeviceId& id, const crypto::VerifyKey& key) {
  Bytes message;
  for (const ByteView part : {org.view(), id.view(), key.view()}) base::append(message, part);
  return message;
}

}  // namespace

crypto::SigningPair dossier_key(const crypto::SigningPair& device) {
  // The first half of an Ed25519 secret, as libsodium keeps it, is its seed.
  using Seed = crypto::SecretKey<struct DossierSeedTag>;
  const auto seed = crypto::derive<Seed>(device.secret.view().first(32), {as_bytes("HAKI1.dos")});
  return crypto::SigningPair::from_seed(seed.view());
}

crypto::Signature certify_dossier_key(const crypto::SigningPair& device, const CoalitionId& org, const DeviceId& id) {
  return crypto::sign(device.secret, kDossierCertificateDomain, certificate_message(org, id, dossier_key(device).verify));
}

bool dossier_certificate_holds(const crypto::VerifyKey& device, const CoalitionId& org, const DeviceId& id,
                               const crypto::VerifyKey& key, const crypto::Signature& certificate) {
  return crypto::verify(device, kDossierCertificateDomain, certificate_message(org, id, key), certificate);
}

std::string sign_dossier(const crypto::SigningPair& device, const DossierMaterial& material, std::string_view manifest) {
  return minisign_file(dossier_key(device), as_bytes(manifest), dossier_trusted_comment(material));
}

}  // namespace haki::evidence
