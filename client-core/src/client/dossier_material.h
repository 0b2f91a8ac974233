// What a dossier needs of an open home: keys, logs and the signature (spec 82-dossier). What it holds and how it is packed is for
// others.
#pragma once

#include "client/attachments.h"
#include "haki/dossier.h"

namespace haki::client {

class DossierMaker {
 public:
  explicit DossierMaker(Home& home) : home_(home) {}

  // Given the records, files and what was left out, fills in the rest; custody entries that do not count and logs that are not
  // whole are added to what was left out.
  Result<> prepare(DossierMaterial& material);
  std::string sign(const DossierMaterial& material, std::string_view manifest);

 private:
  Result<> add_log(DossierMaterial& material, const RecordId& record, const RecordId& subject, const std::string& name);
  void add_keys(DossierMaterial& material);

  Home& home_;
};

}  // namespace haki::client
