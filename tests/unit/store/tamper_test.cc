// Goal: bytes changed on the disk are noticed or harmless; they never change an answer.
// Method: thousands of single changes, each made to a copy of known files, then everything is read. "Noticed" is an
// error of an ordinary opening or query, without the slow check(). Answers are compared by digest with every committed
// committed state. HAKI_LONG=1 makes twenty times as many, and a million at random; HAKI_TAMPERS=n: n of HAKI_SEED=s.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdlib>

#include "memory_disk.h"
#include "store_fixture.h"
#include "workload.h"

namespace haki::store {
namespace {

const std::string kLogPath = std::string(kStorePath) + "-wal";
constexpr std::size_t kCommits = 30;

// Files of one store at three moments: early, with a log, and closed.
struct Specimen {
  Witness witness;
  Image early;    // after commit 10, the log not yet copied
  Image running;  // after the last commit, with a log of many commits
  Image closed;   // after closing: main file only
};

const Specimen& specimen() {
  static const Specimen kSpecimen = [] {
    Specimen made;
    MemoryDisk disk;
    EXPECT_OK(run_workload(Work::kSmall, disk, 0, made.witness));
    auto database = open_store(disk);
    EXPECT_OK(database);
    for (std::size_t number = 1; number <= kCommits; ++number) {
      EXPECT_OK(commit_once(Work::kSmall, **database, number));
      auto seen = look(**database);
      EXPECT_OK(seen);
      made.witness.acknowledge(seen->digest);
      if (number == 10) made.early = disk.image();
      if (number == 9 || number == 12) {
        EXPECT_OK((*database)->execute("PRAGMA wal_checkpoint(PASSIVE)"));
      }
    }
    made.running = disk.image();
    database->reset();
    made.closed = disk.image();
    return made;
  }();
  return kSpecimen;
}

struct Tally {
  std::size_t noticed = 0, harmless = 0, rolled_back = 0;
};

class TamperTest : public ::testing::Test {
 protected:
  static std::size_t trials(std::size_t usual) { return long_run() ? usual * 20 : usual; }

  // Reads everything there is to read in `image`. `oldest` is the state furthest back that is no wrong answer.
  void expect_no_wrong_answer(Image image, std::size_t oldest, const std::string& what) {
    MemoryDisk disk(std::move(image));
    auto database = open_store(disk);
    if (!database) return static_cast<void>(++tally_.noticed);
    auto seen = look(**database);
    if (!seen) return static_cast<void>(++tally_.noticed);
    ASSERT_LE(seen->number, kCommits) << what;
    ASSERT_EQ(seen->digest, specimen().witness.digest(seen->number)) << what << ": a silent wrong answer";
    ASSERT_GE(seen->number, oldest) << what << ": commits were lost silently";
    ++(seen->number == kCommits ? tally_.harmless : tally_.rolled_back);
  }

  void report(const char* what) const {
    std::printf("  %s: %zu noticed, %zu harmless, %zu rolled back as a crash would, 0 silent\n", what, tally_.noticed,
                tally_.harmless, tally_.rolled_back);
  }

  std::mt19937_64 random_{7};
  Tally tally_;
};

std::size_t pages_of(const Image& image) { return image.at(kStorePath).size() / kPageBytes; }
std::size_t records_of(const Image& image) { return (image.at(kLogPath).size() - kWalHeaderBytes) / kRecordBytes; }
std::span<std::uint8_t> page(Image& image, std::size_t index) {
  return std::span(image.at(kStorePath)).subspan(index * kPageBytes, kPageBytes);
}
std::span<std::uint8_t> record(Image& image, std::size_t index) {
  return std::span(image.at(kLogPath)).subspan(kWalHeaderBytes + index * kRecordBytes, kRecordBytes);
}
template <typename To, typename From>
void copy(To to, From from) {
  std::copy(from.begin(), from.end(), to.begin());
}

TEST_F(TamperTest, TheSpecimenIsWholeAndHasALogOfManyCommits) {
  const Specimen& whole = specimen();
  ASSERT_GT(pages_of(whole.closed), 40u);
  ASSERT_GT(records_of(whole.running), 60u);
  ASSERT_FALSE(whole.closed.contains(kLogPath));
  expect_no_wrong_answer(whole.running, kCommits, "running");
  expect_no_wrong_answer(whole.closed, kCommits, "closed");
  EXPECT_EQ(tally_.harmless, 2u);
}

TEST_F(TamperTest, AFlippedBitOfTheMainFileIsNoticed) {
  for (std::size_t trial = 0; trial < trials(1000); ++trial) {
    Image image = specimen().closed;
    Bytes& file = image.at(kStorePath);
    const std::size_t at = random_() % file.size();
    file[at] ^= static_cast<std::uint8_t>(1U << random_() % 8);
    expect_no_wrong_answer(std::move(image), kCommits, "bit of byte " + std::to_string(at));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(tally_.noticed, tally_.harmless);
  report("bit flips, main file");
}

TEST_F(TamperTest, AFlippedBitOfTheLogIsNoticedOrWithinTheLastTwoCommits) {
  for (std::size_t trial = 0; trial < trials(1000); ++trial) {
    Image image = specimen().running;
    Bytes& file = image.at(kLogPath);
    const std::size_t at = random_() % file.size();
    file[at] ^= static_cast<std::uint8_t>(1U << random_() % 8);
    expect_no_wrong_answer(std::move(image), kCommits - 2, "bit of log byte " + std::to_string(at));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(tally_.noticed, 0u);
  report("bit flips, log");
}

// Each single bit of the clear header: it is rebuilt, or the log refused; never is the log taken for empty.
TEST_F(TamperTest, AFlippedBitOfTheLogHeaderLosesNothing) {
  for (std::size_t bit = 0; bit < kWalHeaderBytes * 8; ++bit) {
    Image image = specimen().running;
    image.at(kLogPath)[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    expect_no_wrong_answer(std::move(image), kCommits, "header bit " + std::to_string(bit));
    if (HasFatalFailure()) return;
  }
  report("bit flips, log header");
}

TEST_F(TamperTest, SwappedPagesAreNoticed) {
  for (std::size_t trial = 0; trial < trials(300); ++trial) {
    Image image = specimen().closed;
    const std::size_t a = random_() % pages_of(image);
    const std::size_t b = random_() % pages_of(image);
    std::swap_ranges(page(image, a).begin(), page(image, a).end(), page(image, b).begin());
    expect_no_wrong_answer(std::move(image), kCommits, "pages " + std::to_string(a) + " and " + std::to_string(b));
    if (HasFatalFailure()) return;
  }
  report("page swaps");
}

// Every page once: also the last page of a long value, whose zeros would read as an emptied value.
TEST_F(TamperTest, AZeroedPageIsNoticed) {
  for (std::size_t index = 0; index < pages_of(specimen().closed); ++index) {
    Image image = specimen().closed;
    copy(page(image, index), Bytes(kPageBytes));
    expect_no_wrong_answer(std::move(image), kCommits, "zeroed page " + std::to_string(index + 1));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(tally_.noticed, tally_.harmless);
  report("zeroed pages");
}

TEST_F(TamperTest, ATruncatedMainFileIsNoticed) {
  for (std::size_t trial = 0; trial < trials(200); ++trial) {
    Image image = specimen().closed;
    Bytes& file = image.at(kStorePath);
    file.resize(trial % 2 == 0 ? random_() % file.size() : random_() % pages_of(image) * kPageBytes);
    expect_no_wrong_answer(std::move(image), kCommits, "cut to " + std::to_string(file.size()));
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(tally_.harmless, 0u);
  report("truncations, main file");
}

// A log cut off is what a power cut may leave of it: whole earlier commits, no more and no other.
TEST_F(TamperTest, ATruncatedLogGivesAnEarlierCommit) {
  for (std::size_t trial = 0; trial < trials(200); ++trial) {
    Image image = specimen().running;
    Bytes& file = image.at(kLogPath);
    file.resize(random_() % file.size());
    expect_no_wrong_answer(std::move(image), 0, "log cut to " + std::to_string(file.size()));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(tally_.rolled_back, 0u);
  report("truncations, log");
}

TEST_F(TamperTest, SwappedOrZeroedOrReplayedRecordsAreNoticedOrWithinTheLastCommits) {
  const Image& old_files = specimen().early;
  for (std::size_t trial = 0; trial < trials(400); ++trial) {
    Image image = specimen().running;
    const std::size_t a = random_() % records_of(image);
    const std::size_t b = random_() % records_of(image);
    switch (trial % 3) {
      case 0:
        std::swap_ranges(record(image, a).begin(), record(image, a).end(), record(image, b).begin());
        break;
      case 1:
        copy(record(image, a), Bytes(kRecordBytes));
        break;
      default: {
        Image old_image = old_files;
        const std::size_t same_place = a % std::min(records_of(old_image), records_of(image));
        copy(record(image, same_place), record(old_image, same_place));
      }
    }
    expect_no_wrong_answer(
        std::move(image), trial % 3 == 0 ? kCommits - 4 : kCommits - 2,  // a swap is damage in two places
        "records " + std::to_string(a) + ", " + std::to_string(b) + ", way " + std::to_string(trial % 3));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(tally_.noticed, 0u);
  report("records swapped, zeroed, replayed");
}

// The known limit (spec 50-store-file, rule 12): an older copy of a page, put back in its own place, opens, and only
// check() can notice it, not always. Pinned here, so that whoever closes it turns this test around.
TEST_F(TamperTest, AnOlderPagePutBackIsNotAlwaysNoticed) {
  Image old_files = specimen().early;
  std::size_t noticed_by_check = 0;
  std::size_t unnoticed = 0;
  for (std::size_t index = 0; index < pages_of(old_files); ++index) {
    Image image = specimen().closed;
    copy(page(image, index), page(old_files, index));
    MemoryDisk disk(std::move(image));
    auto database = open_store(disk);
    auto seen = database ? look(**database) : database.error();
    if (!seen) {
      ++tally_.noticed;
    } else if (seen->digest == specimen().witness.digest(kCommits)) {
      ++tally_.harmless;
    } else {
      ++((*database)->check() ? unnoticed : noticed_by_check);
    }
  }
  EXPECT_GT(tally_.noticed + noticed_by_check, 0u);
  EXPECT_GT(unnoticed, 0u) << "the limit is gone: update the spec and this test";
  std::printf("  older pages: %zu noticed, %zu harmless, %zu noticed by check() only, %zu unnoticed\n", tally_.noticed,
              tally_.harmless, noticed_by_check, unnoticed);
}

// ---- at random ----

// One change of the files, and the furthest back that an honest reader may then be: what a crash could have left.
struct Tamper {
  const char* kind;
  std::size_t oldest;
};

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class RandomTampers : public TamperTest {
 protected:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  void noise(std::span<std::uint8_t> bytes) {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  }

  // Of either file, by bytes.
  Tamper change_bytes(Bytes& file, bool of_log) {
    const std::size_t oldest = of_log ? kCommits - 2 : kCommits;
    const std::size_t at = below(file.size());
    switch (below(4)) {
      case 0:
        file[at] ^= static_cast<std::uint8_t>(1U << below(8));
        return {"one bit", oldest};
      case 1:
        file[at] = static_cast<std::uint8_t>(random_());
        return {"one byte", oldest};
      default: {
        // At most two records of the log, which may be the ends of two transactions more than a crash could take.
        const auto part = std::span(file).subspan(at, std::min(file.size() - at, 1 + below(kPageBytes)));
        if (below(2) == 0) noise(part);
        else std::fill(part.begin(), part.end(), std::uint8_t{0});
        return {"a run of bytes", of_log ? oldest - 1 : oldest};
      }
    }
  }

  // The clear header of the log, alone or with a part of the first record.
  Tamper change_beginning(Bytes& log) {
    const bool alone = below(2) == 0;
    const std::size_t from = below(kWalHeaderBytes);
    const std::size_t to = alone ? from + 1 + below(kWalHeaderBytes - from) : kWalHeaderBytes + 1 + below(kRecordBytes);
    noise(std::span(log).subspan(from, to - from));
    return {alone ? "log header" : "log header and first record", kCommits};
  }

  Tamper change_pages(Image& image) {
    const std::size_t a = below(pages_of(image)), b = below(pages_of(image));
    switch (below(4)) {
      case 0:
        std::swap_ranges(page(image, a).begin(), page(image, a).end(), page(image, b).begin());
        return {"two pages swapped", kCommits};
      case 1:
        copy(page(image, a), Bytes(page(image, b).begin(), page(image, b).end()));
        return {"a page put over another", kCommits};
      case 2:
        noise(page(image, a));
        return {"a page of noise", kCommits};
      default:
        image.at(kStorePath).resize(below(image.at(kStorePath).size()));
        return {"main file cut", kCommits};
    }
  }

  Tamper change_records(Image& image) {
    const std::size_t a = below(records_of(image)), b = below(records_of(image));
    switch (below(5)) {
      case 0:
        std::swap_ranges(record(image, a).begin(), record(image, a).end(), record(image, b).begin());
        return {"two records swapped", kCommits - 4};  // two places, each of which may hide two commits
      case 1:
        copy(record(image, a), Bytes(record(image, b).begin(), record(image, b).end()));
        return {"a record put over another", kCommits - 2};
      case 2: {
        Bytes& log = image.at(kLogPath);
        log.resize(log.size() + below(3 * kRecordBytes));
        return {"zeros behind the log", kCommits};
      }
      case 3: {
        Bytes& log = image.at(kLogPath);
        const std::size_t cut = a * kRecordBytes + kWalHeaderBytes;  // what follows moves up by a record
        log.erase(log.begin() + static_cast<std::ptrdiff_t>(cut), log.begin() + static_cast<std::ptrdiff_t>(cut + kRecordBytes));
        return {"a record taken out", 0};
      }
      default:
        image.at(kLogPath).resize(below(image.at(kLogPath).size()));
        return {"log cut", 0};
    }
  }

  Tamper tamper(Image& image, bool with_log) {
    const bool by_bytes = below(2) == 0;
    if (!with_log) return by_bytes ? change_bytes(image.at(kStorePath), false) : change_pages(image);
    if (by_bytes && below(8) == 0) return change_beginning(image.at(kLogPath));
    if (by_bytes) return change_bytes(image.at(kLogPath), true);
    // Beside a log, what lies in the main file may be older than what is read.
    return below(4) == 0 ? change_pages(image) : change_records(image);
  }
};

TEST_F(RandomTampers, NeverGiveASilentWrongAnswer) {
  const std::uint64_t trials = number_from("HAKI_TAMPERS", long_run() ? 1'000'000 : 1'500);
  const std::uint64_t seed = number_from("HAKI_SEED", 20'261'130);
  random_.seed(seed);
  std::map<std::string, Tally> by_kind;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t trial = 0; trial < trials; ++trial) {
    const bool with_log = below(2) == 0;
    Image image = with_log ? specimen().running : specimen().closed;
    const Tamper done = tamper(image, with_log);
    tally_ = {};
    expect_no_wrong_answer(std::move(image), done.oldest,
                           std::string(done.kind) + ", trial " + std::to_string(trial) + " of HAKI_SEED=" + std::to_string(seed));
    if (HasFatalFailure()) return;
    Tally& sum = by_kind[std::string(with_log ? "with a log: " : "closed: ") + done.kind];
    sum.noticed += tally_.noticed;
    sum.harmless += tally_.harmless;
    sum.rolled_back += tally_.rolled_back;
  }
  Tally all;
  std::printf("  %-40s %9s %9s %9s\n", "tampered with", "noticed", "harmless", "rolled b.");
  for (const auto& [kind, sum] : by_kind) {
    std::printf("  %-40s %9zu %9zu %9zu\n", kind.c_str(), sum.noticed, sum.harmless, sum.rolled_back);
    all.noticed += sum.noticed;
    all.harmless += sum.harmless;
    all.rolled_back += sum.rolled_back;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("  %-40s %9zu %9zu %9zu\n  %llu tampers of seed %llu in %.0f s: 0 silent wrong answers\n", "all", all.noticed, all.harmless,
              all.rolled_back, static_cast<unsigned long long>(trials), static_cast<unsigned long long>(seed), seconds);
  EXPECT_EQ(all.noticed + all.harmless + all.rolled_back, trials);
  EXPECT_GT(all.noticed, trials / 4);
}

}  // namespace
}  // namespace haki::store
