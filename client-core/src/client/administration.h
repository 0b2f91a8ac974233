// What leads decide about members and circles: acts for the membership log, made here and entered with the next exchange,
// together with what they call for (cuts, new keys, grants). What needs several leads goes round as a proposal, a record
// that only leads read (spec 40-keys, "Membership log").
#pragma once

#include "client/home.h"
#include "envelope/frames.h"
#include "haki/trust.h"
#include "keys/entries.h"

namespace haki::client {

// How far a device's chains have got at the server, as it said in this session.
using HeadsHeard = std::map<DeviceId, std::vector<envelope::Head>>;

// Of one request to the server, what an act calls for not counted: below limits::kMembershipBatchMax. The rest goes with the next.
inline constexpr std::size_t kEntriesPerAppend = 200;

class Administration {
 public:
  explicit Administration(Home& home) : home_(home) {}

  // Each returns what happens next, in words. kDenied, kNotFound, kInvalid: nothing was changed.
  Result<std::string> remove(std::string_view who, const Removal& removal);
  Result<std::string> suspend(std::string_view who, bool lift);
  Result<std::string> set_role(std::string_view who, const RoleChange& change);
  Result<std::string> open_compartment(const NewCompartmentOptions& options);
  Result<std::string> share(std::string_view compartment, std::string_view who, bool may_write);
  Result<std::string> withdraw(std::string_view compartment, std::string_view who);
  Result<std::string> set_endpoints(const envelope::Endpoints& endpoints);
  // Enters an act that this lead may do alone without asking the server, which is gone.
  Result<> enter_alone(const envelope::MembershipAct& act);
  Result<std::string> set_recovery(const envelope::Recovery& recovery);

  Result<std::vector<Proposal>> proposals();
  Result<std::string> agree(std::string_view which);
  Result<std::vector<MembershipEvent>> history();

  // Everything this device owes the log: people to let in, what leads decided, keys to renew. `wanted` names devices whose
  // heads must be heard first. Empty where there is nothing to enter yet.
  Result<std::optional<envelope::Append>> due(const HeadsHeard& heads, std::vector<DeviceId>& wanted,
                                              std::vector<std::string>& notes);
  // A new device's notebook, and the keys it may have: of `ref`, and all that this device holds for a lead.
  Result<> welcome(keys::EntryWriter& writer, envelope::Append& append, const DeviceId& device);
  // Proposes a further lead to the others, once.
  Result<bool> is_proposed(const DeviceId& device);
  Result<> propose_lead(const envelope::AddDevice& act, const std::string& name);
  // After new entries were applied, inside the caller's transaction: what is entered is done with. Adds to `notes`
  // what a person should know of it.
  Result<> settle(std::vector<std::string>& notes);

 private:
  struct Acts;
  Result<std::string> plan(std::vector<envelope::MembershipAct> acts, const std::string& summary, store::Intent intent = {});
  Result<std::vector<DeviceId>> devices_of(std::string_view who);
  Result<std::vector<Acts>> open_proposals();
  enum class Entering { kDone, kHeadsFirst, kNextRequest };
  // Enters nothing but with kDone. Error: the acts cannot be entered any more.
  Result<Entering> enter(const Acts& acts, const HeadsHeard& heads, std::vector<DeviceId>& wanted,
                     envelope::Membership& after, envelope::Append& append);
  Result<std::vector<keys::MadeKey>> renew(keys::EntryWriter& writer, envelope::Append& append);
  bool hands_on_a_new_key(const std::vector<envelope::Grant>& grants) const;
  void grant_gains(const envelope::Membership& before, keys::EntryWriter& writer, envelope::Append& append);
  Result<> name_opened(const CompartmentId& id, const store::Intent& intent, std::vector<std::string>& notes);
  std::string in_words(const envelope::MembershipAct& act);
  Result<> require_lead() const;
  template <typename Visit>
  void for_each_key(Visit visit) const;

  Home& home_;
  std::vector<keys::MadeKey> made_;  // by acts of the append under way
};

}  // namespace haki::client
