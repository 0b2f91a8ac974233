// Goal: a scorecard counts what decision 0007 says, and "no information" is never "not implemented". Method: records made through
// the editor in one lead's home; the arithmetic is done here by hand.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "analysis/scorecard.h"
#include "client/editor.h"
#include "coalition.h"

namespace haki::analysis {
namespace {

using client::Editor;

struct ScorecardTest : testing::Test {
  test::Coalition coalition;
  std::string folder = testing::TempDir() + "haki-scorecard-XXXXXX";
  std::unique_ptr<client::Home> home;
  RecordId water, land;

  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    home = std::move(*client::Home::create(folder + "/home", "four words of a test"));
    const crypto::SecretBytes key(32);
    if (!home->replace_identity(std::move(*keys::open_identity(keys::seal_identity(coalition.founder, key), key)))) std::abort();
    ASSERT_TRUE(home->settings->put(client::setting::kOrg, coalition.membership.org()));
    std::uint32_t seq = 0;
    for (const auto& entry : coalition.entries) {
      ASSERT_TRUE(home->ledger->put_entry(seq++, envelope::encode_frame(entry)));
    }
    ASSERT_TRUE(home->reload());
    water = make("recommendation", {{"text", "Bring water"}, {"themes", "water"}, {"cycle", "1"}});
    land = make("recommendation", {{"text", "Give titles"}, {"themes", "land"}, {"themes", "water"}, {"cycle", "2"}});
  }
  void TearDown() override {
    home.reset();
    std::filesystem::remove_all(folder);
  }
  RecordId make(std::string form, std::vector<FieldInput> fields, bool submit = true) {
    const auto id = Editor(*home).create({std::move(form), std::move(fields), {}, submit, {}});
    EXPECT_TRUE(id) << (id ? "" : id.error().message);
    return id ? *id : RecordId{};
  }
  RecordId rate(const RecordId& recommendation, std::string level, std::string district = "KE002", bool submit = true) {
    return make("rating", {{"recommendation", to_hex(recommendation)}, {"level", level}, {"district", district}}, submit);
  }
  std::vector<ScorecardRow> card(std::string by = "", std::string theme = "") {
    const RaterOf rater = [](const LogId&) { return std::string("Kituo"); };
    return *scorecard(*home->database, *home->chains, *home->records, {theme, by}, rater);
  }
};

TEST_F(ScorecardTest, NothingRatedIsAnEmptyCard) { EXPECT_THAT(card(), testing::IsEmpty()); }

TEST_F(ScorecardTest, MeansSpreadAndCoverageByTheme) {
  rate(water, "not_implemented");
  rate(land, "fully_implemented");
  const auto rows = card();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].theme, "land");
  EXPECT_DOUBLE_EQ(*rows[0].mean, 1.0);
  EXPECT_DOUBLE_EQ(rows[0].coverage, 1.0);
  EXPECT_EQ(rows[1].theme, "water");  // both recommendations
  EXPECT_EQ(rows[1].ratings, 2u);
  EXPECT_DOUBLE_EQ(*rows[1].mean, 0.5);
  EXPECT_DOUBLE_EQ(*rows[1].min, 0.0);
  EXPECT_DOUBLE_EQ(*rows[1].max, 1.0);
  EXPECT_EQ(rows[1].level, "partly_implemented");
  EXPECT_EQ(card("", "land").size(), 1u);
}

TEST_F(ScorecardTest, NoInformationIsNeverNotImplemented) {
  rate(water, "no_information");
  auto rows = card();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].level, "no_information");
  EXPECT_FALSE(rows[0].mean);
  rate(land, "fully_implemented");
  rows = card("", "water");
  EXPECT_DOUBLE_EQ(*rows[0].mean, 1.0);
  EXPECT_EQ(rows[0].no_information, 1u);
  EXPECT_EQ(rows[0].ratings, 2u);
}

TEST_F(ScorecardTest, DraftsAndDeletedRatingsDoNotCountAndTheNewestStandsForEarlierOnes) {
  rate(water, "fully_implemented", "KE002", false);
  EXPECT_THAT(card(), testing::IsEmpty());
  const RecordId first = rate(water, "not_implemented");
  rate(water, "partly_implemented");
  auto rows = card();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].ratings, 1u);
  EXPECT_DOUBLE_EQ(*rows[0].mean, 0.5);
  ASSERT_TRUE(Editor(*home).remove(first));
  EXPECT_DOUBLE_EQ(*card()[0].mean, 0.5);
}

TEST_F(ScorecardTest, ByDistrictAndByTheRecommendationsCycle) {
  rate(water, "not_implemented", "KE002");
  rate(water, "fully_implemented", "KE003");
  const auto districts = card("district", "water");
  ASSERT_EQ(districts.size(), 2u);
  EXPECT_EQ(districts[0].by, "KE002");
  EXPECT_DOUBLE_EQ(*districts[1].mean, 1.0);
  const auto cycles = card("cycle");
  ASSERT_EQ(cycles.size(), 1u);
  EXPECT_EQ(cycles[0].by, "1");
  const RaterOf rater = [](const LogId&) { return std::string(); };
  EXPECT_EQ(scorecard(*home->database, *home->chains, *home->records, {"", "colour"}, rater).error().code, Code::kInvalid);
}

TEST_F(ScorecardTest, EvidenceCountsWhatIsLinkedAndOnlyAnotherOrganisationVerifies) {
  const RecordId rating = rate(water, "partly_implemented");
  make("observation", {{"narrative", "seen"}, {"recommendation", to_hex(water)}});
  make("observation", {{"narrative", "a draft"}, {"recommendation", to_hex(water)}}, false);
  EXPECT_EQ(card()[0].evidence, 1u);
  make("verification", {{"rating", to_hex(rating)}, {"verdict", "confirmed"}});
  EXPECT_DOUBLE_EQ(card()[0].verified_share, 0.0);  // by the rater's own organisation
}

}  // namespace
}  // namespace haki::analysis
