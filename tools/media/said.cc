#include "media/said.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "formats/text_encoding.h"

namespace haki::media {

namespace {

// The number of `count` digits at `at`; -1 where they are not.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return -1;
  int number = 0;
  for (const char digit : text.substr(at, count)) {
    if (digit < '0' || digit > '9') return -1;
    number = number * 10 + (digit - '0');
  }
  return number;
}

}  // namespace

std::string said(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const bool is_space = static_cast<unsigned char>(text.front()) <= ' ' || text.front() == '\x7f';
    const std::size_t size = is_space ? 0 : formats::utf8_sequence_bytes(text);
    if (is_space) {
      if (!line.empty() && line.back() != ' ') line += ' ';
    } else {
      const std::string_view letter = size == 0 ? "?" : text.substr(0, size);
      if (line.size() + letter.size() > kSaidBytesMax) break;
      line += letter;
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string device_said(std::string_view make, std::string_view model) {
  const std::string maker = said(make), name = said(model);
  if (maker.empty() || name.starts_with(maker)) return name;
  return said(maker + ' ' + name);
}

std::string time_said(std::string_view text) {
  using namespace std::chrono;
  const int y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  const bool is_time = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60;
  if (!is_time || y < 1 || m < 1 || d < 1) return {};
  const year_month_day date(year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d)));
  if (!date.ok()) return {};
  std::string time(text.substr(0, 19));
  time[4] = time[7] = '-';
  time[10] = 'T';
  time[13] = time[16] = ':';
  return time;
}

std::string offset_said(std::string_view text) {
  if (text.starts_with('Z')) return "Z";
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return {};
  const bool colon = text.size() > 3 && text[3] == ':';
  const int hours = digits(text, 1, 2), minutes = digits(text, colon ? 4 : 3, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return {};
  return std::string(text.substr(0, 3)) + ':' + std::string(text.substr(colon ? 4 : 3, 2));
}

std::optional<std::pair<double, double>> position_said(double latitude, double longitude) {
  if (!(std::abs(latitude) <= 90) || !(std::abs(longitude) <= 180)) return std::nullopt;  // neither is NaN
  return std::pair(latitude, longitude);
}

}  // namespace haki::media
