// The texts of the built-in forms, compiled in by embed_forms.cmake in the order of CMakeLists.txt. For
// built_in_forms.cc.
#pragma once

#include <span>
#include <string_view>

namespace haki::model {

std::span<const std::string_view> built_in_texts();

}  // namespace haki::model
