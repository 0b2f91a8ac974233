// Texts that a file says of itself, made fit to be shown and kept: whatever bytes come in, one line of UTF-8 goes out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace haki::media {

constexpr std::size_t kSaidBytesMax = 100;

// One line: control characters and runs of white space become a space, the ends are trimmed, bytes that are not UTF-8
// become
// '?', and what is beyond kSaidBytesMax goes.
std::string said(std::string_view text);

// Make and model in one line; the make only where the model does not begin with it, as many do.
std::string device_said(std::string_view make, std::string_view model);

// "2023-05-17T14:03:09" of the 19 characters that `text` begins with, whatever stands between the numbers; empty where
// that is no real date and time of day.
std::string time_said(std::string_view text);

// "+03:00" of "+03:00" or "+0300", "Z" of "Z"; else empty.
std::string offset_said(std::string_view text);

// Empty where it is not on the globe.
std::optional<std::pair<double, double>> position_said(double latitude, double longitude);

}  // namespace haki::media
