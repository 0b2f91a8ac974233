// Goal: a form's text is read completely or refused with the line and the field that are wrong, whoever wrote it.
// Method: one small right form, changed in one place for each rule of spec 11-forms.
#include "model/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"

namespace haki::model {
namespace {

using testing::HasSubstr;

// The form below with `from` replaced by `to`; the lines are counted by the tests.
constexpr std::string_view kWell = R"(name = "well"
title.en = "Well"
title.fr = "Puits"
home = "shared"
reviewed = false
title_field = "place"

[[fields]]
id = 10
name = "place"
type = "text"
required = true
indexed = true
searched = true
label = { en = "Place", fr = "Lieu" }
hint = "In words"

[[fields]]
id = 12
name = "litres"
type = "integer"
label = "Litres a day"
minimum = 0
maximum = 5000
constraint = ". mod 5 = 0"
constraint_message = "measure in steps of five."
default = "5"
relevant = "place != ''"

[[fields]]
id = 11
name = "state"
type = "choice"
set = true
label = "State"
choices = [
  { code = "dry", label = "Dry", value = 0, colour = "#8c510a", pattern = "stripes", also = ["empty"] },
  { code = "unknown", label = "Unknown", colour = "#d9d9d9", pattern = "hatched" },
]

[[groups]]
name = "visits"
label = "Visits"

[[groups.fields]]
id = 10
name = "visit"
type = "link"
link = "observation"
label = "Visit"
)";

std::string well_with(std::string_view from, std::string_view to) {
  std::string text(kWell);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void expect_refused(std::string_view from, std::string_view to, const std::string& words,
                    const std::string& line = "line ") {
  const auto form = read_form(well_with(from, to));
  ASSERT_FALSE(form) << to;
  EXPECT_EQ(form.error().code, Code::kInvalid) << to;
  EXPECT_THAT(form.error().message, HasSubstr(words)) << to;
  EXPECT_THAT(form.error().message, HasSubstr(line)) << to;
}

TEST(ReadForm, KeepsEverythingItWasTold) {
  const auto read = read_form(kWell);
  ASSERT_TRUE(read) << read.error().message;
  const Form& form = *read;
  EXPECT_EQ(form.name, "well");
  EXPECT_EQ(form.id, form_id_of("well"));
  EXPECT_EQ(form.title.in("fr"), "Puits");
  EXPECT_EQ(form.title.in("sw"), "Well");
  EXPECT_EQ(form.home, Home::kShared);
  EXPECT_FALSE(form.reviewed);
  EXPECT_FALSE(form.evidence_like);
  EXPECT_EQ(form.title_field, "place");
  EXPECT_EQ(form.text, kWell);
  ASSERT_EQ(form.fields.size(), 3u);

  const Field& place = form.fields[0];
  EXPECT_TRUE(place.required && place.indexed && place.searched && !place.set);
  EXPECT_EQ(place.hint.in("en"), "In words");
  const Field& litres = *form.field("litres");
  EXPECT_EQ(litres.id, 12u);
  EXPECT_EQ(litres.minimum, 0);
  EXPECT_EQ(litres.maximum, 5000);
  EXPECT_EQ(litres.constraint, ". mod 5 = 0");
  EXPECT_EQ(litres.constraint_message.in("en"), "measure in steps of five.");
  EXPECT_EQ(litres.default_value, "5");
  EXPECT_EQ(litres.relevant, "place != ''");
  const Field& state = *form.field(11);
  EXPECT_TRUE(state.set);
  ASSERT_EQ(state.choices.size(), 2u);
  EXPECT_EQ(state.choices[0].value, 0);
  EXPECT_EQ(state.choices[0].colour, "#8c510a");
  EXPECT_EQ(state.choices[0].pattern, "stripes");
  EXPECT_EQ(state.choices[0].also, std::vector<std::string>{"empty"});
  EXPECT_FALSE(state.choices[1].value.has_value());

  const Group& visits = *form.group("visits");
  EXPECT_EQ(visits.form_id, form_id_of("well/visits"));
  EXPECT_EQ(visits.fields[0].link_form, "observation");
  EXPECT_EQ(visits.fields[0].group, "visits");
  EXPECT_EQ(form.field("visit"), nullptr);
}

TEST(ReadForm, SaysHowFilesNameAFieldAndWhatTellsRecordsApart) {
  const auto form = read_form(well_with("title_field = \"place\"", "identity = [\"place\", \"state\"]"));
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_EQ(form->identity, (std::vector<std::string>{"place", "state"}));
  EXPECT_TRUE(read_form(kWell)->identity.empty());
  const auto named = read_form(well_with("id = 12", "id = 12\nalso = [\"Yield\", \"Débit\"]"));
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_EQ(named->field("litres")->also, (std::vector<std::string>{"Yield", "Débit"}));
  expect_refused("id = 12", "id = 12\nalso = \"Yield\"", "field litres: also must be an array of texts");
  expect_refused("title_field = \"place\"", "identity = [\"visit\"]", "identity names visit, and there is no such field");
  expect_refused("title_field = \"place\"", "identity = [\"place\", \"place\"]", "identity names place twice");
}

TEST(ReadForm, HasDefaultsForWhatIsNotSaid) {
  const auto form = read_form("name = 'x'\ntitle = 'X'\n[[fields]]\nid = 10\nname = 'a'\ntype = 'text'\nlabel = 'A'\n");
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_EQ(form->home, Home::kNotebook);
  EXPECT_TRUE(form->reviewed);
  EXPECT_EQ(form->title_field, "a");
}

TEST(ReadForm, NamesTheLineOfBrokenToml) {
  expect_refused("title.fr = \"Puits\"", "title.fr = \"Puits", "line 3");
  expect_refused("id = 12", "id = = 12", "line 19");
  EXPECT_FALSE(read_form("\xff\xfe"));
  EXPECT_FALSE(read_form(""));
}

TEST(ReadForm, NamesTheFieldOfEveryMistake) {
  expect_refused("name = \"litres\"", "name = \"place\"", "field place: another field has this name", "line 18");
  expect_refused("id = 12", "id = 10", "field litres: another field has the id 10");
  expect_refused("id = 12", "id = 9", "field litres: id must be a whole number from 10");
  expect_refused("id = 12", "id = 536870912", "id must be a whole number from 10 to 536870911");
  expect_refused("id = 12", "id = \"12\"", "id must be a whole number");
  expect_refused("id = 12\n", "", "id must be a whole number");
  expect_refused("type = \"integer\"", "type = \"number\"", "field litres: type must be one of text, integer");
  expect_refused("label = \"Litres a day\"", "", "field litres: label is missing");
  expect_refused("label = \"Litres a day\"", "label.fr = \"Litres par jour\"", "label has no English text", "line 22");
  expect_refused("label = \"Litres a day\"", "label.en = \" \"", "label has no English text");
  expect_refused("label = \"Litres a day\"", "label = 5", "label must be a text", "line 22");
  expect_refused("hint = \"In words\"", "hint = \"In\\u0007words\"", "control character", "line 16");
  expect_refused("required = true", "requried = true", "the key \"requried\" is not known", "line 12");
  expect_refused("required = true", "required = \"yes\"", "required must be true or false", "line 12");
  expect_refused("name = \"litres\"", "name = \"2litres\"", "name must be a letter or _");
  expect_refused("name = \"litres\"", "name = \"litres a day\"", "name must be a letter or _");
}

TEST(ReadForm, ChecksWhatBelongsToWhichType) {
  expect_refused("maximum = 5000", "maximum = -1", "minimum is above maximum");
  expect_refused("maximum = 5000", "maximum = nan", "maximum must be a number");
  expect_refused("maximum = 5000", "maximum = inf", "maximum must be a number");
  expect_refused("type = \"integer\"", "type = \"text\"", "only a number has a minimum");
  expect_refused("type = \"choice\"", "type = \"text\"", "only a field of type choice has choices");
  expect_refused("type = \"integer\"", "type = \"choice\"", "a choice field needs choices");
  expect_refused("type = \"link\"", "type = \"text\"", "only a field of type link");
}

TEST(ReadForm, ChecksChoices) {
  expect_refused("code = \"unknown\"", "code = \"dry\"", "the choice code dry is there twice", "line 38");
  expect_refused("code = \"unknown\"", "code = \"not known\"", "a code without spaces");
  expect_refused("value = 0", "value = 1.5", "value must be between 0 and 1");
  expect_refused("\"#8c510a\"", "\"brown\"", "colour must be written as #rrggbb");
  expect_refused("pattern = \"stripes\"", "pattern = \"waves\"", "pattern must be one of");
  expect_refused(", pattern = \"stripes\"", "", "needs a pattern too");
  expect_refused("also = [\"empty\"]", "also = [1]", "also must be an array of texts");
}

TEST(ReadForm, ChecksExpressions) {
  expect_refused("\". mod 5 = 0\"", "\". mod 5 =\"",
                 "field litres: constraint: The expression cannot be read: at character");
  expect_refused("place != ''", "palce != ''", "relevant reads palce, and there is no such field");
  expect_refused("default = \"5\"", "default = \". + 1\"", "default reads .");
  expect_refused("link = \"observation\"", "link = \"observation\"\nrelevant = \"place = ''\"", "relevant reads place");
}

TEST(ReadForm, ChecksTheFormAndItsGroups) {
  expect_refused("name = \"well\"", "name = \"the well\"", "the form: name must be a letter or _", "line 1");
  expect_refused("home = \"shared\"", "home = \"everywhere\"",
                 "home must be one of shared, notebook, leads, with_linked");
  expect_refused("title_field = \"place\"", "title_field = \"visit\"", "title_field names visit");
  expect_refused("name = \"visits\"", "name = \"place\"", "group place: a field or another group has this name");
  expect_refused("label = \"Visits\"", "", "group visits: label is missing");
  EXPECT_FALSE(read_form("name = 'x'\ntitle = 'X'\n"));
  EXPECT_FALSE(read_form("name = 'x'\ntitle = 'X'\nfields = [1]\n"));
  EXPECT_FALSE(read_form("name = 'x'\ntitle = 'X'\nfields = 1\n"));
}

TEST(ReadForm, LeavesANewerFormatToANewerVersion) {
  EXPECT_TRUE(read_form("format = 1\n" + std::string(kWell)));
  const auto newer = read_form("format = 2\nsomething_new = 1\n" + std::string(kWell));
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, Code::kWrongVersion);
  EXPECT_FALSE(read_form("format = 0\n" + std::string(kWell)));
}

std::string form_with_fields(std::size_t count) {
  std::string text = "name = 'x'\ntitle = 'X'\nfields = [\n";
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(10 + i);
    text += "{id=" + number + ",name='f" + number + "',type='text',label='A'},\n";
  }
  return text + "]\n";
}

TEST(ReadForm, HasAtMostFiveHundredFields) {
  EXPECT_TRUE(read_form(form_with_fields(limits::kCellsPerRecordMax)));
  const auto larger = read_form(form_with_fields(limits::kCellsPerRecordMax + 1));
  ASSERT_FALSE(larger);
  EXPECT_EQ(larger.error().code, Code::kTooLarge);
}

TEST(ReadForm, IsAsLongAsAValueMayBe) {
  std::string text(kWell);
  text += "#" + std::string(limits::kValueBytesMax - text.size() - 1, 'x');
  EXPECT_TRUE(read_form(text));
  const auto longer = read_form(text + "x");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, Code::kTooLarge);
}

TEST(ReadForm, NamesAreBounded) {
  EXPECT_TRUE(read_form(well_with("\"litres\"", "\"" + std::string(64, 'a') + "\"")));
  EXPECT_FALSE(read_form(well_with("\"litres\"", "\"" + std::string(65, 'a') + "\"")));
  EXPECT_TRUE(read_form(well_with("\"well\"", "\"" + std::string(100, 'a') + "\"")));
  EXPECT_FALSE(read_form(well_with("\"well\"", "\"" + std::string(101, 'a') + "\"")));
}

// Text from strangers: a right form that is cut short anywhere, or has a stray token anywhere, is read or refused with
// a sentence; the sanitizers watch toml++ meanwhile.
TEST(ReadForm, AnswersForEveryTornText) {
  for (std::size_t length = 0; length < kWell.size(); ++length) {
    const auto form = read_form(kWell.substr(0, length));
    EXPECT_TRUE(form || form.error().message.starts_with("The form cannot be read: ")) << length;
  }
  constexpr std::string_view kTokens[] = {"[", "]",      "{",      "}",   "\"", "'",  "=", "\\",
                                          "é", "\u2028", "\"\"\"", "[[&", "\n", "\r", "."};
  for (std::size_t at = 0; at < kWell.size(); ++at) {
    for (std::size_t i = at % 5; i < std::size(kTokens); i += 5) {
      const auto form = read_form(std::string(kWell).insert(at, kTokens[i]));
      EXPECT_TRUE(form || !form.error().message.empty()) << at;
    }
    EXPECT_FALSE(read_form(std::string(kWell).insert(at, "\x01"))) << at;  // no control character is right anywhere
  }
}

TEST(FormId, IsTheNameWhereItFitsAndAHashWhereNot) {
  EXPECT_EQ(to_hex(form_id_of("place")), "706c6163650000000000000000000000");
  EXPECT_EQ(to_hex(form_id_of("outreach_session")), "6f757472656163685f73657373696f6e");
  // FNV-1a by an independent computation; the id is on the wire and must never change.
  EXPECT_EQ(to_hex(form_id_of("outreach_session/counts")), "6f75747265616368c21c238fa94f2f0b");
  EXPECT_EQ(to_hex(form_id_of("outreach_session/referrals")), "6f75747265616368cc832a9869a6b908");
}

TEST(Localized, FallsBackToEnglishThenToAny) {
  Localized words;
  EXPECT_EQ(words.in("en"), "");
  words.by_language["sw"] = "Wilaya";
  EXPECT_EQ(words.in("fr"), "Wilaya");
  words.by_language["en"] = "District";
  EXPECT_EQ(words.in("fr"), "District");
  EXPECT_EQ(words.in("sw"), "Wilaya");
}

}  // namespace
}  // namespace haki::model
