#include "cli/context.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "cli/text.h"

namespace haki::cli {
namespace {

constexpr std::size_t kAnswerBytesMax = 70'000;  // a little more than a field may hold, so that the field says so
constexpr int kSlowReaderMs = 10'000;            // a reader of messages that takes none for so long gets no more

bool readable_soon(const Streams& streams) {
  std::array<pollfd, 2> states{pollfd{streams.in, POLLIN, 0}, pollfd{streams.gone, POLLIN | POLLRDHUP, 0}};
  while (true) {
    const int count = ::poll(states.data(), streams.gone >= 0 ? 2 : 1, streams.patience_ms);
    if (count < 0 && errno == EINTR) continue;
    return count > 0 && (streams.gone < 0 || states[1].revents == 0);
  }
}

}  // namespace

Client& Context::client() {
  if (client_ == nullptr) std::abort();  // a command's spec says kOpenHome where it uses the client
  return *client_;
}

std::string Context::path(const std::string& written) const {
  return written.starts_with("/") || settings_.directory.empty() ? written : settings_.directory + "/" + written;
}

void Context::write(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (count < 0 && errno == EAGAIN) {
      pollfd state{fd, POLLOUT, 0};
      if (::poll(&state, 1, kSlowReaderMs) <= 0) return;
    } else if (count == 0 || errno != EINTR) {
      return;  // the reader has closed, as `| head` does: the work is done all the same
    }
  }
}

void Context::print(const Output& value, const ToText& to_text) {
  finish_progress();
  write(streams_.out, settings_.json ? to_json(value) + "\n" : to_text(value));
}

void Context::print_list(const Output::Array& values, const ListToText& to_text, std::string_view when_empty) {
  finish_progress();
  if (values.empty()) return say(when_empty);
  std::string text;
  if (settings_.json) {
    for (const Output& value : values) text += to_json(value) + "\n";
  } else {
    text = to_text(values);
  }
  write(streams_.out, text);
}

void Context::say(std::string_view sentence) {
  finish_progress();
  if (!sentence.empty()) write(streams_.err, safe_text(sentence) + "\n");
}

void Context::complain(std::string_view sentence) { say("haki: " + std::string(sentence)); }

ExitCode Context::usage(std::string_view sentence, std::string_view command_words) {
  complain(sentence);
  say("See: haki " + std::string(command_words) + " --help");
  return ExitCode::kUsage;
}

std::optional<std::string> Context::ask(std::string_view question) {
  finish_progress();
  write(streams_.err, safe_text(question));
  while (true) {
    const std::size_t end = unread_.find('\n');
    if (end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    if (unread_.size() > kAnswerBytesMax || !readable_soon(streams_)) return std::nullopt;
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(streams_.in, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      if (unread_.empty()) return std::nullopt;
      return std::exchange(unread_, {});
    }
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Progress Context::progress(std::string label) {
  if (!streams_.err_is_terminal) return [](std::uint64_t, std::uint64_t) {};
  return [this, label = std::move(label)](std::uint64_t done, std::uint64_t total) {
    constexpr std::size_t kBarColumns = 24;
    std::string line = "\r" + label + " ";
    if (total > 0) {
      const std::size_t filled = static_cast<std::size_t>(std::min(done, total) * kBarColumns / total);
      line += "[" + std::string(filled, '#') + std::string(kBarColumns - filled, '.') + "] " + std::to_string(done) +
              " of " + std::to_string(total);
    } else {
      line += std::to_string(done);
    }
    if (line == bar_) return;
    bar_ = line;
    write(streams_.err, line + "\x1b[K");
  };
}

void Context::finish_progress() {
  if (!bar_.empty()) write(streams_.err, "\r\x1b[K");
  bar_.clear();
}

std::size_t Context::columns() const {
  winsize size{};
  // Results may go through a buffer to the terminal, which messages reach directly.
  const int terminal = streams_.err_is_terminal ? streams_.err : streams_.out;
  if (!streams_.out_is_terminal || ::ioctl(terminal, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 100;
  return std::max<std::size_t>(size.ws_col, 60);
}

std::string language_of(const std::string& asked) {
  if (!asked.empty()) return asked;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* locale = std::getenv(name);
    if (locale == nullptr || locale[0] == '\0') continue;
    const std::string_view code(locale, std::min<std::size_t>(2, std::string_view(locale).size()));
    for (const std::string_view known : {"en", "fr", "sw", "ar"}) {
      if (code == known) return std::string(known);
    }
    return "en";
  }
  return "en";
}

}  // namespace haki::cli
