// Random nonces for seals that are made one after the other, drawn a few at a time since each draw is a call of the system.
// What was drawn and not used is dropped when the writing ends, so that no copy of the process can use it again.
#pragma once

#include <array>

#include "crypto/nonces.h"

namespace haki::store {

class Nonces {
 public:
  crypto::Nonce next() {
    if (used_ == drawn_.size()) {
      crypto::random_nonces(drawn_);
      used_ = 0;
    }
    return drawn_[used_++];
  }
  void drop() { used_ = drawn_.size(); }

 private:
  std::array<crypto::Nonce, 10> drawn_;  // what Linux gives in one call, whatever happens
  std::size_t used_ = drawn_.size();
};

}  // namespace haki::store
