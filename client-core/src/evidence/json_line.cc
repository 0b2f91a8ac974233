#include "evidence/json_line.h"

#include <array>

#include "model/unicode.h"

namespace haki::evidence {
namespace {

constexpr std::string_view kShortForms = "\b\f\n\r\t";
constexpr std::string_view kShortLetters = "bfnrt";
constexpr std::string_view kHex = "0123456789abcdef";

// What is not UTF-8 would make a line that nobody reads.
std::string without_bad_bytes(std::string_view text) {
  std::string good;
  while (!text.empty()) {
    std::string_view rest = text;
    const bool sound = model::next_character(rest).has_value();
    const std::size_t taken = sound ? text.size() - rest.size() : 1;
    good += sound ? text.substr(0, taken) : "\xef\xbf\xbd";
    text.remove_prefix(taken);
  }
  return good;
}

void append_quoted(std::string& to, std::string_view text) {
  if (!model::is_utf8(text)) return append_quoted(to, without_bad_bytes(text));
  to += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      to += {'\\', c};
    } else if (byte >= 0x20) {
      to += c;
    } else if (const auto at = kShortForms.find(c); at != std::string_view::npos) {
      to += {'\\', kShortLetters[at]};
    } else {
      to += "\\u00";
      to += {kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  to += '"';
}

}  // namespace

void JsonLineWriter::key(std::string_view key) {
  if (line_.size() > 1) line_ += ',';
  append_quoted(line_, key);
  line_ += ':';
}

JsonLineWriter& JsonLineWriter::text(std::string_view key_text, std::string_view value) {
  key(key_text);
  append_quoted(line_, value);
  return *this;
}

JsonLineWriter& JsonLineWriter::texts(std::string_view key_text, const std::vector<std::string>& values) {
  key(key_text);
  line_ += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) line_ += ',';
    append_quoted(line_, values[i]);
  }
  line_ += ']';
  return *this;
}

JsonLineReader::JsonLineReader(std::string_view line) : rest_(line), sound_(model::is_utf8(line)) { take("{"); }

bool JsonLineReader::take(std::string_view what) {
  sound_ = sound_ && rest_.starts_with(what);
  if (sound_) rest_.remove_prefix(what.size());
  return sound_;
}

void JsonLineReader::key(std::string_view key) {
  if (!first_) take(",");
  first_ = false;
  std::string quoted;
  append_quoted(quoted, key);
  take(quoted + ":");
}

// The one spelling of each: a control character with a short form must use it.
std::optional<char> JsonLineReader::escaped() {
  const char letter = rest_.empty() ? '\0' : rest_.front();
  if (letter == '"' || letter == '\\') return take({&letter, 1}), letter;
  if (const auto at = kShortLetters.find(letter); at != std::string_view::npos) return take({&letter, 1}), kShortForms[at];
  if (!take("u00") || rest_.size() < 2) return std::nullopt;
  const auto high = kHex.find(rest_[0]), low = kHex.find(rest_[1]);
  if (high > 1 || low == std::string_view::npos) return std::nullopt;
  const char character = static_cast<char>(high << 4 | low);
  if (kShortForms.find(character) != std::string_view::npos) return std::nullopt;
  rest_.remove_prefix(2);
  return character;
}

std::string JsonLineReader::string() {
  std::string text;
  take("\"");
  while (sound_ && !rest_.empty() && rest_.front() != '"') {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (static_cast<unsigned char>(c) < 0x20) sound_ = false;
    if (c != '\\') {
      text += c;
      continue;
    }
    const auto character = escaped();
    sound_ = sound_ && character.has_value();
    if (character) text += *character;
  }
  take("\"");
  return sound_ ? text : std::string();
}

std::string JsonLineReader::text(std::string_view key_text) {
  key(key_text);
  return string();
}

std::vector<std::string> JsonLineReader::texts(std::string_view key_text) {
  key(key_text);
  take("[");
  std::vector<std::string> values;
  while (sound_ && !rest_.starts_with(']')) {
    if (!values.empty()) take(",");
    values.push_back(string());
  }
  take("]");
  return sound_ ? values : std::vector<std::string>();
}

bool JsonLineReader::finish() {
  take("}");
  return sound_ && rest_.empty();
}

}  // namespace haki::evidence
