// Goal: a newer file corrects what files said, never what people wrote; what it cannot take is told; and the history says
// which change was a file's. Method: one real home without a server, rows as an importer makes them.
#include <gmock/gmock.h>

#include "client/editor.h"
#include "client/reader.h"
#include "one_home.h"

namespace haki::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct CorrectionsTest : OneHome {
  // A file with one row, known by "9.1".
  ImportReport import(std::vector<FieldInput> fields, bool take_file = false, bool dry_run = false) {
    fields.push_back({"narrative", "The well"});
    return import_row({2, "observation", {"9.1"}, std::move(fields)}, take_file, dry_run);
  }
  ImportReport import_row(const ImportRow& row, bool take_file = false, bool dry_run = false) {
    const auto report = Editor(*home).import_rows(std::span(&row, 1), dry_run, {}, take_file);
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? *report : ImportReport{};
  }
  RecordView only_record() {
    const auto records = Reader(*home).list({"observation", "", 0, true, "", false, false});
    EXPECT_THAT(*records, SizeIs(1));
    return records->empty() ? RecordView{} : records->front();
  }
  std::string now(std::string_view field) {
    const RecordView record = only_record();
    const FieldView* found = record.field(field);
    return found ? to_text(found->values.front()) : "";
  }
  void person_sets(const std::string& field, const std::string& value) {
    ASSERT_TRUE(Editor(*home).edit({only_record().id, {{field, value}}, {}, {}, {}}));
  }
};

TEST_F(CorrectionsTest, TheSameFileTwiceChangesNothing) {
  EXPECT_EQ(import({{"place", "Kinango"}, {"themes", "water"}}).created, 1u);
  const ImportReport again = import({{"place", "Kinango"}, {"themes", "water"}});
  EXPECT_EQ(again.unchanged, 1u);
  EXPECT_THAT(again.kept, IsEmpty());
}

TEST_F(CorrectionsTest, ANewerFilesValueIsTaken) {
  import({{"place", "Kinnago"}});
  EXPECT_EQ(import({{"place", "Kinango"}}).updated, 1u);
  EXPECT_EQ(now("place"), "Kinango");
}

TEST_F(CorrectionsTest, AFilesOldValueDoesNotOverwriteAPersons) {
  import({{"place", "Kinnago"}});
  person_sets("place", "Kinango");
  const ImportReport again = import({{"place", "Kinnago"}});
  EXPECT_EQ(again.unchanged, 1u);
  EXPECT_THAT(again.kept, IsEmpty());
  EXPECT_EQ(now("place"), "Kinango");
}

TEST_F(CorrectionsTest, AFilesNewValueIsKeptOutWhereAPersonWroteSinceAndSaysSo) {
  import({{"place", "Kinnago"}, {"district", "KE002"}});
  person_sets("place", "Kinango town");
  const ImportReport newer = import({{"place", "Kinango"}, {"district", "KE003"}});
  EXPECT_EQ(newer.updated, 1u) << "the district is nobody's but the file's";
  ASSERT_THAT(newer.kept, SizeIs(1));
  EXPECT_EQ(newer.kept[0].row, 2u);
  EXPECT_EQ(newer.kept[0].field, "place");
  EXPECT_EQ(newer.kept[0].file_value, "Kinango");
  EXPECT_EQ(newer.kept[0].here, "Kinango town");
  EXPECT_EQ(now("place"), "Kinango town");
  EXPECT_EQ(now("district"), "KE003");
  EXPECT_THAT(only_record().conflicts, IsEmpty());
  EXPECT_EQ(import({{"place", "Kinango"}}, true).updated, 1u);
  EXPECT_EQ(now("place"), "Kinango");
}

TEST_F(CorrectionsTest, WhatAPersonAddedOrClearedIsKeptToo) {
  import({{"district", "KE002"}});
  person_sets("place", "Kinango");
  EXPECT_THAT(import({{"place", "Matuga"}}).kept, SizeIs(1));
  EXPECT_EQ(now("place"), "Kinango");
  person_sets("district", "");
  EXPECT_EQ(import({{"district", "KE002"}}).unchanged, 1u);
  EXPECT_EQ(now("district"), "");
}

TEST_F(CorrectionsTest, AnOlderFileDoesNotTakeANewerOnesValueBack) {
  import({{"place", "Kinnago"}});
  import({{"place", "Kinango"}});
  const ImportReport older = import({{"place", "Kinnago"}});
  EXPECT_EQ(older.updated, 0u);
  EXPECT_THAT(older.kept, SizeIs(1));
  EXPECT_EQ(now("place"), "Kinango");
}

TEST_F(CorrectionsTest, ADryRunSaysTheSameAndChangesNothing) {
  import({{"place", "Kinnago"}, {"district", "KE002"}});
  person_sets("place", "Kinango town");
  const ImportReport dry = import({{"place", "Kinango"}, {"district", "KE003"}}, false, true);
  EXPECT_EQ(dry.updated, 1u);
  EXPECT_THAT(dry.kept, SizeIs(1));
  EXPECT_EQ(now("district"), "KE002");
}

TEST_F(CorrectionsTest, ACorrectedElementTakesThePlaceOfAFilesAndNotOfAPersons) {
  import({{"themes", "wather"}, {"themes", "land"}});
  ASSERT_TRUE(Editor(*home).edit({only_record().id, {}, {{"themes", "health"}}, {{"themes", "land"}}, {}}));
  import({{"themes", "wather"}, {"themes", "land"}});
  EXPECT_THAT(only_record().field("themes")->values, ElementsAre(Value("health"), Value("wather"))) << "taken away by a person";
  import({{"themes", "water"}, {"themes", "land"}});
  EXPECT_THAT(only_record().field("themes")->values, ElementsAre(Value("health"), Value("water")));
  import({{"themes", "wather"}});
  EXPECT_THAT(only_record().field("themes")->values, ElementsAre(Value("health"), Value("water"))) << "an old file";
}

TEST_F(CorrectionsTest, ARowMayNameItsRecordWhateverMadeIt) {
  const auto made = Editor(*home).create({"observation", {{"narrative", "By hand"}, {"place", "Kinango"}}, {}, true, {}});
  ASSERT_TRUE(made);
  ImportRow row{2, "observation", {}, {{"place", "Matuga"}}};
  row.record = *made;
  EXPECT_EQ(import_row(row).updated, 1u) << "no file spoke of it before";
  EXPECT_EQ(now("place"), "Matuga");
  person_sets("place", "Kwale");
  row.fields = {{"place", "Diani"}};
  EXPECT_THAT(import_row(row).kept, SizeIs(1));
  EXPECT_EQ(now("place"), "Kwale");
  row.record->bytes.fill(9);
  const ImportReport refused = import_row(row);
  ASSERT_THAT(refused.refused, SizeIs(1));
  EXPECT_EQ(refused.refused[0].column, "id");
  row.record = *made;
  row.form = "consultation";
  EXPECT_THAT(import_row(row).refused, SizeIs(1)) << "of another form";
}

TEST_F(CorrectionsTest, ARecordIsFoundByWhatItWasKnownByBefore) {
  import({{"place", "Kinango"}});
  ImportRow row{3, "observation", {"now"}, {{"place", "Matuga"}}};
  row.earlier = {{"never"}, {"9.1"}};
  EXPECT_EQ(import_row(row).updated, 1u);
  EXPECT_EQ(now("place"), "Matuga");
}

TEST_F(CorrectionsTest, WhatWasDeletedHereStaysSo) {
  import({{"place", "Kinnago"}});
  ASSERT_TRUE(Editor(*home).remove(only_record().id));
  EXPECT_EQ(import({{"place", "Kinango"}}).unchanged, 1u);
  EXPECT_THAT(*Reader(*home).list({"observation", "", 0, true, "", false, false}), IsEmpty());
}

TEST_F(CorrectionsTest, TheHistorySaysWhichChangeWasAFiles) {
  import({{"place", "Kinnago"}});
  person_sets("district", "KE002");
  import({{"place", "Kinango"}});
  std::vector<std::string> steps;
  const std::vector<HistoryEntry> history = *Reader(*home).history(only_record().id);
  for (const HistoryEntry& entry : history) {
    EXPECT_NE(entry.field, "source");
    if (entry.field == "place" || entry.field == "district" || entry.act == "created") steps.push_back(entry.field + (entry.from_file ? " file" : " person"));
  }
  EXPECT_THAT(steps, ElementsAre(" file", "place file", "district person", "place file"));
}

}  // namespace
}  // namespace haki::client
