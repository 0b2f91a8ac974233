// A coalition of two, a lead and a monitor, and what the lead does in a week: the scripted session that is stopped everywhere.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "phone.h"

namespace haki::test {

// Stands in everything that people write or attach in a session; no file may ever hold it in clear.
inline constexpr std::string_view kMarker = "HAKIMARK";
// Of the records that the session makes.
RecordId record_number(std::uint8_t number);

// One thing that a person does. `run` says what was answered, the same whenever the same was done before.
struct Step {
  const char* kind;
  std::function<Result<std::string>(Client&)> run;
  bool online = false;
  bool several = false;  // transactions: whole, but neither undone nor done, in between
};

// What needs no network: recording, editing, import, files, search, the scorecard, erasure. Fit for a lead's home.
std::vector<Step> offline_steps();

class Office {
 public:
  // Founded, both members in, both phones off; every byte of it follows from `seed`.
  explicit Office(std::uint64_t seed, const std::string& folder);
  Office(const Office&) = delete;

  // offline_steps() with syncs and transfers in between, in which the monitor's work comes.
  std::vector<Step> all_steps();

  simulation::Chance chance;
  simulation::TrueClock clock;
  simulation::Coverage coverage;
  simulation::SimServer server;
  Phone lead, monitor;  // on steady disks; the tests go on from their images

 private:
  void monitor_records();
  void monitor_edits();
};

// Everything a person can read in a home, in words: records with their fields, and files with their content.
Result<std::string> all_that_is_read(Client& client);

}  // namespace haki::test
