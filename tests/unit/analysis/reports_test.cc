// Goal: every report says what its records add up to (spec 80-analysis). Method: records of a lead's home and of others that came to
// it; the figures are worked out here by hand, those of DOMAIN.md's systems among them.
#include "analysis/reports.h"

#include "analysis/early_warning.h"
#include "desk.h"

namespace haki::analysis {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ReportsTest : public test::Desk {
 protected:
  Report report(const std::string& name, std::map<std::string, std::string, std::less<>> options = {}, std::string today = "2026-11-29") {
    ReportContext context{*home->database, *home->chains, *home->records, author_of(), std::move(today), std::move(options)};
    auto made = make_report(context, name);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? *made : Report{};
  }
  std::string refused(const std::string& name, std::map<std::string, std::string, std::less<>> options) {
    ReportContext context{*home->database, *home->chains, *home->records, author_of(), "2026-11-29", std::move(options)};
    const auto made = make_report(context, name);
    EXPECT_FALSE(made);
    return made ? "" : made.error().message;
  }
  // A row's cell by its column's name, as text: "-" where it is empty.
  static std::string cell(const Report& report, std::size_t row, std::string_view column) {
    for (std::size_t i = 0; i < report.columns.size(); ++i) {
      if (report.columns[i].name != column) continue;
      const ReportCell& value = report.rows.at(row).at(i);
      if (const auto measure = measure_in(value)) {
        std::string text = std::to_string(*measure);
        text.erase(text.find_last_not_of('0') + 1);
        return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
      }
      if (const auto* yes = std::get_if<bool>(&value)) return *yes ? "yes" : "no";
      return std::holds_alternative<std::monostate>(value) ? "-" : text_in(value);
    }
    ADD_FAILURE() << "no column " << column;
    return {};
  }
  // The named columns of every row, apart by bars.
  static std::vector<std::string> lines(const Report& report, const std::vector<std::string_view>& columns) {
    std::vector<std::string> all;
    for (std::size_t row = 0; row < report.rows.size(); ++row) {
      std::string line;
      for (std::size_t i = 0; i < columns.size(); ++i) line += (i == 0 ? "" : "|") + cell(report, row, columns[i]);
      all.push_back(std::move(line));
    }
    return all;
  }
  RecordId recommend(const std::string& number, const std::string& position, std::vector<FieldInput> more = {}) {
    more.insert(more.end(), {{"number", number}, {"text", "Recommendation " + number}, {"position", position}});
    return make("recommendation", std::move(more));
  }
  void rate(const std::string& organisation, const RecordId& of, const std::string& level, const std::string& district = "KE001",
            std::vector<FieldInput> more = {}) {
    more.insert(more.end(), {{"recommendation", to_hex(of)}, {"level", level}, {"district", district}});
    approve(organisation.empty() ? make("rating", std::move(more)) : make_by(organisation, "rating", std::move(more)));
  }
};

TEST_F(ReportsTest, EachIsKnownByItsNameAndRefusesWhatItDoesNotKnow) {
  const auto list = report_list();
  EXPECT_GE(list.size(), 20u);
  std::set<std::string> names;
  for (const ReportInfo& info : list) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.title.empty());
    EXPECT_FALSE(info.serves.empty());
    const Report empty = report(info.name);  // nothing recorded yet
    EXPECT_EQ(empty.name, info.name);
    EXPECT_THAT(empty.rows, IsEmpty()) << info.name;
    EXPECT_FALSE(empty.columns.empty()) << info.name;
  }
  EXPECT_THAT(refused("colours", {}), HasSubstr("haki report list"));
  EXPECT_THAT(refused("overdue", {{"state", "Kenya"}}), HasSubstr("cycle, theme"));
  EXPECT_THAT(refused("outreach", {{"since", "October"}}), HasSubstr("2020-10-01"));
  EXPECT_THAT(refused("positions", {{"cycle", "third"}}), HasSubstr("number"));
}

TEST_F(ReportsTest, PositionsAndClustersReconcileWithTheTotal) {
  for (int i = 0; i < 9; ++i) recommend("1." + std::to_string(i), i < 7 ? "supported" : "noted", {{"cluster", i % 2 == 0 ? "Justice" : "Water"}, {"cycle", "2"}});
  recommend("2.1", "pending", {{"themes", "Land"}, {"cycle", "3"}});
  const Report positions = report("positions");
  EXPECT_THAT(lines(positions, {"position", "recommendations", "share"}), ElementsAre("supported|7|0.7", "noted|2|0.2", "pending|1|0.1"));
  EXPECT_THAT(positions.notes, ElementsAre("10 recommendations: 7 supported, 2 noted and 1 pending."));
  EXPECT_THAT(lines(report("positions", {{"cycle", "2"}}), {"position", "recommendations"}), ElementsAre("supported|7", "noted|2"));
  const Report clusters = report("clusters");
  EXPECT_THAT(lines(clusters, {"cluster", "recommendations", "supported", "noted", "other"}),
              ElementsAre("Justice|5|4|1|0", "Land|1|0|0|1", "Water|4|3|1|0"));
  EXPECT_THAT(clusters.notes, ElementsAre("3 clusters with 10 recommendations: 7 supported, 2 noted, 1 others."));
}

TEST_F(ReportsTest, EveryReportGroupsByTheNameThatLabelsShare) {
  const RecordId coded = recommend("1", "supported", {{"themes", "E26 Water"}, {"cycle", "2"}, {"mechanism", "upr"}});
  const RecordId both = recommend("2", "noted", {{"themes", "Safe water"}, {"themes", "E26 Water"}, {"cycle", "3"}, {"mechanism", "treaty_body"}});
  recommend("3", "noted", {{"cluster", "E26 Water"}, {"themes", "Land"}});
  for (const RecordId& one : {coded, both}) rate("", one, "fully_implemented"), rate("Haki Jamii", one, "fully_implemented");
  make("action", {{"action", "Drill"}, {"theme", "E26 Water"}, {"deadline", "2026-01-01"}, {"actors", "County"}});
  make("outreach_session", {{"district", "KE001"}, {"held_on", "2026-01-01"}, {"total", "40"}, {"theme", "E26 Water"}});
  make("consultation", {{"topic", "Taps"}, {"held_on", "2026-01-01"}, {"themes", "E26 Water"}});
  EXPECT_THAT(lines(report("themes"), {"theme", "recommendations"}), ElementsAre("E26 Water|2", "Land|1", "Safe water|1"));
  make("theme_mapping", {{"label", "E26 Water"}, {"same_as", "Safe water"}});
  EXPECT_THAT(lines(report("themes"), {"theme", "recommendations"}), ElementsAre("Safe water|2", "Land|1"));
  EXPECT_THAT(lines(report("mechanisms"), {"theme", "upr", "treaty_body"}), ElementsAre("Safe water|1|1", "Land|0|0"));
  EXPECT_THAT(lines(report("clusters"), {"cluster", "recommendations"}), ElementsAre("Safe water|3"));
  EXPECT_THAT(lines(report("dissemination"), {"cluster", "number"}), ElementsAre("Safe water|1", "Safe water|2", "Safe water|3"));
  EXPECT_THAT(lines(report("mid-term"), {"cluster", "number"}), ElementsAre("Safe water|1", "Safe water|2", "Safe water|3"));
  EXPECT_THAT(lines(report("matrix"), {"number", "cluster"}), ElementsAre("1|-", "2|-", "3|Safe water"));
  EXPECT_THAT(lines(report("agreement"), {"theme", "units", "ratings"}), ElementsAre("Safe water|2|4"));
  EXPECT_THAT(lines(report("trend"), {"theme", "cycle", "ratings"}), ElementsAre("Safe water|2|2", "Safe water|3|2"));
  for (const char* label : {"E26 Water", "Safe water"}) {  // asked by either
    EXPECT_THAT(report("positions", {{"theme", label}}).notes, ElementsAre(HasSubstr("2 recommendations"))) << label;
    EXPECT_THAT(report("positions", {{"cluster", label}}).notes, ElementsAre(HasSubstr("1 recommendations"))) << label;
    EXPECT_THAT(report("overdue", {{"theme", label}}).rows, SizeIs(1)) << label;
    EXPECT_THAT(report("actors", {{"theme", label}}).rows, SizeIs(1)) << label;
    EXPECT_THAT(report("outreach", {{"theme", label}}).rows, SizeIs(2)) << label;
    EXPECT_THAT(report("consultations", {{"theme", label}}).rows, SizeIs(1)) << label;
    EXPECT_THAT(report("trend", {{"theme", label}}).rows, SizeIs(2)) << label;
  }
}

TEST_F(ReportsTest, ADisseminationListSaysWhoHasHeardOfEach) {
  const RecordId one = recommend("118.4", "supported", {{"cluster", "Justice"}, {"responsible", "Ministry of Justice"}});
  recommend("118.5", "noted", {{"cluster", "Water"}});
  make("outreach_session", {{"district", "SL01"}, {"held_on", "2020-11-02"}, {"total", "120"}, {"recommendations", to_hex(one)}});
  make("outreach_session", {{"district", "SL02"}, {"held_on", "2020-11-03"}, {"total", "80"}, {"recommendations", to_hex(one)}});
  EXPECT_THAT(lines(report("dissemination"), {"cluster", "number", "text", "position", "responsible", "sessions", "people_reached"}),
              ElementsAre("Justice|118.4|Recommendation 118.4|supported|Ministry of Justice|2|200", "Water|118.5|Recommendation 118.5|noted|-|0|0"));
}

TEST_F(ReportsTest, TheMatrixHasEveryRecommendationWithItsAssessment) {
  const RecordId rated = recommend("115.1", "supported");
  recommend("115.2", "noted");
  rate("", rated, "fully_implemented");
  rate("Haki Jamii", rated, "not_implemented");
  make("observation", {{"narrative", "seen"}, {"recommendation", to_hex(rated)}});
  EXPECT_THAT(lines(report("matrix"), {"number", "text", "level", "mean", "min", "max", "ratings", "raters", "evidence", "verified_share"}),
              ElementsAre("115.1|Recommendation 115.1|partly_implemented|0.5|0|1|2|2|1|0", "115.2|Recommendation 115.2|no_information|-|-|-|0|0|0|-"));
}

TEST_F(ReportsTest, MergedOnesHaveOneStatusAndAllOriginals) {
  const RecordId one = recommend("1", "supported", {{"merge_group", "g1"}, {"mechanism", "upr"}, {"responsible", "Police"}, {"themes", "Detention"}});
  const RecordId two = recommend("2", "noted", {{"merge_group", "g1"}, {"mechanism", "treaty_body"}, {"sdgs", "16"}, {"themes", "Detention"}});
  recommend("3", "supported", {{"mechanism", "upr"}, {"themes", "Detention"}});
  rate("", one, "fully_implemented");
  rate("", two, "not_implemented", "KE002");
  rate("Haki Jamii", two, "not_implemented");
  EXPECT_THAT(lines(report("merged"), {"merge_group", "originals", "mechanisms", "responsible", "sdgs", "level", "ratings"}),
              ElementsAre("g1|2|upr,treaty_body|Police|16|partly_implemented|3"));
  EXPECT_EQ(cell(report("merged"), 0, "unverified_share"), "1");
  EXPECT_THAT(lines(report("mechanisms"), {"theme", "upr", "treaty_body", "merged"}), ElementsAre("Detention|2|1|2"));
}

TEST_F(ReportsTest, OfSeveralScalesTheOneWithMostRatingsStandsForARecommendation) {
  const RecordId scale = make("scorecard", {{"title", "Steps"}, {"scale", "steps"}}, true,
                              {{"levels", {{{"code", "begun"}, {"value", "0.25"}, {"counts_as", "partly_implemented"}}}}});
  const RecordId one = recommend("1", "noted", {{"sdgs", "6"}, {"cluster", "Water"}, {"merge_group", "m1"}});
  const RecordId two = recommend("2", "noted", {{"merge_group", "m1"}});
  for (const char* district : {"KE001", "KE002"}) {
    rate("", one, "partly_implemented", district, {{"template", to_hex(scale)}, {"scale_level", "begun"}});
  }
  rate("", one, "fully_implemented", "KE001");
  EXPECT_THAT(lines(report("mid-term", {{"cluster", "Water"}}), {"number", "mean", "ratings", "unverified_share"}), ElementsAre("1|0.25|2|1"));
  EXPECT_THAT(lines(report("sdgs"), {"goal", "recommendations", "mean", "unverified_share"}), ElementsAre("6|1|0.25|1"));
  EXPECT_THAT(lines(report("merged"), {"originals", "mean", "ratings"}), ElementsAre("2|0.25|2"));
  EXPECT_THAT(lines(report("noted", {{"district", "KE002"}}), {"number", "mean", "ratings"}), ElementsAre("1|0.25|1"));
  EXPECT_THAT(lines(report("tracker"), {"number", "mean", "unverified_share"}), ElementsAre("1|0.25|1", "2|-|-"));
  static_cast<void>(two);
}

TEST_F(ReportsTest, AncestorsShowGenerationByGeneration) {
  const RecordId first = recommend("1.1", "supported", {{"cycle", "1"}});
  const RecordId second = recommend("2.1", "supported", {{"cycle", "2"}, {"follows", to_hex(first)}});
  recommend("3.1", "noted", {{"cycle", "3"}, {"follows", to_hex(second)}});
  rate("", first, "fully_implemented");
  EXPECT_THAT(lines(report("ancestors"), {"number", "generation", "ancestor_number", "ancestor_cycle", "level"}),
              ElementsAre("2.1|1|1.1|1|fully_implemented", "3.1|1|2.1|2|no_information", "3.1|2|1.1|1|fully_implemented"));
}

TEST_F(ReportsTest, NotedOnesAreFollowedDistrictByDistrict) {
  const RecordId noted = recommend("7", "noted");
  rate("", noted, "partly_implemented", "KE002");
  make("observation", {{"narrative", "seen"}, {"recommendation", to_hex(noted)}, {"district", "KE003"}});
  rate("", recommend("8", "supported"), "partly_implemented");
  EXPECT_THAT(lines(report("noted"), {"number", "district", "level", "ratings", "observations"}),
              ElementsAre("7|KE002|partly_implemented|1|0", "7|KE003|no_information|0|1"));
}

TEST_F(ReportsTest, MidTermNamesTheBody) {
  const RecordId one = recommend("1", "supported", {{"cluster", "Justice"}});
  make("action", {{"action", "Write the law"}, {"recommendation", to_hex(one)}, {"actors", "Parliament"}, {"status", "completed"}});
  recommend("2", "noted", {{"cluster", "Justice"}, {"responsible", "Police"}});
  EXPECT_THAT(lines(report("mid-term"), {"cluster", "number", "responsible", "actions", "completed"}),
              ElementsAre("Justice|1|Parliament|1|1", "Justice|2|Police|0|0"));
}

TEST_F(ReportsTest, OneRecommendationCountsInEachOfItsGoalsOnce) {
  recommend("1", "supported", {{"sdgs", "16"}, {"sdgs", "16.1"}, {"sdgs", "5"}});
  recommend("2", "noted", {{"sdgs", "16.3"}});
  EXPECT_THAT(lines(report("sdgs"), {"goal", "targets", "recommendations", "supported", "noted"}), ElementsAre("5|-|1|1|0", "16|16.1,16.3|2|1|1"));
}

TEST_F(ReportsTest, OverdueActionsStandUnderEachActor) {
  make("action", {{"action", "Build wells"}, {"actors", "County"}, {"actors", "UNICEF"}, {"deadline", "2026-11-19"}, {"status", "ongoing"}});
  make("action", {{"action", "Done"}, {"actors", "County"}, {"deadline", "2026-01-01"}, {"status", "completed"}});
  make("action", {{"action", "Later"}, {"actors", "County"}, {"deadline", "2027-01-01"}});
  EXPECT_THAT(lines(report("overdue"), {"actor", "action", "deadline", "days_overdue", "status"}),
              ElementsAre("County|Build wells|2026-11-19|10|ongoing", "UNICEF|Build wells|2026-11-19|10|ongoing"));
  EXPECT_THAT(lines(report("actors"), {"actor", "actions", "completed", "overdue", "next_deadline"}),
              ElementsAre("County|3|1|1|2027-01-01", "UNICEF|1|0|1|-"));
}

TEST_F(ReportsTest, TheCalendarSaysWhenToGetReady) {
  make("deadline", {{"title", "Mid-term report"}, {"due_on", "2026-12-20"}, {"lead_days", "60"}, {"instrument", "UPR"}});
  make("deadline", {{"title", "CEDAW report"}, {"due_on", "2027-06-01"}, {"lead_days", "90"}});
  make("deadline", {{"title", "CRC report"}, {"due_on", "2026-10-01"}});
  EXPECT_THAT(lines(report("calendar"), {"due_on", "remind_on", "state", "title", "days_left"}),
              ElementsAre("2026-10-01|2026-10-01|overdue|CRC report|-59", "2026-12-20|2026-10-21|get_ready|Mid-term report|21",
                          "2027-06-01|2027-03-03|later|CEDAW report|184"));
}

TEST_F(ReportsTest, WhoContributesAndWhoIsSilent) {
  make_by("Haki Jamii", "observation", {{"narrative", "seen"}});
  make("organisation", {{"name", "Silent Watch"}});
  make("action", {{"action", "Build wells"}, {"actors", "County"}});
  const auto feed = lines(report("contributions"), {"institution", "form"});
  EXPECT_THAT(feed, ElementsAre("Kituo|action", "Haki Jamii|observation"));
  const Report silence = report("silence");
  EXPECT_THAT(lines(silence, {"institution", "contributions", "open_actions"}),
              testing::UnorderedElementsAre("County|0|1", "Silent Watch|0|0", "Haki Jamii|1|0", "Kituo|1|0"));
  EXPECT_EQ(cell(silence, 0, "last"), "-");  // who never sent anything comes first
}

TEST_F(ReportsTest, TrendComparesCycles) {
  for (const auto& [cycle, level] : {std::pair{"1", "not_implemented"}, {"2", "partly_implemented"}, {"3", "fully_implemented"}}) {
    const RecordId one = recommend(cycle, "supported", {{"cycle", cycle}, {"themes", "Water"}});
    rate("", one, level);
    rate("Haki Jamii", one, level);
  }
  EXPECT_THAT(lines(report("trend"), {"theme", "cycle", "level", "mean", "change", "ratings", "unverified_share"}),
              ElementsAre("Water|1|not_implemented|0|-|2|1", "Water|2|partly_implemented|0.5|0.5|2|1", "Water|3|fully_implemented|1|0.5|2|1"));
}

TEST_F(ReportsTest, TheIndexIsTheMeanOverStakeholders) {
  const RecordId one = recommend("1", "supported");
  rate("", one, "partly_implemented", "KE001", {{"stakeholder", "civil_society"}});
  rate("Haki Jamii", one, "fully_implemented", "KE001", {{"stakeholder", "state"}});
  const Report index = report("iri");
  EXPECT_THAT(lines(index, {"state", "civil_society", "nhri", "stakeholders", "index", "level"}), ElementsAre("1|0.5|-|2|0.75|fully_implemented"));
  EXPECT_EQ(cell(report("iri", {{"bands", "0.4,0.8"}}), 0, "level"), "partly_implemented");
  EXPECT_THAT(index.notes, ElementsAre(HasSubstr("1 of 1 rated recommendations triggered action (partly or fully): 100%")));
  EXPECT_THAT(refused("iri", {{"bands", "0.8"}}), HasSubstr("0.33,0.66"));
}

TEST_F(ReportsTest, AgreementIsOverWhatSeveralRated) {
  of("Haki Jamii");
  for (int i = 0; i < 3; ++i) {
    const RecordId one = recommend(std::to_string(i), "supported", {{"themes", "Water"}});
    const char* level = i == 0 ? "not_implemented" : "fully_implemented";
    rate("", one, level);
    rate("Haki Jamii", one, level);
  }
  EXPECT_THAT(lines(report("agreement"), {"theme", "units", "ratings", "alpha", "reading"}), ElementsAre("Water|3|6|1|reliable"));
}

TEST_F(ReportsTest, OnlyAnotherOrganisationVerifies) {
  of("Haki Jamii");
  const RecordId one = recommend("1", "supported");
  const RecordId rating = make("rating", {{"recommendation", to_hex(one)}, {"level", "fully_implemented"}, {"district", "KE001"}});
  approve(rating);
  rate("", one, "fully_implemented", "KE002");
  make("verification", {{"rating", to_hex(rating)}, {"verdict", "confirmed"}});
  EXPECT_THAT(lines(report("verification"), {"organisation", "ratings", "verified", "unverified_share", "verifiers"}), ElementsAre("Kituo|2|0|1|-"));
  make_by("Haki Jamii", "verification", {{"rating", to_hex(rating)}, {"verdict", "confirmed"}, {"method", "site_visit"}, {"method", "interview"}});
  const Report report_now = report("verification");
  EXPECT_THAT(lines(report_now, {"organisation", "ratings", "verified", "unverified_share", "verifiers"}), ElementsAre("Kituo|2|1|0.5|Haki Jamii"));
  EXPECT_THAT(report_now.notes, ElementsAre(HasSubstr("1 of 2 ratings that count are not verified")));
  EXPECT_THAT(lines(report("verifications"), {"rater", "verifier", "independent", "methods"}),
              ElementsAre("Kituo|Kituo|no|-", "Kituo|Haki Jamii|yes|interview; site_visit"));
}

TEST_F(ReportsTest, OutreachAddsUpAndSaysByHowMuchItDoesNot) {
  const auto session = [&](const std::string& district, const std::string& day, const std::string& total, std::vector<std::vector<FieldInput>> counts) {
    make("outreach_session", {{"district", district}, {"held_on", day}, {"total", total}}, true, {{"counts", std::move(counts)}});
  };
  session("SL01", "2020-10-05", "1000", {{{"sex", "female"}, {"people", "600"}}, {{"sex", "male"}, {"people", "400"}}});
  session("SL02", "2020-12-05", "1500", {{{"sex", "female"}, {"people", "800"}}, {{"sex", "male"}, {"people", "690"}}});
  session("SL02", "2021-01-05", "10", {{{"sex", "female"}, {"people", "10"}}});
  const Report quarter = report("outreach", {{"since", "2020-10-01"}, {"until", "2020-12-31"}});
  EXPECT_THAT(lines(quarter, {"quarter", "district", "sessions", "people", "counted", "difference", "sex_female", "sex_male"}),
              ElementsAre("2020-Q4|SL01|1|1000|1000|0|600|400", "2020-Q4|SL02|1|1500|1490|10|800|690", "all||2|2500|2490|10|1400|1090"));
  EXPECT_THAT(quarter.notes, ElementsAre("2500 people, 2 districts, 2020-Q4.", "The groups add up to 2490, 10 fewer than the people reached."));
}

TEST_F(ReportsTest, SmallCountsOfPeopleAreNotShown) {
  for (const auto& [district, women, men] : {std::tuple{"SL01", "40", "3"}, {"SL02", "35", "30"}, {"SL03", "50", "45"}}) {
    make("outreach_session", {{"district", district}, {"held_on", "2020-10-05"}, {"total", std::to_string(std::stoi(women) + std::stoi(men))}}, true,
         {{"counts", {{{"sex", "female"}, {"people", women}}, {{"sex", "male"}, {"people", men}}}}});
  }
  const Report outreach = report("outreach");
  EXPECT_EQ(cell(outreach, 0, "sex_male"), "-");
  EXPECT_EQ(cell(outreach, 0, "sex_female"), "-");  // 43 less 40 would tell
  EXPECT_EQ(cell(outreach, 0, "people"), "43");
  EXPECT_THAT(outreach.notes, Contains(HasSubstr("fewer than 5")));
}

TEST_F(ReportsTest, WhoIsInNoGroupIsCountedOnceWhateverTheAxesAndHiddenWhereFew) {
  make("outreach_session", {{"district", "KE001"}, {"held_on", "2020-10-05"}, {"total", "100"}}, true,
       {{"counts", {{{"sex", "female"}, {"people", "60"}}, {{"sex", "male"}, {"people", "40"}}, {{"age_group", "18_34"}, {"people", "80"}}}}});
  EXPECT_THAT(lines(report("outreach"), {"district", "people", "counted", "difference"}), ElementsAre("KE001|100|100|0", "|100|100|0"));
  make("outreach_session", {{"district", "KE002"}, {"held_on", "2020-10-05"}, {"total", "52"}}, true,
       {{"counts", {{{"sex", "female"}, {"people", "25"}}, {{"sex", "male"}, {"people", "25"}}}}});
  const Report two = report("outreach");
  EXPECT_THAT(lines(two, {"district", "people", "counted", "difference"}), ElementsAre("KE001|100|-|-", "KE002|52|-|-", "|152|-|-"));
  EXPECT_THAT(two.notes, Contains(HasSubstr("fewer than 5 apart")));
}

TEST_F(ReportsTest, GroupsPeopleNameThemselvesByAreCountedAndSmallOnesHidden) {
  make("outreach_session", {{"district", "KE001"}, {"held_on", "2020-10-05"}, {"total", "100"}}, true,
       {{"counts", {{{"sex", "female"}, {"people", "60"}}, {{"sex", "male"}, {"people", "40"}}, {{"local_group", "Ogiek"}, {"people", "30"}},
                    {{"local_group", "persons with albinism"}, {"people", "2"}}}}});
  EXPECT_THAT(lines(report("disaggregation"), {"axis", "category", "people", "share"}),
              ElementsAre("local_group|Ogiek|-|-", "local_group|persons with albinism|-|-", "sex|female|60|0.6", "sex|male|40|0.4"));
}

TEST_F(ReportsTest, TheTrackerHasPlanAndFindingsSideBySide) {
  const RecordId one = recommend("1", "supported", {{"responsible", "Ministry of Water"}});
  make("action", {{"action", "Drill"}, {"recommendation", to_hex(one)}, {"deadline", "2026-01-01"}, {"status", "ongoing"}});
  make("indicator", {{"name", "Taps"}, {"recommendations", to_hex(one)}});
  rate("", one, "partly_implemented");
  EXPECT_THAT(lines(report("tracker"), {"number", "responsible", "actions", "overdue", "indicators", "ratings", "level"}),
              ElementsAre("1|Ministry of Water|1|1|1|1|partly_implemented"));
}

TEST_F(ReportsTest, OneRecordInSeveralLanguagesIsOne) {
  make("recommendation", {{"text", "Ujeni visima"}, {"language", "sw"}}, true,
       {{"translations", {{{"field", "text"}, {"language", "en"}, {"text", "Build wells"}}, {{"field", "text"}, {"language", "fr"}, {"text", "Creuser des puits"}}}}});
  make("recommendation", {{"text", "Train the police"}, {"language", "en"}});
  EXPECT_THAT(lines(report("languages"), {"form", "language", "records", "share"}),
              ElementsAre("recommendation|en|2|1", "recommendation|fr|1|0.5", "recommendation|sw|1|0.5"));
}

TEST_F(ReportsTest, ReferralsThatWaitAreSeen) {
  make("outreach_session", {{"district", "SL01"}, {"held_on", "2020-10-05"}, {"total", "50"}}, true,
       {{"referrals", {{{"to", "Legal aid"}, {"followed_up", "yes"}}, {{"to", "Legal aid"}, {"followed_up", "no"}}, {{"to", "Hospital"}}}}});
  EXPECT_THAT(lines(report("referrals"), {"to", "referrals", "followed_up", "open", "oldest_open"}),
              ElementsAre("Hospital|1|0|1|2020-10-05", "Legal aid|2|1|1|2020-10-05"));
}

TEST_F(ReportsTest, ProposalsAreLinkedToRecommendations) {
  const RecordId one = recommend("1", "supported");
  make("consultation", {{"topic", "Youth"}, {"held_on", "2026-05-01"}}, true,
       {{"proposals", {{{"text", "More schools"}, {"recommendation", to_hex(one)}}, {{"text", "Sports"}}}}});
  EXPECT_THAT(lines(report("consultations"), {"topic", "consultations", "proposals", "linked", "recommendations"}), ElementsAre("Youth|1|2|1|1"));
  EXPECT_THAT(lines(report("proposals"), {"recommendation", "proposals"}), ElementsAre("|1", "1|1"));
}

TEST_F(ReportsTest, ProgressTowardsATarget) {
  const RecordId budget = make("indicator", {{"name", "Allocations to women's equality"}, {"unit", "million USD"}, {"target", "1400"}, {"target_year", "2022"},
                                             {"combine", "sum"}, {"kind", "process"}});
  for (const auto& [year, value] : {std::pair{"2019", "263"}, {"2020", "421"}}) {
    make("indicator_value", {{"indicator", to_hex(budget)}, {"year", year}, {"value", value}, {"source", "Ministry of Finance"}});
  }
  const Report progress = report("progress");
  EXPECT_THAT(lines(progress, {"indicator", "value", "target", "values"}), ElementsAre("Allocations to women's equality|684|1400|2"));
  EXPECT_NEAR(*measure_in(progress.rows[0][4]), 0.489, 0.0005);  // 48.9 %
}

TEST_F(ReportsTest, IndicatorsRollUpAsEachAllowsAndPercentagesAreNeverAddedUp) {
  make("place", {{"name", "Coast"}, {"code", "KEC"}, {"level", "1"}});
  for (const char* code : {"KE001", "KE002"}) make("place", {{"name", code}, {"code", code}, {"level", "2"}, {"parent", "KEC"}});
  const auto indicator = [&](const std::string& name, const std::string& unit, const std::string& combine) {
    return make("indicator", {{"name", name}, {"unit", unit}, {"combine", combine}, {"kind", "outcome"}});
  };
  const auto value = [&](const RecordId& of, const std::string& district, const std::string& number, std::vector<FieldInput> more = {}) {
    more.insert(more.end(), {{"indicator", to_hex(of)}, {"district", district}, {"year", "2025"}, {"value", number}});
    make("indicator_value", std::move(more));
  };
  const RecordId births = indicator("Births", "births", "sum"), share = indicator("Share in school", "%", "ratio"), wrong = indicator("Wrong", "%", "sum");
  value(births, "KE001", "100");
  value(births, "KE002", "60", {{"sex", "female"}});
  value(births, "KE002", "70", {{"sex", "male"}});
  value(share, "KE001", "50", {{"numerator", "50"}, {"denominator", "100"}});
  value(share, "KE002", "90", {{"numerator", "270"}, {"denominator", "300"}});
  value(wrong, "KE001", "50");
  value(wrong, "KE002", "90");
  value(share, "KE001", "40", {{"numerator", "20"}, {"denominator", "50"}, {"sex", "female"}});
  value(share, "KE002", "95", {{"numerator", "95"}, {"denominator", "100"}, {"sex", "female"}});
  value(wrong, "KE001", "30", {{"age_group", "18_34"}, {"sex", "male"}});
  value(wrong, "KE002", "50", {{"age_group", "18_34"}, {"sex", "male"}});
  EXPECT_THAT(lines(report("indicators", {{"level", "1"}}), {"indicator", "place", "year", "axis", "category", "value", "values"}),
              ElementsAre("Births|KEC|2025|-|-|230|3", "Births|KEC|2025|sex|female|60|1", "Births|KEC|2025|sex|male|70|1",
                          "Share in school|KEC|2025|-|-|80|2", "Share in school|KEC|2025|sex|female|76.666667|2", "Wrong|KEC|2025|-|-|-|2",
                          "Wrong|KEC|2025|sex, age_group|male, 18_34|-|2"));
  EXPECT_THAT(report("indicators", {{"level", "0"}}).notes, ElementsAre(HasSubstr("percentages are never added up")));
  EXPECT_THAT(lines(report("indicators", {{"district", "KE001"}}), {"indicator", "category", "value"}),
              ElementsAre("Births|-|100", "Share in school|-|50", "Share in school|female|40", "Wrong|-|50", "Wrong|male, 18_34|30"));
}

TEST_F(ReportsTest, FewPeopleAreNotFoundInIndicatorsBySubtracting) {
  make("place", {{"name", "Coast"}, {"code", "KEC"}, {"level", "1"}});
  for (const char* code : {"KE001", "KE002", "KE003"}) make("place", {{"name", code}, {"code", code}, {"level", "2"}, {"parent", "KEC"}});
  const auto indicator = [&](const std::string& name, const std::string& unit, std::vector<FieldInput> more = {}) {
    more.insert(more.end(), {{"name", name}, {"unit", unit}, {"combine", "sum"}});
    return make("indicator", std::move(more));
  };
  const RecordId detained = indicator("Detained", "people", {{"target", "10"}}), visits = indicator("Visits", "visits");
  for (const RecordId& of : {detained, visits}) {
    for (const auto& [district, women, men] : {std::tuple{"KE001", "42", "3"}, {"KE002", "30", "20"}, {"KE003", "60", "50"}}) {
      const auto value = [&](const std::string& number, std::vector<FieldInput> more) {
        more.insert(more.end(), {{"indicator", to_hex(of)}, {"district", district}, {"year", "2025"}, {"value", number}});
        make("indicator_value", std::move(more));
      };
      value(std::to_string(std::stoi(women) + std::stoi(men)), {});
      value(women, {{"sex", "female"}});
      value(men, {{"sex", "male"}});
    }
  }
  const Report shown = report("indicators");
  EXPECT_THAT(lines(shown, {"indicator", "place", "category", "value"}),
              ElementsAre("Detained|KE001|-|45", "Detained|KE001|female|-", "Detained|KE001|male|-", "Detained|KE002|-|50", "Detained|KE002|female|-",
                          "Detained|KE002|male|-", "Detained|KE003|-|110", "Detained|KE003|female|60", "Detained|KE003|male|50", "Visits|KE001|-|45",
                          "Visits|KE001|female|42", "Visits|KE001|male|3", "Visits|KE002|-|50", "Visits|KE002|female|30", "Visits|KE002|male|20",
                          "Visits|KE003|-|110", "Visits|KE003|female|60", "Visits|KE003|male|50"));
  EXPECT_THAT(shown.notes, ElementsAre(HasSubstr("fewer than 5 people")));
  EXPECT_THAT(lines(report("indicators", {{"level", "1"}}), {"indicator", "category", "value"}), Contains("Detained|male|73"));
  EXPECT_THAT(lines(report("progress"), {"indicator", "value"}), ElementsAre("Detained|205"));
  // Of a year with few people in all, neither they are shown nor the sum that would tell them.
  make("indicator_value", {{"indicator", to_hex(detained)}, {"district", "KE001"}, {"year", "2026"}, {"value", "2"}});
  EXPECT_THAT(lines(report("indicators"), {"indicator", "year", "value"}), Contains("Detained|2026|-"));
  EXPECT_THAT(lines(report("progress"), {"indicator", "value", "share"}), ElementsAre("Detained|-|-"));
}

TEST_F(ReportsTest, FewPeopleAreNotShownWhereverPeopleAreCounted) {
  const RecordId few = recommend("1", "supported", {{"cluster", "Water"}}), some = recommend("2", "supported", {{"cluster", "Water"}}),
                 many = recommend("3", "supported", {{"cluster", "Water"}});
  const auto session = [&](const RecordId& about, const std::string& total, const std::string& women) {
    make("outreach_session", {{"district", "KE001"}, {"held_on", "2026-01-01"}, {"total", total}, {"recommendations", to_hex(about)}}, true,
         {{"counts", {{{"sex", "female"}, {"people", women}}}}});
  };
  session(few, "3", "2");
  const Report alone = report("outreach");
  EXPECT_THAT(lines(alone, {"district", "people", "counted", "difference", "sex_female"}), ElementsAre("KE001|-|-|-|-", "|-|-|-|-"));
  EXPECT_THAT(alone.notes, testing::Not(Contains(testing::ContainsRegex("[^0-9]3 "))));
  EXPECT_THAT(alone.notes, Contains(HasSubstr("Fewer than 5 people, 1 district")));
  session(some, "20", "1");
  session(many, "100", "0");
  // 3 of 123 are in a group: how many are in none would tell it.
  EXPECT_THAT(lines(report("outreach"), {"district", "people", "counted", "difference", "sex_female"}), ElementsAre("KE001|123|-|-|-", "|123|-|-|-"));
  EXPECT_THAT(lines(report("dissemination"), {"number", "sessions", "people_reached"}), ElementsAre("1|1|-", "2|1|-", "3|1|100"));
}

class EarlyWarningTest : public ReportsTest {
 protected:
  // As if they had been made on that day.
  void observe(const std::string& organisation, const std::string& district, const std::string& month, int times) {
    for (int i = 0; i < times; ++i) {
      const RecordId id = make_by(organisation, "observation", {{"narrative", "seen"}, {"district", district}, {"observed_on", month + "-15"}});
      ASSERT_TRUE(home->database->run("UPDATE record SET created = CAST(strftime('%s', ?) AS INTEGER) * 1000 << 16, "
                                      "changed = CAST(strftime('%s', ?) AS INTEGER) * 1000 << 16 WHERE id = ?",
                                      month + "-15", month + "-15", id.view()));
    }
  }
};

TEST_F(EarlyWarningTest, ADistrictThatFellIsToldFromOneWhoseDevicesWereNotHeardOf) {
  for (const char* month : {"2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"}) {
    observe("Haki Jamii", "KE001", month, 5);   // falls silent there, works elsewhere
    observe("Kwale Watch", "KE002", month, 5);  // not heard of since September
    observe("Haki Jamii", "KE003", month, 4);
  }
  observe("Haki Jamii", "KE003", "2026-10", 4);
  observe("Haki Jamii", "KE003", "2026-11", 1);
  const Report warnings = report("early-warning", {}, "2026-11-10");
  EXPECT_THAT(lines(warnings, {"kind", "name", "warning", "last_month", "usual", "devices", "not_heard_of"}),
              ElementsAre("district|KE001|falling|0|5|1|0", "district|KE002|not_synced|0|5|1|1", "organisation|Kwale Watch|not_synced|0|5|1|1"));
  EXPECT_EQ(cell(warnings, 0, "sentence"), "KE001: 0 records in 2026-10, 5 a month before (median of six). The devices that sent most of it have been "
                                           "heard of since, so the work itself became less.");
  EXPECT_THAT(cell(warnings, 1, "sentence"), HasSubstr("1 of 1 device that works there, which sent 100% of it, has not been heard of since"));
}

TEST(EarlyWarning, ChanceIsPoissons) {
  EXPECT_NEAR(chance_of_at_most(0, 3), 0.0498, 0.0001);
  EXPECT_NEAR(chance_of_at_most(2, 5), 0.1247, 0.0001);
  EXPECT_DOUBLE_EQ(chance_of_at_most(0, 0), 1);
}

}  // namespace
}  // namespace haki::analysis
