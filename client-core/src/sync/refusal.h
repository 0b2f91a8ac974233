// What a server's refusal means to a person.
#pragma once

#include "envelope/frames.h"
#include "haki/result.h"

namespace haki::sync {

// A sentence or two for each refusal; nothing was lost in any of them.
Error refusal_error(const envelope::Reject& reject);

// For work beyond the quota that the server took all the same: leads see it first.
std::string taken_over_quota();

// For a server that calls a member a stranger, or removed, where the member list says otherwise.
Error unsigned_removal();

// For an answer that carries no refusal of ours: another kind of server, or one too old to know the request.
Error unexpected_status(int status);

}  // namespace haki::sync
