// Old Excel workbooks out of records written by the test, in an OLE container with nothing else in it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace haki::formats {

inline std::string biff_number(std::uint64_t number, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>((number >> (8 * i)) & 0xff);
  return bytes;
}

inline std::string as_utf16(std::string_view text) {
  std::string wide;
  for (const char character : text) wide += {character, '\0'};
  return wide;
}

inline std::string biff_record(unsigned id, const std::string& body) {
  return biff_number(id, 2) + biff_number(body.size(), 2) + body;
}

// Of the workbook (5), a sheet (0x10) or a chart (0x20).
inline std::string biff_begin(unsigned kind, unsigned version = 0x600) {
  return biff_record(0x809, biff_number(version, 2) + biff_number(kind, 2) + std::string(12, '\0'));
}

inline std::string biff_place(unsigned row, unsigned column, unsigned style = 0) {
  return biff_number(row, 2) + biff_number(column, 2) + biff_number(style, 2);
}

inline std::string biff_label(unsigned row, unsigned column, const std::string& text) {
  return biff_record(0x204, biff_place(row, column) + biff_number(text.size(), 2) + std::string(1, '\0') + text);
}

// One stream; sector 0 is the allocation table, 1 the directory, the stream follows.
inline std::string ole_file(std::string_view name, std::string stream) {
  constexpr std::size_t kSectorBytes = 512, kStreamBytesMin = 4'096;
  constexpr std::uint32_t kTable = 0xfffffffd, kEnd = 0xfffffffe, kFree = 0xffffffff;
  stream.resize(std::max(kStreamBytesMin, (stream.size() + kSectorBytes - 1) / kSectorBytes * kSectorBytes));
  std::string header = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + std::string(16, '\0') + biff_number(0x3e, 2) + biff_number(3, 2) +
                       biff_number(0xfffe, 2) + biff_number(9, 2) + biff_number(6, 2) + std::string(10, '\0');
  for (const std::uint32_t number : {1U, 1U, 0U, 4'096U, kEnd, 0U, kEnd, 0U, 0U}) header += biff_number(number, 4);
  header.resize(kSectorBytes, '\xff');
  std::string table = biff_number(kTable, 4) + biff_number(kEnd, 4);
  const std::size_t sectors = stream.size() / kSectorBytes;
  for (std::size_t i = 0; i < sectors; ++i) table += biff_number(i + 1 < sectors ? i + 3 : kEnd, 4);
  while (table.size() < kSectorBytes) table += biff_number(kFree, 4);
  const auto entry = [](std::string_view own_name, char type, std::uint32_t first, std::size_t size) {
    std::string bytes = as_utf16(own_name);
    bytes.resize(64);
    bytes += biff_number(2 * own_name.size() + 2, 2) + type + std::string(1, '\1') + std::string(12, '\xff');
    bytes.resize(116);
    return bytes + biff_number(first, 4) + biff_number(size, 4) + std::string(4, '\0');
  };
  std::string directory = entry("Root Entry", 5, kEnd, 0) + entry(name, 2, 2, stream.size());
  directory.resize(kSectorBytes);
  return header + table + directory + stream;
}

// A workbook of one sheet with these cells. Its shared texts are To and Text, its style 1 is a date.
inline std::string old_workbook(const std::string& cells, const std::string& shared_texts = "", unsigned hidden = 0) {
  const std::string to_and_text = biff_number(2, 3) + "To" + biff_number(4, 3) + "Text";
  const std::string texts = shared_texts.empty() ? biff_record(0xfc, biff_number(2, 8) + to_and_text) : shared_texts;
  const auto globals = [&](std::size_t offset) {
    return biff_begin(5) + biff_record(0x42, biff_number(1'200, 2)) +
           biff_record(0x41e, biff_number(164, 2) + biff_number(10, 3) + "yyyy-mm-dd") + biff_record(0xe0, std::string(20, '\0')) +
           biff_record(0xe0, biff_number(0, 2) + biff_number(164, 2) + std::string(16, '\0')) +
           biff_record(0x85, biff_number(offset, 4) + biff_number(hidden, 2) + biff_number(2, 2) + "S1") + texts + biff_record(0x0a, "");
  };
  return ole_file("Workbook", globals(globals(0).size()) + biff_begin(0x10) + cells + biff_record(0x0a, ""));
}

}  // namespace haki::formats
