// Goal: what Haki draws as a QR code is read again by somebody else's reader, on paper and on a terminal of 80 columns,
// and what does not fit says so. Method: zbar, which phone apps use, reads the files.
#include "formats/qr.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "formats/recovery_kit.h"

namespace haki::formats {
namespace {

using testing::HasSubstr;

// What zbar reads in a file of these bytes.
std::string read_by_zbar(const std::string& bytes, const std::string& option = "") {
  const std::string path = testing::TempDir() + "haki-qr-" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary) << bytes;
  const std::string command =
      "/usr/bin/python3 -B " HAKI_SOURCE_DIR "/tests/unit/formats/read_qr.py " + option + " " + path;
  FILE* pipe = ::popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string read;
  std::array<char, 4096> buffer{};
  while (pipe != nullptr && std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr)
    read += buffer.data();
  EXPECT_EQ(::pclose(pipe), 0);
  std::remove(path.c_str());
  return read;
}

// As long as the invite of a coalition with middling names: 380 bytes in base32.
std::string invite_like(std::size_t letters = 610) {
  std::string text = "HAKI-INVITE-1-";
  while (text.size() < letters) text += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(text.size() * 7 + text.size() / 32) % 32];
  return text;
}

TEST(Qr, APictureIsReadAgain) {
  for (const std::string& text :
       {invite_like(), std::string("HAKI-SHARE-1-AAAA"), std::string("haki-invite-1-lower case, too")}) {
    const auto code = QrCode::of(text, QrUse::kPaper);
    ASSERT_TRUE(code);
    const auto png = qr_png(*code);
    ASSERT_TRUE(png);
    EXPECT_EQ(read_by_zbar(*png), text);
  }
}

TEST(Qr, ATerminalIsReadAgain) {
  const auto code = QrCode::of(invite_like(), QrUse::kScreen);
  ASSERT_TRUE(code);
  const auto drawn = qr_text(*code, 80, false);
  ASSERT_TRUE(drawn);
  EXPECT_EQ(read_by_zbar(*drawn, "--terminal"), invite_like());
}

TEST(Qr, AnInviteIsComfortableForACameraAndFitsATerminal) {
  const auto screen = QrCode::of(invite_like(), QrUse::kScreen), paper = QrCode::of(invite_like(), QrUse::kPaper);
  ASSERT_TRUE(screen && paper);
  EXPECT_LE(screen->side() + 4, 80u);
  EXPECT_LE(paper->version(), kComfortableQrVersion);
  // The same in base64url, which is shorter as text, would not fit.
  std::string lower = invite_like(510);
  lower[20] = 'a';
  const auto as_text = QrCode::of(lower, QrUse::kScreen);
  ASSERT_TRUE(as_text);
  EXPECT_GT(as_text->side() + 4, 80u);
}

TEST(Qr, ColoursMakeBlackOnWhiteOfTheSameModules) {
  const auto code = QrCode::of("HAKI", QrUse::kScreen);
  ASSERT_TRUE(code);
  const auto plain = qr_text(*code, 80, false), coloured = qr_text(*code, 80, true);
  ASSERT_TRUE(plain && coloured);
  std::size_t lines = 0;
  std::istringstream in(*coloured);
  for (std::string line; std::getline(in, line); ++lines) {
    EXPECT_THAT(line, testing::StartsWith("\x1b[30;107m"));
    EXPECT_THAT(line, testing::EndsWith("\x1b[0m"));
  }
  EXPECT_EQ(lines, (code->side() + 4 + 1) / 2);
  EXPECT_EQ(plain->find('\x1b'), std::string::npos);
}

TEST(Qr, WhatDoesNotFitSaysHowWideItIs) {
  const auto code = QrCode::of(invite_like(), QrUse::kScreen);
  ASSERT_TRUE(code);
  const std::size_t wide = code->side() + 4;
  EXPECT_TRUE(qr_text(*code, wide, true));
  const auto narrow = qr_text(*code, wide - 1, true);
  ASSERT_FALSE(narrow);
  EXPECT_EQ(narrow.error().code, Code::kTooLarge);
  EXPECT_THAT(narrow.error().message, HasSubstr(std::to_string(wide) + " columns wide"));
  EXPECT_THAT(narrow.error().message, HasSubstr("--qr FILE.png"));
}

TEST(Qr, WhatNoCameraReadsWithEaseIsRefused) {
  EXPECT_EQ(QrCode::of(invite_like(3000), QrUse::kPaper).error().code, Code::kTooLarge);
}

RecoveryKit kit() {
  RecoveryKit kit{"UPR Coalition",
                  std::string(32, 'c'),
                  "https://haki.example.org",
                  std::string(64, 'a'),
                  std::string(64, 'b'),
                  "Achieng",
                  "2026-11-25",
                  "",
                  0,
                  1,
                  1};
  for (int i = 0; i < 17; ++i) kit.words += (i > 0 ? " " : "") + std::string("babad");
  return kit;
}

TEST(RecoveryKit, SaysWhatItIsForAndHoldsWhatRestoringNeeds) {
  const std::string page = recovery_page(kit());
  for (const char* part : {"UPR Coalition", "cccccccc cccccccc", "https://haki.example.org", "aaaaaaaa aaaaaaaa",
                           "bbbbbbbb", "2026-11-25 by Achieng", " 1 babad", "17 babad", "CAN READ EVERYTHING"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  std::istringstream in(page);
  for (std::string line; std::getline(in, line);) EXPECT_LE(line.size(), 78u) << line;
}

TEST(RecoveryKit, AShareSaysWhoseItIsAndHowManyAreNeeded) {
  RecoveryKit share = kit();
  share.share = 2, share.needed = 3, share.shares = 5;
  const std::string page = recovery_page(share);
  EXPECT_THAT(page, HasSubstr("This is share 2 of 5. Any 3 of the 5 together open"));
  EXPECT_THAT(page, testing::Not(HasSubstr("CAN READ EVERYTHING")));
  share.needed = 1;
  EXPECT_THAT(recovery_page(share), HasSubstr("EACH SHARE ALONE"));
  std::istringstream in(page);
  for (std::string line; std::getline(in, line);) EXPECT_LE(line.size(), 78u) << line;
}

}  // namespace
}  // namespace haki::formats
