// What a dossier claims of who signed it, who handled its files and when: checked from its texts alone, once the signature over
// them holds (spec 82-dossier, "Checking").
#pragma once

#include <map>
#include <set>

#include "evidence/custody.h"
#include "haki/dossier.h"

namespace haki::evidence {

// Problems as they are found; beyond a hundred they are only counted.
class DossierProblems {
 public:
  void add(std::string_view file, std::string what);
  bool none() const { return count_ == 0; }
  std::vector<DossierProblem> take();

 private:
  std::vector<DossierProblem> problems_;
  std::size_t count_ = 0;
};

// The public keys of keys.jsonl, read and checked.
struct DossierKeys {
  std::map<DeviceId, crypto::VerifyKey> devices;
  std::vector<crypto::VerifyKey> servers;
};
DossierKeys read_keys(const DossierMaterial& material, DossierProblems& problems);

// That the key that signed is certified by the device that says it signed.
void check_certificate(const DossierMaterial& material, const DossierKeys& keys, const crypto::VerifyKey& signer, DossierProblems& problems);

// The custody logs: each whole and in order, or declared not to be; about what is here. `elements` in the order they stand.
struct DossierCustody {
  std::vector<CustodyEntry> entries;
  std::map<RecordId, std::int64_t> taken_in_after_ms;  // of attachments: the server's time in the entry `created`
  std::int64_t newest_ms = 0;                          // of the server's times in any entry
};
DossierCustody check_logs(const DossierMaterial& material, const DossierKeys& keys, const std::vector<std::string>& elements,
                          DossierProblems& problems);

// Whether the server signed that it had the sealed bytes of the file, `sealed_bytes` of them, at the time named.
bool receipt_holds(const DossierMaterial& material, const DossierKeys& keys, const DossierFile& file, std::uint64_t sealed_bytes);

}  // namespace haki::evidence
