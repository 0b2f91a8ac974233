#include "keys/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

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
constexpr std::array<const char*, 2> kCopies = {"/key", "/key.2"};

using FileBytes = std::array<std::uint8_t, kKeyFileBytes>;

Error io_error(const std::string& path) {
  const int number = errno;
  if (number == ENOSPC || number == EDQUOT) {
    return {Code::kDiskFull, "The disk is full, so the key file could not be written. Free some space and try again."};
  }
  if (number == EROFS || number == EACCES || number == EPERM) {
    return {Code::kReadOnly, "The folder of this home cannot be written (" + path + "). Check its permissions."};
  }
  return {Code::kIo, "The key file could not be used (" + path + ": " + std::strerror(number) + ")."};
}

// Replaces `path` so that after a power cut it is either the old or the new file, whole.
Result<> replace_file(const std::string& home, const std::string& path, ByteView content) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  const int file = ::open(fresh.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return io_error(fresh);
  bool good = ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) && ::fsync(file) == 0;
  good = ::close(file) == 0 && good;
  if (!good || ::rename(fresh.c_str(), path.c_str()) != 0) return io_error(fresh);
  const int directory = ::open(home.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return io_error(home);
  good = ::fsync(directory) == 0;
  ::close(directory);
  if (!good) return io_error(home);
  return {};
}

std::optional<Bytes> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  Bytes content(kKeyFileBytes + 1);
  const ssize_t got = ::read(file, content.data(), content.size());
  ::close(file);
  content.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return content;
}

crypto::WrapKey wrap_key(const crypto::SecretBytes& stretched) {
  const std::array<std::uint8_t, 32> no_keystore{};  // desktops have none; phones pass theirs (spec 40-keys)
  return crypto::derive<crypto::WrapKey>(stretched.view(), {as_bytes("HAKI1.kek"), no_keystore});
}

Bytes slot_aad(ByteView header, std::uint8_t slot) {
  Bytes aad(header.begin(), header.begin() + kHeaderBytes);
  aad.push_back(slot);
  return aad;
}

struct Header {
  crypto::ArgonCost cost;
  std::array<std::uint8_t, 16> salt;
};

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

std::optional<HomeKeys> open_slot(ByteView file, std::uint8_t slot, const crypto::WrapKey& key) {
  const ByteView bytes = file.subspan(kHeaderBytes + (slot - 1u) * kSlotBytes, kSlotBytes);
  const auto nonce = *crypto::Nonce::from(bytes.first(24));
  auto plain = crypto::aead_open(key.view(), nonce, slot_aad(file, slot), bytes.subspan(24));
  if (!plain) return std::nullopt;
  HomeKeys keys{crypto::MasterKey(ByteView(*plain).first(32)), *FileId::from(ByteView(*plain).subspan(32))};
  crypto::wipe(*plain);
  return keys;
}

}  // namespace

crypto::ArgonCost floor_cost() { return {limits::kArgonMemoryKibMin, limits::kArgonPassesMin}; }

Result<HomeKeys> create_key_file(const std::string& home, const crypto::SecretBytes& passphrase, crypto::ArgonCost cost,
                                 base::Random& random) {
  if (passphrase.size() < limits::kPassphraseBytesMin || passphrase.size() > limits::kPassphraseBytesMax) {
    return Error{Code::kInvalid, "The passphrase is too short: use at least 8 characters, better four or more words."};
  }
  for (const char* copy : kCopies) {
    struct stat seen;
    if (::stat((home + copy).c_str(), &seen) == 0) return Error{Code::kExists, "There is a Haki home in this folder already."};
  }
  FileBytes file{};
  std::memcpy(file.data(), kMagic.data(), 8);
  file[8] = kVersion;
  file[9] = kSuite;
  base::store_le(file.data() + 12, cost.memory_kib);
  base::store_le(file.data() + 16, cost.passes);
  random.fill(std::span(file).subspan(24));  // salt, nonces, and slot 2, which must look the same used or not
  std::array<std::uint8_t, 16> salt;
  std::memcpy(salt.data(), file.data() + 24, 16);
  HAKI_ASSIGN(const crypto::SecretBytes stretched, crypto::stretch_passphrase(passphrase, salt, cost));

  HomeKeys keys;
  random.fill({keys.master.data(), 32});
  random.fill(keys.file_id.bytes);
  crypto::SecretBytes plain(48);
  std::memcpy(plain.data(), keys.master.data(), 32);
  std::memcpy(plain.data() + 32, keys.file_id.bytes.data(), 16);
  const auto nonce = *crypto::Nonce::from(ByteView(file).subspan(kHeaderBytes, 24));
  const Bytes sealed = crypto::aead_seal(wrap_key(stretched).view(), nonce, slot_aad(file, 1), plain.view());
  std::memcpy(file.data() + kHeaderBytes + 24, sealed.data(), sealed.size());
  for (const char* copy : kCopies) HAKI_TRY(replace_file(home, home + copy, file));
  return keys;
}

Result<HomeKeys> open_key_file(const std::string& home, const crypto::SecretBytes& passphrase) {
  std::optional<Error> problem;
  std::array<std::optional<Bytes>, 2> copies = {read_file(home + kCopies[0]), read_file(home + kCopies[1])};
  if (!copies[0] && !copies[1]) {
    return Error{Code::kNotFound, "There is no Haki home in this folder (" + home +
                                      "). Use 'haki found' or 'haki join' to make one, or name another folder with --home."};
  }
  crypto::SecretBytes stretched;
  std::array<std::uint8_t, 16> stretched_salt{};
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (!copies[i]) continue;
    const auto header = read_header(*copies[i]);
    if (!header) {
      if (!problem) problem = header.error();
      continue;
    }
    if (stretched.empty() || header->salt != stretched_salt) {
      HAKI_ASSIGN(stretched, crypto::stretch_passphrase(passphrase, header->salt, header->cost));
      stretched_salt = header->salt;
    }
    const crypto::WrapKey key = wrap_key(stretched);
    // Both slots are always tried, so that the time taken does not tell which one opened.
    auto first = open_slot(*copies[i], 1, key);
    auto second = open_slot(*copies[i], 2, key);
    if (!first && !second) {
      problem = Error{Code::kWrongKey, "The passphrase is wrong. Nothing was changed; try again."};
      continue;
    }
    const std::size_t other = 1 - i;
    if (copies[other] != copies[i]) {
      // A copy that cannot be repaired (a read-only disk) must not keep the owner out.
      [[maybe_unused]] const auto repaired = replace_file(home, home + kCopies[other], *copies[i]);
    }
    return first ? std::move(*first) : std::move(*second);
  }
  return *problem;
}

}  // namespace haki::keys
