#include "envelope/remainder_rules.h"

namespace haki::envelope {

std::optional<Refusal> remainder_refused(const Membership& log, const CompartmentId& compartment, const Remainder& remainder, const Hash& item) {
  if (!log.hash_at(remainder.m_seq)) return Refusal::kUnknownMembership;
  const Device* by = log.device(remainder.by);
  const Standing* then = by != nullptr ? by->at(remainder.m_seq) : nullptr;
  const bool might = then != nullptr && then->leads() && log.may_write(remainder.by, compartment, remainder.m_seq);
  if (!might) return Refusal::kNotAllowed;
  if (!verify_remainder(remainder, item, by->added.sign_key)) return Refusal::kBadSignature;
  return std::nullopt;
}

}  // namespace haki::envelope
