#include "base/log.h"

#include <unistd.h>

#include <chrono>

namespace haki::base {
namespace {
Level least_level = Level::kInfo;
Level level_of(std::string_view line) {
  return line.starts_with("level=error") ? Level::kError : line.starts_with("level=warning") ? Level::kWarning : Level::kInfo;
}
}  // namespace

void set_log_level(Level least) { least_level = least; }

LogLine::LogLine(Level level, Literal event) {
  line_ = level == Level::kError ? "level=error" : level == Level::kWarning ? "level=warning" : "level=info";
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  add("time_ms", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()));
  add("event", event.text);
}

LogLine::~LogLine() {
  if (level_of(line_) < least_level) return;
  line_.push_back('\n');
  // One write, so that lines of several threads do not mix. A log that cannot be written must not stop the work.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line_.data(), line_.size());
}

LogLine& LogLine::add(std::string_view key, std::string_view value) {
  line_.append(" ").append(key).append("=").append(value);
  return *this;
}

}  // namespace haki::base
