#include "formats/xls_table.h"

#include <freexl.h>
#include <iconv.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <new>
#include <optional>
#include <string>

#include "formats/cell_text.h"
#include "formats/container.h"

namespace haki::formats {

namespace {

// The names by which FreeXL asks for them.
constexpr std::array kCodePages{
    "UTF-16LE", "CP437",  "CP720",  "CP737",  "CP775",  "CP850",  "CP852",  "CP855",  "CP857",  "CP858",
    "CP860",    "CP861",  "CP862",  "CP863",  "CP864",  "CP865",  "CP866",  "CP869",  "CP874",  "CP932",
    "CP936",    "CP949",  "CP950",  "CP1250", "CP1251", "CP1252", "CP1253", "CP1254", "CP1255", "CP1256",
    "CP1257",   "CP1258", "CP1361", "MacRoman"};

// What the next fopen of FreeXL opens.
std::string_view workbook_bytes;

// FreeXL's name for the letters of the old Mac is not the C library's.
iconv_t open_conversion(const char* to, const char* from) {
  return ::iconv_open(to, std::string_view(from) == "MacRoman" ? "MACINTOSH" : from);
}

// Whether the records of a workbook are scrambled with a password: a record says so soon after the first. FreeXL knows it
// too, but gives up at the scrambled texts before it says so. The stream begins at a sector, and its first is enough.
bool is_scrambled(std::string_view bytes) {
  constexpr std::size_t kSectorBytes = 512, kHeadBytes = 4;
  constexpr std::string_view kFirstRecord("\x09\x08\x10\x00\x00\x06\x05\x00", 8);
  constexpr std::size_t kPasswordRecord = 0x2f;
  const auto number = [](std::string_view record, std::size_t at) {
    return std::size_t{static_cast<unsigned char>(record[at])} | std::size_t{static_cast<unsigned char>(record[at + 1])} << 8U;
  };
  for (std::size_t sector = 0; sector < bytes.size(); sector += kSectorBytes) {
    std::string_view rest = bytes.substr(sector, kSectorBytes);
    if (!rest.starts_with(kFirstRecord)) continue;
    while (rest.size() >= kHeadBytes) {
      if (number(rest, 0) == kPasswordRecord) return true;
      rest.remove_prefix(std::min(kHeadBytes + number(rest, 2), rest.size()));
    }
  }
  return false;
}

class OpenWorkbook {
 public:
  explicit OpenWorkbook(std::string_view bytes) {
    workbook_bytes = bytes;
    status_ = freexl_open("", &handle_);
  }
  OpenWorkbook(const OpenWorkbook&) = delete;
  OpenWorkbook& operator=(const OpenWorkbook&) = delete;
  ~OpenWorkbook() {
    if (handle_ != nullptr) freexl_close(handle_);
  }

  int status() const { return status_; }
  const void* get() const { return handle_; }

  unsigned info(unsigned short what) const {
    unsigned value = 0;
    return freexl_get_info(handle_, what, &value) == FREEXL_OK ? value : 0;
  }

 private:
  const void* handle_ = nullptr;
  int status_ = FREEXL_OK;
};

// FreeXL writes a moment as "2014-06-20 14:30:00".
std::string moment_text(std::string_view text) {
  std::string moment(text);
  const std::size_t space = moment.find(' ');
  if (space != std::string::npos) moment[space] = 'T';
  return moment;
}

std::string text_of(const FreeXL_CellValue& cell) {
  switch (cell.type) {
    case FREEXL_CELL_INT:
      return std::to_string(cell.value.int_value);
    case FREEXL_CELL_DOUBLE:
      return number_text(cell.value.double_value);
    case FREEXL_CELL_TEXT:
    case FREEXL_CELL_SST_TEXT:
    case FREEXL_CELL_DATE:
    case FREEXL_CELL_TIME:
      return cell.value.text_value == nullptr ? "" : cell.value.text_value;
    case FREEXL_CELL_DATETIME:
      return cell.value.text_value == nullptr ? "" : moment_text(cell.value.text_value);
    default:
      return "";
  }
}

void put_sheet(const OpenWorkbook& workbook, TableWriter& table) {
  unsigned rows = 0;
  unsigned short columns = 0;
  if (freexl_worksheet_dimensions(workbook.get(), &rows, &columns) != FREEXL_OK) {
    return table.fail(Failure::kDamagedWorkbook);
  }
  for (unsigned row = 0; row < rows && !table.failed(); ++row) {
    table.begin_row(row + 1ULL);
    for (unsigned short column = 0; column < columns; ++column) {
      FreeXL_CellValue cell{};
      const int answer = freexl_get_cell_value(workbook.get(), row, column, &cell);
      if (answer == FREEXL_BIFF_ILLEGAL_SST_INDEX) table.refuse(column, Refusal::kNoSuchText);
      if (answer == FREEXL_OK) table.cell_at(column, text_of(cell));
      if (answer != FREEXL_OK && answer != FREEXL_BIFF_ILLEGAL_SST_INDEX) table.refuse(column, Refusal::kDamaged);
    }
    table.fill_to_header();
    table.end_row();
  }
}

std::optional<Failure> put_workbook(std::string_view bytes, TableWriter& table) {
  const OpenWorkbook workbook(bytes);
  if (workbook.status() == FREEXL_INSUFFICIENT_MEMORY) throw std::bad_alloc();
  if (workbook.status() != FREEXL_OK) return is_scrambled(bytes) ? Failure::kLocked : Failure::kDamagedWorkbook;
  if (workbook.info(FREEXL_BIFF_PASSWORD) == FREEXL_BIFF_OBFUSCATED) return Failure::kLocked;
  // Workbooks before Excel 5 have one sheet, which needs no selecting.
  const bool has_sheets = workbook.info(FREEXL_BIFF_VERSION) >= FREEXL_BIFF_VER_5;
  const unsigned sheets = has_sheets ? workbook.info(FREEXL_BIFF_SHEET_COUNT) : 1;
  for (unsigned sheet = 0; sheet < sheets && !table.has_header() && !table.failed(); ++sheet) {
    if (freexl_select_active_worksheet(workbook.get(), static_cast<unsigned short>(sheet)) != FREEXL_OK) {
      return Failure::kDamagedWorkbook;
    }
    put_sheet(workbook, table);
  }
  return std::nullopt;
}

}  // namespace

XlsConversions::XlsConversions(int file) {
  std::array<char, 8> begin{};
  const ssize_t count = ::pread(file, begin.data(), begin.size(), 0);
  if (count < 0 || !begins_as_old_workbook({begin.data(), static_cast<std::size_t>(count)})) return;
  for (const char* page : kCodePages) {
    const iconv_t conversion = open_conversion("UTF-8", page);
    if (conversion != reinterpret_cast<iconv_t>(-1)) conversions_.push_back(conversion);
  }
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

extern "C" iconv_t haki_open_conversion(const char* to, const char* from) {
  return haki::formats::open_conversion(to, from);
}

// FreeXL's fopen: the bytes in memory, for reading only.
extern "C" std::FILE* haki_open_workbook(const char*, const char*) {
  const std::string_view bytes = haki::formats::workbook_bytes;
  return ::fmemopen(const_cast<char*>(bytes.data()), bytes.size(), "r");
}
