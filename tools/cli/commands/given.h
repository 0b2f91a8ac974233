// What `new` and `edit` are given: --from and --set.
#pragma once

#include "cli/command.h"
#include "cli/context.h"
#include "cli/values.h"

namespace haki::cli::commands {

// The bytes of --from; empty where it is not there.
Result<std::string> read_given(const Arguments& arguments);

// The values of --from, and over them those of --set.
Result<Inputs> given_inputs(const Form& form, const Context& context, const Arguments& arguments);

}  // namespace haki::cli::commands
