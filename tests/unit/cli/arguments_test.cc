// The table of commands and the taking apart of a line. Goal: no command without help, no sentence a person cannot act
// on.
#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cli/help.h"

namespace haki::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Result<Invocation> parse(const std::vector<std::string>& words) { return parse_command_line(words); }

std::string refusal(const std::vector<std::string>& words) {
  const auto parsed = parse(words);
  return parsed ? "(it was taken)" : parsed.error().message;
}

// The words of a command line as a shell would give them: single and double quotes, no more.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  bool any = false;
  char quote = 0;
  for (const char c : line) {
    if (quote == 0 && (c == '\'' || c == '"')) quote = c, any = true;
    else if (c == quote) quote = 0;
    else if (quote == 0 && c == ' ') {
      if (any) words.push_back(std::exchange(word, {}));
      any = false;
    } else word += c, any = true;
  }
  if (any) words.push_back(word);
  return words;
}

TEST(Commands, EachHasASummaryAndAnExampleThatIsItsOwn) {
  std::set<std::string> names;
  for (const Command& command : all_commands()) {
    EXPECT_TRUE(names.insert(command.words()).second) << command.words() << " is there twice";
    EXPECT_FALSE(command.summary.empty()) << command.words();
    EXPECT_FALSE(command.summary.ends_with(".")) << command.words();
    EXPECT_THAT(command.example, StartsWith("haki " + command.words()));
  }
  EXPECT_GT(names.size(), 60U);
}

TEST(Commands, EachParsesItsOwnExample) {
  for (const Command& command : all_commands()) {
    std::vector<std::string> words = words_of(command.example);
    ASSERT_EQ(words.front(), "haki");
    words.erase(words.begin());
    const auto parsed = parse(words);
    ASSERT_TRUE(parsed) << command.example << ": " << parsed.error().message;
    EXPECT_EQ(parsed->command, &command) << command.example;
    EXPECT_NE(command.run, nullptr) << command.words();
  }
}

TEST(Commands, HelpNamesEveryCommandAndShowsItsExample) {
  const std::string all = help_for_all();
  for (const Command& command : all_commands()) {
    EXPECT_THAT(all, HasSubstr("\n  " + command.words() + " "));
    EXPECT_THAT(help_for(command), HasSubstr(command.example));
    for (const Option& option : command.options) {
      EXPECT_THAT(help_for(command), HasSubstr(option.name)) << command.words();
    }
    for (const Option& option : global_options()) {
      EXPECT_THAT(help_for(command), HasSubstr(option.name)) << command.words();
    }
  }
}

TEST(Commands, AllOfTheContractAreKnown) {
  for (const char* words : {"found",
                            "invite",
                            "join",
                            "member list",
                            "member pending",
                            "member admit",
                            "member remove",
                            "member suspend",
                            "device list",
                            "device revoke",
                            "compartment list",
                            "compartment new",
                            "compartment grant",
                            "compartment withdraw",
                            "lock",
                            "unlock",
                            "wipe",
                            "passphrase change",
                            "passphrase duress",
                            "recovery kit",
                            "recovery split",
                            "recovery drill",
                            "recovery restore",
                            "policy show",
                            "policy set",
                            "endpoint show",
                            "endpoint set",
                            "form list",
                            "form show",
                            "form import",
                            "import",
                            "recommendation import",
                            "recommendation list",
                            "recommendation show",
                            "recommendation cluster",
                            "recommendation merge",
                            "recommendation unmerge",
                            "recommendation link",
                            "new",
                            "edit",
                            "submit",
                            "show",
                            "list",
                            "search",
                            "delete",
                            "erase",
                            "attachment list",
                            "attachment get",
                            "attachment redact",
                            "sync",
                            "status",
                            "outbox",
                            "quarantine list",
                            "quarantine show",
                            "quarantine accept",
                            "quarantine refuse",
                            "consent show",
                            "consent withdraw",
                            "conflict list",
                            "conflict show",
                            "conflict resolve",
                            "review queue",
                            "review approve",
                            "review reject",
                            "review return",
                            "verify-rating",
                            "scorecard show",
                            "report",
                            "early-warning",
                            "export matrix",
                            "export csv",
                            "export xlsx",
                            "export json",
                            "export geojson",
                            "export uwazi",
                            "export ics",
                            "export annex",
                            "export snapshot",
                            "export dossier",
                            "verify",
                            "bundle out",
                            "bundle in",
                            "completion",
                            "version"}) {
    EXPECT_THAT(help_for_all(), HasSubstr("\n  " + std::string(words) + " "));
  }
}

TEST(Arguments, GlobalOptionsStandAnywhere) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--home", "/h", "--json", "--lang", "sw", "review", "queue"},
        std::vector<std::string>{"review", "--home=/h", "queue", "--json", "--lang", "sw"},
        std::vector<std::string>{"review", "queue", "--lang=sw", "--json", "--home", "/h"}}) {
    const auto parsed = parse(words);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->command->words(), "review queue");
    EXPECT_EQ(parsed->home, "/h");
    EXPECT_TRUE(parsed->json);
    EXPECT_EQ(parsed->language, "sw");
  }
}

TEST(Arguments, ValuesAreTakenAsTheyStand) {
  const auto parsed = parse({"new", "observation", "--set", "narrative=- it=began [a,b] \"so\"", "--set=themes=x",
                             "--set", "--set", "--set", "[1,2]"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_THAT(parsed->arguments.all("--set"),
              ElementsAre("narrative=- it=began [a,b] \"so\"", "themes=x", "--set", "[1,2]"));
  EXPECT_EQ(parsed->arguments.one("FORM"), "observation");
}

TEST(Arguments, OneValueAfterEachMention) {
  const auto parsed = parse({"edit", "--set", "a=1", "3f9a", "--set", "b=2"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->arguments.one("ID"), "3f9a");
  EXPECT_THAT(parsed->arguments.all("--set"), ElementsAre("a=1", "b=2"));
}

TEST(Arguments, WordsThatAreCommandsMayBeValues) {
  EXPECT_THAT(parse({"search", "list", "review"})->arguments.all("TEXT"), ElementsAre("list", "review"));
  EXPECT_THAT(parse({"search", "[a,b]", "new"})->arguments.all("TEXT"), ElementsAre("[a,b]", "new"));
}

TEST(Arguments, TwoDashesEndTheOptions) {
  EXPECT_THAT(parse({"search", "--limit", "3", "--", "--json", "-5"})->arguments.all("TEXT"),
              ElementsAre("--json", "-5"));
  EXPECT_FALSE(parse({"search", "--", "--json"})->json);
}

TEST(Arguments, SwitchesAreThereOrNot) {
  EXPECT_TRUE(parse({"show", "3f9a", "--history"})->arguments.has("--history"));
  EXPECT_FALSE(parse({"show", "3f9a"})->arguments.has("--history"));
}

TEST(Arguments, HelpIsAskedForAnywhere) {
  EXPECT_TRUE(parse({"--help"})->help);
  EXPECT_TRUE(parse({"review", "--help"})->help);
  EXPECT_THAT(parse({"review", "--help"})->topic, ElementsAre("review"));
  EXPECT_TRUE(parse({"review", "return", "-h"})->help);
  EXPECT_TRUE(parse({"wipe", "--help"})->help);
  EXPECT_TRUE(parse({"invite", "--help"})->help) << "and nothing is required for that";
}

TEST(Arguments, RefusalsSayWhatToDo) {
  EXPECT_THAT(refusal({"shwo", "x"}), HasSubstr("Did you mean show?"));
  EXPECT_THAT(refusal({"review", "aprove", "x"}), HasSubstr("Did you mean approve?"));
  EXPECT_THAT(refusal({"review"}), HasSubstr("queue, approve, return, reject"));
  EXPECT_THAT(refusal({"show"}), HasSubstr("ID is missing"));
  EXPECT_THAT(refusal({"show", "a", "b"}), HasSubstr("\"b\" is one word too many"));
  EXPECT_THAT(refusal({"show", "a", "--histroy"}), HasSubstr("Did you mean --history?"));
  EXPECT_THAT(refusal({"new", "observation", "district=KE041"}), HasSubstr("put --set before \"district=...\""));
  EXPECT_THAT(refusal({"review", "return", "3f9a"}), HasSubstr("--reason TEXT is needed"));
  EXPECT_THAT(refusal({"invite", "--name", "W", "--role", "boss"}), HasSubstr("monitor, clinic, lead, auditor"));
  EXPECT_THAT(refusal({"list", "observation", "--limit"}), HasSubstr("--limit needs a value"));
  EXPECT_THAT(refusal({"list", "observation", "--limit", "3", "--limit", "4"}), HasSubstr("--limit is given twice"));
  EXPECT_THAT(refusal({"list", "--lang", "de"}), HasSubstr("en, fr, sw, ar"));
}

}  // namespace
}  // namespace haki::cli
