// Photos, films, recordings, and what a child says of them.
// Doors: 0 a file as it came; 1 a PNG of chunks from the input, each with its right checksum; 2 a JPEG of parts from the input; 3
// EXIF within a JPEG; 4 boxes of an MP4 from the input; 5 facts, 6 a copy, as a child could send them.
#include "../unit/media/phone_exif.h"
#include "base/assert.h"
#include "fields.h"
#include "media/answer.h"
#include "media/clean.h"
#include "media/jpeg_parts.h"
#include "media/kinds.h"
#include "media/png_parts.h"
#include "target.h"

namespace haki::fuzz {

namespace of_media {
namespace {

using namespace media;

constexpr std::uint64_t kPixelsHere = 1'000'000;  // more are decoded as these are, and take seconds
constexpr std::array<std::string_view, 5> kNames{"", "a.jpg", "a.png", "a.mp4", "a.txt"};

std::uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size && at + i < bytes.size(); ++i) number = number << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return number;
}

// As the head of the picture says, whichever of its heads says most.
std::uint64_t pixels_said(std::string_view bytes) {
  std::uint64_t most = 0;
  const Family family = kind_of(bytes).family;
  if (family == Family::kPng) {
    for (const PngPart& part : png_parts(bytes).parts) {
      if (part.type == "IHDR") most = std::max(most, big_endian(part.data, 0, 4) * big_endian(part.data, 4, 4));
    }
  } else if (family == Family::kJpeg) {
    for (const JpegPart& part : jpeg_parts(bytes).parts) {
      if (part.marker >= 0xc0 && part.marker <= 0xcf) most = std::max(most, big_endian(part.payload, 1, 2) * big_endian(part.payload, 3, 2));
    }
  }
  return most;
}

bool take_file(std::string_view bytes, std::string_view name) {
  static_cast<void>(is_truncated(bytes, kind_of(bytes).family));
  const auto clean = cleaned(bytes);
  if (const auto* whole = std::get_if<std::string>(&clean)) {
    // Nothing is left to be cleaned. Of a file that is cut off in its head not enough may be left to tell what it was.
    const auto again = cleaned(*whole);
    HAKI_ASSERT(again == clean || std::get_if<CannotClean>(&again) != nullptr);
  }
  if (pixels_said(bytes) > kPixelsHere) return false;
  const Inspection known = look_into(bytes, name, [](const Facts& facts) { HAKI_ASSERT(decode_facts(encode_facts(facts))); });
  HAKI_ASSERT(decode_facts(encode_facts(known.facts)));  // what a child says its parent takes
  if (known.thumbnail) HAKI_ASSERT(decode_copy(encode_copy(*known.thumbnail), kThumbnailBytesMax, kThumbnailSide));
  if (const auto* whole = std::get_if<std::string>(&clean); whole != nullptr && known.facts.looked_into && kind_of(*whole).family == kind_of(bytes).family) {
    const Facts left = look_into(*whole, name, [](const Facts&) {}).facts;
    HAKI_ASSERT(left.captured_at.empty() && !left.position && left.device.empty() && left.also_holds.empty());
  }
  return known.facts.looked_into;
}

std::string png_of_chunks(Fields& fields) {
  static constexpr std::array<std::string_view, 12> kTypes{"IHDR", "PLTE", "IDAT", "IEND", "eXIf", "tEXt", "zTXt", "iTXt", "tRNS", "gAMA", "iCCP", "acTL"};
  std::string png(kPngSignature);
  while (!fields.done() && png.size() < 256 * 1024) {
    const std::string type(kTypes[fields.choice(kTypes.size())]);
    png += png_chunk(type, as_text(fields.piece()));
  }
  return png;
}

std::string jpeg_of_parts(Fields& fields) {
  std::string jpeg = "\xff\xd8";
  while (!fields.done() && jpeg.size() < 256 * 1024) {
    const int marker = fields.byte();
    jpeg += jpeg_part(marker, as_text(fields.piece()));
    if (marker == kJpegScan) jpeg += as_text(fields.piece());
  }
  return jpeg + "\xff\xd9";
}

std::string boxes(Fields& fields, int depth) {
  static constexpr std::array<std::string_view, 20> kTypes{"ftyp", "moov", "trak", "mdia", "minf", "stbl", "mvhd", "tkhd", "mdhd", "hdlr",
                                                           "udta", "meta", "ilst", "keys", "data", "mdat", "\xa9xyz", "loci", "stco", "uuid"};
  std::string all;
  for (std::size_t count = 1 + fields.choice(6); count > 0 && !fields.done() && all.size() < 64 * 1024; --count) {
    const std::string_view type = kTypes[fields.choice(kTypes.size())];
    const bool holds_boxes = depth < 7 && fields.flag();
    all += box(type, holds_boxes ? boxes(fields, depth + 1) : std::string(as_text(fields.piece())));
  }
  return all;
}

const std::string& small_jpeg() {
  static const std::string kJpeg = jpeg_of(red_and_blue(16, 8));
  return kJpeg;
}

bool take(ByteView input) {
  Fields fields(input);
  switch (fields.choice(7)) {
    case 0: {
      const std::string_view name = kNames[fields.choice(kNames.size())];
      return take_file(as_text(fields.rest()), name);
    }
    case 1: return take_file(png_of_chunks(fields), "a.png");
    case 2: return take_file(jpeg_of_parts(fields), "a.jpg");
    case 3: return take_file(with_parts(small_jpeg(), jpeg_part(0xe1, "Exif" + std::string(2, '\0') + std::string(as_text(fields.rest())))), "a.jpg");
    case 4: return take_file(box("ftyp", "isom" + std::string(4, '\0') + "isom") + boxes(fields, 0), "a.mp4");
    case 5: {
      const auto facts = decode_facts(as_text(fields.rest()));
      if (!facts) return false;
      static_cast<void>(in_words(*facts));
      HAKI_ASSERT(decode_facts(encode_facts(*facts)));
      return true;
    }
    default:
      return decode_copy(as_text(fields.rest()), kThumbnailBytesMax, kThumbnailSide).has_value();
  }
}

Bytes parts_of_jpeg(const std::string& jpeg) {
  Bytes pieces;
  for (const JpegPart& part : jpeg_parts(jpeg).parts) {
    if (part.marker == kJpegStart || part.marker == kJpegEnd) continue;
    pieces = joined({pieces, Bytes{part.marker}, as_piece(as_bytes(part.payload))});
    if (part.marker == kJpegScan) pieces = joined({pieces, as_piece(as_bytes(part.whole.substr(4 + part.payload.size())))});
  }
  return pieces;
}

Bytes chunks_of_png(const std::string& png) {
  Bytes pieces;
  for (const PngPart& part : png_parts(png).parts) {
    const std::uint8_t type = part.type == "IHDR" ? 0 : part.type == "IDAT" ? 2 : 3;
    pieces = joined({pieces, Bytes{type}, as_piece(as_bytes(part.data))});
    if (type == 0) pieces = joined({pieces, Bytes{4}, as_piece(as_bytes(PhoneExif().tiff())), Bytes{5}, as_piece(as_bytes(std::string_view("Comment\0hello", 13)))});
  }
  return pieces;
}

std::string film() {
  const std::string handler = std::string(8, '\0') + "vide" + std::string(12, '\0');
  const std::string track = box("trak", box("tkhd", std::string(76, '\0') + big(640 << 16, 4) + big(480 << 16, 4)) + box("mdia", box("hdlr", handler)));
  const std::string place = box("\xa9xyz", big(18, 2) + big(0x15c7, 2) + "-01.2901+036.8219/");
  return box("ftyp", "isom" + std::string(4, '\0') + "isom") +
         box("moov", box("mvhd", std::string(4, '\0') + big(3'767'000'000U, 4) + std::string(92, '\0')) + track + box("udta", place)) + box("mdat", "x");
}

std::vector<Bytes> seeds() {
  const PhoneExif phone;
  const std::string photo = with_parts(small_jpeg(), phone.part() + jpeg_part(kJpegComment, "taken at the well") + jpeg_part(kJpegApp2, "ICC_PROFILE"));
  const std::string png = png_of(red_and_blue(9, 7));
  std::vector<Bytes> all;
  std::uint8_t name = 1;
  for (const std::string& file : {photo, png, film(), with_chunks(png, png_chunk("eXIf", phone.tiff())), photo.substr(0, photo.size() / 2), photo + film()}) {
    all.push_back(through(0, joined({Bytes{name++}, as_bytes(file)})));
  }
  for (const std::string_view begin : {"GIF89a", "RIFF\4\0\0\0WEBPVP8 ", "OggS", "ID3\4", "#!AMR\n", "fLaC", "%PDF-1.7\n%%EOF", "PK\3\4", "BM", "II*", "text"}) {
    all.push_back(through(0, joined({Bytes{0}, as_bytes(begin), Bytes(20, 0)})));
  }
  all.push_back(through(1, chunks_of_png(png)));
  all.push_back(through(2, parts_of_jpeg(photo)));
  all.push_back(through(3, phone.tiff()));
  all.push_back(through(4, joined({Bytes{1, 1 /* moov */, 1, 2 /* of three */, 6, 0}, as_piece(Bytes(100, 0)), Bytes{10, 1, 0, 16, 0}, as_piece(as_bytes(std::string_view("\0\22\x15\xc7-01.2901+036.8219/", 22)))})));
  const Inspection known = looked(photo, "a.jpg");
  all.push_back(through(5, encode_facts(known.facts)));
  all.push_back(through(6, encode_copy(*known.thumbnail)));
  return all;
}

}  // namespace
}  // namespace of_media

const Target kMedia{"media", 64 * 1024, "media.dict", of_media::take, of_media::seeds, {".jpg", ".png", ".m4a", ".3gp", ".mp3", ".ogg", ".opus", ".pdf"}};

}  // namespace haki::fuzz
