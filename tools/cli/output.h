// What a command has to say, as a plain value: both the text for a person and the --json line are made from it, so that
// the two cannot differ. Objects keep the order in which their keys were put.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "haki/result.h"

namespace haki::cli {

class Output {
 public:
  using Array = std::vector<Output>;
  using Entry = std::pair<std::string, Output>;
  using Object = std::vector<Entry>;

  Output() = default;  // null
  Output(bool value) : value_(value) {}
  Output(std::int64_t value) : value_(value) {}
  Output(int value) : value_(static_cast<std::int64_t>(value)) {}
  // Counters beyond 2^63 do not occur; they would be capped.
  Output(std::uint64_t value) : value_(static_cast<std::int64_t>(value > INT64_MAX ? INT64_MAX : value)) {}
  Output(double value) : value_(value) {}
  Output(std::string value) : value_(std::move(value)) {}
  Output(std::string_view value) : value_(std::string(value)) {}
  Output(const char* value) : value_(std::string(value)) {}
  Output(Array value) : value_(std::move(value)) {}
  Output(Object value) : value_(std::move(value)) {}
  static Output object(std::initializer_list<Entry> entries) { return Object(entries); }
  static Output strings(const std::vector<std::string>& texts) { return Array(texts.begin(), texts.end()); }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }
  bool is_text() const { return std::holds_alternative<std::string>(value_); }

  // Reading is lenient, because a missing key is told as nothing: the empty text, 0, false, no elements.
  std::string text() const;  // scalars as people write them: "yes", "2500", "0.5"
  std::int64_t number() const;
  double decimal() const;
  bool truth() const;
  const Array& array() const;
  const Object& entries() const;
  const Output& operator[](std::string_view key) const;  // null where the key is not there

  // Puts a key at the end of an object (a null becomes an object) or replaces it.
  Output& put(std::string_view key, Output value);

  bool operator==(const Output&) const = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
  friend class JsonBridge;
};

// One line without a line end. Text that is not UTF-8 has its bad bytes replaced.
std::string to_json(const Output& value);

// kInvalid with the character where reading failed; kTooLarge above 16 MiB or 32 levels.
Result<Output> from_json(std::string_view text);

}  // namespace haki::cli
