// What founding a coalition and joining one need.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace haki {

struct FoundOptions {
  std::string home;
  std::string_view passphrase;  // borrowed for the call
  std::string server, token, coalition, member, organisation;
};
struct JoinOptions {
  std::string home;
  std::string_view passphrase;  // borrowed for the call
  std::string invite;
};
// What a home took along into its new name.
struct Rejoined {
  std::uint64_t changes = 0;  // to what others write too, as they were
  std::uint64_t records = 0;  // of the notebook, recorded anew
};

}  // namespace haki
