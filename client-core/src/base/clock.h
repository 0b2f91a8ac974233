// The two outside things everything else takes as arguments: time and randomness. Tests and the simulator fake both.
#pragma once

#include <cstdint>
#include <span>

namespace haki::base {

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since 1970-01-01 UTC as this device believes; may jump either way and may be years off.
  virtual std::int64_t now_ms() = 0;
  // Milliseconds since an arbitrary start; never goes back while the process lives.
  virtual std::int64_t steady_ms() = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  // Fills `out` with bytes fit for keys.
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

// The operating system's clock. Thread-safe.
class SystemClock final : public Clock {
 public:
  std::int64_t now_ms() override;
  std::int64_t steady_ms() override;
};

}  // namespace haki::base
