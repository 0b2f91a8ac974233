// Goal: work of a device that has sent more than the operator allows is never thrown away: a lead takes it in or keeps it out,
// its author is told which, and what the server does not take stays on the device. Method: real homes on the real relay, whose
// operator changes what he allows.
#include "client/editor.h"
#include "client/quarantine.h"
#include "client/session.h"
#include "stage.h"

namespace haki::test {
namespace {

constexpr const char* kOver = "has sent more than the server's operator allows";

class OverQuota : public testing::Test {
 protected:
  // The monitor has sent far more than anybody else, and from now on no more is allowed than that.
  void SetUp() override {
    for (int i = 0; i < 24; ++i) stage.record(stage.monitor, random_text());
    stage.sync_honestly(stage.monitor);
    for (Member* lead : {&stage.lead, &stage.second, &stage.lead}) stage.sync_honestly(*lead);
    quota = stored(stage.monitor);
    ASSERT_GT(quota, 4 * stored(stage.lead));
    stage.server.allow(quota);
  }
  std::string random_text() {
    Bytes bytes(600);
    stage.lead.home->random.fill(bytes);
    return to_hex(bytes);
  }
  std::uint64_t stored(Member& of) { return stage.server.stored(of.home->org, of.home->identity.log); }
  std::uint64_t unsent(Member& of) {
    std::uint64_t unsent = 0;
    for (const store::Chain* chain : of.home->chains->own()) unsent += chain->applied_seq - chain->receipted_seq;
    return unsent;
  }
  bool has(Member& member, const RecordId& id) { return stage.records(member).contains(id); }
  std::string short_id(const RecordId& id) const { return to_hex(id).substr(0, 12); }
  std::vector<Quarantined> waiting(Member& lead) {
    auto all = client::Quarantine(*lead.home).list();
    EXPECT_TRUE(all);
    return all ? std::move(*all) : std::vector<Quarantined>();
  }
  void decide(Member& lead, bool accept) {
    for (const Quarantined& one : waiting(lead)) {
      EXPECT_EQ(one.reason, "Its device has sent more than the server's operator allows.");
      EXPECT_TRUE(client::Quarantine(*lead.home).decide(one.id, accept));
    }
    stage.sync_honestly(lead);
  }
  // One more observation than is allowed, as it reaches the leads.
  RecordId one_more() {
    const RecordId id = stage.record(stage.monitor, "One more than the operator allows");
    stage.sync(stage.monitor);
    return id;
  }

  Stage stage;
  std::uint64_t quota = 0;
};

TEST_F(OverQuota, ItWaitsForALeadWhoTakesItInForEveryone) {
  const RecordId id = one_more();
  EXPECT_TRUE(stage.heard(kOver)) << stage.all_words();
  EXPECT_TRUE(stage.heard("it waits for a lead")) << stage.all_words();
  EXPECT_EQ(unsent(stage.monitor), 0u);
  stage.sync(stage.lead);
  EXPECT_EQ(stage.reports.back().quarantined, 1u);
  stage.sync(stage.second);
  EXPECT_FALSE(has(stage.lead, id));
  EXPECT_FALSE(has(stage.second, id));
  decide(stage.lead, true);
  EXPECT_TRUE(has(stage.lead, id));
  stage.sync(stage.second);
  EXPECT_TRUE(has(stage.second, id));
  EXPECT_TRUE(waiting(stage.second).empty());
  stage.sync(stage.monitor);
  EXPECT_TRUE(stage.heard("Achieng took in what had been set aside of this device's work: observation " + short_id(id)))
      << stage.all_words();
  stage.check_together();
}

TEST_F(OverQuota, ALeadWhoKeepsItOutTakesNothingFromItsAuthor) {
  const RecordId id = one_more();
  stage.sync(stage.lead);
  decide(stage.lead, false);
  stage.sync(stage.second);
  EXPECT_TRUE(waiting(stage.lead).empty());
  EXPECT_TRUE(waiting(stage.second).empty());
  EXPECT_FALSE(has(stage.lead, id));
  EXPECT_FALSE(has(stage.second, id));
  stage.sync(stage.monitor);
  EXPECT_TRUE(stage.heard("Achieng keeps out what had been set aside of this device's work: observation " + short_id(id)))
      << stage.all_words();
  EXPECT_TRUE(has(stage.monitor, id));
}

// The operator allows more: what comes then is read as ever, also the next edit of what still waits.
TEST_F(OverQuota, TheChainGoesOnBehindWhatWaits) {
  const store::Chain* own = stage.monitor.home->chains->find(stage.notebook(stage.monitor), stage.monitor.home->identity.log);
  const std::uint64_t before = own->applied_seq;
  const RecordId waits = one_more();
  stage.sync(stage.lead);
  stage.server.allow(4 * quota);
  const RecordId next = stage.record(stage.monitor, "After the operator allowed more");
  Edit again;
  again.record = waits;
  again.fields = {{"narrative", "Written again while it waited"}};
  ASSERT_TRUE(client::Editor(*stage.monitor.home).edit(again));
  stage.sync_honestly(stage.monitor);
  stage.sync_honestly(stage.lead);
  EXPECT_TRUE(has(stage.lead, next));
  stage.sync_honestly(stage.monitor);
  EXPECT_EQ(own->acked_seq, before) << "no lead has read what waits";
  decide(stage.lead, true);
  EXPECT_TRUE(has(stage.lead, waits));
  stage.check_together();
}

TEST_F(OverQuota, WhatTheServerDoesNotTakeStaysOnTheDeviceAndGoesOnceItMay) {
  stage.server.allow(1);
  const RecordId id = one_more();
  const RecordId text = stage.publish(stage.lead, "For all, beyond what is allowed");
  stage.sync(stage.lead);
  EXPECT_TRUE(stage.heard("the work stays on this device, unsent")) << stage.all_words();
  EXPECT_GT(unsent(stage.monitor), 0u);
  EXPECT_GT(unsent(stage.lead), 0u);
  EXPECT_TRUE(has(stage.monitor, id));
  EXPECT_TRUE(has(stage.lead, text));
  EXPECT_FALSE(has(stage.lead, id));
  stage.server.allow(0);
  stage.check_together();
  EXPECT_TRUE(has(stage.lead, id));
  EXPECT_TRUE(has(stage.monitor, text));
}

}  // namespace
}  // namespace haki::test
