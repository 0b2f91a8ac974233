// A calendar of deadlines (RFC 5545): whole days, a reminder before each, ids that stay so that importing again updates. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace haki::formats {

struct CalendarDay {
  std::string id;           // of the record, hexadecimal: the UID is made of it
  std::string title;
  std::string day;          // "2020-11-04"
  std::string description;  // may have lines
  std::vector<std::string> categories;
  std::int64_t lead_days = 0;   // reminds so many days before; 0: on the day
  std::int64_t changed_ms = 0;  // last change, UTC
  bool done = false;
};

// CRLF, folded at 75 bytes between letters. `now_ms` is what the file says of when it was made.
std::string calendar(const std::string& name, const std::vector<CalendarDay>& days, std::int64_t now_ms);

}  // namespace haki::formats
