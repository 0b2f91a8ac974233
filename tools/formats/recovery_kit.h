// The paper recovery kit: a page to print and put away (spec 41-recovery, "Paper kit"). Pure; who writes the page to a
// file sees to it that only its owner can read that file, and wipes what it was made of.
#pragma once

#include <string>

namespace haki::formats {

struct RecoveryKit {
  std::string coalition;     // its name
  std::string coalition_id;  // hexadecimal, as the keys are
  std::string server;        // address
  std::string server_sign_key;
  std::string server_exchange_key;
  std::string made_by;  // the lead's name
  std::string made_on;  // 2026-11-25
  std::string words;    // of the whole secret, or of one share
  unsigned share = 0;   // 1 to shares; 0: the whole secret
  unsigned needed = 1;  // shares that open the coalition
  unsigned shares = 1;
};

// At most 78 columns but for names and addresses that are longer; words numbered, four a line.
std::string recovery_page(const RecoveryKit& kit);

}  // namespace haki::formats
