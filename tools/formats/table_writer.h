// Writes a table as frames and holds it to the limits: columns, rows, bytes and control characters of a cell. Every
// container writes through this, so that a bound or a refusal means the same in all (spec 70-import, section 3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/frames.h"
#include "formats/recommendations.h"
#include "formats/table_reader.h"

namespace haki::formats {

constexpr std::size_t kTitleBytesMax = 1'000;
constexpr std::uint32_t kSheetsMax = 256;  // that are named

// Order of calls: facts; for each row begin_row, its cells, end_row; finish. After fail() rows are not written any more.
class TableWriter {
 public:
  TableWriter(const ReadLimits& limits, FrameWriter& out) : limits_(limits), out_(out) {}
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;

  // The facts of a container whose texts are UTF-8 by its own rules; csv has more to say.
  void facts(std::string container, std::string title, std::string why_utf8, std::vector<std::string> sheets = {});
  void facts(const TableFacts& facts);

  void begin_row(std::uint64_t number);
  void cell(std::string text);                          // the next to the right
  void cell_refused(Refusal refusal);                   // the next to the right, and not fit to be written
  void cell_at(std::size_t column, std::string_view text);  // in any order; an empty one is none
  void refuse(std::size_t column, Refusal refusal);     // the row; the first reason is the one reported
  void fill_to_header();                                // empty cells, as a sheet has them to the right of its last
  void end_row();                                       // the first row with a text is the header; blank ones are passed over

  void fail(Failure failure);
  bool failed() const { return failure_.has_value(); }
  bool has_header() const { return header_cells_ > 0; }
  std::uint64_t row_number() const { return row_; }
  std::size_t cell_count() const { return cell_count_; }  // of the row so far, those not kept included
  const ReadLimits& limits() const { return limits_; }

  // Writes the last frame: the failure where there is one, `without_header` where no row was written.
  void finish(std::string_view line_ends, Failure without_header);

 private:
  struct Problem {
    std::uint32_t column;
    Refusal refusal;
  };

  std::optional<Refusal> refusal_of(std::string_view text) const;
  bool is_blank() const;
  void put_row();
  void put_header();

  const ReadLimits& limits_;
  FrameWriter& out_;
  bool is_csv_ = false;
  std::uint64_t row_ = 1;
  std::uint64_t rows_written_ = 0;
  std::size_t header_cells_ = 0;
  std::vector<std::string> cells_;
  std::size_t cell_count_ = 0;
  std::optional<Problem> problem_;
  std::optional<Failure> failure_;
};

// A failure before there was a row.
void write_failure(Failure failure, FrameWriter& out);

}  // namespace haki::formats
