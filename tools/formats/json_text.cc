#include "formats/json_text.h"

#include <nlohmann/json.hpp>

namespace haki::formats {

std::string json_of(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_of(const Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell)) return "null";
  if (const auto* truth = std::get_if<bool>(&cell)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  if (const auto* decimal = std::get_if<double>(&cell)) return nlohmann::json(*decimal).dump();
  return json_of(std::string_view(cell_text(cell)));
}

}  // namespace haki::formats
