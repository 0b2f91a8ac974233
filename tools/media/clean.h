// A picture's file without what it says of itself: parts left out, none encoded again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace haki::media {

enum class CannotClean : std::uint8_t {
  kOtherKind = 1,  // neither JPEG nor PNG
  kBroken = 2      // its parts cannot be told apart, so none may be left out with certainty
};
constexpr std::uint8_t kCannotCleanLast = 2;

// The cleaned file. One that is cut off stays cut off at the same place of its pixels. Total, apart from
// std::bad_alloc.
std::variant<std::string, CannotClean> cleaned(std::string_view bytes);

}  // namespace haki::media
