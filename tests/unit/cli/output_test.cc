// One value, from which both the text and the JSON line are made.
#include "cli/output.h"

#include <gtest/gtest.h>

namespace haki::cli {
namespace {

Output example() {
  return Output::object({{"id", "3f9a"},
                         {"total", 2500},
                         {"share", 0.48},
                         {"mine", true},
                         {"last_seen", Output()},
                         {"fields", Output::object({{"themes", Output::strings({"Water", "Ujinsia"})}})}});
}

TEST(Output, IsOneLineOfJsonInTheOrderOfItsKeys) {
  EXPECT_EQ(
      to_json(example()),
      R"({"id":"3f9a","total":2500,"share":0.48,"mine":true,"last_seen":null,"fields":{"themes":["Water","Ujinsia"]}})");
}

TEST(Output, LineEndsAndBadBytesCannotBreakTheLine) {
  EXPECT_EQ(to_json(Output("a\nb\x1b")), R"("a\nb\u001b")");
  EXPECT_EQ(to_json(Output("a\xff"
                           "b")),
            "\"a\xEF\xBF\xBD"
            "b\"");
}

TEST(Output, ComesBackAsItWas) { EXPECT_EQ(*from_json(to_json(example())), example()); }

TEST(Output, ReadingIsLenient) {
  EXPECT_EQ(example()["fields"]["themes"].array().size(), 2U);
  EXPECT_EQ(example()["nothing"]["there"].text(), "");
  EXPECT_EQ(example()["total"].decimal(), 2500.0);
  EXPECT_EQ(example()["mine"].text(), "yes");
  EXPECT_EQ(Output(0.1).text(), "0.1");
  EXPECT_EQ(Output(1e21).text(), "1000000000000000000000");
}

TEST(Output, PutReplaces) {
  Output output = example();
  output.put("total", 3).put("new", "x");
  EXPECT_EQ(output["total"].number(), 3);
  EXPECT_EQ(output.entries().size(), 7U);
}

TEST(Json, WhatIsNoJsonNamesTheCharacter) {
  const auto read = from_json("{\"a\": }");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("character 7"), std::string::npos) << read.error().message;
}

TEST(Json, DepthIsBounded) {
  const auto nested = [](int levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_TRUE(from_json(nested(32)));
  EXPECT_EQ(from_json(nested(34)).error().code, Code::kTooLarge);
  EXPECT_EQ(from_json(nested(1'000'000)).error().code, Code::kTooLarge);
}

TEST(Json, SizeIsBounded) {
  EXPECT_TRUE(from_json("\"" + std::string(16 * 1024 * 1024 - 2, 'x') + "\""));
  EXPECT_EQ(from_json("\"" + std::string(16 * 1024 * 1024 - 1, 'x') + "\"").error().code, Code::kTooLarge);
}

TEST(Json, NumbersKeepTheirKind) {
  EXPECT_EQ(*from_json("[2500, 2500.0, -1, 9223372036854775807]"),
            Output(Output::Array{2500, 2500.0, -1, std::int64_t{9223372036854775807}}));
}

}  // namespace
}  // namespace haki::cli
