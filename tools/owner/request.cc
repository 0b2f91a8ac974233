#include "owner/request.h"

#include <cstring>
#include <optional>

namespace haki::owner {
namespace {

// Changes when the meaning of the texts below changes: a newer `haki` may meet an older owner.
constexpr std::string_view kFormat = "haki-owner-2";
constexpr std::size_t kTextsBeforeWords = 7;

void put(std::string& bytes, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>((size >> shift) & 0xFF));
  bytes += text;
}

std::optional<std::string> take(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < 4; ++i)
    size |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  if (bytes.size() - 4 < size) return std::nullopt;
  std::string text(bytes.substr(4, size));
  bytes.remove_prefix(4 + std::size_t{size});
  return text;
}

std::string flags_of(const Request& request) {
  std::string flags;
  if (request.has_passphrase) flags += 'p';
  if (request.in_is_terminal) flags += 'i';
  if (request.out_is_terminal) flags += 'o';
  if (request.err_is_terminal) flags += 'e';
  return flags;
}

}  // namespace

Result<std::string> encode(const Request& request) {
  std::string bytes;
  std::size_t size = request.home.size() + request.directory.size() + 256;
  size += request.passphrase.view().size() + request.new_passphrase.view().size();
  for (const std::string& word : request.words) size += word.size() + 4;
  if (size > kRequestBytesMax || request.words.size() > kRequestWordsMax) {
    return Error{Code::kTooLarge, "The command line is too long to hand over to the process that has the home open. " +
                                      std::string("Put the values into a file and use --from.")};
  }
  bytes.reserve(size);  // so that the passphrase is not left behind in a buffer that was outgrown
  put(bytes, kFormat);
  put(bytes, request.home);
  put(bytes, request.directory);
  put(bytes, request.language);
  put(bytes, flags_of(request));
  put(bytes, request.passphrase.view());
  put(bytes, request.new_passphrase.view());
  for (const std::string& word : request.words) put(bytes, word);
  return bytes;
}

Result<Request> decode(std::string_view bytes) {
  const Error wrong{Code::kInvalid, "This is not a request of this version of Haki."};
  if (bytes.size() > kRequestBytesMax) return wrong;
  std::vector<std::string> texts;
  while (!bytes.empty()) {
    std::optional<std::string> text = take(bytes);
    if (!text || texts.size() >= kRequestWordsMax + kTextsBeforeWords) return wrong;
    texts.push_back(std::move(*text));
  }
  if (texts.size() < kTextsBeforeWords || texts[0] != kFormat) return wrong;
  Request request;
  request.home = std::move(texts[1]);
  request.directory = std::move(texts[2]);
  request.language = std::move(texts[3]);
  const std::string& flags = texts[4];
  request.has_passphrase = flags.find('p') != std::string::npos;
  request.in_is_terminal = flags.find('i') != std::string::npos;
  request.out_is_terminal = flags.find('o') != std::string::npos;
  request.err_is_terminal = flags.find('e') != std::string::npos;
  request.passphrase = SecretText(texts[5]);
  request.new_passphrase = SecretText(texts[6]);
  wipe(texts[5]);
  wipe(texts[6]);
  request.words.assign(std::make_move_iterator(texts.begin() + kTextsBeforeWords),
                       std::make_move_iterator(texts.end()));
  return request;
}

void wipe(std::string& secret) {
  secret.resize(secret.capacity());
  SecretText::wipe_memory(secret.data(), secret.size());
  secret.clear();
}

}  // namespace haki::owner
