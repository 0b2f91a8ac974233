// What both bench programs say and how they take time: one `METRIC name value unit` a line, which report.py gathers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "haki/result.h"

namespace haki::bench {

// Of this process and its children that have ended and were waited for.
double processor_seconds_so_far();

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  // What this process used meanwhile, in all its threads and in children that have ended, here and in the system: hardly moved
  // by what else the machine does.
  double processor_seconds() const { return processor_seconds_so_far() - processor_start_; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double processor_start_ = processor_seconds_so_far();
};

void say(const std::string& name, double value, const std::string& unit);

// A bench that cannot go on says why and ends the process with 1: a figure from half a run would be worse than none.
[[noreturn]] void give_up(const std::string& what, const std::string& why);
template <typename T>
T must(const std::string& what, Result<T>&& result) {
  if (!result) give_up(what, result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// A command line's `--name value` pairs; the program ends with a sentence where one that it needs is missing.
class Arguments {
 public:
  Arguments(int count, char** texts) : count_(count), texts_(texts) {}
  std::string text(const std::string& name) const;
  std::size_t number(const std::string& name) const;
  bool has(const std::string& name) const;

 private:
  int count_;
  char** texts_;
};

// GET over plain HTTP from 127.0.0.1; the body. For the counters of shaping_proxy.py.
std::string get_loopback(std::uint16_t port, const std::string& path);

}  // namespace haki::bench
