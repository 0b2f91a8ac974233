#include "formats/table_reader.h"

#include <algorithm>
#include <optional>

#include "formats/child_process.h"
#include "formats/frames.h"
#include "formats/input_file.h"
#include "formats/sentences.h"
#include "formats/table_child.h"
#include "formats/table_writer.h"
#include "formats/xls_table.h"

namespace haki::formats {

namespace {

constexpr std::size_t kFactBytesMax = 256;  // of each fact but the title
constexpr std::size_t kFactsFrameBytesMax = 6 * 4 + kTitleBytesMax + 4 * kFactBytesMax + kSheetsMax * (4 + kFactBytesMax);

Result<InputFile> open_table(const std::string& path, const ReadLimits& limits) {
  HAKI_ASSIGN(InputFile file, open_input(path));
  if (file.size() == 0) {
    return Error{Code::kInvalid, path + " is empty. Perhaps its download or copy did not finish; fetch it again."};
  }
  if (file.size() > limits.file_bytes) {
    return Error{Code::kTooLarge, path + " is larger than " + std::to_string(limits.file_bytes >> 20) +
                                      " MiB. Split it into smaller files, each with the heading line."};
  }
  return file;
}

// Checks each frame and hands it on. What is out of order or does not parse is a broken reading.
class FrameTaker {
 public:
  FrameTaker(const std::string& path, const ReadLimits& limits, TableSink& sink)
      : path_(path), limits_(limits), sink_(sink) {}

  Result<bool> take(const Frame& frame) {
    FrameReader in(frame.payload);
    switch (static_cast<FrameKind>(frame.kind)) {
      case FrameKind::kFacts:
        return facts(in);
      case FrameKind::kHeader:
        return header(in);
      case FrameKind::kRow:
        return row(in);
      case FrameKind::kRefused:
        return refused(in);
      case FrameKind::kFailure:
        return failure(in);
      case FrameKind::kDone:
        return done(in);
    }
    return broken();
  }

 private:
  enum class Stage { kStart, kFacts, kRows };

  static bool is_container(std::string_view name) {
    return name == "csv" || name == "xls" || name == "xlsx" || name == "docx" || name == "json";
  }

  Error broken() const {
    return {Code::kDamaged, "Reading " + path_ +
                                " broke off; nothing of it was used. Open it in the program that made it, save it "
                                "again under another name, and try that file."};
  }

  Result<bool> facts(FrameReader& in) {
    TableFacts facts;
    for (std::string* fact : {&facts.container, &facts.title, &facts.encoding, &facts.encoding_reason, &facts.delimiter}) {
      const std::size_t bytes_max = fact == &facts.title ? kTitleBytesMax : kFactBytesMax;
      auto text = in.text();
      if (!text || text->size() > bytes_max) return broken();
      *fact = std::move(*text);
    }
    auto sheets = in.texts(kSheetsMax);
    if (!sheets || (!sheets->empty() && facts.container != "xlsx")) return broken();
    if (std::ranges::any_of(*sheets, [](const std::string& name) { return name.size() > kFactBytesMax; })) return broken();
    facts.sheets = std::move(*sheets);
    if (stage_ != Stage::kStart || !in.at_end() || !is_container(facts.container)) return broken();
    if (facts.delimiter.size() != (facts.container == "csv" ? 1U : 0U)) return broken();
    stage_ = Stage::kFacts;
    HAKI_TRY(sink_.facts(std::move(facts)));
    return false;
  }

  Result<bool> header(FrameReader& in) {
    auto cells = in.texts(limits_.columns);
    if (stage_ != Stage::kFacts || !cells || cells->empty() || !in.at_end() || too_long(*cells)) return broken();
    stage_ = Stage::kRows;
    HAKI_TRY(sink_.header(std::move(*cells)));
    return false;
  }

  Result<bool> row(FrameReader& in) {
    const auto number = in.number(8);
    auto cells = in.texts(limits_.columns);
    if (!next_row(number) || !cells || !in.at_end() || too_long(*cells)) return broken();
    HAKI_TRY(sink_.row(*number, std::move(*cells)));
    return false;
  }

  Result<bool> refused(FrameReader& in) {
    const auto number = in.number(8);
    const auto column = in.number(4);
    const auto which = in.number(1);
    if (!next_row(number) || !which || !in.at_end() || *which < 1 || *which > kRefusalLast) return broken();
    HAKI_TRY(sink_.refused(*number, static_cast<std::uint32_t>(*column),
                           refusal_sentence(static_cast<Refusal>(*which), limits_)));
    return false;
  }

  Result<bool> failure(FrameReader& in) {
    const auto which = in.number(1);
    const auto number = in.number(8);
    if (!number || !in.at_end() || *which < 1 || *which > kFailureLast) return broken();
    return failure_sentence(path_, static_cast<Failure>(*which), *number, limits_);
  }

  Result<bool> done(FrameReader& in) {
    auto line_ends = in.text();
    if (stage_ != Stage::kRows || !line_ends || !in.at_end() || line_ends->size() > kFactBytesMax) return broken();
    HAKI_TRY(sink_.done(std::move(*line_ends)));
    return true;
  }

  // Rows only go up, and there are no more of them than allowed.
  bool next_row(const std::optional<std::uint64_t>& number) {
    if (stage_ != Stage::kRows || !number || *number <= last_row_ || ++rows_ > limits_.rows) return false;
    last_row_ = *number;
    return true;
  }

  bool too_long(const std::vector<std::string>& cells) const {
    for (const std::string& cell : cells) {
      if (cell.size() > limits_.cell_bytes) return true;
    }
    return false;
  }

  const std::string& path_;
  const ReadLimits& limits_;
  TableSink& sink_;
  Stage stage_ = Stage::kStart;
  std::uint64_t last_row_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace

Result<> read_table(const std::string& path, const ReadLimits& limits, TableSink& sink, const std::string& sheet) {
  HAKI_ASSIGN(const InputFile file, open_table(path, limits));
  HAKI_ASSIGN(const ByteTables tables, load_byte_tables());
  const XlsConversions conversions(file.fd());
  ChildLimits child_limits;
  child_limits.memory_bytes = limits.memory_bytes;
  child_limits.cpu_seconds = limits.cpu_seconds;
  child_limits.wall_seconds = limits.wall_seconds;
  const std::uint64_t row_bytes = 16 + static_cast<std::uint64_t>(limits.columns) * (limits.cell_bytes + 4ULL);
  child_limits.frame_bytes = std::max<std::uint64_t>(row_bytes, kFactsFrameBytesMax);
  child_limits.result_bytes = limits.result_bytes;

  const auto work = [&](int input_fd, FrameWriter& out) { write_table_frames(input_fd, file.size(), tables, limits, sheet, out); };
  return run_in_child(path, file.fd(), child_limits, work, table_frame_taker(path, limits, sink));
}

TakeFrame table_frame_taker(const std::string& path, const ReadLimits& limits, TableSink& sink) {
  return [taker = FrameTaker(path, limits, sink)](const Frame& frame) mutable { return taker.take(frame); };
}

}  // namespace haki::formats
