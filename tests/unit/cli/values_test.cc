// --set and --from: what a person gave becomes the inputs of a draft; what does not fit names the field.
#include "cli/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haki::cli {
namespace {

using ::testing::HasSubstr;

Field field(const std::string& name, FieldType type = FieldType::kText, bool set = false) {
  Field result;
  result.name = name;
  result.type = type;
  result.set = set;
  return result;
}

Form session() {
  Form form;
  form.name = "outreach_session";
  form.fields = {field("district"), field("total", FieldType::kInteger), field("issues", FieldType::kText, true)};
  Group counts;
  counts.name = "counts";
  counts.fields = {field("sex", FieldType::kChoice), field("people", FieldType::kInteger)};
  form.groups = {counts};
  return form;
}

std::string shown(const Result<Inputs>& inputs) {
  if (!inputs) return "refused: " + inputs.error().message;
  std::string text;
  for (const FieldInput& input : inputs->fields) text += input.field + "=" + input.text + ";";
  for (const GroupInput& group : inputs->groups) {
    text += group.group + "[";
    for (const auto& row : group.rows) {
      for (const FieldInput& input : row) text += input.field + "=" + input.text + ",";
      text += "|";
    }
    text += "]";
  }
  return text;
}

std::string words(const std::vector<std::string>& given) { return shown(inputs_from_words(session(), given)); }
std::string json(const std::string& text) { return shown(inputs_from_json(session(), text)); }

TEST(Set, ValueIsAllAfterTheFirstEqualsSign) { EXPECT_EQ(words({"district=a=b", "total="}), "district=a=b;total=;"); }

TEST(Set, SetFieldTakesMentionsOrAList) {
  EXPECT_EQ(words({"issues=water", "issues=land"}), "issues=water;issues=land;");
  EXPECT_EQ(words({"issues=[\"water\", \"land\"]"}), "issues=water;issues=land;");
  EXPECT_EQ(words({"issues=[]"}), "issues=;") << "an empty list clears";
}

TEST(Set, TextThatLooksLikeAListIsTextInAFieldOfOneValue) { EXPECT_EQ(words({"district=[x]"}), "district=[x];"); }

TEST(Set, GroupTakesRows) {
  EXPECT_EQ(words({"counts=[{\"sex\":\"female\",\"people\":40},{\"people\":2}]"}),
            "counts[sex=female,people=40,|people=2,|]");
}

TEST(Set, WhatDoesNotFitNamesTheField) {
  EXPECT_THAT(words({"distrct=x"}),
              HasSubstr("has no field distrct. See its fields with: haki form show outreach_session"));
  EXPECT_THAT(words({"district"}), HasSubstr("\"district\" is not FIELD=VALUE"));
  EXPECT_THAT(words({"counts=40"}), HasSubstr("counts: give a JSON list of rows"));
  EXPECT_THAT(words({"counts=[{\"age\":4}]"}), HasSubstr("counts: a row has no field age. It has sex and people."));
  EXPECT_THAT(words({"counts=[{"}), HasSubstr("counts: this is not JSON"));
}

TEST(From, PlainObject) {
  EXPECT_EQ(json(R"({"district":"KE041","total":2500,"issues":["water"],"counts":[{"people":2}]})"),
            "district=KE041;total=2500;issues=water;counts[people=2,|]");
}

TEST(From, LineOfOurOwnOutput) {
  EXPECT_EQ(
      json(R"({"id":"3f9a","form":"outreach_session","state":"draft","fields":{"district":"KE041","total":2500}})"),
      "district=KE041;total=2500;");
  EXPECT_THAT(json(R"({"form":"observation","fields":{}})"),
              HasSubstr("of the form observation, not of outreach_session"));
}

TEST(From, NullIsNothingAndTruthIsWords) { EXPECT_EQ(json(R"({"district":null,"total":true})"), "total=yes;"); }

TEST(From, WhatDoesNotFitNamesTheField) {
  EXPECT_THAT(json(R"({"district":["a","b"]})"), HasSubstr("district: give one value, not a list."));
  EXPECT_THAT(json("[]"), HasSubstr("must be one object"));
  EXPECT_THAT(json(R"({"nothing":1})"), HasSubstr("has no field nothing"));
}

TEST(Elements, AreForFieldsOfSeveralValues) {
  ASSERT_TRUE(elements_from_words(session(), {"issues=water"}));
  EXPECT_THAT(elements_from_words(session(), {"district=x"}).error().message, HasSubstr("Use --set district=VALUE."));
}

}  // namespace
}  // namespace haki::cli
