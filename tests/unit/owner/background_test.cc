// A process in the background: reports once, belongs to no terminal, leaves no image of its memory.
#include "owner/background.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "scratch.h"

namespace haki::owner {
namespace {

using BackgroundTest = testing::Scratch;

TEST_F(BackgroundTest, ReportsWhatItFound) {
  const auto started = run_in_background([](const Report& report) {
    report(true, "15");
    return 0;
  });
  ASSERT_TRUE(started);
  EXPECT_TRUE(started->ready);
  EXPECT_EQ(started->text, "15");
}

TEST_F(BackgroundTest, ReportsWhyItCouldNot) {
  const auto started = run_in_background([](const Report& report) {
    report(false, "3This is not the passphrase.");
    return 1;
  });
  ASSERT_TRUE(started);
  EXPECT_FALSE(started->ready);
  EXPECT_EQ(started->text, "3This is not the passphrase.");
}

TEST_F(BackgroundTest, EndingWithoutAReportIsAnError) {
  EXPECT_FALSE(run_in_background([](const Report&) { return 0; }));
}

TEST_F(BackgroundTest, LeavesNoImageAndNoTerminal) {
  const int inherited = ::open("/dev/zero", O_RDONLY);  // what a careless shell leaves open
  const pid_t session = ::getsid(0);
  const auto started = run_in_background([&](const Report& report) {
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    std::string wrong;
    if (::prctl(PR_GET_DUMPABLE) != 0) wrong += "dumpable ";
    if (core.rlim_cur != 0 || core.rlim_max != 0) wrong += "core ";
    if (::getsid(0) == session) wrong += "session ";
    if (::fcntl(inherited, F_GETFD) != -1) wrong += "descriptor ";
    struct sigaction pipe {};
    ::sigaction(SIGPIPE, nullptr, &pipe);
    if (pipe.sa_handler != SIG_IGN) wrong += "sigpipe ";
    report(wrong.empty(), wrong);
    return 0;
  });
  ASSERT_TRUE(started);
  EXPECT_TRUE(started->ready) << started->text;
}

}  // namespace
}  // namespace haki::owner
