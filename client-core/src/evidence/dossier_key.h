// The key that signs dossiers and nothing else: it follows from the device's own, which certifies it (spec 82-dossier, "Keys").
#pragma once

#include "haki/dossier.h"
#include "keys/identity.h"

namespace haki::evidence {

// BLAKE2b-256(key = the device's signing seed, "HAKI1.dos") as the seed of an Ed25519 pair.
crypto::SigningPair dossier_key(const crypto::SigningPair& device);

// The device's word that the key is its own: over org || device || key, domain "HAKI1.dsk".
crypto::Signature certify_dossier_key(const crypto::SigningPair& device, const CoalitionId& org, const DeviceId& id);
bool dossier_certificate_holds(const crypto::VerifyKey& device, const CoalitionId& org, const DeviceId& id,
                               const crypto::VerifyKey& key, const crypto::Signature& certificate);

// The text of MANIFEST.sha256.minisig.
std::string sign_dossier(const crypto::SigningPair& device, const DossierMaterial& material, std::string_view manifest);

}  // namespace haki::evidence
