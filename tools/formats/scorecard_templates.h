// Rating scales that are in use, as templates a coalition can take and change (tools/formats/templates): each is the JSON of a
// record of the form `scorecard`, its `scale` being its name. Where each comes from says its `guidance`.
#pragma once

#include <span>
#include <string_view>

namespace haki::formats {

std::span<const std::string_view> scorecard_templates();

}  // namespace haki::formats
