// The frames that a parsing child writes and its parent reads (spec 70-import, section 1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "haki/result.h"

namespace haki::formats {

enum class FrameKind : std::uint8_t { kFacts = 1, kHeader = 2, kRow = 3, kRefused = 4, kFailure = 5, kDone = 6 };

// Why a file as a whole cannot be read. The parent has the sentences.
enum class Failure : std::uint8_t {
  kPdf = 1,
  kZip = 2,
  kOldExcel = 3,
  kJson = 4,
  kMarkup = 5,
  kBinary = 6,
  kBlank = 7,
  kColumns = 8,
  kHeader = 9,
  kEndlessCell = 10,
  kRows = 11,
  kUnreadable = 12
};

// Why a row cannot be read.
enum class Refusal : std::uint8_t { kControl = 1, kDamaged = 2, kCellTooLong = 3, kNeverClosed = 4, kTooManyCells = 5 };

constexpr std::size_t kFrameHeadBytes = 5;
constexpr std::uint32_t kNoColumn = 0xffffffff;

struct Frame {
  std::uint8_t kind = 0;  // as received: may be no FrameKind
  std::string payload;
};

// Writes frames to a descriptor; buffers until a mebibyte is full or flush(). A reader that is gone ends the process,
// which is right for a child and wrong for anything else.
class FrameWriter {
 public:
  explicit FrameWriter(int fd) : fd_(fd) {}
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

  void write(FrameKind kind, std::string_view payload);
  void flush();

 private:
  int fd_;
  std::string buffer_;
};

// Builds a payload.
void put_number(std::string& payload, std::uint64_t number, int bytes);
void put_text(std::string& payload, std::string_view text);
void put_texts(std::string& payload, const std::vector<std::string>& texts);

// Takes a payload apart; every answer is empty once something did not fit, and stays so.
class FrameReader {
 public:
  explicit FrameReader(std::string_view payload) : rest_(payload) {}

  std::optional<std::uint64_t> number(int bytes);
  std::optional<std::string> text();                                       // well-formed UTF-8 or nothing
  std::optional<std::vector<std::string>> texts(std::uint32_t count_max);  // a count and as many texts
  bool at_end() const { return sound_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool sound_ = true;
};

}  // namespace haki::formats
