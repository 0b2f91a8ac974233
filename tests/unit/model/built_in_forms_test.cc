// Goal: the built-in forms keep their promises: ids for ever, words in three languages, the names others rely on.
// Method: every field of every form, and client-core/forms/IDS.txt as the memory of what was given out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "field_builders.h"
#include "model/form.h"

namespace haki::model {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Every list of fields: of forms ("observation") and of groups ("outreach_session/counts").
template <typename Visit>
void for_each_field_list(Visit visit) {
  for (const Form& form : built_in_forms()) {
    visit(form.name, form.id, form.fields);
    for (const Group& group : form.groups) visit(form.name + "/" + group.name, group.form_id, group.fields);
  }
}

template <typename Visit>
void for_each_field(Visit visit) {
  for_each_field_list([&](const std::string& list, const FormId&, const std::vector<Field>& fields) {
    for (const Field& field : fields) visit(list + "." + field.name, field);
  });
}

TEST(BuiltInForms, AreThoseOfTheDesign) {
  std::vector<std::string> names;
  for (const Form& form : built_in_forms()) names.push_back(form.name);
  EXPECT_THAT(names,
              UnorderedElementsAre("recommendation", "action", "indicator", "indicator_value", "scorecard", "rating",
                                   "observation", "outreach_session", "consultation", "evidence", "review",
                                   "verification", "deadline", "consent", "member", "organisation", "place", "form",
                                   "circle", "proposal", "theme_mapping", "attachment"));
}

TEST(BuiltInForms, AreFoundByNameAndById) {
  for (const Form& form : built_in_forms()) {
    EXPECT_EQ(built_in_form(form.name), &form);
    EXPECT_EQ(built_in_form(form.id), &form);
    EXPECT_EQ(built_in_group(form.id).form, nullptr);
    for (const Group& group : form.groups) {
      EXPECT_EQ(built_in_group(group.form_id).form, &form);
      EXPECT_EQ(built_in_group(group.form_id).group, &group);
      EXPECT_EQ(built_in_form(group.form_id), nullptr);
    }
  }
  EXPECT_EQ(built_in_form("no_such_form"), nullptr);
}

TEST(BuiltInForms, ShareNoId) {
  std::set<FormId> ids;
  for_each_field_list([&](const std::string& name, const FormId& id, const std::vector<Field>& fields) {
    EXPECT_TRUE(ids.insert(id).second) << name;
    std::set<std::uint32_t> field_ids;
    std::set<std::string> field_names;
    for (const Field& field : fields) {
      EXPECT_GE(field.id, 10u) << name << "." << field.name;
      EXPECT_TRUE(field_ids.insert(field.id).second) << name << "." << field.name;
      EXPECT_TRUE(field_names.insert(field.name).second) << name << "." << field.name;
    }
  });
}

std::string type_word(const Field& field) {
  static constexpr const char* kWords[] = {"text",     "integer", "decimal", "boolean", "date",
                                           "datetime", "choice",  "link",    "point"};
  return std::string(kWords[static_cast<int>(field.type)]) + (field.set ? " set" : "");
}

// The lines of IDS.txt without comments and retired fields; retired ones by "form.field" and by "form id" go to
// `retired`.
std::set<std::string> given_out(std::set<std::string>& retired) {
  std::ifstream file(HAKI_SOURCE_DIR "/client-core/forms/IDS.txt");
  EXPECT_TRUE(file) << "client-core/forms/IDS.txt is missing";
  std::set<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line.ends_with(" retired")) retired.insert(line.substr(0, line.find(' ', line.find(' ') + 1)));
    else EXPECT_TRUE(lines.insert(line).second) << "twice in IDS.txt: " << line;
  }
  return lines;
}

// Ids are in every stored change of every phone. A new field adds its line to IDS.txt; no line ever changes.
TEST(BuiltInForms, KeepEveryIdTheyEverGaveOut) {
  std::set<std::string> retired;
  std::set<std::string> promised = given_out(retired);
  std::vector<std::string> missing;
  for_each_field_list([&](const std::string& name, const FormId& id, const std::vector<Field>& fields) {
    const auto expect_line = [&](const std::string& line) {
      if (promised.erase(line) == 0) missing.push_back(line);
    };
    expect_line(name + " " + to_hex(id));
    for (const Field& field : fields) {
      const std::string line = name + "." + field.name + " " + std::to_string(field.id);
      expect_line(line + " " + type_word(field));
      for (const std::string& gone : retired) {
        const bool same_list = gone.starts_with(name + ".");
        EXPECT_FALSE(same_list && gone.substr(gone.find(' ')) == " " + std::to_string(field.id))
            << line << " was retired";
      }
    }
  });
  EXPECT_THAT(missing, IsEmpty()) << "not in client-core/forms/IDS.txt: a new field adds its line, an old one keeps it";
  EXPECT_THAT(promised, IsEmpty()) << "promised in client-core/forms/IDS.txt but gone from the forms";
}

void expect_three_languages(const Localized& words, const std::string& where) {
  for (const char* language : {"en", "fr", "sw"}) {
    const auto found = words.by_language.find(language);
    EXPECT_TRUE(found != words.by_language.end() && !found->second.empty()) << where << " has no " << language;
  }
}

TEST(BuiltInForms, SpeakEnglishFrenchAndSwahiliEverywhere) {
  for (const Form& form : built_in_forms()) {
    expect_three_languages(form.title, form.name + " title");
    expect_three_languages(form.help, form.name + " help");
    for (const Group& group : form.groups) expect_three_languages(group.label, form.name + "/" + group.name);
  }
  for_each_field([](const std::string& where, const Field& field) {
    expect_three_languages(field.label, where);
    if (!field.hint.by_language.empty()) expect_three_languages(field.hint, where + " hint");
    if (!field.constraint.empty()) expect_three_languages(field.constraint_message, where + " constraint_message");
    for (const Choice& choice : field.choices) expect_three_languages(choice.label, where + "=" + choice.code);
  });
}

TEST(BuiltInForms, ReadEachChoiceByItsCodeAndByEveryWordForIt) {
  for_each_field([](const std::string& where, const Field& field) {
    for (const Choice& choice : field.choices) {
      std::vector<std::string> words{choice.code};
      for (const auto& [language, label] : choice.label.by_language) words.push_back(label);
      words.insert(words.end(), choice.also.begin(), choice.also.end());
      for (const std::string& word : words) {
        const auto value = parse_value(field, word);
        ASSERT_TRUE(value) << where << ": " << word << ": " << value.error().message;
        EXPECT_EQ(*value, text(choice.code)) << where << ": " << word;
      }
    }
  });
}

TEST(BuiltInForms, LinkToFormsThatExist) {
  for_each_field([](const std::string& where, const Field& field) {
    EXPECT_TRUE(field.link_form.empty() || built_in_form(field.link_form) != nullptr) << where;
  });
}

TEST(BuiltInForms, MakeDefaultsThatFitTheirFields) {
  const FieldValues none;
  for_each_field([&](const std::string& where, const Field& field) {
    const auto value = default_value(field, RecordNames(none, "2020-11-04"));
    EXPECT_TRUE(value) << where << ": " << value.error().message;
    EXPECT_EQ(value && value->has_value(), !field.default_value.empty()) << where;
  });
}

// Lists and --where have these for every record; a field of the same name could not be told apart.
TEST(BuiltInForms, NameNoFieldLikeAPropertyOfEveryRecord) {
  for_each_field([](const std::string& where, const Field& field) {
    for (const char* taken : {"id", "form", "state", "by", "at", "conflicts", "fields"})
      EXPECT_NE(field.name, taken) << where;
  });
}

TEST(BuiltInForms, HaveTheFieldsOthersRelyOn) {
  const std::map<std::string, std::vector<std::string>> relied_on{
      {"recommendation",
       {"text", "number", "state_under_review", "recommending_states", "position", "themes", "sdgs", "affected",
        "cycle", "session", "action_category", "source"}},
      {"observation", {"narrative", "recommendation", "district", "observed_on", "place"}},
      {"rating", {"recommendation", "template", "level", "comment"}},
      {"outreach_session", {"district", "held_on", "theme", "total", "counts", "issues", "referrals"}}};
  for (const auto& [form, names] : relied_on) {
    for (const std::string& name : names) {
      EXPECT_TRUE(built_in_form(form)->field(name) || built_in_form(form)->group(name)) << form << "." << name;
    }
  }
  std::vector<std::string> positions;
  for (const Choice& choice : built_in_form("recommendation")->field("position")->choices)
    positions.push_back(choice.code);
  EXPECT_THAT(positions, UnorderedElementsAre("supported", "noted", "partly_supported", "pledge", "pending"));
}

TEST(BuiltInForms, UprInfoSaysAcceptedWhereOhchrSaysSupported) {
  const Field& position = *built_in_form("recommendation")->field("position");
  EXPECT_EQ(*parse_value(position, "Accepted"), text("supported"));
  EXPECT_EQ(*parse_value(position, "Supported/Noted"), text("partly_supported"));
  EXPECT_EQ(*parse_value(position, "Voluntary Pledge"), text("pledge"));
}

TEST(BuiltInForms, NoInformationIsNeverNotImplemented) {
  const Field& level = *built_in_form("rating")->field("level");
  std::set<std::string> patterns, colours;
  for (const Choice& choice : level.choices) {
    EXPECT_EQ(choice.value.has_value(), choice.code != "no_information") << choice.code;
    EXPECT_TRUE(patterns.insert(choice.pattern).second && colours.insert(choice.colour).second) << choice.code;
  }
  EXPECT_EQ(*parse_value(level, "0"), text("not_implemented"));
  EXPECT_EQ(*parse_value(level, "0.5"), text("partly_implemented"));
  EXPECT_EQ(*parse_value(level, "1"), text("fully_implemented"));
  EXPECT_EQ(*parse_value(level, "no information"), text("no_information"));
}

TEST(BuiltInForms, LiveWhereTheProtocolPutsThem) {
  std::map<Home, std::set<std::string>> by_home;
  std::set<std::string> reviewed, evidence_like;
  for (const Form& form : built_in_forms()) {
    by_home[form.home].insert(form.name);
    if (form.reviewed) reviewed.insert(form.name);
    if (form.evidence_like) evidence_like.insert(form.name);
  }
  EXPECT_THAT(by_home[Home::kShared], UnorderedElementsAre("recommendation", "action", "indicator", "scorecard",
                                                           "deadline", "place", "organisation", "form", "theme_mapping"));
  EXPECT_THAT(by_home[Home::kLeads], UnorderedElementsAre("member", "verification", "circle", "proposal"));
  EXPECT_THAT(by_home[Home::kWithLinked], UnorderedElementsAre("review", "attachment"));
  EXPECT_THAT(reviewed, UnorderedElementsAre("observation", "rating", "outreach_session", "consultation", "evidence",
                                             "indicator_value"));
  EXPECT_THAT(evidence_like, UnorderedElementsAre("evidence", "attachment"));
}

// A head-count has no place for a name: the axes are choices or a group of people, and the rest is a number.
TEST(BuiltInForms, CountPeopleByTheAxesOfTheDomainWithoutNames) {
  const Group& counts = *built_in_form("outreach_session")->group("counts");
  std::vector<std::string> names;
  for (const Field& field : counts.fields) names.push_back(field.name);
  EXPECT_THAT(names, UnorderedElementsAre("sex", "age_group", "disability", "local_group", "people"));
  for (const char* axis : {"sex", "age_group", "disability"}) {
    const auto field = std::ranges::find(counts.fields, axis, &Field::name);
    EXPECT_TRUE(parse_value(*field, "prefer_not_to_say")) << axis;
  }
  const auto sex = std::ranges::find(counts.fields, "sex", &Field::name);
  EXPECT_TRUE(parse_value(*sex, "other"));
}

}  // namespace
}  // namespace haki::model
