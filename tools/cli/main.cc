// haki: the command line of a coalition's member.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/session.h"

int main(int count, char** words) {
  try {
    return haki::cli::run_program(std::vector<std::string>(words + (count > 0 ? 1 : 0), words + count));
  } catch (const std::exception& error) {  // memory, above all: nothing of ours throws
    std::fprintf(stderr, "haki: the command could not be finished (%s). What was saved is kept.\n", error.what());
    return 1;
  }
}
