// What is known of a media file, and the copies of it that go ahead of it or are shared in its place (spec
// 12-attachments, "What a file says of itself").
//
// The file is looked into by a child process that holds no descriptor but the file and cannot open another; whatever
// becomes of the child, the caller gets an answer. The child starts as a copy of this process: call these before a home
// is opened, or from a process without one, so that no key is in it. The file itself is only read. Linux only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::media {

// What the file says of itself. Nothing of it is verified, and nothing is decided by it: any program can write it.
struct Facts {
  // By the content, never by the name: image/jpeg, image/png, audio/ogg, video/mp4, text/plain ...; what no rule knows
  // is application/octet-stream. RFC 6838.
  std::string media_type;

  // The codes of spec 12-attachments, in this order, each at most once: empty, truncated, misnamed, unreadable,
  // unknown_kind.
  std::vector<std::string> remarks;

  std::optional<std::uint32_t> width, height;  // pixels, as the picture or film is to be shown: upright

  // When it was captured, at most one of: "2023-05-17T14:03:09+03:00" (RFC 3339) where the file says the time zone,
  // with Z where it says UTC; "2023-05-17T14:03:09" where it says a local time alone (EXIF before 2.31). Empty where it
  // does not say, or says no real date. EXIF DateTimeOriginal and OffsetTimeOriginal; of MP4 and 3GP the date of
  // creation.
  std::string captured_at;

  std::optional<std::pair<double, double>>
      position;        // latitude, longitude; degrees, WGS 84 as its maker claims; finite, in range
  std::string device;  // make and model as one line of UTF-8, at most 100 bytes

  // What else in it may give a person away, by name only, in this order: place (GPS data that make no position),
  // serial_number (of the camera or lens), person (an owner, artist or copyright holder), comment (a title, description
  // or comment), more (XMP, IPTC, a maker's note, a film behind a photo: nobody has looked what is in it).
  std::vector<std::string> also_holds;

  // Whether the file was looked into for the four facts above, all of it. Where not, because nothing is known of such
  // files or it is damaged, it may hold more.
  bool looked_into = false;
};

// A copy for people: a JPEG, upright, without anything of what the file says of itself.
struct Copy {
  Bytes bytes;
  std::string media_type;
  std::uint32_t width = 0, height = 0;  // pixels
};

struct Inspection {
  Facts facts;
  // Both of JPEG and PNG that can be decoded, if only in part.
  std::optional<Copy> thumbnail;  // at most 16 KiB and 320 pixels a side
  std::optional<Copy> smaller;    // at most 1280 pixels a side; only where it is at most half of the file's bytes
};

constexpr std::uint64_t kFileBytesMax = 2ULL << 30;       // spec 12-attachments
constexpr std::uint64_t kCleanedBytesMax = 256ULL << 20;  // of a picture to be cleaned: it is held in memory
constexpr std::uint64_t kPixelsMax = 256'000'000;      // of a picture that copies are made of; phones make 200 million
constexpr std::uint32_t kSideMax = 65'500;             // pixels; JPEG has no more
constexpr std::size_t kThumbnailBytesMax = 16U << 10;  // spec 12-attachments
constexpr std::uint32_t kThumbnailSide = 320;          // pixels
constexpr std::uint32_t kSmallerSide = 1280;           // pixels

// Looks into the file at `path`, which people know as `name` (only its ending counts). A file that is empty, cut off,
// damaged or of an unknown kind, or that makes the child crash, hang or fill its memory, gives Facts with a remark,
// never an Error; what was found before the child ended is kept. Errors: a path that cannot be read, a file beyond
// kFileBytesMax, a system that does not let a child be fenced off. At most 60 seconds.
Result<Inspection> inspect(const std::string& path, const std::string& name);

// A copy of the JPEG or PNG at `path` with its pixels and colours untouched and nothing of what it says of itself: no
// EXIF, XMP, IPTC, comment, embedded preview, or anything behind the end of the picture, such as a film that a phone
// appends. Nothing is encoded again. What stays is what pixels need: of a JPEG the tables, scans, JFIF (without its
// thumbnail), Adobe's marker and the colour profile; of a PNG the chunks of that purpose. Where the picture is to be
// turned, a new EXIF says so and nothing else. Errors: as inspect(), and kUnsupported for every other kind, kDamaged
// where its parts cannot be told apart, kTooLarge beyond kCleanedBytesMax.
Result<Bytes> without_private_facts(const std::string& path);

// The facts for a monitor who is about to send the file, a sentence each, most telling first.
std::vector<std::string> in_words(const Facts& facts);

}  // namespace haki::media
