// How the parts of an Office Open XML package name one another.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/xml_reader.h"

namespace haki::formats {

struct Relationship {
  std::string id;
  std::string type;  // a URL; its last word says what the target is
  std::string part;  // the target's name in the archive

  bool is(std::string_view kind) const { return type.ends_with("/" + std::string(kind)); }
};

// The relationships of a part, those of the package itself where `part` is empty. None where it has none; links to what is
// outside the package are left out.
std::optional<Failure> read_relationships(ZipArchive& archive, std::string_view part,
                                          std::vector<Relationship>& relationships);

// The first of a kind; null where there is none.
const Relationship* find_kind(const std::vector<Relationship>& relationships, std::string_view kind);

}  // namespace haki::formats
