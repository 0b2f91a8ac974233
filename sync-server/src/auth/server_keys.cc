#include "auth/server_keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/little_endian.h"
#include "crypto/hash.h"
#include "crypto/random.h"

namespace haki::auth {
namespace {

// "HAKISRV1" | sign secret 64 | exchange secret 32 | exchange public 32 | run 8 | check 16
constexpr std::string_view kMagic = "HAKISRV1";
constexpr std::size_t kBodyBytes = 8 + 64 + 32 + 32 + 8;
constexpr std::size_t kFileBytes = kBodyBytes + 16;

std::array<std::uint8_t, 16> check_of(ByteView body) { return crypto::hash16({as_bytes("HAKI1.srvkey"), body}); }

Error system_error(int error) {
  if (error == ENOSPC || error == EDQUOT) {
    return {Code::kDiskFull, "The server's keys cannot be written: the disk is full. Free some space and start again."};
  }
  if (error == EACCES || error == EPERM || error == EROFS) {
    return {Code::kReadOnly, "The server's keys cannot be read or written. Check the rights of the data directory."};
  }
  return {Code::kIo, "The server's keys cannot be read or written (system error " + std::to_string(error) + ")."};
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Result<ServerKeys> decode(ByteView file) {
  const ByteView body = file.first(kBodyBytes);
  const bool whole = as_text(body.first(8)) == kMagic && crypto::same(check_of(body), file.subspan(kBodyBytes));
  if (!whole) {
    return Error{Code::kDamaged,
                 "The file with the server's keys is damaged. Restore it from a backup of the data directory; "
                 "without it no device of any coalition here can reach this server."};
  }
  ServerKeys keys;
  keys.sign.secret = crypto::SigningSecret(body.subspan(8, 64));
  keys.sign.verify = *crypto::VerifyKey::from(body.subspan(8 + 32, 32));  // the second half of an Ed25519 secret
  keys.exchange.secret = crypto::AuthSecret(body.subspan(72, 32));
  keys.exchange.public_key = *crypto::AuthPublicKey::from(body.subspan(104, 32));
  keys.run = *envelope::ServerRun::from(body.subspan(136, 8));
  return keys;
}

Result<ServerKeys> read_keys(int fd) {
  crypto::SecretBytes file(kFileBytes + 1);
  std::size_t size = 0;
  while (size < file.size()) {
    const auto read = ::read(fd, file.data() + size, file.size() - size);
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return system_error(errno);
    if (read == 0) break;
    size += static_cast<std::size_t>(read);
  }
  if (size != kFileBytes) {
    return Error{Code::kDamaged, "The file with the server's keys has the wrong size. Restore it from a backup."};
  }
  return decode(file.view().first(kFileBytes));
}

crypto::SecretBytes encode_new() {
  const auto sign = crypto::SigningPair::generate();
  const auto exchange = crypto::AuthPair::generate();
  crypto::SystemRandom random;
  const auto run = crypto::random_id<envelope::ServerRun>(random);
  crypto::SecretBytes file(kFileBytes);
  std::uint8_t* at = file.data();
  const auto put = [&](ByteView bytes) {
    std::memcpy(at, bytes.data(), bytes.size());
    at += bytes.size();
  };
  put(as_bytes(kMagic));
  put(sign.secret.view());
  put(exchange.secret.view());
  put(exchange.public_key);
  put(run);
  put(check_of(file.view().first(kBodyBytes)));
  return file;
}

// Written whole under another name first; link() does not replace, so whoever comes second reads the first one's keys.
Result<> write_keys(const std::string& path) {
  const std::string fresh = path + ".new." + std::to_string(::getpid());
  const crypto::SecretBytes file = encode_new();
  {
    const Descriptor out(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (out.get() < 0) return system_error(errno);
    const auto written = ::write(out.get(), file.data(), file.size());
    if (written != static_cast<ssize_t>(file.size()) || ::fsync(out.get()) != 0) {
      const int error = written < 0 ? errno : ENOSPC;
      ::unlink(fresh.c_str());
      return system_error(error);
    }
  }
  const int linked = ::link(fresh.c_str(), path.c_str());
  const int error = errno;
  ::unlink(fresh.c_str());
  if (linked != 0 && error != EEXIST) return system_error(error);
  const Descriptor directory(path.substr(0, path.rfind('/') + 1), O_RDONLY | O_DIRECTORY);
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return system_error(errno);
  return {};
}

}  // namespace

Result<ServerKeys> load_or_make_keys(const std::string& path) {
  crypto::initialize();
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Descriptor in(path, O_RDONLY | O_NOFOLLOW);
    if (in.get() >= 0) return read_keys(in.get());
    if (errno != ENOENT) return system_error(errno);
    HAKI_TRY(write_keys(path));
  }
  return system_error(ENOENT);
}

}  // namespace haki::auth
