// What the child tells its parent: frames of tools/formats with kinds of their own, and facts as their payload. The
// parent trusts nothing in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "formats/child_process.h"
#include "formats/input_file.h"
#include "media/media.h"

namespace haki::media {

// In the order in which they come; facts may come several times, the last counts.
enum class AnswerKind : std::uint8_t {
  kFacts = 1,
  kThumbnail = 2,
  kSmaller = 3,
  kPiece = 4,    // of a cleaned file: its bytes, one piece after the other
  kRefused = 5,  // it cannot be cleaned: one byte, which CannotClean
  kDone = 6      // the last one; empty
};

std::string encode_facts(const Facts& facts);
// Empty where it is not what encode_facts() writes, or holds a code, a time or a number that cannot be.
std::optional<Facts> decode_facts(std::string_view payload);

std::string encode_copy(const Copy& copy);
// Empty where it is larger than `bytes_max` or `side_max` pixels a side, or does not begin as a JPEG does.
std::optional<Copy> decode_copy(std::string_view payload, std::size_t bytes_max, std::uint32_t side_max);

// inspect(), with what the child does and how it is held given: `work` writes frames of these kinds. Whatever it does,
// what it told last is the answer, with the remark `unreadable` where it did not come to kDone, and then without
// copies.
Result<Inspection> inspect_by(const formats::ChildWork& work, const std::string& path, const formats::InputFile& file,
                              const formats::ChildLimits& limits);

}  // namespace haki::media
