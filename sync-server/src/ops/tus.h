// The headers of tus 1.0.0 and of ranges, as spec 62-blobs uses them: strict, and nothing but form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "envelope/names.h"
#include "haki/bytes.h"

namespace haki::ops {

inline constexpr std::string_view kTusVersion = "1.0.0";
inline constexpr std::string_view kOffsetStream = "application/offset+octet-stream";

// Decimal digits, at most 18; empty on anything else.
std::optional<std::uint64_t> parse_count(std::string_view header);

struct UploadMetadata {
  BlobId blob;
  CompartmentId compartment;
};
// `Upload-Metadata`: pairs of a key and its value in base64, between commas. Other keys than ours are passed over; one that
// comes twice, or a value that is no base64, makes it malformed.
std::optional<UploadMetadata> parse_metadata(std::string_view header);

// `Authorization: Bearer …`
std::optional<envelope::BlobToken> parse_bearer(std::string_view header);

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // of it, included
};
// One range of something that has `length` bytes, of which at least the first is there. kMalformed: no single range of
// bytes; kBeyond: none of it is there.
enum class RangeFault { kMalformed, kBeyond };
struct ParsedRange {
  std::optional<ByteRange> range;
  RangeFault fault = RangeFault::kMalformed;
};
ParsedRange parse_range(std::string_view header, std::uint64_t length);

// As in `Upload-Expires`, RFC 9110: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::int64_t time_ms);

}  // namespace haki::ops
