#include "media/mp4.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <vector>

#include "media/big_endian.h"
#include "media/said.h"

namespace haki::media {

namespace {

constexpr std::uint64_t kSecondsFrom1904To1970 = 2'082'844'800;
constexpr std::uint64_t kSecondsMax = 253'402'300'800;  // until the year 10000
constexpr std::size_t kKeysMax = 1'000;

struct Box {
  std::string_view type;
  std::string_view content;
  bool complete = true;
};

bool is_box_type(std::string_view type) {
  return std::all_of(type.begin(), type.end(), [](char c) { return (c >= ' ' && c <= '~') || c == '\xa9'; });
}

// Takes the next box off `rest`; nothing where there is none.
std::optional<Box> next_box(std::string_view& rest) {
  if (rest.size() < 8) return std::nullopt;
  Box box;
  box.type = rest.substr(4, 4);
  std::uint64_t size = big_endian(rest, 0, 4);
  std::size_t head = 8;
  if (size == 1 && rest.size() >= 16) {
    size = big_endian(rest, 8, 8);
    head = 16;
  } else if (size == 0) {
    size = rest.size();  // to the end
  }
  if (size < head) return std::nullopt;
  box.complete = size <= rest.size();
  const std::string_view whole = rest.substr(0, size);
  box.content = whole.substr(head);
  rest.remove_prefix(whole.size());
  return box;
}

std::string_view find_box(std::string_view boxes, std::string_view type) {
  while (const auto box = next_box(boxes)) {
    if (box->type == type) return box->content;
  }
  return {};
}

std::string utc(std::uint64_t seconds_since_1904) {
  using namespace std::chrono;
  if (seconds_since_1904 <= kSecondsFrom1904To1970) return {};  // never set, or counted from another year
  const std::uint64_t since_1970 = seconds_since_1904 - kSecondsFrom1904To1970;
  if (since_1970 >= kSecondsMax) return {};
  const sys_seconds time{seconds(static_cast<std::int64_t>(since_1970))};
  const auto date = floor<days>(time);
  const year_month_day day(date);
  const hh_mm_ss clock(time - date);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

// One number of ISO 6709 in degrees, off the beginning of `text`: "+27.5916".
std::optional<double> take_degrees(std::string_view& text, std::size_t whole_digits) {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const std::size_t end = std::min(text.find_first_not_of("0123456789.", 1), text.size());
  const std::string_view number = text.substr(1, end - 1);
  if (std::min(number.find('.'), number.size()) != whole_digits) return std::nullopt;  // degrees and minutes have more
  double degrees = 0;
  if (std::from_chars(number.data(), number.data() + number.size(), degrees).ec != std::errc()) return std::nullopt;
  if (text[0] == '-') degrees = -degrees;
  text.remove_prefix(end);
  return degrees;
}

std::optional<std::pair<double, double>> iso_6709(std::string_view text) {
  const auto latitude = take_degrees(text, 2);
  const auto longitude = latitude ? take_degrees(text, 3) : std::nullopt;
  return longitude ? position_said(*latitude, *longitude) : std::nullopt;
}

// 3GPP TS 26.244, section 8.12: a name, a role, longitude and latitude as 16.16.
std::optional<std::pair<double, double>> location_of_3gpp(std::string_view content) {
  if (content.size() < 6) return std::nullopt;
  content.remove_prefix(6);
  const bool wide = content.starts_with("\xfe\xff") || content.starts_with("\xff\xfe");
  std::size_t end = 0;
  if (wide) {
    while (end + 2 <= content.size() && (content[end] != 0 || content[end + 1] != 0)) end += 2;
    end += 2;
  } else {
    end = std::min(content.find('\0'), content.size()) + 1;
  }
  if (content.size() < end + 9) return std::nullopt;
  const auto fixed = [&](std::size_t at) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(big_endian(content, at, 4))) / 65'536.0;
  };
  return position_said(fixed(end + 5), fixed(end + 1));
}

// QuickTime's text: length, language, letters. Some writers leave both out, and are taken as they are.
std::string_view quicktime_text(std::string_view content) {
  if (content.size() < 4) return content;
  const std::size_t length = big_endian(content, 0, 2);
  return length <= content.size() - 4 ? content.substr(4, length) : content;
}

// A place that cannot be read is told to be there.
void add_place(std::optional<std::pair<double, double>> position, Mp4& mp4) {
  mp4.has_place = true;
  if (position) mp4.position = position;
}

// `is_list`: iTunes' list within user data, which holds no other.
void read_user_data(std::string_view boxes, bool is_list, Mp4& mp4) {
  // \251 is the copyright sign of Mac Roman, which begins the names that Apple gave.
  constexpr std::string_view kPersons[] = {"\251ART", "aART", "\251aut", "\251wrt", "auth", "cprt", "\251cpy", "perf"};
  constexpr std::string_view kKnown[] = {"\251xyz", "loci", "\251mak", "\251mod", "meta", "free", "skip"};
  constexpr std::string_view kComments[] = {"\251nam", "\251cmt", "\251des", "desc", "titl", "dscp"};
  while (const auto box = next_box(boxes)) {
    const auto is_one_of = [&](const auto& types) {
      return std::find(std::begin(types), std::end(types), box->type) != std::end(types);
    };
    if (box->type == "\251xyz") add_place(iso_6709(quicktime_text(box->content)), mp4);
    if (box->type == "loci") add_place(location_of_3gpp(box->content), mp4);
    if (box->type == "\251mak") mp4.make = quicktime_text(box->content);
    if (box->type == "\251mod") mp4.model = quicktime_text(box->content);
    if (is_one_of(kPersons)) mp4.names_person = true;
    if (is_one_of(kComments)) mp4.has_comment = true;
    const bool is_other = !is_one_of(kPersons) && !is_one_of(kComments) && !is_one_of(kKnown);
    if (is_other && box->content.find_first_not_of('\0') != std::string_view::npos) mp4.has_more = true;
    if (!is_list && box->type == "meta" && box->content.size() >= 4) {  // version and flags come first
      read_user_data(find_box(box->content.substr(4), "ilst"), true, mp4);
    }
  }
}

// Apple's metadata: a list of names, and values that name theirs by number (QuickTime File Format, "Metadata").
void read_apple_metadata(std::string_view boxes, Mp4& mp4) {
  std::string_view names = find_box(boxes, "keys");
  names.remove_prefix(std::min<std::size_t>(names.size(), 8));
  std::vector<std::string_view> keys;
  while (const auto key = keys.size() < kKeysMax ? next_box(names) : std::nullopt) keys.push_back(key->content);

  std::string_view values = find_box(boxes, "ilst");
  while (const auto value = next_box(values)) {
    const std::uint64_t number = big_endian(value->type);
    const std::string_view data = find_box(value->content, "data");
    if (number < 1 || number > keys.size() || data.size() < 8) continue;
    const std::string_view key = keys[number - 1], text = data.substr(8);
    if (key == "com.apple.quicktime.location.ISO6709") add_place(iso_6709(text), mp4);
    if (key == "com.apple.quicktime.make") mp4.make = text;
    if (key == "com.apple.quicktime.model") mp4.model = text;
    if (key == "com.apple.quicktime.author" || key == "com.apple.quicktime.artist") mp4.names_person = true;
    if (key == "com.apple.quicktime.comment" || key == "com.apple.quicktime.description") mp4.has_comment = true;
    if (key == "com.apple.quicktime.creationdate") {
      const std::string time = time_said(text),
                        offset = offset_said(text.substr(std::min<std::size_t>(text.size(), 19)));
      if (!time.empty()) mp4.captured_at = time + offset;
    }
  }
}

// Whether the index names bytes at or beyond `end`.
bool points_beyond(std::string_view sample_table, std::uint64_t end) {
  for (const auto& [type, bytes] : {std::pair("stco", std::size_t{4}), std::pair("co64", std::size_t{8})}) {
    std::string_view offsets = find_box(sample_table, type);
    for (offsets.remove_prefix(std::min<std::size_t>(offsets.size(), 8)); offsets.size() >= bytes;
         offsets.remove_prefix(bytes)) {
      if (big_endian(offsets, 0, bytes) >= end) return true;
    }
  }
  return false;
}

void read_track(std::string_view track, std::uint64_t file_bytes, Mp4& mp4) {
  const std::string_view media = find_box(track, "mdia");
  const std::string_view handler = find_box(media, "hdlr");
  const std::string_view kind = handler.size() >= 12 ? handler.substr(8, 4) : std::string_view();
  if (kind == "soun") mp4.has_sound = true;
  const bool is_known = kind == "soun" || kind == "vide" || kind.empty();
  if (!is_known || !find_box(track, "udta").empty() || !find_box(track, "meta").empty()) mp4.has_more = true;
  if (points_beyond(find_box(find_box(media, "minf"), "stbl"), file_bytes)) mp4.is_truncated = true;
  if (kind != "vide") return;
  const std::string_view header = find_box(track, "tkhd");
  if (!mp4.has_video && header.size() >= 84) {
    // The last 44 bytes: nine numbers that turn the picture, width and height as 16.16.
    const std::string_view last = header.substr(header.size() - 44);
    mp4.width = static_cast<std::uint32_t>(big_endian(last, 36, 2));
    mp4.height = static_cast<std::uint32_t>(big_endian(last, 40, 2));
    const bool lies_on_its_side = big_endian(last, 0, 4) == 0 && big_endian(last, 16, 4) == 0;
    if (lies_on_its_side) std::swap(mp4.width, mp4.height);
  }
  mp4.has_video = true;
}

void read_movie(std::string_view boxes, std::uint64_t file_bytes, Mp4& mp4) {
  while (const auto box = next_box(boxes)) {
    if (box->type == "mvhd" && box->content.size() >= 12 && mp4.captured_at.empty()) {
      mp4.captured_at = utc(box->content[0] == 1 ? big_endian(box->content, 4, 8) : big_endian(box->content, 4, 4));
    }
    if (box->type == "trak") read_track(box->content, file_bytes, mp4);
    if (box->type == "udta") read_user_data(box->content, false, mp4);
    if (box->type == "meta") read_apple_metadata(box->content, mp4);
    if (box->type == "uuid") mp4.has_more = true;
  }
}

}  // namespace

bool begins_as_mp4(std::string_view bytes) {
  if (bytes.size() < 12) return false;
  const std::string_view type = bytes.substr(4, 4);
  if (type == "ftyp") return true;
  const std::uint64_t size = big_endian(bytes, 0, 4);
  const bool is_size = size <= 1 || (size >= 8 && size < 1ULL << 31);
  return is_size && (type == "moov" || type == "mdat" || type == "wide" || type == "free" || type == "skip");
}

Mp4 mp4_of(std::string_view bytes) {
  constexpr std::array<std::string_view, 10> kTopLevel{"ftyp", "moov", "mdat", "free", "skip",
                                                       "wide", "moof", "mfra", "sidx", "styp"};
  Mp4 mp4;
  bool has_index = false;
  std::string_view rest = bytes;
  while (const auto box = next_box(rest)) {
    if (!is_box_type(box->type)) {  // something else behind it
      mp4.has_more = true;
      break;
    }
    const bool is_known = std::find(kTopLevel.begin(), kTopLevel.end(), box->type) != kTopLevel.end();
    if (!is_known) mp4.has_more = true;
    if (!box->complete) mp4.is_truncated = true;
    if (box->type == "ftyp" && mp4.brand.empty() && box->content.size() >= 4) mp4.brand = box->content.substr(0, 4);
    if (box->type == "moov") read_movie(box->content, bytes.size(), mp4);
    if (box->type == "moov" || box->type == "moof" || box->type == "meta") has_index = true;
  }
  if (!has_index) mp4.is_truncated = true;  // cameras write it last
  return mp4;
}

}  // namespace haki::media
