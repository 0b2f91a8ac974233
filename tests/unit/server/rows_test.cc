// Goal: a device gets what it may read, whole and in order, once; what it may not read never; its own only when it
// asks.
#include "world.h"

namespace haki::test {
namespace {

using namespace envelope;
using Rows = CoalitionTest;

std::vector<std::uint64_t> numbers_of(const Answer& answer) {
  std::vector<std::uint64_t> numbers;
  for (const Row& row : answer.all<Row>()) numbers.push_back(row.server_seq);
  return numbers;
}

// What a reader rebuilds from a row must verify as the author signed it.
void expect_verifies(const FakeDevice& author, const envelope::Run& run, const ChainHead& head) {
  const auto m_head = author.membership->hash_at(run.m_seq);
  ASSERT_TRUE(m_head.has_value());
  const auto verified = verify_run(author.org, run, author.log, head, *m_head, author.sign->verify);
  EXPECT_TRUE(verified.has_value()) << (verified ? "" : verified.error().message);
}

TEST_F(Rows, ALeadGetsEpochKeyThenItemsAndTheyVerify) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 3})});
  const Answer answer = world.exchange(lead);
  const auto rows = answer.all<Row>();
  ASSERT_EQ(rows.size(), 2u);
  const auto* key = std::get_if<EpochKey>(&rows[0].content);
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->log, monitor.log);
  const envelope::Run run = answer.runs().at(0);
  EXPECT_EQ(run.log, monitor.log);
  EXPECT_EQ(rows[1].server_seq, rows[0].server_seq + 3);  // of the last of three
  expect_verifies(monitor, run, {});
  EXPECT_TRUE(world.exchange(lead).all<Row>().empty());
}

TEST_F(Rows, AMonitorNeverGetsAnothersNotebook) {
  FakeDevice second;
  world.admit(lead, second);
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  world.exchange(lead, {make_run(lead, world.leads())});
  EXPECT_TRUE(world.exchange(second).all<Row>().empty());
  for (const auto& place : {monitor.notebook(), world.leads()}) {
    const Answer pulled = world.exchange(second, {Pull{place, {}, 0}});
    EXPECT_EQ(pulled.reject().code, Refusal::kNotAllowed);
    EXPECT_TRUE(pulled.all<Row>().empty());
    EXPECT_EQ(world.exchange(second, {Pull{place, monitor.log, 0}}).reject().code, Refusal::kNotAllowed);
  }
}

TEST_F(Rows, NothingCrossesFromOneCoalitionToAnother) {
  FakeDevice other_lead(Role::kLead);
  World* same_server = &world;
  const CompartmentId ours = world.shared();
  same_server->found_with(other_lead);
  world.exchange(lead, {make_run(lead, ours)});
  EXPECT_TRUE(world.exchange(other_lead).all<Row>().empty());
  EXPECT_EQ(world.exchange(other_lead, {Pull{ours, {}, 0}}).reject().code, Refusal::kUnknownCompartment);
}

TEST_F(Rows, EveryoneGetsWhatIsShared) {
  world.exchange(lead, {make_run(lead, world.shared(), {.count = 2})});
  EXPECT_EQ(world.exchange(monitor).runs().at(0).items.size(), 2u);
}

TEST_F(Rows, OwnItemsComeOnlyWhenTheLogIsNamed) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 2})});
  RequestBuilder from_the_start(monitor);
  from_the_start.hello.cursor = 0;
  EXPECT_TRUE(world.exchange(monitor, from_the_start).runs().empty());
  EXPECT_TRUE(world.exchange(monitor, {Pull{monitor.notebook(), {}, 0}}).runs().empty());
  const auto pulled = world.exchange(monitor, {Pull{monitor.notebook(), monitor.log, 0}}).runs();
  ASSERT_EQ(pulled.size(), 1u);
  expect_verifies(monitor, pulled[0], {});
}

TEST_F(Rows, TheCursorPassesOverOwnItemsAndOthersNews) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 5})});
  const auto reached = monitor.cursor;
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 5})});
  EXPECT_EQ(monitor.cursor, reached + 5);
}

TEST_F(Rows, PullOfALogGoesOnAfterTheItemNamed) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 4, .sign_every = true})});
  world.exchange(lead);
  const auto pulled = world.exchange(lead, {Pull{monitor.notebook(), monitor.log, 2}}).runs();
  ASSERT_EQ(pulled.size(), 1u);
  EXPECT_EQ(pulled[0].after_seq, 2u);
  EXPECT_EQ(pulled[0].items.size(), 2u);
  EXPECT_NE(pulled[0].prev8, (std::array<std::uint8_t, 8>{}));
}

TEST_F(Rows, PullGivesNothingTwiceInOneReply) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const Answer fresh = world.exchange(lead, {Pull{monitor.notebook(), {}, 0}});
  EXPECT_EQ(fresh.runs().size(), 1u);
  const Answer later = world.exchange(lead, {Pull{monitor.notebook(), {}, 0}});
  EXPECT_EQ(later.runs().size(), 1u);
  EXPECT_EQ(later.all<Row>().size(), 2u);  // with its EpochKey
}

TEST_F(Rows, NeighbouringRunsOfAChainAreJoinedOthersAreNot) {
  for (int i = 0; i < 3; ++i) world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  world.exchange(lead, {make_run(lead, world.leads())});
  for (int i = 0; i < 2; ++i) world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  FakeDevice other_lead(Role::kLead);
  world.admit(lead, other_lead);
  const auto runs = world.exchange(other_lead).runs();
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(runs[0].items.size(), 3u);
  EXPECT_EQ(runs[1].log, lead.log);
  EXPECT_EQ(runs[2].items.size(), 2u);
  EXPECT_EQ(runs[2].after_seq, 3u);
}

TEST_F(Rows, AJoinedRunHasAtMost64ItemsAndOneEpoch) {
  for (int i = 0; i < 7; ++i) world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 10})});
  world.exchange(monitor, {make_epoch_key(monitor, 2), make_run(monitor, monitor.notebook(), {.epoch = 2})});
  const auto runs = world.exchange(lead).runs();
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(runs[0].items.size(), 60u);
  EXPECT_EQ(runs[1].items.size(), 10u);
  EXPECT_EQ(runs[2].epoch, 2u);
  ChainHead head;
  for (const envelope::Run& run : runs) {
    const auto verified =
        verify_run(monitor.org, run, monitor.log, head, *monitor.membership->hash_at(run.m_seq), monitor.sign->verify);
    ASSERT_TRUE(verified.has_value());
    head = {verified->back().last_seq, verified->back().hash};
  }
  EXPECT_EQ(head, monitor.chains[monitor.notebook()]);
}

// Every reply but the last is cut by credit; together they give everything once, in order.
TEST_F(Rows, CreditCutsTheReplyAndTheCursorGoesOn) {
  for (int i = 0; i < 20; ++i) world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.bytes = 1000})});
  world.join(lead.org, invite_id(Bytes(16, 1)), make_join(FakeDevice(), lead.org, Bytes(16, 1)));
  lead.cursor = 0;
  std::uint64_t items = 0, others = 0, last = 0;
  int replies = 0;
  for (bool more = true; more && replies < 50; ++replies) {
    RequestBuilder request(lead);
    request.hello.credit = 3000;
    const Answer answer = world.exchange(lead, request);
    more = answer.welcome().more;
    for (const Row& row : answer.all<Row>()) {
      EXPECT_GT(row.server_seq, last);
      last = row.server_seq;
      if (const auto* run = std::get_if<envelope::Run>(&row.content)) {
        EXPECT_EQ(run->after_seq, items);
        items += run->items.size();
      } else {
        ++others;
      }
    }
    EXPECT_LE(answer.bytes, 3000u + 1000u + 700u);
  }
  EXPECT_EQ(items, 20u);
  EXPECT_EQ(others, 2u);
  EXPECT_GE(replies, 7);
}

TEST_F(Rows, APullCutByCreditGoesOnFromItsLastRow) {
  for (int i = 0; i < 20; ++i) {
    world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.bytes = 1000})});
    world.exchange(lead, {make_run(lead, monitor.notebook(), {.bytes = 1000})});
  }
  FakeDevice other_lead(Role::kLead);
  world.admit(lead, other_lead);
  while (world.exchange(other_lead).welcome().more) {
  }
  std::uint64_t after = 0, items = 0, keys = 0;
  for (int replies = 0; replies < 60; ++replies) {
    RequestBuilder request(other_lead);
    request.hello.credit = 2500;
    request.add(Pull{monitor.notebook(), {}, after});
    const Answer answer = world.exchange(other_lead, request);
    for (const Row& row : answer.all<Row>()) {
      EXPECT_GT(row.server_seq, after);
      after = row.server_seq;
      if (const auto* run = std::get_if<envelope::Run>(&row.content)) items += run->items.size();
      else ++keys;
    }
    if (!answer.welcome().more) break;
  }
  EXPECT_EQ(items, 40u);
  EXPECT_EQ(keys, 1u);
}

// More chains than are read one by one, so the other way of reading is taken; the order is the same.
TEST_F(Rows, ManyChainsComeInOneOrder) {
  std::vector<FakeDevice> many(40);
  for (FakeDevice& device : many) {
    world.admit(lead, device);
    world.exchange(device, {make_epoch_key(device), make_run(device, device.notebook())});
  }
  for (FakeDevice& device : many)
    world.exchange(device, {make_run(device, device.notebook(), {.m_seq = device.membership->newest()})});
  FakeDevice other_lead(Role::kLead);
  world.admit(lead, other_lead);
  const Answer answer = world.exchange(other_lead);
  EXPECT_EQ(answer.runs().size(), 80u);
  const auto numbers = numbers_of(answer);
  EXPECT_TRUE(std::ranges::is_sorted(numbers));
  EXPECT_EQ(numbers.size(), 121u);  // 41 EpochKeys
}

TEST_F(Rows, AnotherLifeOfTheServerStartsTheCursorAnew) {
  world.exchange(lead, {make_run(lead, world.shared())});
  world.exchange(monitor);
  EXPECT_TRUE(world.exchange(monitor).all<Row>().empty());
  RequestBuilder request(monitor);
  request.hello.server_run.bytes[0] ^= 1;
  EXPECT_EQ(world.exchange(monitor, request).runs().size(), 1u);
}

// Another device's Append and Run, committed while this one's exchange is between its own commit and its reply: the
// cursor must not pass over rows of a compartment that this request had not heard of.
TEST_F(Rows, AreJudgedByAMembershipAsNewAsTheyAre) {
  FakeDevice other_lead(Role::kLead);
  world.admit(lead, other_lead);
  world.exchange(other_lead);
  relay::Relay elsewhere(world.store, world.keys, world.clock, world.random, {});  // its memory is another
  FakeDevice second;
  RequestBuilder request(lead);
  request.add(world.admission(lead, second));
  const Bytes body = request.bytes(world.keys.exchange.public_key, world.keys.sign.verify);
  ASSERT_EQ(relay::finish(world.store, elsewhere.exchange(lead.org, body)).status, 200);
  second.org = lead.org;
  second.membership = std::make_shared<Membership>(*lead.membership);
  RequestBuilder push(second);
  push.add(make_epoch_key(second)).add(make_run(second, second.notebook()));
  const Bytes pushed = push.bytes(world.keys.exchange.public_key, world.keys.sign.verify);
  ASSERT_EQ(relay::finish(world.store, elsewhere.exchange(lead.org, pushed)).status, 200);
  EXPECT_EQ(world.exchange(other_lead).runs().size(), 1u);
}

}  // namespace
}  // namespace haki::test
