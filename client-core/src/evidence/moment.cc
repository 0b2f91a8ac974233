#include "evidence/moment.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace haki::evidence {
namespace {

constexpr std::int64_t kLastMs = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::string_view kPattern = "0000-00-00T00:00:00.000Z";

int digits(std::string_view text) {
  int number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  return number;
}

}  // namespace

std::string moment_text(std::int64_t ms) {
  const std::int64_t shown = std::clamp<std::int64_t>(ms, 0, kLastMs);
  const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{shown / kDayMs}}};
  const int rest = static_cast<int>(shown % kDayMs);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()), rest / 3'600'000, rest / 60'000 % 60,
                rest / 1'000 % 60, rest % 1'000);
  return text.data();
}

std::optional<std::int64_t> read_moment(std::string_view text) {
  if (text.size() != kPattern.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = kPattern[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == kPattern[i];
    if (!fits) return std::nullopt;
  }
  using namespace std::chrono;
  const year_month_day day{year{digits(text.substr(0, 4))}, month{static_cast<unsigned>(digits(text.substr(5, 2)))},
                           std::chrono::day{static_cast<unsigned>(digits(text.substr(8, 2)))}};
  const int hour = digits(text.substr(11, 2)), minute = digits(text.substr(14, 2)), second = digits(text.substr(17, 2));
  if (!day.ok() || day.year() < year{1970} || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return sys_days{day}.time_since_epoch().count() * kDayMs + hour * 3'600'000 + minute * 60'000 + second * 1'000 +
         digits(text.substr(20, 3));
}

}  // namespace haki::evidence
