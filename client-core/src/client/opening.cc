#include "client/opening.h"

#include <array>

#include "keys/attempts.h"

namespace haki::client {
namespace {

// What a home holds beside its key file and its lock. Whatever else Haki ever keeps there is named here, or a wipe leaves it.
constexpr std::array kFiles = {"/store.db", "/store.db-wal", "/store.db.new", "/tries", "/tries.new"};
constexpr std::array kFolders = {"/blobs", "/bundles"};

Result<> remove_files(const std::string& home, store::Disk& disk) {
  Result<> done;
  for (const char* file : kFiles) {
    auto removed = disk.remove(home + file);
    if (!removed && removed.error().code != Code::kNotFound && done) done = std::move(removed);
  }
  for (const char* folder : kFolders) {
    const auto names = disk.names_in(home + folder);
    if (!names && done) done = names.error();
    for (const std::string& name : names ? *names : std::vector<std::string>()) {
      auto removed = disk.remove(home + folder + "/" + name);
      if (!removed && done) done = std::move(removed);
    }
    static_cast<void>(disk.remove_directory(home + folder));
  }
  auto synced = disk.sync_directory_of(home + "/store.db");
  return done ? std::move(synced) : done;
}

std::string times(std::uint32_t count) { return count == 1 ? "once" : std::to_string(count) + " times"; }

}  // namespace

Result<keys::HomeKeys> open_keys(const std::string& home, const crypto::SecretBytes& passphrase, Surroundings& around) {
  keys::Attempts attempts = keys::read_attempts(home, around.key_disk);
  const std::int64_t now = around.clock.now_ms();
  if (const std::int64_t wait = keys::wait_ms(attempts, now); wait > 0) {
    if (attempts.last_wrong_ms > now) {  // the clock was set back: the wait begins anew, and ends
      attempts.last_wrong_ms = now;
      HAKI_TRY(keys::write_attempts(home, attempts, around.key_disk));
    }
    return Error{Code::kWrongKey, "The passphrase was wrong " + times(attempts.wrong) + ". Wait " +
                                      std::to_string((wait + 999) / 1000) +
                                      " s, then try again; this one was not looked at."};
  }
  auto opened = keys::open_key_file(home, passphrase, around.key_disk);
  if (!opened) return opened.error().code == Code::kWrongKey ? count_wrong(home, around) : opened.error();
  if (!opened->decoy) return opened;
  // In this order, so that a kill anywhere leaves either what was or nothing of it (spec 40-keys, "Duress").
  HAKI_TRY(keys::destroy_first_slot(home, around.random, around.key_disk));
  HAKI_TRY(remove_files(home, around.disk));
  HAKI_TRY(keys::settle_decoy(home, *opened, around.random, around.key_disk));
  return opened;
}

Error count_wrong(const std::string& home, Surroundings& around) {
  keys::Attempts attempts = keys::read_attempts(home, around.key_disk);
  ++attempts.wrong;
  attempts.last_wrong_ms = around.clock.now_ms();
  if (attempts.wipe_after != 0 && attempts.wrong >= attempts.wipe_after) {
    const auto destroyed = destroy_keys(home, around);
    const auto removed = remove_home(home, around);
    if (!destroyed) return destroyed.error();
    return {Code::kWrongKey, "The passphrase was wrong " + times(attempts.wrong) +
                                 ". As the rules of this home say, it has been destroyed: nobody can read what was in it. "
                                 "What it had sent is still with the coalition's leads."};
  }
  // A disk that cannot be written counts nothing; what is asked for stays closed all the same.
  [[maybe_unused]] const auto counted = keys::write_attempts(home, attempts, around.key_disk);
  std::string message = "The passphrase is wrong. Nothing was changed; try again.";
  if (attempts.wipe_after != 0) {
    const std::uint32_t left = attempts.wipe_after - attempts.wrong;
    message += left == 1 ? " One more wrong one destroys this home." : " After " + std::to_string(left) +
                                                                            " more wrong ones this home is destroyed.";
  }
  return {Code::kWrongKey, message};
}

Result<> end_count(const std::string& home, std::uint32_t wipe_after, Surroundings& around) {
  const keys::Attempts wanted{0, wipe_after, 0};
  if (keys::read_attempts(home, around.key_disk) == wanted) return {};
  return keys::write_attempts(home, wanted, around.key_disk);
}

Result<> destroy_keys(const std::string& home, Surroundings& around) {
  return keys::destroy_key_file(home, around.random, around.key_disk);
}

Result<> remove_home(const std::string& home, Surroundings& around) {
  HAKI_TRY(remove_files(home, around.disk));
  const auto unlocked = around.disk.remove(home + "/lock");
  if (!unlocked && unlocked.error().code != Code::kNotFound) return unlocked.error();
  static_cast<void>(around.disk.remove_directory(home));  // not empty: what Haki did not make stays
  return {};
}

}  // namespace haki::client
