// Goal: an invite holds what a stranger needs and nothing that stays secret, comes back from text and QR code, and what
// is wrong with one has a sentence of its own.
#include "keys/invite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coalition.h"
#include "keys/text_form.h"

namespace haki::keys {
namespace {

using testing::HasSubstr;

constexpr TextForm kForm{"invite", "HAKI1.ivt"};

struct InviteTest : testing::Test {
  test::Coalition coalition;
  Invite invite = coalition.invite(envelope::Role::kMonitor);
  std::string text = invite_text(invite);

  static std::string refusal(const std::string& wrong) {
    const auto read = read_invite(wrong);
    return read ? "" : read.error().message;
  }
};

// Byte by byte after proto/spec/40-keys.md, "Enrolment": whatever is not named here is not in it.
TEST_F(InviteTest, HoldsPublicThingsAndOneSecretThatWorksOnce) {
  invite.person = coalition.founder.device();
  Bytes named;
  const auto add = [&](ByteView bytes) { named.insert(named.end(), bytes.begin(), bytes.end()); };
  const auto number = [&](std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) named.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  };
  const auto counted = [&](ByteView bytes) {
    number(bytes.size(), 2);
    add(bytes);
  };
  add(*coalition.membership.hash_at(0));
  number(coalition.membership.newest(), 4);
  add(coalition.membership.head());
  add(coalition.founder.device());
  add(coalition.founder.sign.verify);
  add(coalition.founder.box.public_key);
  add(invite.secret);  // good for one answer: People.AUsedInviteLetsNobodyElseIn
  number(static_cast<std::uint64_t>(invite.expires_ms), 8);
  add(coalition.server_sign.verify);
  add(coalition.server_exchange.public_key);
  number(1, 1);  // monitor
  number(1, 1);
  counted(as_bytes("https://haki.example"));
  number(0, 1);  // no pins
  for (const char* name : {"Amina", "", "Kwale", "Wanjiru", ""}) counted(as_bytes(name));
  number(1, 1);
  counted(coalition.founder.device());
  EXPECT_EQ(to_hex(*from_text(kForm, invite_text(invite))), to_hex(named));
}

TEST_F(InviteTest, EveryInviteHasASecretOfItsOwn) {
  const Invite other = coalition.invite(envelope::Role::kMonitor);
  EXPECT_NE(invite.secret, other.secret);
}

TEST_F(InviteTest, ComesBackFromTextAndQrCode) {
  for (const std::string& given :
       {text, invite_qr_text(invite), "\n " + text.substr(0, 70) + "\r\n" + text.substr(70)}) {
    const auto read = read_invite(given);
    ASSERT_TRUE(read) << given;
    EXPECT_EQ(invite_text(*read), text);
  }
  EXPECT_EQ(invite_qr_text(invite).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"), std::string::npos);
}

TEST_F(InviteTest, ASlipInAQrTextShows) {
  const std::string scanned = invite_qr_text(invite);
  for (std::size_t i = 14; i < scanned.size(); i += 7) {
    std::string slip = scanned;
    slip[i] = slip[i] == 'Q' ? 'R' : 'Q';
    EXPECT_FALSE(read_invite(slip)) << i;
  }
  EXPECT_FALSE(read_invite(scanned + "A")) << "more letters than bytes have";
}

TEST_F(InviteTest, EachThingThatIsWrongHasItsSentence) {
  EXPECT_THAT(refusal("hello"), HasSubstr("This is not an invite. Ask the lead"));
  EXPECT_THAT(refusal(""), HasSubstr("This is not an invite"));
  EXPECT_THAT(refusal(" haki-found-1-AAAA"), HasSubstr("This is a founding token"));
  EXPECT_THAT(refusal("HAKI-SHARE-1-AAAA"), HasSubstr("This is a recovery share"));
  EXPECT_THAT(refusal(text.substr(0, text.size() - 1)), HasSubstr("A part of this invite is missing"));
  EXPECT_THAT(refusal("haki-invite-"), HasSubstr("A part of this invite is missing"));
  EXPECT_THAT(refusal("haki-invite-2-AAAA"), HasSubstr("A newer version of Haki made this invite"));
  EXPECT_THAT(refusal("HAKI-INVITE-12-AAAA"), HasSubstr("A newer version of Haki made this invite"));
  invite.role = static_cast<envelope::Role>(5);
  EXPECT_THAT(refusal(invite_text(invite)), HasSubstr("A newer version of Haki made this invite"));
}

}  // namespace
}  // namespace haki::keys
