// Goal: a wrong address, another server, another certificate, another coalition's server each end in their own sentence, send
// nothing and lose nothing. Method: real programs; the server behind the same address is exchanged.
#include <gmock/gmock.h>

#include "world.h"

namespace haki::e2e {
namespace {

using testing::HasSubstr;

TEST(ServerIdentity, WorksOverTlsWithASelfSignedCertificate) {
  World world;
  world.make_certificate();
  world.start_server("server", true);
  EXPECT_THAT(world.url(), testing::StartsWith("https://"));
  world.found();
  ASSERT_EQ(world.haki("monitor", {"new", "observation", "--set", "narrative=x", "--submit"}).exit_code, 0);
  const Outcome synced = world.haki("monitor", {"sync", "--json"});
  EXPECT_EQ(synced.exit_code, 0) << synced.err;
  EXPECT_THAT(synced.out, HasSubstr("\"sent\":1"));
  EXPECT_THAT(synced.out, HasSubstr("\"round_trips\":1"));
}

TEST(ServerIdentity, AnotherCertificateIsRefusedBeforeAnythingIsSent) {
  World world;
  world.make_certificate();
  world.start_server("server", true);
  world.found();
  world.kill_server();
  world.make_certificate();
  world.start_server("server", true);
  ASSERT_EQ(world.haki("monitor", {"new", "observation", "--set", "narrative=x", "--submit"}).exit_code, 0);
  const Outcome refused = world.haki("monitor", {"sync"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("certificate"));
  EXPECT_THAT(world.haki("monitor", {"status", "--json"}).out, HasSubstr("\"unsent\":1"));
}

TEST(ServerIdentity, NoServerIsExitFourAndTheWorkIsKept) {
  World world;
  world.start_server();
  world.found();
  world.kill_server();
  ASSERT_EQ(world.haki("monitor", {"new", "observation", "--set", "narrative=x", "--submit"}).exit_code, 0);
  const Outcome away = world.haki("monitor", {"sync"});
  EXPECT_EQ(away.exit_code, 4);
  EXPECT_THAT(away.err, HasSubstr("safe here"));
  world.start_server();
  EXPECT_EQ(world.haki("monitor", {"sync"}).exit_code, 0);
}

TEST(ServerIdentity, AServerOfAnotherCoalitionSaysSo) {
  World world;
  world.start_server();
  world.found();
  world.kill_server();
  world.start_server("other-server");
  const Outcome refused = world.haki("monitor", {"sync"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("does not know the coalition"));
  EXPECT_EQ(world.haki("monitor", {"list", "recommendation"}).exit_code, 0);
}

TEST(ServerIdentity, ATokenOfAnotherServerIsNoticedBeforeItIsSent) {
  World world;
  world.start_server();
  const std::string foreign = world.token("other-server");
  const Outcome refused = world.haki("lead", {"found", "--server", world.url(), "--token", foreign, "--coalition", "C",
                                              "--member", "W"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("not the one that was named"));
  // Nothing stands in the way of doing it right.
  const Outcome founded = world.haki("lead", {"found", "--server", world.url(), "--token", world.token(), "--coalition", "C",
                                              "--member", "W"});
  EXPECT_EQ(founded.exit_code, 0) << founded.err;
  const Outcome again = world.haki("second", {"found", "--server", world.url(), "--token", "haki-found-1-xyz", "--coalition",
                                              "C", "--member", "W"});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("not a founding token"));
}

TEST(ServerIdentity, AUsedTokenFoundsNoSecondCoalition) {
  World world;
  world.start_server();
  const std::string token = world.token();
  const std::vector<std::string> arguments = {"found",       "--server", world.url(), "--token", token,
                                              "--coalition", "C",        "--member",  "W"};
  ASSERT_EQ(world.haki("lead", arguments).exit_code, 0);
  const Outcome second = world.haki("second", arguments);
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, HasSubstr("used already"));
}

TEST(ServerIdentity, AStrangerWhoFindsAUsedInviteIsNotLetInByItself) {
  World world;
  world.start_server();
  world.found();
  ASSERT_EQ(world.haki("thief", {"join", world.path("monitor.invite")}).exit_code, 0);
  const Outcome lead = world.haki("lead", {"sync"});
  EXPECT_EQ(lead.exit_code, 0) << lead.err;
  EXPECT_EQ(world.haki("thief", {"sync"}).exit_code, 5);
  EXPECT_THAT(world.haki("lead", {"member", "pending"}).out, HasSubstr("used already"));
}

}  // namespace
}  // namespace haki::e2e
