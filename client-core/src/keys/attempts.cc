#include "keys/attempts.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/limits.h"
#include "base/little_endian.h"
#include "crypto/hash.h"

namespace haki::keys {
namespace {

// "HAKITRY1" | wrong u32 | wipe after u32 | last wrong i64 | check 16
constexpr std::string_view kTriesMagic = "HAKITRY1";
constexpr std::size_t kBodyBytes = 24;
constexpr std::size_t kFileBytes = kBodyBytes + 16;

std::array<std::uint8_t, 16> check_of(ByteView body) { return crypto::hash16({as_bytes("HAKI1.tries"), body}); }

}  // namespace

Attempts read_attempts(const std::string& home, KeyDisk& disk) {
  const std::optional<Bytes> file = disk.read(home + "/" + kAttemptsFile, kFileBytes + 1);
  if (!file || file->size() != kFileBytes) return {};
  const ByteView body = ByteView(*file).first(kBodyBytes);
  if (as_text(body.first(8)) != kTriesMagic || !crypto::same(check_of(body), ByteView(*file).subspan(kBodyBytes, 16))) return {};
  return {base::load_le<std::uint32_t>(body.data() + 8), base::load_le<std::uint32_t>(body.data() + 12),
          static_cast<std::int64_t>(base::load_le<std::uint64_t>(body.data() + 16))};
}

Result<> write_attempts(const std::string& home, const Attempts& attempts, KeyDisk& disk) {
  if (attempts == Attempts{}) {
    if (!disk.exists(home + "/" + kAttemptsFile)) return {};
    HAKI_TRY(disk.remove(home + "/" + kAttemptsFile));
    return disk.sync_folder(home);
  }
  std::array<std::uint8_t, kFileBytes> file;
  std::memcpy(file.data(), kTriesMagic.data(), 8);
  base::store_le(file.data() + 8, attempts.wrong);
  base::store_le(file.data() + 12, attempts.wipe_after);
  base::store_le(file.data() + 16, static_cast<std::uint64_t>(attempts.last_wrong_ms));
  const auto check = check_of(ByteView(file).first(kBodyBytes));
  std::memcpy(file.data() + kBodyBytes, check.data(), check.size());
  return replace_file(disk, home, kAttemptsFile, file);
}

std::int64_t wait_ms(const Attempts& attempts, std::int64_t now_ms) {
  if (attempts.wrong < limits::kWrongBeforeWaiting) return 0;
  const std::uint32_t doublings = std::min((attempts.wrong - limits::kWrongBeforeWaiting) / 2, 16u);
  const std::int64_t whole = std::min<std::int64_t>(1'000ll << doublings, limits::kWaitAfterWrongMsMax);
  const std::int64_t passed = std::max<std::int64_t>(now_ms - attempts.last_wrong_ms, 0);
  return std::max<std::int64_t>(whole - passed, 0);
}

}  // namespace haki::keys
