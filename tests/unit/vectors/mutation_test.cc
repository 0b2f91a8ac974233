// Goal: no decoder crashes, hangs, reads beyond its bytes or writes to stderr, whatever comes. Method: every
// byte string in proto/vectors, each changed a few hundred times (bits, bytes, pieces cut, repeated and exchanged, numbers made
// huge), all from one seed that a failure names; under the sanitizers. HAKI_LONG=1 does a hundred times as many.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "decoders.h"
#include "vectors/vector_file.h"

namespace haki::test {
namespace {

std::vector<Bytes> corpus() {
  std::vector<Bytes> all;
  for (const char* kind : {"batch", "bundle", "envelope", "exchange", "keys", "pack", "snapshot"}) {
    for (const Vector& vector : read_vectors(kind)) {
      if (!vector.bytes.empty()) all.push_back(vector.bytes);
      for (const auto& [name, value] : vector.given) {
        const auto bytes = from_hex(value);
        if (bytes && bytes->size() > 8) all.push_back(*bytes);
        const ByteView text = as_bytes(std::string_view(value));
        if (value.starts_with("haki-")) all.emplace_back(text.begin(), text.end());
      }
    }
  }
  return all;
}

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  Bytes change(Bytes bytes, const std::vector<Bytes>& others) {
    const std::size_t times = 1 + below(4);
    for (std::size_t i = 0; i < times && !bytes.empty(); ++i) change_once(bytes, others[below(others.size())]);
    return bytes;
  }

 private:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

  void change_once(Bytes& bytes, const Bytes& other) {
    const std::size_t at = below(bytes.size());
    const std::size_t length = std::min(bytes.size() - at, 1 + below(32));
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(length);
    switch (below(7)) {
      case 0: *begin ^= static_cast<std::uint8_t>(1u << below(8)); break;
      case 1: *begin = static_cast<std::uint8_t>(below(256)); break;
      case 2: std::fill(begin, end, std::uint8_t{0xff}); break;  // varints and lengths without an end
      case 3: bytes.erase(begin, end); break;
      case 4: bytes.resize(at); break;
      case 5: {
        const Bytes piece(begin, end);
        bytes.insert(begin, piece.begin(), piece.end());
        break;
      }
      default: {
        const std::size_t from = below(other.size());
        const std::size_t size = std::min(other.size() - from, 1 + below(256));
        bytes.insert(begin, other.begin() + static_cast<std::ptrdiff_t>(from), other.begin() + static_cast<std::ptrdiff_t>(from + size));
      }
    }
  }

  std::mt19937 random_;
};

TEST(Decoders, TakeEveryVectorAsItIs) {
  const std::vector<Bytes> all = corpus();
  ASSERT_GT(all.size(), 100u);
  for (const Bytes& bytes : all) decode_everything(bytes);
}

TEST(Decoders, SurviveEveryVectorChanged) {
  const std::vector<Bytes> all = corpus();
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::cout << "seed " << seed << std::endl;  // a crash leaves no trace of its own
  Mutator mutator(seed);
  const int rounds = std::getenv("HAKI_LONG") != nullptr ? 10'000 : 100;
  testing::internal::CaptureStderr();  // strangers' bytes must not fill it
  for (int round = 0; round < rounds; ++round) {
    for (const Bytes& bytes : all) decode_everything(mutator.change(bytes, all));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace haki::test
