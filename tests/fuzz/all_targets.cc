#include <array>

#include "target.h"

namespace haki::fuzz {

std::span<const Target* const> targets() {
  static constexpr std::array kAll{&kBatch, &kBlob,  &kBundle,     &kCsv,   &kCustody, &kDocx,    &kDossier, &kEnvelope,
                                   &kExchange, &kForm, &kMedia, &kMembership, &kStore, &kText, &kWorkbook};
  return kAll;
}

const Target* target_named(std::string_view name) {
  for (const Target* target : targets()) {
    if (target->name == name) return target;
  }
  return nullptr;
}

}  // namespace haki::fuzz
