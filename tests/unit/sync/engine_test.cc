// Goal: a session gets through in one round trip when all is well, and whatever the network or a hostile server does it ends
// with a sentence, never loops, and believes only answers that prove themselves. Method: the engine against a scripted server
// that holds the same key; no socket, no clock.
#include <gmock/gmock.h>

#include "coalition.h"
#include "sync/engine.h"

namespace haki::sync {
namespace {

using envelope::Frame;
using envelope::FrameReader;

struct Session : testing::Test {
  test::Coalition coalition;
  DeviceId device = coalition.founder.device();
  crypto::RequestKey server_key = *envelope::request_key(coalition.server_exchange.secret,
                                                         coalition.founder.auth.public_key, coalition.membership.org(),
                                                         device, coalition.server_sign.verify);
  Engine engine{device, server_key.copy(), coalition.random};
  Bytes last_request;
  std::uint64_t counter = 0;

  Action start(bool recent_welcome = true) { return engine.handle(Started{recent_welcome}); }
  Action prepared(std::vector<Bytes> frames = {}) {
    Prepared event;
    event.hello.counter = ++counter;
    event.frames = std::move(frames);
    Action action = engine.handle(event);
    if (const auto* post = std::get_if<Post>(&action)) last_request = post->body;
    return action;
  }
  // The MAC of the request as the server reads it, after checking it.
  envelope::Mac checked_mac() {
    FrameReader reader(last_request);
    std::size_t before = 0;
    envelope::Mac mac;
    std::uint64_t named = 0;
    while (!reader.done()) {
      before = reader.offset();
      const auto frame = reader.next();
      EXPECT_TRUE(frame);
      if (const auto* hello = std::get_if<envelope::Hello>(&*frame)) named = hello->counter;
      if (const auto* auth = std::get_if<envelope::Auth>(&*frame)) mac = auth->mac;
    }
    EXPECT_EQ(mac, envelope::request_mac(server_key, named, ByteView(last_request).first(before)));
    return mac;
  }
  Bytes reply(const Frame& first, const std::vector<Frame>& rest = {}) {
    Bytes body;
    envelope::append_frame(body, first);
    envelope::append_frame(body, envelope::Auth{envelope::reply_mac(server_key, checked_mac(), body)});
    for (const Frame& frame : rest) envelope::append_frame(body, frame);
    return body;
  }
  envelope::Welcome welcome(bool more = false) {
    envelope::Welcome frame;
    frame.time_ms = 1;
    frame.more = more;
    return frame;
  }
  Action answered(Bytes body, int status = 200, bool cut = false) {
    return engine.handle(Answered{status, std::move(body), cut, 10});
  }
};

template <typename T>
const T* as(const Action& action) {
  return std::get_if<T>(&action);
}

TEST_F(Session, OneRoundTripWhenAllIsWell) {
  ASSERT_TRUE(as<Prepare>(start()));
  ASSERT_TRUE(as<Post>(prepared()));
  const Action take = answered(reply(welcome()));
  ASSERT_TRUE(as<Take>(take));
  const Action finish = engine.handle(Taken{});
  ASSERT_TRUE(as<Finish>(finish));
  EXPECT_FALSE(as<Finish>(finish)->error);
}

TEST_F(Session, SealsAtOnceOnlyIfTheServerWasHeardRecently) {
  EXPECT_TRUE(as<Prepare>(start(true))->seal);
  Engine stale{device, server_key.copy(), coalition.random};
  EXPECT_FALSE(as<Prepare>(stale.handle(Started{false}))->seal);
}

TEST_F(Session, GoesOnWhileThereIsMoreEitherWay) {
  start(false);
  prepared();
  answered(reply(welcome(true)));
  const Action again = engine.handle(Taken{});
  ASSERT_TRUE(as<Prepare>(again));
  EXPECT_TRUE(as<Prepare>(again)->seal);  // the membership tail is known now
  prepared();
  answered(reply(welcome()));
  ASSERT_TRUE(as<Prepare>(engine.handle(Taken{true, false})));
  prepared();
  answered(reply(welcome()));
  EXPECT_TRUE(as<Finish>(engine.handle(Taken{})));
}

TEST_F(Session, AnAnswerThatDoesNotProveItselfIsNotTaken) {
  const auto refused = [&](Bytes body) {
    Engine fresh{device, server_key.copy(), coalition.random};
    fresh.handle(Started{true});
    const Action action = fresh.handle(Answered{200, std::move(body), false, 1});
    const auto* finish = as<Finish>(action);
    return finish && finish->error && finish->error->code == Code::kUntrusted;
  };
  start();
  prepared();
  const Bytes good = reply(welcome());
  Bytes no_auth;
  envelope::append_frame(no_auth, welcome());
  EXPECT_TRUE(refused(no_auth));
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused(good));  // right for another request: a replay
  const std::string page = "<html>Sign in to the hotel's network</html>";
  EXPECT_TRUE(refused(Bytes(page.begin(), page.end())));
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes changed = good;
    changed[i] ^= 1;
    EXPECT_TRUE(refused(changed)) << i;
  }
  ASSERT_TRUE(as<Take>(answered(good)));
}

TEST_F(Session, ACutAnswerIsUsedUpToItsLastWholeFrameAndAskedForAgain) {
  start();
  prepared();
  const Bytes whole = reply(welcome(), {envelope::Receipt{coalition.shared(), {}, 1, 1, {}},
                                        envelope::Receipt{coalition.shared(), {}, 2, 1, {}}});
  const Action take = answered(Bytes(whole.begin(), whole.end() - 3), 200, true);
  ASSERT_TRUE(as<Take>(take));
  EXPECT_EQ(as<Take>(take)->inbound.receipts.size(), 1u);
  EXPECT_FALSE(as<Take>(take)->inbound.whole);
  EXPECT_TRUE(as<Prepare>(engine.handle(Taken{})));
}

TEST_F(Session, NoServerEndsTheSessionAtOnceAndKeepsTheWork) {
  start();
  prepared();
  const Action action = engine.handle(Unanswered{{Code::kNetwork, "no answer"}});
  ASSERT_TRUE(as<Finish>(action));
  EXPECT_EQ(as<Finish>(action)->error->code, Code::kNetwork);
}

TEST_F(Session, ALostAnswerIsRetriedWithTheSmallFramesAtOnceAndALargeOneAfterAsking) {
  start();
  prepared();
  answered(reply(welcome()));
  engine.handle(Taken{true, false});
  prepared({Bytes(100, 0)});
  ASSERT_TRUE(as<Wait>(engine.handle(Unanswered{{Code::kNetwork, "broke"}})));
  EXPECT_GT(as<Prepare>(engine.handle(Waited{}))->bytes_max, 0u);
  prepared({Bytes(100'000, 0)});
  ASSERT_TRUE(as<Wait>(engine.handle(Unanswered{{Code::kNetwork, "broke"}})));
  const Action ask = engine.handle(Waited{});
  EXPECT_EQ(as<Prepare>(ask)->bytes_max, 0u);
  EXPECT_FALSE(as<Prepare>(ask)->seal);
}

TEST_F(Session, RetriesEnd) {
  start();
  prepared();
  answered(reply(welcome()));
  engine.handle(Taken{true, false});
  int waits = 0;
  for (;;) {
    prepared();
    const Action action = engine.handle(Unanswered{{Code::kNetwork, "broke"}});
    if (as<Finish>(action)) break;
    ASSERT_LT(++waits, 10);
    engine.handle(Waited{});
  }
  EXPECT_EQ(waits, 3);
}

TEST_F(Session, OnlyTheServerItselfMovesTheCounter) {
  start();
  prepared();
  envelope::Reject stale{envelope::Refusal::kStaleCounter, {}, {}, 0, {}, 1'000'000, 0};
  Bytes forged;
  envelope::append_frame(forged, stale);
  Engine other{device, server_key.copy(), coalition.random};
  other.handle(Started{true});
  EXPECT_TRUE(as<Finish>(other.handle(Answered{409, forged, false, 1})));
  const Action action = answered(reply(stale), 409);
  ASSERT_TRUE(as<Prepare>(action));
  EXPECT_EQ(as<Prepare>(action)->counter_above, 1'000'000u);
  EXPECT_EQ(as<Prepare>(action)->bytes_max, 0u);  // asks before anything sealed goes
}

TEST_F(Session, EachRefusalHasItsOwnSentence) {
  std::vector<std::string> sentences;
  for (const auto& [status, code] : {std::pair{404, envelope::Refusal::kUnknownCoalition},
                                     {403, envelope::Refusal::kNotAdmitted},
                                     {401, envelope::Refusal::kBadMac},
                                     {400, envelope::Refusal::kVersion},
                                     {413, envelope::Refusal::kTooLarge},
                                     {429, envelope::Refusal::kQuota}}) {
    Engine fresh{device, server_key.copy(), coalition.random};
    fresh.handle(Started{true});
    Bytes body;
    envelope::append_frame(body, envelope::Reject{code, {}, {}, 0, {}, 0, 0});
    const Action action = fresh.handle(Answered{status, body, false, 1});
    ASSERT_TRUE(as<Finish>(action));
    sentences.push_back(as<Finish>(action)->error->message);
  }
  for (const int status : {404, 302}) {
    Engine fresh{device, server_key.copy(), coalition.random};
    fresh.handle(Started{true});
    sentences.push_back(as<Finish>(fresh.handle(Answered{status, {}, false, 1}))->error->message);
  }
  std::ranges::sort(sentences);
  EXPECT_EQ(std::ranges::adjacent_find(sentences), sentences.end());
}

TEST_F(Session, AServerThatNeverEndsIsLeft) {
  Action action = start();
  int rounds = 0;
  while (as<Prepare>(action)) {
    prepared();
    answered(reply(welcome(true)));
    action = engine.handle(Taken{});
    ASSERT_LT(++rounds, 20'000);
  }
  EXPECT_TRUE(as<Finish>(action)->error);
}

TEST_F(Session, AServerThatNeverEndsIsLeftEvenIfSomethingAlwaysComes) {
  Action action = start();
  int rounds = 0;
  while (as<Prepare>(action)) {
    prepared();
    answered(reply(welcome(true)));
    Taken taken;
    taken.gained = true;
    action = engine.handle(taken);
    ASSERT_LT(++rounds, 20'000);
  }
  EXPECT_TRUE(as<Finish>(action)->error);
}

TEST(Backoff, DoublesToTheCapWithJitter) {
  crypto::SystemRandom random;
  Backoff backoff(random);
  std::int64_t step = Backoff::kFirstMs;
  for (int i = 0; i < 20; ++i) {
    const std::int64_t wait = backoff.next_ms();
    EXPECT_GE(wait, step / 2);
    EXPECT_LE(wait, step);
    step = std::min(step * 2, Backoff::kMostMs);
  }
  backoff.reset();
  EXPECT_LE(backoff.next_ms(), Backoff::kFirstMs);
}

}  // namespace
}  // namespace haki::sync
