#include "world.h"

#include "crypto/hash.h"
#include "crypto/random.h"

namespace haki::test {

using namespace envelope;

namespace {

std::unique_ptr<storage::Store> memory_store() {
  auto store = storage::open_sqlite(":memory:", {.writer_thread = false});
  if (!store) ADD_FAILURE() << store.error().message;
  return std::move(*store);
}

}  // namespace

auth::ServerKeys make_server_keys() {
  auth::ServerKeys keys;
  keys.sign = crypto::SigningPair::generate();
  keys.exchange = crypto::AuthPair::generate();
  keys.run = random_of<ServerRun>();
  return keys;
}

bool MeddlingStore::commit(const storage::Write& write, std::function<void(storage::Outcome)> done) {
  const std::lock_guard lock(mutex_);
  if (before_commit) std::exchange(before_commit, nullptr)();
  ++commits;
  if (!instead_of_commit) {
    if (around_commit) around_commit();
    std::optional<storage::Outcome> outcome;
    if (!inner_->commit(write, [&](storage::Outcome one) { outcome = one; })) return false;
    if (around_commit) around_commit();
    done(*outcome);
    return true;
  }
  done({*instead_of_commit, 0, 0});
  return true;
}

World::World() : World(memory_store()) {}
World::World(std::unique_ptr<storage::Store> inner) : store(std::move(inner)) { restart(0); }

void World::restart(std::uint64_t device_quota_bytes) {
  relay.emplace(store, keys, clock, random, std::vector<envelope::Pin>{}, device_quota_bytes);
}

Bytes World::new_token(std::int64_t life_ms) {
  Bytes secret(16);
  crypto::SystemRandom().fill(secret);
  const storage::Write write = storage::TokenWrite{relay::token_name(secret), "test", clock.time_ms + life_ms};
  store.commit(write, [](storage::Outcome outcome) { EXPECT_EQ(outcome.kind, storage::Outcome::Kind::kDone); });
  return secret;
}

Append World::founding(FakeDevice& founder) {
  return FakeCoalition::founding(founder, keys.sign.verify, keys.exchange.public_key);
}

Answer World::found(const Bytes& token, const Append& first) {
  const auto reply = relay::finish(store, relay->found(encode_frame(Found{token, first})));
  return read_frames(reply.status, reply.body);
}

void World::found_with(FakeDevice& founder) {
  const Append first = founding(founder);
  EXPECT_EQ(found(new_token(), first).status, 200);
}

void World::admit(FakeDevice& lead, FakeDevice& device) {
  const Append append = admission(lead, device);
  const Answer answer = exchange(lead, {append});
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.all<Reject>().empty());
  device.org = lead.org;
  device.membership = std::make_shared<Membership>(*lead.membership);
}

Answer World::send(RequestBuilder& request, const CoalitionId& org) {
  const Bytes body = request.bytes(keys.exchange.public_key, keys.sign.verify);
  const auto reply = relay::finish(store, relay->exchange(org, body));
  return read_answer(reply.status, reply.body, request);
}

Answer World::exchange(FakeDevice& device, RequestBuilder& request) {
  Answer answer = send(request, device.org);
  if (answer.status == 200) take_over(device, answer);
  return answer;
}

Answer World::exchange(FakeDevice& device, std::vector<Frame> frames) {
  RequestBuilder request(device);
  for (Frame& frame : frames) request.add(std::move(frame));
  return exchange(device, request);
}

BlobToken World::blob_token(FakeDevice& device) {
  RequestBuilder request(device);
  request.hello.wants_token = true;
  const Answer answer = exchange(device, request);
  EXPECT_EQ(answer.status, 200);
  return answer.welcome().token;
}

Answer World::join(const CoalitionId& org, const InviteId& invite, const JoinRequest& request) {
  const auto reply = relay::finish(store, relay->join(org, invite, encode_frame(request)));
  return read_frames(reply.status, reply.body);
}

Answer World::recover(const CoalitionId& org, const std::vector<MembershipEntry>& entries) {
  const Bytes body = encode_frame(Recover{{entries, {}}});
  const auto reply = relay::finish(store, relay->recover(org, body));
  return read_frames(reply.status, reply.body);
}

JoinRequest make_join(const FakeDevice& device, const CoalitionId& org, ByteView secret16) {
  JoinRequest request{invite_id(secret16),
                      device.sign->verify,
                      device.box->public_key,
                      device.auth->public_key,
                      device.log,
                      Bytes(100, 7),
                      {}};
  request.mac = join_mac(secret16, org, request);
  return request;
}

CoalitionTest::CoalitionTest() {
  world.found_with(lead);
  world.admit(lead, monitor);
  const Answer first = world.exchange(monitor, {make_epoch_key(monitor)});
  EXPECT_TRUE(first.all<Reject>().empty());
}

}  // namespace haki::test
