#include "media/media.h"

#include <algorithm>

#include "formats/child_process.h"
#include "formats/input_file.h"
#include "media/answer.h"
#include "media/clean.h"
#include "media/look.h"

namespace haki::media {

namespace {

using formats::ChildLimits;
using formats::Frame;
using formats::FrameWriter;
using formats::InputFile;

constexpr std::uint64_t kWorkingBytes = 1ULL << 30;
constexpr std::uint32_t kProcessorSeconds = 30;
constexpr std::uint32_t kWallSeconds = 60;
constexpr std::size_t kPieceBytes = 1U << 20;
constexpr std::uint64_t kInspectionBytesMax = 64ULL << 20;  // copies are a few hundred KiB

void tell(FrameWriter& out, AnswerKind kind, std::string_view payload) {
  out.write(static_cast<std::uint8_t>(kind), payload);
}

ChildLimits limits_for(const InputFile& file, std::uint64_t answer_bytes, std::uint64_t frame_bytes) {
  ChildLimits limits;
  limits.memory_bytes = file.size() + kWorkingBytes;  // the file is mapped
  limits.cpu_seconds = kProcessorSeconds;
  limits.wall_seconds = kWallSeconds;
  limits.frame_bytes = frame_bytes;
  limits.result_bytes = answer_bytes;
  return limits;
}

Result<InputFile> open_media(const std::string& path, std::uint64_t bytes_max) {
  HAKI_ASSIGN(InputFile file, formats::open_input(path));
  if (file.size() <= bytes_max) return file;
  return Error{Code::kTooLarge,
               path + " is larger than " + std::to_string(bytes_max >> 20) +
                   " MiB, the most that can be taken. Cut the recording into parts, or choose a smaller size."};
}

// In the child.
void inspect_here(int input_fd, std::uint64_t size, const std::string& name, FrameWriter& out) {
  const auto bytes = formats::map_input(input_fd, size);
  if (!bytes) return;
  const Inspection known = look_into(*bytes, name, [&](const Facts& facts) {
    tell(out, AnswerKind::kFacts, encode_facts(facts));
    out.flush();
  });
  tell(out, AnswerKind::kFacts, encode_facts(known.facts));
  if (known.thumbnail) tell(out, AnswerKind::kThumbnail, encode_copy(*known.thumbnail));
  if (known.smaller) tell(out, AnswerKind::kSmaller, encode_copy(*known.smaller));
  tell(out, AnswerKind::kDone, {});
}

Error not_an_answer() { return {Code::kDamaged, "The reading of this file broke off."}; }

// In the parent: true with the last frame.
Result<bool> take_inspection(const Frame& frame, std::uint64_t file_bytes, Inspection& known) {
  switch (static_cast<AnswerKind>(frame.kind)) {
    case AnswerKind::kFacts: {
      auto facts = decode_facts(frame.payload);
      if (!facts) return not_an_answer();
      known.facts = std::move(*facts);
      return false;
    }
    case AnswerKind::kThumbnail:
      known.thumbnail = decode_copy(frame.payload, kThumbnailBytesMax, kThumbnailSide);
      if (!known.thumbnail) return not_an_answer();
      return false;
    case AnswerKind::kSmaller:
      known.smaller = decode_copy(frame.payload, file_bytes / 2, kSmallerSide);
      if (!known.smaller) return not_an_answer();
      return false;
    case AnswerKind::kDone:
      return true;
    default:
      return not_an_answer();
  }
}

Error cannot_clean(const std::string& path, CannotClean why) {
  if (why == CannotClean::kOtherKind) {
    return {Code::kUnsupported,
            path +
                " is no JPEG or PNG picture, and of other files Haki cannot take out where and with what they "
                "were made. Share it as it is, or not at all; of a film or a recording, make a copy in a "
                "program that can leave such facts out."};
  }
  return {Code::kDamaged,
          path +
              " is damaged, so what it says of itself cannot be taken out with certainty. Share it as it is, or "
              "not at all; a picture of the screen that shows it has only the pixels."};
}

}  // namespace

Result<Inspection> inspect_by(const formats::ChildWork& work, const std::string& path, const InputFile& file,
                              const ChildLimits& limits) {
  Inspection known;
  known.facts.media_type = "application/octet-stream";
  const auto take = [&](const Frame& frame) { return take_inspection(frame, file.size(), known); };
  const Result<> result = formats::run_in_child(path, file.fd(), limits, work, take);
  if (!result && result.error().code == Code::kIo) return result.error();  // there was no child
  if (!result) {
    known.thumbnail.reset();
    known.smaller.reset();
    add_remark(known.facts, "unreadable");
  }
  return known;
}

Result<Inspection> inspect(const std::string& path, const std::string& name) {
  HAKI_ASSIGN(const InputFile file, open_media(path, kFileBytesMax));
  const auto work = [&](int input_fd, FrameWriter& out) { inspect_here(input_fd, file.size(), name, out); };
  return inspect_by(work, path, file, limits_for(file, kInspectionBytesMax, kInspectionBytesMax));
}

Result<Bytes> without_private_facts(const std::string& path) {
  HAKI_ASSIGN(const InputFile file, open_media(path, kCleanedBytesMax));
  const auto work = [&](int input_fd, FrameWriter& out) {
    const auto bytes = formats::map_input(input_fd, file.size());
    if (!bytes) return;
    const auto result = cleaned(*bytes);
    if (const auto* why = std::get_if<CannotClean>(&result)) {
      return tell(out, AnswerKind::kRefused, std::string(1, static_cast<char>(*why)));
    }
    for (std::string_view rest = std::get<std::string>(result); !rest.empty();
         rest.remove_prefix(std::min(rest.size(), kPieceBytes))) {
      tell(out, AnswerKind::kPiece, rest.substr(0, kPieceBytes));
    }
    tell(out, AnswerKind::kDone, {});
  };
  Bytes clean;
  const auto take = [&](const Frame& frame) -> Result<bool> {
    const auto kind = static_cast<AnswerKind>(frame.kind);
    if (kind == AnswerKind::kDone) return true;
    if (kind == AnswerKind::kRefused && frame.payload.size() == 1 && frame.payload[0] >= 1 &&
        frame.payload[0] <= kCannotCleanLast) {
      return cannot_clean(path, static_cast<CannotClean>(frame.payload[0]));
    }
    if (kind != AnswerKind::kPiece) return not_an_answer();
    const ByteView piece = as_bytes(frame.payload);
    clean.insert(clean.end(), piece.begin(), piece.end());
    return false;
  };
  const std::uint64_t answer_bytes = 2 * file.size() + kPieceBytes;  // not more than the file, and the heads of frames
  HAKI_TRY(formats::run_in_child(path, file.fd(), limits_for(file, answer_bytes, kPieceBytes), work, take));
  return clean;
}

}  // namespace haki::media
