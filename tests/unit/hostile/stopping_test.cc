// Goal: an exchange that is stopped at any point ends soon, leaves nothing half done, and the next one goes on from there.
// Method: real devices and a server that asks for the stop from its own thread, at each answer in turn, and while it keeps silent.
#include <chrono>

#include "client/session.h"
#include "stage.h"

namespace haki::test {
namespace {

constexpr int kAnswersMax = 40;
constexpr int kSoonMs = 10'000;  // of a machine that does much else; without the stop it would be minutes

class StoppingTest : public testing::Test {
 protected:
  static Result<SyncReport> sync(Member& member, const std::stop_source& source) {
    const transport::StoppableCall call(member.home->network, source.get_token());
    return client::Session(*member.home, {}).run();
  }
  static std::chrono::milliseconds since(std::chrono::steady_clock::time_point begun) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
  }
  Stage stage;
};

TEST_F(StoppingTest, AtAnyAnswerItEndsAndNothingIsLost) {
  stage.arm();
  int stopped = 0;
  for (Member* member : {&stage.monitor, &stage.lead}) {
    bool through = false;
    for (int at = 1; !through && at < kAnswersMax; ++at) {
      std::stop_source source;
      int answers = 0;
      stage.server.spoil([&](std::string&) { if (++answers == at) source.request_stop(); });
      const auto report = sync(*member, source);
      stage.server.be_honest();
      if (!report) {
        EXPECT_EQ(report.error().code, Code::kStopped) << report.error().message;
        EXPECT_EQ(answers, at);
        ++stopped;
      }
      through = report.has_value();
      stage.check_local();
    }
    EXPECT_TRUE(through) << "what one exchange brought is kept, so a later one has less to do";
  }
  EXPECT_GE(stopped, 2);
  stage.check_together();
  stage.check_leaks();
}

TEST_F(StoppingTest, WhileTheServerKeepsSilentItEndsSoon) {
  stage.arm();
  std::stop_source source;
  const auto begun = std::chrono::steady_clock::now();
  stage.server.spoil(
      [&](std::string& answer) {
        answer.resize(10, ' ');
        source.request_stop();
      },
      kSoonMs / 5);  // a byte every two seconds
  const auto report = sync(stage.monitor, source);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kStopped) << report.error().message;
  EXPECT_LT(since(begun).count(), kSoonMs);
  stage.server.be_honest();
  stage.check_together();
}

TEST_F(StoppingTest, BeforeItBeginsNothingIsSent) {
  std::stop_source source;
  source.request_stop();
  stage.server.forget();
  const auto report = sync(stage.monitor, source);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kStopped);
  EXPECT_EQ(stage.server.received().size(), 0u);
  stage.sync_honestly(stage.monitor);  // a stop is of one call
}

TEST_F(StoppingTest, WhileItWaitsToTryAgain) {
  std::stop_source source;
  transport::StoppableNetwork network(client::the_system().network);
  const transport::StoppableCall call(network, source.get_token());
  const auto begun = std::chrono::steady_clock::now();
  std::jthread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    source.request_stop();
  });
  network.wait(60'000);
  EXPECT_LT(since(begun).count(), kSoonMs);
}

}  // namespace
}  // namespace haki::test
