// Runs of a plan, and the shortest part of a failing one that fails in the same way.
#pragma once

#include "world.h"

namespace haki::simulation {

struct Outcome {
  std::vector<Violation> violations;
  Coverage coverage;
  std::string state_root;
  std::size_t steps = 0;
  bool holds() const { return violations.empty(); }
};

Outcome run_plan(const Plan& plan, const std::string& folder, bool loud);

// Takes steps and troubles out as long as the same checker still sees a violation; at most `runs_max` runs.
Plan shrink(Plan failing, const std::string& folder, std::size_t runs_max);

}  // namespace haki::simulation
