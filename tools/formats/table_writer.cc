#include "formats/table_writer.h"

#include <algorithm>
#include <utility>

#include "formats/text_encoding.h"

namespace haki::formats {

namespace {

// Control characters other than the line ends and tabs that cells have; C1 controls are the bytes c2 80 to c2 9f.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\v') || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

void put_failure(Failure failure, std::uint64_t row, FrameWriter& out) {
  std::string payload;
  put_number(payload, static_cast<std::uint8_t>(failure), 1);
  put_number(payload, row, 8);
  out.write(FrameKind::kFailure, payload);
}

}  // namespace

void write_failure(Failure failure, FrameWriter& out) { put_failure(failure, 1, out); }

void TableWriter::facts(std::string container, std::string title, std::string why_utf8, std::vector<std::string> sheets) {
  TableFacts facts;
  facts.container = std::move(container);
  facts.title = std::move(title);
  facts.encoding = "utf-8";
  facts.encoding_reason = std::move(why_utf8);
  facts.sheets = std::move(sheets);
  this->facts(facts);
}

void TableWriter::facts(const TableFacts& facts) {
  is_csv_ = facts.container == "csv";
  std::string payload;
  for (const std::string* fact :
       {&facts.container, &facts.title, &facts.encoding, &facts.encoding_reason, &facts.delimiter}) {
    put_text(payload, *fact);
  }
  put_texts(payload, facts.sheets);
  out_.write(FrameKind::kFacts, payload);
}

void TableWriter::begin_row(std::uint64_t number) {
  row_ = number;
  cells_.clear();
  cell_count_ = 0;
  problem_.reset();
}

std::optional<Refusal> TableWriter::refusal_of(std::string_view text) const {
  if (text.size() > limits_.cell_bytes) return Refusal::kCellTooLong;
  if (!is_utf8(text)) return Refusal::kDamaged;
  if (has_control(text)) return Refusal::kControl;
  return std::nullopt;
}

void TableWriter::cell(std::string text) {
  const std::size_t column = cell_count_++;
  if (cell_count_ > limits_.columns) return refuse(kNoColumn, Refusal::kTooManyCells);
  if (const auto refusal = refusal_of(text)) return refuse(column, *refusal);
  if (!problem_) cells_.push_back(std::move(text));
}

void TableWriter::cell_refused(Refusal refusal) {
  const std::size_t column = cell_count_++;
  if (cell_count_ > limits_.columns) return refuse(kNoColumn, Refusal::kTooManyCells);
  refuse(column, refusal);
}

void TableWriter::cell_at(std::size_t column, std::string_view text) {
  if (text.empty()) return;
  if (column >= limits_.columns) return refuse(kNoColumn, Refusal::kTooManyCells);
  if (const auto refusal = refusal_of(text)) return refuse(column, *refusal);
  if (column < cells_.size() && !cells_[column].empty()) return refuse(column, Refusal::kMisplaced);
  if (problem_) return;
  if (column >= cells_.size()) cells_.resize(column + 1);
  cells_[column] = text;
  cell_count_ = cells_.size();
}

void TableWriter::refuse(std::size_t column, Refusal refusal) {
  if (!problem_) problem_ = Problem{static_cast<std::uint32_t>(column), refusal};
}

void TableWriter::fill_to_header() {
  if (cells_.size() < header_cells_) cells_.resize(header_cells_);
}

void TableWriter::end_row() {
  if (!failure_ && !is_blank()) put_row();
}

void TableWriter::fail(Failure failure) {
  if (!failure_) failure_ = failure;
}

bool TableWriter::is_blank() const {
  return !problem_ && std::all_of(cells_.begin(), cells_.end(), [](const std::string& text) {
    return text.find_first_not_of(" \t\r\n\v") == std::string::npos;
  });
}

void TableWriter::put_row() {
  if (!has_header()) return put_header();
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

void TableWriter::put_header() {
  if (problem_) {
    const bool is_binary = is_csv_ && problem_->refusal == Refusal::kControl;  // text is what is left of all kinds
    return fail(problem_->refusal == Refusal::kTooManyCells ? Failure::kColumns
                : is_binary                                 ? Failure::kBinary
                                                            : Failure::kHeader);
  }
  header_cells_ = cells_.size();
  std::string payload;
  put_texts(payload, cells_);
  out_.write(FrameKind::kHeader, payload);
}

void TableWriter::finish(std::string_view line_ends, Failure without_header) {
  if (!failure_ && !has_header()) failure_ = without_header;
  if (failure_) return put_failure(*failure_, row_, out_);
  std::string payload;
  put_text(payload, line_ends);
  out_.write(FrameKind::kDone, payload);
}

}  // namespace haki::formats
