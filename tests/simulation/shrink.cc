#include "shrink.h"

#include <algorithm>

namespace haki::simulation {
namespace {

bool fails_alike(const Plan& plan, const std::string& folder, const std::string& checker) {
  const Outcome outcome = run_plan(plan, folder, false);
  return std::ranges::any_of(outcome.violations, [&](const Violation& one) { return one.checker == checker; });
}

}  // namespace

Outcome run_plan(const Plan& plan, const std::string& folder, bool loud) {
  World world(plan, folder, loud);
  world.run();
  return {world.violations, world.coverage, world.state_root, world.steps_done};
}

Plan shrink(Plan failing, const std::string& folder, std::size_t runs_max) {
  const Outcome first = run_plan(failing, folder, false);
  if (first.holds()) return failing;
  const std::string checker = first.violations.front().checker;
  if (first.steps < failing.steps.size()) failing.steps.resize(first.steps + 1);
  std::size_t runs = 0;
  const auto try_it = [&](Plan candidate) {
    if (runs >= runs_max) return false;
    ++runs;
    if (!fails_alike(candidate, folder, checker)) return false;
    failing = std::move(candidate);
    return true;
  };
  // Ever smaller pieces of the plan are left out.
  for (std::size_t piece = std::max<std::size_t>(1, failing.steps.size() / 2); piece >= 1; piece /= 2) {
    for (std::size_t at = 0; at < failing.steps.size();) {
      Plan candidate = failing;
      const auto begin = candidate.steps.begin() + static_cast<std::ptrdiff_t>(at);
      candidate.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(piece, candidate.steps.size() - at)));
      if (!try_it(std::move(candidate))) at += piece;
    }
    if (piece == 1) break;
  }
  for (std::size_t at = 0; at < failing.steps.size(); ++at) {
    if (failing.steps[at].trouble == DiskTrouble::kNone) continue;
    Plan candidate = failing;
    candidate.steps[at].trouble = DiskTrouble::kNone;
    static_cast<void>(try_it(std::move(candidate)));
  }
  Plan fair = failing;
  fair.network = {};
  static_cast<void>(try_it(std::move(fair)));
  Plan right = failing;
  std::ranges::fill(right.clocks_off_ms, 0);
  static_cast<void>(try_it(std::move(right)));
  return failing;
}

}  // namespace haki::simulation
