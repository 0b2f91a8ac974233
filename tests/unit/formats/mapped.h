// What the tests of the mappers share: a table of cells mapped without a file, and the real files read with one.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "files.h"
#include "formats/mapper.h"
#include "formats/recommendations.h"

namespace haki::formats {

using Cells = std::vector<std::string>;

// The table a reader would have handed over; the first row is number 2.
inline RecommendationTable mapped(const TableFacts& facts, const Cells& header, const std::vector<Cells>& rows) {
  auto mapper = choose_mapper("a file", facts, header);
  EXPECT_TRUE(mapper) << mapper.error().message;
  if (!mapper) return {};
  std::uint64_t number = 2;
  for (const Cells& cells : rows) (*mapper)->row(number++, cells);
  return std::move((*mapper)->table());
}

inline std::set<std::string> identities_of(const RecommendationTable& table) {
  std::set<std::string> identities;
  for (const RecommendationRow& row : table.rows) identities.insert(identity_of(row));
  return identities;
}

// The real file at `name` below data/, or why it cannot be read here. A reader that is not there yet answers
inline std::optional<RecommendationTable> real_table(const std::string& name, std::string& why_not) {
  const auto folder = shared_data();
  if (folder.empty() || !std::filesystem::exists(folder / name)) {
    why_not = "real file absent: data/" + name + " (set HAKI_SHARED to the folder that has data/upr)";
    return std::nullopt;
  }
  auto table = read_recommendations((folder / name).string());
  if (table) return std::move(*table);
  why_not = "data/" + name + " was refused: " + table.error().message;
  ADD_FAILURE() << why_not;
  return std::nullopt;
}

#define REAL_OR_SKIP(table, name)                       \
  std::string why_not_##table;                          \
  const auto table = real_table(name, why_not_##table); \
  if (!table) GTEST_SKIP() << why_not_##table

}  // namespace haki::formats
