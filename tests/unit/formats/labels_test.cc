// Goal: what UPR Info's columns say becomes what the form `recommendation` holds, and nothing is guessed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/labels.h"

namespace haki::formats {
namespace {

using ::testing::ElementsAre;

TEST(Labels, PositionsOfUprInfoAndOfOurOwn) {
  EXPECT_EQ(position_of("Accepted"), "supported");
  EXPECT_EQ(position_of(" accepted "), "supported");
  EXPECT_EQ(position_of("Supported"), "supported");
  EXPECT_EQ(position_of("Noted"), "noted");
  EXPECT_EQ(position_of("Voluntary Pledge"), "pledge");
  EXPECT_EQ(position_of("partly_supported"), "partly_supported");
  EXPECT_EQ(position_of(""), "pending");
  EXPECT_EQ(position_of("  "), "pending");
}

TEST(Labels, AnUnknownPositionStaysUnknown) {
  EXPECT_EQ(position_of("Rejected"), std::nullopt);
  EXPECT_EQ(position_of("Not accepted"), std::nullopt);
  EXPECT_EQ(position_of("?"), std::nullopt);
}

TEST(Labels, SessionsAsSpreadsheetsAndPeopleWriteThem) {
  EXPECT_EQ(session_of("8"), 8);
  EXPECT_EQ(session_of("8.0"), 8);
  EXPECT_EQ(session_of("Session 11"), 11);
  EXPECT_EQ(session_of("11th"), 11);
  EXPECT_EQ(session_of("0"), std::nullopt);
  EXPECT_EQ(session_of("-3"), std::nullopt);
  EXPECT_EQ(session_of("8.5"), std::nullopt);
  EXPECT_EQ(session_of("May 2010"), std::nullopt);
  EXPECT_EQ(session_of("session"), std::nullopt);
  EXPECT_EQ(session_of("99999999999999999999"), std::nullopt);
}

TEST(Labels, CyclesChangeAtTheSessionsTheyChanged) {
  EXPECT_EQ(cycle_of(0), 0);
  EXPECT_EQ(cycle_of(1), 1);
  EXPECT_EQ(cycle_of(12), 1);
  EXPECT_EQ(cycle_of(13), 2);
  EXPECT_EQ(cycle_of(26), 2);
  EXPECT_EQ(cycle_of(27), 3);
  EXPECT_EQ(cycle_of(40), 3);
  EXPECT_EQ(cycle_of(41), 4);
  EXPECT_EQ(cycle_of(54), 4);
  EXPECT_EQ(cycle_of(55), 0);
}

TEST(Labels, HyphensBelongToAnIssueAndCommasDoNot) {
  const auto issues = split_labels("HIV - Aids, Asylum-seekers - refugees,,ESC rights - general", ',');
  EXPECT_THAT(issues, ElementsAre("HIV - Aids", "Asylum-seekers - refugees", "ESC rights - general"));
  for (const std::string& issue : issues) EXPECT_TRUE(is_known_issue(issue)) << issue;
  EXPECT_TRUE(is_known_issue("Women's rights"));
  EXPECT_FALSE(is_known_issue("Womens rights"));
  EXPECT_FALSE(is_known_issue(""));
}

TEST(Labels, EntitiesAreUndoneOnceAndOthersLeft) {
  EXPECT_EQ(plain_text("&#40;Unknown&#41;"), "(Unknown)");
  EXPECT_EQ(plain_text("law &amp; order"), "law & order");
  EXPECT_EQ(plain_text("&amp;#40;"), "&#40;");
  EXPECT_EQ(plain_text("&#x e9;&nosuch; R&D; &"), "&#x e9;&nosuch; R&D; &");
  EXPECT_EQ(plain_text("&#xe9;"), "\u00e9");
  EXPECT_EQ(plain_text("&#27;[2J &#0; &#155;"), "&#27;[2J &#0; &#155;");  // no control character by the back door
}

TEST(Labels, LineEndsInsideATextBecomeOneKind) {
  EXPECT_EQ(plain_text(" \r\n one\r\ntwo\rthree\nfour\vfive \n"), "one\ntwo\nthree\nfour\nfive");
  EXPECT_EQ(with_single_spaces(" one \r\n two\t three "), "one two three");
}

}  // namespace
}  // namespace haki::formats
