#include "media/kinds.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "formats/text_encoding.h"
#include "media/big_endian.h"
#include "media/jpeg_parts.h"
#include "media/mp4.h"
#include "media/png_parts.h"

namespace haki::media {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kTextBytesSeen = 64U << 10;
constexpr std::size_t kOggStreamsMax = 1'000;

struct Magic {
  std::string_view begin;
  Kind kind;
};

// Kinds that a few first bytes tell.
constexpr std::array kMagics{
    Magic{"\xff\xd8\xff"sv, {Family::kJpeg, "image/jpeg"}},
    Magic{kPngSignature, {Family::kPng, "image/png"}},
    Magic{"GIF87a"sv, {Family::kGif, "image/gif"}},
    Magic{"GIF89a"sv, {Family::kGif, "image/gif"}},
    Magic{"II*\0"sv, {Family::kTiff, "image/tiff"}},
    Magic{"MM\0*"sv, {Family::kTiff, "image/tiff"}},
    Magic{"#!AMR-WB\n"sv, {Family::kAmr, "audio/amr-wb"}},
    Magic{"#!AMR\n"sv, {Family::kAmr, "audio/amr"}},
    Magic{"fLaC"sv, {Family::kFlac, "audio/flac"}},
    Magic{"ID3"sv, {Family::kMp3, "audio/mpeg"}},
    Magic{"%PDF-"sv, {Family::kPdf, "application/pdf"}},
    Magic{"PK\x03\x04"sv, {Family::kZip, "application/zip"}},
    Magic{"PK\x05\x06"sv, {Family::kZip, "application/zip"}},
    Magic{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, {Family::kOle, "application/x-ole-storage"}},
    Magic{"{\\rtf"sv, {Family::kRtf, "application/rtf"}},
};

struct Ending {
  std::string_view ending;
  Family family;
};

constexpr std::array kEndings{
    Ending{"jpg", Family::kJpeg},     Ending{"jpeg", Family::kJpeg},    Ending{"jpe", Family::kJpeg},
    Ending{"jfif", Family::kJpeg},    Ending{"png", Family::kPng},      Ending{"gif", Family::kGif},
    Ending{"webp", Family::kWebp},    Ending{"tif", Family::kTiff},     Ending{"tiff", Family::kTiff},
    Ending{"dng", Family::kTiff},     Ending{"bmp", Family::kBmp},      Ending{"heic", Family::kHeif},
    Ending{"heif", Family::kHeif},    Ending{"hif", Family::kHeif},     Ending{"avif", Family::kHeif},
    Ending{"mp4", Family::kMp4},      Ending{"m4v", Family::kMp4},      Ending{"m4a", Family::kMp4},
    Ending{"m4b", Family::kMp4},      Ending{"3gp", Family::kMp4},      Ending{"3gpp", Family::kMp4},
    Ending{"3g2", Family::kMp4},      Ending{"mov", Family::kMp4},      Ending{"qt", Family::kMp4},
    Ending{"ogg", Family::kOgg},      Ending{"oga", Family::kOgg},      Ending{"ogv", Family::kOgg},
    Ending{"opus", Family::kOgg},     Ending{"spx", Family::kOgg},      Ending{"mp3", Family::kMp3},
    Ending{"aac", Family::kAac},      Ending{"amr", Family::kAmr},      Ending{"awb", Family::kAmr},
    Ending{"wav", Family::kWav},      Ending{"avi", Family::kAvi},      Ending{"flac", Family::kFlac},
    Ending{"mkv", Family::kMatroska}, Ending{"mka", Family::kMatroska}, Ending{"webm", Family::kMatroska},
    Ending{"pdf", Family::kPdf},      Ending{"zip", Family::kZip},      Ending{"docx", Family::kZip},
    Ending{"xlsx", Family::kZip},     Ending{"pptx", Family::kZip},     Ending{"odt", Family::kZip},
    Ending{"ods", Family::kZip},      Ending{"odp", Family::kZip},      Ending{"kmz", Family::kZip},
    Ending{"epub", Family::kZip},     Ending{"doc", Family::kOle},      Ending{"xls", Family::kOle},
    Ending{"ppt", Family::kOle},      Ending{"msg", Family::kOle},      Ending{"rtf", Family::kRtf},
    Ending{"txt", Family::kText},     Ending{"csv", Family::kText},     Ending{"tsv", Family::kText},
    Ending{"json", Family::kText},    Ending{"geojson", Family::kText}, Ending{"xml", Family::kText},
    Ending{"html", Family::kText},    Ending{"htm", Family::kText},     Ending{"md", Family::kText},
    Ending{"kml", Family::kText},     Ending{"gpx", Family::kText},     Ending{"eml", Family::kText},
    Ending{"vcf", Family::kText},     Ending{"srt", Family::kText},
};

Kind kind_of_mp4(std::string_view bytes) {
  const Mp4 mp4 = mp4_of(bytes);
  const std::string_view brand = mp4.brand;
  if (brand == "avif" || brand == "avis") return {Family::kHeif, "image/avif"};
  if (brand == "mif1" || brand == "msf1") return {Family::kHeif, "image/heif"};
  if (brand.starts_with("hei") || brand.starts_with("hev")) return {Family::kHeif, "image/heic"};
  const bool only_sound = !mp4.has_video && (mp4.has_sound || brand.starts_with("M4A") || brand.starts_with("M4B"));
  if (brand.starts_with("3g")) return {Family::kMp4, only_sound ? "audio/3gpp" : "video/3gpp"};
  if (only_sound) return {Family::kMp4, "audio/mp4"};
  if (brand == "qt  " || brand.empty()) return {Family::kMp4, "video/quicktime"};
  return {Family::kMp4, "video/mp4"};
}

// Of Ogg the first page says what is in it; a film begins with Theora's.
Kind kind_of_ogg(std::string_view bytes) {
  const bool is_film = bytes.substr(0, 64).find("theora") != std::string_view::npos;
  return {Family::kOgg, is_film ? "video/ogg" : "audio/ogg"};
}

Kind kind_of_riff(std::string_view bytes) {
  const std::string_view form = bytes.substr(8, 4);
  if (form == "WEBP") return {Family::kWebp, "image/webp"};
  if (form == "WAVE") return {Family::kWav, "audio/wav"};
  if (form == "AVI ") return {Family::kAvi, "video/x-msvideo"};
  return {};
}

// How long the frame of MPEG layer III at the beginning is; 0 where there is none.
std::size_t mp3_frame_bytes(std::string_view bytes) {
  constexpr std::array<int, 16> kKilobits1{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0};
  constexpr std::array<int, 16> kKilobits2{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0};
  constexpr std::array<int, 4> kHertz{44'100, 48'000, 32'000, 0};
  if (bytes.size() < 4) return 0;
  const auto head = static_cast<std::uint32_t>(big_endian(bytes, 0, 4));
  const unsigned version = head >> 19 & 3, layer = head >> 17 & 3;  // version 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
  if (head >> 21 != 0x7ff || version == 1 || layer != 1) return 0;
  const int kilobits = (version == 3 ? kKilobits1 : kKilobits2)[head >> 12 & 15];
  const int hertz = kHertz[head >> 10 & 3] / (version == 3 ? 1 : version == 2 ? 2 : 4);
  if (kilobits == 0 || hertz == 0) return 0;
  return static_cast<std::size_t>((version == 3 ? 144'000 : 72'000) * kilobits / hertz) + (head >> 9 & 1);
}

// The same of AAC in its own frames (ADTS).
std::size_t aac_frame_bytes(std::string_view bytes) {
  if (bytes.size() < 7 || (big_endian(bytes, 0, 2) & 0xfff6) != 0xfff0) return 0;
  const std::size_t size = big_endian(bytes, 3, 3) >> 5 & 0x1fff;
  return size < 7 ? 0 : size;
}

// Two frames one after the other: one may be chance.
template <typename FrameBytes>
bool begins_with_frames(std::string_view bytes, FrameBytes frame_bytes) {
  const std::size_t first = frame_bytes(bytes);
  return first != 0 && bytes.size() > first && frame_bytes(bytes.substr(first)) != 0;
}

// A text has no control characters, and is UTF-8 or mostly ASCII: older programs write in other encodings.
bool is_text(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe"sv) || bytes.starts_with("\xfe\xff"sv)) return bytes.size() % 2 == 0;
  std::string_view begin = bytes.substr(0, kTextBytesSeen);
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && (c < '\t' || c > '\r')) || c == '\x7f';
  };
  if (std::any_of(begin.begin(), begin.end(), is_control)) return false;
  const auto ascii =
      std::count_if(begin.begin(), begin.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (static_cast<std::size_t>(ascii) * 10 >= begin.size() * 7) return true;
  for (int i = 0; i < 3 && begin.size() < bytes.size() && !formats::is_utf8(begin); ++i)
    begin.remove_suffix(1);  // cut within a letter
  return formats::is_utf8(begin);
}

// Pages follow one another, and each stream's last one says that it is the last (RFC 3533).
bool is_ogg_truncated(std::string_view rest) {
  constexpr std::size_t kPageHeadBytes = 27;
  std::set<std::uint64_t> open;
  while (rest.starts_with("OggS")) {
    if (rest.size() < kPageHeadBytes) return true;
    const auto flags = static_cast<unsigned char>(rest[5]);
    const std::size_t segments = static_cast<unsigned char>(rest[26]);
    std::size_t size = kPageHeadBytes + segments;
    for (const char segment : rest.substr(kPageHeadBytes, segments)) size += static_cast<unsigned char>(segment);
    if (size > rest.size()) return true;
    const std::uint64_t stream = little_endian(rest, 14, 4);
    if ((flags & 4) != 0) {
      open.erase(stream);
    } else if (open.size() < kOggStreamsMax) {
      open.insert(stream);
    }
    rest.remove_prefix(size);
  }
  return !open.empty();
}

bool is_riff_truncated(std::string_view bytes) {
  const std::uint64_t size = little_endian(bytes, 4, 4);
  return size != 0xffffffff && size + 8 > bytes.size();  // who writes to a pipe cannot know the size
}

bool ends_with_mark(std::string_view bytes, std::string_view mark, std::size_t within) {
  return bytes.substr(bytes.size() - std::min(bytes.size(), within)).rfind(mark) != std::string_view::npos;
}

}  // namespace

Kind kind_of(std::string_view bytes) {
  if (bytes.empty()) return {};
  for (const Magic& magic : kMagics) {
    if (bytes.starts_with(magic.begin)) return magic.kind;
  }
  if (begins_as_mp4(bytes)) return kind_of_mp4(bytes);
  if (bytes.starts_with("OggS")) return kind_of_ogg(bytes);
  if (bytes.starts_with("RIFF") && bytes.size() >= 12) return kind_of_riff(bytes);
  if (bytes.starts_with("\x1a\x45\xdf\xa3"sv)) {
    const bool is_web = bytes.substr(0, 64).find("webm") != std::string_view::npos;
    return {Family::kMatroska, is_web ? "video/webm"sv : "video/x-matroska"sv};
  }
  // Two letters are little; the size of the header that follows is one of few.
  if (bytes.starts_with("BM") && bytes.size() >= 18 && little_endian(bytes, 14, 4) >= 12 &&
      little_endian(bytes, 14, 4) <= 124) {
    return {Family::kBmp, "image/bmp"};
  }
  if (begins_with_frames(bytes, mp3_frame_bytes)) return {Family::kMp3, "audio/mpeg"};
  if (begins_with_frames(bytes, aac_frame_bytes)) return {Family::kAac, "audio/aac"};
  if (is_text(bytes)) return {Family::kText, "text/plain"};
  return {};
}

bool is_misnamed(std::string_view name, Family family) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || family == Family::kUnknown) return false;
  std::string ending(name.substr(dot + 1));
  for (char& letter : ending) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  const auto* known =
      std::find_if(kEndings.begin(), kEndings.end(), [&](const Ending& row) { return row.ending == ending; });
  return known != kEndings.end() && known->family != family;
}

bool is_truncated(std::string_view bytes, Family family) {
  constexpr std::size_t kPdfEndBytes = 4U << 10;
  constexpr std::size_t kZipEndBytes = 22 + 65'535;  // the end and the longest comment behind it
  switch (family) {
    case Family::kJpeg:
      return jpeg_parts(bytes).end == JpegEnd::kTruncated;
    case Family::kPng: {
      const PngParts png = png_parts(bytes);
      return png.is_sound && !png.is_whole;
    }
    case Family::kHeif:
    case Family::kMp4:
      return mp4_of(bytes).is_truncated;
    case Family::kOgg:
      return is_ogg_truncated(bytes);
    case Family::kWebp:
    case Family::kWav:
    case Family::kAvi:
      return is_riff_truncated(bytes);
    case Family::kPdf:
      return !ends_with_mark(bytes, "%%EOF", kPdfEndBytes);
    case Family::kZip:
      return !ends_with_mark(bytes, "PK\x05\x06", kZipEndBytes);
    default:
      return false;
  }
}

}  // namespace haki::media
