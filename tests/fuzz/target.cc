#include "target.h"

#include <array>

#include "crypto/secret.h"
#include "fixed_randomness.h"

namespace haki::fuzz {

std::span<const Target* const> targets() {
  static constexpr std::array kAll{&kBatch,  &kBlob,       &kBundle, &kCsv,  &kCustody,  &kDocx, &kDossier, &kEnvelope, &kExchange,
                                   &kForm,   &kMedia,      &kMembership, &kStore, &kText, &kWorkbook};
  return kAll;
}

const Target* target_named(std::string_view name) {
  for (const Target* target : targets()) {
    if (target->name == name) return target;
  }
  return nullptr;
}

bool run(const Target& target, ByteView input) {
  fix_randomness();
  return target.take(input);
}

}  // namespace haki::fuzz
