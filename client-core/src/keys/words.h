// Bytes as words that can be read aloud in any language: proquints, five letters for two bytes, consonants and vowels in
// turn (Wilkerson, "A proposal for proquints", 2009; arXiv:0901.4016). No word list to translate or to carry.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "haki/bytes.h"

namespace haki::keys {

// Precondition: an even number of bytes. "lusab babad".
std::string to_words(ByteView bytes);
// Reads words parted by spaces or hyphens, in any case; empty where one is none.
std::optional<Bytes> from_words(std::string_view text);

// The same with a last word that checks the others, so that a slip of the pen is noticed.
std::string to_checked_words(ByteView bytes);
std::optional<Bytes> from_checked_words(std::string_view text);

}  // namespace haki::keys
