#include "formats/ics.h"

#include <array>
#include <ctime>
#include <string_view>

namespace haki::formats {
namespace {

constexpr std::size_t kLineBytes = 75;

// A content line, folded: what goes on begins with a space; no letter is cut in two (RFC 5545, 3.1).
void put_line(std::string& text, std::string_view line) {
  std::size_t room = kLineBytes;
  while (line.size() > room) {
    std::size_t end = room;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
    text.append(line.substr(0, end)).append("\r\n ");
    line.remove_prefix(end);
    room = kLineBytes - 1;
  }
  text.append(line).append("\r\n");
}

std::string calendar_text(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '\n') escaped += "\\n";
    else if (letter == '\\' || letter == ';' || letter == ',') escaped += std::string("\\") + letter;
    else if (static_cast<unsigned char>(letter) >= 0x20 || letter == '\t') escaped += letter;
  }
  return escaped;
}

std::string moment(std::int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc)};
}

std::string digits(std::string_view day) {
  std::string text;
  for (const char letter : day) {
    if (letter != '-') text += letter;
  }
  return text;
}

std::string day_after(const std::string& day) {
  std::tm date{};
  date.tm_year = std::stoi(day.substr(0, 4)) - 1900;
  date.tm_mon = std::stoi(day.substr(5, 2)) - 1;
  date.tm_mday = std::stoi(day.substr(8, 2)) + 1;
  ::timegm(&date);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%d", &date)};
}

void put_event(std::string& text, const CalendarDay& one, std::int64_t now_ms) {
  put_line(text, "BEGIN:VEVENT");
  put_line(text, "UID:" + one.id + "@haki");
  put_line(text, "DTSTAMP:" + moment(now_ms));
  if (one.changed_ms > 0) put_line(text, "LAST-MODIFIED:" + moment(one.changed_ms));
  put_line(text, "DTSTART;VALUE=DATE:" + digits(one.day));
  put_line(text, "DTEND;VALUE=DATE:" + day_after(one.day));
  put_line(text, "SUMMARY:" + calendar_text(one.title));
  if (!one.description.empty()) put_line(text, "DESCRIPTION:" + calendar_text(one.description));
  std::string categories;
  for (const std::string& category : one.categories) categories += (categories.empty() ? "" : ",") + calendar_text(category);
  if (!categories.empty()) put_line(text, "CATEGORIES:" + categories);
  put_line(text, "TRANSP:TRANSPARENT");
  if (!one.done) {
    put_line(text, "BEGIN:VALARM");
    put_line(text, "ACTION:DISPLAY");
    put_line(text, "DESCRIPTION:" + calendar_text(one.title));
    put_line(text, "TRIGGER:" + (one.lead_days > 0 ? "-P" + std::to_string(one.lead_days) + "D" : std::string("PT0S")));
    put_line(text, "END:VALARM");
  }
  put_line(text, "END:VEVENT");
}

}  // namespace

std::string calendar(const std::string& name, const std::vector<CalendarDay>& days, std::int64_t now_ms) {
  std::string text;
  put_line(text, "BEGIN:VCALENDAR");
  put_line(text, "VERSION:2.0");
  put_line(text, "PRODID:-//Haki//Haki//EN");
  put_line(text, "CALSCALE:GREGORIAN");
  put_line(text, "METHOD:PUBLISH");
  put_line(text, "X-WR-CALNAME:" + calendar_text(name));
  for (const CalendarDay& one : days) put_event(text, one, now_ms);
  put_line(text, "END:VCALENDAR");
  return text;
}

}  // namespace haki::formats
