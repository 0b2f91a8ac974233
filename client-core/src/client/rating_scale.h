// Ratings on a template's own scale: what its level means on the usual one.
#pragma once

#include "client/home.h"
#include "haki/record.h"

namespace haki::client {

// Of a rating with a template and a level of its scale: adds the level of the usual scale that it counts as, where none is given.
// kInvalid: the template has no such level; its levels are named.
Result<> complete_rating(Home& home, const std::string& form, std::vector<FieldInput>& fields);

}  // namespace haki::client
