// Time in a world: one that is true, and what each device takes for it.
#pragma once

#include "base/clock.h"

namespace haki::simulation {

// Where every world begins: 2026-03-01.
inline constexpr std::int64_t kBeginMs = 1'772'323'200'000;

class TrueClock final : public base::Clock {
 public:
  std::int64_t now_ms() override { return now_ms_; }
  std::int64_t steady_ms() override { return now_ms_ - kBeginMs; }
  void pass(std::int64_t ms) { now_ms_ += ms; }

 private:
  std::int64_t now_ms_ = kBeginMs;
};

class DeviceClock final : public base::Clock {
 public:
  explicit DeviceClock(TrueClock& truth) : truth_(truth) {}
  // What a phone shows is never before 1970 nor in a year of five digits. One whose battery was empty counts on from 1970.
  std::int64_t now_ms() override {
    const std::int64_t shown = truth_.now_ms() + off_ms;
    return shown < 0 ? truth_.now_ms() % 86'400'000 : shown > kLatestMs ? kLatestMs : shown;
  }
  std::int64_t steady_ms() override { return truth_.steady_ms(); }
  std::int64_t off_ms = 0;

 private:
  static constexpr std::int64_t kLatestMs = 253'402'300'799'000;  // 9999-12-31
  TrueClock& truth_;
};

}  // namespace haki::simulation
