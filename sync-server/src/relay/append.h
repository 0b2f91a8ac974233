// Whether a membership log may be continued as a device asks (spec 60-http-api, "Append").
#pragma once

#include "relay/coalitions.h"

namespace haki::relay {

struct CheckedAppend {
  MembershipPtr after;                            // the log with it; as it was where it is refused
  std::optional<storage::MembershipWrite> write;  // empty: nothing new, or refused
  std::optional<envelope::Reject> refused;
};

// `before` may be an empty log: the append then founds a coalition. Pure; costs one signature check an entry and a
// grant.
CheckedAppend check_append(const MembershipPtr& before, const envelope::Append& append);

}  // namespace haki::relay
