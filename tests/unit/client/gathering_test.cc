// Goal: rows of a file that make records share change sets, and nothing is lost by it: every record stands in what is kept and
// sent, and a later row of the same file finds what an earlier one made. Method: one real home without a server; the records are
// made again from the change sets alone.
#include <gmock/gmock.h>

#include "base/limits.h"
#include "client/editor.h"
#include "client/reader.h"
#include "one_home.h"
#include "payload/batch.h"

namespace haki::client {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct GatheringTest : OneHome {
  ImportReport import(const std::vector<ImportRow>& rows) {
    const auto report = Editor(*home).import_rows(rows, false, {}, false);
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? *report : ImportReport{};
  }
  static std::vector<ImportRow> numbered(std::size_t count, const std::string& text) {
    std::vector<ImportRow> rows;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      rows.push_back({i + 2, "observation", {number}, {{"narrative", text + number}, {"themes", "water"}, {"themes", "theme " + number}}});
    }
    return rows;
  }
  std::vector<changes::ChangeSet> kept() {
    const store::Chain* chain = home->chains->find(home->own_compartment(), home->identity.log);
    return chain == nullptr ? std::vector<changes::ChangeSet>() : *home->records->change_sets(*chain, 0, 10'000);
  }
  std::vector<RecordView> all() { return *Reader(*home).list({"observation", "", 0, true, "", false, false}); }
  // How many records stand otherwise than their change sets say.
  std::uint64_t differing() { return *home->records->remake(home->own_compartment()); }
};

TEST_F(GatheringTest, EveryRowStandsInTheChangeSetsThatAreSent) {
  ASSERT_EQ(import(numbered(400, "Well ")).created, 400u);
  const std::vector<changes::ChangeSet> sets = kept();
  EXPECT_LT(sets.size(), 20u);
  std::size_t made = 0;
  for (const changes::ChangeSet& set : sets) {
    EXPECT_LE(set.operations.size(), limits::kOpsPerChangeSetMax);
    made += static_cast<std::size_t>(std::ranges::count_if(
        set.operations, [](const auto& operation) { return std::holds_alternative<changes::NewRecord>(operation); }));
  }
  EXPECT_EQ(made, 400u);
  EXPECT_EQ(differing(), 0u);
  const std::vector<RecordView> records = all();
  ASSERT_THAT(records, SizeIs(400));
  for (std::size_t i = 0; i < records.size(); ++i) {
    const FieldView* narrative = records[i].field("narrative");
    ASSERT_NE(narrative, nullptr);
    EXPECT_EQ(to_text(narrative->values.front()), "Well " + std::to_string(i)) << "in the order of the file";
    EXPECT_THAT(records[i].field("themes")->values, SizeIs(2));
    const std::vector<HistoryEntry> history = *Reader(*home).history(records[i].id);
    EXPECT_TRUE(std::ranges::all_of(history, [](const HistoryEntry& entry) { return entry.from_file; }));
    EXPECT_EQ(std::ranges::count(history, "created", &HistoryEntry::act), 1);
  }
}

TEST_F(GatheringTest, AgainAndOnOneRowMoreOnlyThatOneIsMade) {
  import(numbered(100, "Well "));
  const std::size_t before = kept().size();
  const ImportReport again = import(numbered(101, "Well "));
  EXPECT_EQ(again.created, 1u);
  EXPECT_EQ(again.unchanged, 100u);
  EXPECT_EQ(kept().size(), before + 1);
}

TEST_F(GatheringTest, NewRowsGoOnBesideCorrectionsInAnyOrder) {
  import(numbered(20, "Wel "));
  std::vector<ImportRow> rows = numbered(60, "Well ");
  std::ranges::reverse(rows);
  for (std::size_t i = 0; i < 20; ++i) std::swap(rows[3 * i], rows[59 - i]);
  const ImportReport newer = import(rows);
  EXPECT_EQ(newer.created, 40u);
  EXPECT_EQ(newer.updated, 20u);
  EXPECT_THAT(newer.kept, IsEmpty());
  EXPECT_EQ(differing(), 0u);
  EXPECT_THAT(all(), SizeIs(60));
}

TEST_F(GatheringTest, ALaterRowCorrectsWhatAnEarlierOneOfTheFileMade) {
  std::vector<ImportRow> rows = numbered(3, "Well ");
  ImportRow same{9, "observation", {"renumbered"}, {{"narrative", "The well is dry"}}};
  same.earlier = {{"1"}};
  rows.insert(rows.begin() + 2, same);
  const ImportReport report = import(rows);
  EXPECT_EQ(report.created, 3u);
  EXPECT_EQ(report.updated, 1u);
  EXPECT_THAT(report.kept, IsEmpty()) << "nobody but the file wrote it";
  EXPECT_EQ(to_text(all()[1].field("narrative")->values.front()), "The well is dry");
  EXPECT_EQ(differing(), 0u);
}

TEST_F(GatheringTest, LongRowsMakeMoreChangeSetsNoneTooLargeToSend) {
  ASSERT_EQ(import(numbered(30, std::string(60'000, 'a'))).created, 30u);
  const std::vector<changes::ChangeSet> sets = kept();
  EXPECT_THAT(sets, SizeIs(30));
  for (const changes::ChangeSet& set : sets) EXPECT_TRUE(payload::encode_change_set(set, home->identity.log));
  EXPECT_EQ(differing(), 0u);
}

TEST_F(GatheringTest, ARowThatIsRefusedTakesNoOtherWithIt) {
  std::vector<ImportRow> rows = numbered(50, "Well ");
  rows[20].fields.push_back({"themes", std::string("a\x01z")});
  const ImportReport report = import(rows);
  EXPECT_EQ(report.created, 49u);
  ASSERT_THAT(report.refused, SizeIs(1));
  EXPECT_EQ(report.refused[0].row, 22u);
  EXPECT_EQ(differing(), 0u);
}

}  // namespace
}  // namespace haki::client
