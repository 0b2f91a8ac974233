#include "owner/request.h"

#include <gtest/gtest.h>

namespace haki::owner {
namespace {

Request example() {
  Request request;
  request.home = "/home/achieng/.haki";
  request.directory = "/tmp";
  request.language = "sw";
  request.passphrase = SecretText("correct horse battery staple");
  request.new_passphrase = SecretText("lantern gravel orbit wicket");
  request.has_passphrase = true;
  request.err_is_terminal = true;
  request.words = {"new", "observation", "--set", "narrative=", "", "الماء"};
  return request;
}

TEST(Request, ComesBackAsItWas) {
  const auto bytes = encode(example());
  ASSERT_TRUE(bytes);
  const auto back = decode(*bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->home, example().home);
  EXPECT_EQ(back->directory, "/tmp");
  EXPECT_EQ(back->language, "sw");
  EXPECT_EQ(back->passphrase.view(), "correct horse battery staple");
  EXPECT_EQ(back->new_passphrase.view(), "lantern gravel orbit wicket");
  EXPECT_TRUE(back->has_passphrase);
  EXPECT_FALSE(back->in_is_terminal);
  EXPECT_FALSE(back->out_is_terminal);
  EXPECT_TRUE(back->err_is_terminal);
  EXPECT_EQ(back->words, example().words);
}

TEST(Request, EveryTruncationIsRefusedOrShorter) {
  const std::string bytes = *encode(example());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto back = decode(std::string_view(bytes).substr(0, size));
    const std::size_t words = back ? back->words.size() : 0;
    EXPECT_LT(words, example().words.size()) << size;  // what is taken was cut between two words
  }
  EXPECT_FALSE(decode(std::string_view(bytes).substr(0, bytes.size() - 1)));
}

TEST(Request, AnotherFormatIsRefused) {
  std::string bytes = *encode(example());
  bytes[4 + 11] = '1';  // "haki-owner-1"
  EXPECT_FALSE(decode(bytes));
}

TEST(Request, LengthThatPromisesMoreThanThereIsIsRefused) {
  std::string bytes = *encode(example());
  bytes[bytes.size() - 11] = '\xff';  // the length of the last word
  EXPECT_FALSE(decode(bytes));
}

TEST(Request, TooLargeIsRefusedBeforeItIsSent) {
  Request request = example();
  request.words = {std::string(kRequestBytesMax / 2, 'x')};
  EXPECT_TRUE(encode(request));
  request.words = {std::string(kRequestBytesMax, 'x')};
  EXPECT_EQ(encode(request).error().code, Code::kTooLarge);
  request.words.assign(kRequestWordsMax, "");
  EXPECT_TRUE(encode(request));
  EXPECT_TRUE(decode(*encode(request)));
  request.words.assign(kRequestWordsMax + 1, "");
  EXPECT_EQ(encode(request).error().code, Code::kTooLarge);
}

TEST(Request, WipedSecretLeavesNothingInItsBuffer) {
  std::string secret = "correct horse battery staple";
  const char* place = secret.data();
  wipe(secret);
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(std::string(place, 7), std::string(7, '\0'));
}

}  // namespace
}  // namespace haki::owner
