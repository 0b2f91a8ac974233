// The little the model needs to know of UTF-8. Everything else about text (normal forms, word breaks) is the store's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace haki::model {

// Takes one character off the front of `text`; empty where it is not well-formed UTF-8 (overlong, surrogate, cut
// short).
std::optional<char32_t> next_character(std::string_view& text);

// How many bytes at the front are printable ASCII, which most text is: it is passed over eight bytes at a time.
std::size_t printable_ascii(std::string_view text);

// True where the whole is well-formed UTF-8.
bool is_utf8(std::string_view text);

// How many characters; a byte that is not UTF-8 counts as one.
std::size_t character_count(std::string_view text);

// A control character (C0, DEL or C1) other than newline and tab: invisible on paper, harmful on a terminal.
bool is_control(char32_t character);

// Without white space (no-break space included) at both ends.
std::string_view trimmed(std::string_view text);

// How two texts are compared when a person types a label: letters of ASCII in lower case, Latin letters without their
// accents, typographic apostrophes straight, and "_", "-" and runs of white space as one space.
std::string folded(std::string_view text);

// Arabic-Indic and Devanagari digits as ASCII digits; all else as it is.
std::string with_ascii_digits(std::string_view text);

}  // namespace haki::model
