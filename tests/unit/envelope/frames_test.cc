// Goal: frames come back as they went, and no bytes of a stranger crash or half-succeed. Method: round trips, then every cut
// and every flipped byte of a message.
#include <gtest/gtest.h>

#include "coalition.h"
#include "envelope/frames.h"
#include "envelope/request_mac.h"
#include "envelope/token.h"

namespace haki::envelope {
namespace {

Bytes a_message(test::Coalition& coalition) {
  Bytes message;
  Hello hello;
  hello.device = coalition.founder.device();
  hello.counter = 7;
  hello.cursor = 41;
  append_frame(message, hello);
  append_frame(message, coalition.founding.append);
  append_frame(message, keys::make_own_epoch(keys::new_epoch_key(coalition.random), 1, coalition.membership, coalition.membership.newest(), coalition.founder));
  append_frame(message, keys::make_join_request(coalition.invite(Role::kMonitor), coalition.founder));
  append_frame(message, Receipt{coalition.shared(), coalition.founder.log, 3, 5, {}});
  append_frame(message, Reject{Refusal::kGap, coalition.shared(), {}, 9, {}, 0, 0});
  append_frame(message, Auth{{}});
  return message;
}

TEST(Frames, ComeBackAsTheyWent) {
  test::Coalition coalition;
  const Bytes message = a_message(coalition);
  FrameReader reader(message);
  Bytes again;
  while (!reader.done()) {
    const auto frame = reader.next();
    ASSERT_TRUE(frame);
    append_frame(again, *frame);
  }
  EXPECT_EQ(again, message);
}

TEST(Frames, EveryCutIsNoticedAndNothingCrashes) {
  test::Coalition coalition;
  const Bytes message = a_message(coalition);
  for (std::size_t size = 0; size < message.size(); ++size) {
    FrameReader reader(ByteView(message).first(size));
    while (!reader.done()) {
      if (!reader.next()) {
        EXPECT_TRUE(reader.cut_short()) << size;
        break;
      }
    }
  }
}

TEST(Frames, EveryFlippedByteIsReadOrRefusedWithoutACrash) {
  test::Coalition coalition;
  const Bytes message = a_message(coalition);
  for (std::size_t i = 0; i < message.size(); ++i) {
    Bytes changed = message;
    changed[i] ^= 0xff;
    FrameReader reader(changed);
    while (!reader.done() && reader.next()) {
    }
  }
}

// Field 6 of the Row, two bytes; a row without it is what it was before there were marks.
TEST(Frames, ARowIsMarkedByTwoBytesAndByNoneWhereItIsNot) {
  Row row{7, Wiped{}};
  const Bytes plain = encode_frame(row);
  row.over_quota = true;
  const Bytes marked = encode_frame(row);
  ASSERT_EQ(marked.size(), plain.size() + 2);
  EXPECT_EQ((Bytes{marked.end() - 2, marked.end()}), (Bytes{6 << 3, 1}));
  EXPECT_TRUE(std::get<Row>(*FrameReader(marked).next()).over_quota);
  EXPECT_FALSE(std::get<Row>(*FrameReader(plain).next()).over_quota);
}

TEST(Frames, ALengthThatLiesIsRefusedBeforeAnythingIsAllocated) {
  const Bytes giant = {0xff, 0xff, 0xff, 0xff, 0x0f, 0x00};
  FrameReader reader(giant);
  EXPECT_FALSE(reader.next());
  const Bytes endless = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  FrameReader second(endless);
  EXPECT_FALSE(second.next());
}

TEST(Frames, AFrameOfALaterVersionIsUnknownNotMalformed) {
  const Bytes later = {0x03, 0x9a, 0x06, 0x00};  // field 99, an empty message
  FrameReader reader(later);
  const auto frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(std::holds_alternative<UnknownFrame>(*frame));
}

TEST(RequestMac, BothEndsMakeTheSameKeyAndNobodyElse) {
  test::Coalition coalition;
  const auto& org = coalition.membership.org();
  const DeviceId device = coalition.founder.device();
  const auto here = request_key(coalition.founder.auth.secret, coalition.server_exchange.public_key, org, device,
                                coalition.server_sign.verify);
  const auto there = request_key(coalition.server_exchange.secret, coalition.founder.auth.public_key, org, device,
                                 coalition.server_sign.verify);
  ASSERT_TRUE(here && there);
  EXPECT_TRUE(here->equals(*there));
  const auto elsewhere = request_key(coalition.founder.auth.secret, coalition.server_exchange.public_key, CoalitionId{},
                                     device, coalition.server_sign.verify);
  EXPECT_FALSE(here->equals(*elsewhere));
  const Bytes body = {1, 2, 3};
  EXPECT_NE(request_mac(*here, 1, body), request_mac(*here, 2, body));
  EXPECT_NE(reply_mac(*here, request_mac(*here, 1, body), body), reply_mac(*here, request_mac(*here, 2, body), body));
  EXPECT_FALSE(request_key(coalition.founder.auth.secret, crypto::AuthPublicKey{}, org, device, coalition.server_sign.verify));
}

TEST(FoundingToken, SurvivesCopyingAndShowsASlip) {
  test::Coalition coalition;
  const FoundingToken token{{}, coalition.server_sign.verify, coalition.server_exchange.public_key, 99};
  const std::string text = token_text(token);
  const auto read = read_token(text + "\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->expires_ms, 99);
  EXPECT_EQ(read->server_sign_key, coalition.server_sign.verify);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string slip = text;
    slip[i] = slip[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read_token(slip)) << i;
  }
  EXPECT_FALSE(read_token(text.substr(0, text.size() - 1)));
  EXPECT_FALSE(read_token(""));
}

}  // namespace
}  // namespace haki::envelope
