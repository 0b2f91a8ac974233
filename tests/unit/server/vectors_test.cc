// Goal: the server takes and refuses what the vectors say, though it cannot open any of them: it is one of the readers
// that proto/vectors is for. Method: each Run is pushed as its author would, onto the membership log it belongs to.
#include "relay/push.h"
#include "vectors/vector_file.h"
#include "world.h"

namespace haki::test {
namespace {

using envelope::Refusal;

// What the server says to those it refuses. What only shows when an item is opened is nothing to the server.
const std::map<std::string, Refusal> kRefusals{{"bad_fork_run", Refusal::kUnknownMembership},
                                               {"bad_fork_prev_run", Refusal::kFork},
                                               {"bad_signature_run", Refusal::kBadSignature},
                                               {"bad_tag_run", Refusal::kBadSignature},
                                               {"bad_unsigned_run", Refusal::kMalformed}};

envelope::Run run_of(const Vector& vector) {
  const Bytes frame = vector.hex("frame");
  auto read = envelope::FrameReader(frame).next();
  EXPECT_TRUE(read);
  return std::get<envelope::Run>(*read);
}

std::shared_ptr<const envelope::Membership> log_of(const Bytes& frames) {
  auto log = std::make_shared<envelope::Membership>();
  for (envelope::FrameReader reader(frames); !reader.done();) {
    const auto entry = reader.next();
    EXPECT_TRUE(entry && log->apply(std::get<envelope::MembershipEntry>(*entry)));
  }
  return log;
}

TEST(ServerVectors, RunsAreTakenAndRefusedAsTheirNamesSay) {
  World world;
  const auto snapshot = world.store.read();
  ASSERT_TRUE(snapshot);
  std::map<std::string, Vector> vectors;
  for (Vector& vector : read_vectors("envelope")) vectors[vector.name] = std::move(vector);
  int taken = 0, refused = 0;
  for (const auto& [name, vector] : vectors) {
    if (!vector.given.contains("frame")) continue;
    SCOPED_TRACE(name);
    const Bytes entries = vector.hex("entries");
    const auto log = log_of(entries.empty() ? vectors.at("ok_membership").hex("frames") : entries);
    ASSERT_EQ(log->org(), vector.id<CoalitionId>("org"));
    const envelope::Run run = run_of(vector);
    const envelope::Device* author = log->device_of_log(run.log);
    ASSERT_NE(author, nullptr);
    const relay::CoalitionView view{1, log};
    relay::Push push(**snapshot, view, *author, {}, world.keys, world.clock.now_ms(), 0);
    const envelope::Run before = run.after_seq > 0 ? run_of(vectors.at("ok_chain_run")) : envelope::Run{};
    ASSERT_TRUE(run.after_seq == 0 || push.take(before));
    ASSERT_TRUE(push.take(run));
    const envelope::Frame& answer = push.answers().back();
    const auto expected = kRefusals.find(name);
    if (expected == kRefusals.end()) {
      ASSERT_TRUE(std::holds_alternative<envelope::Receipt>(answer));
      std::uint64_t seq = run.after_seq;
      for (const envelope::Item& item : run.items) seq += item.sets;
      EXPECT_EQ(std::get<envelope::Receipt>(answer).seq, seq);
      ++taken;
    } else {
      ASSERT_TRUE(std::holds_alternative<envelope::Reject>(answer));
      EXPECT_EQ(std::get<envelope::Reject>(answer).code, expected->second);
      ++refused;
    }
  }
  EXPECT_EQ(taken, 6);
  EXPECT_EQ(refused, 5);
}

// Each frame of an exchange stands where a member's request would have it, under a good MAC: what a request may hold is looked at,
// every other frame and every damaged one makes the whole request malformed, and nothing is written.
using ExchangeVectors = CoalitionTest;

TEST_F(ExchangeVectors, AreTakenAndRefusedAsTheirNamesSay) {
  const std::set<std::string> asked{"ok_pull", "ok_all_pull", "ok_heads_wanted", "ok_wiped", "ok_erase", "ok_remainder_erase", "ok_blob_erase"};
  std::size_t answered = 0, refused = 0;
  for (const Vector& vector : read_vectors("exchange")) {
    SCOPED_TRACE(vector.name + ": " + vector.says);
    RequestBuilder request(lead);
    request.raw = vector.bytes;
    const int commits = world.store.commits;
    const Answer answer = world.send(request, lead.org);
    if (asked.contains(vector.name)) {
      EXPECT_EQ(answer.status, 200);
      ++lead.counter;
      ++answered;
      continue;
    }
    EXPECT_EQ(answer.reject().code, Refusal::kMalformed);
    EXPECT_EQ(world.store.commits, commits);
    ++refused;
  }
  EXPECT_EQ(answered, 7u);
  EXPECT_EQ(refused, 37u);
}

}  // namespace
}  // namespace haki::test
