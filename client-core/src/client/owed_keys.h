// Keys of notebooks that leads owe to who came later: an owner seals a new key to those who read the notebook as far as it knows,
// and may not have heard of a lead who was let in meanwhile. A lead that takes the key in sees who is left out, and hands it on
// with its next exchange (spec 40-keys, "Epochs and grants").
#pragma once

#include <set>

#include "client/home.h"
#include "envelope/frames.h"

namespace haki::client {

class OwedKeys {
 public:
  explicit OwedKeys(Home& home) : home_(home) {}

  // A key was taken in; part of the caller's transaction. Nothing to do for who is no lead.
  Result<> note(const envelope::EpochKey& key);
  // The server has lost what it was given: every key that was ever taken in is looked at again.
  Result<> note_all();
  Result<bool> any() const;
  // Another request: nothing goes with it yet.
  void begin() { given_bytes_ = 0; }
  // What is owed, as grants for the next request; empty where nothing is, or this device may not hand it on any more.
  Result<std::optional<envelope::Append>> due();
  // The server has taken what due() gave last.
  Result<> given();
  // The key that a grant hands on, where its frame was kept when it came; empty where it was not, or does not open.
  Result<std::optional<crypto::EpochKey>> handed_on(const envelope::Grant& grant) const;

 private:
  Result<> owe(const CompartmentId& compartment, std::uint32_t epoch, const std::set<DeviceId>& named);

  Home& home_;
  std::size_t given_bytes_ = 0;  // of the list, in the request under way
};

}  // namespace haki::client
