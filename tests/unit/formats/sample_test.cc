// Goal: the sample in tools/sample is what its README says and what the built-in forms take, so that the quickstart
// shows 2,500 people in six districts because the records say so.
// Method: every file is read as `haki new --from` would, each value through the form's own reader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "files.h"
#include "formats/recommendations.h"
#include "model/form.h"
#include "model/validate.h"

namespace haki::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Json = nlohmann::json;
namespace fs = std::filesystem;

const fs::path kSample = fs::path(HAKI_SOURCE_DIR) / "tools" / "sample";

std::map<std::string, Json> read_folder(const std::string& name) {
  std::map<std::string, Json> records;
  for (const auto& entry : fs::directory_iterator(kSample / name)) {
    std::ifstream file(entry.path());
    records[name + "/" + entry.path().filename().string()] = Json::parse(file);
  }
  return records;
}

const Form& form_named(std::string_view name) {
  const Form* form = model::built_in_form(name);
  EXPECT_NE(form, nullptr) << name;
  return *form;
}

std::string typed(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// One value through the form's reader.
void add_value(const Field& field, const Json& json, model::FieldValues& values) {
  const auto value = model::parse_value(field, typed(json));
  ASSERT_TRUE(value) << value.error().message;
  values.emplace(field.name, *value);
}

void expect_row_fits(const Group& group, const Json& row) {
  model::FieldValues values;
  for (const auto& [name, value] : row.items()) {
    const auto field = std::find_if(group.fields.begin(), group.fields.end(),
                                    [&](const Field& candidate) { return candidate.name == name; });
    ASSERT_NE(field, group.fields.end()) << group.name << "." << name;
    add_value(*field, value, values);
  }
  for (const auto& problem : model::validate(group, values)) ADD_FAILURE() << problem.field << ": " << problem.message;
}

// The record is complete but for the link to a recommendation, which the script adds.
void expect_record_fits(const Form& form, const Json& record) {
  model::FieldValues values;
  for (const auto& [name, value] : record.items()) {
    if (const Group* group = form.group(name)) {
      for (const Json& row : value) expect_row_fits(*group, row);
      continue;
    }
    const Field* field = form.field(name);
    ASSERT_NE(field, nullptr) << form.name << "." << name;
    ASSERT_EQ(value.is_array(), field->set) << name;
    if (!field->set) add_value(*field, value, values);
    if (field->set) {
      for (const Json& element : value) add_value(*field, element, values);
    }
  }
  for (const auto& problem : model::validate(form, values, true, "2020-12-31")) {
    if (problem.field != "recommendation") ADD_FAILURE() << problem.field << ": " << problem.message;
  }
}

bool in_last_quarter_of_2020(const std::string& date) { return date >= "2020-10-01" && date <= "2020-12-31"; }

TEST(Sample, RecommendationsAreAUprInfoExport) {
  const auto table = read_recommendations((kSample / "recommendations.csv").string());
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->format, "upr-info-csv");
  EXPECT_EQ(table->rows.size(), 24U);
  EXPECT_THAT(table->position_counts,
              ElementsAre(Pair("", 1), Pair("Accepted", 17), Pair("Noted", 5), Pair("Voluntary Pledge", 1)));
  EXPECT_TRUE(table->refused.empty());
  EXPECT_TRUE(table->unmapped.empty()) << table->unmapped.front();
}

TEST(Sample, ObservationsFitTheirForm) {
  const auto observations = read_folder("observations");
  EXPECT_EQ(observations.size(), 20U);
  std::set<std::string> languages;
  for (const auto& [name, record] : observations) {
    SCOPED_TRACE(name);
    expect_record_fits(form_named("observation"), record);
    EXPECT_TRUE(in_last_quarter_of_2020(record.at("observed_on")));
    languages.insert(record.at("language").get<std::string>());
  }
  EXPECT_THAT(languages, ElementsAre("en", "fr", "sw"));
}

TEST(Sample, RatingsFitTheirForm) {
  const auto ratings = read_folder("ratings");
  EXPECT_EQ(ratings.size(), 5U);
  for (const auto& [name, record] : ratings) {
    SCOPED_TRACE(name);
    expect_record_fits(form_named("rating"), record);
  }
}

TEST(Sample, SessionsReach2500PeopleInSixDistrictsInTheLastQuarterOf2020) {
  std::int64_t people = 0;
  std::set<std::string> districts;
  for (const auto& [name, record] : read_folder("outreach_sessions")) {
    SCOPED_TRACE(name);
    expect_record_fits(form_named("outreach_session"), record);
    EXPECT_TRUE(in_last_quarter_of_2020(record.at("held_on")));
    EXPECT_FALSE(record.at("issues").empty());
    EXPECT_FALSE(record.at("referrals").empty());
    districts.insert(record.at("district").get<std::string>());

    std::int64_t counted = 0;
    std::set<std::string> groups;
    for (const Json& row : record.at("counts")) {
      counted += row.at("people").get<std::int64_t>();
      const std::string group = row.at("sex").get<std::string>() + "/" + row.at("age_group").get<std::string>() + "/" +
                                row.at("disability").get<std::string>();
      EXPECT_TRUE(groups.insert(group).second) << group << " is counted twice";
    }
    EXPECT_EQ(counted, record.at("total").get<std::int64_t>());
    people += counted;
  }
  EXPECT_EQ(people, 2500);
  EXPECT_EQ(districts.size(), 6U);
}

TEST(Sample, LinksNameEveryRecordOnceAndARecommendationThatExists) {
  std::ifstream file(kSample / "links.txt");
  std::set<std::string> linked;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    int index = -1;
    ASSERT_TRUE(words >> name >> index) << line;
    EXPECT_TRUE(fs::exists(kSample / name)) << name;
    EXPECT_TRUE(linked.insert(name).second) << name << " is linked twice";
    EXPECT_GE(index, 0);
    EXPECT_LT(index, 20) << "a list of 20 recommendations must do";
  }
  EXPECT_EQ(linked.size(), 25U);
}

}  // namespace
}  // namespace haki::formats
