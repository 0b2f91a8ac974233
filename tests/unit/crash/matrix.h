// Every moment at which a session can stop, and what is found there: after each stop the store is opened beside, and held against
// what was durable then. The result is a table: what was being done by how it stopped.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "session.h"

namespace haki::test {

// How a stop treats what was not synced, and the write under way.
enum class Stop { kBefore, kHalf, kAfter, kFirstSector, kAllButTag, kFirstRecord, kAllButRecord, kUnsyncedLost, kReordered };
inline constexpr std::size_t kStops = 9;
const char* name_of(Stop stop);

struct Found {
  std::size_t operations = 0, reopened = 0, inspected = 0, durable_states = 0;
  std::size_t lost = 0, half = 0, broken = 0;  // commits; transactions; stores that do not open or hold together
  std::size_t bytes = 0, in_clear = 0;         // written; of these writes, those that hold a marker
  std::size_t stops[kStops] = {};
};

class Matrix {
 public:
  // Stops at everything that `phone` does to its disk, as long as this lives. `all`: every way of stopping each time, else one or
  // two in turn. What is opened beside is given `office`'s surroundings but no network.
  Matrix(Office& office, Phone& phone, bool all);
  Matrix(const Matrix&) = delete;
  ~Matrix();

  // What is done from now on; ended: what was acknowledged is to be durable.
  void begin(const char* kind);
  void end();
  // After the last step: what may only be true later has to be true now.
  void finish();

  const std::vector<std::string>& complaints() const { return complaints_; }
  std::string table() const;
  Found sum() const;

 private:
  Result<> look_at_the_beginning();
  store::Ruling before(const store::Operation& operation);
  void stop_at(const store::Operation& operation);
  void examine(store::Image image, Stop stop);
  void settle();
  void inspect(store::Image image, std::uint64_t digest);
  void look_for_clear_text(const store::Operation& operation);
  Result<std::uint64_t> digest_of(store::Disk& disk, bool check);
  void complain(std::size_t& counter, const std::string& what);

  Office& office_;
  Phone& phone_;
  const bool all_;
  crypto::StoreKey key_;
  store::FileId file_id_;
  std::vector<std::string> secrets_;
  std::mt19937_64 random_{20'261'130};

  std::vector<std::pair<std::string, Found>> rows_;
  std::string kind_;
  Found* row_ = nullptr;  // of kind_
  bool synced_ = false;  // since the last settle()
  std::uint64_t settled_ = 0;
  std::set<std::uint64_t> earlier_, inspected_;
  std::map<std::uint64_t, std::string> claims_;  // states ahead of what is durable, and where they were seen
  std::vector<std::string> complaints_;
};

}  // namespace haki::test
