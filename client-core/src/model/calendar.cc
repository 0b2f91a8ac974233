#include "model/calendar.h"

#include <algorithm>
#include <chrono>

namespace haki::model {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The number at the front of `text`, `digits` long; -1 where it is not there.
int number_at(std::string_view text, std::size_t from, std::size_t digits) {
  if (from + digits > text.size() || !all_digits(text.substr(from, digits))) return -1;
  int number = 0;
  for (const char c : text.substr(from, digits)) number = number * 10 + (c - '0');
  return number;
}

bool between(int number, int least, int most) { return number >= least && number <= most; }

// hh:mm
bool is_hour_and_minute(std::string_view text) {
  return text.size() == 5 && text[2] == ':' && between(number_at(text, 0, 2), 0, 23) &&
         between(number_at(text, 3, 2), 0, 59);
}

bool is_offset(std::string_view text) {
  if (text == "Z") return true;
  return text.size() == 6 && (text[0] == '+' || text[0] == '-') && is_hour_and_minute(text.substr(1));
}

}  // namespace

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const int year = number_at(text, 0, 4), month = number_at(text, 5, 2), day = number_at(text, 8, 2);
  if (year < 1000 || month < 0 || day < 0) return false;
  using namespace std::chrono;
  return year_month_day{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                        std::chrono::day(static_cast<unsigned>(day))}
      .ok();
}

bool is_datetime(std::string_view text) {
  if (text.size() < 20 || !is_date(text.substr(0, 10)) || text[10] != 'T') return false;
  if (!is_hour_and_minute(text.substr(11, 5)) || text[16] != ':' || !between(number_at(text, 17, 2), 0, 60))
    return false;
  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) {
    const std::size_t end = rest.find_first_not_of("0123456789", 1);
    if (end == std::string_view::npos || !between(static_cast<int>(end), 2, 10)) return false;
    rest.remove_prefix(end);
  }
  return is_offset(rest);
}

}  // namespace haki::model
