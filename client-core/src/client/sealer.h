// Sealing what was saved, at the last moment: items are made under the newest membership and keys this device has verified,
// stored in the outbox before a byte leaves, and never made again (spec 30-envelope, "Late sealing").
#pragma once

#include "client/home.h"

namespace haki::client {

// Whether work of this device may be sealed for a compartment, as far as the member list here says. A removed device sends what
// is left in its notebook, for a lead to look at; nothing else.
bool may_seal_into(const Home& home, const CompartmentId& compartment);
// Change sets of one of this device's chains that it may not seal any more: who is taken out of a case keeps what was not sent
// till then. 0 before admission and while suspended, which pass.
std::uint64_t barred_changes(const Home& home, const store::Chain& chain);

class Sealer {
 public:
  explicit Sealer(Home& home) : home_(home) {}

  // Seals unsent change sets, oldest first in each chain, up to about `bytes_max` of sealed bytes, in one transaction.
  // Nothing where this device is not admitted. Change sets whose key this device lacks stay as they are.
  Result<> seal(std::size_t bytes_max);

 private:
  Result<> seal_chain(store::Chain& chain, std::size_t bytes_max, std::size_t& bytes);
  // The key to seal under, making the next one of the own notebook where it is due; null where there is none yet.
  Result<const store::KeptEpochKey*> key_for(store::Chain& chain);
  Result<const store::KeptEpochKey*> own_key(store::Chain& chain);

  Home& home_;
};

}  // namespace haki::client
