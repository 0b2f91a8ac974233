#include "store/wal_walk.h"

#include <cstring>
#include <vector>

namespace haki::store {
namespace {

// SQLite's file format, https://www.sqlite.org/fileformat2.html#walformat: all integers big-endian; the magic's last
// bit says in which order checksums read their words.
constexpr std::uint32_t kMagic = 0x377F0682;
constexpr std::uint32_t kVersion = 3007000;

std::uint32_t big_endian(const std::uint8_t* from) {
  return static_cast<std::uint32_t>(from[0]) << 24 | static_cast<std::uint32_t>(from[1]) << 16 |
         static_cast<std::uint32_t>(from[2]) << 8 | from[3];
}
void put_big_endian(std::uint8_t* to, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

struct Checksum {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  bool operator==(const Checksum&) const = default;
};

Checksum checksum_at(const std::uint8_t* from) { return {big_endian(from), big_endian(from + 4)}; }

// Precondition: bytes.size() is a multiple of 8.
Checksum add_to(Checksum sum, ByteView bytes, bool big_endian_words) {
  const auto word = [&](std::size_t at) {
    const std::uint8_t* b = bytes.data() + at;
    if (big_endian_words) return big_endian(b);
    return static_cast<std::uint32_t>(b[3]) << 24 | static_cast<std::uint32_t>(b[2]) << 16 |
           static_cast<std::uint32_t>(b[1]) << 8 | b[0];
  };
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    sum.first += word(at) + sum.second;
    sum.second += word(at + 4) + sum.first;
  }
  return sum;
}

using Header = std::array<std::uint8_t, kWalHeaderBytes>;

bool big_endian_words(const Header& header) { return (big_endian(header.data()) & 1) != 0; }

bool is_valid(const Header& header) {
  return (big_endian(header.data()) & ~1U) == kMagic && big_endian(header.data() + 4) == kVersion &&
         big_endian(header.data() + 8) == kPageBytes &&
         add_to({}, {header.data(), 24}, big_endian_words(header)) == checksum_at(header.data() + 24);
}

// One opened frame.
class Frame {
 public:
  explicit Frame(const std::uint8_t* bytes) : bytes_(bytes) {}
  const std::uint8_t* salts() const { return bytes_ + 8; }
  bool has_salts_of(const Header& header) const { return std::memcmp(salts(), header.data() + 16, 8) == 0; }
  bool names_a_page() const { return big_endian(bytes_) != 0; }
  bool is_commit() const { return big_endian(bytes_ + 4) != 0; }
  Checksum checksum() const { return checksum_at(bytes_ + 16); }
  bool follows(Checksum before, bool big_endian_order) const {
    const Checksum sum = add_to(before, {bytes_, 8}, big_endian_order);
    return add_to(sum, {bytes_ + kFrameHeaderBytes, kPageBytes}, big_endian_order) == checksum();
  }

 private:
  const std::uint8_t* bytes_;
};

// Reads and opens the records of a log one by one.
class Reader {
 public:
  Reader(DiskFile& file, const PageCipher& cipher, SealCounters& counters)
      : file_(file), cipher_(cipher), counters_(counters), sealed_(kRecordBytes), plain_(kFrameBytes) {}

  // False where the record's seal does not hold.
  Result<bool> open(std::uint64_t index) {
    HAKI_ASSIGN(const std::size_t got, file_.read(kWalHeaderBytes + index * kRecordBytes, sealed_));
    if (got != kRecordBytes) return Error{Code::kIo, "The store's log could not be read to its end."};
    ++counters_.records_opened;
    return cipher_.open_record(index, sealed_.data(), plain_.data());
  }
  Frame frame() const { return Frame(plain_.data()); }

 private:
  DiskFile& file_;
  const PageCipher& cipher_;
  SealCounters& counters_;
  std::vector<std::uint8_t> sealed_;
  crypto::SecretBytes plain_;
};

// The header that record 0 was written under, if the stored one is close enough to tell its checkpoint count.
std::optional<Header> rebuild(const Header& stored, const Frame& first) {
  const std::uint32_t stored_count = big_endian(stored.data() + 12);
  std::array<std::uint32_t, 34> counts{stored_count, stored_count - 1};
  for (std::uint32_t bit = 0; bit < 32; ++bit) counts[2 + bit] = stored_count ^ (1U << bit);
  for (const std::uint32_t magic : {kMagic, kMagic | 1}) {
    for (const std::uint32_t count : counts) {
      Header header;
      put_big_endian(header.data(), magic);
      put_big_endian(header.data() + 4, kVersion);
      put_big_endian(header.data() + 8, kPageBytes);
      put_big_endian(header.data() + 12, count);
      std::memcpy(header.data() + 16, first.salts(), 8);
      const Checksum sum = add_to({}, {header.data(), 24}, big_endian_words(header));
      put_big_endian(header.data() + 24, sum.first);
      put_big_endian(header.data() + 28, sum.second);
      if (first.follows(sum, big_endian_words(header))) return header;
    }
  }
  return std::nullopt;
}

// Are there, from record `from` on, two commits of this log in a run where each frame follows from the one before?
Result<bool> two_commits_behind(Reader& reader, const Header& header, std::uint64_t from, std::uint64_t records) {
  std::optional<Checksum> before;
  int commits = 0;
  for (std::uint64_t index = from; index < records; ++index) {
    HAKI_ASSIGN(const bool opens, reader.open(index));
    const Frame frame = reader.frame();
    if (!opens || !frame.has_salts_of(header)) {
      before.reset();
      continue;
    }
    if (!before || !frame.follows(*before, big_endian_words(header))) commits = 0;
    commits += frame.is_commit() ? 1 : 0;
    if (commits >= 2) return true;
    before = frame.checksum();
  }
  return false;
}

}  // namespace

Result<WalWalk> walk_wal(DiskFile& file, std::uint64_t records, const PageCipher& cipher, SealCounters& counters) {
  WalWalk walk;
  Header header;
  HAKI_ASSIGN(const std::size_t got, file.read(0, header));
  if (got != kWalHeaderBytes) return Error{Code::kIo, "The store's log could not be read."};
  Reader reader(file, cipher, counters);
  if (!is_valid(header)) {
    // The header is synced before the first record is written, so a record behind a bad header is the old log's, or
    // damage.
    HAKI_ASSIGN(const bool opens, reader.open(0));
    if (opens) walk.rebuilt_header = rebuild(header, reader.frame());
    if (!walk.rebuilt_header) {
      walk.damaged_at = 0;
      return walk;
    }
    ++counters.rebuilt_headers;
    header = *walk.rebuilt_header;
  }
  Checksum before = checksum_at(header.data() + 24);
  std::uint64_t index = 0;
  for (; index < records; ++index) {
    HAKI_ASSIGN(const bool opens, reader.open(index));
    const Frame frame = reader.frame();
    if (!opens || !frame.has_salts_of(header) || !frame.names_a_page()) break;
    if (!frame.follows(before, big_endian_words(header))) break;
    before = frame.checksum();
    if (frame.is_commit()) walk.committed = index + 1;
  }
  HAKI_ASSIGN(const bool damaged, two_commits_behind(reader, header, index, records));
  if (damaged) walk.damaged_at = index;
  return walk;
}

}  // namespace haki::store
