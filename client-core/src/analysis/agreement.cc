#include "analysis/agreement.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace haki::analysis {
namespace {

// How often each value occurs in units that can be paired, in ascending order.
using Marginals = std::vector<std::pair<double, double>>;

double squared_difference(const Marginals& values, std::size_t one, std::size_t other, Scale scale) {
  if (one == other) return 0;
  const auto [low, high] = std::minmax(one, other);
  const double difference = values[high].first - values[low].first;
  switch (scale) {
    case Scale::kNominal: return 1;
    case Scale::kInterval: return difference * difference;
    case Scale::kRatio: {
      const double share = difference / (values[high].first + values[low].first);
      return share * share;
    }
    case Scale::kOrdinal: break;
  }
  double between = 0;
  for (std::size_t at = low; at <= high; ++at) between += values[at].second;
  between -= (values[low].second + values[high].second) / 2;
  return between * between;
}

}  // namespace

Agreement krippendorff_alpha(const std::vector<std::vector<double>>& units, Scale scale) {
  Agreement agreement;
  std::map<double, double> counts;
  for (const auto& unit : units) {
    if (unit.size() < 2) continue;
    ++agreement.units;
    agreement.values += unit.size();
    for (const double value : unit) ++counts[value];
  }
  if (counts.size() < 2) return agreement;
  const Marginals values(counts.begin(), counts.end());
  const auto index = [&](double value) { return static_cast<std::size_t>(std::distance(counts.begin(), counts.find(value))); };

  // Observed: each unit's pairs weigh as much as it has values. Expected: any two of all values.
  double observed = 0, expected = 0;
  for (const auto& unit : units) {
    if (unit.size() < 2) continue;
    std::vector<double> of_unit(values.size(), 0);
    for (const double value : unit) ++of_unit[index(value)];
    double pairs = 0;
    for (std::size_t one = 0; one < values.size(); ++one) {
      for (std::size_t other = one + 1; other < values.size() && of_unit[one] > 0; ++other) {
        if (of_unit[other] > 0) pairs += of_unit[one] * of_unit[other] * squared_difference(values, one, other, scale);
      }
    }
    observed += pairs / static_cast<double>(unit.size() - 1);
  }
  for (std::size_t one = 0; one < values.size(); ++one) {
    for (std::size_t other = one + 1; other < values.size(); ++other) {
      expected += values[one].second * values[other].second * squared_difference(values, one, other, scale);
    }
  }
  agreement.alpha = 1 - static_cast<double>(agreement.values - 1) * observed / expected;
  return agreement;
}

}  // namespace haki::analysis
