// How often each fault, error code, refusal and reason occurred: what never does is a hole in the simulator.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "haki/result.h"

namespace haki::simulation {

class Coverage {
 public:
  void count(const std::string& group, const std::string& what, std::uint64_t times = 1) { counts_[{group, what}] += times; }
  // Names what is expected of a group, so that it shows with 0 where it never occurs.
  void expect(const std::string& group, const std::string& what) { counts_[{group, what}] += 0; }
  void add(const Coverage& other);
  std::string table() const;
  const std::map<std::pair<std::string, std::string>, std::uint64_t>& counts() const { return counts_; }

 private:
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts_;
};

// With every group's names and zeros.
Coverage everything_expected();

}  // namespace haki::simulation
