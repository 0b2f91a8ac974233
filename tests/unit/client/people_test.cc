// Goal: whoever answers an invite in a way that no honest person would is not let in by itself, and the lead reads
// which of these it was. Method: a real lead's home, invites it made, and requests as a server would hand them on.
#include "base/limits.h"
#include "client/people.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "client/inbox.h"
#include "coalition.h"
#include "keys/enrolment.h"

namespace haki::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

keys::Identity copy_of(const keys::Identity& identity) {
  const crypto::SecretBytes key(32);
  return std::move(*keys::open_identity(keys::seal_identity(identity, key), key));
}

struct PeopleTest : testing::Test {
  test::Coalition coalition;
  std::string folder = testing::TempDir() + "haki-people-XXXXXX";
  std::unique_ptr<client::Home> home;
  std::unique_ptr<People> people;

  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    auto made = client::Home::create(folder + "/home", "four words of a test");
    ASSERT_TRUE(made) << made.error().message;
    home = std::move(*made);
    if (!home->replace_identity(copy_of(coalition.founder))) std::abort();
    store::Transaction transaction(*home->database);
    ASSERT_TRUE(home->settings->put(setting::kOrg, coalition.membership.org()));
    ASSERT_TRUE(home->settings->put_text(setting::kServer, "https://haki.example"));
    ASSERT_TRUE(home->settings->put_text(setting::kCoalition, "UPR Coalition"));
    ASSERT_TRUE(transaction.commit());
    ASSERT_TRUE(home->reload());
    people = std::make_unique<People>(*home);
    take(coalition.entries);
  }
  void TearDown() override {
    people.reset();
    home.reset();
    std::filesystem::remove_all(folder);
  }
  void take(std::vector<envelope::MembershipEntry> entries) {
    sync::Inbound inbound;
    inbound.entries = std::move(entries);
    ASSERT_TRUE(Inbox(*home).take(inbound, {}));
  }

  keys::Invite invite(const std::string& role = "monitor") {
    InviteOptions options;
    options.role = role;
    options.name = "Wanjiru";
    const auto made = people->invite(options);
    EXPECT_TRUE(made) << made.error().message;
    return *keys::read_invite(made->text);
  }
  envelope::JoinRequest answer(const keys::Invite& invite) {
    const keys::Identity joiner = keys::Identity::generate(coalition.random);
    const envelope::JoinRequest request = keys::make_join_request(invite, joiner);
    come(request);
    return request;
  }
  void come(const envelope::JoinRequest& request) {
    store::Transaction transaction(*home->database);
    ASSERT_TRUE(people->take_join(request));
    ASSERT_TRUE(transaction.commit());
  }
  // What the lead is told of everybody who waits; "" where one goes by itself.
  std::vector<std::string> reasons() {
    const auto pending = people->pending();
    std::vector<std::string> reasons;
    for (const PendingJoin& one : *pending) reasons.push_back(one.reason);
    return reasons;
  }
  bool admits_by_itself() {
    std::vector<std::string> notes;
    envelope::Membership after = home->membership;
    envelope::Append append;
    const auto done = people->admissions(after, append, notes);
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
    return !append.entries.empty();
  }
  // An invite as this lead gave it at some time, good until then.
  keys::Invite invite_until(std::int64_t expires_ms) {
    keys::Invite given = coalition.invite(envelope::Role::kMonitor);
    given.name = "Wanjiru";
    store::Transaction transaction(*home->database);
    EXPECT_TRUE(
        home->ledger->put_invite({envelope::invite_id(given.secret), keys::invite_text(given), "", expires_ms, {}}));
    EXPECT_TRUE(transaction.commit());
    return given;
  }
};

TEST_F(PeopleTest, WhoAnswersAnInviteAloneIsLetIn) {
  answer(invite());
  EXPECT_THAT(reasons(), ElementsAre(""));
  EXPECT_TRUE(admits_by_itself());
}

// More than a request to the server may bring: it would be refused whole, and so would every later one.
TEST_F(PeopleTest, MoreThanARequestHoldsAreLetInByTwo) {
  for (int i = 0; i < 130; ++i) answer(invite());
  envelope::Membership after = home->membership;
  std::vector<std::string> notes;
  for (const std::size_t expected : {200u, 60u}) {  // a device and its notebook each
    envelope::Append append;
    ASSERT_TRUE(people->admissions(after, append, notes));
    EXPECT_EQ(append.entries.size(), expected);
    EXPECT_LE(append.entries.size(), limits::kMembershipBatchMax);
  }
}

TEST_F(PeopleTest, AnExpiredInviteWaitsForALead) {
  answer(invite_until(home->clock.now_ms() - 1));
  EXPECT_THAT(reasons(), ElementsAre("the invite has expired"));
  EXPECT_FALSE(admits_by_itself());
  EXPECT_TRUE(people->approve("Wanjiru")) << "by hand it may still be taken";
}

TEST_F(PeopleTest, TwoAnswersToOneInviteAreNeitherLetIn) {
  const keys::Invite copied = invite();
  answer(copied);
  answer(copied);
  EXPECT_THAT(reasons(), ElementsAre(HasSubstr("two devices answered"), HasSubstr("two devices answered")));
  EXPECT_FALSE(admits_by_itself());
}

TEST_F(PeopleTest, AUsedInviteLetsNobodyElseIn) {
  const keys::Invite used = invite();
  store::Transaction transaction(*home->database);
  ASSERT_TRUE(home->ledger->use_invite(envelope::invite_id(used.secret), coalition.founder.device()));
  ASSERT_TRUE(transaction.commit());
  answer(used);
  EXPECT_THAT(reasons(), ElementsAre(HasSubstr("used already by another device")));
  EXPECT_FALSE(admits_by_itself());
  EXPECT_EQ(people->approve("Wanjiru").error().code, Code::kDenied) << "not by hand either";
}

TEST_F(PeopleTest, WhoDoesNotHoldTheInviteIsNotLetIn) {
  const keys::Identity joiner = keys::Identity::generate(coalition.random);
  envelope::JoinRequest request = keys::make_join_request(invite(), joiner);
  request.mac.bytes[0] ^= 1;
  come(request);
  EXPECT_THAT(reasons(), ElementsAre(HasSubstr("not made by who holds the invite")));
  EXPECT_FALSE(admits_by_itself());
  EXPECT_EQ(people->approve("Wanjiru").error().code, Code::kDenied);
}

TEST_F(PeopleTest, AnotherLeadsInviteIsTheirs) {
  answer(coalition.invite(envelope::Role::kMonitor));
  EXPECT_THAT(reasons(), ElementsAre(HasSubstr("an invite that another lead gave")));
  EXPECT_FALSE(admits_by_itself());
}

TEST_F(PeopleTest, ALeadIsLetInByHandOnly) {
  answer(invite("lead"));
  EXPECT_THAT(reasons(), ElementsAre(HasSubstr("a lead is let in by hand only")));
  EXPECT_FALSE(admits_by_itself());
  EXPECT_TRUE(people->approve("Wanjiru"));
}

TEST_F(PeopleTest, AnInviteLastsAsLongAsTheLeadSays) {
  InviteOptions options{"monitor", "Wanjiru", "", {}, "", 0};
  const std::int64_t day_ms = 24 * 3'600'000;
  const auto left_ms = [&] { return people->invite(options)->expires_ms - home->clock.now_ms(); };
  EXPECT_NEAR(static_cast<double>(left_ms()), 14.0 * day_ms, 10'000);
  options.lasts_ms = day_ms;
  EXPECT_NEAR(static_cast<double>(left_ms()), 1.0 * day_ms, 10'000);
  for (const std::int64_t wrong_ms : {day_ms / 24 - 1, 30 * day_ms + 1, -day_ms}) {
    options.lasts_ms = wrong_ms;
    EXPECT_EQ(people->invite(options).error().code, Code::kInvalid) << wrong_ms;
  }
}

TEST_F(PeopleTest, ASecondDeviceIsThePersonsAndNobodyElses) {
  const auto held = static_cast<std::ptrdiff_t>(coalition.entries.size());
  const keys::Identity monitor = coalition.admit(envelope::Role::kMonitor);
  take({coalition.entries.begin() + held, coalition.entries.end()});
  const MemberId member = crypto::random_id<MemberId>(home->random);
  home->people[monitor.device()] = {"Wanjiru", "Wajir Watch", "monitor", member, {"KE008"}};
  home->people[coalition.founder.device()] = {"Achieng", "", "lead", crypto::random_id<MemberId>(home->random), {}};
  InviteOptions options;
  for (const std::string& which : {std::string("Wanjiru"), to_hex(member).substr(0, 8), to_hex(monitor.device())}) {
    options.another_device = which;
    const auto made = people->invite(options);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->name, "Wanjiru");
    EXPECT_THAT(made->districts, ElementsAre("KE008"));
    const auto read = keys::read_invite(made->qr_text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->person, monitor.device());
    EXPECT_EQ(read->role, envelope::Role::kMonitor);
    EXPECT_EQ(read->organisation, "Wajir Watch");
  }
  // Hers was lost and removed: another of hers carries on, and without one there is nobody to carry on for.
  const auto before = static_cast<std::ptrdiff_t>(coalition.entries.size());
  const auto removal = coalition.entry(envelope::RemoveDevice{monitor.device(), true}, coalition.founder);
  ASSERT_TRUE(coalition.membership.apply(removal));
  coalition.entries.push_back(removal);
  take({coalition.entries.begin() + before, coalition.entries.end()});
  options.another_device = "Wanjiru";
  EXPECT_THAT(people->invite(options).error().message, HasSubstr("All devices of Wanjiru were removed"));
  options.another_device = "Halima";
  EXPECT_EQ(people->invite(options).error().code, Code::kNotFound);
  home->people[coalition.founder.device()].name = "Wanjiru";
  options.another_device = "Wanjiru";
  EXPECT_THAT(people->invite(options).error().message, HasSubstr("Several members are called Wanjiru"));
  options.another_device = to_hex(member);
  options.role = "clinic";
  EXPECT_EQ(people->invite(options).error().code, Code::kInvalid);
}

}  // namespace
}  // namespace haki::client
