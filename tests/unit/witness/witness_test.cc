// Goal: leads say what they have read where several write, once a day, only of what they have verified; and a quiet place stays
// quiet. Method: a coalition of real homes on the real relay. That somebody notices what is withheld is Hostile.Work's.
#include "changes/operation.h"
#include "stage.h"

namespace haki::test {
namespace {

class WitnessTest : public testing::Test {
 protected:
  std::uint64_t written(Member& member) {
    const store::Chain* chain = member.home->chains->find(stage.shared(), member.home->identity.log);
    return chain != nullptr ? chain->applied_seq : 0;
  }
  void a_day_passes() {
    for (Member* member : {&stage.lead, &stage.second}) {
      ASSERT_TRUE(member->home->settings->remove(std::string(client::setting::kWitnessed) + to_hex(stage.shared())));
    }
  }
  void all_sync(int rounds) {
    for (int round = 0; round < rounds; ++round) {
      for (Member* member : {&stage.lead, &stage.second, &stage.monitor}) stage.sync_honestly(*member);
    }
  }

  Stage stage;
};

TEST_F(WitnessTest, IsSaidOnceADayWhereWorkCame) {
  all_sync(2);
  a_day_passes();
  const std::uint64_t before = written(stage.second);
  for (int i = 0; i < 3; ++i) {
    stage.publish(stage.lead, "Recommendation " + std::to_string(i));
    stage.sync_honestly(stage.lead);
    stage.sync_honestly(stage.second);
  }
  EXPECT_EQ(written(stage.second), before + 1);
  a_day_passes();
  stage.publish(stage.lead, "The day after");
  stage.sync_honestly(stage.lead);
  stage.sync_honestly(stage.second);
  EXPECT_EQ(written(stage.second), before + 2);
  const store::Chain* own = stage.second.home->chains->find(stage.shared(), stage.second.home->identity.log);
  const auto sets = stage.second.home->records->change_sets(*own, before + 1, 1);
  ASSERT_TRUE(sets);
  const auto* ack = std::get_if<changes::Ack>(&sets->front().operations.front());
  ASSERT_NE(ack, nullptr);
  EXPECT_EQ(ack->log, stage.lead.home->identity.log);
  EXPECT_EQ(ack->seq, written(stage.lead));
  EXPECT_EQ(own->receipted_seq, own->applied_seq);  // it went out with the same session
}

// One reads what the other said always a day later: were that work, both would go on for ever.
TEST_F(WitnessTest, CallsForNoOther) {
  all_sync(2);
  a_day_passes();
  stage.publish(stage.lead, "Recommendation");
  stage.sync_honestly(stage.lead);
  stage.sync_honestly(stage.second);
  const std::uint64_t first = written(stage.lead), second = written(stage.second);
  for (int day = 0; day < 4; ++day) {
    a_day_passes();
    stage.sync_honestly(stage.lead);
    a_day_passes();
    stage.sync_honestly(stage.second);
  }
  EXPECT_EQ(written(stage.lead), first);
  EXPECT_EQ(written(stage.second), second);
}

}  // namespace
}  // namespace haki::test
