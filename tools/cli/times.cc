#include "cli/times.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "cli/text.h"

namespace haki::cli {
namespace {

constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

constexpr std::int64_t kHourMs = 3'600'000;

std::tm local(std::int64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm time{};
  localtime_r(&seconds, &time);
  return time;
}

bool same_day(const std::tm& one, const std::tm& other) {
  return one.tm_year == other.tm_year && one.tm_yday == other.tm_yday;
}

}  // namespace

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Output time_output(std::int64_t ms) {
  if (ms <= 0) return {};
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm time{};
  if (gmtime_r(&seconds, &time) == nullptr) return {};
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", time.tm_year + 1900, time.tm_mon + 1,
                time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec, static_cast<int>(ms % 1000));
  return text.data();
}

std::int64_t time_of(const Output& time) {
  std::tm parts{};
  int millis = 0;
  const std::string text = time.text();
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d.%dZ", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                  &parts.tm_min, &parts.tm_sec, &millis) != 7) {
    return 0;
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return static_cast<std::int64_t>(timegm(&parts)) * 1000 + millis;
}

std::string time_in_words(std::int64_t ms, std::int64_t now) {
  if (ms <= 0) return "never";
  const std::tm then = local(ms);
  const std::tm today = local(now);
  std::tm noon_before = today;
  noon_before.tm_mday -= 1;
  noon_before.tm_hour = 12;  // a day's noon exists whatever summer time does to its midnight
  noon_before.tm_isdst = -1;
  const std::tm yesterday = local(static_cast<std::int64_t>(std::mktime(&noon_before)) * 1000);

  std::string day;
  if (same_day(then, today)) day = "today";
  else if (same_day(then, yesterday)) day = "yesterday";
  else {
    day = std::to_string(then.tm_mday) + " " + kMonths[static_cast<std::size_t>(then.tm_mon)];
    if (then.tm_year != today.tm_year) day += " " + std::to_string(then.tm_year + 1900);
  }
  std::array<char, 32> clock{};
  std::snprintf(clock.data(), clock.size(), " %02d:%02d", then.tm_hour, then.tm_min);
  return day + clock.data();
}

Result<std::int64_t> read_duration_ms(std::string_view text) {
  const Error not_a_duration{Code::kInvalid, "Say how long as a number of hours or days: 24h or 14d."};
  if (text.size() < 2 || text.size() > 5 || (text.back() != 'h' && text.back() != 'd')) return not_a_duration;
  std::int64_t count = 0;
  for (const char digit : text.substr(0, text.size() - 1)) {
    if (digit < '0' || digit > '9') return not_a_duration;
    count = count * 10 + (digit - '0');
  }
  if (count == 0) return not_a_duration;
  return count * (text.back() == 'd' ? 24 : 1) * kHourMs;
}

std::string duration_in_words(std::int64_t ms) {
  const std::int64_t hours = ms / kHourMs;
  return hours % 24 == 0 && hours > 24 ? counted(hours / 24, "day", "days") : counted(hours, "hour", "hours");
}

}  // namespace haki::cli
