#include "formats/xls_table.h"

#include <iconv.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "formats/biff.h"
#include "formats/cell_text.h"
#include "formats/container.h"
#include "formats/little_endian.h"
#include "formats/ole_stream.h"

namespace haki::formats {

namespace {

enum BiffId : unsigned {
  kFormulaId = 0x06,
  kEndId = 0x0a,
  kDateModeId = 0x22,
  kPasswordId = 0x2f,
  kCodePageId = 0x42,
  kSheetId = 0x85,
  kManyRkId = 0xbd,
  kRichLabelId = 0xd6,
  kCellFormatId = 0xe0,
  kSharedTextsId = 0xfc,
  kSharedLabelId = 0xfd,
  kNumberId = 0x203,
  kLabelId = 0x204,
  kTruthOrErrorId = 0x205,
  kResultTextId = 0x207,
  kRkId = 0x27e,
  kFormatId = 0x41e,
  kBeginId = 0x809
};

constexpr std::uint64_t kBiff5 = 0x500, kBiff8 = 0x600;

constexpr std::array<unsigned, 32> kCodePages{437, 720, 737, 775, 850,  852,  855,  857,  858,  860,  861,  862,  863,  864,  865,  866,
                                              869, 874, 932, 936, 949,  950,  1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 1361};

// The code page numbers of a workbook by the names of the C library. Those of the old Mac have two numbers.
std::string code_page_name(std::uint64_t number) {
  if (number == 10'000 || number == 0x8000) return "MACINTOSH";
  return number == 0x8001 ? "CP1252" : "CP" + std::to_string(number);
}

iconv_t no_conversion() { return reinterpret_cast<iconv_t>(-1); }

// Texts of one byte a character as UTF-8. What the page does not have comes out as bytes that are no UTF-8, and the row is
// refused for them.
class CodePage {
 public:
  explicit CodePage(std::uint64_t number) : conversion_(::iconv_open("UTF-8", code_page_name(number).c_str())) {}
  CodePage(const CodePage&) = delete;
  CodePage& operator=(const CodePage&) = delete;
  ~CodePage() {
    if (conversion_ != no_conversion()) ::iconv_close(conversion_);
  }

  std::string decoded(std::string bytes) const {
    if (conversion_ == no_conversion()) return bytes;
    std::string text(4 * bytes.size(), '\0');
    char* from = bytes.data();
    char* to = text.data();
    std::size_t from_left = bytes.size(), to_left = text.size();
    ::iconv(conversion_, nullptr, nullptr, nullptr, nullptr);
    if (::iconv(conversion_, &from, &from_left, &to, &to_left) == static_cast<std::size_t>(-1)) return "\xff";
    text.resize(text.size() - to_left);
    return text;
  }

 private:
  iconv_t conversion_;
};

struct OldSheet {
  std::size_t offset = 0;
  bool visible = true;
};

// What the records before the sheets say.
struct OldWorkbook {
  std::uint64_t version = 0;
  std::uint64_t code_page = 1252;
  DateSystem system = DateSystem::k1900;
  std::vector<OldSheet> sheets;
  std::map<std::uint64_t, NumberKind> formats;
  std::vector<std::uint64_t> format_of_style;
  std::vector<std::string> texts;

  NumberKind kind_of_style(std::size_t style) const {
    if (style >= format_of_style.size()) return NumberKind::kNumber;
    const auto own = formats.find(format_of_style[style]);
    if (own != formats.end()) return own->second;
    return kind_of_built_in_format(static_cast<std::uint32_t>(format_of_style[style]));
  }
};

// A text at the end of a record: its length in `length_bytes`, then characters as the version has them. The code page of an
// older one is undone where the text is used.
std::string text_in(BiffText& in, const OldWorkbook& book, std::size_t length_bytes) {
  const std::uint64_t characters = in.number(length_bytes);
  return book.version == kBiff8 ? in.unicode(characters) : in.bytes(characters);
}

void add_format(std::string_view body, OldWorkbook& book) {
  BiffText in({body});
  const std::uint64_t number = in.number(2);
  book.formats[number] = kind_of_format(text_in(in, book, book.version == kBiff8 ? 2 : 1));
}

void add_sheet(std::string_view body, OldWorkbook& book) {
  constexpr std::uint64_t kWorksheet = 0, kVisible = 0;
  const bool visible = (little_endian(body, 4, 1) & 3) == kVisible;
  if (body.size() >= 6 && little_endian(body, 5, 1) == kWorksheet) book.sheets.push_back({little_endian(body, 0, 4), visible});
}

bool add_shared_texts(BiffText in, OldWorkbook& book) {
  in.skip(8);  // how many there are said to be
  while (!in.at_end() && !in.is_damaged()) book.texts.push_back(text_in(in, book, 2));
  return !in.is_damaged();
}

std::optional<Failure> read_globals(std::string_view stream, OldWorkbook& book) {
  BiffRecords records(stream, 0);
  const auto first = records.next();
  if (!first || first->id != kBeginId) return Failure::kDamagedWorkbook;
  book.version = little_endian(first->body, 0, 2);
  if (book.version != kBiff5 && book.version != kBiff8) return Failure::kDamagedWorkbook;
  while (const auto record = records.next()) {
    const std::string_view body = record->body;
    switch (record->id) {
      case kEndId:
        return std::nullopt;
      case kPasswordId:
        return Failure::kLocked;
      case kDateModeId:
        if (little_endian(body, 0, 2) == 1) book.system = DateSystem::k1904;
        break;
      case kCodePageId:
        book.code_page = little_endian(body, 0, 2);
        break;
      case kSheetId:
        add_sheet(body, book);
        break;
      case kFormatId:
        add_format(body, book);
        break;
      case kCellFormatId:
        book.format_of_style.push_back(little_endian(body, 2, 2));
        break;
      case kSharedTextsId:
        if (!add_shared_texts(BiffText(records.with_continuations(body)), book)) return Failure::kDamagedWorkbook;
        break;
      default:
        break;
    }
  }
  return Failure::kDamagedWorkbook;
}

std::string error_text(std::uint64_t code) {
  constexpr std::array<std::pair<std::uint64_t, std::string_view>, 7> kErrors{
      {{0x00, "#NULL!"}, {0x07, "#DIV/0!"}, {0x0f, "#VALUE!"}, {0x17, "#REF!"}, {0x1d, "#NAME?"}, {0x24, "#NUM!"}, {0x2a, "#N/A"}}};
  for (const auto& [own_code, text] : kErrors) {
    if (own_code == code) return std::string(text);
  }
  return "#" + std::to_string(code);
}

// Two kinds of numbers in four bytes: 30 bits of a whole number, or the upper half of a double; either in hundredths.
double rk_number(std::uint64_t rk) {
  constexpr std::uint64_t kHundredths = 1, kWhole = 2;
  const double number = (rk & kWhole) != 0 ? static_cast<double>(static_cast<std::int32_t>(rk) >> 2)
                                           : std::bit_cast<double>((rk & ~std::uint64_t{3}) << 32U);
  return (rk & kHundredths) != 0 ? number / 100 : number;
}

// One sheet. Cells are kept small, a shared text by its number, until all are there: nothing makes a program write them in
// the order of their rows.
class OldSheetReader {
 public:
  OldSheetReader(const OldWorkbook& book, const CodePage& page) : book_(book), page_(page) {}

  // Failure where the records are not what a sheet has.
  std::optional<Failure> read(std::string_view stream, std::size_t offset) {
    BiffRecords records(stream, offset);
    const auto first = records.next();
    if (!first || first->id != kBeginId) return Failure::kDamagedWorkbook;
    int depth = 1;  // a chart in the sheet has a beginning and an end of its own
    while (const auto record = records.next()) {
      if (record->id == kBeginId) ++depth;
      if (record->id == kEndId && --depth == 0) return std::nullopt;
      if (depth == 1) take(*record, records);
    }
    return Failure::kDamagedWorkbook;
  }

  void put(TableWriter& table) const {
    for (const auto& [row, cells] : rows_) {
      if (table.failed()) return;
      table.begin_row(row + 1);
      for (const OldCell& cell : cells) put_cell(cell, table);
      table.fill_to_header();
      table.end_row();
    }
  }

 private:
  enum class CellKind : std::uint8_t { kText, kShared, kNumber, kDamaged };

  struct OldCell {
    std::size_t column = 0;
    CellKind kind = CellKind::kText;
    std::size_t number = 0;  // of the shared text or the style
    double value = 0;
    std::string text = {};
  };

  void take(const BiffRecord& record, BiffRecords& records) {
    const std::string_view body = record.body;
    switch (record.id) {
      case kSharedLabelId:
        return add(body, 10, {0, CellKind::kShared, static_cast<std::size_t>(little_endian(body, 6, 4)), 0, {}});
      case kNumberId:
        return add(body, 14, number_cell(body, 4, std::bit_cast<double>(little_endian(body, 6, 8))));
      case kRkId:
        return add(body, 10, number_cell(body, 4, rk_number(little_endian(body, 6, 4))));
      case kManyRkId:
        return add_many(body);
      case kTruthOrErrorId:
        return add(body, 8, {0, CellKind::kText, 0, 0, truth_or_error(little_endian(body, 6, 1), little_endian(body, 7, 1) != 0)});
      case kLabelId:
      case kRichLabelId: {
        BiffText in(records.with_continuations(body));
        in.skip(6);
        return add_text(body, in);
      }
      case kFormulaId:
        return add_formula(body);
      case kResultTextId: {
        if (!formula_place_) return;
        BiffText in(records.with_continuations(body));
        return add_text(*std::exchange(formula_place_, std::nullopt), in);
      }
      default:
        return;
    }
  }

  static OldCell number_cell(std::string_view body, std::size_t style_at, double value) {
    return {0, CellKind::kNumber, static_cast<std::size_t>(little_endian(body, style_at, 2)), value, {}};
  }

  static std::string truth_or_error(std::uint64_t value, bool is_error) {
    if (is_error) return error_text(value);
    return value != 0 ? "TRUE" : "FALSE";
  }

  // A record that is shorter than its kind is a cell that cannot be read.
  void add(std::string_view body, std::size_t bytes_min, OldCell cell) {
    cell.column = little_endian(body, 2, 2);
    if (body.size() < bytes_min) cell.kind = CellKind::kDamaged;
    rows_[little_endian(body, 0, 2)].push_back(std::move(cell));
  }

  void add_text(std::string_view place, BiffText& in) {
    std::string text = text_in(in, book_, 2);
    if (book_.version != kBiff8) text = page_.decoded(std::move(text));
    add(place, 6, {0, in.is_damaged() ? CellKind::kDamaged : CellKind::kText, 0, 0, std::move(text)});
  }

  void add_many(std::string_view body) {
    const std::uint64_t first_column = little_endian(body, 2, 2);
    for (std::size_t i = 0; 4 + 6 * i + 6 + 2 <= body.size(); ++i) {
      OldCell cell = number_cell(body, 4 + 6 * i, rk_number(little_endian(body, 6 + 6 * i, 4)));
      cell.column = first_column + i;
      rows_[little_endian(body, 0, 2)].push_back(std::move(cell));
    }
  }

  // The result is a number, or says by two bytes that it is something else; a text follows in a record of its own.
  void add_formula(std::string_view body) {
    constexpr std::uint64_t kText = 0, kTruth = 1, kError = 2;
    formula_place_.reset();
    if (little_endian(body, 12, 2) != 0xffff) {
      return add(body, 14, number_cell(body, 4, std::bit_cast<double>(little_endian(body, 6, 8))));
    }
    const std::uint64_t kind = little_endian(body, 6, 1);
    if (kind == kText) formula_place_ = body;
    if (kind == kTruth || kind == kError) {
      add(body, 14, {0, CellKind::kText, 0, 0, truth_or_error(little_endian(body, 8, 1), kind == kError)});
    }
  }

  void put_cell(const OldCell& cell, TableWriter& table) const {
    switch (cell.kind) {
      case CellKind::kText:
        return table.cell_at(cell.column, cell.text);
      case CellKind::kNumber:
        return table.cell_at(cell.column, serial_text(cell.value, book_.kind_of_style(cell.number), book_.system));
      case CellKind::kShared:
        if (cell.number >= book_.texts.size()) return table.refuse(cell.column, Refusal::kNoSuchText);
        return table.cell_at(cell.column, book_.texts[cell.number]);
      case CellKind::kDamaged:
        return table.refuse(cell.column, Refusal::kDamaged);
    }
  }

  const OldWorkbook& book_;
  const CodePage& page_;
  std::map<std::uint64_t, std::vector<OldCell>> rows_;
  std::optional<std::string_view> formula_place_;  // of the formula whose text comes next
};

std::optional<Failure> put_workbook(std::string_view bytes, TableWriter& table) {
  auto stream = ole_stream(bytes, "Workbook");
  if (!stream) stream = ole_stream(bytes, "Book");
  if (!stream) return Failure::kDamagedWorkbook;
  OldWorkbook book;
  if (const auto failure = read_globals(*stream, book)) return failure;
  const CodePage page(book.code_page);
  for (const OldSheet& sheet : book.sheets) {
    if (!sheet.visible) continue;
    OldSheetReader reader(book, page);
    if (const auto failure = reader.read(*stream, sheet.offset)) return failure;
    reader.put(table);
    if (table.has_header() || table.failed()) break;
  }
  return std::nullopt;
}

}  // namespace

XlsConversions::XlsConversions(int file) {
  std::array<char, 8> begin{};
  const ssize_t count = ::pread(file, begin.data(), begin.size(), 0);
  if (count < 0 || !begins_as_old_workbook({begin.data(), static_cast<std::size_t>(count)})) return;
  const auto load = [this](std::uint64_t page) {
    const iconv_t conversion = ::iconv_open("UTF-8", code_page_name(page).c_str());
    if (conversion != no_conversion()) conversions_.push_back(conversion);
  };
  load(10'000);
  for (const unsigned page : kCodePages) load(page);
}

XlsConversions::~XlsConversions() {
  for (void* conversion : conversions_) ::iconv_close(conversion);
}

void write_xls_table(std::string_view bytes, TableWriter& table) {
  table.facts("xls", "", "an Excel workbook says what it is written in");
  if (const auto failure = put_workbook(bytes, table)) table.fail(*failure);
  table.finish("none", Failure::kNoSheet);
}

}  // namespace haki::formats
