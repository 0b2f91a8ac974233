// Goal: a secret is not printed, copied, compared in variable time or taken for another by accident, and is wiped when it goes.
#include "crypto/secret.h"

#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <type_traits>

#include "crypto/keypair.h"
#include "haki/secret_text.h"

namespace haki::crypto {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
template <typename T>
concept Compared = requires(const T& a, const T& b) { a == b; } || requires(const T& a, const T& b) { a < b; };
template <typename T>
inline constexpr bool kKeptIn =
    !Printable<T> && !Compared<T> && !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
    std::is_nothrow_move_constructible_v<T> && !std::is_convertible_v<T, std::string> &&
    !std::is_convertible_v<T, std::string_view> && !std::is_convertible_v<T, ByteView> && !std::is_convertible_v<T, bool>;

static_assert(kKeptIn<SecretBytes> && kKeptIn<SecretText>);
static_assert(kKeptIn<MasterKey> && kKeptIn<WrapKey> && kKeptIn<StoreKey> && kKeptIn<IdentityKey>);
static_assert(kKeptIn<EpochKey> && kKeptIn<PayloadKey> && kKeptIn<RequestKey>);
static_assert(kKeptIn<SigningSecret> && kKeptIn<BoxSecret> && kKeptIn<AuthSecret>);
static_assert(!kKeptIn<Hash> && !kKeptIn<std::string>, "else the question says nothing");

// One kind of key is not taken for another.
static_assert(!std::is_convertible_v<StoreKey, MasterKey> && !std::is_constructible_v<StoreKey, const MasterKey&>);
static_assert(!std::is_convertible_v<BoxSecret, AuthSecret> && !std::is_convertible_v<SecretBytes, MasterKey>);

TEST(SecretText, IsWipedWhenItGoesOrMoves) {
  alignas(SecretText) unsigned char place[sizeof(SecretText)];
  auto* const text = new (place) SecretText("four words of amina");
  SecretText moved(std::move(*text));
  EXPECT_EQ(text->view(), "");
  EXPECT_EQ(moved.view(), "four words of amina");
  const char* const where = moved.view().data();
  moved.wipe();
  EXPECT_TRUE(moved.empty());
  EXPECT_EQ(std::string(where, 19), std::string(19, '\0'));
  text->~SecretText();
}

TEST(SecretText, AssigningOverItWipesWhatWasThere) {
  SecretText first("four words of amina");
  const SecretText copy = first.copy();
  first = SecretText("another");
  EXPECT_EQ(first.view(), "another");
  EXPECT_EQ(copy.view(), "four words of amina");
}

TEST(SecretBytes, AreEqualByContentAndEmptyWhenMovedFrom) {
  SecretBytes one(as_bytes("0123456789abcdef"));
  const SecretBytes same(as_bytes("0123456789abcdef")), other(as_bytes("0123456789abcdeF")), shorter(as_bytes("0123"));
  EXPECT_TRUE(one.equals(same));
  EXPECT_FALSE(one.equals(other));
  EXPECT_FALSE(one.equals(shorter));
  const SecretBytes moved(std::move(one));
  EXPECT_TRUE(one.empty());
  EXPECT_TRUE(moved.equals(same));
}

// What a call left on the stack is gone after wipe_stack().
[[gnu::noinline, maybe_unused]] std::uintptr_t leave_something() {
  volatile char buffer[4096];
  for (std::size_t i = 0; i < sizeof buffer; ++i) buffer[i] = 'k';
  return reinterpret_cast<std::uintptr_t>(buffer) + 2048;  // of a frame that has ended: only looked at as memory
}

TEST(WipeStack, LeavesNothingOfEarlierCalls) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer does not let ended frames be looked at";
#else
  const auto* const where = reinterpret_cast<const volatile char*>(leave_something());
  const char before = *where;
  wipe_stack();
  EXPECT_EQ(before, 'k');
  EXPECT_EQ(*where, '\0');
#endif
}

}  // namespace
}  // namespace haki::crypto
