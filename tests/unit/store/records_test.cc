// Goal: records are found by their indexed fields whatever the disk still takes. Method: the store's own schema on a disk in
// memory that can be told to be full.
#include "store/records.h"

#include <gmock/gmock.h>

#include <random>

#include "memory_disk.h"
#include "store/migrations.h"
#include "store_fixture.h"
#include "workload.h"

namespace haki::store {
namespace {

using ::testing::ElementsAre;

constexpr std::uint32_t kWard = 10, kThemes = 11, kNotIndexed = 12;

// One form with an indexed field and an indexed set.
class OneForm final : public FormSource {
 public:
  OneForm() {
    form_.id.bytes.fill(9);
    for (const std::uint32_t number : {kWard, kThemes}) {
      Field field;
      field.id = number;
      field.indexed = true;
      field.set = number == kThemes;
      form_.fields.push_back(field);
    }
  }
  FormRef find(const FormId& id) const override { return id == form_.id ? FormRef{&form_, nullptr} : FormRef{}; }
  const FormId& id() const { return form_.id; }

 private:
  Form form_;
};

class RecordsOnDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    auto created = create_store(disk_);
    ASSERT_OK(created);
    database_ = std::move(*created);
    ASSERT_OK(database_->migrate(migration_scripts()));
    own_.bytes.fill(1);
    notebook_.bytes.fill(2);
    chains_ = std::make_unique<Chains>(*database_);
    ASSERT_OK(chains_->load(own_));
    records_ = std::make_unique<Records>(*database_, *chains_, forms_);
  }
  void save(std::uint8_t number, std::string ward, std::string theme) {
    Transaction transaction(*database_);
    ASSERT_OK(transaction.started());
    auto chain = chains_->open(notebook_, own_);
    ASSERT_OK(chain);
    RecordId id;
    id.bytes.fill(number);
    changes::ChangeSet set{(*chain)->applied_seq + 1, changes::Hlc::of(number, 0), {}};
    set.operations.push_back(changes::NewRecord{id, forms_.id(), {{kWard, std::move(ward)}}});
    set.operations.push_back(changes::SetAdd{id, kThemes, std::move(theme)});
    ASSERT_OK(records_->apply(**chain, set));
    ASSERT_OK(transaction.commit());
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

  MemoryDisk disk_;
  OneForm forms_;
  LogId own_;
  CompartmentId notebook_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Chains> chains_;
  std::unique_ptr<Records> records_;
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
  std::mt19937 chance(1);
  for (std::uint8_t number = 1; number <= kRecords; ++number) {
    std::string text;
    while (text.size() < 3000) text += std::to_string(chance());
    Transaction transaction(*database_);
    ASSERT_OK(transaction.started());
    auto chain = chains_->open(notebook_, own_);
    ASSERT_OK(chain);
    RecordId id;
    id.bytes.fill(number);
    const std::string ward = number % kEach == 0 ? "KE002" : "KE003";
    changes::ChangeSet set{(*chain)->applied_seq + 1, changes::Hlc::of(number, 0), {changes::NewRecord{id, forms_.id(), {{kWard, ward}, {kNotIndexed, text}}}}};
    ASSERT_OK(records_->apply(**chain, set));
    ASSERT_OK(transaction.commit());
  }
  ASSERT_OK(records_->index_cells());
  records_.reset(), chains_.reset(), database_.reset();  // and with them what SQLite keeps of the pages
  auto opened = open_store(disk_);
  ASSERT_OK(opened);
  database_ = std::move(*opened);
  chains_ = std::make_unique<Chains>(*database_);
  ASSERT_OK(chains_->load(own_));
  records_ = std::make_unique<Records>(*database_, *chains_, forms_);
  const auto before = database_->counters().pages_opened;
  EXPECT_EQ(with({{kWard, std::string("KE002")}}).size(), std::size_t{kRecords / kEach});
  EXPECT_LT(database_->counters().pages_opened - before, std::uint64_t{kRecords / 2});
}

}  // namespace
}  // namespace haki::store
