#include "formats/sheet.h"

#include <array>
#include <charconv>

namespace haki::formats {
namespace {

constexpr std::array<std::string_view, 4> kLanguages{"en", "fr", "sw", "ar"};

std::string type_name(const Field& field) {
  static constexpr std::array<std::string_view, 9> kNames{"text", "integer",  "decimal", "boolean", "date",
                                                          "datetime", "choice", "link",    "point"};
  return std::string(kNames[static_cast<std::size_t>(field.type)]) + (field.set ? " set" : "");
}

std::string exactly(const Localized& words, std::string_view language) {
  const auto found = words.by_language.find(language);
  return found == words.by_language.end() ? std::string() : found->second;
}

// "female=Women and girls; male=Men and boys"
std::string choices_text(const Field& field, std::string_view language) {
  std::string text;
  for (const Choice& choice : field.choices) {
    text += (text.empty() ? "" : "; ") + choice.code + "=" + exactly(choice.label, language);
  }
  return text;
}

}  // namespace

std::vector<SheetColumn> codebook_columns() {
  std::vector<SheetColumn> columns{{"form", ""}, {"field", ""}, {"type", ""}, {"links_to", ""}, {"required", ""}};
  for (const auto language : kLanguages) {
    for (const char* what : {"label_", "hint_", "choices_"}) columns.push_back({what + std::string(language), ""});
  }
  return columns;
}

std::vector<Cell> codebook_row(const std::string& form, const Field& field) {
  std::vector<Cell> row{form, field.name, type_name(field), field.link_form, field.required};
  for (const auto language : kLanguages) {
    row.emplace_back(exactly(field.label, language));
    row.emplace_back(exactly(field.hint, language));
    const bool there = !field.choices.empty() && !exactly(field.choices.front().label, language).empty();
    row.emplace_back(there ? choices_text(field, language) : std::string());
  }
  return row;
}

std::string cell_text(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* day = std::get_if<Day>(&cell)) return day->text;
  if (const auto* plain = std::get_if<Plain>(&cell)) return plain->text;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&cell)) return *truth ? "yes" : "no";
  if (const auto* decimal = std::get_if<double>(&cell)) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *decimal).ptr;
    return {digits.data(), end};
  }
  return {};
}

}  // namespace haki::formats
