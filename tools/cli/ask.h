// Recording field by field on a terminal.
#pragma once

#include <optional>
#include <string>

#include "cli/context.h"
#include "haki/form.h"
#include "haki/record.h"

namespace haki::cli {

// Asks for every field of the form in its order: label, hint, choices. An empty answer skips what is not required.
// Empty where the person ended the input.
std::optional<Draft> ask_record(Context& context, const Form& form);

// After the core refused the draft: asks again for the fields its sentences name. False where there are none, or
// the person ended the input.
bool ask_again(Context& context, const Form& form, std::string_view problems, Draft& draft);

}  // namespace haki::cli
