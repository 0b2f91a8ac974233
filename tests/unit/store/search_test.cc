// Goal: full text, which keeps no copy of what it indexed, finds each record by what it says now and by nothing else, and has no word of
// what was erased. Method: records in the store's own schema; the index's own terms are looked at.
#include "store/search.h"

#include <gmock/gmock.h>

#include "records_fixture.h"

namespace haki::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FullText : public RecordsFixture {
 protected:
  void SetUp() override {
    RecordsFixture::SetUp();
    ASSERT_OK(database_->execute("CREATE VIRTUAL TABLE terms USING fts5vocab(search, row)"));
  }
  void write(std::uint32_t number, const std::string& text) {
    const auto row = records_->load(notebook_, record(number));
    ASSERT_OK(row);
    changes::ChangeSet set{0, at(++minute_), {}};
    if (!*row) set.operations.push_back(changes::NewRecord{record(number), forms_.id(), {{kWard, text}}});
    if (*row) set.operations.push_back(changes::SetField{record(number), kWard, text, (*row)->merged.dots_of(kWard)});
    ASSERT_OK(apply(own_, set));
  }
  void add_theme(std::uint32_t number) {
    ASSERT_OK(apply(own_, {0, at(++minute_), {changes::SetAdd{record(number), kThemes, std::string("water")}}}));
  }
  void erase(std::uint32_t number) {
    ASSERT_OK(apply(own_, {0, at(++minute_), {changes::Erase{record(number), "consent withdrawn"}}}));
    ASSERT_OK(search().forget_removed());
  }
  Search search() { return {*database_, *records_, forms_}; }
  std::vector<std::int64_t> find(const std::string& words) {
    const auto found = search().find(words, 0);
    EXPECT_OK(found);
    return found.value_or({});
  }
  bool has_term(std::string_view term) { return *database_->number("SELECT count(*) FROM terms WHERE term = ?", term) > 0; }
  std::int64_t entries() { return *database_->number("SELECT count(*) FROM search_docsize"); }

  std::int64_t minute_ = 0;
};

TEST_F(FullText, FindsWhatARecordSaysNow) {
  write(1, "the well is dry");
  write(2, "the well is deep");
  EXPECT_THAT(find("well"), ElementsAre(1, 2));
  write(1, "the road is open");
  EXPECT_THAT(find("well"), ElementsAre(2));
  EXPECT_THAT(find("road"), ElementsAre(1));
  EXPECT_THAT(find("dry"), IsEmpty());
  // There and back again: the entry it had first is not taken for the one it has now.
  write(1, "the well is dry");
  EXPECT_THAT(find("dry well"), ElementsAre(1));
  EXPECT_THAT(find("road"), IsEmpty());
  const changes::Tomb tomb = [&] {
    changes::Tomb made = (*records_->load(notebook_, record(1)))->merged.tomb();
    made.record = record(1);
    return made;
  }();
  ASSERT_OK(apply(own_, {0, at(++minute_), {tomb}}));
  EXPECT_THAT(find("well"), ElementsAre(2));
}

TEST_F(FullText, ReadsNothingAnewWhereTheTextIsTheSame) {
  write(1, "the well is dry");
  EXPECT_THAT(find("well"), ElementsAre(1));
  add_theme(1);
  EXPECT_THAT(find("well"), ElementsAre(1));
  EXPECT_EQ(entries(), 1) << "a review would index every record a second time";
}

TEST_F(FullText, HasNoWordOfWhatWasErased) {
  write(1, "amina told of the well");
  write(2, "the well is deep");
  EXPECT_THAT(find("amina"), ElementsAre(1));
  erase(1);
  EXPECT_FALSE(has_term("amina"));
  EXPECT_EQ(entries(), 1) << "the others stay indexed";
  EXPECT_THAT(find("well"), ElementsAre(2));
}

TEST_F(FullText, HasNoWordOfWhatWasWrittenBefore) {
  write(1, "amina told of the well");
  write(2, "the well is deep");
  find("well");
  write(1, "a woman told of the well");
  find("well");
  EXPECT_TRUE(has_term("amina")) << "or this test sees nothing: its entry is passed over";
  erase(1);
  EXPECT_FALSE(has_term("amina"));
  EXPECT_FALSE(has_term("woman"));
  EXPECT_THAT(find("well"), ElementsAre(2));
}

TEST_F(FullText, HasNoWordOfWhatChangedUnseen) {
  write(1, "amina told of the well");
  find("well");
  write(1, "a woman told of the well");  // not indexed yet: what the index has is not what the record says
  erase(1);
  EXPECT_FALSE(has_term("amina"));
  EXPECT_THAT(find("well"), IsEmpty());
}

TEST_F(FullText, IsMadeAnewWhereMostIsPassedOver) {
  write(1, "the well is deep");
  write(2, "it begins");
  for (int i = 0; i <= 1'001; ++i) {
    ASSERT_EQ(entries() > 1'001, i == 1'001) << i;
    write(2, "it says " + std::to_string(i));
    EXPECT_THAT(find("says"), ElementsAre(2));
  }
  EXPECT_EQ(entries(), 2);
  EXPECT_THAT(find("well"), ElementsAre(1));
  EXPECT_FALSE(has_term("500"));
  EXPECT_TRUE(has_term("1001"));
}

}  // namespace
}  // namespace haki::store
