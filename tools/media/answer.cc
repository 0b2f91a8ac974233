#include "media/answer.h"

#include <algorithm>
#include <array>
#include <bit>

#include "formats/frames.h"
#include "media/said.h"

namespace haki::media {

namespace {

using namespace std::string_view_literals;
using formats::FrameReader;
using formats::put_number;
using formats::put_text;
using formats::put_texts;

constexpr std::array kRemarkCodes{"empty"sv, "truncated"sv, "misnamed"sv, "unreadable"sv, "unknown_kind"sv};
constexpr std::array kHoldingCodes{"place"sv, "serial_number"sv, "person"sv, "comment"sv, "more"sv};
constexpr std::uint64_t kAbsent = 0xffffffff;
constexpr std::size_t kMediaTypeBytesMax = 64;

// Each of `codes`, in their order, at most once.
template <std::size_t Count>
bool are_of(const std::vector<std::string>& some, const std::array<std::string_view, Count>& codes) {
  auto next = codes.begin();
  for (const std::string& code : some) {
    next = std::find(next, codes.end(), code);
    if (next == codes.end()) return false;
    ++next;
  }
  return true;
}

bool is_media_type(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '-' || c == '.';
  };
  return text.size() <= kMediaTypeBytesMax && std::count(text.begin(), text.end(), '/') == 1 &&
         std::all_of(text.begin(), text.end(), fits);
}

bool is_time(std::string_view text) {
  if (text.empty()) return true;
  const std::string time = time_said(text);
  const std::string_view offset = text.substr(std::min<std::size_t>(text.size(), 19));
  return text == time + (offset.empty() ? std::string() : offset_said(offset));
}

}  // namespace

std::string encode_facts(const Facts& facts) {
  std::string payload;
  put_text(payload, facts.media_type);
  put_texts(payload, facts.remarks);
  put_number(payload, facts.width.value_or(kAbsent), 4);
  put_number(payload, facts.height.value_or(kAbsent), 4);
  put_text(payload, facts.captured_at);
  put_number(payload, facts.position ? 1 : 0, 1);
  const auto [latitude, longitude] = facts.position.value_or(std::pair(0.0, 0.0));
  put_number(payload, std::bit_cast<std::uint64_t>(latitude), 8);
  put_number(payload, std::bit_cast<std::uint64_t>(longitude), 8);
  put_text(payload, facts.device);
  put_texts(payload, facts.also_holds);
  put_number(payload, facts.looked_into ? 1 : 0, 1);
  return payload;
}

std::optional<Facts> decode_facts(std::string_view payload) {
  FrameReader in(payload);
  auto media_type = in.text();
  auto remarks = in.texts(kRemarkCodes.size());
  const auto width = in.number(4), height = in.number(4);
  auto captured_at = in.text();
  const auto has_position = in.number(1), latitude = in.number(8), longitude = in.number(8);
  auto device = in.text();
  auto also_holds = in.texts(kHoldingCodes.size());
  const auto looked_into = in.number(1);
  if (!looked_into || !in.at_end()) return std::nullopt;  // the reader gives nothing after what did not fit

  if (!is_media_type(*media_type) || !are_of(*remarks, kRemarkCodes) || !are_of(*also_holds, kHoldingCodes))
    return std::nullopt;
  if (!is_time(*captured_at) || *device != said(*device)) return std::nullopt;
  if ((*width == kAbsent) != (*height == kAbsent) || *width == 0 || *height == 0) return std::nullopt;
  Facts facts;
  if (*has_position != 0) {
    facts.position = position_said(std::bit_cast<double>(*latitude), std::bit_cast<double>(*longitude));
    if (!facts.position) return std::nullopt;
  }
  facts.media_type = std::move(*media_type);
  facts.remarks = std::move(*remarks);
  if (*width != kAbsent) {
    facts.width = static_cast<std::uint32_t>(*width);
    facts.height = static_cast<std::uint32_t>(*height);
  }
  facts.captured_at = std::move(*captured_at);
  facts.device = std::move(*device);
  facts.also_holds = std::move(*also_holds);
  facts.looked_into = *looked_into != 0;
  return facts;
}

std::string encode_copy(const Copy& copy) {
  std::string payload;
  put_number(payload, copy.width, 4);
  put_number(payload, copy.height, 4);
  payload += as_text(copy.bytes);
  return payload;
}

std::optional<Copy> decode_copy(std::string_view payload, std::size_t bytes_max, std::uint32_t side_max) {
  FrameReader in(payload);
  const auto width = in.number(4), height = in.number(4);
  if (!width || !height || *width < 1 || *height < 1 || *width > side_max || *height > side_max) return std::nullopt;
  const std::string_view bytes = payload.substr(8);
  if (bytes.size() > bytes_max || !bytes.starts_with("\xff\xd8\xff")) return std::nullopt;
  const ByteView view = as_bytes(bytes);
  return Copy{Bytes(view.begin(), view.end()), "image/jpeg", static_cast<std::uint32_t>(*width),
              static_cast<std::uint32_t>(*height)};
}

}  // namespace haki::media
