// A table of cells out of a stranger's file, by way of a child process. What the cells mean is decided elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "formats/frames.h"
#include "formats/recommendations.h"
#include "haki/result.h"

namespace haki::formats {

struct TableFacts {
  std::string container = "csv";  // what kind of file it is: csv, xls, xlsx, docx or json
  std::string title;              // what a document says above its table (the page header of a .docx); else empty
  std::string encoding;
  std::string encoding_reason;
  std::string delimiter;  // empty where the container is not csv
  std::vector<std::string> sheets{};  // of an .xlsx: the names of its visible sheets, in the order of the tabs
};

// Receives a table as it is read. An Error from one of them stops the reading and is its answer.
class TableSink {
 public:
  virtual ~TableSink() = default;
  virtual Result<> facts(TableFacts facts) = 0;
  virtual Result<> header(std::vector<std::string> cells) = 0;
  virtual Result<> row(std::uint64_t row, std::vector<std::string> cells) = 0;  // as many cells as the row has
  virtual Result<> refused(std::uint64_t row, std::uint32_t column /* or kNoColumn */, std::string reason) = 0;
  virtual Result<> done(std::string line_ends) = 0;
};

// Reads the table in the file at `path` into `sink`: facts, header, rows and refusals in the order of the file, done.
// What kind of file it is, its bytes say, never its name (spec 70-import, section 3.1). `sheet`: of an .xlsx the visible
// sheet of that name is read, where there is one.
Result<> read_table(const std::string& path, const ReadLimits& limits, TableSink& sink, const std::string& sheet = {});

// The parent's half: a child's frames, each checked and handed on; nothing in them is trusted. Borrows all three.
std::function<Result<bool>(const Frame& frame)> table_frame_taker(const std::string& path, const ReadLimits& limits, TableSink& sink);

}  // namespace haki::formats
