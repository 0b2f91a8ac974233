#include "sim_server.h"

#include <algorithm>
#include <filesystem>

#include "base/assert.h"
#include "crypto/random.h"
#include "envelope/token.h"
#include "relay/compaction.h"
#include "storage/sqlite/store.h"

namespace haki::simulation {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kBlobsQuota = 64 * 1024 * 1024;

class Answer final : public http::Responder {
 public:
  void post(std::function<void()> work) override { work(); }
  void respond(http::Response response) override { given = std::move(response); }
  std::optional<http::Response> given;
};

std::string lower(std::string_view text) {
  std::string low(text);
  std::ranges::transform(low, low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return low;
}

}  // namespace

std::string name_of(envelope::Refusal refusal) {
  static constexpr const char* kNames[] = {
      "",           "malformed",   "too large",        "unknown coalition", "not admitted",       "bad mac",      "stale counter",
      "version",    "gap",         "fork",             "bad signature",     "not allowed",        "unknown compartment",
      "unknown epoch", "membership moved", "bad membership", "token invalid", "token expired",     "token used",   "removed",
      "busy",       "quota",       "internal",         "unknown membership", "too many joins",    "blob unknown", "blob offset",
      "blob checksum", "blob damaged", "blob erased"};
  const auto at = static_cast<std::size_t>(refusal);
  return at < std::size(kNames) ? kNames[at] : "unknown";
}

SimServer::SimServer(std::string folder, TrueClock& clock, base::Random& random, Coverage& coverage)
    : folder_(std::move(folder)), clock_(clock), random_(random), coverage_(coverage) {
  keys_.sign = crypto::SigningPair::generate();
  keys_.exchange = crypto::AuthPair::generate();
  keys_.run = crypto::random_id<envelope::ServerRun>(random_);
  fs::create_directories(folder_ + "/data");
  open();
}

SimServer::~SimServer() {
  close();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void SimServer::open() {
  auto data = ops::DataDirectory::open(folder_ + "/data");
  HAKI_ASSERT(data.has_value());
  data_.emplace(std::move(*data));
  auto store = storage::open_sqlite(data_->database(), {.writer_thread = false});
  HAKI_ASSERT(store.has_value());
  store_ = std::make_unique<ServerDisk>(std::move(*store), suffers_);
  relay_.emplace(*store_, keys_, clock_, random_, std::vector<envelope::Pin>{}, quota_);
  relay_blobs_.emplace(relay_->context(), kBlobsQuota);
  files_.emplace(data_->blobs());
  workers_.emplace(0);
  blobs_.emplace(*relay_blobs_, *store_, *files_, *workers_);
  const auto opened = blobs_->open();
  HAKI_ASSERT(opened.has_value());
  bundles_.emplace(*relay_, *relay_blobs_, *store_, *blobs_, *workers_);
  service_.emplace(*relay_, *store_, *data_, *blobs_, *bundles_);
}

void SimServer::close() {
  service_.reset();
  bundles_.reset();
  blobs_.reset();
  workers_.reset();
  files_.reset();
  relay_blobs_.reset();
  relay_.reset();
  store_.reset();
  data_.reset();
}

void SimServer::restart() {
  coverage_.count("server", "killed and started");
  close();
  open();
}

// Bytes of blobs are never removed by a restore, so one folder of them serves every copy.
void SimServer::back_up() {
  coverage_.count("server", "backed up");
  close();
  fs::remove_all(folder_ + "/copy");
  fs::create_directories(folder_ + "/copy");
  for (const auto& entry : fs::directory_iterator(folder_ + "/data")) {
    if (entry.is_regular_file()) fs::copy_file(entry.path(), folder_ + "/copy/" + entry.path().filename().string());
  }
  has_backup_ = true;
  open();
}

void SimServer::restore() {
  coverage_.count("server", "restored from a backup");
  close();
  for (const auto& entry : fs::directory_iterator(folder_ + "/data")) {
    if (entry.is_regular_file()) fs::remove(entry.path());
  }
  for (const auto& entry : fs::directory_iterator(folder_ + "/copy")) {
    fs::copy_file(entry.path(), folder_ + "/data/" + entry.path().filename().string());
  }
  keys_.run = crypto::random_id<envelope::ServerRun>(random_);
  ++lives_;
  open();
}

void SimServer::compact() {
  relay::Coalitions logs;
  const auto done = relay::compact(*store_, logs, org_, clock_.now_ms() + 1000, 0, false);
  HAKI_ASSERT(done.has_value());
  coverage_.count("server", done->items > 0 ? "let go of work in a snapshot" : "compacted without effect");
}

void SimServer::suffer(ServerTrouble trouble) {
  trouble_ = trouble;
  if (trouble == ServerTrouble::kNone) return;
  coverage_.count("server", trouble == ServerTrouble::kFull ? "disk full" : trouble == ServerTrouble::kNoWrite ? "disk does not write" : "disk does not read");
}

void SimServer::allow(std::uint64_t device_quota_bytes) {
  quota_ = device_quota_bytes;
  close();
  open();
}

std::shared_ptr<const envelope::Membership> SimServer::list() {
  const auto known = relay_->context().coalitions.get(*store_, org_);
  return known && *known ? (*known)->membership : nullptr;
}

envelope::FoundingToken SimServer::new_token(std::int64_t life_ms) {
  envelope::FoundingToken token;
  random_.fill(token.secret.bytes);
  token.server_sign_key = keys_.sign.verify;
  token.server_exchange_key = keys_.exchange.public_key;
  token.expires_ms = clock_.now_ms() + life_ms;
  return token;
}

std::string SimServer::unknown_token() { return envelope::token_text(new_token(relay::kTokenLifeMs)); }

std::string SimServer::token(std::int64_t life_ms) {
  const envelope::FoundingToken token = new_token(life_ms);
  const storage::Write write = storage::TokenWrite{relay::token_name(token.secret), "simulated", token.expires_ms};
  static_cast<void>(store_->commit(write, [](storage::Outcome outcome) { HAKI_ASSERT(outcome.kind == storage::Outcome::Kind::kDone); }));
  return envelope::token_text(token);
}

transport::Response SimServer::answer(const transport::Request& request) {
  http::Request asked{request.method, request.target, request.body, {}};
  const http::Admission admission = service_->admit(request.method, request.target);
  for (const std::string_view wanted : admission.headers) {
    for (const auto& [name, value] : request.headers) {
      if (lower(name) == lower(wanted)) asked.headers.emplace(wanted, value);
    }
  }
  const auto answer = std::make_shared<Answer>();
  const http::Limits limits;
  suffers_ = trouble_;
  if (request.body.size() > (admission.large_body ? limits.large_body_bytes : limits.body_bytes)) answer->respond(service_->refusal(413, request.target));
  else service_->handle(std::move(asked), answer);
  suffers_ = ServerTrouble::kNone;
  HAKI_ASSERT(answer->given.has_value());
  transport::Response response;
  response.status = answer->given->status;
  if (request.method != "HEAD" && response.status != 204) response.body = std::move(answer->given->body);
  for (const auto& [name, value] : answer->given->headers) response.headers.emplace_back(lower(name), value);
  count_refusal(response);
  if (overheard) overheard(request, response);
  return response;
}

void SimServer::count_refusal(const transport::Response& response) {
  bool said = response.status / 100 == 2;
  for (envelope::FrameReader reader(response.body); !reader.done();) {
    const auto frame = reader.next();
    if (!frame) break;  // a blob's bytes are no frames
    const auto* reject = std::get_if<envelope::Reject>(&*frame);
    if (reject == nullptr) continue;
    coverage_.count("refusals of the server", name_of(reject->code));
    said = true;
  }
  if (!said) coverage_.count("refusals of the server", "status " + std::to_string(response.status));
}

}  // namespace haki::simulation
