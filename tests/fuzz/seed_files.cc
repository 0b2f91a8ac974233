#include "seed_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "crypto/hash.h"
#include "fields.h"
#include "fixed_randomness.h"

namespace haki::fuzz {

namespace {

namespace fs = std::filesystem;

bool write_seed(const fs::path& folder, ByteView bytes) {
  std::ofstream file(folder / to_hex(crypto::hash16({bytes})), std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return file.good();
}

bool is_wanted(const Target& target, const fs::directory_entry& entry) {
  return entry.is_regular_file() && std::ranges::find(target.endings, entry.path().extension().string()) != target.endings.end();
}

}  // namespace

std::size_t write_seeds(const Target& target, const fs::path& folder, const fs::path& real) {
  fix_randomness();
  std::error_code failed;
  fs::create_directories(folder, failed);
  std::size_t written = 0;
  for (const Bytes& seed : target.seeds()) written += write_seed(folder, seed) ? 1 : 0;
  if (real.empty() || target.endings.empty()) return written;
  for (const auto& entry : fs::recursive_directory_iterator(real, failed)) {
    if (!is_wanted(target, entry)) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    bytes.resize(std::min(bytes.size(), target.bytes_max - 1));
    written += write_seed(folder, through(0, bytes)) ? 1 : 0;
  }
  return written;
}

}  // namespace haki::fuzz
