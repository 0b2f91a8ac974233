#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cli/command.h"

namespace haki::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Completion, EveryShellKnowsEveryCommandAndOption) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell);
    for (const Command& command : all_commands()) {
      for (const std::string& word : command.path) EXPECT_THAT(script, HasSubstr(word)) << shell;
      for (const Option& option : command.options) {
        EXPECT_THAT(script, HasSubstr(option.name.substr(2))) << shell << " " << command.words();
      }
    }
  }
}

// What bash offers where the cursor stands after `line`.
std::string offered(const std::string& line) {
  const std::string file = ::testing::TempDir() + "/haki-completion.bash";
  std::ofstream(file) << completion_script("bash")
                      << "read -ra COMP_WORDS <<<\"$1\"; [[ $1 == *' ' ]] && COMP_WORDS+=('')\n"
                         "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _haki; echo \" ${COMPREPLY[*]} \"\n";
  FILE* pipe = ::popen(("bash " + file + " '" + line + "'").c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer{};
  while (pipe != nullptr && std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) text += buffer.data();
  EXPECT_EQ(::pclose(pipe), 0);
  std::filesystem::remove(file);
  return text;
}

TEST(Completion, BashOffersWhatFits) {
  EXPECT_THAT(offered("haki re"), HasSubstr(" review "));
  EXPECT_THAT(offered("haki review "), HasSubstr(" approve "));
  EXPECT_THAT(offered("haki review "), Not(HasSubstr(" found ")));
  EXPECT_THAT(offered("haki review return 3f9a --re"), HasSubstr(" --reason "));
  EXPECT_THAT(offered("haki invite --role m"), HasSubstr(" monitor "));
  EXPECT_THAT(offered("haki --home /somewhere scorecard show --by "), HasSubstr(" district "));
  EXPECT_THAT(offered("haki --lang sw re"), HasSubstr(" recommendation "));
}

}  // namespace
}  // namespace haki::cli
