// haki: the command line of a coalition's member.
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "cli/session.h"
#include "haki/secret_text.h"

namespace {

// A command line may hold what people recorded, and everybody on the device may list it (ps): once read, it goes.
std::vector<std::string> take_words(int count, char** words) {
  std::vector<std::string> taken;
  for (int i = 1; i < count; ++i) {
    taken.emplace_back(words[i]);
    haki::SecretText::wipe_memory(words[i], std::strlen(words[i]));
  }
  return taken;
}

}  // namespace

int main(int count, char** words) {
  try {
    return haki::cli::run_program(take_words(count, words));
  } catch (const std::exception& error) {  // memory, above all: nothing of ours throws
    std::fprintf(stderr, "haki: the command could not be finished (%s). What was saved is kept.\n", error.what());
    return 1;
  }
}
