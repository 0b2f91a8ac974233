// Goal: wherever a week's work of the real client stops, every acknowledged change is there afterwards, what was not is absent or
// whole, the store holds together, everything can be read, and no byte on the disk is in clear. Method: matrix.h. The normal run
// takes one or two ways of stopping at each operation in turn; HAKI_LONG=1 takes them all.
#include <gtest/gtest.h>

#include "matrix.h"
#include "store_fixture.h"

namespace haki::test {
namespace {

void expect_nothing_wrong(const Matrix& matrix) {
  std::printf("%s", matrix.table().c_str());
  for (const std::string& complaint : matrix.complaints()) ADD_FAILURE() << complaint;
  const Found all = matrix.sum();
  EXPECT_EQ(all.lost + all.half + all.broken + all.in_clear, 0u);
  EXPECT_GT(all.reopened, all.operations / 2);
}

TEST(SessionCrash, StoppedAtEveryWriteAndSyncLosesNothingThatWasAcknowledged) {
  store::TemporaryFolder folder;
  Office office(1, folder.path("server"));
  const std::vector<Step> steps = office.all_steps();
  Phone phone(office.server, office.clock, office.chance, office.lead.disk.image(), store::MemoryDisk::Power::kMayFail);
  Matrix matrix(office, phone, store::long_run());
  ASSERT_OK(phone.turn_on());
  matrix.end();
  std::size_t number = 0;
  for (const Step& step : steps) {
    if (++number % 5 == 0) {  // as a command line does each time
      matrix.begin("close");
      phone.client.reset();
      matrix.end();
      matrix.begin("open");
      ASSERT_OK(phone.turn_on());
      matrix.end();
    }
    office.clock.pass(60'000);
    matrix.begin(step.kind);
    const auto answer = step.run(*phone.client);
    ASSERT_OK(answer) << step.kind;
    matrix.end();
  }
  matrix.begin("close");
  phone.client.reset();
  matrix.finish();
  expect_nothing_wrong(matrix);
  EXPECT_GT(matrix.sum().durable_states, steps.size() / 2);
}

// Nothing in the files can tell an older home from the newest (spec 50-store-file, rule 12); what it sent since then can.
TEST(OlderHome, PutBackOpensAsItWasAndTheNextExchangeNotices) {
  store::TemporaryFolder folder;
  Office office(2, folder.path("server"));
  ASSERT_OK(office.monitor.turn_on());
  const auto record = [](Phone& phone, std::uint8_t number) {
    return phone.client->create({"observation", {{"narrative", "The road is cut"}}, {}, true, record_number(number), {}, {}});
  };
  ASSERT_OK(record(office.monitor, 1));
  ASSERT_OK(office.monitor.client->sync({}));
  const store::Image older = office.monitor.disk.image();
  ASSERT_OK(record(office.monitor, 2));
  ASSERT_OK(office.monitor.client->sync({}));
  office.monitor.client.reset();

  Phone phone(office.server, office.clock, office.chance, older);
  ASSERT_OK(phone.turn_on());
  EXPECT_OK(phone.client->record(record_number(1)));
  EXPECT_FALSE(phone.client->record(record_number(2)));
  ASSERT_OK(record(phone, 3));
  const auto report = phone.client->sync({});
  ASSERT_FALSE(report) << "two histories under one name";
  EXPECT_NE(report.error().message.find("copied"), std::string::npos) << report.error().message;
  EXPECT_OK(phone.client->record(record_number(3)));
}

}  // namespace
}  // namespace haki::test
