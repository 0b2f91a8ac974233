// A store's files, changed, then opened and read through the sealed VFS.
// Doors: 0 bytes changed as they lie on disk: what is still answered must be a state that was; 1 pages changed beneath their seal,
// and 2 frames of the log, with or without checksums that fit: as if somebody had the key, so that SQLite meets them.
#include "../unit/store/memory_disk.h"
#include "../unit/store/store_fixture.h"
#include "../unit/store/workload.h"
#include "base/assert.h"
#include "fields.h"
#include "fixed_randomness.h"
#include "target.h"

namespace haki::fuzz {

namespace of_store {
namespace {

using namespace store;

const std::string kLog = std::string(kStorePath) + "-wal";
constexpr std::size_t kCommits = 6;

// Files of one store: with a log, and closed.
struct Specimen {
  Witness witness;
  Image running, closed;
  PageCipher cipher{test_key(1), test_file_id(1)};
};

const Specimen& specimen() {
  static const Specimen kSpecimen = made_alike([] {
    Specimen made;
    MemoryDisk disk;
    HAKI_ASSERT(run_workload(Work::kSmall, disk, 0, made.witness));
    auto database = open_store(disk);
    HAKI_ASSERT(database);
    for (std::size_t number = 1; number <= kCommits; ++number) {
      HAKI_ASSERT(commit_once(Work::kSmall, **database, number));
      made.witness.acknowledge(look(**database)->digest);
      if (number == 2) HAKI_ASSERT((*database)->execute("PRAGMA wal_checkpoint(PASSIVE)"));
    }
    made.running = disk.image();
    database->reset();
    made.closed = disk.image();
    return made;
  });
  return kSpecimen;
}

std::size_t some_place(Fields& fields, std::size_t size) { return static_cast<std::size_t>(fields.number(3)) % std::max<std::size_t>(size, 1); }

// Writes a piece over bytes, or cuts them there.
void change_bytes(Fields& fields, Bytes& bytes) {
  const bool cut = fields.choice(8) == 1;
  const std::size_t at = some_place(fields, bytes.size());
  if (cut) return bytes.resize(at);
  const ByteView piece = fields.piece();
  if (fields.choice(8) == 1) bytes.resize(std::max(bytes.size(), at + piece.size()));  // it may grow
  const std::size_t size = std::min(piece.size(), bytes.size() - std::min(at, bytes.size()));
  std::copy_n(piece.begin(), size, bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

void change_on_disk(Fields& fields, Image& image) {
  for (std::size_t changes = 1 + fields.choice(3); changes > 0; --changes) {
    const bool log = fields.flag() && image.contains(kLog);
    change_bytes(fields, image.at(log ? kLog : kStorePath));
  }
}

void change_pages(Fields& fields, Image& image) {
  Bytes& file = image.at(kStorePath);
  for (std::size_t changes = 1 + fields.choice(3); changes > 0; --changes) {
    const std::size_t number = 1 + fields.byte() % (file.size() / kPageBytes);
    std::uint8_t* const sealed = file.data() + (number - 1) * kPageBytes;
    Bytes page(kPageBytes);
    HAKI_ASSERT(specimen().cipher.open_page(number, sealed, page.data()));
    const std::size_t at = static_cast<std::size_t>(fields.number(2)) % kPageContentBytes;
    const ByteView piece = fields.piece();
    std::copy_n(piece.begin(), std::min(piece.size(), kPageContentBytes - at), page.begin() + static_cast<std::ptrdiff_t>(at));
    specimen().cipher.seal_page(number, crypto::random_nonce(), page.data(), sealed);
  }
}

// SQLite's running sum over words in the order of the log's header, which is this machine's.
struct Sum {
  std::uint32_t first = 0, second = 0;
  void add(ByteView bytes, bool big_endian) {
    const auto word = [&](std::size_t at) {
      std::uint32_t value = 0;
      for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t{bytes[at + i]} << (big_endian ? 24 - 8 * i : 8 * i);
      return value;
    };
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) first += word(at) + second, second += word(at + 4) + first;
  }
  void put(std::uint8_t* to) const {
    for (int i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(first >> (24 - 8 * i)), to[4 + i] = static_cast<std::uint8_t>(second >> (24 - 8 * i));
  }
};

void change_log(Fields& fields, Image& image) {
  Bytes& log = image.at(kLog);
  const std::size_t records = (log.size() - kWalHeaderBytes) / kRecordBytes;
  const bool with_sums = fields.flag();
  const std::size_t changed = fields.byte() % records;
  const std::size_t at = static_cast<std::size_t>(fields.number(2)) % kFrameBytes;
  const ByteView piece = fields.piece();
  const bool big_endian = (log[3] & 1) != 0;
  Sum sum;
  sum.add(ByteView(log).first(24), big_endian);
  for (std::size_t index = 0; index < records; ++index) {
    std::uint8_t* const record = log.data() + kWalHeaderBytes + index * kRecordBytes;
    Bytes frame(kFrameBytes);
    HAKI_ASSERT(specimen().cipher.open_record(index, record, frame.data()));
    if (index == changed) std::copy_n(piece.begin(), std::min(piece.size(), kFrameBytes - at), frame.begin() + static_cast<std::ptrdiff_t>(at));
    sum.add(ByteView(frame).first(8), big_endian);
    sum.add(ByteView(frame).subspan(kFrameHeaderBytes), big_endian);
    if (with_sums) sum.put(frame.data() + 16);
    if (with_sums || index == changed) specimen().cipher.seal_record(index, crypto::random_nonce(), frame.data(), record);
  }
}

// Opens, reads everything, writes and closes.
bool use(Image image, bool must_be_known) {
  MemoryDisk disk(std::move(image));
  auto database = open_store(disk);
  if (!database) return false;
  const auto seen = look(**database);
  if (!seen) return false;
  if (must_be_known) {
    HAKI_ASSERT(seen->number <= kCommits && seen->digest == specimen().witness.digest(seen->number));
  }
  static_cast<void>((*database)->check());
  if (!commit_once(Work::kSmall, **database, seen->number + 1)) return false;
  static_cast<void>((*database)->checkpoint());
  return true;
}

bool take(ByteView input) {
  Fields fields(input);
  const std::size_t door = fields.choice(3);
  Image image = door == 2 || fields.flag() ? specimen().running : specimen().closed;
  if (door == 0) change_on_disk(fields, image);
  if (door == 1) change_pages(fields, image);
  if (door == 2) change_log(fields, image);
  return use(std::move(image), door == 0);
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  for (const std::uint8_t running : Bytes{0, 1}) {
    all.push_back(through(0, Bytes{running, 0, running, 0, 0, 0, 0, 0, 0, 0}));  // nothing changed
    for (std::uint8_t at = 0; at < 100; at += 20) {
      all.push_back(through(0, joined({Bytes{running, 0, running, 0, at, 0, 0}, as_piece(Bytes(4, 0xff)), Bytes{0}})));
      all.push_back(through(0, Bytes{running, 0, running, 1, at, 0x40, 0}));  // cut
    }
  }
  for (std::uint8_t page = 0; page < 24; ++page) {
    all.push_back(through(1, joined({Bytes{0, 0, page, page, 0}, as_piece(Bytes{0, 1, 0xff, 0xff})})));
  }
  all.push_back(through(1, joined({Bytes{0, 0, 0, 16, 0}, as_piece(Bytes{2, 0, 2, 2, 0})})));  // another size of pages
  all.push_back(through(1, joined({Bytes{0, 0, 0, 100, 0}, as_piece(Bytes{5, 0, 0, 0, 200, 0x0f})})));
  for (std::uint8_t frame = 0; frame < 12; ++frame) {
    all.push_back(through(2, joined({Bytes{1, frame, static_cast<std::uint8_t>(frame * 3), 0}, as_piece(Bytes{0, 0, 0, 9})})));
    all.push_back(through(2, joined({Bytes{0, frame, 30, 0}, as_piece(Bytes{1})})));
  }
  all.push_back(through(2, Bytes{1, 0, 0, 0, 0, 0}));
  return all;
}

}  // namespace
}  // namespace of_store

const Target kStore{"store", 1024, "", of_store::take, of_store::seeds, {}};

}  // namespace haki::fuzz
