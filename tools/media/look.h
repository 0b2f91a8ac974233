// What the child does: a whole file to what is known of it.
#pragma once

#include <functional>
#include <string_view>

#include "media/media.h"

namespace haki::media {

// Adds one of the remarks' codes in its place, once.
void add_remark(Facts& facts, std::string_view remark);

// `so_far` is called with what is known already before each step that may end the process. May throw std::bad_alloc.
Inspection look_into(std::string_view bytes, std::string_view name, const std::function<void(const Facts&)>& so_far);

}  // namespace haki::media
