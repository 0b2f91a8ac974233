// What people paste, scan, type or read aloud, and the small files of a home.
// Door 0: any of it as it came. 1 to 4: bodies given their check value: invite, the same for a QR code, share, words. 5: a
// changed key file. 6: the file of identity. 7: the file of tries. 8: a founding token.
#include <filesystem>
#include <fstream>

#include "base/assert.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "envelope/token.h"
#include "fixed_randomness.h"
#include "keys/attempts.h"
#include "keys/identity.h"
#include "keys/invite.h"
#include "keys/key_file.h"
#include "keys/recovery.h"
#include "keys/text_form.h"
#include "keys/words.h"
#include "scratch.h"
#include "target.h"
#include "vector_seeds.h"

namespace haki::fuzz {

namespace of_text {
namespace {

namespace fs = std::filesystem;

constexpr keys::TextForm kInvites{"invite", "HAKI1.ivt"}, kShares{"share", "HAKI1.shr"};
constexpr std::string_view kPassphrase = "maji ya kisima";

bool take_invite(std::string_view text) {
  const auto invite = keys::read_invite(text);
  if (!invite) return false;
  HAKI_ASSERT(keys::read_invite(keys::invite_text(*invite)) && keys::read_invite(keys::invite_qr_text(*invite)));
  return true;
}
bool take_share(std::string_view text) {
  const auto share = keys::read_share(text);
  if (!share) return false;
  HAKI_ASSERT(keys::read_share(keys::share_text(*share)) && keys::read_share(keys::share_words(*share)));
  static_cast<void>(keys::combine_unchecked(std::span(&*share, 1)));
  return true;
}
bool take_token(std::string_view text) {
  const auto token = envelope::read_token(text);
  if (!token) return false;
  HAKI_ASSERT(envelope::read_token(envelope::token_text(*token)));
  return true;
}
bool take_words(std::string_view text) {
  const auto bytes = keys::from_words(text);
  if (bytes && !bytes->empty()) HAKI_ASSERT(keys::from_words(keys::to_words(*bytes)) == bytes);
  return keys::from_checked_words(text).has_value();
}
bool take_any(std::string_view text) {
  const bool taken[] = {take_invite(text), take_share(text), take_token(text), take_words(text)};
  return std::ranges::find(taken, true) != std::end(taken);
}

std::string home() { return scratch_folder().string(); }

const Bytes& good_key_file() {
  static const Bytes kFile = made_alike([] {
    const crypto::SecretBytes passphrase(as_bytes(kPassphrase));
    crypto::SystemRandom random;
    for (const char* name : {"key", "key.2"}) fs::remove(home() + "/" + name);
    HAKI_ASSERT(keys::create_key_file(home(), passphrase, keys::floor_cost(), random));
    std::ifstream file(home() + "/key", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return Bytes(as_bytes(bytes).begin(), as_bytes(bytes).end());
  });
  return kFile;
}

// Each copy: the good one, with pieces written over it, or the piece alone.
bool take_key_file(Fields& fields) {
  for (const char* name : {"key", "key.2"}) {
    Bytes file = good_key_file();
    const std::size_t changes = fields.choice(4);
    if (changes == 3) file.clear();
    for (std::size_t i = 0; i < changes; ++i) {
      const std::size_t at = std::min<std::size_t>(fields.byte(), file.size());
      const ByteView piece = fields.piece();
      file.resize(std::max(file.size(), at + piece.size()));
      std::ranges::copy(piece, file.begin() + static_cast<std::ptrdiff_t>(at));
    }
    write_scratch(name, file);
  }
  const auto opened = keys::open_key_file(home(), crypto::SecretBytes(as_bytes(kPassphrase)));
  if (!opened) return false;
  HAKI_ASSERT(keys::open_key_file(home(), crypto::SecretBytes(as_bytes(kPassphrase))));  // repaired is not broken
  return true;
}

crypto::SecretBytes identity_key() { return crypto::SecretBytes(Bytes(32, 7)); }
bool take_identity(ByteView sealed) { return keys::open_identity(sealed, identity_key()).has_value(); }

bool take_tries(ByteView body) {
  const auto check = crypto::hash16({as_bytes("HAKI1.tries"), body});
  write_scratch(keys::kAttemptsFile, joined({body, check}));
  const keys::Attempts read = keys::read_attempts(home());
  HAKI_ASSERT(keys::wait_ms(read, 1'800'000'000'000) >= 0);
  return read != keys::Attempts{};
}

bool take(ByteView input) {
  Fields fields(input);
  const std::size_t door = fields.choice(9);
  if (door == 5) return take_key_file(fields);
  const ByteView rest = fields.rest();
  switch (door) {
    case 0: return take_any(as_text(rest));
    case 1: return take_invite(keys::to_text(kInvites, rest));
    case 2: return take_invite(keys::to_qr_text(kInvites, rest));
    case 3: return take_share(keys::to_text(kShares, rest));
    case 4: return rest.size() % 2 == 0 && take_words(keys::to_checked_words(rest));
    case 6: return take_identity(rest);
    case 7: return take_tries(rest);
    default: return take_token("haki-found-1-" + to_base64url(rest));
  }
}

void add_bodies(std::vector<Bytes>& all) {
  for (const test::Vector& vector : test::read_vectors("keys")) {
    const Bytes text = vector.hex("text");
    if (text.empty()) continue;
    all.push_back(through(0, text));
    if (const auto body = keys::from_text(kInvites, as_text(text))) all.push_back(through(1, *body)), all.push_back(through(2, *body));
    if (const auto body = keys::from_text(kShares, as_text(text))) all.push_back(through(3, *body));
  }
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  add_bodies(all);
  envelope::FoundingToken token;
  token.expires_ms = 1'800'000'000'000;
  all.push_back(through(0, envelope::token_text(token)));
  all.push_back(through(8, *from_base64url(std::string_view(envelope::token_text(token)).substr(13))));
  keys::RecoveryShare share{1, 2, 3, {}, {}, keys::ShareValue(Bytes(32, 4))};
  all.push_back(through(0, keys::share_words(share)));
  all.push_back(through(0, keys::share_text(share)));
  all.push_back(through(3, *keys::from_text(kShares, keys::share_text(share))));
  all.push_back(through(0, keys::to_words(Bytes(8, 0x5a))));
  all.push_back(through(4, Bytes(8, 0x5a)));
  all.push_back(through(5, Bytes{0, 0}));
  all.push_back(through(5, joined({Bytes{1, 12}, as_piece(Bytes{0, 0, 2, 0}), Bytes{0}})));
  all.push_back(through(5, joined({Bytes{3, 0}, as_piece(good_key_file()), Bytes{0, 0, 0, 0, 0, 0, 2, 60}, as_piece(Bytes{1})})));
  crypto::SystemRandom random;
  all.push_back(through(6, keys::seal_identity(keys::Identity::generate(random), identity_key())));
  all.push_back(through(7, joined({as_bytes("HAKITRY1"), Bytes{5, 0, 0, 0, 10, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 0}})));
  return all;
}

}  // namespace
}  // namespace of_text

const Target kText{"text", 2048, "", of_text::take, of_text::seeds, {}};

}  // namespace haki::fuzz
