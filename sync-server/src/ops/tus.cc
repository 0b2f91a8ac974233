#include "ops/tus.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <set>

#include "blobs/checksum.h"

namespace haki::ops {
namespace {

constexpr std::size_t kDigitsMax = 18;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// An id's bytes, or, as most tus clients can only send text, their base64url.
template <typename T>
std::optional<T> id_in(const Bytes& value) {
  if (const auto id = T::from(value)) return id;
  const auto bytes = from_base64url(as_text(value));
  return bytes ? T::from(*bytes) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_count(std::string_view header) {
  std::uint64_t count = 0;
  if (header.empty() || header.size() > kDigitsMax) return std::nullopt;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), count);
  if (error != std::errc() || end != header.data() + header.size()) return std::nullopt;
  return count;
}

std::optional<UploadMetadata> parse_metadata(std::string_view header) {
  std::optional<BlobId> blob;
  std::optional<CompartmentId> compartment;
  std::set<std::string_view> keys;
  for (std::size_t at = 0; at <= header.size();) {
    const auto end = std::min(header.find(',', at), header.size());
    const std::string_view pair = trimmed(header.substr(at, end - at));
    at = end + 1;
    const auto space = std::min(pair.find(' '), pair.size());
    const std::string_view key = pair.substr(0, space);
    const auto value = blobs::from_base64(trimmed(pair.substr(space)));
    if (key.empty() || !value || !keys.insert(key).second) return std::nullopt;
    if (key == "blob") blob = id_in<BlobId>(*value);
    if (key == "compartment") compartment = id_in<CompartmentId>(*value);
  }
  if (!blob || !compartment) return std::nullopt;
  return UploadMetadata{*blob, *compartment};
}

std::optional<envelope::BlobToken> parse_bearer(std::string_view header) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!header.starts_with(kScheme)) return std::nullopt;
  const auto bytes = from_base64url(header.substr(kScheme.size()));
  return bytes ? envelope::BlobToken::from(*bytes) : std::nullopt;
}

ParsedRange parse_range(std::string_view header, std::uint64_t length) {
  constexpr std::string_view kUnit = "bytes=";
  const auto dash = header.find('-');
  if (!header.starts_with(kUnit) || dash == std::string_view::npos) return {};
  const std::string_view from = header.substr(kUnit.size(), dash - kUnit.size()), to = header.substr(dash + 1);
  const auto first = parse_count(from), last = parse_count(to);
  if ((!from.empty() && !first) || (!to.empty() && !last) || (!first && !last)) return {};
  if (!first) {  // the last so many
    if (*last == 0) return {std::nullopt, RangeFault::kBeyond};
    return {ByteRange{length - std::min(length, *last), length - 1}};
  }
  if (last && *last < *first) return {};
  if (*first >= length) return {std::nullopt, RangeFault::kBeyond};
  return {ByteRange{*first, std::min(last.value_or(length - 1), length - 1)}};
}

std::string http_date(std::int64_t time_ms) {
  const std::time_t seconds = static_cast<std::time_t>(time_ms / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);  // no locale is ever set: "C"
  return text;
}

}  // namespace haki::ops
