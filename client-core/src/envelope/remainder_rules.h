// Who may have left what stands in the place of an item's ciphertext: one rule for readers and server (spec 14-erasure).
#pragma once

#include "envelope/erase_frames.h"
#include "envelope/membership.h"

namespace haki::envelope {

// Why it does not count (unknown_membership, not_allowed, bad_signature); empty: it is for this item, by who was a lead and might
// write there at the entry it names.
std::optional<Refusal> remainder_refused(const Membership& log, const CompartmentId& compartment, const Remainder& remainder, const Hash& item);

}  // namespace haki::envelope
