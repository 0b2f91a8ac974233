// Goal: records are found by their indexed fields whatever the disk still takes. Method: the store's own schema on a disk in
// memory that can be told to be full.
#include <gmock/gmock.h>

#include <random>

#include "records_fixture.h"

namespace haki::store {
namespace {

using ::testing::ElementsAre;

class RecordsOnDisk : public RecordsFixture {
 protected:
  void save(std::uint8_t number, std::string ward, std::string theme) {
    const RecordId id = record(number);
    changes::ChangeSet set{0, at(number), {}};
    set.operations.push_back(changes::NewRecord{id, forms_.id(), {{kWard, std::move(ward)}}});
    set.operations.push_back(changes::SetAdd{id, kThemes, std::move(theme)});
    ASSERT_OK(apply(own_, set));
  }
  std::vector<int> with(std::vector<Selection::Equal> equal) {
    std::vector<int> found;
    Selection selection;
    selection.form = forms_.id();
    selection.equal = std::move(equal);
    EXPECT_OK(records_->for_each(selection, [&](RecordRow&& row) -> Result<bool> {
      found.push_back(row.merged.id.bytes[0]);
      return true;
    }));
    return found;
  }
};

TEST_F(RecordsOnDisk, AreFoundOnAFullDiskToo) {
  save(3, "KE002", "water");
  save(4, "KE003", "land");
  save(5, "KE002", "land");
  disk_.before = [](const Operation& operation) {
    const bool write = operation.kind == Operation::Kind::kWrite;
    return write ? Ruling{.refuse = Error{Code::kDiskFull, "full"}} : Ruling{};
  };
  const Selection::Equal in_ward{kWard, std::string("KE002")}, on_land{kThemes, std::string("land")};
  EXPECT_THAT(with({in_ward}), ElementsAre(3, 5));
  EXPECT_THAT(with({on_land}), ElementsAre(4, 5));
  EXPECT_THAT(with({in_ward, on_land}), ElementsAre(5));
  EXPECT_EQ(*database_->number("SELECT count(*) FROM cell"), 0) << "the index was not brought up, so it was not what answered";
  disk_.before = nullptr;
  EXPECT_THAT(with({in_ward, on_land}), ElementsAre(5));
  EXPECT_EQ(*database_->number("SELECT count(*) FROM cell"), 6);
}

TEST_F(RecordsOnDisk, AQuestionWritesNothingWhereNothingWaits) {
  save(3, "KE002", "water");
  EXPECT_THAT(with({{kWard, std::string("KE002")}}), ElementsAre(3));
  std::size_t writes = 0;
  disk_.before = [&](const Operation& operation) {
    writes += operation.kind == Operation::Kind::kWrite ? 1 : 0;
    return Ruling{};
  };
  EXPECT_THAT(with({{kWard, std::string("KE002")}}), ElementsAre(3));
  EXPECT_EQ(writes, 0u);
  disk_.before = nullptr;  // closing still calls it
}

// The rows are far larger than the indexes, and each page of them is opened by itself.
TEST_F(RecordsOnDisk, OnlyRowsThatHaveTheValuesAreRead) {
  constexpr std::uint8_t kRecords = 200, kEach = 20;
  constexpr std::uint32_t kNotIndexed = 12;
  std::mt19937 chance(1);
  for (std::uint8_t number = 1; number <= kRecords; ++number) {
    std::string text;
    while (text.size() < 9000) text += std::to_string(chance());  // compressed, a page and more
    const std::string ward = number % kEach == 0 ? "KE002" : "KE003";
    ASSERT_OK(apply(own_, {0, at(number), {changes::NewRecord{record(number), forms_.id(), {{kWard, ward}, {kNotIndexed, text}}}}}));
  }
  ASSERT_OK(records_->index_cells());
  reopen();  // without what SQLite keeps of the pages
  const auto before = database_->counters().pages_opened;
  EXPECT_EQ(with({{kWard, std::string("KE002")}}).size(), std::size_t{kRecords / kEach});
  EXPECT_LT(database_->counters().pages_opened - before, std::uint64_t{kRecords / 2});
}

}  // namespace
}  // namespace haki::store
