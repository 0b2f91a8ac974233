#include "keys/secret_sharing.h"

extern "C" {
#include <libgfshare.h>  // does not say itself that it is C
}

#include <memory>
#include <numeric>

#include "base/assert.h"
#include "crypto/random.h"

namespace haki::keys {
namespace {

constexpr unsigned kSecretBytes = 32;

// libgfshare takes its randomness from one function for the whole process, null until it is set, and also overwrites
// with it what it frees. Ours asks whoever uses the library on this thread.
thread_local base::Random* random_in_use = nullptr;
void fill_with_ours(unsigned char* out, unsigned int size) { random_in_use->fill({out, size}); }

class WithRandom {
 public:
  explicit WithRandom(base::Random& random) {
    [[maybe_unused]] static const bool kSet = (gfshare_fill_rand = &fill_with_ours, true);
    random_in_use = &random;
  }
  ~WithRandom() { random_in_use = nullptr; }
  WithRandom(const WithRandom&) = delete;
  WithRandom& operator=(const WithRandom&) = delete;
};

struct Free {
  void operator()(gfshare_ctx* context) const { gfshare_ctx_free(context); }
};
using Context = std::unique_ptr<gfshare_ctx, Free>;

}  // namespace

std::vector<ShareValue> split_secret(const crypto::SecretBytes& secret32, unsigned threshold, unsigned count,
                                     base::Random& random) {
  HAKI_ASSERT(secret32.size() == kSecretBytes && threshold >= 1 && threshold <= count && count <= 255);
  const WithRandom with(random);
  std::vector<unsigned char> numbers(count);
  std::iota(numbers.begin(), numbers.end(), static_cast<unsigned char>(1));
  const Context context(
      gfshare_ctx_init_enc(numbers.data(), count, static_cast<unsigned char>(threshold), kSecretBytes));
  HAKI_ASSERT(context != nullptr);
  crypto::SecretBytes secret = secret32.copy();  // the library takes no const
  gfshare_ctx_enc_setsecret(context.get(), secret.data());
  std::vector<ShareValue> values(count);
  for (unsigned i = 0; i < count; ++i) {
    gfshare_ctx_enc_getshare(context.get(), static_cast<unsigned char>(i), values[i].data());
  }
  return values;
}

crypto::SecretBytes join_secret(std::span<const NumberedValue> values) {
  crypto::SystemRandom random;
  const WithRandom with(random);
  std::vector<unsigned char> numbers;
  for (const NumberedValue& value : values) numbers.push_back(value.number);
  const Context context(gfshare_ctx_init_dec(numbers.data(), static_cast<unsigned>(numbers.size()), kSecretBytes));
  HAKI_ASSERT(context != nullptr);
  for (std::size_t i = 0; i < values.size(); ++i) {
    ShareValue value = values[i].value->copy();  // the library takes no const
    gfshare_ctx_dec_giveshare(context.get(), static_cast<unsigned char>(i), value.data());
  }
  crypto::SecretBytes secret(kSecretBytes);
  gfshare_ctx_dec_extract(context.get(), secret.data());
  return secret;
}

}  // namespace haki::keys
