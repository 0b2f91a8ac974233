// Goal: a custody log that was changed in any way is told from one that was not, and one that was not is read in one order.
// Method: logs as devices write them, then each thing a hand could do to them.
#include <gtest/gtest.h>

#include "evidence/json_line.h"
#include "evidence/moment.h"
#include "people.h"

namespace haki::evidence {
namespace {

using test::kNoon;

class Custody : public testing::Test {
 protected:
  CustodyLog check(const std::vector<std::string>& elements) const { return check_custody(people.rules(subject), elements); }
  static std::vector<CustodyFault> faults(const CustodyLog& log) {
    std::vector<CustodyFault> all;
    for (const CustodyChecked& entry : log.entries) all.push_back(entry.fault);
    return all;
  }
  static std::string actions(const CustodyLog& log) {
    std::string all;
    for (const CustodyChecked& entry : log.entries) all += entry.content.action + " ";
    return all;
  }
  // created, then two leads' entries side by side, then one after both.
  test::LogWriter usual() const {
    test::LogWriter log(people, subject);
    log.put(people.monitor, "created");
    log.put(people.lead, "received", {0});
    log.put(people.monitor, "viewed", {0});
    log.put(people.lead, "exported", {1, 2});
    return log;
  }

  test::People people;
  RecordId subject = test::named<RecordId>("photo");
};

TEST_F(Custody, ALineSaysEverythingAndHasOneSpelling) {
  CustodyLine line = test::LogWriter(people, subject).line(people.monitor, "created");
  line.at_ms = 1'582'934'400'007;  // a leap day
  line.beacon = people.beacon(kNoon);
  line.by = "Wanjiru \"W\" \\ \x01\x1f\n\t\b\f\r, Kisumu \u0434\u0435";
  line.after = {test::named<Hash>("b"), test::named<Hash>("a")};
  const std::string text = encode_custody(line);
  EXPECT_NE(text.find(R"("at":"2020-02-29T00:00:00.007Z")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(Wanjiru \"W\" \\ \u0001\u001f\n\t\b\f\r, Kisumu )"), std::string::npos) << text;
  const auto read = decode_custody(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(encode_custody(*read), text);
  EXPECT_EQ(read->by, line.by);
  EXPECT_EQ(read->beacon->time_ms, kNoon);
  EXPECT_EQ(read->after.size(), 2u);
  EXPECT_EQ(read->sha256, line.sha256);
}

TEST_F(Custody, AnyOtherSpellingIsRefused) {
  const std::string good = encode_custody(test::LogWriter(people, subject).line(people.monitor, "created"));
  ASSERT_TRUE(decode_custody(good));
  const auto replaced = [&](std::string_view what, std::string_view by) {
    std::string text = good;
    text.replace(text.find(what), what.size(), by);
    return text;
  };
  const std::vector<std::string> others{
      "", "{}", good + " ", good + "\n", " " + good, replaced(",\"at\"", ", \"at\""), replaced("created", "\\u0063reated"),
      replaced("created", "made"), replaced("Wanjiru", "Wan\\/jiru"), replaced("Wanjiru", "\\u000a"), replaced("Wanjiru", "\\u001F"),
      replaced("Wanjiru", "\x01"), replaced("Wanjiru", "\xff"), replaced("Wanjiru", "\\uD83D\\uDE00"), replaced("Wanjiru", "\\"),
      replaced("12:00:00.000Z", "12:00:00Z"), replaced("12:00:00.000Z", "12:00:60.000Z"), replaced("2026-11-17", "2026-02-29"),
      replaced(to_hex(people.monitor.id), std::string(32, 'A')), replaced("\"beacon\":\"\"", "\"beacon\":\"0\""),
      replaced("\"after\":[]", "\"after\":[\"\"]"), replaced("\"after\":[]", "\"after\":[],\"after\":[]"), replaced("\"by\"", "\"bi\""),
      replaced("\"after\":[]", "\"after\":null"), replaced("\"detail\":\"\"", "\"detail\":1")};
  for (const std::string& text : others) EXPECT_FALSE(decode_custody(text)) << text;
  CustodyLine line = *decode_custody(good);
  line.detail = std::string(kCustodyDetailBytesMax, 'x');
  EXPECT_TRUE(decode_custody(encode_custody(line)));
  line.detail += 'x';
  EXPECT_FALSE(decode_custody(encode_custody(line)));
  line.detail = std::string(kCustodyDetailBytesMax, '\1');
  line.by = std::string(kCustodyNameBytesMax, '\2');
  for (std::size_t i = 0; i < kCustodyAfterMax; ++i) line.after.push_back(test::named<Hash>(std::to_string(i)));
  EXPECT_TRUE(decode_custody(encode_custody(line)));
  line.after.push_back({});
  EXPECT_FALSE(decode_custody(encode_custody(line)));
}

TEST_F(Custody, NoCutOrChangedByteIsTaken) {
  auto log = usual();
  const std::string good = log.elements[1];
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const int bit : {1, 0x20, 0x80}) {
      auto changed = log.elements;
      changed[1][i] = static_cast<char>(changed[1][i] ^ bit);
      EXPECT_FALSE(check(changed).holds) << i;
    }
    auto cut = log.elements;
    cut[1].resize(i);
    EXPECT_FALSE(check(cut).holds) << i;
  }
}

TEST_F(Custody, EntriesAreSortedByWhatTheyFollow) {
  auto elements = usual().elements;
  std::ranges::sort(elements);
  do {
    const CustodyLog log = check(elements);
    EXPECT_TRUE(log.holds);
    EXPECT_EQ(actions(log), "created received viewed exported ");
    EXPECT_EQ(custody_ends(log), std::vector<Hash>{log.entries[3].hash});
  } while (std::ranges::next_permutation(elements).found);
}

TEST_F(Custody, AClockThatIsWrongDoesNotPutAnEntryBeforeWhatItFollows) {
  test::LogWriter log(people, subject);
  log.put(people.monitor, "created");
  CustodyLine early = log.line(people.lead, "received", {0});
  early.at_ms = 0;
  log.put(people.lead, early);
  EXPECT_EQ(actions(check(log.elements)), "created received ");
  EXPECT_TRUE(check(log.elements).holds);
}

TEST_F(Custody, AMissingEntryIsAGap) {
  for (const std::size_t missing : {0u, 1u, 2u}) {
    auto elements = usual().elements;
    elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(missing));
    const CustodyLog log = check(elements);
    EXPECT_FALSE(log.holds);
    EXPECT_TRUE(std::ranges::count(faults(log), CustodyFault::kGap) > 0);
  }
}

TEST_F(Custody, TheSameEntryTwiceIsOne) {
  auto elements = usual().elements;
  elements.push_back(elements[2]);
  EXPECT_TRUE(check(elements).holds);
  EXPECT_EQ(check(elements).entries.size(), 4u);
}

TEST_F(Custody, WhoIsNotOfTheCoalitionDoesNotCount) {
  auto log = usual();
  log.put(people.stranger, "viewed", {3});
  const CustodyLog checked = check(log.elements);
  EXPECT_EQ(checked.entries.back().fault, CustodyFault::kSignature);
  EXPECT_EQ(custody_ends(checked).size(), 1u);
}

TEST_F(Custody, AnEntryOfAnotherSubjectOrCoalitionDoesNotCount) {
  for (const bool other_coalition : {false, true}) {
    auto log = usual();
    CustodyLine line = log.line(people.lead, "viewed", {3});
    if (other_coalition) line.coalition = test::named<CoalitionId>("other");
    else line.subject = test::named<RecordId>("other");
    log.put(people.lead, line);
    EXPECT_EQ(check(log.elements).entries.back().fault, CustodyFault::kSubject);
  }
}

TEST_F(Custody, ABeaconMustBeTheServers) {
  auto log = usual();
  CustodyLine line = log.line(people.lead, "viewed", {3});
  line.beacon = people.beacon(kNoon);
  log.put(people.lead, line);
  EXPECT_TRUE(check(log.elements).holds);
  line.beacon->time_ms += 1;
  log.put(people.lead, line);
  EXPECT_EQ(check(log.elements).entries.back().fault, CustodyFault::kBeacon);
}

TEST_F(Custody, TwoBeginningsOrALateOneAreShown) {
  auto twice = usual();
  twice.put(people.monitor, "created");
  EXPECT_EQ(std::ranges::count(faults(check(twice.elements)), CustodyFault::kCreated), 2);
  test::LogWriter late(people, subject);
  late.put(people.lead, "received");
  late.put(people.monitor, "created");
  EXPECT_EQ(faults(check(late.elements)), (std::vector{CustodyFault::kNone, CustodyFault::kCreated}));
  test::LogWriter after(people, subject);
  after.put(people.lead, "received");
  after.put(people.monitor, "created", {0});
  EXPECT_FALSE(check(after.elements).holds);
}

TEST_F(Custody, WhatIsEndlessIsCutAndSaysSo) {
  auto elements = usual().elements;
  elements.resize(kCustodyEntriesMax, elements[0]);
  EXPECT_TRUE(check(elements).holds);
  elements.push_back(elements[0]);
  EXPECT_FALSE(check(elements).holds);
}

TEST_F(Custody, ManyEndsAreNamedUpToABound) {
  test::LogWriter log(people, subject);
  log.put(people.monitor, "created");
  for (std::size_t i = 0; i <= kCustodyAfterMax; ++i) log.put(people.lead, "viewed", {0});
  const auto ends = custody_ends(check(log.elements));
  EXPECT_EQ(ends.size(), kCustodyAfterMax);
  EXPECT_TRUE(std::ranges::is_sorted(ends));
}

TEST_F(Custody, TheSameIsWrittenOnceAnHour) {
  const CustodyLog log = check(usual().elements);
  const std::int64_t viewed = kNoon + 120'000;
  EXPECT_FALSE(custody_is_due(log, people.monitor.id, "viewed", viewed + 3'599'999));
  EXPECT_TRUE(custody_is_due(log, people.monitor.id, "viewed", viewed + 3'600'000));
  EXPECT_TRUE(custody_is_due(log, people.lead.id, "viewed", viewed));
  EXPECT_TRUE(custody_is_due(log, people.lead.id, "exported", viewed));
}

TEST(Moments, HaveOneSpelling) {
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{951'782'400'000}, kNoon, std::int64_t{253'402'300'799'999}}) {
    EXPECT_EQ(read_moment(moment_text(ms)), ms);
  }
  EXPECT_EQ(moment_text(-5), "1970-01-01T00:00:00.000Z");
  for (const std::string_view text : {"1969-12-31T23:59:59.999Z", "2023-02-29T00:00:00.000Z", "2023-02-28T24:00:00.000Z",
                                      "2023-02-28T23:59:59.999z", "2023-02-28 23:59:59.999Z", "2023-2-028T23:59:59.999Z", ""}) {
    EXPECT_FALSE(read_moment(text)) << text;
  }
}

}  // namespace
}  // namespace haki::evidence
