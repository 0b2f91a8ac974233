#include "formats/csv_table.h"

#include <csv.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haki::formats {

namespace {

constexpr std::size_t kEndlessCellBytes = 1U << 20;  // a cell that grows beyond is no cell: the file is given up
constexpr std::size_t kBlockBytes = 64U << 10;       // parsed between two looks at whether to give up
constexpr std::size_t kFirstLineBytes = 64U << 10;   // looked at for the separator

// libcsv has no bound of its own and gives up where its allocator does.
void* bounded_realloc(void* memory, std::size_t size) {
  return size > kEndlessCellBytes ? nullptr : std::realloc(memory, size);
}

std::optional<Failure> failure_by_first_bytes(std::string_view bytes) {
  if (bytes.starts_with("%PDF")) return Failure::kPdf;
  if (bytes.starts_with("PK\x03\x04")) return Failure::kZip;
  if (bytes.starts_with("\xd0\xcf\x11\xe0")) return Failure::kOldExcel;
  return std::nullopt;
}

std::optional<Failure> failure_by_text(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return Failure::kBlank;
  if (text[first] == '{' || text[first] == '[') return Failure::kJson;
  if (text[first] == '<') return Failure::kMarkup;
  return std::nullopt;
}

char delimiter_of(std::string_view text) {
  std::size_t commas = 0, semicolons = 0, tabs = 0;
  bool quoted = false;
  bool begun = false;
  for (const char character : text.substr(0, kFirstLineBytes)) {
    if (character == '"') quoted = !quoted;
    if (quoted) continue;
    const bool ends = character == '\r' || character == '\n';
    if (ends && begun) break;
    begun = begun || !ends;
    if (character == ',') ++commas;
    if (character == ';') ++semicolons;
    if (character == '\t') ++tabs;
  }
  if (semicolons > commas && semicolons >= tabs) return ';';
  return tabs > commas ? '\t' : ',';
}

// Control characters other than the line ends and tabs that cells have; C1 controls are the bytes c2 80 to c2 9f.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\v') || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

// Takes what libcsv finds and writes it out row by row.
class RowWriter {
 public:
  RowWriter(const ReadLimits& limits, const ByteTable* byte_table, FrameWriter& out)
      : limits_(limits), byte_table_(byte_table), out_(out) {}

  void cell(std::string_view bytes) {
    const std::size_t column = cell_count_++;
    last_end_ = 0;
    if (cell_count_ > limits_.columns) return refuse(kNoColumn, Refusal::kTooManyCells);
    std::string text;
    if (bytes.size() > limits_.cell_bytes) return refuse(column, Refusal::kCellTooLong);
    if (byte_table_ == nullptr) {
      if (!is_utf8(bytes)) return refuse(column, Refusal::kDamaged);
      text = bytes;
    } else if (!decode_bytes(bytes, *byte_table_, text)) {
      return refuse(column, Refusal::kDamaged);
    }
    if (text.size() > limits_.cell_bytes) return refuse(column, Refusal::kCellTooLong);
    if (has_control(text)) return refuse(column, Refusal::kControl);
    cells_.push_back(std::move(text));
  }

  // `end` is the byte that ended the row; -1 at the end of the file.
  void row(int end) {
    if (failure_) return;
    if (cell_count_ == 0 && end == '\n' && last_end_ == '\r') {
      --ends_with_cr_;
      ++ends_with_crlf_;
      last_end_ = 0;
      return;
    }
    if (cell_count_ > 0) put_row();
    if (end == '\r') ++ends_with_cr_;
    if (end == '\n') ++ends_with_lf_;
    last_end_ = end;
    ++row_;
    cells_.clear();
    cell_count_ = 0;
    problem_.reset();
  }

  void refuse(std::size_t column, Refusal refusal) {
    if (!problem_) problem_ = Problem{static_cast<std::uint32_t>(column), refusal};
  }

  void never_closed() {
    problem_.reset();
    refuse(cell_count_, Refusal::kNeverClosed);
    ++cell_count_;
    row(-1);
  }

  void fail(Failure failure) {
    if (!failure_) failure_ = failure;
  }

  bool failed() const { return failure_.has_value(); }

  void finish() {
    std::string payload;
    if (!failure_ && !header_written_) failure_ = Failure::kBlank;
    if (failure_) {
      put_number(payload, static_cast<std::uint8_t>(*failure_), 1);
      put_number(payload, row_, 8);
      return out_.write(FrameKind::kFailure, payload);
    }
    put_text(payload, line_ends());
    out_.write(FrameKind::kDone, payload);
  }

 private:
  struct Problem {
    std::uint32_t column;
    Refusal refusal;
  };

  void put_row() {
    if (!header_written_) return put_header();
    const bool blank = !problem_ && std::all_of(cells_.begin(), cells_.end(), [](const std::string& text) {
      return text.find_first_not_of(" \t\r\n\v") == std::string::npos;
    });
    if (blank) return;
    if (++rows_written_ > limits_.rows) return fail(Failure::kRows);
    std::string payload;
    put_number(payload, row_, 8);
    if (problem_) {
      put_number(payload, problem_->column, 4);
      put_number(payload, static_cast<std::uint8_t>(problem_->refusal), 1);
      return out_.write(FrameKind::kRefused, payload);
    }
    put_texts(payload, cells_);
    out_.write(FrameKind::kRow, payload);
  }

  void put_header() {
    if (problem_) {
      return fail(problem_->refusal == Refusal::kTooManyCells ? Failure::kColumns
                  : problem_->refusal == Refusal::kControl    ? Failure::kBinary
                                                              : Failure::kHeader);
    }
    header_written_ = true;
    std::string payload;
    put_texts(payload, cells_);
    out_.write(FrameKind::kHeader, payload);
  }

  std::string_view line_ends() const {
    const int kinds = (ends_with_cr_ > 0 ? 1 : 0) + (ends_with_lf_ > 0 ? 1 : 0) + (ends_with_crlf_ > 0 ? 1 : 0);
    if (kinds == 0) return "none";
    if (kinds > 1) return "mixed";
    return ends_with_cr_ > 0 ? "CR" : (ends_with_lf_ > 0 ? "LF" : "CRLF");
  }

  const ReadLimits& limits_;
  const ByteTable* byte_table_;  // null where the bytes are UTF-8
  FrameWriter& out_;
  std::uint64_t row_ = 1;
  std::uint64_t rows_written_ = 0;
  std::vector<std::string> cells_;
  std::size_t cell_count_ = 0;  // of the row so far, those not kept included
  std::optional<Problem> problem_;
  std::optional<Failure> failure_;
  bool header_written_ = false;
  int last_end_ = 0;  // of the row before, while nothing followed it
  std::uint64_t ends_with_cr_ = 0, ends_with_lf_ = 0, ends_with_crlf_ = 0;
};

void take_cell(void* data, std::size_t size, void* writer) {
  static_cast<RowWriter*>(writer)->cell({static_cast<const char*>(data), size});
}

void take_row(int end, void* writer) { static_cast<RowWriter*>(writer)->row(end); }

void parse(std::string_view text, char delimiter, RowWriter& rows) {
  csv_parser parser;
  // Lenient about stray quotation marks, as spreadsheets are; every line end is reported, so that blank lines count.
  if (csv_init(&parser, CSV_REPALL_NL) != 0) throw std::bad_alloc();
  csv_set_delim(&parser, static_cast<unsigned char>(delimiter));
  csv_set_realloc_func(&parser, bounded_realloc);
  csv_set_blk_size(&parser, 8U << 10);
  while (!text.empty() && !rows.failed()) {
    const std::string_view block = text.substr(0, kBlockBytes);
    if (csv_parse(&parser, block.data(), block.size(), take_cell, take_row, &rows) != block.size()) {
      rows.fail(Failure::kEndlessCell);
    }
    text.remove_prefix(block.size());
  }
  if (!rows.failed()) {
    csv_set_opts(&parser, CSV_STRICT | CSV_STRICT_FINI);
    if (csv_fini(&parser, take_cell, take_row, &rows) != 0) rows.never_closed();
  }
  csv_free(&parser);
}

void write_failure(Failure failure, FrameWriter& out) {
  std::string payload;
  put_number(payload, static_cast<std::uint8_t>(failure), 1);
  put_number(payload, 1, 8);
  out.write(FrameKind::kFailure, payload);
}

}  // namespace

void write_csv_frames(int input_fd, std::uint64_t size, const ByteTables& tables, const ReadLimits& limits,
                      FrameWriter& out) {
  // A file that shrinks while it is read ends this process, which is what it is for.
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, input_fd, 0);
  if (mapped == MAP_FAILED) return write_failure(Failure::kUnreadable, out);
  const std::string_view bytes(static_cast<const char*>(mapped), size);
  if (const auto failure = failure_by_first_bytes(bytes)) return write_failure(*failure, out);

  const Recognised recognised = recognise_encoding(bytes, tables);
  std::string_view text = bytes.substr(recognised.mark_bytes);
  std::string converted;
  if (recognised.encoding == Encoding::kUtf16Little || recognised.encoding == Encoding::kUtf16Big) {
    converted = decode_utf16(text, recognised.encoding == Encoding::kUtf16Little);
    text = converted;
  }
  if (const auto failure = failure_by_text(text)) return write_failure(*failure, out);

  const char delimiter = delimiter_of(text);
  std::string payload;
  put_text(payload, encoding_name(recognised.encoding));
  put_text(payload, recognised.reason);
  put_text(payload, std::string_view(&delimiter, 1));
  out.write(FrameKind::kFacts, payload);

  const ByteTable* byte_table = recognised.encoding == Encoding::kMacRoman      ? &tables.mac_roman
                                : recognised.encoding == Encoding::kWindows1252 ? &tables.windows_1252
                                                                                : nullptr;
  RowWriter rows(limits, byte_table, out);
  parse(text, delimiter, rows);
  rows.finish();
}

}  // namespace haki::formats
