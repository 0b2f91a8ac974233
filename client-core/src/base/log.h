// A structured log line that cannot hold what people wrote: only numbers, our own literals and types that declare
// log_safe() compile into it. One line on stderr: level, event, key=value.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "haki/result.h"

namespace haki::base {

enum class Level { kInfo, kWarning, kError, kNone /* as a least level: nothing is written */ };

// A string literal of the program. Not constructible from a std::string or std::string_view on purpose.
struct Literal {
  template <std::size_t N>
  consteval Literal(const char (&literal)[N]) : text(literal, N - 1) {}
  std::string_view text;
};

class LogLine {
 public:
  LogLine(Level level, Literal event);
  LogLine(const LogLine&) = delete;
  ~LogLine();  // writes the line

  template <std::integral T>
  LogLine& with(Literal key, T value) { return add(key.text, std::to_string(value)); }
  LogLine& with(Literal key, Literal value) { return add(key.text, value.text); }
  LogLine& with(Literal key, Code code) { return add(key.text, code_name(code)); }
  template <typename T>
    requires requires(const T& value) { { log_safe(value) } -> std::convertible_to<std::string>; }
  LogLine& with(Literal key, const T& value) { return add(key.text, log_safe(value)); }

 private:
  LogLine& add(std::string_view key, std::string_view value);
  std::string line_;
};

inline LogLine log_info(Literal event) { return LogLine(Level::kInfo, event); }
inline LogLine log_warning(Literal event) { return LogLine(Level::kWarning, event); }
inline LogLine log_error(Literal event) { return LogLine(Level::kError, event); }

// Lines below this level are not written. Set once at start, before threads.
void set_log_level(Level least);

}  // namespace haki::base
