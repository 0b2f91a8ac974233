// The membership acts of a small coalition: founding, admission, grants. The log each device knows grows with them;
// whether a server is told is the test's part.
#pragma once

#include "fake_device.h"

namespace haki::test {

class FakeCoalition {
 public:
  // The founding batch: ref and lead with their first epochs, the founder's notebook.
  envelope::Append founding(FakeDevice& founder, const crypto::VerifyKey& sign_key,
                            const crypto::AuthPublicKey& exchange_key);
  // What adds one device, as `lead` sees the log: AddDevice, its notebook, grants of ref (and lead).
  envelope::Append admission(FakeDevice& lead, const FakeDevice& device);
  envelope::Grant make_grant(const FakeDevice& by, const CompartmentId& compartment, std::uint32_t epoch,
                             const DeviceId& to);
  envelope::MembershipEntry entry(FakeDevice& by, const envelope::MembershipAct& act);

  CompartmentId shared() const { return shared_; }
  CompartmentId leads() const { return leads_; }

 private:
  CompartmentId shared_, leads_;
};

}  // namespace haki::test
