// The server's relay, asked by bytes.
// Doors: 0 an exchange's body as it came; 1 frames from the input, within the Hello and the MAC of a device; 2 requests out of
// fields, as devices would make them and as no honest one would; 3 founding, 4 joining, 5 recovery: bodies as they came; 6
// founding, 7 recovery with entries from the input.
#include "base/assert.h"
#include "envelope/frames.h"
#include "server_world.h"
#include "target.h"
#include "vector_seeds.h"

namespace haki::fuzz {

namespace of_exchange {
namespace {

using namespace envelope;

using test::FakeDevice;

// What a device reads of an answer: frames to the end. Only a request to join is taken without a word.
bool check_answer(const relay::Reply& reply) {
  std::size_t frames = 0;
  FrameReader reader(reply.body);
  for (; !reader.done(); ++frames) HAKI_ASSERT(reader.next());
  HAKI_ASSERT((frames > 0 || reply.status == 200) && reply.status >= 200 && reply.status < 600 && reply.status != 500);
  return reply.status == 200;
}

bool send(ServerWorld& all, test::RequestBuilder& request) {
  const test::Answer answer = all.world.send(request, all.lead.org);
  HAKI_ASSERT(!answer.frames.empty() && answer.status != 500);
  if (answer.status != 200) return false;
  HAKI_ASSERT(answer.authentic == true);
  return answer.all<Reject>().empty();
}

// What a Hello may say besides who speaks.
void change_hello(Fields& fields, Hello& hello) {
  const std::uint8_t what = fields.byte();
  if ((what & 1) != 0) hello.counter = fields.number(8);
  if ((what & 2) != 0) hello.cursor = fields.number(8);
  if ((what & 4) != 0) hello.membership_count = fields.number(8);
  if ((what & 8) != 0) hello.credit = static_cast<std::uint32_t>(fields.number(4));
  if ((what & 16) != 0) hello.heads8[0] ^= 1;
  if ((what & 32) != 0) hello.server_run = {};
  hello.wants_token = (what & 64) != 0;
}

Run some_run(Fields& fields, const ServerWorld& all, FakeDevice& device) {
  test::RunOptions options;
  const CompartmentId compartment = all.somewhere(fields);
  options.count = 1 + fields.choice(5);
  options.sets = static_cast<std::uint32_t>(fields.number(1));
  options.bytes = fields.number(1);
  const std::uint8_t what = fields.byte();
  if ((what & 1) != 0) options.m_seq = fields.byte();
  if ((what & 2) != 0) options.epoch = static_cast<std::uint32_t>(fields.number(4));
  options.sign_every = (what & 4) != 0;
  if ((what & 8) != 0) device.chains[compartment].seq = fields.number(5);
  Run run = make_run(device, compartment, options);
  if ((what & 16) != 0) run.items.back().sealed.clear();
  if ((what & 32) != 0) run.prev8[0] ^= 1;
  if ((what & 64) != 0) run.log = fields.flag() ? all.monitor.log : device.log;
  return run;
}

EpochKey some_key(Fields& fields, const ServerWorld& all, const FakeDevice& device) {
  EpochKey key = make_epoch_key(device, static_cast<std::uint32_t>(fields.number(2)));
  const std::uint8_t what = fields.byte();
  if ((what & 1) != 0) key.compartment = all.somewhere(fields);
  if ((what & 2) != 0) key.m_seq = fields.byte();
  if ((what & 4) != 0 && !key.grants.empty()) key.grants.pop_back();
  if ((what & 8) != 0) key.log = all.lead.log;
  test::sign_again(device, key);
  return key;
}

Snapshot some_snapshot(Fields& fields, const ServerWorld& all, const FakeDevice& by) {
  Snapshot made;
  made.compartment = all.somewhere(fields);
  made.id.bytes[0] = static_cast<std::uint8_t>(1 + fields.choice(2));
  made.epoch = 1;
  made.m_seq = by.membership->newest();
  made.m_head = by.membership->head();
  for (const FakeDevice* author : {&all.lead, &all.monitor}) {
    const auto chain = author->chains.find(made.compartment);
    if (chain != author->chains.end()) made.marks.push_back({author->log, chain->second.seq, chain->second.hash, made.m_seq, 1});
  }
  if (fields.flag()) made.marks.push_back({fields.id<LogId>(), fields.number(5), {}, 0, 1});
  std::ranges::sort(made.marks, {}, &SnapshotMark::log);
  for (std::size_t parts = fields.choice(4); parts > 0; --parts) made.parts.push_back({static_cast<std::uint32_t>(fields.number(3)), {}});
  made.by = by.id;
  made.time_ms = 1;
  made.signature = crypto::sign(by.sign->secret, "HAKI1.snp", snapshot_message(by.org, made));
  return made;
}

Append some_append(Fields& fields, ServerWorld& all, FakeDevice& device) {
  if (fields.flag()) {
    const FakeDevice& removed = fields.flag() ? all.monitor : all.second;
    const Membership& log = *device.membership;
    return {{make_entry(log.org(), log.count(), log.head(), 1, OperationId{{1}}, RemoveDevice{removed.id, fields.flag()}, device.id, device.sign->secret)}, {}};
  }
  Append append;
  for (std::size_t count = 1 + fields.choice(3); count > 0; --count) {
    const Membership& log = *device.membership;
    append.entries.push_back(make_entry(log.org(), log.count(), log.head(), 1, fields.piece(), device.id, device.sign->secret));
  }
  append.grants.push_back(all.world.make_grant(device, all.somewhere(fields), 1, all.monitor.id));
  return append;
}

void add_frame(Fields& fields, ServerWorld& all, FakeDevice& device, test::RequestBuilder& request) {
  const auto snapshot_id = [&] { return SnapshotId{{static_cast<std::uint8_t>(1 + fields.choice(2))}}; };
  switch (fields.choice(12)) {
    case 0: request.add(some_run(fields, all, device)); break;
    case 1: request.add(some_key(fields, all, device)); break;
    case 2: request.add(Pull{all.somewhere(fields), fields.flag() ? all.monitor.log : LogId{}, fields.number(5)}); break;
    case 3: request.add(HeadsWanted{fields.flag() ? all.monitor.id : device.id}); break;
    case 4: request.add(Wiped{device.id, crypto::sign(device.sign->secret, "HAKI1.wip", wiped_message(device.org, device.id))}); break;
    case 5: request.add(some_snapshot(fields, all, device)); break;
    case 6: {
      const CompartmentId compartment = all.somewhere(fields);
      const ByteView bytes = fields.piece();
      request.add(SnapshotBytes{compartment, snapshot_id(), fields.number(3), Bytes(bytes.begin(), bytes.end())});
      break;
    }
    case 7: request.add(SnapshotWant{all.somewhere(fields), fields.flag() ? snapshot_id() : SnapshotId{}, fields.number(3)}); break;
    case 8: request.add(SnapshotWord{all.somewhere(fields), snapshot_id(), {device.id, {}}}); break;
    case 9: request.add(some_append(fields, all, device)); break;
    case 10: request.add(test::make_join(all.stranger, all.lead.org, Bytes(16, fields.byte()))); break;
    default: request.add(UnknownFrame{}); break;
  }
}

// Up to four requests, one after another.
bool take_requests(Fields& fields) {
  ServerWorld& all = unchanged_world();
  bool taken = false;
  for (int requests = 0; requests < 4 && !fields.done(); ++requests) {
    FakeDevice device = all.somebody(fields);
    device.counter += static_cast<std::uint64_t>(requests);
    test::RequestBuilder request(device);
    change_hello(fields, request.hello);
    for (std::size_t frames = fields.choice(8); frames > 0; --frames) add_frame(fields, all, device, request);
    taken = send(all, request) || taken;
  }
  return taken;
}

bool take_frames(Fields& fields) {
  ServerWorld& all = unchanged_world();
  FakeDevice device = all.somebody(fields);
  test::RequestBuilder request(device);
  change_hello(fields, request.hello);
  const ByteView frames = fields.rest();
  request.raw.assign(frames.begin(), frames.end());
  return send(all, request);
}

std::vector<MembershipEntry> some_entries(Fields& fields, const ServerWorld& all) {
  std::vector<MembershipEntry> entries;
  const Membership& log = *all.lead.membership;
  while (!fields.done() && entries.size() < 8) {
    const bool recovers = fields.flag();
    const DeviceId by = recovers ? recovery_id(log.recovery().box_key) : all.lead.id;
    const CoalitionId org = fields.flag() ? log.org() : CoalitionId{};
    const std::uint32_t seq = fields.byte();
    entries.push_back(make_entry(org, seq, log.head(), 1, fields.piece(), by, all.lead.sign->secret));
  }
  return entries;
}

bool take_found(ServerWorld& all, Fields& fields) {
  const Bytes token = all.world.new_token();
  Append first{some_entries(fields, all), {}};
  const Bytes body = encode_frame(Found{token, std::move(first)});
  return check_answer(relay::finish(all.world.store, all.world.relay->found(body)));
}

bool take(ByteView input) {
  Fields fields(input);
  const std::size_t door = fields.choice(8);
  if (door == 1) return take_frames(fields);
  if (door == 2) return take_requests(fields);
  ServerWorld& all = unchanged_world();
  relay::Relay& relay = *all.world.relay;
  storage::Store& store = all.world.store;
  const CoalitionId& org = all.lead.org;
  if (door == 6) return take_found(all, fields);
  if (door == 7) return check_answer(relay::finish(store, relay.recover(org, encode_frame(Recover{{some_entries(fields, all), {}}}))));
  const ByteView rest = fields.rest();
  const Bytes body(rest.begin(), rest.end());
  switch (door) {
    case 0: return check_answer(relay::finish(store, relay.exchange(org, body)));
    case 3: return check_answer(relay::finish(store, relay.found(body)));
    case 4: return check_answer(relay::finish(store, relay.join(org, invite_id(Bytes(16, 1)), body)));
    default: return check_answer(relay::finish(store, relay.recover(org, body)));
  }
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  const Bytes as_monitor{1, 0};
  for (const char* kind : {"envelope", "keys", "snapshot"}) {
    for (const test::Vector& vector : test::read_vectors(kind)) {
      const Bytes frame = vector.hex("frame");
      if (frame.empty()) continue;
      all.push_back(through(1, joined({as_monitor, frame})));
      all.push_back(through(static_cast<std::uint8_t>(3 + all.size() % 3), frame));
    }
  }
  for (const test::Vector& vector : test::read_vectors("exchange")) {
    all.push_back(through(0, vector.bytes));
    all.push_back(through(1, joined({as_monitor, vector.bytes})));
  }
  // One request with one frame of each kind, by each device; then several.
  for (std::uint8_t who = 0; who < 4; ++who) {
    for (std::uint8_t kind = 0; kind < 12; ++kind) {
      all.push_back(through(2, Bytes{who, 0, 1, kind, 2, 1, 1, 100, 0, 0, 0, 0, 0, 0, 0}));
    }
  }
  all.push_back(through(2, Bytes{1, 64, 2, 0, 2, 1, 1, 100, 4, 2, 2, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 2, 1, 1, 100, 0}));
  all.push_back(through(4, encode_frame(test::make_join(FakeDevice(), CoalitionId{{1}}, Bytes(16, 1)))));
  Bytes entries;
  for (const test::Vector& vector : test::read_vectors("envelope")) {
    const Bytes frame = vector.hex("frame");
    FrameReader reader(frame);
    const auto read = frame.empty() ? Result<Frame>(Error{}) : reader.next();
    if (const auto* entry = read ? std::get_if<MembershipEntry>(&*read) : nullptr) entries = joined({entries, Bytes{1, 1, 3}, as_piece(entry->body)});
  }
  all.push_back(through(6, entries));
  all.push_back(through(7, entries));
  return all;
}

}  // namespace
}  // namespace of_exchange

const Target kExchange{"exchange", 4096, "", of_exchange::take, of_exchange::seeds, {}};

}  // namespace haki::fuzz
