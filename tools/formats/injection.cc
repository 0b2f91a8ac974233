#include "formats/injection.h"

namespace haki::formats {
namespace {

// Signs that East Asian keyboards make, which some spreadsheets take for the narrow ones.
constexpr std::string_view kWideSigns[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

// Where the apostrophes end, if a formula follows them; else npos.
std::size_t formula_at(std::string_view text) {
  const std::size_t at = text.find_first_not_of('\'');
  if (at == std::string_view::npos) return at;
  if (std::string_view("=+-@\t\r\n").find(text[at]) != std::string_view::npos) return at;
  for (const std::string_view sign : kWideSigns) {
    if (text.substr(at).starts_with(sign)) return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::string neutralised(std::string_view text) {
  return formula_at(text) == std::string_view::npos ? std::string(text) : "'" + std::string(text);
}

std::string original(std::string_view text) {
  const std::size_t at = formula_at(text);
  return std::string(at == std::string_view::npos || at == 0 ? text : text.substr(1));
}

}  // namespace haki::formats
