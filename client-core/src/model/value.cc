#include "haki/value.h"

#include <charconv>

#include "base/assert.h"

namespace haki {
namespace {

struct Writer {
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const {
    // Fixed notation, because that is what people write and what parse_value reads. The longest double in it, the
    // smallest subnormal, needs 326 characters.
    char buffer[400];
    const auto written = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed);
    HAKI_ASSERT(written.ec == std::errc());
    return {buffer, written.ptr};
  }
  std::string operator()(bool truth) const { return truth ? "yes" : "no"; }
  std::string operator()(const RecordId& link) const { return to_hex(link); }
};

}  // namespace

std::string to_text(const Value& value) { return std::visit(Writer{}, value); }

bool as_number(const Value& value, double& number) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return number = static_cast<double>(*integer), true;
  if (const auto* decimal = std::get_if<double>(&value)) return number = *decimal, true;
  if (const auto* truth = std::get_if<bool>(&value)) return number = *truth ? 1 : 0, true;
  return false;
}

}  // namespace haki
