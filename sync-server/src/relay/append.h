// Whether a membership log may be continued as a device asks (spec 60-http-api, "Append").
#pragma once

#include <functional>

#include "relay/coalitions.h"

namespace haki::relay {

constexpr std::size_t kSealedKeyBytes = 132;  // what a grant carries (spec 40)

struct CheckedAppend {
  MembershipPtr after;                            // the log with it; as it was where it is refused
  std::optional<storage::MembershipWrite> write;  // empty: nothing new, or refused
  std::optional<envelope::Reject> refused;
};

// The chains of a log as the server holds them.
using ChainsOf = std::function<Result<std::vector<storage::Chain>>(const LogId&)>;

// `before` may be an empty log: the append then founds a coalition. Costs one signature check an entry and a grant. An
// error means that the store cannot be read.
Result<CheckedAppend> check_append(const MembershipPtr& before, const envelope::Append& append, const ChainsOf& chains_of);

}  // namespace haki::relay
