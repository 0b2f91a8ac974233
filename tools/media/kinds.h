// Which kind of file it is, by its bytes, and whether its end is there.
//
// Own rules, not libmagic's: the answer is signed into a record, so it must be the same on every device and in every
// version, and each kind that is known here is one of which something is done.
#pragma once

#include <string_view>

namespace haki::media {

// Kinds that share their endings of names: photo.jpg may hold no PNG, but a .m4a any of MP4's kin.
enum class Family {
  kUnknown,
  kText,
  kJpeg,
  kPng,
  kGif,
  kWebp,
  kTiff,
  kBmp,
  kHeif,
  kMp4,
  kOgg,
  kMp3,
  kAac,
  kAmr,
  kWav,
  kAvi,
  kFlac,
  kMatroska,
  kPdf,
  kZip,
  kOle,
  kRtf
};

struct Kind {
  Family family = Family::kUnknown;
  std::string_view media_type = "application/octet-stream";
};

// Total.
Kind kind_of(std::string_view bytes);

// Whether the ending of `name` is that of another family. A name without an ending, or with one that is not known here,
// says nothing; neither does the name of an unknown kind.
bool is_misnamed(std::string_view name, Family family);

// Whether the file ends before it says it does. Looked for in JPEG, PNG, MP4 and its kin, Ogg, RIFF (WAV, AVI, WebP),
// PDF and zip; false for the others. Of JPEG and PNG the parts are walked, so that a file with another behind it is
// whole.
bool is_truncated(std::string_view bytes, Family family);

}  // namespace haki::media
