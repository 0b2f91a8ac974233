#include "keys/words.h"

#include <cctype>

#include "base/assert.h"
#include "crypto/hash.h"

namespace haki::keys {
namespace {

constexpr std::string_view kConsonants = "bdfghjklmnprstvz";  // 4 bits
constexpr std::string_view kVowels = "aiou";                  // 2 bits

std::optional<std::uint16_t> read_word(std::string_view word) {
  if (word.size() != 5) return std::nullopt;
  unsigned value = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const std::string_view letters = i % 2 == 0 ? kConsonants : kVowels;
    const std::size_t digit = letters.find(static_cast<char>(std::tolower(static_cast<unsigned char>(word[i]))));
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << (i % 2 == 0 ? 4 : 2) | static_cast<unsigned>(digit);
  }
  return static_cast<std::uint16_t>(value);
}

std::array<std::uint8_t, 2> check_of(ByteView bytes) {
  const auto hash = crypto::hash16({as_bytes("HAKI1.wrd"), bytes});
  return {hash[0], hash[1]};
}

}  // namespace

std::string to_words(ByteView bytes) {
  HAKI_ASSERT(bytes.size() % 2 == 0);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const unsigned value = static_cast<unsigned>(bytes[i]) << 8 | bytes[i + 1];
    if (!text.empty()) text += ' ';
    text += {kConsonants[value >> 12], kVowels[value >> 10 & 3], kConsonants[value >> 6 & 15], kVowels[value >> 4 & 3],
             kConsonants[value & 15]};
  }
  return text;
}

std::optional<Bytes> from_words(std::string_view text) {
  Bytes bytes;
  std::size_t at = 0;
  constexpr std::string_view kGaps = " -\t\r\n";
  while ((at = text.find_first_not_of(kGaps, at)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(kGaps, at), text.size());
    const auto value = read_word(text.substr(at, end - at));
    if (!value) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(*value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(*value & 255));
    at = end;
  }
  return bytes;
}

std::string to_checked_words(ByteView bytes) {
  Bytes all(bytes.begin(), bytes.end());
  const auto check = check_of(bytes);
  all.insert(all.end(), check.begin(), check.end());
  std::string text = to_words(all);
  crypto::wipe(all);
  return text;
}

std::optional<Bytes> from_checked_words(std::string_view text) {
  auto all = from_words(text);
  if (!all || all->size() < 4) return std::nullopt;
  const ByteView body = ByteView(*all).first(all->size() - 2);
  const auto check = check_of(body);
  if (!crypto::same(check, ByteView(*all).last(2))) return std::nullopt;
  all->resize(all->size() - 2);
  return all;
}

}  // namespace haki::keys
