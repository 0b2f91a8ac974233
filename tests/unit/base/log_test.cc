// Goal: what people wrote, and what is secret, cannot get into a log line. Method: whether a call compiles. What the type
// system answers by itself is asked here; what makes the compiler stop is given to the compiler.
#include "base/log.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "haki/bytes.h"
#include "haki/secret_text.h"

namespace haki::base {
namespace {

struct Counted {
  int value;
};
[[maybe_unused]] std::string log_safe(const Counted& counted) { return std::to_string(counted.value); }

template <typename T>
concept Loggable = requires(LogLine& line, const T& value) { line.with("key", value); };

static_assert(Loggable<int> && Loggable<std::uint64_t> && Loggable<Code> && Loggable<Counted>);
static_assert(!Loggable<std::string> && !Loggable<std::string_view> && !Loggable<const char*> && !Loggable<char*>);
static_assert(!Loggable<Bytes> && !Loggable<ByteView> && !Loggable<SecretText> && !Loggable<Error>);
static_assert(!Loggable<RecordId> && !Loggable<DeviceId> && !Loggable<CoalitionId> && !Loggable<Hash>);
static_assert(!std::is_constructible_v<LogLine, Level, std::string>);
static_assert(!std::is_constructible_v<LogLine, Level, const char*>);
static_assert(!std::is_convertible_v<std::string, Literal> && !std::is_convertible_v<std::string_view, Literal>);

// Whether this body of a function compiles.
bool compiles(const std::string& body) {
  const std::string file = testing::TempDir() + "haki-log-misuse.cc";
  std::ofstream(file) << "#include \"base/log.h\"\nvoid use(const std::string& narrative, int count) {\n" + body +
                             "\n  (void)narrative, (void)count;\n}\n";
  const std::string source = HAKI_SOURCE_DIR;
  const std::string command = std::string(HAKI_COMPILER) + " -std=c++20 -fsyntax-only -I " + source +
                              "/client-core/src -I " + source + "/client-core/include " + file + " 2>/dev/null";
  return std::system(command.c_str()) == 0;
}

TEST(Log, ACallThatTakesWhatPeopleWroteDoesNotCompile) {
  const std::string info = "haki::base::log_info";
  ASSERT_TRUE(compiles(info + "(\"opened\").with(\"count\", count).with(\"kind\", \"own\");")) << "else nothing is shown";
  for (const std::string& misuse : {
           info + "(narrative);",
           info + "(narrative.c_str());",
           info + "(\"opened\").with(\"narrative\", narrative);",
           info + "(\"opened\").with(\"narrative\", narrative.c_str());",
           info + "(\"opened\").with(narrative, count);",
           "  char typed[16] = {}; " + info + "(\"opened\").with(\"narrative\", typed);",
           "  char typed[16] = {}; " + info + "(typed);",
           info + "(haki::base::Literal(narrative.c_str()));",
           info + "(\"opened\").add(\"narrative\", narrative);",
       }) {
    EXPECT_FALSE(compiles(misuse)) << misuse;
  }
}

}  // namespace
}  // namespace haki::base
