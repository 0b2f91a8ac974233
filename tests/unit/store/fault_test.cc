// Goal: when the disk refuses any single operation, or every one from some moment on, the call in progress says so with
// the right code, nothing that was acknowledged is lost, nothing half-done is kept, and a disk that works again is
// worked with. Method: the same small piece of work again and again, its 1st, 2nd, 3rd… operation refused, until none
// is left.
#include <gtest/gtest.h>

#include "memory_disk.h"
#include "store_fixture.h"
#include "workload.h"

namespace haki::store {
namespace {

using Kind = Operation::Kind;

enum class Fault { kIoError, kDiskFull, kShortRead };

struct Case {
  Fault fault;
  bool lasting;  // else only once
  const char* name;
};

class FaultTest : public ::testing::TestWithParam<Case> {
 protected:
  bool can_happen_to(const Operation& operation) const {
    switch (GetParam().fault) {
      case Fault::kIoError:
        return true;
      case Fault::kDiskFull:
        return operation.kind == Kind::kWrite;
      case Fault::kShortRead:
        return operation.kind == Kind::kRead;
    }
    return false;
  }

  Ruling faulty(const Operation& operation) const {
    Ruling verdict;
    switch (GetParam().fault) {
      case Fault::kIoError:
        verdict.refuse = Error{Code::kIo, "The disk refused."};
        break;
      case Fault::kDiskFull:
        verdict.refuse = Error{Code::kDiskFull, "There is no space."};
        verdict.done = operation.data.size() / 2;
        break;
      case Fault::kShortRead:
        verdict.read_max = 1000;
        break;
    }
    return verdict;
  }

  void expect_right_code(const Error& error) const {
    switch (GetParam().fault) {
      case Fault::kIoError:
        EXPECT_EQ(error.code, Code::kIo) << error.message;
        break;
      case Fault::kDiskFull:
        EXPECT_EQ(error.code, Code::kDiskFull) << error.message;
        break;
      case Fault::kShortRead:
        EXPECT_TRUE(error.code == Code::kIo || error.code == Code::kDamaged || error.code == Code::kWrongKey)
            << error.message;
        break;
    }
  }

  // Opens and commits kCommits times, each again where the fault comes only once.
  void work_through(Disk& disk) {
    auto database = open_store(disk);
    if (!database) expect_right_code(database.error());
    if (!database && !lasting()) database = open_store(disk);
    ASSERT_TRUE(lasting() || holds(database));
    for (std::size_t number = 1; database && number <= kCommits; ++number) {
      auto done = commit_once(Work::kSmall, **database, number);
      EXPECT_FALSE((*database)->in_transaction());
      if (!done) {
        ++failed_commits_;
        expect_right_code(done.error());
        in_doubt_ = true;
        if (lasting()) return;
        const auto seen = look(**database);
        ASSERT_OK(seen);
        ASSERT_EQ(seen->number, acknowledged_) << "a failed commit is seen";
        ASSERT_EQ(seen->digest, truth_.digest(acknowledged_));
        done = commit_once(Work::kSmall, **database, number);
        ASSERT_OK(done);
      }
      in_doubt_ = false;
      acknowledged_ = number;
      auto seen = look(**database);
      if (!seen) expect_right_code(seen.error());
      if (!seen && !lasting()) seen = look(**database);
      ASSERT_TRUE(lasting() || holds(seen));
      if (seen) {
        ASSERT_EQ(seen->digest, truth_.digest(acknowledged_));
      }
      if (number == 3) static_cast<void>((*database)->execute("PRAGMA wal_checkpoint(PASSIVE)"));
    }
  }

  void expect_all_that_was_acknowledged(Disk& disk) {
    auto database = open_store(disk);
    ASSERT_OK(database);
    ASSERT_OK((*database)->check());
    const auto seen = look(**database);
    ASSERT_OK(seen);
    ASSERT_TRUE(seen->number == acknowledged_ || (in_doubt_ && seen->number == acknowledged_ + 1))
        << acknowledged_ << " acknowledged, " << seen->number << " found";
    ASSERT_EQ(seen->digest, truth_.digest(seen->number));
  }

  static constexpr std::size_t kCommits = 20;  // a commit is one write, or two
  bool lasting() const { return GetParam().lasting; }
  MemoryDisk untroubled_;
  Witness truth_;  // what the work comes to on a disk without faults
  std::size_t acknowledged_ = 0;
  bool in_doubt_ = false;  // the commit after that failed, but may have reached the disk
  std::size_t failed_commits_ = 0;
};

TEST_P(FaultTest, EachOperationRefusedInTurnLosesNothing) {
  ASSERT_OK(run_workload(Work::kSmall, untroubled_, kCommits, truth_));
  Witness start;
  MemoryDisk empty;
  ASSERT_OK(run_workload(Work::kSmall, empty, 0, start));
  std::size_t faults = 0;
  for (std::size_t nth = 0;; ++nth) {
    SCOPED_TRACE("fault at operation " + std::to_string(nth));
    MemoryDisk disk(empty.image());
    std::size_t count = 0;
    bool hit = false;
    disk.before = [&](const Operation& operation) {
      if (!can_happen_to(operation)) return Ruling{};
      const std::size_t index = count++;
      if (lasting() ? index < nth : index != nth) return Ruling{};
      hit = true;
      return faulty(operation);
    };
    acknowledged_ = 0;
    in_doubt_ = false;
    work_through(disk);
    if (!hit) break;
    ++faults;
    disk.before = nullptr;
    expect_all_that_was_acknowledged(disk);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(faults, 8u);  // a commit writes its frames at once, so there are few
  EXPECT_GT(failed_commits_, 0u);
  std::printf("  %zu operations refused in turn, %zu commits failed of it\n", faults, failed_commits_);
}

INSTANTIATE_TEST_SUITE_P(Faults, FaultTest,
                         ::testing::Values(Case{Fault::kIoError, false, "IoErrorOnce"},
                                           Case{Fault::kIoError, true, "IoErrorFromThenOn"},
                                           Case{Fault::kDiskFull, false, "DiskFullOnce"},
                                           Case{Fault::kDiskFull, true, "DiskFullFromThenOn"},
                                           Case{Fault::kShortRead, false, "ShortReadOnce"}),
                         [](const auto& tested) { return tested.param.name; });

// A store is created completely or not at all.
TEST(CreateFault, EachOperationRefusedLeavesNothingOrAWholeStore) {
  for (std::size_t nth = 0;; ++nth) {
    MemoryDisk disk;
    std::size_t count = 0;
    bool hit = false;
    disk.before = [&](const Operation&) {
      if (count++ != nth) return Ruling{};
      hit = true;
      return Ruling{.refuse = Error{Code::kIo, "The disk refused."}};
    };
    const auto created = create_store(disk);
    if (!hit) {
      ASSERT_OK(created);
      break;
    }
    disk.before = nullptr;
    if (disk.image().contains(kStorePath)) {
      ASSERT_OK(open_store(disk)) << nth;
    } else {
      ASSERT_FALSE(created);
      ASSERT_OK(create_store(disk)) << "again after fault " << nth;
    }
  }
}

}  // namespace
}  // namespace haki::store
