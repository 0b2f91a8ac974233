#include "ops/blob_service.h"

#include <array>
#include <future>
#include <set>

#include "base/log.h"
#include "ops/tus.h"

namespace haki::ops {
namespace {

using envelope::Refusal;
using Kind = storage::Outcome::Kind;
using relay::blob_refusal;
using relay::Reply;

constexpr std::array<std::string_view, 9> kBlobHeaders = {
    "authorization",  "content-type",    "range",         "tus-resumable",         "upload-checksum",
    "upload-length",  "upload-metadata", "upload-offset", "x-http-method-override"};
constexpr std::size_t kReplyBytesMax = 4 * 1024 * 1024;
constexpr std::int64_t kTidyEveryMs = 3'600'000;

bool known_method(std::string_view method, bool of_one_blob) {
  if (method == "OPTIONS") return true;
  if (!of_one_blob) return method == "POST";
  return method == "HEAD" || method == "PATCH" || method == "DELETE" || method == "GET";
}

Reply with_status(int status, Reply reply) {
  reply.status = status;
  return reply;
}

http::Response options_response() {
  http::Response response{204, {}, {{"Tus-Resumable", std::string(kTusVersion)}}};
  response.headers.emplace_back("Tus-Version", kTusVersion);
  response.headers.emplace_back("Tus-Extension", "creation,creation-with-upload,checksum,expiration,termination");
  response.headers.emplace_back("Tus-Max-Size", std::to_string(relay::kBlobBytesMax));
  response.headers.emplace_back("Tus-Checksum-Algorithm", blobs::kChecksumKinds);
  return response;
}

}  // namespace

std::string_view BlobService::Request::header(std::string_view name) const {
  const auto found = http.headers.find(name);
  return found != http.headers.end() ? std::string_view(found->second) : std::string_view();
}

http::Admission BlobService::admit(std::string_view method) {
  return {.large_body = method == "POST" || method == "PATCH", .headers = kBlobHeaders};
}

http::Response BlobService::refused(const Reply& reply) {
  http::Response response{reply.status, reply.body, {{"Tus-Resumable", std::string(kTusVersion)}}};
  if (reply.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (reply.status == 412) response.headers.emplace_back("Tus-Version", kTusVersion);
  return response;
}

Result<> BlobService::open() {
  std::set<std::pair<CoalitionId, BlobId>> under_way;
  {
    HAKI_ASSIGN(const auto snapshot, store_.read());
    HAKI_ASSIGN(const auto coalitions, snapshot->coalitions());
    for (const CoalitionId& org : coalitions) {
      HAKI_ASSIGN(const auto coalition, snapshot->coalition(org));
      HAKI_ASSIGN(const auto uploads, snapshot->all_uploads(coalition->key));
      for (const auto& [blob, upload] : uploads) {
        if (!upload.forgotten) under_way.emplace(org, blob);
      }
    }
  }
  const std::size_t removed = files_.remove_other_parts(
      [&](const blobs::BlobName& name) { return under_way.contains({name.org, name.blob}); });
  if (removed > 0) base::log_info("unfinished_blob_files_removed").with("files", removed);
  HAKI_ASSIGN(const auto erased, relay_.erased());
  for (const auto& [org, blob] : erased) (void)remove_erased({org, blob});  // what cannot be removed is logged
  return {};
}

// Only on the thread that works on this blob. Empty: nothing of it is left but what is another compartment's.
std::optional<Reply> BlobService::remove_erased(const blobs::BlobName& name) {
  const auto held = relay_.still_held(name.org, name.blob);
  if (!held) return relay::store_failure(held.error());
  if (!held->upload) files_.remove_part(name);
  if (held->whole) return std::nullopt;
  const auto removed = files_.remove_whole(name);
  if (!removed) return file_failure(removed.error());
  return std::nullopt;
}

void BlobService::respond_without(Reply reply, std::shared_ptr<http::Responder> responder) {
  if (reply.erased_blobs.empty()) return responder->respond({reply.status, std::move(reply.body)});
  const auto [org, blob] = reply.erased_blobs.back();
  reply.erased_blobs.pop_back();
  const auto rest = std::make_shared<Reply>(std::move(reply));
  const bool taken = workers_.run(blob, [this, name = blobs::BlobName{org, blob}, rest, responder] {
    if (auto refusal = remove_erased(name)) return responder->respond({refusal->status, std::move(refusal->body)});
    respond_without(std::move(*rest), responder);
  });
  if (taken) return;
  const Reply busy = relay::refusal(Refusal::kBusy);  // asked again, it is removed then
  responder->respond({busy.status, busy.body});
}

void BlobService::tidy() {
  const std::int64_t now = relay_.now_ms();
  std::int64_t last = tidied_ms_;
  if (now - last < kTidyEveryMs || !tidied_ms_.compare_exchange_strong(last, now)) return;
  (void)workers_.run(std::nullopt, [this] {
    const auto expired = relay_.expired();
    if (!expired) return base::log_error("expired_uploads_unread").with("code", expired.error().code), void();
    for (const auto& [org, blob] : *expired) {
      (void)workers_.run(blob, [this, name = blobs::BlobName{org, blob}] {  // what is left out is tidied next time
        const auto write = relay_.expire(name.org, name.blob);
        if (write && commit(*write).kind == Kind::kDone) files_.remove_part(name);
      });
    }
  });
}

void BlobService::handle(const CoalitionId& org, const std::optional<BlobId>& blob, http::Request request,
                         std::shared_ptr<http::Responder> responder) {
  auto work = std::make_shared<Request>(Request{org, blob.value_or(BlobId{}), {}, std::move(request)});
  std::string& method = work->http.method;
  if (!work->header("x-http-method-override").empty()) method = work->header("x-http-method-override");
  if (!known_method(method, blob.has_value())) return responder->respond({405, {}, {{"Tus-Resumable", std::string(kTusVersion)}}});
  if (method == "OPTIONS") return responder->respond(options_response());
  if (method != "GET" && work->header("tus-resumable") != kTusVersion) {
    return responder->respond(refused(blob_refusal(Refusal::kVersion)));
  }
  if (method == "POST") {
    tidy();
    const auto metadata = parse_metadata(work->header("upload-metadata"));
    if (!metadata) return responder->respond(refused(blob_refusal(Refusal::kMalformed)));
    work->blob = metadata->blob;
    work->compartment = metadata->compartment;
  }
  const bool changes = method == "POST" || method == "PATCH" || method == "DELETE";
  const bool taken = workers_.run(changes ? std::optional(work->blob) : std::nullopt,
                                  [this, work, responder] { responder->respond(answer(*work)); });
  if (!taken) responder->respond(refused(blob_refusal(Refusal::kBusy)));
}

http::Response BlobService::answer(const Request& request) {
  const auto asked = relay_.asker(request.org, parse_bearer(request.header("authorization")));
  if (const auto* refusal = std::get_if<Reply>(&asked)) return refused(*refusal);
  const Asker& asker = std::get<Asker>(asked);
  const std::string& method = request.http.method;
  if (method == "POST") return create(asker, request);
  if (method == "HEAD") return look(asker, request);
  if (method == "PATCH") return patch(asker, request);
  if (method == "DELETE") return remove(asker, request);
  return fetch(asker, request);
}

// The bytes that a request brings, their form and checksum.
BlobService::OrRefused<BlobService::Piece> BlobService::piece_of(const Request& request) {
  Piece piece{std::nullopt, request.http.body};
  const bool must_say = request.http.method == "PATCH" || !piece.bytes.empty();
  if (must_say && request.header("content-type") != kOffsetStream) return with_status(415, blob_refusal(Refusal::kMalformed));
  if (request.header("upload-checksum").empty()) return piece;
  piece.checksum = blobs::parse_checksum(request.header("upload-checksum"));
  if (!piece.checksum) return blob_refusal(Refusal::kMalformed);
  if (!blobs::holds(*piece.checksum, piece.bytes)) return blob_refusal(Refusal::kBlobChecksum);
  return piece;
}

http::Response BlobService::create(const Asker& asker, const Request& request) {
  const auto length = parse_count(request.header("upload-length"));
  if (!length) return refused(blob_refusal(Refusal::kMalformed));
  const auto piece = piece_of(request);
  if (const auto* refusal = std::get_if<Reply>(&piece)) return refused(*refusal);
  auto begun = relay_.begin(asker, request.blob, request.compartment, *length);
  if (const auto* refusal = std::get_if<Reply>(&begun)) return refused(*refusal);
  auto& beginning = std::get<relay::Blobs::Beginning>(begun);
  // What is held already, a repeated POST does not add to.
  const bool takes = beginning.is_new || (beginning.state.upload && beginning.state.upload->held == 0 && !request.http.body.empty());
  if (takes) {
    auto taken = take(asker, request.name(), beginning.before, *beginning.state.upload, std::get<Piece>(piece).bytes);
    if (const auto* refusal = std::get_if<Reply>(&taken)) return refused(*refusal);
    beginning.state = std::get<relay::BlobState>(taken);
  }
  http::Response response = state_response(201, request, beginning.state);
  response.headers.emplace_back("Location", "/v1/coalitions/" + to_base64url(request.org) + "/blobs/" + to_base64url(request.blob));
  return response;
}

http::Response BlobService::look(const Asker& asker, const Request& request) {
  const auto known = relay_.look(asker, request.blob);
  if (const auto* refusal = std::get_if<Reply>(&known)) return refused(*refusal);
  const auto& state = std::get<relay::BlobState>(known);
  http::Response response = state_response(200, request, state);
  response.headers.emplace_back("Upload-Length", std::to_string(state.whole ? state.whole->length : state.upload->length));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

http::Response BlobService::patch(const Asker& asker, const Request& request) {
  const auto offset = parse_count(request.header("upload-offset"));
  if (!offset) return refused(blob_refusal(Refusal::kMalformed));
  auto known = relay_.go_on(asker, request.blob, *offset);
  if (const auto* refusal = std::get_if<Reply>(&known)) return refused(*refusal);
  const auto piece = piece_of(request);
  if (const auto* refusal = std::get_if<Reply>(&piece)) return refused(*refusal);
  const auto& state = std::get<relay::BlobState>(known);
  if (request.http.body.empty()) return state_response(204, request, state);
  if (state.whole) return refused(blob_refusal(Refusal::kMalformed));
  const auto taken = take(asker, request.name(), state.upload->held, *state.upload, std::get<Piece>(piece).bytes);
  if (const auto* refusal = std::get_if<Reply>(&taken)) return refused(*refusal);
  return state_response(204, request, std::get<relay::BlobState>(taken));
}

envelope::BlobHeld BlobService::bring(const Asker& asker, const CoalitionId& org, const envelope::BlobPiece& piece,
                                      bool& after_another) {
  envelope::BlobHeld held{piece.blob, piece.compartment, 0, {}, std::nullopt, false};
  const auto refused = [&](Refusal code) { return held.refused = code, held; };
  const envelope::Device* device = asker.coalition.membership->device(asker.device);
  if (device == nullptr || !device->now().active()) return refused(Refusal::kNotAllowed);
  auto begun = relay_.begin(asker, piece.blob, piece.compartment, piece.length);
  if (const auto* refusal = std::get_if<Reply>(&begun)) return refused(relay::code_of(*refusal));
  const auto& beginning = std::get<relay::Blobs::Beginning>(begun);
  relay::BlobState state = beginning.state;
  if (!state.whole && piece.offset > state.offset()) return after_another = true, held;
  const std::uint64_t known = state.offset() - piece.offset;
  if (!state.whole && known < piece.bytes.size()) {
    const auto before = beginning.is_new ? beginning.before : std::optional(state.upload->held);
    auto taken = take(asker, {org, piece.blob}, before, *state.upload, ByteView(piece.bytes).subspan(known));
    if (const auto* refusal = std::get_if<Reply>(&taken)) return refused(relay::code_of(*refusal));
    state = std::get<relay::BlobState>(taken);
  }
  if (!state.whole) return held;
  held.receipt_ms = state.whole->whole_ms;
  held.receipt = relay_.receipt_signature(org, piece.blob, *state.whole);
  held.over_quota = relay_.marked(state.whole->bytes_then);
  return held;
}

BlobService::OrRefused<relay::BlobState> BlobService::take(const Asker& asker, const blobs::BlobName& name,
                                                           std::optional<std::uint64_t> before,
                                                           const storage::Upload& upload, ByteView bytes) {
  const std::uint64_t size = bytes.size();
  if (size > upload.length - upload.held) return blob_refusal(Refusal::kMalformed);
  if (auto refusal = relay_.no_room(asker, size)) return std::move(*refusal);
  storage::BlobWrite write = relay_.after_piece(asker, name.blob, before, upload, size);
  if (size > 0) {
    const auto appended = files_.append(name, upload.held, bytes, write.whole.has_value());
    if (!appended && appended.error().code == Code::kDamaged) {  // its part is gone from the disk: begin anew
      auto refusal = store_gone(name, relay_.gone(asker.coalition.key, name.blob, upload));
      return refusal ? std::move(*refusal) : blob_refusal(Refusal::kBlobUnknown);
    }
    if (!appended) return file_failure(appended.error());
  }
  if (write.whole) {
    if (auto refusal = complete(name, write)) return std::move(*refusal);
  }
  const storage::Outcome outcome = commit(write);
  if (outcome.kind != Kind::kDone) {
    if (outcome.kind == Kind::kTooMany) return blob_refusal(Refusal::kQuota);
    if (outcome.kind == Kind::kErased) {  // meanwhile: what this piece has left is not to stay
      auto failed = remove_erased(name);
      return failed ? std::move(*failed) : blob_refusal(Refusal::kBlobErased);
    }
    return relay::store_failure(outcome.kind);
  }
  if (write.whole) {
    write.whole->bytes_then = outcome.bytes;
    files_.remove_part(name);
  }
  return relay::BlobState{write.upload, write.whole};
}

// All bytes are there: whether they are the blob, whose file is then whole. Empty: they are.
std::optional<Reply> BlobService::complete(const blobs::BlobName& name, const storage::BlobWrite& write) {
  const auto hash = files_.part_hash(name, write.whole->length);
  if (!hash) return file_failure(hash.error());
  if (!std::ranges::equal(hash->view(), name.blob.view())) {
    storage::BlobWrite dropped = write;
    dropped.whole.reset();
    if (auto refusal = store_gone(name, dropped)) return refusal;
    return blob_refusal(Refusal::kBlobDamaged);
  }
  const auto made = files_.make_whole(name);
  if (!made) return file_failure(made.error());
  return std::nullopt;
}

// The store forgets the upload first: a file that nothing names is removed at the next start, if not now.
std::optional<Reply> BlobService::store_gone(const blobs::BlobName& name, const storage::BlobWrite& write) {
  const storage::Outcome outcome = commit(write);
  if (outcome.kind != Kind::kDone) return relay::store_failure(outcome.kind);
  files_.remove_part(name);
  return std::nullopt;
}

http::Response BlobService::remove(const Asker& asker, const Request& request) {
  const auto known = relay_.forget(asker, request.blob);
  if (const auto* refusal = std::get_if<Reply>(&known)) return refused(*refusal);
  const auto& upload = std::get<storage::Upload>(known);
  if (const auto refusal = store_gone(request.name(), relay_.gone(asker.coalition.key, request.blob, upload))) return refused(*refusal);
  return {204, {}, {{"Tus-Resumable", std::string(kTusVersion)}}};
}

http::Response BlobService::fetch(const Asker& asker, const Request& request) {
  const auto known = relay_.fetch(asker, request.blob);
  if (const auto* refusal = std::get_if<Reply>(&known)) return {refusal->status, refusal->body};
  const auto& whole = std::get<storage::HeldBlob>(known);
  ByteRange range{0, whole.length - 1};
  const bool ranged = !request.header("range").empty();
  if (ranged) {
    const ParsedRange parsed = parse_range(request.header("range"), whole.length);
    if (!parsed.range) {
      const Reply refusal = blob_refusal(Refusal::kMalformed);
      if (parsed.fault == RangeFault::kMalformed) return {refusal.status, refusal.body};
      return {416, refusal.body, {{"Content-Range", "bytes */" + std::to_string(whole.length)}}};
    }
    range = *parsed.range;
  }
  range.last = std::min<std::uint64_t>(range.last, range.first + kReplyBytesMax - 1);
  const std::size_t size = static_cast<std::size_t>(range.last - range.first + 1);
  auto bytes = files_.read({request.org, request.blob}, whole.length, range.first, size);
  if (!bytes) {
    const auto now = relay_.fetch(asker, request.blob);  // erased meanwhile?
    const auto* unknown = std::get_if<Reply>(&now);
    const Reply refusal = unknown != nullptr ? *unknown : file_failure(bytes.error());
    return {refusal.status, refusal.body};
  }
  http::Response response{size == whole.length && !ranged ? 200 : 206, std::move(*bytes)};
  if (response.status == 206) {
    response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) +
                                                       "/" + std::to_string(whole.length));
  }
  if (relay_.marked(whole.bytes_then)) response.headers.emplace_back("Haki-Over-Quota", "1");
  return response;
}

Reply BlobService::file_failure(const Error& error) const {
  base::log_error("blob_file_failed").with("code", error.code);
  const bool later = error.code == Code::kDiskFull || error.code == Code::kReadOnly;
  return blob_refusal(later ? Refusal::kBusy : Refusal::kInternal);
}

storage::Outcome BlobService::commit(const storage::BlobWrite& write) {
  const storage::Write one = write;
  const auto done = std::make_shared<std::promise<storage::Outcome>>();  // the writer may still hold it when this goes on
  if (!store_.commit(one, [done](storage::Outcome outcome) { done->set_value(outcome); })) return {.kind = Kind::kMoved};
  return done->get_future().get();
}

http::Response BlobService::state_response(int status, const Request& request, const relay::BlobState& state) const {
  http::Response response{status, {}, {{"Tus-Resumable", std::string(kTusVersion)}}};
  response.headers.emplace_back("Upload-Offset", std::to_string(state.offset()));
  if (!state.whole) {
    response.headers.emplace_back("Upload-Expires", http_date(state.upload->expires_ms));
    return response;
  }
  response.headers.emplace_back("Haki-Receipt", relay_.receipt(request.org, request.blob, *state.whole));
  if (relay_.marked(state.whole->bytes_then)) response.headers.emplace_back("Haki-Over-Quota", "1");
  return response;
}

}  // namespace haki::ops
