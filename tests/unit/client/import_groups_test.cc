// Goal: the rows of repeated groups come in from files once, are corrected and never doubled; and a label that no choice
// means is kept with its record until somebody settles it, whatever the form requires. Method: one real home without a server,
// rows as an importer makes them, and a form of the coalition's own that requires a choice.
#include <gmock/gmock.h>

#include "client/editor.h"
#include "client/reader.h"
#include "model/form.h"
#include "one_home.h"

namespace haki::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr std::string_view kWell = R"(
name = "well"
title.en = "Well"
reviewed = false
[[fields]]
id = 10
name = "name"
type = "text"
label.en = "Name"
[[fields]]
id = 11
name = "water"
type = "choice"
required = true
default = "'wet'"
label.en = "State"
choices = [{ code = "wet", label.en = "Wet" }, { code = "dry", label.en = "Dry" }]
[[fields]]
id = 12
name = "uses"
type = "choice"
set = true
label.en = "Uses"
choices = [{ code = "drink", label.en = "Drinking" }, { code = "wash", label.en = "Washing" }]
[[groups]]
name = "visits"
label.en = "Visits"
[[groups.fields]]
id = 10
name = "by"
type = "text"
label.en = "By"
[[groups.fields]]
id = 11
name = "kind"
type = "choice"
required = true
label.en = "Kind"
choices = [{ code = "test", label.en = "Test" }, { code = "repair", label.en = "Repair" }]
)";

struct ImportGroupsTest : OneHome {
  void SetUp() override {
    OneHome::SetUp();
    auto form = model::read_form(kWell);
    ASSERT_TRUE(form) << form.error().message;
    home->forms.add(std::move(*form));
  }
  ImportReport import(std::vector<ImportGroupRow> groups, std::vector<FieldInput> fields = {{"water", "wet"}}, std::vector<FieldInput> unmapped = {}) {
    fields.push_back({"name", "Kinango"});
    ImportRow row{2, "well", {"Kinango"}, std::move(fields)};
    row.groups = std::move(groups);
    row.unmapped = std::move(unmapped);
    const auto report = Editor(*home).import_rows(std::span(&row, 1), false, {});
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? *report : ImportReport{};
  }
  RecordView well() {
    const auto records = Reader(*home).list({"well", "", 0, true, "", false, false});
    EXPECT_THAT(*records, SizeIs(1));
    return records->empty() ? RecordView{} : records->front();
  }
  // "Amina test" of each row that stands.
  std::vector<std::string> visits() {
    std::vector<std::string> rows;
    for (const GroupView& group : well().groups) {
      for (const RecordView& row : group.rows) rows.push_back(text_in(row, "by") + " " + text_in(row, "kind"));
    }
    return rows;
  }
  static std::string text_in(const RecordView& record, std::string_view field) {
    const FieldView* view = record.field(field);
    return view == nullptr ? "" : to_text(view->values.front());
  }
  static ImportGroupRow visit(const std::string& by, const std::string& kind) { return {"visits", {{"by", by}, {"kind", kind}}}; }
  std::vector<std::string> labels() {
    std::vector<std::string> texts;
    for (const FieldInput& label : well().unmapped) texts.push_back(label.field + ": " + label.text);
    return texts;
  }
  void person_edits(Edit edit) {
    edit.record = well().id;
    const auto done = Editor(*home).edit(edit);
    ASSERT_TRUE(done) << done.error().message;
  }
};

TEST_F(ImportGroupsTest, TheSameRowsTwiceChangeNothing) {
  EXPECT_EQ(import({visit("Amina", "test"), visit("Baraka", "repair"), visit("Amina", "test")}).created, 1u);
  EXPECT_THAT(visits(), UnorderedElementsAre("Amina test", "Amina test", "Baraka repair"));
  EXPECT_EQ(import({visit("Baraka", "repair"), visit("Amina", "test"), visit("Amina", "test")}).unchanged, 1u);
  EXPECT_THAT(visits(), SizeIs(3));
}

TEST_F(ImportGroupsTest, ANewRowTakesThePlaceOfWhatOnlyFilesHadPutThere) {
  import({visit("Amina", "test"), visit("Baraka", "repair")});
  EXPECT_EQ(import({visit("Amina", "test"), visit("Baraka", "test")}).updated, 1u);
  EXPECT_THAT(visits(), UnorderedElementsAre("Amina test", "Baraka test"));
}

TEST_F(ImportGroupsTest, WhatAPersonWroteOrTookAwayStaysSo) {
  import({visit("Amina", "test"), visit("Baraka", "repair")});
  person_edits({{}, {}, {}, {}, {{"visits", {{{"by", "Amina"}, {"kind", "test"}}, {{"by", "Chichi"}, {"kind", "test"}}}}}});
  EXPECT_EQ(import({visit("Amina", "test"), visit("Baraka", "repair")}).unchanged, 1u);
  EXPECT_THAT(visits(), UnorderedElementsAre("Amina test", "Chichi test"));
  import({visit("Dede", "test")});
  EXPECT_THAT(visits(), UnorderedElementsAre("Amina test", "Chichi test", "Dede test"));
}

TEST_F(ImportGroupsTest, ARowThatNamesAStandingOneCorrectsIt) {
  import({});
  person_edits({{}, {}, {}, {}, {{"visits", {{{"by", "Amina"}, {"kind", "test"}}, {{"by", "Chichi"}, {"kind", "test"}}}}}});
  const RecordView before = well().groups.at(0).rows.at(0);
  ImportGroupRow corrected = visit(text_in(before, "by"), "repair");
  corrected.record = before.id;
  EXPECT_EQ(import({corrected}).updated, 1u);
  EXPECT_THAT(visits(), SizeIs(2));
  EXPECT_THAT(visits(), testing::Contains(text_in(before, "by") + " repair"));
}

TEST_F(ImportGroupsTest, ARowThatCannotBeRefusesItsRecord) {
  const ImportReport report = import({visit("Amina", "test"), {"visits", {{"by", "Baraka"}}}});
  ASSERT_THAT(report.refused, SizeIs(1));
  EXPECT_THAT(report.refused[0].reason, HasSubstr("visits row 2"));
  EXPECT_THAT(*Reader(*home).list({"well", "", 0, true, "", false, false}), IsEmpty());
}

TEST_F(ImportGroupsTest, ALabelWithoutAMeaningIsKeptUntilTheFieldIsSet) {
  EXPECT_EQ(import({}, {{"water", "wet"}, {"uses", "wash"}}, {{"uses", "Irrigation"}}).created, 1u);
  EXPECT_EQ(well().state, "submitted");
  EXPECT_THAT(labels(), ElementsAre("uses: Irrigation"));
  EXPECT_EQ(import({}, {{"water", "wet"}, {"uses", "wash"}}, {{"uses", "Irrigation"}}).unchanged, 1u);
  EXPECT_EQ(import({}, {{"water", "wet"}, {"uses", "drink"}}, {{"uses", "Irrigation"}}).updated, 1u);
  EXPECT_THAT(labels(), ElementsAre("uses: Irrigation")) << "the file still says it";
  person_edits({{}, {{"name", "Kinango 2"}}, {}, {}, {}});
  EXPECT_THAT(labels(), SizeIs(1)) << "that was another field";
  person_edits({{}, {}, {{"uses", "wash"}}, {}, {}});
  EXPECT_THAT(labels(), IsEmpty());
  import({}, {{"water", "wet"}}, {{"uses", "Irrigation"}});
  EXPECT_THAT(labels(), IsEmpty()) << "settled is settled";
}

TEST_F(ImportGroupsTest, WhereTheFieldIsRequiredTheRecordIsADraftThatSaysSo) {
  const ImportReport report = import({}, {}, {{"water", "Muddy"}});
  EXPECT_EQ(report.created, 1u);
  ASSERT_THAT(report.drafts, SizeIs(1));
  EXPECT_EQ(report.drafts[0].record, well().id);
  EXPECT_EQ(well().state, "draft");
  EXPECT_EQ(well().field("water"), nullptr) << "no default in place of what the file said";
  EXPECT_THAT(labels(), ElementsAre("water: Muddy"));
  const RecordId id = well().id;
  EXPECT_FALSE(Editor(*home).submit(std::span(&id, 1)));
  person_edits({{}, {{"water", "dry"}}, {}, {}, {}});
  EXPECT_TRUE(Editor(*home).submit(std::span(&id, 1)));
  EXPECT_EQ(well().state, "submitted");
  EXPECT_THAT(labels(), IsEmpty());
}

TEST_F(ImportGroupsTest, AnotherMissingFieldIsNotExcused) {
  ImportRow row{2, "well", {"x"}, {}};
  row.unmapped = {{"uses", "Irrigation"}};
  auto form = model::read_form(std::string(kWell.substr(0, kWell.find("[[fields]]"))) + "[[fields]]\nid = 10\nname = \"name\"\ntype = \"text\"\nrequired = true\nlabel.en = \"Name\"\n" +
                               std::string(kWell.substr(kWell.find("[[fields]]\nid = 12"))));
  ASSERT_TRUE(form) << form.error().message;
  form->name = "pump";
  form->id.bytes.fill(7);
  home->forms.add(std::move(*form));
  row.form = "pump";
  const auto report = Editor(*home).import_rows(std::span(&row, 1), false, {});
  ASSERT_TRUE(report);
  EXPECT_THAT(report->refused, SizeIs(1));
}

TEST_F(ImportGroupsTest, ALaterFilesMeaningSettlesTheLabelAndALabelLeavesTheValue) {
  import({}, {}, {{"water", "Muddy"}});
  import({}, {{"water", "dry"}});
  EXPECT_THAT(labels(), IsEmpty());
  EXPECT_EQ(well().state, "submitted") << "nothing keeps it waiting any more";
  import({}, {}, {{"water", "Frozen"}});
  EXPECT_EQ(text_in(well(), "water"), "dry");
  EXPECT_THAT(labels(), ElementsAre("water: Frozen"));
}

TEST_F(ImportGroupsTest, ALabelInARowThatNeedsItKeepsTheRecordFromBeingSubmitted) {
  const ImportReport report = import({visit("Amina", "test"), {"visits", {{"by", "Baraka"}}}}, {{"water", "wet"}}, {{"visits[2].kind", "Blessing"}});
  EXPECT_EQ(report.created, 1u);
  EXPECT_THAT(report.drafts, SizeIs(1));
  EXPECT_THAT(visits(), UnorderedElementsAre("Amina test", "Baraka "));
  EXPECT_THAT(labels(), ElementsAre("visits[2].kind: Blessing"));
  const RecordId id = well().id;
  const auto refused = Editor(*home).submit(std::span(&id, 1));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("Blessing"));
  person_edits({{}, {}, {}, {}, {{"visits", {{{"by", "Baraka"}, {"kind", "repair"}}}}}});
  EXPECT_THAT(labels(), IsEmpty());
  EXPECT_TRUE(Editor(*home).submit(std::span(&id, 1)));
}

TEST_F(ImportGroupsTest, ARowOfAnotherCoalitionIsKnownByItsId) {
  ImportRow row{2, "well", {"id", "aa"}, {{"water", "wet"}}};
  row.record = RecordId{};
  row.record->bytes.fill(9);
  EXPECT_EQ(Editor(*home).import_rows(std::span(&row, 1), false, {})->created, 1u);
  EXPECT_EQ(Editor(*home).import_rows(std::span(&row, 1), false, {})->unchanged, 1u);
  EXPECT_EQ(*Editor(*home).find_imported("well", {"id", "aa"}), well().id);
  row.identity.clear();
  EXPECT_THAT(Editor(*home).import_rows(std::span(&row, 1), false, {})->refused, SizeIs(1));
}

}  // namespace
}  // namespace haki::client
