// The text files of lists/, compiled in (cmake/embed_texts.cmake), in the order of the names in CMakeLists.txt.
#pragma once

#include <span>
#include <string_view>

namespace haki::formats {

std::span<const std::string_view> list_texts();

}  // namespace haki::formats
