// Recovery: what goes on paper, and the way back in when no lead's device is left (spec 41-recovery).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace haki {

// One page to print and put away: the whole secret, or one trustee's share. Wipe what it was copied to.
struct RecoverySheet {
  std::string coalition, coalition_id;  // the id as hexadecimal digits
  std::string server, server_sign_key, server_exchange_key;
  std::string made_by;
  std::string words;                    // of the secret, or of the share
  unsigned share = 0, needed = 1, shares = 1;  // share 0: the whole secret
};
struct RecoverySheets {
  std::vector<RecoverySheet> sheets;
  std::string next;  // what happens next, in words
};

struct RestoreOptions {
  std::string home;
  std::string_view passphrase;       // borrowed for the call
  std::string server, coalition_id;  // from the paper
  std::vector<std::string> secrets;  // the words, or shares in any of their forms
  std::string coalition;             // its name, for people
  std::string member, organisation;  // who takes over as lead
};

}  // namespace haki
