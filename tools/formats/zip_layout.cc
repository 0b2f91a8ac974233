#include "formats/zip_layout.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "formats/little_endian.h"

namespace haki::formats {
namespace {

// The numbers are those of PKWARE's APPNOTE 6.3.10, sections 4.3.7 to 4.3.16.
constexpr std::string_view kLocalMark = "PK\x03\x04", kCentralMark = "PK\x01\x02", kEndMark = "PK\x05\x06";
constexpr std::string_view kEnd64Mark = "PK\x06\x06", kLocator64Mark = "PK\x06\x07", kDescriptorMark = "PK\x07\x08";
constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocator64Bytes = 20;
constexpr std::size_t kCommentBytesMax = 65'535;
constexpr std::uint64_t kDirectoryBytesMax = 64U << 20;
constexpr std::uint64_t kEntriesMax = 100'000;
constexpr std::uint16_t kExtra64 = 0x0001, kExtraUnicodeName = 0x7075;
constexpr std::uint16_t kFlagEncrypted = 1, kFlagDescriptor = 8, kFlagMasked = 1 << 13;
constexpr std::uint16_t kStored = 0, kDeflated = 8;
constexpr std::uint32_t kAll32 = 0xffffffff;
constexpr std::uint16_t kAll16 = 0xffff;

std::uint16_t zip_u16(std::string_view bytes, std::size_t at) { return static_cast<std::uint16_t>(little_endian(bytes, at, 2)); }
std::uint32_t zip_u32(std::string_view bytes, std::size_t at) { return static_cast<std::uint32_t>(little_endian(bytes, at, 4)); }
std::uint64_t zip_u64(std::string_view bytes, std::size_t at) { return little_endian(bytes, at, 8); }

struct Placed {
  ZipEntry entry;
  std::uint64_t offset = 0;
  std::uint16_t flags = 0;
  std::uint32_t crc = 0;
};

class LayoutReader {
 public:
  explicit LayoutReader(int fd) : fd_(fd) {}

  std::variant<ZipLayout, ZipFault> read() {
    struct stat seen{};
    if (::fstat(fd_, &seen) != 0 || seen.st_size < 0) return ZipFault::kNoZip;
    size_ = static_cast<std::uint64_t>(seen.st_size);
    if (const auto fault = find_end()) return *fault;
    if (const auto fault = read_directory()) return *fault;
    std::vector<const Placed*> by_place;
    for (const Placed& one : placed_) by_place.push_back(&one);
    std::ranges::sort(by_place, {}, &Placed::offset);
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < by_place.size(); ++i) {
      const std::uint64_t next = i + 1 < by_place.size() ? by_place[i + 1]->offset : directory_at_;
      if (by_place[i]->offset != at) return ZipFault::kHidden;
      if (const auto fault = check_local(*by_place[i], next)) return *fault;
      at = next;
    }
    if (at != directory_at_) return ZipFault::kHidden;
    ZipLayout layout;
    layout.has_comment = has_comment_;
    for (Placed& one : placed_) layout.entries.push_back(std::move(one.entry));
    return layout;
  }

 private:
  // Exactly so many bytes; empty where there are not.
  std::optional<std::string> bytes(std::uint64_t at, std::uint64_t count) const {
    if (at > size_ || count > size_ - at) return std::nullopt;
    std::string got(count, '\0');
    std::size_t done = 0;
    while (done < count) {
      const ssize_t read = ::pread(fd_, got.data() + done, count - done, static_cast<off_t>(at + done));
      if (read < 0 && errno == EINTR) continue;
      if (read <= 0) return std::nullopt;
      done += static_cast<std::size_t>(read);
    }
    return got;
  }

  // The end record is the last thing in the file, and there is no second one that another reader could take.
  std::optional<ZipFault> find_end() {
    const std::uint64_t tail_bytes = std::min<std::uint64_t>(size_, kEndBytes + kCommentBytesMax);
    const auto tail = bytes(size_ - tail_bytes, tail_bytes);
    if (!tail) return ZipFault::kNoZip;
    std::optional<std::size_t> found;
    bool any = false;
    for (std::size_t at = tail->find(kEndMark); at != std::string::npos; at = tail->find(kEndMark, at + 1)) {
      any = true;
      if (tail->size() - at < kEndBytes || zip_u16(*tail, at + 20) != tail->size() - at - kEndBytes) continue;
      if (found) return ZipFault::kContradicts;
      found = at;
    }
    if (!found) return any ? ZipFault::kHidden : bytes(0, 4) == kLocalMark ? ZipFault::kCutOff : ZipFault::kNoZip;
    const std::string_view end = std::string_view(*tail).substr(*found);
    has_comment_ = end.size() > kEndBytes;
    if (has_comment_ && end.find(kEndMark, 1) != std::string_view::npos) return ZipFault::kContradicts;
    end_at_ = size_ - end.size();
    entries_ = zip_u16(end, 10);
    directory_bytes_ = zip_u32(end, 12);
    directory_at_ = zip_u32(end, 16);
    if (zip_u16(end, 4) != 0 || zip_u16(end, 6) != 0 || zip_u16(end, 8) != zip_u16(end, 10)) return ZipFault::kContradicts;
    return read_end64();
  }

  // Where a locator stands before the end record, its numbers are the right ones; they may not contradict the others.
  std::optional<ZipFault> read_end64() {
    directory_end_ = end_at_;
    const auto locator = end_at_ >= kLocator64Bytes ? bytes(end_at_ - kLocator64Bytes, kLocator64Bytes) : std::nullopt;
    const bool wanted = entries_ == kAll16 || directory_bytes_ == kAll32 || directory_at_ == kAll32;
    if (!locator || !locator->starts_with(kLocator64Mark)) return wanted ? std::optional(ZipFault::kContradicts) : std::nullopt;
    directory_end_ = zip_u64(*locator, 8);
    const auto end = bytes(directory_end_, kEnd64Bytes);
    if (!end || !end->starts_with(kEnd64Mark) || directory_end_ + kEnd64Bytes + kLocator64Bytes != end_at_ || zip_u64(*end, 4) != kEnd64Bytes - 12 ||
        zip_u32(*locator, 4) != 0 || zip_u32(*locator, 16) != 1 || zip_u32(*end, 16) != 0 || zip_u32(*end, 20) != 0 || zip_u64(*end, 24) != zip_u64(*end, 32)) {
      return ZipFault::kContradicts;
    }
    const auto agrees = [](std::uint64_t small, std::uint64_t all, std::uint64_t large) { return small == all || small == large; };
    if (!agrees(entries_, kAll16, zip_u64(*end, 32)) || !agrees(directory_bytes_, kAll32, zip_u64(*end, 40)) || !agrees(directory_at_, kAll32, zip_u64(*end, 48))) {
      return ZipFault::kContradicts;
    }
    entries_ = zip_u64(*end, 32);
    directory_bytes_ = zip_u64(*end, 40);
    directory_at_ = zip_u64(*end, 48);
    return std::nullopt;
  }

  std::optional<ZipFault> read_directory() {
    if (entries_ > kEntriesMax || directory_bytes_ > kDirectoryBytesMax) return ZipFault::kTooMany;
    if (directory_at_ > directory_end_ || directory_bytes_ != directory_end_ - directory_at_) return ZipFault::kHidden;
    const auto directory = bytes(directory_at_, directory_bytes_);
    if (!directory) return ZipFault::kCutOff;
    std::string_view rest = *directory;
    for (std::uint64_t i = 0; i < entries_; ++i) {
      if (rest.size() < kCentralBytes || !rest.starts_with(kCentralMark)) return ZipFault::kContradicts;
      const std::size_t name = zip_u16(rest, 28), extra = zip_u16(rest, 30), comment = zip_u16(rest, 32);
      const std::size_t whole = kCentralBytes + name + extra + comment;
      if (rest.size() < whole || zip_u16(rest, 34) != 0) return ZipFault::kContradicts;
      if (const auto fault = take_entry(rest.substr(0, kCentralBytes), rest.substr(kCentralBytes, name), rest.substr(kCentralBytes + name, extra))) {
        return fault;
      }
      rest.remove_prefix(whole);
    }
    return rest.empty() ? std::nullopt : std::optional(ZipFault::kHidden);
  }

  std::optional<ZipFault> take_entry(std::string_view head, std::string_view name, std::string_view extra) {
    Placed one;
    one.flags = zip_u16(head, 8);
    one.entry.method = zip_u16(head, 10);
    one.crc = zip_u32(head, 16);
    one.entry.packed = zip_u32(head, 20);
    one.entry.bytes = zip_u32(head, 24);
    one.entry.name = name;
    one.offset = zip_u32(head, 42);
    if (!take_extra(extra, {&one.entry.bytes, &one.entry.packed, &one.offset})) return ZipFault::kContradicts;
    if ((one.flags & (kFlagEncrypted | kFlagMasked)) != 0) return ZipFault::kLocked;
    if (one.entry.method != kStored && one.entry.method != kDeflated) return ZipFault::kMethod;
    if (one.entry.method == kStored && one.entry.packed != one.entry.bytes) return ZipFault::kContradicts;
    one.entry.is_folder = name.ends_with('/');
    if (one.entry.is_folder && (one.entry.bytes != 0 || one.entry.packed > 2)) return ZipFault::kContradicts;
    // The kind of file that Unix made it of: none, a file, or a folder where the name says so.
    const unsigned kind = zip_u16(head, 4) >> 8 == 3 ? zip_u32(head, 38) >> 16 & 0170000 : 0;
    if (kind != 0 && kind != (one.entry.is_folder ? 0040000U : 0100000U)) return ZipFault::kLink;
    if (name.empty() || name.find('\0') != std::string_view::npos) return ZipFault::kContradicts;
    placed_.push_back(std::move(one));
    return std::nullopt;
  }

  // The large numbers, in their order, of those that say they are large. False where something does not fit, or a second name
  // is given.
  static bool take_extra(std::string_view extra, std::initializer_list<std::uint64_t*> numbers) {
    std::vector<std::uint64_t*> large;
    for (std::uint64_t* number : numbers) {
      if (*number == kAll32) large.push_back(number);
    }
    bool found = false;
    while (!extra.empty()) {
      if (extra.size() < 4) return false;
      const std::uint16_t kind = zip_u16(extra, 0), size = zip_u16(extra, 2);
      if (extra.size() < 4U + size || kind == kExtraUnicodeName) return false;
      if (kind == kExtra64) {
        if (found || size < 8 * large.size()) return false;
        found = true;
        for (std::size_t i = 0; i < large.size(); ++i) *large[i] = zip_u64(extra, 4 + 8 * i);
      }
      extra.remove_prefix(4U + size);
    }
    return found || large.empty();
  }

  // The header before the content says the same as the directory, and the content ends where the next thing begins.
  std::optional<ZipFault> check_local(const Placed& one, std::uint64_t next) const {
    const auto head = bytes(one.offset, kLocalBytes);
    if (!head || !head->starts_with(kLocalMark)) return ZipFault::kContradicts;
    const std::uint64_t name_bytes = zip_u16(*head, 26), extra_bytes = zip_u16(*head, 28);
    const auto names = bytes(one.offset + kLocalBytes, name_bytes + extra_bytes);
    if (!names || names->substr(0, name_bytes) != one.entry.name) return ZipFault::kContradicts;
    std::uint64_t packed = zip_u32(*head, 18), unpacked = zip_u32(*head, 22);
    if (!take_extra(std::string_view(*names).substr(name_bytes), {&unpacked, &packed})) return ZipFault::kContradicts;
    if (zip_u16(*head, 6) != one.flags || zip_u16(*head, 8) != one.entry.method) return ZipFault::kContradicts;
    const bool described = (one.flags & kFlagDescriptor) != 0;
    const bool same = zip_u32(*head, 14) == one.crc && packed == one.entry.packed && unpacked == one.entry.bytes;
    const bool left_open = described && zip_u32(*head, 14) == 0 && packed == 0 && unpacked == 0;
    if (!same && !left_open) return ZipFault::kContradicts;
    const std::uint64_t begin = one.offset + kLocalBytes + name_bytes + extra_bytes;
    if (begin > next || one.entry.packed > next - begin) return ZipFault::kHidden;
    const std::uint64_t end = begin + one.entry.packed;
    if (!described) return end == next ? std::nullopt : std::optional(ZipFault::kHidden);
    return check_descriptor(one, end, next);
  }

  // What follows a content whose header was written before its length was known: with a mark or not, with short numbers or long.
  std::optional<ZipFault> check_descriptor(const Placed& one, std::uint64_t at, std::uint64_t next) const {
    const std::uint64_t size = next - at;
    const auto descriptor = size >= 12 && size <= 24 ? bytes(at, size) : std::nullopt;
    if (!descriptor) return ZipFault::kHidden;
    std::string_view rest = *descriptor;
    if (size == 16 || size == 24) {
      if (!rest.starts_with(kDescriptorMark)) return ZipFault::kHidden;
      rest.remove_prefix(4);
    }
    const bool is_long = rest.size() == 20;
    if (!is_long && rest.size() != 12) return ZipFault::kHidden;
    const std::uint64_t packed = is_long ? zip_u64(rest, 4) : zip_u32(rest, 4), unpacked = is_long ? zip_u64(rest, 12) : zip_u32(rest, 8);
    const bool same = zip_u32(rest, 0) == one.crc && packed == one.entry.packed && unpacked == one.entry.bytes;
    return same ? std::nullopt : std::optional(ZipFault::kContradicts);
  }

  const int fd_;
  std::uint64_t size_ = 0, end_at_ = 0, directory_at_ = 0, directory_bytes_ = 0, directory_end_ = 0, entries_ = 0;
  bool has_comment_ = false;
  std::vector<Placed> placed_;
};

}  // namespace

std::variant<ZipLayout, ZipFault> read_zip_layout(int fd) { return LayoutReader(fd).read(); }

}  // namespace haki::formats
