// Making recovery paper, proving that it works, and coming back by it (spec 41-recovery).
#pragma once

#include <functional>

#include "client/home.h"
#include "haki/recovery.h"
#include "keys/recovery.h"

namespace haki::client {

class Rescue {
 public:
  explicit Rescue(Home& home) : home_(home) {}

  Result<RecoverySheets> make(unsigned threshold, unsigned shares);
  Result<RecoverySheet> sheet(std::string_view words);
  Result<> drill(const std::vector<std::string>& secrets);
  // On a home that is new, or where this was begun and has not ended: asks the server, proves the log by the coalition's id, enters
  // this device as a lead, opens every key that was sealed to the secrets, and makes new words.
  Result<RecoverySheet> restore(const RestoreOptions& options);
  // Where restore() came as far as the server's member list and no further, the next exchange is its end.
  bool unfinished() const { return home_.rescue && home_.rescue->under_way && home_.admitted(); }
  Result<> finish();
  // New words were made here, by restore(), and not handed out by it yet.
  Result<bool> words_unseen() const;

 private:
  Result<> enter(const RestoreOptions& options);
  Result<crypto::SecretBytes> begin(const crypto::SecretBytes& seed);
  Result<RecoverySheet> new_sheet();
  keys::RecoveryTerms terms() const;
  RecoverySheet blank_sheet();
  Result<crypto::SecretBytes> seed_of(const std::vector<std::string>& secrets, const keys::RecoveryTerms* terms);
  Result<crypto::SecretBytes> seed_before_the_log(const std::vector<std::string>& secrets);
  Result<envelope::Recovered> ask(const std::string& server, const envelope::Append& append);
  Result<> take_log(const envelope::Recovered& recovered, envelope::Membership& log);
  Result<> keep(const envelope::Recovered& recovered, const RestoreOptions& options);
  Result<> put_rescued(bool under_way, ByteView seed, ByteView grants);
  Result<> in_one_transaction(const std::function<Result<>()>& write);

  Home& home_;
};

}  // namespace haki::client
