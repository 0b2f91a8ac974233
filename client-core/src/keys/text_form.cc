#include "keys/text_form.h"

#include <algorithm>
#include <optional>

#include "crypto/hash.h"

namespace haki::keys {
namespace {

constexpr std::size_t kCheckBytes = 4;
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";  // RFC 4648
constexpr std::string_view kVersion = "1-";

std::string upper(std::string text) {
  for (char& letter : text) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return text;
}

std::string to_base32(ByteView bytes) {
  std::string text;
  unsigned bits = 0, held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8 | byte) & 0xfff;
    for (held += 8; held >= 5; held -= 5) text += kBase32[bits >> (held - 5) & 31];
  }
  if (held > 0) text += kBase32[bits << (5 - held) & 31];
  return text;
}

// Empty on another character, on left-over bits that are not zero, and on a length that no bytes have.
std::optional<Bytes> from_base32(std::string_view text) {
  Bytes bytes;
  unsigned bits = 0, held = 0;
  for (const char letter : text) {
    const std::size_t digit = kBase32.find(letter);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 5 | static_cast<unsigned>(digit)) & 0xfff;
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<std::uint8_t>(bits >> held));
    }
  }
  if (held >= 5 || (bits & ((1u << held) - 1)) != 0) return std::nullopt;
  return bytes;
}

std::string prefix_of(const TextForm& form) { return "haki-" + std::string(form.kind) + "-"; }

Hash check_of(const TextForm& form, ByteView bytes) { return crypto::hash32({as_bytes(form.check_domain), bytes}); }

Bytes with_check(const TextForm& form, ByteView bytes) {
  Bytes all(bytes.begin(), bytes.end());
  const Hash check = check_of(form, bytes);
  all.insert(all.end(), check.bytes.begin(), check.bytes.begin() + kCheckBytes);
  return all;
}

}  // namespace

std::string to_text(const TextForm& form, ByteView bytes) {
  Bytes all = with_check(form, bytes);
  std::string text = prefix_of(form) + std::string(kVersion) + to_base64url(all);
  crypto::wipe(all);
  return text;
}

std::string to_qr_text(const TextForm& form, ByteView bytes) {
  Bytes all = with_check(form, bytes);
  std::string text = upper(prefix_of(form) + std::string(kVersion)) + to_base32(all);
  crypto::wipe(all);
  return text;
}

Result<Bytes> from_text(const TextForm& form, std::string_view text) {
  std::string packed;
  std::ranges::copy_if(text, std::back_inserter(packed),
                       [](char letter) { return std::string_view(" \t\r\n").find(letter) == std::string_view::npos; });
  const std::string prefix = prefix_of(form);
  const bool scanned = packed.starts_with(upper(prefix));
  if (!scanned && !packed.starts_with(prefix)) return Error{Code::kInvalid, "not " + prefix};
  const std::string_view rest = std::string_view(packed).substr(prefix.size());
  if (!rest.starts_with(kVersion)) {
    const std::size_t digits = rest.find_first_not_of("0123456789");
    const bool newer = digits != std::string_view::npos && digits > 0 && rest[digits] == '-';
    return Error{newer ? Code::kWrongVersion : Code::kDamaged, "another version of " + prefix};
  }
  const std::string_view coded = rest.substr(kVersion.size());
  auto all = scanned ? from_base32(coded) : from_base64url(coded);
  if (!all || all->size() < kCheckBytes) return Error{Code::kDamaged, "characters that do not belong there"};
  const std::size_t size = all->size() - kCheckBytes;
  const bool good =
      crypto::same(check_of(form, ByteView(*all).first(size)).view().first(kCheckBytes), ByteView(*all).subspan(size));
  if (!good) return Error{Code::kDamaged, "the check value does not fit"};
  all->resize(size);
  return std::move(*all);
}

}  // namespace haki::keys
