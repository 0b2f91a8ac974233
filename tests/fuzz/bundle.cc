// What travels by hand, read by the server and by a device.
// Doors: 0 a file as it came; 1 frames sealed to the server; 2 frames behind a Hello and the signature of a device, sealed to the
// server; 3 frames of an answer, signed by the server; 4 an answer's frames as they came.
#include "envelope/bundle_file.h"

#include "base/assert.h"
#include "base/little_endian.h"
#include "envelope/frames.h"
#include "server_world.h"
#include "sync/carried_answer.h"
#include "target.h"
#include "vector_seeds.h"

namespace haki::fuzz {

namespace of_bundle {
namespace {

using namespace envelope;

bool read_answer(const ServerWorld& all, const test::FakeDevice& device, ByteView plain) {
  return sync::read_carried_answer(all.lead.org, device.id, all.world.keys.sign.verify, plain).has_value();
}

// To its end: opened, kept, answered, and the answer read by the device it is for.
bool bring(ServerWorld& all, const test::FakeDevice& device, ByteView file) {
  auto opened = all.world.relay->open_bundle(all.lead.org, file);
  auto* carried = std::get_if<relay::CarriedBundle>(&opened);
  if (carried == nullptr) return false;
  const relay::Reply reply = relay::finish(all.world.store, all.world.relay->bundle(std::move(*carried)));
  HAKI_ASSERT(reply.status != 500);
  const auto label = read_bundle_label(reply.body);
  if (!label) return reply.status == 200;
  const auto plain = envelope::open_bundle(*label, *device.box, reply.body);
  if (plain) HAKI_ASSERT(read_answer(all, device, *plain));
  return plain.has_value();
}

Bytes sealed_to_server(const ServerWorld& all, ByteView plain) {
  return seal_bundle({BundleKind::kToServer, all.lead.org}, as_box_key(all.world.keys.exchange.public_key), plain);
}

bool take_signed(ServerWorld& all, Fields& fields) {
  const test::FakeDevice device = all.somebody(fields);
  Hello hello;
  hello.device = device.id;
  hello.membership_count = device.membership->count() + fields.byte();
  hello.credit = static_cast<std::uint32_t>(fields.number(3));
  hello.server_run = all.world.keys.run;
  Bundle bundle;
  bundle.id.bytes[0] = fields.byte();
  bundle.part = 1 + fields.byte();
  bundle.parts = bundle.part + fields.byte();
  bundle.time_ms = 1;
  Bytes after = encode_frame(hello);
  while (!fields.done()) {
    if (fields.flag()) {
      test::FakeDevice writer = device;
      const CompartmentId compartment = all.somewhere(fields);
      append_frame(after, make_run(writer, compartment, {.count = 1 + fields.choice(3), .sign_every = true}));
    } else {
      base::append(after, fields.piece());
    }
  }
  bundle.signature = crypto::sign(device.sign->secret, "HAKI1.bun", bundle_message(device.org, bundle, after));
  Bytes plain = encode_frame(bundle);
  base::append(plain, after);
  return bring(all, device, sealed_to_server(all, plain));
}

bool take_answer(const ServerWorld& all, Fields& fields) {
  BundleAnswer head;
  head.id.bytes[0] = fields.byte();
  head.part = 1 + fields.byte();
  head.asked_after = fields.number(2);
  const ByteView after = fields.rest();
  head.signature = crypto::sign(all.world.keys.sign.secret, "HAKI1.bua", bundle_answer_message(all.lead.org, all.monitor.id, head, after));
  Bytes plain = encode_frame(head);
  base::append(plain, after);
  return read_answer(all, all.monitor, plain);
}

bool take(ByteView input) {
  Fields fields(input);
  const std::size_t door = fields.choice(5);
  ServerWorld& all = unchanged_world();
  if (door == 2) return take_signed(all, fields);
  if (door == 3) return take_answer(all, fields);
  const ByteView rest = fields.rest();
  switch (door) {
    case 0: {
      const auto label = read_bundle_label(rest);
      if (label) static_cast<void>(envelope::open_bundle(*label, *all.monitor.box, rest));
      return bring(all, all.monitor, rest) || label.has_value();
    }
    case 1:
      return bring(all, all.monitor, sealed_to_server(all, rest));
    default:
      return read_answer(all, all.monitor, rest);
  }
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  add_vectors(all, 0, "bundle", "file");
  add_vectors(all, 1, "bundle", "plain");
  add_vectors(all, 4, "bundle", "plain");
  for (std::uint8_t who = 0; who < 4; ++who) {
    all.push_back(through(2, Bytes{who, 0, 100, 0, 1, 7, 0, 0, 1, 2, 0, 1, 0, 1}));
    all.push_back(through(2, Bytes{who, 0, 0, 0, 0, 7, 0, 0}));
  }
  const Bytes welcome = encode_frame(Welcome{});
  all.push_back(through(3, joined({Bytes{1, 0, 0, 0}, welcome})));
  for (const test::Vector& vector : test::read_vectors("exchange")) {
    all.push_back(through(3, joined({Bytes{1, 0, 0, 0}, welcome, vector.bytes})));
    all.push_back(through(2, joined({Bytes{1, 0, 100, 0, 1, 7, 0, 0, 0}, as_piece(vector.bytes)})));
  }
  return all;
}

}  // namespace
}  // namespace of_bundle

const Target kBundle{"bundle", 4096, "", of_bundle::take, of_bundle::seeds, {}};

}  // namespace haki::fuzz
