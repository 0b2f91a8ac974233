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
  // What takes a monitor out: its removal, a cut at these places, the shared compartment's next key.
  envelope::Append removal(FakeDevice& lead, const FakeDevice& device, const std::vector<envelope::Cut>& cuts,
                           bool refuse_late = false);
  // What the recovery authority signs to bring a new lead in, as `log` stands; the log is not changed.
  std::vector<envelope::MembershipEntry> recovery_entries(const envelope::Membership& log, const FakeDevice& new_lead);
  envelope::Grant make_grant(const FakeDevice& by, const CompartmentId& compartment, std::uint32_t epoch,
                             const DeviceId& to);
  envelope::MembershipEntry entry(FakeDevice& by, const envelope::MembershipAct& act);
  // With the yes of another lead.
  envelope::MembershipEntry agreed_entry(FakeDevice& by, const envelope::MembershipAct& act, const FakeDevice& other);

  CompartmentId shared() const { return shared_; }
  CompartmentId leads() const { return leads_; }

 private:
  CompartmentId shared_, leads_;
  std::shared_ptr<const crypto::SigningPair> recovery_sign_;
};

}  // namespace haki::test
