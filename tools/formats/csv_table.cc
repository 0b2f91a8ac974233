#include "formats/csv_table.h"

#include <csv.h>

#include <cstdlib>
#include <new>
#include <string>
#include <utility>

namespace haki::formats {

namespace {

constexpr std::size_t kEndlessCellBytes = 1U << 20;  // a cell that grows beyond is no cell: the file is given up
constexpr std::size_t kBlockBytes = 64U << 10;       // parsed between two looks at whether to give up
constexpr std::size_t kFirstLineBytes = 64U << 10;   // looked at for the separator

// libcsv has no bound of its own and gives up where its allocator does.
void* bounded_realloc(void* memory, std::size_t size) {
  return size > kEndlessCellBytes ? nullptr : std::realloc(memory, size);
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

// Takes what libcsv finds, counts the line ends and hands the cells on as UTF-8.
class CsvRows {
 public:
  CsvRows(const ByteTable* byte_table, TableWriter& table) : byte_table_(byte_table), table_(table) {}

  void cell(std::string_view bytes) {
    last_end_ = 0;
    std::string text;
    if (bytes.size() > table_.limits().cell_bytes) return table_.cell_refused(Refusal::kCellTooLong);
    if (byte_table_ == nullptr) {
      text = bytes;
    } else if (!decode_bytes(bytes, *byte_table_, text)) {
      return table_.cell_refused(Refusal::kDamaged);
    }
    table_.cell(std::move(text));
  }

  // `end` is the byte that ended the row; -1 at the end of the file.
  void row(int end) {
    if (table_.failed()) return;
    if (table_.cell_count() == 0 && end == '\n' && last_end_ == '\r') {
      --ends_with_cr_;
      ++ends_with_crlf_;
      last_end_ = 0;
      return;
    }
    table_.end_row();
    if (table_.failed()) return;
    if (end == '\r') ++ends_with_cr_;
    if (end == '\n') ++ends_with_lf_;
    last_end_ = end;
    table_.begin_row(table_.row_number() + 1);
  }

  // The row's other faults come of the quotation mark.
  void never_closed() {
    const std::size_t column = table_.cell_count();
    table_.begin_row(table_.row_number());
    table_.refuse(column, Refusal::kNeverClosed);
    row(-1);
  }

  void fail(Failure failure) { table_.fail(failure); }
  bool failed() const { return table_.failed(); }

  std::string_view line_ends() const {
    const int kinds = (ends_with_cr_ > 0 ? 1 : 0) + (ends_with_lf_ > 0 ? 1 : 0) + (ends_with_crlf_ > 0 ? 1 : 0);
    if (kinds == 0) return "none";
    if (kinds > 1) return "mixed";
    return ends_with_cr_ > 0 ? "CR" : (ends_with_lf_ > 0 ? "LF" : "CRLF");
  }

 private:
  const ByteTable* byte_table_;  // null where the bytes are UTF-8
  TableWriter& table_;
  int last_end_ = 0;  // of the row before, while nothing followed it
  std::uint64_t ends_with_cr_ = 0, ends_with_lf_ = 0, ends_with_crlf_ = 0;
};

void take_cell(void* data, std::size_t size, void* writer) {
  static_cast<CsvRows*>(writer)->cell({static_cast<const char*>(data), size});
}

void take_row(int end, void* writer) { static_cast<CsvRows*>(writer)->row(end); }

void parse_csv(std::string_view text, char delimiter, CsvRows& rows) {
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

}  // namespace

void write_csv_table(std::string_view text, const Recognised& recognised, const ByteTables& tables,
                     TableWriter& table) {
  const char delimiter = delimiter_of(text);
  TableFacts facts;
  facts.encoding = encoding_name(recognised.encoding);
  facts.encoding_reason = recognised.reason;
  facts.delimiter = delimiter;
  table.facts(facts);

  CsvRows rows(byte_table_of(recognised.encoding, tables), table);
  parse_csv(text, delimiter, rows);
  table.finish(rows.line_ends(), Failure::kBlank);
}

}  // namespace haki::formats
