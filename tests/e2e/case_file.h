// Readable text cases for the command line: commands, and what they must print and end with.
//
//   # A comment, or the story's title.
//   @ server start            a server of the case's own; sets $URL. Also: stop, and token (sets $TOKEN). Where the case has
//                             written server.toml, with those settings
//   $ haki status             a command for sh, in a directory of the case's own
//   Everything here is ...    what it prints, line by line, with wildcards
//   > more of the command   its next line
//   ! haki: There is no       a beginning or part of a line on its stderr, in this order
//   ? 1                       how it ends; 0 where it is not said
//
// In an expected line <id> stands for 32 hexadecimal digits, <short> for 8 or more, <n> for a number, <time> for an RFC
// 3339 time, <any> for anything within the line; <id:NAME> also sets $NAME for what follows, as do the others. A line
// of three dots stands for any lines.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace haki::e2e {

struct Step {
  std::size_t line = 0;   // in the file
  std::string directive;  // "server start"; empty for a command
  std::string command;
  std::vector<std::string> expected;
  std::vector<std::string> on_stderr;
  int exit_code = 0;
};

// Empty with `problem` set where the file is not as above.
std::vector<Step> parse_case(const std::string& text, std::string& problem);

// Why `printed` is not what was expected; empty where it is. Names found go into `names`.
std::string compare(const std::vector<std::string>& expected, const std::string& printed,
                    std::map<std::string, std::string>& names);
std::string compare_stderr(const std::vector<std::string>& expected, const std::string& printed);

}  // namespace haki::e2e
