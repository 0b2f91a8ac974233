#include "formats/csv_writer.h"

#include "formats/injection.h"

namespace haki::formats {
namespace {

void put_field(std::string& line, std::string_view text, bool first) {
  if (!first) line += ',';
  if (text.find_first_of(",\"\r\n") == std::string_view::npos && !text.starts_with(' ') && !text.ends_with(' ')) {
    line += text;
    return;
  }
  line += '"';
  for (const char letter : text) {
    if (letter == '"') line += '"';
    line += letter;
  }
  line += '"';
}

}  // namespace

Result<> CsvWriter::begin_sheet(const std::string& /*name*/, const std::vector<SheetColumn>& columns) {
  if (columns_ != 0) return Error{Code::kUnsupported, "A CSV file holds one table. Name a form with --form, or export xlsx."};
  columns_ = columns.size();
  std::string header = "\xEF\xBB\xBF", tags;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    put_field(header, columns[i].name, i == 0);
    put_field(tags, columns[i].hxl, i == 0);
  }
  out_.put(header + "\r\n" + (options_.hxl ? tags + "\r\n" : ""));
  return out_.failure();
}

Result<> CsvWriter::row(std::span<const Cell> cells) {
  std::string line;
  for (std::size_t i = 0; i < columns_; ++i) {
    const Cell none;
    const Cell& cell = i < cells.size() ? cells[i] : none;
    const auto* text = std::get_if<std::string>(&cell);
    put_field(line, text != nullptr ? neutralised(*text) : cell_text(cell), i == 0);
  }
  out_.put(line += "\r\n");
  return out_.failure();
}

}  // namespace haki::formats
