// Writing the membership log: entries signed one after the other, new epochs with their grants, keys handed to who may read
// (spec 40-keys, "Epochs and grants"). Each entry is applied as every reader will, so what is refused here never leaves.
#pragma once

#include <map>
#include <vector>

#include "envelope/frames.h"
#include "keys/epoch.h"

namespace haki::keys {

// A key that comes to be with a batch of entries.
struct MadeKey {
  CompartmentId compartment;
  std::uint32_t epoch = 0;
  crypto::EpochKey key;
};

// Who signs: a device, or the recovery authority. Points into keys that outlive it.
struct Signer {
  DeviceId name;
  const crypto::SigningSecret& secret;
};
Signer signer_of(const Identity& identity);
Signer signer_of(const RecoveryKeys& recovery);

class EntryWriter {
 public:
  // `membership` is moved on with every entry.
  EntryWriter(envelope::Membership& membership, Signer by, base::Clock& clock, base::Random& random)
      : membership_(membership), by_(by), time_ms_(clock.now_ms()), random_(random) {}

  // kDenied, kUntrusted: the log does not allow it now; nothing was added.
  Result<> add(envelope::Append& append, const envelope::MembershipAct& act);
  Result<> add(envelope::Append& append, ByteView proposal, std::vector<envelope::Cosignature> cosignatures);

  // The next epoch of a compartment, granted to its readers and to recovery.
  Result<MadeKey> rotate(envelope::Append& append, const CompartmentId& compartment);
  // `key` to one device that may read it, or to the recovery authority. The signer is a device.
  void grant(envelope::Append& append, const MadeKey& key, const DeviceId& to);

  const envelope::Membership& membership() const { return membership_; }

 private:
  Result<> take(envelope::Append& append, envelope::MembershipEntry entry);

  envelope::Membership& membership_;
  Signer by_;
  std::int64_t time_ms_;
  base::Random& random_;
};

}  // namespace haki::keys
