#include "envelope/token.h"

#include "base/little_endian.h"
#include "crypto/hash.h"

namespace haki::envelope {
namespace {

constexpr std::string_view kPrefix = "haki-found-1-";
constexpr std::size_t kBodyBytes = 16 + 32 + 32 + 8;
constexpr std::size_t kCheckBytes = 4;

Hash check_of(ByteView body) { return crypto::hash32({as_bytes("HAKI1.tok"), body}); }

}  // namespace

std::string token_text(const FoundingToken& token) {
  Bytes body;
  base::append(body, token.secret);
  base::append(body, token.server_sign_key);
  base::append(body, token.server_exchange_key);
  base::append_le(body, static_cast<std::uint64_t>(token.expires_ms));
  base::append(body, check_of(body).view().first(kCheckBytes));
  return std::string(kPrefix) + to_base64url(body);
}

Result<FoundingToken> read_token(std::string_view text) {
  const Error not_a_token{Code::kInvalid,
                          "This is not a founding token, or a part of it is missing. Copy the whole line that "
                          "'haki-server coalition create' printed; it begins with haki-found-1-."};
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  if (!text.starts_with(kPrefix)) return not_a_token;
  const auto bytes = from_base64url(text.substr(kPrefix.size()));
  if (!bytes || bytes->size() != kBodyBytes + kCheckBytes) return not_a_token;
  const ByteView body = ByteView(*bytes).first(kBodyBytes);
  if (!crypto::same(check_of(body).view().first(kCheckBytes), ByteView(*bytes).subspan(kBodyBytes))) return not_a_token;
  FoundingToken token;
  token.secret = *decltype(token.secret)::from(body.first(16));
  token.server_sign_key = *crypto::VerifyKey::from(body.subspan(16, 32));
  token.server_exchange_key = *crypto::AuthPublicKey::from(body.subspan(48, 32));
  token.expires_ms = static_cast<std::int64_t>(base::load_le<std::uint64_t>(body.data() + 80));
  return token;
}

}  // namespace haki::envelope
