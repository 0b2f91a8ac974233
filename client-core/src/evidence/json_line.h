// One line of JSON (RFC 8259) in the only shape that evidence is written in: an object of strings and of arrays of strings,
// keys in a fixed order, no white space, nothing escaped but `"`, `\` and control characters (spec 13-custody). One meaning has
// one spelling, so that a line can be hashed and signed as it stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haki::evidence {

// Bytes that are not UTF-8 are written as U+FFFD.
class JsonLineWriter {
 public:
  JsonLineWriter& text(std::string_view key, std::string_view value);
  JsonLineWriter& texts(std::string_view key, const std::vector<std::string>& values);
  std::string finish() { return line_ + "}"; }

 private:
  void key(std::string_view key);
  std::string line_ = "{";
};

// Takes a line apart, key by key in the order it was written. Once something does not fit every answer is empty. It accepts
// exactly what the writer makes: no other escape, no white space, no other order, and UTF-8 only.
class JsonLineReader {
 public:
  explicit JsonLineReader(std::string_view line);

  std::string text(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  bool finish();  // whether everything fitted and nothing is left

 private:
  bool take(std::string_view what);
  void key(std::string_view key);
  std::string string();
  std::optional<char> escaped();

  std::string_view rest_;
  bool sound_;
  bool first_ = true;
};

}  // namespace haki::evidence
