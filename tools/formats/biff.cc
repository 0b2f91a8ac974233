#include "formats/biff.h"

#include <algorithm>

#include "formats/little_endian.h"
#include "formats/text_encoding.h"

namespace haki::formats {

namespace {
constexpr std::size_t kRecordHeadBytes = 4;
constexpr unsigned kContinueRecord = 0x3c;
}  // namespace

std::optional<BiffRecord> BiffRecords::next() {
  if (at_ >= stream_.size()) return std::nullopt;
  const auto id = static_cast<unsigned>(little_endian(stream_, at_, 2));
  const std::size_t size = little_endian(stream_, at_ + 2, 2);
  damaged_ = stream_.size() - at_ < kRecordHeadBytes + size;
  if (damaged_) return std::nullopt;
  const BiffRecord record{id, stream_.substr(at_ + kRecordHeadBytes, size)};
  at_ += kRecordHeadBytes + size;
  return record;
}

std::vector<std::string_view> BiffRecords::with_continuations(std::string_view body) {
  std::vector<std::string_view> pieces{body};
  while (little_endian(stream_, at_, 2) == kContinueRecord) {
    const auto record = next();
    if (!record) break;
    pieces.push_back(record->body);
  }
  return pieces;
}

std::string_view BiffText::rest() {
  while (piece_ < pieces_.size() && at_ >= pieces_[piece_].size()) {
    ++piece_;
    at_ = 0;
  }
  return piece_ < pieces_.size() ? pieces_[piece_].substr(at_) : std::string_view();
}

bool BiffText::at_end() { return rest().empty(); }

std::uint64_t BiffText::number(std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::string_view left = rest();
    damaged_ = damaged_ || left.empty();
    if (left.empty()) return 0;
    number |= std::uint64_t{static_cast<unsigned char>(left.front())} << (8 * i);
    ++at_;
  }
  return number;
}

void BiffText::skip(std::uint64_t bytes) {
  while (bytes > 0) {
    const std::string_view left = rest();
    damaged_ = damaged_ || left.empty();
    if (left.empty()) return;
    const std::uint64_t step = std::min<std::uint64_t>(bytes, left.size());
    at_ += static_cast<std::size_t>(step);
    bytes -= step;
  }
}

std::string BiffText::unicode(std::uint64_t characters) {
  constexpr std::uint64_t kWide = 1, kPhonetic = 4, kRich = 8;
  const std::uint64_t flags = number(1);
  const std::uint64_t runs = (flags & kRich) != 0 ? number(2) : 0;
  const std::uint64_t phonetic_bytes = (flags & kPhonetic) != 0 ? number(4) : 0;
  bool wide = (flags & kWide) != 0;
  std::string utf16;
  std::size_t piece = piece_;
  while (characters > 0 && !damaged_) {
    const std::string_view left = rest();
    if (piece_ != piece) {  // a continuation says anew how wide its characters are
      wide = (number(1) & kWide) != 0;
      piece = piece_;
      continue;
    }
    const std::size_t width = wide ? 2 : 1;
    const std::uint64_t count = std::min<std::uint64_t>(characters, left.size() / width);
    damaged_ = count == 0;
    for (std::size_t i = 0; i < count; ++i) {
      utf16 += left[i * width];
      utf16 += wide ? left[i * width + 1] : '\0';
    }
    at_ += static_cast<std::size_t>(count) * width;
    characters -= count;
  }
  skip(4 * runs + phonetic_bytes);
  return decode_utf16(utf16, true);
}

std::string BiffText::bytes(std::uint64_t count) {
  std::string text;
  while (count > 0 && !damaged_) {
    const std::string_view left = rest().substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(count, 1U << 20)));
    damaged_ = left.empty();
    text += left;
    at_ += left.size();
    count -= left.size();
  }
  return text;
}

}  // namespace haki::formats
