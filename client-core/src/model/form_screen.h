// A first look at a form's text, before toml++ sees it. Debian 12's toml++ 3.3.0 runs into undefined behaviour on
// characters beyond ASCII outside strings and comments (is_non_ascii_horizontal_whitespace) and on some escapes, and
// forms come from strangers. So only what a right form can hold passes: such characters are errors there anyway.
#pragma once

#include <string_view>

#include "haki/result.h"

namespace haki::model {

// kInvalid, naming the line, unless: the text is UTF-8; control characters are newline, carriage return before newline
// and tab only; characters beyond ASCII stand in strings and comments only; a backslash in a "string" is followed by
// one of b t n f r " \ u U (so no line-ending backslash); a string begins where one may. Strings and comments end as in
// TOML 1.0.
Result<> screen_form_text(std::string_view text);

}  // namespace haki::model
