#include "formats/xlsx_table.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "formats/cell_text.h"
#include "formats/package.h"
#include "formats/xml_reader.h"

namespace haki::formats {

namespace {

constexpr std::size_t kSheetNameBytesMax = 256;  // a facts frame takes no longer ones; Excel has 31 letters

bool is_sheet_element(std::string_view space) { return is_main_namespace(space, "spreadsheetml"); }

std::uint32_t whole_number(const std::optional<std::string>& text, std::uint32_t otherwise) {
  std::uint32_t number = otherwise;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

bool is_true(const std::optional<std::string>& text) { return text == "1" || text == "true"; }

struct SheetEntry {
  std::string name;
  std::string relationship;
  bool visible = true;
};

// xl/workbook.xml: the sheets in the order of their tabs, and the date system.
class WorkbookHandler final : public XmlHandler {
 public:
  void start(const XmlElement& element) override {
    if (!is_sheet_element(element.space)) return;
    if (element.name == "workbookPr" && is_true(element.attribute("date1904"))) system_ = DateSystem::k1904;
    if (element.name != "sheet") return;
    const auto state = element.attribute("state");
    sheets_.push_back({element.attribute("name").value_or(""), element.attribute("id").value_or(""), !state || state == "visible"});
  }
  void end(std::string_view, std::string_view) override {}
  void text(std::string_view) override {}
  bool wants_more() const override { return true; }

  const std::vector<SheetEntry>& sheets() const { return sheets_; }
  DateSystem system() const { return system_; }

 private:
  std::vector<SheetEntry> sheets_;
  DateSystem system_ = DateSystem::k1900;
};

// xl/styles.xml: for each cell format, what its number format shows.
class StylesHandler final : public XmlHandler {
 public:
  void start(const XmlElement& element) override {
    if (!is_sheet_element(element.space)) return;
    if (element.name == "numFmt") {
      const std::uint32_t number = whole_number(element.attribute("numFmtId"), 0);
      formats_.emplace_back(number, kind_of_format(element.attribute("formatCode").value_or("")));
    }
    if (element.name == "cellXfs") in_cell_formats_ = true;
    if (element.name == "xf" && in_cell_formats_) kinds_.push_back(kind_of(whole_number(element.attribute("numFmtId"), 0)));
  }
  void end(std::string_view space, std::string_view name) override {
    if (is_sheet_element(space) && name == "cellXfs") in_cell_formats_ = false;
  }
  void text(std::string_view) override {}
  bool wants_more() const override { return formats_.size() < kFormatsMax; }

  NumberKind kind_of_style(std::uint32_t style) const {
    return style < kinds_.size() ? kinds_[style] : NumberKind::kNumber;
  }

 private:
  static constexpr std::size_t kFormatsMax = 10'000;  // so that looking one up has a bound

  NumberKind kind_of(std::uint32_t number) const {
    for (const auto& [own_number, kind] : formats_) {
      if (own_number == number) return kind;
    }
    return kind_of_built_in_format(number);
  }

  bool in_cell_formats_ = false;
  std::vector<std::pair<std::uint32_t, NumberKind>> formats_;
  std::vector<NumberKind> kinds_;
};

// Gathers the text of an element <si> or <is>: its <t> and those of its runs, but not how it is pronounced.
class RichText {
 public:
  void clear() { text_.clear(); }
  void start(std::string_view name) {
    if (name == "rPh") ++phonetic_depth_;
    in_text_ = name == "t" && phonetic_depth_ == 0;
  }
  void end(std::string_view name) {
    if (name == "rPh" && phonetic_depth_ > 0) --phonetic_depth_;
    if (name == "t") in_text_ = false;
  }
  // No more than `bytes_max` and a little, as what is longer is refused anyway.
  void add(std::string_view piece, std::size_t bytes_max) {
    if (in_text_ && text_.size() <= bytes_max) text_ += piece;
  }
  const std::string& text() const { return text_; }

 private:
  int phonetic_depth_ = 0;
  bool in_text_ = false;
  std::string text_;
};

// Escapes make a text of seven bytes for each of one: what is longer than this is longer than a cell may be without them.
std::size_t raw_bytes_max(const ReadLimits& limits) { return limits.cell_bytes * std::size_t{7}; }

// xl/sharedStrings.xml, one text after another.
class SharedTexts final : public XmlHandler {
 public:
  explicit SharedTexts(const ReadLimits& limits) : limits_(limits) {}

  void start(const XmlElement& element) override {
    if (!is_sheet_element(element.space)) return;
    if (element.name == "si") rich_.clear();
    rich_.start(element.name);
  }
  void end(std::string_view space, std::string_view name) override {
    if (!is_sheet_element(space)) return;
    rich_.end(name);
    if (name != "si") return;
    all_ += undo_escapes(rich_.text());
    ends_.push_back(all_.size());
  }
  void text(std::string_view piece) override { rich_.add(piece, raw_bytes_max(limits_)); }
  bool wants_more() const override { return true; }

  std::optional<std::string_view> find(std::string_view index) const {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), number);
    if (error != std::errc() || end != index.data() + index.size() || number >= ends_.size()) return std::nullopt;
    const std::size_t begin = number == 0 ? 0 : ends_[number - 1];
    return std::string_view(all_).substr(begin, ends_[number] - begin);
  }

 private:
  const ReadLimits& limits_;
  RichText rich_;
  std::string all_;
  std::vector<std::size_t> ends_;
};

struct Workbook {
  explicit Workbook(const ReadLimits& limits) : texts(limits) {}
  DateSystem system = DateSystem::k1900;
  StylesHandler styles;
  SharedTexts texts;
};

// One sheet: rows and cells where they say they are.
class SheetHandler final : public XmlHandler {
 public:
  SheetHandler(const Workbook& workbook, TableWriter& table) : workbook_(workbook), table_(table) {}

  void start(const XmlElement& element) override {
    if (!is_sheet_element(element.space)) return;
    if (element.name == "sheetData") in_data_ = true;
    if (!in_data_) return;
    if (element.name == "row") start_row(element);
    if (element.name == "c") start_cell(element);
    in_value_ = element.name == "v";
    rich_.start(element.name);
  }

  void end(std::string_view space, std::string_view name) override {
    if (!is_sheet_element(space) || !in_data_) return;
    if (name == "sheetData") done_ = true;
    if (name == "c") end_cell();
    if (name == "row") {
      table_.fill_to_header();
      table_.end_row();
    }
    in_value_ = false;
    rich_.end(name);
  }

  void text(std::string_view piece) override {
    if (in_value_ && value_.size() <= raw_bytes_max(table_.limits())) value_ += piece;
    rich_.add(piece, raw_bytes_max(table_.limits()));
  }

  bool wants_more() const override { return !done_ && !table_.failed(); }

 private:
  void start_row(const XmlElement& element) {
    const auto stated = element.attribute("r");
    const auto number = stated ? parse_row_number(*stated) : std::optional<std::uint64_t>(row_ + 1);
    next_column_ = 0;
    if (!number || *number <= row_) return table_.fail(Failure::kRowNumber);
    row_ = *number;
    table_.begin_row(row_);
  }

  void start_cell(const XmlElement& element) {
    value_.clear();
    rich_.clear();
    type_ = element.attribute("t").value_or("n");
    style_ = whole_number(element.attribute("s"), 0);
    column_ = next_column_;
    placed_ = true;
    if (const auto reference = element.attribute("r")) {
      const auto place = parse_place(*reference);
      placed_ = place && place->row == row_;
      if (placed_) column_ = place->column;
    }
    next_column_ = column_ + 1;
  }

  void end_cell() {
    if (row_ == 0) return;  // outside of any row
    if (!placed_) return table_.refuse(kNoColumn, Refusal::kMisplaced);
    if (type_ == "s") {
      const auto text = workbook_.texts.find(value_);
      if (!text && !value_.empty()) return table_.refuse(column_, Refusal::kNoSuchText);
      return table_.cell_at(column_, text.value_or(std::string_view()));
    }
    table_.cell_at(column_, own_text());
  }

  // The text of a cell that does not share one.
  std::string own_text() const {
    if (type_ == "inlineStr") return undo_escapes(rich_.text());
    if (type_ == "b") return value_ == "1" ? "TRUE" : (value_ == "0" ? "FALSE" : value_);
    if (type_ != "n") return undo_escapes(value_);  // str: a formula's; d: a date in ISO 8601; e: an error
    double number = 0;
    const auto [end, error] = std::from_chars(value_.data(), value_.data() + value_.size(), number);
    if (error != std::errc() || end != value_.data() + value_.size()) return value_;
    return serial_text(number, workbook_.styles.kind_of_style(style_), workbook_.system);
  }

  const Workbook& workbook_;
  TableWriter& table_;
  bool in_data_ = false;
  bool done_ = false;
  bool in_value_ = false;
  bool placed_ = false;
  std::uint64_t row_ = 0;
  std::size_t column_ = 0;
  std::size_t next_column_ = 0;
  std::uint32_t style_ = 0;
  std::string type_;
  std::string value_;
  RichText rich_;
};

// Reads the part of that kind where the workbook has one.
std::optional<Failure> read_kind(ZipArchive& archive, const std::vector<Relationship>& parts, std::string_view kind,
                                 XmlHandler& handler) {
  const Relationship* part = find_kind(parts, kind);
  return part == nullptr ? std::nullopt : read_xml(archive, part->part, handler);
}

// The names of the sheets that a person sees, as far as they can be asked for.
std::vector<std::string> visible_names(const WorkbookHandler& book) {
  std::vector<std::string> names;
  for (const SheetEntry& sheet : book.sheets()) {
    if (sheet.visible && !sheet.name.empty() && sheet.name.size() <= kSheetNameBytesMax && names.size() < kSheetsMax) names.push_back(sheet.name);
  }
  return names;
}

std::optional<Failure> read_sheets(ZipArchive& archive, const std::string& workbook_part, const WorkbookHandler& book, const std::string& wanted,
                                   TableWriter& table) {
  std::vector<Relationship> parts;
  Workbook workbook(table.limits());
  if (const auto failure = read_relationships(archive, workbook_part, parts)) return failure;
  if (const auto failure = read_kind(archive, parts, "styles", workbook.styles)) return failure;
  if (const auto failure = read_kind(archive, parts, "sharedStrings", workbook.texts)) return failure;
  workbook.system = book.system();
  const bool named = std::ranges::any_of(book.sheets(), [&](const SheetEntry& sheet) { return sheet.visible && sheet.name == wanted; });
  for (const SheetEntry& sheet : book.sheets()) {
    if (!sheet.visible || (named && sheet.name != wanted)) continue;
    for (const Relationship& part : parts) {
      if (part.id != sheet.relationship || !part.is("worksheet")) continue;
      SheetHandler handler(workbook, table);
      if (const auto failure = read_xml(archive, part.part, handler)) return failure;
      if (table.has_header() || table.failed()) return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

void write_xlsx_table(ZipArchive& archive, const std::string& workbook_part, const std::string& sheet, TableWriter& table) {
  WorkbookHandler book;
  auto failure = read_xml(archive, workbook_part, book);
  table.facts("xlsx", "", "an Excel workbook says what it is written in", visible_names(book));
  if (!failure) failure = read_sheets(archive, workbook_part, book, sheet, table);
  if (failure) table.fail(*failure);
  table.finish("none", Failure::kNoSheet);
}

}  // namespace haki::formats
