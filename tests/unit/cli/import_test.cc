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
