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

// Why a file as a whole cannot be read. sentences.cc says each in words.
enum class Failure : std::uint8_t {
  kPdf = 1,
  kOtherZip = 2,     // a zip that is neither a workbook nor a document
  kOldDocument = 3,  // an OLE container without a workbook, such as .doc
  kDamagedJson = 4,
  kWebPage = 5,
  kBinary = 6,
  kBlank = 7,
  kColumns = 8,
  kHeader = 9,
  kEndlessCell = 10,
  kRows = 11,
  kUnreadable = 12,
  kLocked = 13,          // needs a password
  kOpenDocument = 14,    // .ods and its kin
  kBinaryWorkbook = 15,  // .xlsb
  kDamagedPackage = 16,  // a zip that is cut off, or with a part missing or not well-formed
  kUnpacked = 17,        // more bytes than allowed come out of it
  kDoctype = 18,         // a part declares a document type, by which entities come in
  kNoTable = 19,
  kNoSheet = 20,
  kRowNumber = 21,  // a sheet whose rows are not numbered upwards from 1
  kNesting = 22,
  kJsonShape = 23,  // JSON that is no list of records
  kXml = 24,
  kDamagedWorkbook = 25  // .xls
};
constexpr std::uint8_t kFailureLast = 25;

// Why a row cannot be read.
enum class Refusal : std::uint8_t {
  kControl = 1,
  kDamaged = 2,
  kCellTooLong = 3,
  kNeverClosed = 4,
  kTooManyCells = 5,
  kNoSuchText = 6,  // a cell that names a shared text the workbook does not hold
  kMisplaced = 7    // a cell without a proper place, or in the place of another
};
constexpr std::uint8_t kRefusalLast = 7;

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

  void write(FrameKind kind, std::string_view payload) { write(static_cast<std::uint8_t>(kind), payload); }
  void write(std::uint8_t kind, std::string_view payload);  // of a child that has kinds of its own
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
