// The words that messages about fields share.
#pragma once

#include <string>
#include <string_view>

#include "haki/form.h"

namespace haki::model {

// How a message calls a field: its English label and its name, "People reached in all (total)".
std::string named(const Field& field);

// The codes of a choice field as a list in words; the first dozen where there are more.
std::string codes_of(const Field& field);

// What is wrong with a text value, as a sentence that says what is right; empty where nothing is.
std::string text_problem(std::string_view text);

}  // namespace haki::model
