// Moving a coalition to another address or another server: a signed entry of the log, and, where the old server is seized or
// gone, the log itself carried there and to the other devices by hand (spec 40-keys, "Moving to another server").
#pragma once

#include "client/home.h"

namespace haki::client {

class Relocation {
 public:
  explicit Relocation(Home& home) : home_(home) {}

  // `url` of this coalition's server at another address, or, with a founding token of another server, of that one. Returns
  // what happened, in words.
  Result<std::string> move_to(const std::string& url, const std::string& token);
  // The log as text, for devices that the old server cannot tell: no secret is in it.
  Result<std::string> file();
  // Takes such a text: entries that extend the log as it is known here.
  Result<std::string> take_file(std::string_view text);

  // After new entries: the address in use follows the log (inside the caller's transaction). True where it changed.
  Result<bool> follow();

 private:
  Result<> found_there(const envelope::Endpoints& endpoints, ByteView token_secret);

  Home& home_;
};

}  // namespace haki::client
