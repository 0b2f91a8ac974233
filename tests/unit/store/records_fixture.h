// Records in the store's own schema on a disk in memory: what the tests of records and of what is kept of them share.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "memory_disk.h"
#include "store/migrations.h"
#include "store/records.h"
#include "store_fixture.h"
#include "workload.h"

namespace haki::store {

inline constexpr std::uint32_t kWard = 10, kThemes = 11;

// One form with a field that is indexed and searched, and an indexed set.
class OneForm final : public FormSource {
 public:
  OneForm() {
    form_.id.bytes.fill(9);
    for (const std::uint32_t number : {kWard, kThemes}) {
      Field field;
      field.id = number;
      field.indexed = true;
      field.set = number == kThemes;
      field.searched = number == kWard;
      form_.fields.push_back(field);
    }
  }
  FormRef find(const FormId& id) const override { return id == form_.id ? FormRef{&form_, nullptr} : FormRef{}; }
  const FormId& id() const { return form_.id; }

 private:
  Form form_;
};

class RecordsFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    own_.bytes.fill(1);
    notebook_.bytes.fill(2);
    auto created = create_store(disk_);
    ASSERT_OK(created);
    database_ = std::move(*created);
    ASSERT_OK(database_->migrate(migration_scripts()));
    read();
  }
  // As after opening: nothing is known but what is on the disk.
  void read() {
    chains_ = std::make_unique<Chains>(*database_);
    ASSERT_OK(chains_->load(own_));
    records_ = std::make_unique<Records>(*database_, *chains_, forms_);
  }
  void reopen() {
    records_.reset();
    chains_.reset();
    database_.reset();
    auto opened = open_store(disk_);
    ASSERT_OK(opened);
    database_ = std::move(*opened);
    read();
  }
  Chain& chain(const LogId& log) { return **chains_->open(notebook_, log); }
  Chain& own() { return chain(own_); }
  // As the next of its chain, in a transaction of its own.
  Result<> apply(const LogId& log, changes::ChangeSet set) {
    Transaction transaction(*database_);
    HAKI_TRY(transaction.started());
    HAKI_ASSIGN(Chain * of, chains_->open(notebook_, log));
    set.seq = of->applied_seq + 1;
    HAKI_TRY(records_->apply(*of, set));
    return transaction.commit();
  }
  static RecordId record(std::uint32_t number) {
    RecordId id;
    id.bytes = {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8), 7};
    return id;
  }
  static changes::Hlc at(std::int64_t minute) { return changes::Hlc::of(minute * 60'000, 0); }

  MemoryDisk disk_;
  OneForm forms_;
  LogId own_;
  CompartmentId notebook_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Chains> chains_;
  std::unique_ptr<Records> records_;
};

}  // namespace haki::store
