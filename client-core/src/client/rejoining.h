// A device that cannot go on under its name: its home was restored from a backup or copied, it was removed by mistake, or it
// followed a member list that the leads dropped. It is let in anew, and what was not sent goes with it (decision 0013).
#pragma once

#include <map>

#include "client/home.h"
#include "haki/founding.h"
#include "keys/invite.h"

namespace haki::client {

class Rejoining {
 public:
  explicit Rejoining(Home& home) : home_(home) {}

  // A new identity in this home, which asks to be let in by `text`, the invite. One transaction: an Error leaves all as it was.
  Result<Rejoined> begin(const std::string& text);

 private:
  struct Renaming;
  struct Unconfirmed;
  Result<> check(const keys::Invite& invite);
  Result<> replace(const keys::Invite& invite, const std::string& text, Rejoined& rejoined);
  Result<Unconfirmed> take_out(store::Chain& chain, std::uint64_t confirmed);
  Result<> collect_trees(const store::Chain& chain, Unconfirmed& work);
  Result<> let_go_of_others(const CompartmentId& compartment);
  Result<> carry(Unconfirmed& work, Rejoined& rejoined);
  using Files = std::map<BlobId, std::string>;  // field 4 of the copy, by the blob of before
  Result<Files> seal_files(const store::Chain& chain, Unconfirmed& work);
  Result<> copy(const store::RecordRow& row, const std::map<RecordId, RecordId>& ids, const Files& files, store::Chain& chain);
  Result<> rename_in_intents(const DeviceId& former);
  Result<> write_settings(const keys::Invite& invite, const std::string& text, const DeviceId& former);

  Home& home_;
};

}  // namespace haki::client
