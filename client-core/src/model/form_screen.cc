#include "model/form_screen.h"

#include <string>

#include "model/unicode.h"

namespace haki::model {
namespace {

class Screen {
 public:
  explicit Screen(std::string_view text) : text_(text) {}

  Result<> run() {
    HAKI_TRY(check_characters());
    while (!rest_.empty()) {
      const char c = rest_.front();
      if ((c & 0x80) != 0) return wrong("a character beyond ASCII stands outside quotes.");
      if (c == '#') {
        skip_comment();
      } else if (c == '"' || c == '\'') {
        if (!begins_a_string()) return wrong("a quote stands within another value.");
        HAKI_TRY(skip_string(c));
      } else {
        take(1);
      }
    }
    return {};
  }

 private:
  // Of the whole text, strings and comments included.
  Result<> check_characters() {
    rest_ = text_;
    while (!rest_.empty()) {
      std::string_view after = rest_;
      const auto character = next_character(after);
      if (!character) return wrong("the text is not UTF-8.");
      const bool line_end = *character == '\r' && after.starts_with('\n');
      if (is_control(*character) && !line_end) return wrong("there is an invisible control character.");
      rest_ = after;
    }
    rest_ = text_;
    return {};
  }

  // A string stands at the beginning, after white space or after one of = [ { , . and nowhere else. toml++ reads a
  // quote within a bare value as part of that value, so what follows would not be in quotes for it.
  bool begins_a_string() const {
    const std::size_t position = text_.size() - rest_.size();
    return position == 0 || std::string_view(" \t\n=[{,.").find(text_[position - 1]) != std::string_view::npos;
  }

  void skip_comment() {
    while (!rest_.empty() && rest_.front() != '\n') take(1);
  }

  // From the opening quote to behind the closing one. A one-line string ends at its line, where toml++ reports it.
  Result<> skip_string(char quote) {
    const std::string three(3, quote);
    const bool multi_line = rest_.starts_with(three);
    take(multi_line ? 3 : 1);
    while (!rest_.empty()) {
      if (quote == '"' && rest_.front() == '\\') {
        if (rest_.size() < 2 || std::string_view("btnfr\"\\uU").find(rest_[1]) == std::string_view::npos) {
          return wrong("a backslash must be followed by one of b t n f r \" \\ u U.");
        }
        take(2);
      } else if (multi_line && rest_.starts_with(three)) {
        take(3);
        // Up to two quotes before the closing three belong to the text; the first three are no different from the last.
        for (int extra = 0; extra < 2 && rest_.starts_with(quote); ++extra) take(1);
        return {};
      } else if (!multi_line && (rest_.front() == quote || rest_.front() == '\n')) {
        take(1);
        return {};
      } else {
        take(1);
      }
    }
    return {};
  }

  void take(std::size_t count) { rest_.remove_prefix(count); }

  Error wrong(const std::string& what) const {
    std::size_t line = 1;
    for (const char c : text_.substr(0, text_.size() - rest_.size())) line += c == '\n';
    return {Code::kInvalid, "The form cannot be read: line " + std::to_string(line) + ": " + what};
  }

  std::string_view text_, rest_;
};

}  // namespace

Result<> screen_form_text(std::string_view text) { return Screen(text).run(); }

}  // namespace haki::model
