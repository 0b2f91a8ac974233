#include "transport/blob_transfer.h"

#include <charconv>

#include "crypto/hash.h"

namespace haki::transport {
namespace {

constexpr std::string_view kPieceType = "application/offset+octet-stream";

// RFC 4648 section 4, with padding: what tus asks for in its headers.
std::string base64(ByteView bytes) {
  std::string text = to_base64url(bytes);
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

BlobOutcome refusal_of(int status) {
  switch (status) {
    case 401: return BlobOutcome::kToken;
    case 403: return BlobOutcome::kNotAllowed;
    case 404:
    case 410: return BlobOutcome::kUnknown;
    case 409: return BlobOutcome::kOffset;
    case 422: return BlobOutcome::kDamaged;
    case 429:
    case 503: return BlobOutcome::kBusy;
    case 460: return BlobOutcome::kChecksum;
    case 507: return BlobOutcome::kQuota;
    default: return BlobOutcome::kRefused;
  }
}

// "bytes 0-99/1234": where the piece begins, and how long the whole is.
struct ContentRange {
  std::uint64_t first = 0, total = 0;
};
std::optional<ContentRange> range_in(std::string_view text) {
  constexpr std::string_view kBytes = "bytes ";
  if (!text.starts_with(kBytes)) return std::nullopt;
  text.remove_prefix(kBytes.size());
  const auto dash = text.find('-'), slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return std::nullopt;
  const auto first = number_in(text.substr(0, dash)), total = number_in(text.substr(slash + 1));
  if (!first || !total) return std::nullopt;
  return ContentRange{*first, *total};
}

void read_receipt(const Response& response, BlobAnswer& answer) {
  const std::string_view text = response.header("haki-receipt");
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return;
  const auto time_ms = number_in(text.substr(0, space));
  auto signature = from_base64url(text.substr(space + 1));
  if (!time_ms || *time_ms > static_cast<std::uint64_t>(INT64_MAX) || !signature) return;
  answer.receipt_ms = static_cast<std::int64_t>(*time_ms);
  answer.receipt = std::move(*signature);
}

}  // namespace

Request BlobTransfer::request(std::string method, const BlobId* blob) const {
  Request made;
  made.method = std::move(method);
  made.target = "/v1/coalitions/" + to_base64url(org_) + "/blobs";
  if (blob != nullptr) made.target += "/" + to_base64url(*blob);
  made.headers = {{"Tus-Resumable", "1.0.0"}, {"Authorization", "Bearer " + to_base64url(token_)}};
  return made;
}

Result<BlobAnswer> BlobTransfer::exchange(const Request& request) {
  HAKI_ASSIGN(Response response, http_.send(request));
  BlobAnswer answer;
  answer.status = response.status;
  answer.over_quota = response.header("haki-over-quota") == "1";
  const auto offset = number_in(response.header("upload-offset"));
  answer.offset = offset.value_or(0);
  if (response.status / 100 == 2) {
    read_receipt(response, answer);
    const auto length = number_in(response.header("upload-length"));
    answer.total = length.value_or(0);
    answer.outcome = answer.receipt_ms != 0 ? BlobOutcome::kWhole : BlobOutcome::kHeld;
    if (request.method == "GET") {
      const auto range = range_in(response.header("content-range"));
      answer.outcome = BlobOutcome::kHeld;
      answer.offset = range ? range->first : 0;
      answer.total = range ? range->total : response.body.size();
      if (!range && response.cut_short) answer.total = 0;
      answer.bytes = std::move(response.body);
    } else if (!offset) {
      answer.outcome = BlobOutcome::kRefused;  // something in between answers, that is no Haki server
    }
    return answer;
  }
  answer.outcome = refusal_of(response.status);
  return answer;
}

Result<BlobAnswer> BlobTransfer::begin(const BlobId& blob, const CompartmentId& compartment, std::uint64_t length,
                                       ByteView first_piece) {
  Request made = request("POST", nullptr);
  made.headers.emplace_back("Upload-Length", std::to_string(length));
  made.headers.emplace_back("Upload-Metadata", "blob " + base64(blob) + ",compartment " + base64(compartment));
  if (!first_piece.empty()) {
    made.headers.emplace_back("Content-Type", std::string(kPieceType));
    made.headers.emplace_back("Upload-Checksum", "blake2b " + base64(crypto::hash32({first_piece})));
    made.body.assign(first_piece.begin(), first_piece.end());
  }
  return exchange(made);
}

Result<BlobAnswer> BlobTransfer::ask(const BlobId& blob) { return exchange(request("HEAD", &blob)); }

Result<BlobAnswer> BlobTransfer::send(const BlobId& blob, std::uint64_t offset, ByteView piece) {
  Request made = request("PATCH", &blob);
  made.headers.emplace_back("Upload-Offset", std::to_string(offset));
  made.headers.emplace_back("Content-Type", std::string(kPieceType));
  made.headers.emplace_back("Upload-Checksum", "blake2b " + base64(crypto::hash32({piece})));
  made.body.assign(piece.begin(), piece.end());
  return exchange(made);
}

Result<BlobAnswer> BlobTransfer::fetch(const BlobId& blob, std::uint64_t offset, std::size_t at_most) {
  Request made = request("GET", &blob);
  made.headers.emplace_back("Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + at_most - 1));
  return exchange(made);
}

}  // namespace haki::transport
