// The one file that knows nlohmann-json.
#include "cli/output.h"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace haki::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kJsonBytesMax = 16 * 1024 * 1024;
constexpr int kJsonDepthMax = 32;

}  // namespace

class JsonBridge {
 public:
  static Json json(const Output& output) {
    return std::visit(
        [](const auto& value) -> Json {
          using T = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<T, std::monostate>) {
            return nullptr;
          } else if constexpr (std::is_same_v<T, Output::Array>) {
            Json array = Json::array();
            for (const Output& element : value) array.push_back(json(element));
            return array;
          } else if constexpr (std::is_same_v<T, Output::Object>) {
            Json object = Json::object();
            for (const auto& [key, element] : value) object[key] = json(element);
            return object;
          } else if constexpr (std::is_same_v<T, double>) {
            return std::isfinite(value) ? Json(value) : Json(nullptr);
          } else {
            return value;
          }
        },
        output.value_);
  }

  static Output output(const Json& json) {
    switch (json.type()) {
      case Json::value_t::boolean:
        return json.get<bool>();
      case Json::value_t::number_integer:
        return json.get<std::int64_t>();
      case Json::value_t::number_unsigned:
        return json.get<std::uint64_t>();
      case Json::value_t::number_float:
        return json.get<double>();
      case Json::value_t::string:
        return json.get<std::string>();
      case Json::value_t::array: {
        Output::Array array;
        for (const Json& element : json) array.push_back(output(element));
        return array;
      }
      case Json::value_t::object: {
        Output::Object object;
        for (const auto& [key, element] : json.items()) object.emplace_back(key, output(element));
        return object;
      }
      default:
        return {};
    }
  }
};

std::string Output::text() const {
  if (const auto* text = std::get_if<std::string>(&value_)) return *text;
  if (const auto* truth = std::get_if<bool>(&value_)) return *truth ? "yes" : "no";
  if (const auto* number = std::get_if<std::int64_t>(&value_)) return std::to_string(*number);
  if (const auto* decimal = std::get_if<double>(&value_)) {
    std::array<char, 400> digits{};  // the longest double in plain notation has 327 characters
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), *decimal, std::chars_format::fixed);
    return error == std::errc() ? std::string(digits.data(), end) : std::string();
  }
  return {};
}

std::int64_t Output::number() const {
  const auto* number = std::get_if<std::int64_t>(&value_);
  return number != nullptr ? *number : 0;
}

double Output::decimal() const {
  const auto* decimal = std::get_if<double>(&value_);
  return decimal != nullptr ? *decimal : static_cast<double>(number());
}

bool Output::truth() const {
  const auto* truth = std::get_if<bool>(&value_);
  return truth != nullptr && *truth;
}

const Output::Array& Output::array() const {
  static const Array kNone;
  const auto* array = std::get_if<Array>(&value_);
  return array != nullptr ? *array : kNone;
}

const Output::Object& Output::entries() const {
  static const Object kNone;
  const auto* object = std::get_if<Object>(&value_);
  return object != nullptr ? *object : kNone;
}

const Output& Output::operator[](std::string_view key) const {
  static const Output kNull;
  for (const auto& [name, value] : entries()) {
    if (name == key) return value;
  }
  return kNull;
}

Output& Output::put(std::string_view key, Output value) {
  if (!is_object()) value_ = Object{};
  auto& object = std::get<Object>(value_);
  for (auto& [name, old] : object) {
    if (name == key) return old = std::move(value), *this;
  }
  object.emplace_back(std::string(key), std::move(value));
  return *this;
}

std::string to_json(const Output& value) {
  return JsonBridge::json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Output> from_json(std::string_view text) {
  if (text.size() > kJsonBytesMax) return Error{Code::kTooLarge, "the JSON is larger than 16 MiB; send it in parts."};
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kJsonDepthMax;
    return !too_deep;  // what is too deep is left out while it is read, so it takes no memory
  };
  try {
    Json json = Json::parse(text, watch);
    if (too_deep) return Error{Code::kTooLarge, "the JSON has more than 32 levels; no form has that many."};
    return JsonBridge::output(json);
  } catch (const Json::parse_error& error) {
    return Error{Code::kInvalid,
                 "this is not JSON: something is wrong at character " + std::to_string(error.byte) + "."};
  } catch (const std::exception&) {
    return Error{Code::kInvalid, "this JSON cannot be read."};
  }
}

}  // namespace haki::cli
