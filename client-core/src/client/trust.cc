#include "haki/trust.h"

#include "client/administration.h"
#include "client/circles.h"
#include "client/quarantine.h"
#include "client/relocation.h"
#include "client/rescue.h"

namespace haki {

Result<std::string> Trust::remove(std::string_view who, const Removal& removal) {
  return client::Administration(home_).remove(who, removal);
}
Result<std::string> Trust::suspend(std::string_view who, bool lift) {
  return client::Administration(home_).suspend(who, lift);
}
Result<std::string> Trust::set_role(std::string_view who, const RoleChange& change) {
  return client::Administration(home_).set_role(who, change);
}
Result<std::vector<MembershipEvent>> Trust::history() { return client::Administration(home_).history(); }
Result<std::vector<Proposal>> Trust::proposals() { return client::Administration(home_).proposals(); }
Result<std::string> Trust::agree(std::string_view which) { return client::Administration(home_).agree(which); }

Result<std::vector<CompartmentView>> Trust::compartments() { return client::Circles(home_).all(); }
Result<std::string> Trust::open_compartment(const NewCompartmentOptions& options) {
  return client::Administration(home_).open_compartment(options);
}
Result<std::string> Trust::share(std::string_view compartment, std::string_view who, bool may_write) {
  return client::Administration(home_).share(compartment, who, may_write);
}
Result<std::string> Trust::close(std::string_view compartment, bool closed) {
  return client::Circles(home_).close(compartment, closed);
}
Result<std::string> Trust::withdraw(std::string_view compartment, std::string_view who) {
  return client::Administration(home_).withdraw(compartment, who);
}

Result<std::vector<Quarantined>> Trust::quarantine() { return client::Quarantine(home_).list(); }
Result<Quarantined> Trust::quarantined(std::string_view which) { return client::Quarantine(home_).show(which); }
Result<> Trust::decide_quarantined(std::string_view which, bool accept) {
  return client::Quarantine(home_).decide(which, accept);
}

Result<RecoverySheets> Trust::new_recovery(unsigned threshold, unsigned shares) {
  return client::Rescue(home_).make(threshold, shares);
}
Result<RecoverySheet> Trust::recovery_sheet(std::string_view words) { return client::Rescue(home_).sheet(words); }
Result<> Trust::drill_recovery(const std::vector<std::string>& secrets) { return client::Rescue(home_).drill(secrets); }

std::string Trust::server() { return home_.settings->text(client::setting::kServer).value_or(std::string()); }
Result<std::string> Trust::move_server(const std::string& url, const std::string& token) {
  return client::Relocation(home_).move_to(url, token);
}
Result<std::string> Trust::move_file() { return client::Relocation(home_).file(); }
Result<std::string> Trust::take_move_file(std::string_view text) { return client::Relocation(home_).take_file(text); }

}  // namespace haki
