// Goal: a chain shows every change made to it, and tells a fork from damage. Method: real items sealed under real keys, then
// one thing changed at a time.
#include <gmock/gmock.h>

#include "coalition.h"
#include "envelope/frames.h"
#include "envelope/item.h"

namespace haki::envelope {
namespace {

struct Chain : testing::Test {
  test::Coalition coalition;
  crypto::EpochKey key = keys::new_epoch_key(coalition.random);
  Hash m_head = coalition.membership.head();
  ChainHead head;

  ItemHeader header_at(std::uint64_t seq) {
    ItemHeader header;
    header.org = coalition.membership.org();
    header.compartment = coalition.shared();
    header.log = coalition.founder.log;
    header.seq = seq;
    header.prev = head.hash;
    header.epoch = 1;
    header.m_seq = coalition.membership.newest();
    header.m_head = m_head;
    return header;
  }
  envelope::Run run_of(std::vector<Item> items) {
    envelope::Run run;
    run.compartment = coalition.shared();
    run.log = coalition.founder.log;
    run.after_seq = head.seq;
    if (head.seq > 0) run.prev8 = test::first8(head.hash);
    run.epoch = 1;
    run.m_seq = coalition.membership.newest();
    run.m_head8 = test::first8(m_head);
    run.items = std::move(items);
    return run;
  }
  envelope::Run sealed_run(std::string_view text, std::uint32_t sets = 1) {
    return run_of({seal_item(header_at(head.seq + sets), sets, as_bytes(text), key, coalition.founder.sign.secret).item});
  }
  Result<std::vector<VerifiedItem>> verify(const envelope::Run& run) {
    return verify_run(coalition.membership.org(), run, coalition.founder.log, head, m_head, coalition.founder.sign.verify);
  }
};

TEST_F(Chain, HeaderHasTheOffsetsOfTheSpec) {
  ItemHeader header = header_at(0x0102030405060708);
  header.kind = kDataItem;
  header.sealed_length = 0x0a0b0c0d;
  header.group.bytes.fill(0x11);
  header.beacon.bytes.fill(0x22);
  header.witness.bytes.fill(0x33);
  header.nonce.bytes.fill(0x44);
  header.sealed_hash.bytes.fill(0x55);
  const HeaderBytes bytes = encode_header(header);
  const auto at = [&](std::size_t offset, std::size_t size) { return to_hex(ByteView(bytes).subspan(offset, size)); };
  EXPECT_EQ(at(0, 4), "48310101");
  EXPECT_EQ(at(4, 16), to_hex(header.org));
  EXPECT_EQ(at(20, 16), to_hex(header.compartment));
  EXPECT_EQ(at(36, 16), to_hex(header.log));
  EXPECT_EQ(at(52, 8), "0807060504030201");
  EXPECT_EQ(at(60, 32), to_hex(header.prev));
  EXPECT_EQ(at(100, 32), to_hex(header.m_head));
  EXPECT_EQ(at(132, 16), std::string(32, '1'));
  EXPECT_EQ(at(148, 32), std::string(64, '2'));
  EXPECT_EQ(at(180, 32), std::string(64, '3'));
  EXPECT_EQ(at(212, 4), "0d0c0b0a");
  EXPECT_EQ(at(216, 24), std::string(48, '4'));
  EXPECT_EQ(at(240, 32), std::string(64, '5'));
}

TEST_F(Chain, WhatIsSealedOpensAndContinues) {
  for (int i = 0; i < 3; ++i) {
    const envelope::Run run = sealed_run("text " + std::to_string(i), 2);
    const auto verified = verify(run);
    ASSERT_TRUE(verified);
    const auto opened = open_item(verified->front().header, run.items.front().sealed, key);
    ASSERT_TRUE(opened);
    EXPECT_EQ(as_text(*opened), "text " + std::to_string(i));
    EXPECT_EQ(verified->front().first_seq, head.seq + 1);
    head = {verified->front().last_seq, verified->front().hash};
  }
  EXPECT_EQ(head.seq, 6u);
}

TEST_F(Chain, EveryFlippedByteOfAnItemIsNoticed) {
  const envelope::Run good = sealed_run("a witness said");
  ASSERT_TRUE(verify(good));
  const Bytes frame = encode_frame(good);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    Bytes changed = frame;
    changed[i] ^= 1;
    FrameReader reader(changed);
    const auto read = reader.next();
    const envelope::Run* run = read ? std::get_if<envelope::Run>(&*read) : nullptr;
    if (run == nullptr) {
      ++refused;
      continue;
    }
    const auto verified = verify_run(coalition.membership.org(), *run, run->log, head, m_head, coalition.founder.sign.verify);
    const bool other_place = run->log != coalition.founder.log || run->compartment != coalition.shared();
    // A log or compartment that is not the author's is refused by the caller's lookup; here its signature fails too.
    EXPECT_FALSE(verified.has_value() && !other_place && encode_frame(*run) != frame) << "byte " << i;
    if (!verified) ++refused;
  }
  EXPECT_GT(refused, frame.size() * 9 / 10);
}

TEST_F(Chain, AnotherHistoryIsAForkAndAWrongSignatureIsDamage) {
  const envelope::Run first = sealed_run("one");
  head = {1, (*verify(first))[0].hash};
  envelope::Run second = sealed_run("two");
  second.prev8[0] ^= 1;
  const auto fork = verify(second);
  ASSERT_FALSE(fork);
  EXPECT_THAT(fork.error().message, testing::HasSubstr("fork"));
  second.prev8[0] ^= 1;
  second.items[0].signature->bytes[5] ^= 1;
  const auto damage = verify(second);
  ASSERT_FALSE(damage);
  EXPECT_THAT(damage.error().message, testing::HasSubstr("signature"));
}

TEST_F(Chain, AGapAnUnsignedEndAndTooManySetsAreRefused) {
  envelope::Run run = sealed_run("one");
  run.after_seq = 5;
  EXPECT_EQ(verify(run).error().code, Code::kInvalid);
  run = sealed_run("one");
  run.items[0].signature.reset();
  EXPECT_EQ(verify(run).error().code, Code::kInvalid);
  EXPECT_TRUE(verify(sealed_run("limit", 64)));
  EXPECT_FALSE(verify(sealed_run("limit + 1", 65)));
}

TEST_F(Chain, OneSignatureCoversTheItemsBeforeIt) {
  std::vector<Item> items;
  const ChainHead start = head;
  for (int i = 0; i < 3; ++i) {
    const SealedItem sealed =
        seal_item(header_at(head.seq + 1), 1, as_bytes("x"), key, coalition.founder.sign.secret);
    items.push_back(sealed.item);
    if (i < 2) items.back().signature.reset();
    head = {head.seq + 1, sealed.hash};
  }
  head = start;
  envelope::Run run = run_of(items);
  EXPECT_TRUE(verify(run));
  run.items[0].sealed[3] ^= 1;
  run.items[0].sealed_hash.bytes[0] ^= 1;
  EXPECT_FALSE(verify(run));
}

TEST_F(Chain, AnItemDoesNotOpenElsewhere) {
  const envelope::Run run = sealed_run("secret");
  const auto verified = verify(run);
  ASSERT_TRUE(verified);
  for (const std::size_t offset : {4u, 20u, 36u, 52u, 60u, 92u, 96u, 100u, 148u, 180u}) {
    HeaderBytes header = verified->front().header;
    header[offset] ^= 1;
    EXPECT_FALSE(open_item(header, run.items[0].sealed, key)) << offset;
  }
  EXPECT_FALSE(open_item(verified->front().header, run.items[0].sealed, keys::new_epoch_key(coalition.random)));
}

}  // namespace
}  // namespace haki::envelope
