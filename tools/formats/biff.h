// The records of an old Excel workbook (MS-XLS: BIFF8 of Excel 97 to 2003, BIFF5 of Excel 5 and 95) and the texts in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haki::formats {

struct BiffRecord {
  unsigned id = 0;
  std::string_view body;
};

// The records of a stream from a place on, each with those that continue it.
class BiffRecords {
 public:
  BiffRecords(std::string_view stream, std::size_t at) : stream_(stream), at_(at) {}

  // Nothing at the end, and where a record's length leads beyond it: is_damaged() tells the two apart.
  std::optional<BiffRecord> next();
  bool is_damaged() const { return damaged_; }

  // The body of the record that next() gave and of those after it that continue it, which are passed over.
  std::vector<std::string_view> with_continuations(std::string_view body);

 private:
  std::string_view stream_;
  std::size_t at_;
  bool damaged_ = false;
};

// Reads through the bodies of a record and its continuations as one.
class BiffText {
 public:
  explicit BiffText(std::vector<std::string_view> pieces) : pieces_(std::move(pieces)) {}

  std::uint64_t number(std::size_t size);
  void skip(std::uint64_t bytes);
  bool at_end();
  bool is_damaged() const { return damaged_; }  // something was wanted beyond the end

  // A text of BIFF8 whose count of characters was read: flags, characters of one or two bytes, what else belongs to it.
  std::string unicode(std::uint64_t characters);
  // So many bytes in the code page of the workbook.
  std::string bytes(std::uint64_t count);

 private:
  // What is left of the piece under way; empty at the end.
  std::string_view rest();

  std::vector<std::string_view> pieces_;
  std::size_t piece_ = 0;
  std::size_t at_ = 0;
  bool damaged_ = false;
};

}  // namespace haki::formats
