#include "snapshot_world.h"

#include "crypto/hash.h"
#include "crypto/random.h"

namespace haki::test {

using namespace envelope;

SnapshotBytes MadeSnapshot::piece(std::uint64_t offset, std::size_t size) const {
  const ByteView part = ByteView(bytes).subspan(static_cast<std::size_t>(offset));
  const ByteView taken = part.first(std::min(size, part.size()));
  return {frame.compartment, frame.id, offset, Bytes(taken.begin(), taken.end())};
}

SnapshotTest::SnapshotTest() { world.admit(lead, second); }

MadeSnapshot SnapshotTest::make(const FakeDevice& by, const CompartmentId& compartment,
                                const std::vector<const FakeDevice*>& authors, const std::vector<std::size_t>& parts) {
  crypto::SystemRandom random;
  MadeSnapshot made;
  Snapshot& frame = made.frame;
  frame.compartment = compartment;
  frame.id = crypto::random_id<SnapshotId>(random);
  frame.epoch = 1;
  frame.m_seq = by.membership->newest();
  frame.m_head = by.membership->head();
  for (const FakeDevice* author : authors) {
    const ChainHead& head = author->chains.at(compartment);
    frame.marks.push_back({author->log, head.seq, head.hash, author->membership->newest(), 1});
  }
  std::ranges::sort(frame.marks, {}, &SnapshotMark::log);
  for (const std::size_t size : parts) {
    Bytes part(size);
    random.fill(part);
    frame.parts.push_back({static_cast<std::uint32_t>(size), crypto::hash32({part})});
    made.bytes.insert(made.bytes.end(), part.begin(), part.end());
  }
  frame.state_root = crypto::hash32({made.bytes});
  frame.time_ms = world.clock.time_ms;
  frame.by = by.id;
  sign(by, frame);
  return made;
}

void SnapshotTest::sign(const FakeDevice& by, Snapshot& snapshot) {
  snapshot.signature = crypto::sign(by.sign->secret, "HAKI1.snp", snapshot_message(by.org, snapshot));
}

SnapshotWord SnapshotTest::word(const FakeDevice& by, const Snapshot& snapshot) const {
  const auto signature = crypto::sign(by.sign->secret, "HAKI1.sno", snapshot_word_message(by.org, snapshot));
  return {snapshot.compartment, snapshot.id, {by.id, signature}};
}

void SnapshotTest::upload(FakeDevice& by, const MadeSnapshot& snapshot) {
  constexpr std::size_t kPiece = 64 * 1024;
  const auto held = world.exchange(by, {snapshot.frame}).all<SnapshotHave>();
  ASSERT_EQ(held.size(), 1u);
  std::vector<Frame> frames;
  for (std::size_t offset = held[0].bytes; offset < snapshot.bytes.size(); offset += kPiece) {
    frames.push_back(snapshot.piece(offset, kPiece));
  }
  const Answer answer = world.exchange(by, frames);
  EXPECT_TRUE(answer.all<Reject>().empty());
  ASSERT_EQ(answer.all<SnapshotHave>().size(), 1u);
  EXPECT_EQ(answer.all<SnapshotHave>()[0].bytes, snapshot.bytes.size());
}

Bytes SnapshotTest::download(FakeDevice& by, const MadeSnapshot& snapshot, std::uint64_t offset) {
  Bytes got;
  for (int replies = 0; replies < 100; ++replies) {
    const Answer answer = world.exchange(by, {SnapshotWant{snapshot.frame.compartment, snapshot.frame.id, offset}});
    const auto pieces = answer.all<SnapshotBytes>();
    for (const SnapshotBytes& piece : pieces) {
      EXPECT_EQ(piece.id, snapshot.frame.id);
      EXPECT_EQ(piece.offset, offset);
      EXPECT_LE(piece.bytes.size(), 16u * 1024);
      got.insert(got.end(), piece.bytes.begin(), piece.bytes.end());
      offset += piece.bytes.size();
    }
    if (pieces.empty()) break;
  }
  return got;
}

void SnapshotTest::admit_lead(FakeDevice& device, const DeviceId& person) {
  AddDevice added = device.added();
  added.person = person;
  const CompartmentId notebook = own_compartment(lead.org, device.id);
  Append append;
  append.entries.push_back(world.agreed_entry(lead, added, second));
  append.entries.push_back(world.entry(lead, NewCompartment{notebook, CompartmentKind::kOwn, device.id}));
  for (const CompartmentId& id : {world.shared(), world.leads()}) {
    append.grants.push_back(world.make_grant(lead, id, 1, device.id));
  }
  ASSERT_TRUE(world.exchange(lead, {append}).all<Reject>().empty());
  device.org = lead.org;
  device.membership = std::make_shared<Membership>(*lead.membership);
}

void SnapshotTest::suspend(const FakeDevice& device) {
  crypto::SystemRandom random;
  Append append;
  append.entries.push_back(world.entry(lead, Suspend{device.id, false}));
  for (const CompartmentId& id : {world.shared(), world.leads()}) {
    append.entries.push_back(world.entry(lead, NewEpoch{id, 2, crypto::random_id<KeyId>(random), {}}));
  }
  ASSERT_TRUE(world.exchange(lead, {append}).all<Reject>().empty());
}

std::vector<SnapshotId> SnapshotTest::offered(FakeDevice& to) {
  std::vector<SnapshotId> ids;
  for (const Snapshot& snapshot : world.exchange(to, {SnapshotWant{}}).all<Snapshot>()) ids.push_back(snapshot.id);
  return ids;
}

}  // namespace haki::test
