// Goal: the exports that UPR Info really made go in whole, with the counts that others took from them.
// Method: the files lie beside the checkout (HAKI_SHARED, else ../shared) and are not part of it; without them these
// tests are skipped by name. The counts were taken with another program (Python's csv module).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "files.h"
#include "formats/recommendations.h"

namespace haki::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class RealFiles : public ::testing::Test {
 protected:
  // Skips the test where the file is absent; else the table.
  void read(const std::string& name) {
    const auto folder = shared_data();
    const auto path = folder / "upr" / name;
    if (folder.empty() || !std::filesystem::exists(path)) {
      GTEST_SKIP() << "real file absent: data/upr/" << name << " (set HAKI_SHARED to the folder that has data/upr)";
    }
    auto result = read_recommendations(path.string());
    ASSERT_TRUE(result) << result.error().message;
    table_ = std::move(*result);
    for (const RecommendationRow& row : table_.rows) identities_.insert(identity_of(row));
  }

  RecommendationTable table_;
  std::set<std::string> identities_;
};

#define READ_OR_SKIP(name) \
  read(name);              \
  if (IsSkipped() || HasFatalFailure()) return

TEST_F(RealFiles, KenyaSession8) {
  READ_OR_SKIP("upr-info_kenya_s8.csv");
  EXPECT_EQ(table_.format, "upr-info-csv");
  EXPECT_EQ(table_.encoding, "mac-roman");
  EXPECT_EQ(table_.line_ends, "CR");
  EXPECT_EQ(table_.rows.size(), 166U);
  EXPECT_THAT(table_.position_counts, ElementsAre(Pair("Accepted", 144), Pair("Noted", 22)));
  EXPECT_THAT(table_.refused, IsEmpty());
  EXPECT_THAT(table_.unmapped, IsEmpty());
  EXPECT_THAT(table_.ignored_columns, IsEmpty());
  EXPECT_EQ(identities_.size(), 166U);

  const RecommendationRow& first = table_.rows.front();
  EXPECT_EQ(first.row, 2U);
  EXPECT_EQ(first.state_under_review, "Kenya");
  EXPECT_EQ(first.state_regional_group, "Africa");
  EXPECT_THAT(first.state_organisations, ElementsAre("AU", "Commonwealth"));
  EXPECT_EQ(first.text, "Consider ratifying ICRMW");
  EXPECT_THAT(first.recommending_states, ElementsAre("Algeria"));
  EXPECT_THAT(first.recommending_organisations, ElementsAre("AU", "OIC", "AL"));
  EXPECT_EQ(first.position, "supported");
  EXPECT_EQ(first.action_category, 3);
  EXPECT_THAT(first.issues, ElementsAre("International instruments", "Labour", "Migrants"));
  EXPECT_EQ(first.session, 8);
  EXPECT_EQ(first.cycle, 1);
  EXPECT_EQ(table_.rows.back().row, 167U);
}

TEST_F(RealFiles, NepalSession10) {
  READ_OR_SKIP("upr-info_nepal_s10.csv");
  EXPECT_EQ(table_.rows.size(), 193U);
  EXPECT_THAT(table_.position_counts, ElementsAre(Pair("Accepted", 146), Pair("Noted", 47)));
  EXPECT_THAT(table_.refused, IsEmpty());
  EXPECT_THAT(table_.unmapped, IsEmpty());
  EXPECT_EQ(identities_.size(), 193U);
}

TEST_F(RealFiles, SierraLeoneSession11) {
  READ_OR_SKIP("upr-info_sierra-leone_s11.csv");
  EXPECT_EQ(table_.rows.size(), 129U);
  EXPECT_THAT(table_.position_counts, ElementsAre(Pair("Accepted", 126), Pair("Noted", 3)));
  EXPECT_THAT(table_.refused, IsEmpty());
  EXPECT_THAT(table_.unmapped, IsEmpty());
  EXPECT_EQ(identities_.size(), 129U);
}

// Two pledges occur twice word for word, and both count; the two Mac Roman letters of the file come out right.
TEST_F(RealFiles, AllVoluntaryPledges) {
  READ_OR_SKIP("upr-info_voluntary_pledges_full.csv");
  EXPECT_EQ(table_.encoding, "mac-roman");
  EXPECT_EQ(table_.rows.size(), 947U);
  EXPECT_THAT(table_.position_counts, ElementsAre(Pair("Voluntary Pledge", 947)));
  EXPECT_THAT(table_.refused, IsEmpty());
  EXPECT_THAT(table_.unmapped, IsEmpty());
  EXPECT_EQ(identities_.size(), 947U);

  std::set<std::string> states;
  std::multiset<std::uint32_t> ordinals;
  bool cote = false, vis_a_vis = false;
  for (const RecommendationRow& row : table_.rows) {
    states.insert(row.state_under_review);
    if (row.source_ordinal > 0) ordinals.insert(row.source_ordinal);
    EXPECT_EQ(row.position, "pledge");
    cote = cote || row.text.find("C\u00f4te d'Ivoire") != std::string::npos;
    vis_a_vis = vis_a_vis || row.text.find("vis-\u00e0-vis") != std::string::npos;
  }
  EXPECT_EQ(states.size(), 149U);
  EXPECT_THAT(ordinals, UnorderedElementsAre(1, 1));
  EXPECT_TRUE(cote);
  EXPECT_TRUE(vis_a_vis);
}

// The same pledges as UPR Info's own program wrote them: known again, row by row.
TEST_F(RealFiles, TheOldExcelExportGivesTheIdentitiesOfItsCsv) {
  READ_OR_SKIP("upr-info_voluntary_pledges_full.csv");
  const auto of_csv = std::exchange(identities_, {});
  READ_OR_SKIP("upr-info_voluntary_pledges_full.xls");
  EXPECT_EQ(table_.rows.size(), 947U);
  EXPECT_THAT(table_.refused, IsEmpty());
  EXPECT_EQ(identities_, of_csv);
}

TEST_F(RealFiles, OtherTablesOfTheSameFolderAreNamedAsSuch) {
  const auto path = shared_data() / "upr" / "states_by_session_cow_codes.csv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "real file absent: data/upr/states_by_session_cow_codes.csv";
  const auto result = read_recommendations(path.string());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kInvalid);
  EXPECT_THAT(result.error().message, ::testing::HasSubstr("not a list of recommendations"));
}

}  // namespace
}  // namespace haki::formats
