// libFuzzer's way into one target: HAKI_FUZZ_TARGET is its constant. With --seeds FOLDER [FILES-FOLDER] as its only arguments the
// program writes what the target begins from, and ends.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "seed_files.h"
#include "target.h"

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  if (*count >= 3 && std::strcmp((*arguments)[1], "--seeds") == 0) {
    const std::size_t written =
        haki::fuzz::write_seeds(haki::fuzz::HAKI_FUZZ_TARGET, (*arguments)[2], *count > 3 ? (*arguments)[3] : "");
    std::printf("%zu\n", written);
    std::exit(written > 0 ? 0 : 1);
  }
  if (*count == 2 && std::strcmp((*arguments)[1], "--settings") == 0) {
    const haki::fuzz::Target& target = haki::fuzz::HAKI_FUZZ_TARGET;
    std::printf("%zu %s\n", target.bytes_max, std::string(target.dictionary).c_str());
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(haki::fuzz::run(haki::fuzz::HAKI_FUZZ_TARGET, {data, size}));
  return 0;
}
