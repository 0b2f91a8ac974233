// Goal: a table of any form is understood as offices write it, in any language the form has, and what cannot be known is
// refused and not guessed. Method: tables of cells made here, the built-in forms, and a resolver that knows two records.
#include "formats/form_table.h"

#include <gtest/gtest.h>

#include <map>

#include "files.h"
#include "formats/column_values.h"
#include "model/form.h"

namespace haki::formats {
namespace {

using Rows = std::vector<std::vector<std::string>>;
const std::string kClinics = "aa00000000000000000000000000000a";

const Form& form_of(std::string_view name) { return *model::built_in_form(name); }

RawTable raw(std::vector<std::string> header, Rows rows) {
  RawTable table;
  table.facts.container = "csv";
  table.header = std::move(header);
  std::uint64_t number = 2;
  for (auto& cells : rows) table.rows.push_back({number++, std::move(cells)});
  return table;
}

LinkAnswer find_link(const Field& field, std::string_view text, const LinkHints& hints) {
  if (text == "9.1" && hints.cycle != "2") return {kClinics, ""};
  if (text == "9.2") return {"", "names 2 records of the form " + field.link_form};
  return {"", "names no " + field.link_form + " here"};
}
LinkAnswer find_none(const Field&, std::string_view, const LinkHints&) { return {"", "names nothing here"}; }

Result<FormTable> match(const Form& form, std::vector<std::string> header, Rows rows, const LinkResolver& resolve = find_link) {
  return match_table(raw(std::move(header), std::move(rows)), form, resolve);
}

std::vector<std::string> said(const ImportRow& row, std::string_view field) {
  std::vector<std::string> texts;
  for (const FieldInput& input : row.fields) {
    if (input.field == field) texts.push_back(input.text);
  }
  return texts;
}
std::string only(const ImportRow& row, std::string_view field) {
  const auto texts = said(row, field);
  return texts.size() == 1 ? texts[0] : "(" + std::to_string(texts.size()) + " values)";
}

// One field's values of one column; "!" and the reason where the row was refused.
std::vector<std::string> column(const std::string& form, const std::string& field, const std::string& needed, const std::vector<std::string>& cells) {
  Rows rows;
  for (const std::string& cell : cells) rows.push_back({"x", cell});
  const auto table = match(form_of(form), {needed, field}, rows);
  if (!table) return {table.error().message};
  std::map<std::uint64_t, std::string> found;
  for (const ImportRow& row : table->rows) found[row.row] = only(row, field);
  for (const RowProblem& problem : table->refused) found[problem.row] = "!" + problem.reason;
  std::vector<std::string> in_order;
  for (const auto& [row, text] : found) in_order.push_back(text);
  return in_order;
}

const std::vector<std::string> kKenya{"Recommendation", "Broad theme", "Specific action", "Indicator", "Responsible actor(s)", "Deadline"};

TEST(FormTable, ReadsTheSixColumnsOfKenya) {
  const auto table = match(form_of("action"), kKenya, {{"9.1", "Health", "Build clinics", "Clinics built", "Ministry of Health; NCPWD\nCSOs", "31/12/2025"}});
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->rows.size(), 1U);
  const ImportRow& row = table->rows[0];
  EXPECT_EQ(only(row, "recommendation"), kClinics);
  EXPECT_EQ(only(row, "theme"), "Health");
  EXPECT_EQ(only(row, "action"), "Build clinics");
  EXPECT_EQ(only(row, "indicator_text"), "Clinics built") << "no such indicator: kept in words";
  EXPECT_TRUE(said(row, "indicator").empty());
  EXPECT_EQ(said(row, "actors"), (std::vector<std::string>{"Ministry of Health", "NCPWD", "CSOs"}));
  EXPECT_EQ(only(row, "deadline"), "2025-12-31");
  ASSERT_EQ(table->understood.size(), 6U);
  EXPECT_EQ(table->understood[4].field, "actors");
  EXPECT_EQ(table->understood[4].values, 1U);
}

TEST(FormTable, KnowsColumnsByNameLabelInAnyLanguageAndFurtherWords) {
  for (const char* heading : {"deadline", "Deadline", "ÉCHÉANCE", "echeance", "Tarehe ya mwisho", "Time-frame", "Frist"}) {
    const auto table = match(form_of("action"), {"Specific action", heading}, {{"Build", "2025-12-31"}});
    ASSERT_TRUE(table) << heading << ": " << table.error().message;
    EXPECT_EQ(only(table->rows.at(0), "deadline"), "2025-12-31") << heading;
  }
}

TEST(FormTable, NoLabelOrWordOfABuiltInFormIsOfTwoFields) {
  for (const Form& form : model::built_in_forms()) {
    for (const Field& field : form.fields) {
      std::vector<std::string> headings{field.name};
      for (const auto& [language, label] : field.label.by_language) headings.push_back(label);
      headings.insert(headings.end(), field.also.begin(), field.also.end());
      for (const std::string& heading : headings) {
        const auto table = match(form, {"id", heading}, {{kClinics, ""}});
        ASSERT_TRUE(table) << form.name << " " << heading << ": " << table.error().message;
        EXPECT_EQ(table->understood[1].field, field.name) << form.name << " " << heading;
      }
    }
  }
}

TEST(FormTable, AnAmbiguousColumnIsAnErrorThatNamesBoth) {
  const auto twice = match(form_of("action"), {"Specific action", "Deadline", "Échéance"}, {{"a", "", ""}});
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("\"Deadline\" and \"Échéance\""), std::string::npos) << twice.error().message;
  Form form = form_of("action");
  form.fields[3].also = {"Cost"};
  form.fields[4].also = {"Cost"};
  const auto either = match(form, {"Specific action", "Cost"}, {{"a", ""}});
  ASSERT_FALSE(either);
  EXPECT_NE(either.error().message.find("(indicator_text) or"), std::string::npos) << either.error().message;
}

TEST(FormTable, ReportsColumnsThatAreNoFieldNorAGroups) {
  const auto table = match(form_of("outreach_session"), {"District", "held_on", "Mood", "counts.height", "nobody.sex"}, {{"KE002", "2020-11-03", "glad", "1.70", "x"}});
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->ignored_columns, (std::vector<std::string>{"Mood", "counts.height", "nobody.sex"}));
  ASSERT_EQ(table->remarks.size(), 1U);
  EXPECT_NE(table->remarks[0].find("counts.height"), std::string::npos);
}

TEST(FormTable, RowsOfAGroupMayStandBesideTheRecordsOwnColumns) {
  const auto table = match(form_of("outreach_session"), {"District", "held_on", "counts.sex", "counts.people", "counts[2].people", "Counts[2].Sexe ou genre", "referrals[7].to"},
                           {{"KE002", "2020-11-03", "female", "1,400", "5", "homme", ""}, {"KE003", "2020-11-03", "", "", "7", "", "Clinic"}});
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->rows.size(), 2U);
  ASSERT_EQ(table->rows[0].groups.size(), 2U);
  EXPECT_EQ(table->rows[0].groups[0].group, "counts");
  EXPECT_EQ(table->rows[0].groups[0].fields.at(0).text, "female");
  EXPECT_EQ(table->rows[0].groups[0].fields.at(1).text, "1400");
  EXPECT_EQ(table->rows[0].groups[1].fields.at(0).text, "5");
  EXPECT_EQ(table->rows[0].groups[1].fields.at(1).text, "male");
  EXPECT_EQ(table->rows[1].groups.size(), 2U) << "an empty row between is none";
  EXPECT_EQ(table->rows[1].groups[1].group, "referrals");
  EXPECT_EQ(table->understood[5].field, "counts[2].sex");
  EXPECT_EQ(said(table->rows[0], "district").size(), 1U) << "a group's values are not the record's";
  EXPECT_FALSE(match(form_of("outreach_session"), {"District", "counts.people", "counts[1].people"}, {{"KE002", "1", "2"}})) << "twice the same";
}

TEST(FormTable, AGroupsOwnTableGoesToTheRecordsItNames) {
  const Form& form = form_of("outreach_session");
  const Group& group = *form.group("referrals");
  const std::string elsewhere = "bb00000000000000000000000000000b";
  auto table = match(form, {"id", "district", "held_on"}, {{elsewhere, "KE002", "2020-11-03"}}, find_link);
  ASSERT_TRUE(table);
  const auto rows = match_group_table(raw({"parent", "id", "to", "followed_up"}, {{elsewhere, "", "Clinic", "oui"}, {"9.1", kClinics, "Court", ""}, {elsewhere, "", "Ministry", ""}, {"7.7", "", "Nobody", ""}, {"", "", "Lost", ""}}),
                                      form, group, find_link);
  ASSERT_TRUE(rows) << rows.error().message;
  attach(*table, *rows, form, group, find_link, "referrals: ");
  ASSERT_EQ(table->rows.size(), 2U) << "9.1 is a record that is here";
  ASSERT_EQ(table->rows[0].groups.size(), 2U);
  EXPECT_EQ(table->rows[0].groups[1].fields.at(0).text, "Ministry");
  EXPECT_EQ(to_hex(*table->rows[1].record), kClinics);
  EXPECT_EQ(to_hex(*table->rows[1].groups.at(0).record), kClinics) << "the row's own id";
  ASSERT_EQ(table->refused.size(), 2U);
  EXPECT_EQ(table->refused[0].row, 6U);
  EXPECT_NE(table->refused[0].reason.find("which record it belongs to"), std::string::npos);
  EXPECT_EQ(table->refused[1].column, "referrals: parent");
  auto refused = match(form, {"id", "district", "held_on"}, {{elsewhere, "KE002", "31/02/2020"}}, find_link);
  attach(*refused, *match_group_table(raw({"parent", "to"}, {{elsewhere, "Clinic"}}), form, group, find_link), form, group, find_link, "referrals: ");
  EXPECT_TRUE(refused->rows.empty());
  EXPECT_EQ(refused->refused.size(), 1U) << "its rows go with it";
  const auto without = match_group_table(raw({"to"}, {{"Clinic"}}), form, group, find_link);
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().message.find("no column parent"), std::string::npos) << without.error().message;
}

TEST(FormTable, APositionInTwoColumnsIsAPoint) {
  const auto table = match(form_of("place"), {"name", "location_lat", "location_lon"}, {{"Nairobi", "-1.29", "36.82"}, {"Kisumu", "-0.1", ""}});
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->rows.size(), 1U);
  EXPECT_EQ(only(table->rows[0], "location"), "-1.29 36.82");
  EXPECT_EQ(table->refused.at(0).row, 3U) << "half a position is none";
  EXPECT_TRUE(table->ignored_columns.empty());
}

TEST(FormTable, SaysWhichNeededColumnIsMissing) {
  const auto table = match(form_of("action"), {"Theme", "Deadline"}, {{"Water", ""}});
  ASSERT_FALSE(table);
  EXPECT_NE(table.error().message.find("Specific action (action)"), std::string::npos) << table.error().message;
  EXPECT_FALSE(match(form_of("action"), {"Mood", "Weather"}, {{"a", "b"}}));
}

TEST(FormTable, ReadsDatesAsOfficesWriteThem) {
  EXPECT_EQ(column("deadline", "due_on", "Title", {"2025-12-31", "31.12.2025", "31/12/2025", "31 December 2025", "31 déc. 2025", "December 31, 2025", "1er janvier 2026", "31 Desemba 2025", "2025-12-31T00:00:00", "3 März 2025"}),
            (std::vector<std::string>{"2025-12-31", "2025-12-31", "2025-12-31", "2025-12-31", "2025-12-31", "2025-12-31", "2026-01-01", "2025-12-31", "2025-12-31", "2025-03-03"}));
}

TEST(FormTable, ADayThatMayBeTwoIsRefusedUnlessTheColumnSettlesIt) {
  const auto alone = column("deadline", "due_on", "Title", {"03/04/2025", "05/05/2025"});
  EXPECT_TRUE(alone[0].starts_with("!\"03/04/2025\" may be two days: write it as")) << alone[0];
  EXPECT_EQ(alone[1], "2025-05-05");
  EXPECT_EQ(column("deadline", "due_on", "Title", {"03/04/2025", "25/04/2025"})[0], "2025-04-03");
  EXPECT_EQ(column("deadline", "due_on", "Title", {"03/04/2025", "04/25/2025"})[0], "2025-03-04");
  EXPECT_EQ(column("deadline", "due_on", "Title", {"03/04/2025", "04/25/2025", "25/04/2025"})[0][0], '!');
  for (const char* wrong : {"31/02/2025", "31/12/25", "2025-13-01", "by end of 2025", "Dec 2025"}) {
    EXPECT_EQ(column("deadline", "due_on", "Title", {wrong})[0][0], '!') << wrong;
  }
}

TEST(FormTable, WordsInADateGoWhereTheFormHasAFieldForThem) {
  const auto table = match(form_of("action"), {"action", "Deadline"}, {{"a", "by end of 2025"}, {"b", "continuous"}, {"c", "31/02/2025"}, {"d", "-"}});
  ASSERT_TRUE(table);
  ASSERT_EQ(table->rows.size(), 3U);
  EXPECT_EQ(only(table->rows[0], "deadline_text"), "by end of 2025");
  EXPECT_EQ(only(table->rows[1], "deadline_text"), "continuous");
  EXPECT_EQ(table->rows[2].fields.size(), 1U) << "a dash is nothing";
  ASSERT_EQ(table->refused.size(), 1U) << "a day that does not exist is a mistake, not words";
  EXPECT_EQ(table->refused[0].row, 4U);
  EXPECT_EQ(table->refused[0].column, "Deadline");
}

TEST(FormTable, ReadsNumbersByTheWholeColumn) {
  const auto budgets = [](const std::vector<std::string>& cells) { return column("action", "budget", "action", cells); };
  EXPECT_EQ(budgets({"1,400", "1 400", "1'400", "1,400.5", "-12"}), (std::vector<std::string>{"1400", "1400", "1400", "1400.5", "-12"}));
  EXPECT_EQ(budgets({"1.400,5", "1.400", "2,5"}), (std::vector<std::string>{"1400.5", "1400", "2.5"}));
  EXPECT_EQ(budgets({"1.400", "0.5"}), (std::vector<std::string>{"1.400", "0.5"}));
  EXPECT_EQ(budgets({"1,400,000"}), (std::vector<std::string>{"1400000"}));
  EXPECT_EQ(budgets({"1\u202f400"}), (std::vector<std::string>{"1400"}));
  EXPECT_EQ(budgets({"1,400", "2,5", "3.5"})[0][0], '!') << "the column has both";
  EXPECT_EQ(budgets({"1,40,000"})[0][0], '!');
  EXPECT_EQ(budgets({"many"})[0][0], '!');
  EXPECT_EQ(column("outreach_session", "total", "District", {"2.500", "2,500", "8.0"}), (std::vector<std::string>{"2500", "2500", "8"}));
  EXPECT_EQ(column("outreach_session", "total", "District", {"2.5"})[0][0], '!');
}

TEST(FormTable, ReadsChoicesYesNoAndPoints) {
  EXPECT_EQ(column("action", "status", "action", {"ongoing", "EN COURS", "Inaendelea", "in progress"}), std::vector<std::string>(4, "ongoing"));
  for (const Field& field : form_of("deadline").fields) {
    if (field.type != FieldType::kBoolean) continue;
    for (const char* yes : {"Yes", "Oui", "ndiyo", "JA", "sí", "TRUE", "1"}) EXPECT_EQ(ColumnReader(field).read(yes).text, "yes") << yes;
    for (const char* no : {"no", "Non", "hapana", "Nein", "FALSE", "0"}) EXPECT_EQ(ColumnReader(field).read(no).text, "no") << no;
    EXPECT_NE(ColumnReader(field).read("maybe").kind, CellValue::Kind::kValue);
  }
  EXPECT_EQ(column("place", "location", "Name", {"-1.2921, 36.8219", "-1.2921 36.8219"}), std::vector<std::string>(2, "-1.2921 36.8219"));
  EXPECT_EQ(column("place", "location", "Name", {"Nairobi"})[0][0], '!');
}

TEST(FormTable, AnUnknownLabelIsReportedAndKeptAndNeverDropped) {
  const auto table = match(form_of("action"), {"action", "Status"}, {{"a", "Stuck"}, {"b", "Stuck"}});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->unmapped, (std::vector<std::string>{"Stuck"}));
  EXPECT_EQ(only(table->rows.at(0), "status_text"), "Stuck");
  const auto nowhere = match(form_of("indicator"), {"Name", "Kind"}, {{"a", "Odd"}, {"b", "Process"}});
  ASSERT_TRUE(nowhere);
  EXPECT_EQ(nowhere->unmapped, (std::vector<std::string>{"Odd"}));
  EXPECT_TRUE(nowhere->refused.empty());
  ASSERT_EQ(nowhere->rows.size(), 2U);
  ASSERT_EQ(nowhere->rows[0].unmapped.size(), 1U);
  EXPECT_EQ(nowhere->rows[0].unmapped[0].field, "kind");
  EXPECT_EQ(nowhere->rows[0].unmapped[0].text, "Odd");
  EXPECT_TRUE(said(nowhere->rows[0], "kind").empty());
  EXPECT_TRUE(nowhere->rows[1].unmapped.empty());
  ASSERT_EQ(nowhere->remarks.size(), 1U);
  EXPECT_NE(nowhere->remarks[0].find("\"Kind\""), std::string::npos);
  const auto both = match(form_of("action"), {"action", "status", "status_text"}, {{"a", "Stuck", "since May"}});
  ASSERT_TRUE(both);
  EXPECT_EQ(both->rows.at(0).unmapped.at(0).text, "Stuck") << "the words of its field are another column's";
  EXPECT_EQ(only(both->rows[0], "status_text"), "since May");
  const auto grouped = match(form_of("outreach_session"), {"district", "held_on", "counts[3].people", "counts[3].sex"}, {{"KE002", "2020-11-03", "5", "unknown"}});
  ASSERT_TRUE(grouped);
  EXPECT_EQ(grouped->rows.at(0).unmapped.at(0).field, "counts[1].sex") << "by the place the row has in the record";
}

TEST(FormTable, ALabelHasABound) {
  const auto table = match(form_of("indicator"), {"Name", "Kind"}, {{"a", std::string(1'000, 'x')}, {"b", std::string(1'001, 'x')}});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows.size(), 1U);
  EXPECT_EQ(table->refused.at(0).row, 3U);
}

TEST(FormTable, ALinkThatIsNotFoundIsKeptInWordsOrRefusedWithWhatWasLookedFor) {
  const auto kept = match(form_of("action"), {"action", "Recommendation"}, {{"a", "9.2"}, {"b", "7.7"}});
  ASSERT_TRUE(kept);
  EXPECT_EQ(only(kept->rows.at(0), "recommendation_text"), "9.2");
  EXPECT_EQ(only(kept->rows.at(1), "recommendation_text"), "7.7");
  const auto refused = match(form_of("indicator_value"), {"Indicator", "Value"}, {{"Clinics", "5"}, {"9.1", "6"}});
  ASSERT_TRUE(refused);
  ASSERT_EQ(refused->refused.size(), 1U);
  EXPECT_EQ(refused->refused[0].column, "Indicator");
  EXPECT_NE(refused->refused[0].reason.find("\"Clinics\" names no indicator here"), std::string::npos);
  const auto hinted = match(form_of("action"), {"action", "Recommendation", "Cycle"}, {{"a", "9.1", "3"}, {"b", "9.1", "2"}});
  EXPECT_EQ(only(hinted->rows.at(0), "recommendation"), kClinics);
  EXPECT_EQ(only(hinted->rows.at(1), "recommendation_text"), "9.1");
}

TEST(FormTable, TakesTheApostropheBeforeAFormulaAwayAgain) {
  const auto table = match(form_of("action"), {"action", "comment"}, {{"'=SUM(A1)", "''+1"}, {"'tis", "'-5"}});
  ASSERT_TRUE(table);
  EXPECT_EQ(only(table->rows[0], "action"), "=SUM(A1)");
  EXPECT_EQ(only(table->rows[0], "comment"), "'+1");
  EXPECT_EQ(only(table->rows[1], "action"), "'tis");
  EXPECT_EQ(only(table->rows[1], "comment"), "-5");
}

TEST(FormTable, ARowIsKnownByWhatTheFormSaysWhateverElseItSays) {
  const auto one = match(form_of("action"), kKenya, {{"9.1", "Health", "Build  clinics", "", "", "31/12/2025"}, {"9.1", "", "Build clinics", "", "", ""}, {"9.1", "", "Train", "", "", ""}});
  const auto other = match(form_of("action"), {"Deadline", "Hatua mahususi", "Pendekezo"}, {{"2026-01-01", "Build clinics", "9.1"}});
  ASSERT_TRUE(one);
  ASSERT_TRUE(other);
  EXPECT_EQ(one->rows[0].identity, other->rows[0].identity);
  EXPECT_NE(one->rows[0].identity, one->rows[1].identity) << "the second of two equal rows is another record";
  EXPECT_NE(one->rows[0].identity, one->rows[2].identity);
}

TEST(FormTable, ARowWhoseLinkIsFoundLaterIsTheSameRow) {
  const Rows rows{{"9.1", "", "Build", "", "", ""}, {"9.1", "", "Build", "", "", ""}};
  const auto before = match(form_of("action"), kKenya, rows, find_none);
  const auto after = match(form_of("action"), kKenya, rows);
  ASSERT_TRUE(before);
  ASSERT_TRUE(after);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(before->rows[i].earlier.empty());
    EXPECT_NE(before->rows[i].identity, after->rows[i].identity);
    ASSERT_EQ(after->rows[i].earlier.size(), 1U);
    EXPECT_EQ(after->rows[i].earlier[0], before->rows[i].identity);
  }
}

TEST(FormTable, IdNamesTheRecordAndKeyTheRow) {
  const auto table = match(form_of("action"), {"id", "key", "Deadline"}, {{kClinics, "", "2025-12-31"}, {"", "A-7", "2025-12-31"}, {"12", "", "2025-12-31"}});
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->rows.size(), 2U);
  ASSERT_TRUE(table->rows[0].record);
  EXPECT_EQ(table->rows[0].record->bytes[0], 0xaa);
  EXPECT_TRUE(table->rows[0].identity.empty()) << "it is that record or none";
  const auto elsewhere = match_table(raw({"id", "action"}, {{"AA" + kClinics.substr(2), "Build"}}), form_of("action"), find_link, true);
  ASSERT_TRUE(elsewhere);
  EXPECT_EQ(elsewhere->rows.at(0).identity, (std::vector<std::string>{"id", kClinics}));
  EXPECT_EQ(table->rows[1].identity, (std::vector<std::string>{"key", "A-7", "#0"}));
  ASSERT_EQ(table->refused.size(), 1U);
  EXPECT_EQ(table->refused[0].column, "id");
}

TEST(FormTable, WithoutAnIdentityARowIsAllItsCells) {
  const auto table = match(form_of("observation"), {"Narrative", "District"}, {{"Dry well", "KE002"}, {"Dry well", "KE003"}, {"Dry well", "KE002"}});
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_NE(table->rows[0].identity, table->rows[1].identity);
  EXPECT_NE(table->rows[0].identity, table->rows[2].identity);
  const auto places = match(form_of("place"), {"Name", "Code"}, {{"Kinango", ""}, {"Matuga", ""}});
  EXPECT_NE(places->rows[0].identity.at(1), places->rows[1].identity.at(2)) << "no code tells them apart, so all they say does";
  EXPECT_EQ(places->rows[0].identity.back(), "#0");
  EXPECT_EQ(places->rows[1].identity.back(), "#0");
}

TEST(FormTable, ARowWithMoreCellsThanTheHeadingIsRefused) {
  const auto table = match(form_of("action"), {"action", "theme"}, {{"a", "b", "c"}, {"a", "b", ""}, {"", "", ""}});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows.size(), 1U);
  ASSERT_EQ(table->refused.size(), 2U);
  EXPECT_EQ(table->refused[0].row, 2U);
}

TEST(FormTable, FitsTheFormItsHeadingIsOf) {
  EXPECT_EQ(fit_of(kKenya, form_of("action")), 6U);
  EXPECT_EQ(fit_of(kKenya, form_of("indicator")), 0U);
  EXPECT_EQ(fit_of({"Mood", "Weather"}, form_of("action")), 0U);
}

TEST(FormTable, ARawTableIsTheCellsOfTheFile) {
  const TemporaryFile file("Specific action;Deadline\nBuild;31.12.2025\n");
  const auto table = read_raw_table(file.path());
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->header, (std::vector<std::string>{"Specific action", "Deadline"}));
  ASSERT_EQ(table->rows.size(), 1U);
  EXPECT_EQ(table->rows[0].row, 2U);
  EXPECT_EQ(table->rows[0].cells[1], "31.12.2025");
  EXPECT_FALSE(read_raw_table(TemporaryFile("a,b\n").path()));
}

}  // namespace
}  // namespace haki::formats
