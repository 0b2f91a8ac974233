// Rows on their way from the process that read a file to the one that has the home open; and a real file's rows.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "cli/prepared_import.h"

namespace haki::cli {
namespace {

PreparedImport example_import() {
  PreparedImport import;
  import.facts = Output::object({{"format", "upr-info-csv"}, { "rows", 2 }});
  import.rows = {{2,
                  "recommendation",
                  {"a", ""},
                  { {"text", "Ratify"},
                    {"themes", "Torture"},
                    { "themes",
                      "" } }},
                 { 3,
                   "recommendation",
                   {},
                   {} }};
  return import;
}

TEST(PreparedImport, ComesBackAsItWas) {
  const auto back = decode_import(encode(example_import()));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->facts, example_import().facts);
  ASSERT_EQ(back->rows.size(), 2U);
  EXPECT_EQ(back->rows[0].identity, example_import().rows[0].identity);
  ASSERT_EQ(back->rows[0].fields.size(), 3U);
  EXPECT_EQ(back->rows[0].fields[1].field, "themes");
  EXPECT_EQ(back->rows[0].fields[1].text, "Torture");
  EXPECT_EQ(back->rows[1].row, 3U);
}

TEST(PreparedImport, EveryTruncationInsideARowIsRefused) {
  const std::string bytes = encode(example_import());
  std::size_t sound = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (decode_import(std::string_view(bytes).substr(0, size))) ++sound;
  }
  EXPECT_EQ(sound, 2U);  // after the facts, and after the first row
}

TEST(PreparedImport, ATableComesBackAsItWas) {
  PreparedImport import;
  import.facts = Output::object({{"file", "matrix.csv"}});
  import.form = "action";
  import.trouble = "is no list";
  import.table.emplace();
  import.table->facts = {"csv", "a title", "utf-8", "it says so", ";"};
  import.table->line_ends = "LF";
  import.table->header = {"Action", ""};
  import.table->rows = {{2, {"Build", ""}}, {5, {}}};
  import.table->refused = {{3, "Action", "is damaged"}};
  const auto back = decode_import(encode(import));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->form, "action");
  EXPECT_EQ(back->trouble, "is no list");
  ASSERT_TRUE(back->table);
  EXPECT_EQ(back->table->facts.delimiter, ";");
  EXPECT_EQ(back->table->line_ends, "LF");
  EXPECT_EQ(back->table->header, import.table->header);
  ASSERT_EQ(back->table->rows.size(), 2U);
  EXPECT_EQ(back->table->rows[0].cells, import.table->rows[0].cells);
  EXPECT_EQ(back->table->rows[1].row, 5U);
  ASSERT_EQ(back->table->refused.size(), 1U);
  EXPECT_EQ(back->table->refused[0].reason, "is damaged");
  EXPECT_TRUE(back->rows.empty());
}

class Written {
 public:
  explicit Written(const std::string& text) : path_(std::filesystem::temp_directory_path() / ("haki-as-" + std::to_string(::getpid()) + ".csv")) {
    std::ofstream(path_) << text;
  }
  ~Written() { std::filesystem::remove(path_); }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(ImportFile, IsARecommendationListOrATableForAForm) {
  const Written own("state_under_review,text,number\nKenya,Build clinics,9.1\n");
  EXPECT_EQ(read_import_file(own.path(), "")->rows.size(), 1U);
  EXPECT_FALSE(read_import_file(own.path(), "recommendation")->table);
  const auto as = read_import_file(own.path(), "action");
  ASSERT_TRUE(as);
  EXPECT_EQ(as->form, "action");
  ASSERT_TRUE(as->table);
  EXPECT_EQ(as->table->rows.size(), 1U);

  const Written matrix("Specific action,Deadline\nBuild,2025-12-31\n");
  const auto unsaid = read_import_file(matrix.path(), "");
  ASSERT_TRUE(unsaid);
  EXPECT_EQ(unsaid->form, "");
  EXPECT_NE(unsaid->trouble.find("not a list of recommendations"), std::string::npos);
  EXPECT_TRUE(unsaid->table);
  EXPECT_EQ(read_import_file("/nowhere/at/all.csv", "action").error().code, Code::kNotFound);
  EXPECT_EQ(read_import_file("/nowhere/at/all.csv", "").error().code, Code::kNotFound);
}

// An export with the records' ids that comes back is those records, and not new ones where a text was put right.
TEST(ImportFile, AnExportThatComesBackNamesItsRecords) {
  const Written own("id,state,state_under_review,text\naa00000000000000000000000000000a,submitted,Kenya,Build clinics\n");
  const auto import = read_import_file(own.path(), "");
  ASSERT_TRUE(import);
  EXPECT_EQ(import->form, "recommendation");
  EXPECT_TRUE(import->table);
  EXPECT_TRUE(import->rows.empty());
}

std::vector<std::string> values_of(const ImportRow& row, std::string_view name) {
  std::vector<std::string> values;
  for (const FieldInput& field : row.fields) {
    if (field.field == name) values.push_back(field.text);
  }
  return values;
}

// A sheet of UHRI: what its columns say reaches the form, what is no recommendation is counted, and a person who tries
// it out is told what each column was taken for.
TEST(PreparedImport, ASheetOfUhriBringsItsFieldsAndSaysWhatItUnderstood) {
  const auto path = std::filesystem::temp_directory_path() / ("haki-uhri-" + std::to_string(::getpid()) + ".csv");
  std::ofstream(path)
      << "Text,Themes,Countries Concerned,Reccomending Body,Document Symbol,Type,Mood\n"
         "\"7. Build clinics\",- Right to health,- Kenya,- CRC,CRC/C/KEN/CO/3-5,- Recommendations,glad\n"
         "\"8. It is concerned\",,- Kenya,- CRC,CRC/C/KEN/CO/3-5,- Concerns/Observations,sad\n";
  const auto import = read_recommendation_file(path.string());
  std::filesystem::remove(path);
  ASSERT_TRUE(import) << import.error().message;
  ASSERT_EQ(import->rows.size(), 1U);
  const ImportRow& row = import->rows[0];
  EXPECT_EQ(values_of(row, "number"), std::vector<std::string>{"7"});
  EXPECT_EQ(values_of(row, "text"), std::vector<std::string>{"Build clinics"});
  EXPECT_EQ(values_of(row, "mechanism"), std::vector<std::string>{"treaty_body"});
  EXPECT_EQ(values_of(row, "document_symbol"), std::vector<std::string>{"CRC/C/KEN/CO/3-5"});
  EXPECT_EQ(values_of(row, "theme_scheme"), std::vector<std::string>{"ohchr-2019"});
  EXPECT_EQ(values_of(row, "themes"), std::vector<std::string>{"Right to health"});
  EXPECT_TRUE(values_of(row, "position").empty());

  const Output& facts = import->facts;
  EXPECT_EQ(facts["format"].text(), "uhri-csv");
  EXPECT_EQ(facts["left_out"]["Concerns/Observations"].number(), 1);
  ASSERT_EQ(facts["understood"].array().size(), 7U);
  const Output& first = facts["understood"].array()[0];
  EXPECT_EQ(first["column"].text(), "Text");
  EXPECT_EQ(first["field"].text(), "text, number");
  EXPECT_EQ(first["example"].text(), "7. Build clinics");
  EXPECT_EQ(first["values"].number(), 1);
  EXPECT_EQ(facts["understood"].array()[6]["field"].text(), "");
}

TEST(PreparedImport, KenyaKeepsEveryRowApart) {
  const char* shared = std::getenv("HAKI_SHARED");
  const std::string folder = shared != nullptr ? shared : std::string(HAKI_SOURCE_DIR) + "/../shared";
  const std::string file = folder + "/data/upr/upr-info_kenya_s8.csv";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "the real file " << file << " is not here";
  const auto import = read_recommendation_file(file);
  ASSERT_TRUE(import) << import.error().message;
  EXPECT_EQ(import->rows.size(), 166U);
  std::set<std::vector<std::string>> identities;
  std::size_t supported = 0, themed = 0;
  for (const ImportRow& row : import->rows) {
    identities.insert(row.identity);
    bool has_theme = false;
    for (const FieldInput& field : row.fields) {
      if (field.field == "position" && field.text == "supported") ++supported;
      has_theme = has_theme || field.field == "themes";
    }
    if (has_theme) ++themed;
  }
  EXPECT_EQ(identities.size(), 166U);
  EXPECT_EQ(supported, 144U);
  EXPECT_EQ(themed, 166U);
  EXPECT_EQ(import->facts["rows"].number(), 166);
  EXPECT_EQ(import->facts["encoding"].text(), "mac-roman");
}

}  // namespace
}  // namespace haki::cli
