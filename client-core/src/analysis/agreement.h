// How far raters agree beyond chance: Krippendorff's alpha (Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011;
// "Content Analysis", 4th ed., ch. 12). Any number of raters, values missing, units of one value left out. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace haki::analysis {

enum class Scale : std::uint8_t { kNominal, kOrdinal, kInterval, kRatio };

struct Agreement {
  std::optional<double> alpha;  // 1: all agree; 0: as by chance; empty where no unit has two values, or all values are one
  std::uint64_t units = 0;      // with two values or more
  std::uint64_t values = 0;     // in them
};

// A unit holds the values its raters gave, in any order.
Agreement krippendorff_alpha(const std::vector<std::vector<double>>& units, Scale scale);

}  // namespace haki::analysis
