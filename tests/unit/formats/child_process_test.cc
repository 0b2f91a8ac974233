// Goal: whatever the parsing child does, its parent gets an answer in plain words, soon, and no child is left behind.
// Method: children that do by intention what a broken or captured parser would do: hang, spin, crash, eat memory, talk
// nonsense, talk without end, open files. Time limits are real but short; none decides between pass and fail but the
// one under test.
#include "formats/child_process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <vector>

#include "files.h"

namespace haki::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ChildProcess : public ::testing::Test {
 protected:
  ChildProcess() : file_("bytes of the file") {
    input_ = ::open(file_.path().c_str(), O_RDONLY | O_CLOEXEC);
    limits_.memory_bytes = 256ULL << 20;
    limits_.cpu_seconds = 20;
    limits_.wall_seconds = 20;
    limits_.frame_bytes = 1U << 20;
    limits_.result_bytes = 8U << 20;
  }

  ~ChildProcess() override {
    ::close(input_);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child was left behind";
    EXPECT_EQ(errno, ECHILD);
  }

  // Runs the child; frames go to payloads_, and kDone is the last.
  Result<> run(const ChildWork& work) {
    return run_in_child("the file", input_, limits_, work, [this](const Frame& frame) -> Result<bool> {
      payloads_.push_back(frame.payload);
      return frame.kind == static_cast<std::uint8_t>(FrameKind::kDone);
    });
  }

  void expect_error(const ChildWork& work, Code code, const std::string& sentence) {
    const Result<> result = run(work);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code) << result.error().message;
    EXPECT_THAT(result.error().message, HasSubstr(sentence));
    EXPECT_THAT(result.error().message, HasSubstr("the file"));
  }

  TemporaryFile file_;
  int input_ = -1;
  ChildLimits limits_;
  std::vector<std::string> payloads_;
};

TEST_F(ChildProcess, HandsOverFramesInOrder) {
  const Result<> result = run([](int input_fd, FrameWriter& out) {
    std::string bytes(64, '\0');
    const ssize_t count = ::read(input_fd, bytes.data(), bytes.size());
    out.write(FrameKind::kRow, bytes.substr(0, static_cast<std::size_t>(count)));
    out.write(FrameKind::kRow, std::string(300'000, 'y'));
    out.write(FrameKind::kDone, "");
  });
  EXPECT_TRUE(result);
  EXPECT_THAT(payloads_, ElementsAre("bytes of the file", std::string(300'000, 'y'), ""));
}

TEST_F(ChildProcess, AHangingChildIsStopped) {
  limits_.wall_seconds = 1;
  expect_error(
      [](int, FrameWriter&) {
        for (;;) ::pause();
      },
      Code::kTooLarge, "took too long");
}

TEST_F(ChildProcess, AChildThatHangsAfterHalfAnAnswerIsStopped) {
  limits_.wall_seconds = 1;
  expect_error(
      [](int, FrameWriter& out) {
        out.write(FrameKind::kRow, "half");
        out.flush();
        for (;;) ::pause();
      },
      Code::kTooLarge, "took too long");
}

TEST_F(ChildProcess, ASpinningChildIsStoppedByItsProcessorTime) {
  limits_.cpu_seconds = 1;
  limits_.wall_seconds = 100;
  expect_error(
      [](int, FrameWriter&) {
        for (volatile bool on = true; on;) {
        }
      },
      Code::kTooLarge, "took too long");
}

TEST_F(ChildProcess, ACrashingChildIsOnePlainError) {
  expect_error([](int, FrameWriter&) { ::raise(SIGSEGV); }, Code::kDamaged, "broke off");
  expect_error([](int, FrameWriter&) { ::raise(SIGABRT); }, Code::kDamaged, "broke off");
  expect_error([](int, FrameWriter&) { throw 1; }, Code::kDamaged, "broke off");
  expect_error([](int, FrameWriter&) { ::_exit(0); }, Code::kDamaged, "broke off");
}

TEST_F(ChildProcess, AnAnswerWithoutItsEndIsNoAnswer) {
  expect_error([](int, FrameWriter& out) { out.write(FrameKind::kRow, "and then nothing"); }, Code::kDamaged,
               "broke off");
}

TEST_F(ChildProcess, AChildThatEatsMemoryIsStopped) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "under a sanitizer the address space cannot be held";
#endif
  expect_error(
      [](int, FrameWriter& out) {
        std::vector<std::string> hoard;
        for (int i = 0; i < 1'000; ++i) hoard.emplace_back(1U << 20, 'm');
        out.write(FrameKind::kDone, "");
      },
      Code::kTooLarge, "more memory than is allowed");
}

TEST_F(ChildProcess, AnEndlessAnswerIsCutOff) {
  expect_error(
      [](int, FrameWriter& out) {
        for (;;) out.write(FrameKind::kRow, std::string(1'000, 'z'));
      },
      Code::kTooLarge, "more than can be read at once");
}

TEST_F(ChildProcess, FramesAtTheLimitAndOneBeyond) {
  limits_.frame_bytes = 1'000;
  const auto write_frame_of = [](std::size_t bytes) {
    return [bytes](int, FrameWriter& out) {
      out.write(FrameKind::kRow, std::string(bytes, 'z'));
      out.write(FrameKind::kDone, "");
    };
  };
  EXPECT_TRUE(run(write_frame_of(1'000)));
  expect_error(write_frame_of(1'001), Code::kDamaged, "broke off");
}

TEST_F(ChildProcess, AnErrorOfTheReceiverStopsTheChild) {
  const Result<> result = run_in_child(
      "the file", input_, limits_,
      [](int, FrameWriter& out) {
        for (;;) out.write(FrameKind::kRow, "row");
      },
      [](const Frame&) -> Result<bool> {
        return Error{Code::kInvalid, "not this kind"};
      });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "not this kind");
}

// The child answers with what it could still reach: "open", or nothing.
TEST_F(ChildProcess, TheChildReachesNothingButItsTwoDescriptors) {
  const TemporaryFile secret("key");
  const int secret_fd = ::open(secret.path().c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(secret_fd, 0);
  const std::string other = file_.path();
  const std::string made = (file_.folder() / "made").string();
  const Result<> result = run([&](int input_fd, FrameWriter& out) {
    for (int fd = 5; fd < 100; ++fd) {
      if (::fcntl(fd, F_GETFD) != -1) out.write(FrameKind::kRow, "descriptor " + std::to_string(fd));
    }
    if (::open(other.c_str(), O_RDONLY) >= 0) out.write(FrameKind::kRow, "opened a file");
    if (::open(made.c_str(), O_WRONLY | O_CREAT, 0600) >= 0) out.write(FrameKind::kRow, "made a file");
    char byte = 0;
    if (::read(0, &byte, 1) > 0) out.write(FrameKind::kRow, "read standard input");
    if (::write(input_fd, "x", 1) > 0) out.write(FrameKind::kRow, "wrote to the input");
    out.write(FrameKind::kDone, "");
  });
  EXPECT_TRUE(result);
  EXPECT_THAT(payloads_, ElementsAre(""));
  EXPECT_FALSE(std::filesystem::exists(made));
  ::close(secret_fd);
}

TEST(Frames, WhatDoesNotFitIsNothingAndStaysSo) {
  std::string payload;
  put_number(payload, 7, 8);
  put_texts(payload, {"a", "\u00e9"});
  FrameReader good(payload);
  EXPECT_EQ(good.number(8), 7U);
  EXPECT_THAT(good.texts(2).value_or(std::vector<std::string>{}), ElementsAre("a", "\u00e9"));
  EXPECT_TRUE(good.at_end());

  for (std::size_t size = 0; size < payload.size(); ++size) {
    FrameReader cut(std::string_view(payload).substr(0, size));
    const bool number = cut.number(8).has_value();
    EXPECT_FALSE(number && cut.texts(2).has_value()) << size;
    EXPECT_FALSE(cut.at_end() && size > 8) << size;
    EXPECT_EQ(cut.number(1), std::nullopt);
  }
  FrameReader too_many(std::string_view(payload).substr(8));
  EXPECT_FALSE(too_many.texts(1));
}

TEST(Frames, TextsMustBeUtf8AndCountsHonest) {
  std::string payload;
  put_text(payload, "\xff\xfe");
  EXPECT_FALSE(FrameReader(payload).text());
  std::string boast;
  put_number(boast, 0xffffffff, 4);
  EXPECT_FALSE(FrameReader(boast).text());
  EXPECT_FALSE(FrameReader(boast).texts(256));
}

}  // namespace
}  // namespace haki::formats
