// Frames, and what stands in them: runs verified and opened, grants, snapshots.
// Door 0: a message of frames as it came. Door 1: items sealed from the input, so that what it holds is reached.
#include "base/assert.h"
#include "envelope/frames.h"
#include "envelope/item.h"
#include "payload/batch.h"
#include "payload/pack.h"
#include "target.h"
#include "vector_seeds.h"

namespace haki::fuzz {

namespace of_envelope {
namespace {

using namespace envelope;

struct Author {
  CoalitionId org{{1}};
  LogId log{{2}};
  CompartmentId compartment{{3}};
  Hash m_head{{4}};
  crypto::EpochKey key{Bytes(32, 5)};
  crypto::SigningPair sign = crypto::SigningPair::from_seed(Bytes(32, 6));
};
const Author& author() {
  static const Author kAuthor;
  return kAuthor;
}

void look_into(const Frame& frame) {
  if (const auto* entry = std::get_if<MembershipEntry>(&frame)) static_cast<void>(view_entry(*entry));
  if (const auto* run = std::get_if<Run>(&frame)) {
    static_cast<void>(verify_run(author().org, *run, run->log, {run->after_seq, {}}, author().m_head, author().sign.verify));
  }
  if (const auto* snapshot = std::get_if<Snapshot>(&frame)) {
    if (well_formed(*snapshot)) static_cast<void>(snapshot_message(author().org, *snapshot));
    static_cast<void>(snapshot->bytes() + snapshot->covers());
  }
}

// What is understood is written as something that is understood the same.
void check_second_reading(const Frame& frame) {
  if (std::holds_alternative<UnknownFrame>(frame)) return;
  const Bytes written = encode_frame(frame);
  FrameReader reader(written);
  const auto again = reader.next();
  HAKI_ASSERT(again && reader.done() && again->index() == frame.index());
  HAKI_ASSERT(encode_frame(*again) == written);
}

bool take_message(ByteView message) {
  FrameReader reader(message);
  while (!reader.done()) {
    const auto frame = reader.next();
    if (!frame) return false;
    look_into(*frame);
    check_second_reading(*frame);
  }
  return !message.empty();
}

// A chain of items out of the input, each a piece of plaintext.
Run make_chain(Fields& fields, ChainHead& before) {
  Run run;
  run.compartment = author().compartment;
  run.after_seq = before.seq = fields.number(5);
  run.epoch = 1;
  std::copy_n(author().m_head.bytes.begin(), run.m_head8.size(), run.m_head8.begin());
  ChainHead head = before;
  for (std::size_t count = 1 + fields.choice(4); count > 0; --count) {
    const auto sets = static_cast<std::uint32_t>(fields.byte());
    ItemHeader header;
    header.org = author().org;
    header.compartment = run.compartment;
    header.log = author().log;
    header.seq = head.seq + sets;
    header.prev = head.hash;
    header.epoch = run.epoch;
    header.m_head = author().m_head;
    SealedItem sealed = seal_item(header, sets, fields.piece(), author().key, author().sign.secret);
    head = {header.seq, sealed.hash};
    run.items.push_back(std::move(sealed.item));
  }
  return run;
}

bool take_chain(ByteView input) {
  Fields fields(input);
  ChainHead before;
  const bool flip = fields.flag();
  Bytes message = encode_frame(make_chain(fields, before));
  if (flip) message[static_cast<std::size_t>(fields.number(2)) % message.size()] ^= 1;
  FrameReader reader(message);
  const auto frame = reader.next();
  const Run* run = frame ? std::get_if<Run>(&*frame) : nullptr;
  if (run == nullptr) return false;
  const auto items = verify_run(author().org, *run, author().log, before, author().m_head, author().sign.verify);
  if (!items) return false;
  for (const VerifiedItem& item : *items) {
    const auto plain = open_item(item.header, item.item->sealed, author().key);
    HAKI_ASSERT(plain);  // it was signed, and is as it was sealed
    const auto batch = payload::unpack(*plain);
    if (!batch || !payload::decode_batch(*batch, author().log, item.first_seq, item.item->sets)) return false;
  }
  return true;
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  add_vectors(all, 0, "exchange");
  for (const char* kind : {"envelope", "snapshot", "keys"}) add_vectors(all, 0, kind, "frame");
  changes::ChangeSet set;
  set.seq = 8;
  set.operations.push_back(changes::SetField{RecordId{{9}}, 10, std::string("The well is dry"), {}});
  const Bytes plain = payload::pack(*payload::encode_change_set(set, author().log), payload::Effort::kFast);
  const std::uint8_t after_seven[] = {0 /* unchanged */, 7, 0, 0, 0, 0, 0 /* one item */, 1 /* set */};
  all.push_back(through(1, joined({after_seven, as_piece(plain)})));
  const std::uint8_t changed[] = {1, 7, 0, 0, 0, 0, 1, 1};
  all.push_back(through(1, joined({changed, as_piece(plain), Bytes{1}, as_piece(plain), Bytes{40, 0}})));
  return all;
}

bool take(ByteView input) {
  Fields fields(input);
  return fields.choice(2) == 0 ? take_message(fields.rest()) : take_chain(fields.rest());
}

}  // namespace
}  // namespace of_envelope

const Target kEnvelope{"envelope", 16 * 1024, "", of_envelope::take, of_envelope::seeds, {}};

}  // namespace haki::fuzz
