// One number for all cells of a table, so that a whole real file can be held against what another program read in it.
#pragma once

#include <cstdint>
#include <string_view>

#include "containers.h"

namespace haki::formats {

// FNV-1a, 64 bits, over each row's number, its cells without the empty ones at its end, and a separator for each. The header
// stands first, as row `header_row`.
inline std::uint64_t digest_of(const ReadTable& table, std::uint64_t header_row = 1) {
  std::uint64_t digest = 0xcbf29ce484222325U;
  const auto add = [&](std::string_view text) {
    for (const char character : text) digest = (digest ^ static_cast<unsigned char>(character)) * 0x100000001b3U;
  };
  const auto add_row = [&](std::uint64_t number, Cells cells) {
    while (!cells.empty() && cells.back().empty()) cells.pop_back();
    add(std::to_string(number));
    for (const std::string& cell : cells) add("\x1f" + cell);
    add("\x1e");
  };
  add_row(header_row, table.header);
  for (const auto& [number, cells] : table.rows) add_row(number, cells);
  return digest;
}

}  // namespace haki::formats
