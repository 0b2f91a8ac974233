#include "keys/key_file.h"

#include <array>
#include <cstring>
#include <optional>

#include "base/assert.h"
#include "base/limits.h"
#include "base/little_endian.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

namespace haki::keys {
namespace {

constexpr std::string_view kMagic = "HAKIKEY1";
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kSuite = 1;
constexpr std::size_t kHeaderBytes = 40;
constexpr std::size_t kSlotBytes = 88;
constexpr std::array<const char*, 2> kCopies = {"key", "key.2"};

using FileBytes = std::array<std::uint8_t, kKeyFileBytes>;

std::string path_of(const std::string& home, const char* copy) { return home + "/" + copy; }

// One byte more than a key file has: a longer file is none.
std::optional<Bytes> read_copy(KeyDisk& disk, const std::string& home, const char* copy) {
  return disk.read(path_of(home, copy), kKeyFileBytes + 1);
}

Result<> write_copies(KeyDisk& disk, const std::string& home, ByteView file) {
  for (const char* copy : kCopies) HAKI_TRY(replace_file(disk, home, copy, file));
  return {};
}

struct Header {
  crypto::ArgonCost cost;
  std::array<std::uint8_t, 16> salt;
};

Result<> check_length(const crypto::SecretBytes& passphrase) {
  if (passphrase.size() < limits::kPassphraseBytesMin) {
    return Error{Code::kInvalid, "The passphrase is too short: use at least 8 characters, better four or more words."};
  }
  if (passphrase.size() > limits::kPassphraseBytesMax) {
    return Error{Code::kInvalid, "The passphrase is too long: use at most 1,024 bytes."};
  }
  return {};
}

Error wrong_passphrase() { return {Code::kWrongKey, "The passphrase is wrong. Nothing was changed; try again."}; }

Result<crypto::WrapKey> wrap_key(const crypto::SecretBytes& passphrase, const Header& header) {
  const std::array<std::uint8_t, 32> no_keystore{};  // desktops have none; phones pass theirs (spec 40-keys)
  HAKI_ASSIGN(const crypto::SecretBytes stretched, crypto::stretch_passphrase(passphrase, header.salt, header.cost));
  return crypto::derive<crypto::WrapKey>(stretched.view(), {as_bytes("HAKI1.kek"), no_keystore});
}

Bytes slot_aad(ByteView header, std::uint8_t slot) {
  Bytes aad(header.begin(), header.begin() + kHeaderBytes);
  aad.push_back(slot);
  return aad;
}

Result<Header> read_header(ByteView file) {
  if (file.size() != kKeyFileBytes || as_text(file.first(8)) != kMagic) {
    return Error{Code::kDamaged, "The key file of this home is damaged: it is not a key file any more."};
  }
  if (file[8] != kVersion || file[9] != kSuite) {
    return Error{Code::kWrongVersion, "This home was made by a newer version of Haki. Update Haki to open it."};
  }
  Header header;
  header.cost = {base::load_le<std::uint32_t>(file.data() + 12), base::load_le<std::uint32_t>(file.data() + 16)};
  if (header.cost.memory_kib < limits::kArgonMemoryKibMin || header.cost.passes < limits::kArgonPassesMin) {
    return Error{Code::kUntrusted,
                 "The key file asks for a weaker protection of the passphrase than Haki accepts, so somebody may have "
                 "changed it. It was not used. Tell your coalition's lead."};
  }
  if (header.cost.memory_kib > limits::kArgonMemoryKibMax || header.cost.passes > limits::kArgonPassesMax) {
    return Error{Code::kDamaged, "The key file of this home is damaged: its settings are out of range."};
  }
  std::memcpy(header.salt.data(), file.data() + 24, 16);
  return header;
}

std::span<std::uint8_t> slot_of(std::span<std::uint8_t> file, std::uint8_t slot) {
  return file.subspan(kHeaderBytes + (slot - 1u) * kSlotBytes, kSlotBytes);
}

void seal_slot(std::span<std::uint8_t> file, std::uint8_t slot, const crypto::WrapKey& key, const HomeKeys& keys,
               base::Random& random) {
  const std::span<std::uint8_t> place = slot_of(file, slot);
  crypto::SecretBytes plain(48);
  std::memcpy(plain.data(), keys.master.data(), 32);
  std::memcpy(plain.data() + 32, keys.file_id.bytes.data(), 16);
  random.fill(place.first(crypto::kNonceBytes));
  const auto nonce = *crypto::Nonce::from(place.first(crypto::kNonceBytes));
  const Bytes sealed = crypto::aead_seal(key.view(), nonce, slot_aad(file, slot), plain.view());
  std::memcpy(place.data() + crypto::kNonceBytes, sealed.data(), sealed.size());
}

std::optional<HomeKeys> open_slot(ByteView file, std::uint8_t slot, const crypto::WrapKey& key) {
  const ByteView bytes = file.subspan(kHeaderBytes + (slot - 1u) * kSlotBytes, kSlotBytes);
  const auto nonce = *crypto::Nonce::from(bytes.first(crypto::kNonceBytes));
  auto plain = crypto::aead_open(key.view(), nonce, slot_aad(file, slot), bytes.subspan(crypto::kNonceBytes));
  if (!plain) return std::nullopt;
  HomeKeys keys{crypto::MasterKey(ByteView(*plain).first(32)), *FileId::from(ByteView(*plain).subspan(32))};
  if (slot == 2) keys.decoy = key.copy();
  crypto::wipe(*plain);
  return keys;
}

HomeKeys make_keys(base::Random& random) {
  HomeKeys keys;
  random.fill({keys.master.data(), 32});
  random.fill(keys.file_id.bytes);
  return keys;
}

// A copy that a passphrase opens, with what was needed for it.
struct OpenCopy {
  Bytes file;
  Header header;
  crypto::WrapKey key;
  HomeKeys keys;
};

// Opens a copy, and makes the other one like it where it is not.
Result<OpenCopy> open_copy(const std::string& home, const crypto::SecretBytes& passphrase, KeyDisk& disk) {
  std::optional<Error> problem;
  const std::array<std::optional<Bytes>, 2> copies = {read_copy(disk, home, kCopies[0]), read_copy(disk, home, kCopies[1])};
  if (!copies[0] && !copies[1]) {
    return Error{Code::kNotFound, "There is no Haki home in this folder (" + home +
                                      "). Use 'haki found' or 'haki join' to make one, or name another folder with --home."};
  }
  std::optional<crypto::WrapKey> key;
  Bytes stretched_for;  // the header that `key` belongs to
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (!copies[i]) continue;
    const Bytes& file = *copies[i];
    const auto header = read_header(file);
    if (!header) {
      if (!problem) problem = header.error();
      continue;
    }
    Bytes its_header(file.begin(), file.begin() + kHeaderBytes);
    if (!key || its_header != stretched_for) {
      HAKI_ASSIGN(key, wrap_key(passphrase, *header));
      stretched_for = std::move(its_header);
    }
    // Both slots are always tried, so that the time taken does not tell which one opened.
    auto first = open_slot(file, 1, *key);
    auto second = open_slot(file, 2, *key);
    if (!first && !second) {
      problem = wrong_passphrase();
      continue;
    }
    const std::size_t other = 1 - i;
    if (first && copies[other] != copies[i]) {
      // A copy that cannot be repaired (a read-only disk) must not keep the owner out.
      [[maybe_unused]] const auto repaired = replace_file(disk, home, kCopies[other], file);
    }
    return OpenCopy{file, *header, std::move(*key), first ? std::move(*first) : std::move(*second)};
  }
  return *problem;
}

// For changes, which only the first slot's passphrase may make.
Result<OpenCopy> open_for_change(const std::string& home, const crypto::SecretBytes& now, KeyDisk& disk) {
  HAKI_ASSIGN(OpenCopy copy, open_copy(home, now, disk));
  if (copy.keys.decoy) return wrong_passphrase();
  return copy;
}

// Does not say which slot it would open, because that would tell whether there is a second passphrase.
Error not_this_passphrase() {
  return {Code::kInvalid, "This passphrase cannot be used for this home. Nothing was changed; choose another one."};
}

}  // namespace

crypto::ArgonCost floor_cost() { return {limits::kArgonMemoryKibMin, limits::kArgonPassesMin}; }

Result<HomeKeys> create_key_file(const std::string& home, const crypto::SecretBytes& passphrase, crypto::ArgonCost cost,
                                 base::Random& random, KeyDisk& disk) {
  HAKI_TRY(check_length(passphrase));
  for (const char* copy : kCopies) {
    if (disk.exists(path_of(home, copy))) {
      return Error{Code::kExists, "There is a Haki home in this folder already."};
    }
  }
  FileBytes file{};
  std::memcpy(file.data(), kMagic.data(), 8);
  file[8] = kVersion;
  file[9] = kSuite;
  base::store_le(file.data() + 12, cost.memory_kib);
  base::store_le(file.data() + 16, cost.passes);
  random.fill(std::span(file).subspan(24));  // salt, and slot 2, which must look the same used or not
  Header header{cost, {}};
  std::memcpy(header.salt.data(), file.data() + 24, 16);
  HAKI_ASSIGN(const crypto::WrapKey key, wrap_key(passphrase, header));
  HomeKeys keys = make_keys(random);
  seal_slot(file, 1, key, keys, random);
  HAKI_TRY(write_copies(disk, home, file));
  return keys;
}

Result<HomeKeys> open_key_file(const std::string& home, const crypto::SecretBytes& passphrase, KeyDisk& disk) {
  HAKI_ASSIGN(OpenCopy copy, open_copy(home, passphrase, disk));
  return std::move(copy.keys);
}

Result<> change_passphrase(const std::string& home, const crypto::SecretBytes& now, const crypto::SecretBytes& next,
                           base::Random& random, KeyDisk& disk) {
  HAKI_TRY(check_length(next));
  HAKI_ASSIGN(OpenCopy copy, open_for_change(home, now, disk));
  HAKI_ASSIGN(const crypto::WrapKey key, wrap_key(next, copy.header));
  if (open_slot(copy.file, 2, key)) return not_this_passphrase();
  seal_slot(copy.file, 1, key, copy.keys, random);
  return write_copies(disk, home, copy.file);
}

Result<> set_duress(const std::string& home, const crypto::SecretBytes& now, const crypto::SecretBytes& duress,
                    base::Random& random, KeyDisk& disk) {
  if (!duress.empty()) HAKI_TRY(check_length(duress));
  HAKI_ASSIGN(OpenCopy copy, open_for_change(home, now, disk));
  random.fill(slot_of(copy.file, 2));
  if (!duress.empty()) {
    HAKI_ASSIGN(const crypto::WrapKey key, wrap_key(duress, copy.header));
    if (open_slot(copy.file, 1, key)) return not_this_passphrase();
    seal_slot(copy.file, 2, key, make_keys(random), random);
  }
  return write_copies(disk, home, copy.file);
}

Result<> destroy_first_slot(const std::string& home, base::Random& random, KeyDisk& disk) {
  for (const char* copy : kCopies) {
    if (!disk.exists(path_of(home, copy))) continue;
    std::array<std::uint8_t, kSlotBytes> noise;
    random.fill(noise);
    HAKI_TRY(disk.overwrite(path_of(home, copy), kHeaderBytes, noise));
  }
  return {};
}

Result<> settle_decoy(const std::string& home, const HomeKeys& opened, base::Random& random, KeyDisk& disk) {
  HAKI_ASSERT(opened.decoy);
  for (const char* copy : kCopies) {
    std::optional<Bytes> file = read_copy(disk, home, copy);
    if (!file || !read_header(*file) || !open_slot(*file, 2, *opened.decoy)) continue;
    seal_slot(*file, 1, *opened.decoy, opened, random);
    random.fill(slot_of(*file, 2));
    return write_copies(disk, home, *file);
  }
  return Error{Code::kDamaged, "The key file of this home has changed while it was opened. Try again."};
}

Result<> destroy_key_file(const std::string& home, base::Random& random, KeyDisk& disk) {
  Result<> done;
  const auto keep = [&done](Result<> step) {
    if (done && !step) done = std::move(step);
  };
  for (const char* copy : kCopies) {
    if (!disk.exists(path_of(home, copy))) continue;
    FileBytes noise;
    random.fill(noise);
    keep(disk.overwrite(path_of(home, copy), 0, noise));
  }
  for (const char* copy : kCopies) {
    keep(disk.remove(path_of(home, copy)));
    keep(disk.remove(path_of(home, copy) + ".new"));
  }
  keep(disk.sync_folder(home));
  return done;
}

}  // namespace haki::keys
