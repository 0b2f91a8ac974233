#include "formats/uwazi_csv.h"

namespace haki::formats {

Result<> UwaziCsv::begin() {
  if (begun_) return {};
  begun_ = true;
  std::vector<SheetColumn> columns{{"title", ""}};
  for (const std::string& property : properties_) columns.push_back({property, ""});
  return writer_.begin_sheet("", columns);
}

Result<> UwaziCsv::entity(const std::string& title, const std::vector<UwaziValue>& values) {
  HAKI_TRY(begin());
  std::vector<Cell> cells{title};
  for (const UwaziValue& value : values) {
    if (value.position) {
      cells.emplace_back(Plain{cell_text(value.position->latitude) + "|" + cell_text(value.position->longitude)});
      continue;
    }
    std::string text;
    for (std::string one : value.texts) {
      for (char& letter : one) letter = letter == '|' ? '/' : letter;  // Uwazi knows no escape for it
      text += (text.empty() ? "" : "|") + one;
    }
    cells.emplace_back(std::move(text));
  }
  return writer_.row(cells);
}

Result<> UwaziCsv::finish() {
  HAKI_TRY(begin());
  return writer_.finish();
}

}  // namespace haki::formats
