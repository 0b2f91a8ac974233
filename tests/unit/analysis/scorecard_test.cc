// Goal: a scorecard counts what spec 80-analysis says, "no information" is never "not implemented", and what is kept of it follows
// the records. Method: records of several organisations in one lead's home; the arithmetic is done here by hand, and what is
// brought up to date step by step is compared with what is rolled up at once.
#include "analysis/scorecard.h"

#include <random>

#include "analysis/theme_names.h"
#include "client/reader.h"
#include "desk.h"

namespace haki::analysis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class ScorecardTest : public test::Desk {
 protected:
  void SetUp() override {
    Desk::SetUp();
    water = make("recommendation", {{"text", "Bring water"}, {"themes", "water"}, {"cycle", "1"}});
    land = make("recommendation", {{"text", "Give titles"}, {"themes", "land"}, {"themes", "water"}, {"cycle", "2"}});
  }
  static std::vector<FieldInput> rating(const RecordId& of, std::string level, std::string district = "KE002") {
    return {{"recommendation", to_hex(of)}, {"level", std::move(level)}, {"district", std::move(district)}};
  }
  RecordId rate(const RecordId& of, std::string level, std::string district = "KE002") {
    const RecordId id = make("rating", rating(of, std::move(level), std::move(district)));
    approve(id);
    return id;
  }
  RecordId rate_by(const std::string& organisation, const RecordId& of, std::string level, std::string district = "KE002") {
    const RecordId id = make_by(organisation, "rating", rating(of, std::move(level), std::move(district)));
    approve(id);
    return id;
  }
  std::vector<ScorecardRow> card(const ScorecardQuery& query) {
    auto rows = scorecard(*home->database, *home->chains, *home->records, query, author_of(), table);
    EXPECT_TRUE(rows) << rows.error().message;
    return rows ? *rows : std::vector<ScorecardRow>{};
  }
  std::vector<ScorecardRow> card(std::string by = "", std::string theme = "") { return card({std::move(theme), std::move(by)}); }

  RecordId water, land;
  ThemeTable table;
};

TEST_F(ScorecardTest, NothingRatedIsAnEmptyCard) { EXPECT_THAT(card(), IsEmpty()); }

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
  make("recommendation", {{"text", "Not rated"}, {"themes", "water"}});
  EXPECT_NEAR(card("", "water")[0].coverage, 2.0 / 3, 1e-12);
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

TEST_F(ScorecardTest, OnlyTheNewestApprovedRatingCountsAndTheOthersAreShownAsLeftOut) {
  make("rating", rating(water, "fully_implemented"), false);
  make("rating", rating(water, "fully_implemented"));
  ASSERT_TRUE(client::Editor(*home).review(make("rating", rating(water, "not_implemented")), "rejected", "Not seen"));
  ASSERT_TRUE(client::Editor(*home).review(make("rating", rating(water, "not_implemented")), "has_issues", "Where?"));
  auto rows = card();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].ratings, 0u);
  EXPECT_EQ(rows[0].level, "no_information");
  EXPECT_DOUBLE_EQ(rows[0].coverage, 0.0);
  EXPECT_THAT(rows[0].left_out, ElementsAre(Pair("draft", 1u), Pair("rejected", 1u), Pair("returned", 1u), Pair("waiting", 1u)));

  rows = card({"", "", true});
  EXPECT_EQ(rows[0].ratings, 1u);  // what waits, had it been approved
  EXPECT_DOUBLE_EQ(*rows[0].mean, 1.0);
  EXPECT_FALSE(rows[0].left_out.contains("waiting"));

  const RecordId first = rate(water, "not_implemented");
  rate(water, "partly_implemented");
  rate(water, "fully_implemented", "KE003");
  rows = card();
  EXPECT_EQ(rows[0].ratings, 2u);
  EXPECT_DOUBLE_EQ(*rows[0].mean, 0.75);
  EXPECT_EQ(rows[0].left_out.at("replaced"), 1u);
  ASSERT_TRUE(client::Editor(*home).remove(first));
  EXPECT_FALSE(card()[0].left_out.contains("replaced"));
  EXPECT_DOUBLE_EQ(*card()[0].mean, 0.75);
}

TEST_F(ScorecardTest, ARatingInConflictIsLeftOutUntilSomebodySettlesIt) {
  const RecordId id = rate_by("Haki Jamii", water, "fully_implemented");
  EXPECT_DOUBLE_EQ(*card()[0].mean, 1.0);
  ASSERT_TRUE(client::Editor(of("Haki Jamii")).edit({id, {{"level", "partly_implemented"}}, {}, {}, {}}));
  ASSERT_TRUE(client::Editor(*home).edit({id, {{"level", "not_implemented"}}, {}, {}, {}}));
  bring(of("Haki Jamii"));
  auto rows = card();
  EXPECT_EQ(rows[0].ratings, 0u);
  EXPECT_THAT(rows[0].left_out, ElementsAre(Pair("conflict", 1u)));
  ASSERT_TRUE(client::Editor(*home).resolve(id, "level", "not_implemented"));
  approve(id);
  EXPECT_DOUBLE_EQ(*card()[0].mean, 0.0);
}

TEST_F(ScorecardTest, RatersAreOrganisationsAndKeptApart) {
  of("Haki Jamii");
  rate(water, "not_implemented");
  rate_by("Haki Jamii", water, "fully_implemented");
  rate_by("Kwale Watch", water, "fully_implemented");
  rate_by("Kwale Watch", land, "partly_implemented");
  const auto rows = card("", "water");
  EXPECT_EQ(rows[0].raters, 3u);
  EXPECT_EQ(rows[0].ratings, 4u);
  EXPECT_DOUBLE_EQ(*rows[0].mean, 2.5 / 4);
  const auto by = card("organisation", "water");
  ASSERT_EQ(by.size(), 3u);
  EXPECT_EQ(by[0].by, "Haki Jamii");
  EXPECT_EQ(by[1].by, "Kituo");
  EXPECT_DOUBLE_EQ(*by[1].mean, 0.0);
  EXPECT_EQ(by[2].by, "Kwale Watch");
  EXPECT_DOUBLE_EQ(*by[2].mean, 0.75);
}

TEST_F(ScorecardTest, WhoIsBehindALogMayBecomeKnownLater) {
  rate_by("Haki Jamii", water, "fully_implemented");
  const LogId log = of("Haki Jamii").identity.log;
  organisations[log] = "device 7";
  EXPECT_EQ(card("organisation")[0].by, "device 7");
  organisations[log] = "Haki Jamii";
  EXPECT_EQ(card("organisation")[0].by, "Haki Jamii");
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
  ASSERT_TRUE(client::Editor(*home).edit({water, {{"cycle", "3"}}, {}, {}, {}}));
  EXPECT_EQ(card("cycle")[0].by, "3");
  EXPECT_EQ(scorecard(*home->database, *home->chains, *home->records, {"", "colour"}, author_of()).error().code, Code::kInvalid);
}

TEST_F(ScorecardTest, EvidenceCountsWhatIsLinkedAndOnlyAnotherOrganisationVerifies) {
  const RecordId rating = rate(water, "partly_implemented");
  make("observation", {{"narrative", "seen"}, {"recommendation", to_hex(water)}});
  make("observation", {{"narrative", "a draft"}, {"recommendation", to_hex(water)}}, false);
  EXPECT_EQ(card()[0].evidence, 1u);
  make("verification", {{"rating", to_hex(rating)}, {"verdict", "confirmed"}});
  EXPECT_DOUBLE_EQ(card()[0].verified_share, 0.0);  // by the rater's own organisation
  make_by("Haki Jamii", "verification", {{"rating", to_hex(rating)}, {"verdict", "inconclusive"}});
  EXPECT_DOUBLE_EQ(card()[0].verified_share, 0.0);
  const RecordId confirmed = make_by("Haki Jamii", "verification", {{"rating", to_hex(rating)}, {"verdict", "confirmed"}});
  EXPECT_DOUBLE_EQ(card()[0].verified_share, 1.0);
  ASSERT_TRUE(client::Editor(of("Haki Jamii")).remove(confirmed));
  bring(of("Haki Jamii"));
  EXPECT_DOUBLE_EQ(card()[0].verified_share, 0.0);
}

TEST_F(ScorecardTest, BandsDecideTheLevelOfAMean) {
  for (const char* district : {"KE001", "KE002"}) rate(water, "not_implemented", district);
  rate(water, "fully_implemented", "KE003");
  EXPECT_EQ(card()[0].level, "partly_implemented");  // 1 of 3: 0.333 reaches 0.33
  EXPECT_EQ(card({"", "", false, ScorecardBands{0.4, 0.7}})[0].level, "not_implemented");
  make("scorecard", {{"title", "Water"}, {"theme", "water"}, {"band_partly", "0.2"}, {"band_fully", "0.3"}});
  EXPECT_EQ(card()[0].level, "fully_implemented");
  EXPECT_EQ(scorecard(*home->database, *home->chains, *home->records, {"", "", false, ScorecardBands{0.7, 0.4}}, author_of()).error().code,
            Code::kInvalid);
}

TEST_F(ScorecardTest, ATemplatesOwnScaleIsKeptApartAndNoInformationOfItHasNoValue) {
  const std::vector<std::vector<FieldInput>> levels{
      {{"code", "none"}, {"position", "1"}, {"value", "0"}, {"counts_as", "not_implemented"}},
      {{"code", "started"}, {"position", "2"}, {"value", "0.25"}, {"counts_as", "partly_implemented"}},
      {{"code", "unknown"}, {"position", "3"}, {"counts_as", "no_information"}}};
  const RecordId four = make("scorecard", {{"title", "Four steps"}, {"scale", "knchr"}}, true, {{"levels", levels}});
  const auto rate_on = [&](std::string own, std::string level, std::string district) {
    approve(make("rating", {{"recommendation", to_hex(land)}, {"template", to_hex(four)}, {"scale_level", std::move(own)},
                            {"level", std::move(level)}, {"district", std::move(district)}}));
  };
  rate_on("started", "partly_implemented", "KE001");
  rate_on("unknown", "no_information", "KE002");
  rate(land, "fully_implemented", "KE003");
  const auto rows = card("", "land");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].scale, "iri");
  EXPECT_DOUBLE_EQ(*rows[0].mean, 1.0);
  EXPECT_EQ(rows[1].scale, "knchr");
  EXPECT_DOUBLE_EQ(*rows[1].mean, 0.25);
  EXPECT_EQ(rows[1].no_information, 1u);
}

TEST_F(ScorecardTest, CriteriaOfOneRaterWeighTogetherIntoOneRating) {
  const RecordId form = make("scorecard", {{"title", "Water"}}, true,
                             {{"criteria", {{{"code", "law"}, {"text", "A law"}, {"weight", "1"}}, {{"code", "taps"}, {"text", "Taps"}, {"weight", "3"}}}}});
  const auto rate_on = [&](std::string criterion, std::string level) {
    approve(make("rating", {{"recommendation", to_hex(land)}, {"template", to_hex(form)}, {"criterion", std::move(criterion)}, {"level", std::move(level)}}));
  };
  rate_on("law", "fully_implemented");
  rate_on("taps", "not_implemented");
  const auto rows = card("", "land");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].ratings, 1u);
  EXPECT_DOUBLE_EQ(*rows[0].mean, 0.25);
}

// A list of our own: what begins with a code is in another list without it, and small letters make no other label.
ThemeTable list_of_codes() {
  const auto key = [](std::string_view label) {
    std::string small(label);
    for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return small;
  };
  const auto newest = [](std::string_view label) { return label.starts_with("E2") && label.size() > 4 ? std::string(label.substr(4)) : std::string(); };
  return {key, newest};
}

std::vector<std::string> themes_of(const std::vector<ScorecardRow>& rows) {
  std::vector<std::string> themes;
  for (const ScorecardRow& row : rows) themes.push_back(row.theme + " " + std::to_string(row.ratings) + " " + std::to_string(row.coverage).substr(0, 4));
  return themes;
}

TEST_F(ScorecardTest, LabelsThatAreOneThemeAreOneRowAndAMappingChangesTheNextAnswer) {
  rate(water, "not_implemented");
  rate(land, "fully_implemented");
  EXPECT_THAT(themes_of(card()), ElementsAre("land 1 1.00", "water 2 1.00"));
  const RecordId mapping = make("theme_mapping", {{"label", "land"}, {"same_as", "water"}});
  EXPECT_THAT(themes_of(card()), ElementsAre("water 2 1.00"));  // one of them has both labels, and counts once
  EXPECT_THAT(themes_of(card("", "land")), ElementsAre("water 2 1.00"));  // asked by either label
  EXPECT_DOUBLE_EQ(*card()[0].mean, 0.5);
  make("scorecard", {{"title", "Land"}, {"theme", "land"}, {"band_partly", "0.2"}, {"band_fully", "0.3"}});
  EXPECT_EQ(card()[0].level, "fully_implemented");  // bands follow the theme too
  ASSERT_TRUE(client::Editor(*home).edit({mapping, {{"same_as", "Water and sanitation"}}, {}, {}, {}}));
  EXPECT_THAT(themes_of(card()), ElementsAre("Water and sanitation 1 1.00", "water 2 1.00"));
  ASSERT_TRUE(client::Editor(*home).remove(mapping));
  EXPECT_THAT(themes_of(card()), ElementsAre("land 1 1.00", "water 2 1.00"));
}

TEST_F(ScorecardTest, TheTablesLabelsAreOneThemeUnlessTheCoalitionSaysOtherwise) {
  table = list_of_codes();
  const RecordId coded = make("recommendation", {{"text", "Taps"}, {"themes", "E26 Water"}});
  rate(water, "fully_implemented");
  rate(coded, "not_implemented");
  EXPECT_THAT(themes_of(card()), ElementsAre("water 2 0.66"));  // "land" has the label too, and no rating
  const RecordId alone = make("theme_mapping", {{"label", "WATER"}});  // it has no counterpart
  EXPECT_THAT(themes_of(card()), ElementsAre("E26 Water 1 1.00", "water 1 0.50"));
  ASSERT_TRUE(client::Editor(*home).edit({alone, {{"same_as", "land"}}, {}, {}, {}}));
  EXPECT_THAT(themes_of(card()), ElementsAre("land 2 0.66"));  // a chain: the code leads to water, and that to land
  ASSERT_TRUE(client::Editor(*home).edit({alone, {{"same_as", "E26 Water"}}, {}, {}, {}}));
  EXPECT_THAT(themes_of(card()), ElementsAre("E26 Water 2 0.66"));  // a circle of table and coalition: the coalition's word stands
}

TEST_F(ScorecardTest, OfTwoMappingsOfOneLabelTheLaterCountsAndACircleIsOneTheme) {
  rate(water, "fully_implemented");
  rate(land, "fully_implemented");
  make("theme_mapping", {{"label", "water"}, {"same_as", "nothing"}, {"scheme", "one"}});
  make("theme_mapping", {{"label", "water"}, {"same_as", "land"}, {"scheme", "other"}});
  EXPECT_THAT(themes_of(card()), ElementsAre("land 2 1.00"));
  make("theme_mapping", {{"label", "land"}, {"same_as", "water"}});
  EXPECT_EQ(themes_of(card()).size(), 1u);
}

std::string told(const std::vector<ScorecardRow>& rows) {
  std::string text;
  for (const ScorecardRow& row : rows) {
    text += row.theme + "|" + row.by + "|" + row.scale + "|" + row.level + "|" + std::to_string(row.mean.value_or(-1)) + "|" +
            std::to_string(row.ratings) + "|" + std::to_string(row.raters) + "|" + std::to_string(row.evidence) + "|" +
            std::to_string(row.verified_share) + "|" + std::to_string(row.coverage);
    for (const auto& [reason, count] : row.left_out) text += "|" + reason + " " + std::to_string(count);
    text += "\n";
  }
  return text;
}

// Everything that may happen to ratings and their themes, at random.
class ScorecardHistoryTest : public ScorecardTest {
 protected:
  void SetUp() override {
    ScorecardTest::SetUp();
    of("Haki Jamii");  // the first to come in is a lead too, and so may verify
    table = list_of_codes();
    all = {water, land, make("recommendation", {{"text", "Taps"}, {"themes", "E26 Water"}}),
           make("recommendation", {{"text", "Titles"}, {"themes", "E27 Soil"}, {"themes", "LAND"}})};
  }
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random); }
  template <typename List>
  const auto& any(const List& list) { return list[below(list.size())]; }

  void something_happens() {
    const std::string organisation = below(2) == 0 ? "Haki Jamii" : "Kwale Watch";
    const RecordId of = any(all);
    switch (ratings.empty() ? 0 : below(10)) {
      case 0:
      case 1: ratings.push_back(make_by(organisation, "rating", rating(of, any(levels), "KE00" + std::to_string(below(3))), below(4) != 0)); break;
      case 2: static_cast<void>(client::Editor(*home).review(any(ratings), "approved", "")); break;
      case 3: static_cast<void>(client::Editor(*home).edit({any(ratings), {{"level", any(levels)}}, {}, {}, {}})); break;
      case 4: static_cast<void>(client::Editor(*home).remove(any(ratings))); break;
      case 5: make_by("Haki Jamii", "verification", {{"rating", to_hex(any(ratings))}, {"verdict", "confirmed"}}); break;
      case 6: make("observation", {{"narrative", "seen"}, {"recommendation", to_hex(of)}}); break;
      case 7: a_mapping_changes(); break;
      case 8: ASSERT_TRUE(client::Editor(*home).edit({of, {}, {{"themes", labels[below(6)]}}, {}, {}})); break;
      default: ASSERT_TRUE(client::Editor(*home).edit({of, {{"cycle", std::to_string(1 + below(3))}}, {}, {}, {}}));
    }
  }
  void a_mapping_changes() {
    if (mappings.empty() || below(3) != 0) {
      const std::string scheme = std::to_string(mappings.size());
      mappings.push_back(make("theme_mapping", {{"label", labels[below(5)]}, {"same_as", any(labels)}, {"scheme", scheme}}));
    } else if (below(3) == 0) {
      static_cast<void>(client::Editor(*home).remove(any(mappings)));
    } else {
      static_cast<void>(client::Editor(*home).edit({any(mappings), {{"same_as", any(labels)}}, {}, {}, {}}));
    }
  }
  // Every card there is, by what it was asked by.
  std::map<std::string, std::string> cards() {
    std::map<std::string, std::string> told_by;
    for (const char* by : {"", "district", "organisation", "cycle"}) told_by[by] = told(card(by));
    return told_by;
  }
  // Each recommendation says its themes by their names, and nothing is mapped.
  void relabel() {
    ASSERT_TRUE(home->records->index_cells());
    const auto names = read_theme_names(*home->database, table);
    ASSERT_TRUE(names);
    for (const RecordId& one : all) {
      const auto record = client::Reader(*home).record(one);
      ASSERT_TRUE(record);
      Edit edit{one, {}, {}, {}, {}};
      for (const Value& value : record->field("themes")->values) {
        const std::string label = to_text(value), name = names->of(label);
        if (name == label) continue;
        edit.remove.push_back({"themes", label});
        edit.add.push_back({"themes", name});
      }
      ASSERT_TRUE(client::Editor(*home).edit(edit));
    }
    for (const RecordId& mapping : mappings) static_cast<void>(client::Editor(*home).remove(mapping));
    table = {};
  }

  const std::uint32_t seed = std::random_device()();
  std::mt19937 random{seed};
  const std::vector<std::string> levels{"not_implemented", "partly_implemented", "fully_implemented", "no_information"};
  const std::vector<std::string> labels{"water", "land", "E26 Water", "E27 Soil", "Soil", "Rivers", ""};
  std::vector<RecordId> all, ratings, mappings;
};

// Law: whatever happens to the records, mappings of themes among them, the card brought up to date equals the card rolled up from
// nothing; and one whose themes are mapped equals one whose recommendations say them by those names.
TEST_F(ScorecardHistoryTest, UpToDateIsTheSameAsRolledUpAtOnceAndMappedTheSameAsRelabelled) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (int step = 0; step < 80; ++step) {
    something_happens();
    if (below(3) == 0) card();
  }
  const auto kept = cards();
  ASSERT_TRUE(home->database->execute("DELETE FROM rated; DELETE FROM evidenced; DELETE FROM verifying; DELETE FROM rolled; DELETE FROM "
                                      "left_out; DELETE FROM rolled_evidence; DELETE FROM rater_of_log; DELETE FROM rater; "
                                      "DELETE FROM index_stale WHERE kind = 3; UPDATE index_mark SET upto = 0 WHERE kind = 3;"));
  EXPECT_EQ(kept, cards());
  relabel();
  EXPECT_EQ(kept, cards());
}

}  // namespace
}  // namespace haki::analysis
