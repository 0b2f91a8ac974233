// A dossier as a lead's device makes it, in memory: two records, a photo with its copies, an empty file, custody logs with
// times of the server, one file left out. The pages that people read are short here; the check does not look into them.
#pragma once

#include <algorithm>

#include "crypto/sealed_blob.h"
#include "evidence/dossier_key.h"
#include "evidence/dossier_lines.h"
#include "people.h"

namespace haki::evidence::test {

using NamedFiles = std::vector<std::pair<std::string, std::string>>;

// Files in memory, as something that reads a zip gives them.
class MemoryFiles final : public DossierFiles {
 public:
  explicit MemoryFiles(const NamedFiles& files) : files_(files) {
    for (const auto& [name, bytes] : files) names_.push_back(name);
  }
  const std::vector<std::string>& names() override { return names_; }
  Result<> read(std::span<const Wanted> wanted, Sink& sink) override;

 private:
  const NamedFiles& files_;
  std::vector<std::string> names_;
};

DossierKey key_of(const Device& device);

class SampleDossier {
 public:
  explicit SampleDossier(std::string id = "00112233445566778899aabbccddeeff", std::size_t photo_bytes = 100'000);

  void sign_as(const Device& device);

  // All files, the list and its signature.
  NamedFiles files() const;
  // With a list and a signature of this dossier's signer over them, as they are.
  NamedFiles sign(NamedFiles all) const;
  std::string fingerprint() const { return key_fingerprint(material.signer); }

  People people;
  const Device* signer = nullptr;
  DossierMaterial material;
  std::vector<std::string> contents;  // of material.files
  NamedFiles pages;
  std::map<RecordId, std::vector<std::string>> logs;

  // Puts the logs into the material.
  void take_logs();

 private:
  void add_file(const std::string& name, Relation relation, const std::string& content);

  void seal(DossierFile& file, const std::string& content) const;

  void custody();
};

}  // namespace haki::evidence::test
