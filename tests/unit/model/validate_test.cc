// Goal: a draft may be incomplete but never wrong; a submission is neither; every problem names its field.
// Method: small forms with one rule each, and the built-in forms for what their authors relied on.
#include "model/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/limits.h"
#include "field_builders.h"
#include "model/form.h"

namespace haki::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr bool kDraft = false, kComplete = true;

Form form_of(std::vector<haki::Field> fields) {
  Form form;
  form.fields = std::move(fields);
  return form;
}

auto problem_of(const std::string& field, const std::string& words) {
  return testing::AllOf(testing::Field(&Problem::field, field), testing::Field(&Problem::message, HasSubstr(words)));
}

TEST(Validate, RequiredCountsOnlyForASubmission) {
  haki::Field total = field_of(FieldType::kInteger);
  total.required = true;
  EXPECT_THAT(validate(form_of({total}), {}, kDraft), IsEmpty());
  EXPECT_THAT(validate(form_of({total}), {}, kComplete), ElementsAre(problem_of("total", "it is missing")));
  EXPECT_THAT(validate(form_of({total}), {{"total", integer(1)}}, kComplete), IsEmpty());
}

TEST(Validate, ProblemsNameTheFieldByLabelAndName) {
  haki::Field total = field_of(FieldType::kInteger);
  total.required = true;
  const auto problems = validate(form_of({total}), {}, kComplete);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].message, StartsWith("People reached in all (total): "));
}

TEST(Validate, ListsEveryProblemInTheOrderOfTheForm) {
  haki::Field first = field_of(FieldType::kText, "narrative");
  first.required = true;
  const haki::Field second = integer_between(0, 10);
  EXPECT_THAT(validate(form_of({first, second}), {{"total", integer(11)}}, kComplete),
              ElementsAre(problem_of("narrative", "missing"), problem_of("total", "at most 10")));
}

TEST(Validate, RangeIncludesBothEnds) {
  const Form form = form_of({integer_between(0, 10)});
  EXPECT_THAT(validate(form, {{"total", integer(0)}}, kDraft), IsEmpty());
  EXPECT_THAT(validate(form, {{"total", integer(10)}}, kDraft), IsEmpty());
  EXPECT_THAT(validate(form, {{"total", integer(-1)}}, kDraft), ElementsAre(problem_of("total", "at least 0.")));
  EXPECT_THAT(validate(form, {{"total", integer(11)}}, kDraft), ElementsAre(problem_of("total", "at most 10.")));
}

TEST(Validate, EveryTypeRefusesAValueOfAnother) {
  for (int type = 0; type <= static_cast<int>(FieldType::kPoint); ++type) {
    haki::Field field = level_field();
    field.name = "total";
    field.type = static_cast<FieldType>(type);
    for (const Value& value :
         {text("neither date, code nor point"), integer(1), Value(1.5), Value(true), Value(record_id(1))}) {
      const bool fits = (field.type == FieldType::kText && value.index() == 0) ||
                        (field.type == FieldType::kInteger && value.index() == 1) ||
                        (field.type == FieldType::kDecimal && value.index() == 2) ||
                        (field.type == FieldType::kBoolean && value.index() == 3) ||
                        (field.type == FieldType::kLink && value.index() == 4);
      EXPECT_EQ(validate(form_of({field}), {{"total", value}}, kDraft).empty(), fits)
          << "type " << type << ", value " << to_text(value);
    }
  }
}

TEST(Validate, RefusesValuesThatNoKeyboardMade) {
  const auto refuses = [](FieldType type, Value value) {
    return !validate(form_of({field_of(type)}), {{"total", std::move(value)}}, kDraft).empty();
  };
  EXPECT_TRUE(refuses(FieldType::kDecimal, Value(std::nan(""))));
  EXPECT_TRUE(refuses(FieldType::kDecimal, Value(-INFINITY)));
  EXPECT_TRUE(refuses(FieldType::kText, text("\xff")));
  EXPECT_TRUE(refuses(FieldType::kText, text("bell\a")));
  EXPECT_TRUE(refuses(FieldType::kText, text("")));
  EXPECT_TRUE(refuses(FieldType::kLink, Value(RecordId{})));
  EXPECT_TRUE(refuses(FieldType::kDate, text("2021-02-29")));
  EXPECT_TRUE(refuses(FieldType::kPoint, text("1.0 2.0")));  // kept one way only: "1 2"
  EXPECT_FALSE(refuses(FieldType::kPoint, text("1 2")));
}

TEST(Validate, TextIsBoundedByTheSizeOfAValue) {
  const Form form = form_of({field_of(FieldType::kText)});
  EXPECT_THAT(validate(form, {{"total", text(std::string(limits::kValueBytesMax, 'x'))}}, kDraft), IsEmpty());
  EXPECT_THAT(validate(form, {{"total", text(std::string(limits::kValueBytesMax + 1, 'x'))}}, kDraft),
              ElementsAre(problem_of("total", "64 KiB")));
}

TEST(Validate, ChoiceIsItsCodeAndNotItsLabel) {
  const Form form = form_of({level_field()});
  EXPECT_THAT(validate(form, {{"level", text("no_information")}}, kDraft), IsEmpty());
  EXPECT_THAT(validate(form, {{"level", text("No information")}}, kDraft),
              ElementsAre(problem_of("level", "choose one of not_implemented")));
}

TEST(Validate, OnlyASetTakesSeveralValues) {
  haki::Field themes = field_of(FieldType::kText, "themes");
  const FieldValues two{{"themes", text("Justice")}, {"themes", text("Detention")}};
  EXPECT_THAT(validate(form_of({themes}), two, kDraft), ElementsAre(problem_of("themes", "takes one value")));
  themes.set = true;
  EXPECT_THAT(validate(form_of({themes}), two, kDraft), IsEmpty());
}

TEST(Validate, EachElementOfASetIsChecked) {
  haki::Field levels = level_field();
  levels.set = true;
  EXPECT_THAT(validate(form_of({levels}), {{"level", text("not_implemented")}, {"level", text("unheard_of")}}, kDraft),
              ElementsAre(problem_of("level", "choose one of")));
}

TEST(Validate, ARecordHasAtMostFiveHundredValues) {
  haki::Field themes = field_of(FieldType::kText, "themes");
  themes.set = true;
  FieldValues values;
  for (std::size_t i = 0; i < limits::kCellsPerRecordMax; ++i) values.emplace("themes", text(std::to_string(i)));
  EXPECT_THAT(validate(form_of({themes}), values, kDraft), IsEmpty());
  values.emplace("themes", text("one more"));
  EXPECT_THAT(validate(form_of({themes}), values, kDraft), ElementsAre(problem_of("", "500 values")));
}

TEST(Validate, ConstraintReadsTheValueAndTheFieldsBesideIt) {
  const haki::Field start = field_of(FieldType::kDate, "start");
  haki::Field end = field_of(FieldType::kDate, "end");
  end.constraint = ". >= start";
  end.constraint_message.by_language["en"] = "it must not be before the start.";
  const Form form = form_of({start, end});
  EXPECT_THAT(validate(form, {{"start", text("2020-10-01")}, {"end", text("2020-12-31")}}, kDraft), IsEmpty());
  EXPECT_THAT(validate(form, {{"end", text("2020-12-31")}}, kDraft), IsEmpty());
  EXPECT_THAT(validate(form, {{"start", text("2021-01-01")}, {"end", text("2020-12-31")}}, kDraft),
              ElementsAre(problem_of("end", "not be before the start.")));
}

TEST(Validate, WhatReadsTodayIsCheckedOnlyAgainstAGivenDay) {
  haki::Field held_on = field_of(FieldType::kDate, "held_on");
  held_on.constraint = ". <= today()";
  const Form form = form_of({held_on});
  const FieldValues values{{"held_on", text("2020-11-05")}};
  EXPECT_THAT(validate(form, values, kDraft, "2020-11-05"), IsEmpty());
  EXPECT_THAT(validate(form, values, kDraft, "2020-11-04"), ElementsAre(problem_of("held_on", ". <= today()")));
  EXPECT_THAT(validate(form, values, kDraft), IsEmpty());
}

// An older app must not call a newer form's record wrong.
TEST(Validate, LeavesFieldsItDoesNotKnowAlone) {
  EXPECT_THAT(validate(form_of({field_of(FieldType::kText)}), {{"from_a_newer_form", integer(1)}}, kComplete),
              IsEmpty());
}

TEST(ValidateReview, ReasonIsRequiredForEverythingButAnApproval) {
  const Form& review = *built_in_form("review");
  const auto problems_of = [&](const char* verdict) {
    return validate(review, {{"record", Value(record_id(1))}, {"verdict", text(verdict)}}, kComplete);
  };
  EXPECT_THAT(problems_of("approved"), IsEmpty());
  EXPECT_THAT(problems_of("has_issues"), ElementsAre(problem_of("reason", "missing")));
  EXPECT_THAT(problems_of("rejected"), ElementsAre(problem_of("reason", "missing")));
}

TEST(ValidateOutreach, ARowOfCountsNeedsItsNumberOfPeople) {
  const Group& counts = *built_in_form("outreach_session")->group("counts");
  EXPECT_THAT(validate(counts, {{"sex", text("female")}, {"people", integer(0)}}), IsEmpty());
  EXPECT_THAT(validate(counts, {{"sex", text("female")}}), ElementsAre(problem_of("people", "missing")));
  EXPECT_THAT(validate(counts, {{"sex", text("female")}}, kDraft), IsEmpty());
  EXPECT_THAT(validate(counts, {{"people", integer(-1)}}), ElementsAre(problem_of("people", "at least 0")));
}

}  // namespace
}  // namespace haki::model
