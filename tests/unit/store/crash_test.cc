// Goal: whatever moment the process dies or the power goes, every acknowledged commit is there afterwards, nothing else
// is, and the store opens by itself. Method: a workload runs once on a disk in memory; before each operation that
// changes the disk we build what a crash right there would leave, open *that* beside it, and compare with the witness.
// Seeds are fixed; HAKI_LONG=1 tries every tearing at every write and more power cuts.
#include <gtest/gtest.h>

#include <array>

#include "memory_disk.h"
#include "store_fixture.h"
#include "workload.h"

namespace haki::store {
namespace {

// How much of a write arrives.
constexpr std::array<std::size_t (*)(std::size_t), 7> kTearings = {
    [](std::size_t) -> std::size_t { return 0; },
    [](std::size_t size) { return size / 2; },
    [](std::size_t size) { return size; },
    [](std::size_t size) { return std::min<std::size_t>(size, 512); },
    [](std::size_t size) { return size - std::min<std::size_t>(size, crypto::kTagBytes); },
    // Of a commit's records, which are one write: the first alone, and all but the one with the commit mark.
    [](std::size_t size) { return std::min(size, kRecordBytes); },
    [](std::size_t size) { return size - std::min(size, kRecordBytes); },
};

// Opens what crashes left and holds it against the witness.
class Examiner {
 public:
  explicit Examiner(const Witness& witness) : witness_(witness) {}

  void examine(Image image, const std::string& where) {
    ++crashes_;
    if (!image.contains(kStorePath) && witness_.digests().empty()) return;  // died while creating: nothing is there
    MemoryDisk disk(std::move(image));
    auto database = open_store(disk);
    ASSERT_OK(database) << where;
    ASSERT_OK((*database)->check()) << where;
    healed_records_ += (*database)->counters().torn_records;
    healed_first_pages_ += (*database)->counters().torn_page_one;
    rebuilt_headers_ += (*database)->counters().rebuilt_headers;
    if (witness_.digests().empty()) return;  // created, schema in doubt
    auto seen = look(**database);
    ASSERT_OK(seen) << where;
    if (seen->number == witness_.committed()) {
      ASSERT_EQ(seen->digest, witness_.digest(seen->number)) << where;
    } else {
      ASSERT_EQ(seen->number, witness_.committed() + 1) << where << ": a commit was lost, or one appeared from nowhere";
      claims_.push_back(*seen);
    }
    if (crashes_ % 16 != 0) return;
    // And the store works on.
    const std::size_t next = seen->number + 1;
    ASSERT_OK(commit_once(Work::kSmall, **database, next)) << where;
    database->reset();
    database = open_store(disk);
    ASSERT_OK(database) << where;
    seen = look(**database);
    ASSERT_OK(seen) << where;
    ASSERT_EQ(seen->number, next) << where;
  }

  // A crash during commit n+1 may leave it done; then it must be whole. Known only once the workload got there.
  void settle_claims() {
    for (const Seen& claim : claims_) {
      ASSERT_LE(claim.number, witness_.committed());
      ASSERT_EQ(claim.digest, witness_.digest(claim.number)) << "half a transaction was kept";
    }
  }

  std::size_t crashes() const { return crashes_; }
  std::uint64_t healed_records() const { return healed_records_; }
  std::uint64_t healed_first_pages() const { return healed_first_pages_; }
  std::uint64_t rebuilt_headers() const { return rebuilt_headers_; }

 private:
  const Witness& witness_;
  std::vector<Seen> claims_;
  std::size_t crashes_ = 0;
  std::uint64_t healed_records_ = 0;
  std::uint64_t healed_first_pages_ = 0;
  std::uint64_t rebuilt_headers_ = 0;
};

struct Case {
  Work work;
  std::size_t commits_short;
  std::size_t commits_long;
  const char* name;
  std::size_t commits() const { return long_run() ? commits_long : commits_short; }
};

class CrashTest : public ::testing::TestWithParam<Case> {};

TEST_P(CrashTest, KilledAtEveryWriteKeepsEveryCommit) {
  Witness witness;
  Examiner examiner(witness);
  MemoryDisk disk;
  std::size_t index = 0;
  disk.before = [&](const Operation& operation) {
    if (!operation.changes_disk() || HasFatalFailure()) return Ruling{};
    ++index;
    const Image now = disk.image();
    const std::size_t tearings = operation.kind == Operation::Kind::kWrite ? kTearings.size() : 2;
    for (std::size_t tearing = 0; tearing < tearings; ++tearing) {
      // Headers and page 1 are the rare and delicate ones: always torn in all ways.
      const bool rare = operation.at == 0;
      if (!long_run() && !rare && tearing != index % tearings) continue;
      // Of what is no write, 0 stands for not done and 1 for done.
      const bool untouched = operation.kind != Operation::Kind::kWrite && tearing == 0;
      Image after = untouched ? now : with_part_of(now, operation, kTearings[tearing](operation.data.size()));
      examiner.examine(std::move(after), "write " + std::to_string(index) + " of " + operation.path + " at " +
                                             std::to_string(operation.at) + ", tearing " + std::to_string(tearing));
    }
    return Ruling{};
  };
  ASSERT_OK(run_workload(GetParam().work, disk, GetParam().commits(), witness));
  disk.before = nullptr;
  if (HasFatalFailure()) return;
  examiner.settle_claims();
  EXPECT_EQ(witness.committed(), GetParam().commits());
  // Shape cuts its log at each checkpoint, so it has no old records to tear; what is torn there is just short.
  EXPECT_EQ(examiner.healed_records() > 0, GetParam().work != Work::kShape);
  EXPECT_GT(examiner.healed_first_pages(), 0u);
  std::printf(
      "  %zu changes of the disk, %zu crashes, healed: %llu torn records, %llu torn first pages, %llu log headers\n",
      index, examiner.crashes(), static_cast<unsigned long long>(examiner.healed_records()),
      static_cast<unsigned long long>(examiner.healed_first_pages()),
      static_cast<unsigned long long>(examiner.rebuilt_headers()));
}

TEST_P(CrashTest, PowerCutLosingAndReorderingUnsyncedWritesKeepsEveryCommit) {
  Witness witness;
  Examiner examiner(witness);
  MemoryDisk disk({}, MemoryDisk::Power::kMayFail);
  std::mt19937_64 random(20240217);
  std::size_t index = 0;
  disk.before = [&](const Operation& operation) {
    const bool matters = operation.changes_disk() || operation.kind == Operation::Kind::kSync ||
                         operation.kind == Operation::Kind::kSyncDirectory;
    if (!matters || HasFatalFailure()) return Ruling{};
    ++index;
    const bool barrier = operation.kind == Operation::Kind::kSync;
    const int cuts = long_run() ? 8 : barrier ? 2 : index % 3 == 0;
    for (int cut = 0; cut < cuts; ++cut) {
      examiner.examine(disk.image_after_power_cut(random),
                       "power cut " + std::to_string(cut) + " before operation " + std::to_string(index));
    }
    return Ruling{};
  };
  ASSERT_OK(run_workload(GetParam().work, disk, GetParam().commits(), witness));
  disk.before = nullptr;
  if (HasFatalFailure()) return;
  examiner.settle_claims();
  EXPECT_GT(examiner.healed_records(), 0u);
  std::printf("  %zu operations, %zu power cuts, healed: %llu torn records, %llu torn first pages, %llu log headers\n",
              index, examiner.crashes(), static_cast<unsigned long long>(examiner.healed_records()),
              static_cast<unsigned long long>(examiner.healed_first_pages()),
              static_cast<unsigned long long>(examiner.rebuilt_headers()));
}

// The process dies, another goes on from what the system still holds in memory, and then the power goes.
TEST_P(CrashTest, KilledAndThenPowerCutKeepsEveryCommit) {
  std::mt19937_64 random(4711);
  std::size_t cuts = 0;
  std::vector<Operation::Kind> operations;
  {
    MemoryDisk disk;
    disk.before = [&](const Operation& operation) { return operations.push_back(operation.kind), Ruling{}; };
    Witness witness;
    ASSERT_OK(run_workload(GetParam().work, disk, 4, witness));
  }
  const std::size_t stride = long_run() ? 1 : std::max<std::size_t>(1, operations.size() / 25);
  for (std::size_t killed_at = 0; killed_at < operations.size(); ++killed_at) {
    // Before a sync, what was written is in doubt; before that of a folder, a name is.
    const bool in_doubt = operations[killed_at] == Operation::Kind::kSyncDirectory ||
                          operations[killed_at] == Operation::Kind::kSync;
    if (killed_at % stride != 0 && !in_doubt) continue;
    MemoryDisk disk({}, MemoryDisk::Power::kMayFail);
    std::size_t count = 0;
    disk.before = [&](const Operation&) {
      if (count++ < killed_at) return Ruling{};
      return Ruling{.refuse = Error{Code::kIo, "killed"}};
    };
    Witness witness;
    static_cast<void>(run_workload(GetParam().work, disk, 4, witness));  // fails wherever the kill falls
    disk.before = nullptr;
    if (witness.digests().empty()) continue;  // the schema was not there yet
    auto database = open_store(disk);
    ASSERT_OK(database) << "killed at " << killed_at;
    const auto found = look(**database);
    ASSERT_OK(found);
    std::size_t acknowledged = found->number;
    disk.before = [&](const Operation& operation) {
      const bool barrier =
          operation.kind == Operation::Kind::kSync || operation.kind == Operation::Kind::kSyncDirectory;
      const bool tried = barrier || (operation.changes_disk() && (long_run() || random() % 6 == 0));
      if (!tried || HasFailure()) return Ruling{};
      ++cuts;
      MemoryDisk after(disk.image_after_power_cut(random));
      auto reopened = open_store(after);
      EXPECT_OK(reopened) << "killed at " << killed_at;
      if (!reopened) return Ruling{};
      EXPECT_OK((*reopened)->check());
      const auto seen = (*reopened)->number("SELECT n FROM counter");
      EXPECT_OK(seen);
      const auto number = static_cast<std::size_t>(seen.value_or(-1));
      EXPECT_TRUE(number == acknowledged || number == acknowledged + 1)
          << "killed at " << killed_at << ": " << acknowledged << " acknowledged, " << number << " found";
      return Ruling{};
    };
    for (int more = 0; more < 2; ++more) {
      ASSERT_OK(commit_once(Work::kSmall, **database, acknowledged + 1));
      ++acknowledged;
    }
    database->reset();
    if (HasFailure()) return;
  }
  EXPECT_GT(cuts, 50u);
  std::printf("  %zu power cuts\n", cuts);
}

INSTANTIATE_TEST_SUITE_P(Workloads, CrashTest,
                         ::testing::Values(Case{Work::kSmall, 30, 80, "Small"}, Case{Work::kLarge, 3, 12, "Large"},
                                           Case{Work::kShape, 8, 40, "Shape"}),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace haki::store
