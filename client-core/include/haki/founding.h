// What founding a coalition and joining one need.
#pragma once

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

}  // namespace haki
