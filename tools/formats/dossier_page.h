// The files of a dossier that people read (spec 82-dossier): the page, the table, how to check it, and ProofMode's sidecars. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "haki/dossier.h"

namespace haki::formats {

struct DossierField {
  std::string name, label, value;  // name as programs know it; the others as people read them
};
struct DossierRecord {
  RecordId id;
  std::string form, form_title, title, state, by, organisation;
  std::int64_t at_ms = 0;
  std::vector<DossierField> fields;  // rows of groups too, one after the other
};
struct DossierPage {
  std::string language;  // en, fr or sw; anything else is English
  std::string fingerprint, minisign_key;  // of the signer
  const DossierMaterial& material;
  const std::vector<DossierRecord>& records;
};

// One static page: no script, nothing fetched but the pictures beside it.
std::string dossier_html(const DossierPage& page);
std::string dossier_csv(const DossierPage& page);
// How to check it, for somebody who has never seen one.
std::string dossier_guide(const DossierPage& page);

// What ProofMode keeps beside a media file: its fields, and the two files as it spells them.
std::string proof_csv(const DossierMaterial& material, const DossierFile& file);
std::string proof_json(const DossierMaterial& material, const DossierFile& file);

// "2026-11-17 12:00 UTC"; empty for 0.
std::string utc_in_words(std::int64_t ms);

}  // namespace haki::formats
