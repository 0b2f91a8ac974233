#include "formats/xlsx_writer.h"

#include <sys/statvfs.h>
#include <unistd.h>
#include <xlsxwriter.h>
#include <zip.h>

#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>

#include "formats/injection.h"

namespace haki::formats {
namespace {

constexpr std::size_t kTextUnitsMax = 32'767;    // of UTF-16, in a cell
constexpr std::size_t kSheetNameMax = 31;
constexpr std::int64_t kExactInteger = 999'999'999'999'999;  // Excel keeps 15 digits
constexpr unsigned long kFilesNeeded = 64;
constexpr long kSheetBytesMax = 4'000'000'000;  // what an archive without ZIP64 holds, and some room
constexpr std::size_t kReadAtOnce = 256 * 1024;

Error no_space(const std::string& subject) {
  return {Code::kDiskFull, "There is not enough space to make " + subject + ": a workbook needs several times its size while it is made. "
                           "Nothing was written."};
}

// Where the first `units` units of UTF-16 end; the text's size where it has no more.
std::size_t end_of_units(std::string_view text, std::size_t units) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::size_t needs = bytes == 4 ? 2 : 1;
    if (units < needs) return at;
    units -= needs;
    at += bytes;
  }
  return text.size();
}

// XML has no place for U+FFFE and U+FFFF.
std::string for_xml(std::string text) {
  for (const char* never : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = text.find(never); at != std::string::npos; at = text.find(never, at)) text.replace(at, 3, "\xEF\xBF\xBD");
  }
  return text;
}

// Excel takes "_x0041_" in a text for the letter of that number.
std::string without_escapes(std::string text) {
  for (std::size_t at = text.find("_x"); at != std::string::npos; at = text.find("_x", at + 1)) {
    const std::string_view digits = std::string_view(text).substr(at + 2, 4);
    const bool escape = digits.size() == 4 && digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos &&
                        at + 6 < text.size() && text[at + 6] == '_';
    if (escape) text.replace(at, 1, "_x005F_"), at += 6;
  }
  return text;
}

// As Excel allows it: without []:*?/\ and short.
std::string allowed_name(const std::string& name, const std::string& ending) {
  std::string allowed = name;
  for (char& letter : allowed) {
    if (std::string_view("[]:*?\\").find(letter) != std::string_view::npos) letter = '_';
    if (letter == '/') letter = '.';
  }
  return allowed.substr(0, end_of_units(allowed, kSheetNameMax - ending.size())) + ending;
}

struct ZipCloser {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

// How many rows are in a part of the finished file; -1 where it does not end as a sheet does, or cannot be read.
std::int64_t rows_in(zip_t* archive, const std::string& part) {
  constexpr std::string_view kRow = "<row ", kEnd = "</worksheet>";
  const std::unique_ptr<zip_file_t, ZipCloser> file(zip_fopen(archive, part.c_str(), 0));
  if (!file) return -1;
  std::string read(kReadAtOnce, '\0'), kept;
  std::int64_t rows = 0;
  for (;;) {
    const zip_int64_t count = zip_fread(file.get(), read.data(), read.size());
    if (count < 0) return -1;
    if (count == 0) break;
    kept.append(read.data(), static_cast<std::size_t>(count));
    std::size_t from = 0;
    for (std::size_t at = kept.find(kRow); at != std::string::npos; at = kept.find(kRow, from)) {
      ++rows;
      from = at + kRow.size();
    }
    const std::size_t keep = std::min<std::size_t>(kept.size() - from, 16);
    kept.erase(0, kept.size() - keep);
  }
  while (kept.ends_with('\n')) kept.pop_back();
  return kept.ends_with(kEnd) ? rows : -1;
}

}  // namespace

std::string sheet_name_of(const std::string& table) { return allowed_name(table, ""); }

struct XlsxWriter::Book {
  struct Sheet {
    lxw_worksheet* sheet = nullptr;
    std::uint32_t rows = 0;
  };

  std::string folder, file, subject;
  XlsxOptions options;
  lxw_workbook* workbook = nullptr;
  lxw_format *heading = nullptr, *tag = nullptr, *day = nullptr;
  std::vector<Sheet> sheets;
  std::set<std::string> names;
  std::size_t current = 0;  // of `sheets`
  std::string name;
  std::vector<SheetColumn> columns;
  unsigned part = 1;
  std::optional<std::size_t> rest;  // the sheet "continued"
  std::uint64_t texts_continued = 0;

  ~Book() {
    if (workbook != nullptr) lxw_workbook_free(workbook);
  }

  Result<std::size_t> add(const std::string& wanted);
  Result<> open_sheet();
  Result<> check_place(const lxw_worksheet* sheet) const;
  Result<> put_text(Sheet& at, std::uint16_t column, const std::string& text);
  Result<> put_rest(const Sheet& of, std::uint16_t column, std::string_view text);
  Result<> put(Sheet& at, std::uint16_t column, const Cell& cell);
  Result<> verify() const;
};

// The library would take another folder where its own does not let it make a file.
Result<> XlsxWriter::Book::check_place(const lxw_worksheet* sheet) const {
  const std::string link = "/proc/self/fd/" + std::to_string(::fileno(sheet->optimize_tmpfile));
  std::array<char, PATH_MAX> target{}, whole{};
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  const bool known = size > 0 && ::realpath(folder.c_str(), whole.data()) != nullptr;
  const std::string_view at(target.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  if (known && at.starts_with(std::string(whole.data()) + "/")) return {};
  return Error{Code::kIo, "A workbook cannot be made beside " + subject + ": no temporary file can be kept there. Nothing was written."};
}

Result<std::size_t> XlsxWriter::Book::add(const std::string& wanted) {
  std::string unique = wanted;
  for (unsigned number = 2; !names.insert(unique).second; ++number) unique = allowed_name(wanted, "~" + std::to_string(number));
  lxw_worksheet* sheet = workbook_add_worksheet(workbook, unique.c_str());
  if (sheet == nullptr || sheet->optimize_tmpfile == nullptr) return no_space(subject);
  HAKI_TRY(check_place(sheet));
  sheets.push_back({sheet, 0});
  return sheets.size() - 1;
}

Result<> XlsxWriter::Book::open_sheet() {
  HAKI_ASSIGN(current, add(allowed_name(name, part == 1 ? "" : " (" + std::to_string(part) + ")")));
  Sheet& at = sheets[current];
  worksheet_set_column(at.sheet, 0, static_cast<lxw_col_t>(columns.size() - 1), 18, nullptr);
  worksheet_freeze_panes(at.sheet, options.sheets.hxl ? 2 : 1, 0);
  for (std::uint16_t i = 0; i < columns.size(); ++i) worksheet_write_string(at.sheet, 0, i, columns[i].name.c_str(), heading);
  at.rows = 1;
  if (!options.sheets.hxl) return {};
  // In this mode the library writes no row without a cell, and HXL's row is there even where no column has a tag.
  for (std::uint16_t i = 0; i < columns.size(); ++i) worksheet_write_string(at.sheet, 1, i, columns[i].hxl.c_str(), tag);
  at.rows = 2;
  return {};
}

Result<> XlsxWriter::Book::put_rest(const Sheet& of, std::uint16_t column, std::string_view text) {
  if (!rest) {
    HAKI_ASSIGN(rest, add("continued"));
    lxw_worksheet* sheet = sheets[*rest].sheet;
    std::uint16_t at = 0;
    for (const char* heading_text : {"sheet", "row", "column", "text"}) worksheet_write_string(sheet, 0, at++, heading_text, heading);
    sheets[*rest].rows = 1;
  }
  ++texts_continued;
  while (!text.empty()) {
    Sheet& to = sheets[*rest];
    const std::size_t end = end_of_units(text, kTextUnitsMax - 1);  // one for an apostrophe
    worksheet_write_string(to.sheet, to.rows, 0, of.sheet->name, nullptr);
    worksheet_write_number(to.sheet, to.rows, 1, of.rows + 1, nullptr);
    worksheet_write_string(to.sheet, to.rows, 2, columns[column].name.c_str(), nullptr);
    worksheet_write_string(to.sheet, to.rows, 3, neutralised(text.substr(0, end)).c_str(), nullptr);
    ++to.rows;
    text.remove_prefix(end);
  }
  return {};
}

Result<> XlsxWriter::Book::put_text(Sheet& at, std::uint16_t column, const std::string& text) {
  const std::string whole = without_escapes(for_xml(neutralised(text)));
  const std::size_t end = end_of_units(whole, kTextUnitsMax);
  worksheet_write_string(at.sheet, at.rows, column, whole.substr(0, end).c_str(), nullptr);
  if (end == whole.size()) return {};
  const std::size_t of = current;  // the list of sheets may move
  const Sheet place = sheets[of];
  return put_rest(place, column, std::string_view(whole).substr(end));
}

Result<> XlsxWriter::Book::put(Sheet& at, std::uint16_t column, const Cell& cell) {
  lxw_worksheet* sheet = at.sheet;
  if (const auto* text = std::get_if<std::string>(&cell)) return put_text(at, column, *text);
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    const bool exact = *number >= -kExactInteger && *number <= kExactInteger;
    if (exact) worksheet_write_number(sheet, at.rows, column, static_cast<double>(*number), nullptr);
    else worksheet_write_string(sheet, at.rows, column, std::to_string(*number).c_str(), nullptr);
  } else if (const auto* decimal = std::get_if<double>(&cell)) {
    worksheet_write_number(sheet, at.rows, column, *decimal, nullptr);
  } else if (const auto* date = std::get_if<Day>(&cell)) {
    lxw_datetime when{};
    const bool read = std::sscanf(date->text.c_str(), "%4d-%2d-%2d", &when.year, &when.month, &when.day) == 3;
    // Before March 1900 Excel counts a day that never was.
    if (read && date->text >= "1900-03-01") worksheet_write_datetime(sheet, at.rows, column, &when, day);
    else worksheet_write_string(sheet, at.rows, column, date->text.c_str(), nullptr);
  } else if (!std::holds_alternative<std::monostate>(cell)) {
    worksheet_write_string(sheet, at.rows, column, cell_text(cell).c_str(), nullptr);
  }
  return {};
}

// The library reports no write that failed in its temporary files: every row that was put must be in the packed file.
Result<> XlsxWriter::Book::verify() const {
  int error = 0;
  const std::unique_ptr<zip_t, ZipCloser> archive(zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (!archive) return no_space(subject);
  for (std::size_t i = 0; i < sheets.size(); ++i) {
    const std::int64_t rows = rows_in(archive.get(), "xl/worksheets/sheet" + std::to_string(i + 1) + ".xml");
    if (rows != static_cast<std::int64_t>(sheets[i].rows)) return no_space(subject);
  }
  return {};
}

XlsxWriter::XlsxWriter(std::unique_ptr<Book> book) : book_(std::move(book)) {}
XlsxWriter::~XlsxWriter() = default;

Result<std::unique_ptr<XlsxWriter>> XlsxWriter::create(const std::string& folder, const std::string& file, const std::string& subject,
                                                       XlsxOptions options) {
  auto book = std::make_unique<Book>();
  book->folder = folder;
  book->file = file;
  book->subject = subject;
  book->options = options;
  // Its ZIP64 archives are not consistent by the judgement of strict readers, libzip with ZIP_CHECKCONS among them.
  lxw_workbook_options settings{.constant_memory = LXW_TRUE, .tmpdir = book->folder.data(), .use_zip64 = LXW_FALSE};
  book->workbook = workbook_new_opt(file.c_str(), &settings);
  if (book->workbook == nullptr) return no_space(subject);
  book->heading = workbook_add_format(book->workbook);
  format_set_bold(book->heading);
  book->tag = workbook_add_format(book->workbook);
  format_set_italic(book->tag);
  book->day = workbook_add_format(book->workbook);
  format_set_num_format(book->day, "yyyy-mm-dd");
  return std::unique_ptr<XlsxWriter>(new XlsxWriter(std::move(book)));
}

Result<> XlsxWriter::begin_sheet(const std::string& name, const std::vector<SheetColumn>& columns) {
  book_->name = name;
  book_->columns = columns;
  book_->part = 1;
  return book_->open_sheet();
}

Result<> XlsxWriter::row(std::span<const Cell> cells) {
  if (book_->sheets[book_->current].rows == book_->options.rows_max) {
    ++book_->part;
    HAKI_TRY(book_->open_sheet());
  }
  bool any = false;
  for (std::uint16_t i = 0; i < cells.size() && i < book_->columns.size(); ++i) {
    const auto* text = std::get_if<std::string>(&cells[i]);
    any = any || (text != nullptr ? !text->empty() : !std::holds_alternative<std::monostate>(cells[i]));
    HAKI_TRY(book_->put(book_->sheets[book_->current], i, cells[i]));
  }
  Book::Sheet& at = book_->sheets[book_->current];
  if (any) ++at.rows;  // a row without a cell is none
  if (std::ferror(at.sheet->optimize_tmpfile) != 0) return no_space(book_->subject);
  return {};
}

Result<> XlsxWriter::finish() {
  struct statvfs disk{};
  if (::statvfs(book_->folder.c_str(), &disk) == 0 && disk.f_files > 0 && disk.f_favail < kFilesNeeded) return no_space(book_->subject);
  long bytes = 0;
  for (const Book::Sheet& one : book_->sheets) {
    if (std::fflush(one.sheet->optimize_tmpfile) != 0 || std::ferror(one.sheet->optimize_tmpfile) != 0) return no_space(book_->subject);
    bytes += std::ftell(one.sheet->optimize_tmpfile);
  }
  if (bytes > kSheetBytesMax) {
    return Error{Code::kTooLarge, "This is more than a workbook holds. Export fewer records with --where, or one form as CSV. Nothing was written."};
  }
  lxw_workbook* workbook = book_->workbook;
  book_->workbook = nullptr;
  if (workbook_close(workbook) != LXW_NO_ERROR) return no_space(book_->subject);  // frees it either way
  return book_->verify();
}

std::uint64_t XlsxWriter::continued() const { return book_->texts_continued; }

}  // namespace haki::formats
