// The ways into a home in surroundings of the caller's choosing: what Client's static functions do in the system's.
#pragma once

#include "client/surroundings.h"
#include "haki/client.h"

namespace haki::client {

class Entrance {
 public:
  // `around` outlives every Client that comes of it.
  explicit Entrance(Surroundings& around) : around_(around) {}

  // Each means what Client says of it.
  Result<std::unique_ptr<Client>> found(const FoundOptions& options, std::string& recovery_words) const;
  Result<std::unique_ptr<Client>> join(const JoinOptions& options) const;
  Result<std::unique_ptr<Client>> restore(const RestoreOptions& options, RecoverySheet& new_words) const;
  Result<std::unique_ptr<Client>> make_empty(const std::string& home, std::string_view passphrase) const;
  Result<std::unique_ptr<Client>> open(const std::string& home, std::string_view passphrase) const;
  bool home_exists(const std::string& home) const;
  // Behind a client, for tests that look at what the public API does not show. Good while that client is.
  static Home& home_of(Client& opened);

 private:
  Surroundings& around_;
};

}  // namespace haki::client
