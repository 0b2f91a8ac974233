#include "hostile_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "envelope/token.h"

namespace haki::test {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

std::vector<envelope::Frame> frames_of(ByteView body) {
  std::vector<envelope::Frame> frames;
  for (envelope::FrameReader reader(body); !reader.done();) {
    auto frame = reader.next();
    if (!frame) break;
    frames.push_back(std::move(*frame));
  }
  return frames;
}

// "/v1/coalitions/{id}/exchange": the parts between the slashes.
std::vector<std::string> parts_of(const std::string& target) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < target.size();) {
    const std::size_t end = std::min(target.find('/', at + 1), target.size());
    parts.push_back(target.substr(at + 1, end - at - 1));
    at = end;
  }
  return parts;
}

}  // namespace

std::vector<envelope::Run*> Turn::runs() {
  std::vector<envelope::Run*> runs;
  for (envelope::Row* row : all<envelope::Row>()) {
    if (auto* run = std::get_if<envelope::Run>(&row->content)) runs.push_back(run);
  }
  return runs;
}

HostileServer::Life HostileServer::new_life(const auth::ServerKeys& keys, base::Clock& clock, base::Random& random) {
  Life life;
  auto store = storage::open_sqlite(":memory:", {.writer_thread = false});
  if (!store) ADD_FAILURE() << store.error().message;
  life.store = std::move(*store);
  life.relay = std::make_unique<relay::Relay>(*life.store, keys, clock, random, std::vector<envelope::Pin>{});
  return life;
}

HostileServer::HostileServer() {
  keys.sign = crypto::SigningPair::generate();
  keys.exchange = crypto::AuthPair::generate();
  keys.run = crypto::random_id<envelope::ServerRun>(random_);
  first_ = new_life(keys, clock_, random_);
  second_ = new_life(keys, clock_, random_);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof place;
  const bool up = listener_ >= 0 && ::bind(listener_, reinterpret_cast<sockaddr*>(&place), sizeof place) == 0 &&
                  ::listen(listener_, 16) == 0 &&
                  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&place), &size) == 0;
  if (!up) ADD_FAILURE() << "no loopback listener";
  port_ = ntohs(place.sin_port);
  thread_ = std::thread([this] { listen(); });
}

HostileServer::~HostileServer() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string HostileServer::token() {
  const std::lock_guard lock(mutex_);
  envelope::FoundingToken token;
  random_.fill(token.secret.bytes);
  token.server_sign_key = keys.sign.verify;
  token.server_exchange_key = keys.exchange.public_key;
  token.expires_ms = clock_.now_ms() + 3'600'000;
  const storage::Write write = storage::TokenWrite{relay::token_name(token.secret), "test", token.expires_ms};
  for (const Life* life : {&first_, &second_}) {
    life->store->commit(write, [](storage::Outcome outcome) { EXPECT_EQ(outcome.kind, storage::Outcome::Kind::kDone); });
  }
  return envelope::token_text(token);
}

void HostileServer::meddle(Meddle how) {
  const std::lock_guard lock(mutex_);
  meddle_ = std::move(how);
}

void HostileServer::spoil(std::function<void(std::string&)> how, int slowly_ms) {
  const std::lock_guard lock(mutex_);
  spoil_ = std::move(how);
  slowly_ms_ = slowly_ms;
}

void HostileServer::be_honest() {
  const std::lock_guard lock(mutex_);
  meddle_ = nullptr;
  spoil_ = nullptr;
  slowly_ms_ = 0;
}

void HostileServer::split(std::function<bool(const DeviceId&)> second) {
  const std::lock_guard lock(mutex_);
  on_second_ = std::move(second);
  split_ = true;
}

void HostileServer::unite() {
  const std::lock_guard lock(mutex_);
  on_second_ = nullptr;
  ++lies_;
}

void HostileServer::forget() {
  const std::lock_guard lock(mutex_);
  lies_ = 0;
  answers_ = 0;
  received_.clear();
  frames_.clear();
}

void HostileServer::begin_new_life() {
  const std::lock_guard lock(mutex_);
  keys.run = crypto::random_id<envelope::ServerRun>(random_);
}

relay::Compacted HostileServer::compact(const CoalitionId& org, bool only_count) {
  const std::lock_guard lock(mutex_);
  relay::Coalitions logs;
  const auto done = relay::compact(*first_.store, logs, org, clock_.now_ms() + 1000, 0, only_count);
  EXPECT_TRUE(done);
  return done ? *done : relay::Compacted{};
}

std::uint64_t HostileServer::held(const CoalitionId& org, const LogId& log, const CompartmentId& compartment) {
  const std::lock_guard lock(mutex_);
  std::uint64_t most = 0;
  for (const Life* life : {&first_, &second_}) {
    const auto snapshot = life->store->read();
    const auto stored = (*snapshot)->coalition(org);
    if (!stored || !*stored) continue;
    const auto chains = (*snapshot)->chains_of_log((*stored)->key, log);
    for (const storage::Chain& chain : *chains) {
      if (chain.compartment == compartment) most = std::max(most, chain.head.seq);
    }
  }
  return most;
}

void HostileServer::allow(std::uint64_t device_quota_bytes) {
  const std::lock_guard lock(mutex_);
  first_.relay = std::make_unique<relay::Relay>(*first_.store, keys, clock_, random_, std::vector<envelope::Pin>{}, device_quota_bytes);
}

std::uint64_t HostileServer::stored(const CoalitionId& org, const LogId& log) {
  const std::lock_guard lock(mutex_);
  const auto snapshot = first_.store->read();
  const auto coalition = (*snapshot)->coalition(org);
  return coalition && *coalition ? *(*snapshot)->bytes_of_log((*coalition)->key, log) : 0;
}

// One device speaks at a time, so one connection is served at a time.
void HostileServer::listen() {
  while (!ending_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 100) <= 0) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    serve(socket);
    ::close(socket);
  }
}

void HostileServer::serve(int socket) {
  std::string in;
  const auto more = [&] {
    std::string block(kReadBytes, '\0');
    pollfd waiting{socket, POLLIN, 0};
    while (!ending_ && ::poll(&waiting, 1, 100) == 0) {
    }
    const auto got = ending_ ? 0 : ::recv(socket, block.data(), block.size(), 0);
    if (got > 0) in.append(block, 0, static_cast<std::size_t>(got));
    return got > 0;
  };
  for (;;) {
    std::size_t end;
    while ((end = in.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return;
    }
    HttpRequest request;
    request.method = in.substr(0, in.find(' '));
    request.target = in.substr(request.method.size() + 1, in.find(' ', request.method.size() + 1) - request.method.size() - 1);
    const std::size_t at = in.find("Content-Length: ");
    const std::size_t length = at < end ? std::stoul(in.substr(at + 16)) : 0;
    while (in.size() < end + 4 + length) {
      if (!more()) return;
    }
    request.body = Bytes(in.begin() + static_cast<std::ptrdiff_t>(end + 4),
                         in.begin() + static_cast<std::ptrdiff_t>(end + 4 + length));
    const std::string header = in.substr(0, end + 2);
    in.erase(0, end + 4 + length);
    if (request.target.find("/blobs") != std::string::npos) {
      const std::lock_guard lock(mutex_);
      const std::string out = answer_blobs_ ? answer_blobs_({request.method, request.target, header, request.body}) : std::string();
      static_cast<void>(::send(socket, out.data(), out.size(), MSG_NOSIGNAL));
      return;
    }
    const std::string honest = answer(request);
    std::string out = honest;
    int slowly_ms;
    {
      const std::lock_guard lock(mutex_);
      if (spoil_) spoil_(out);
      slowly_ms = slowly_ms_;
      if (out != honest || slowly_ms > 0) ++lies_;
    }
    const std::size_t piece = slowly_ms > 0 ? out.size() / 10 + 1 : out.size() + 1;
    for (std::size_t sent = 0; sent < out.size(); sent += piece) {
      if (sent > 0) std::this_thread::sleep_for(std::chrono::milliseconds(slowly_ms));
      if (::send(socket, out.data() + sent, std::min(piece, out.size() - sent), MSG_NOSIGNAL) < 0) return;
    }
    if (out != honest) return;  // and the connection breaks
  }
}

void HostileServer::answer_blobs(AnswerBlobs how) {
  const std::lock_guard lock(mutex_);
  answer_blobs_ = std::move(how);
}

std::string HostileServer::answer(const HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  ++answers_;
  remember(request);
  Life* life = &first_;
  if (request.target.ends_with("/exchange") && on_second_) {
    const auto frames = frames_of(request.body);
    const auto* hello = frames.empty() ? nullptr : std::get_if<envelope::Hello>(&frames.front());
    if (hello != nullptr && on_second_(hello->device)) life = &second_;
  }
  relay::Reply reply = ask(request, *life);
  // As long as there is one history, both have it; and who asks to join asks wherever there is somebody to answer.
  if (!split_ || request.target.find("/join/") != std::string::npos) ask(request, second_);
  if (meddle_) change(request, reply);
  return "HTTP/1.1 " + std::to_string(reply.status) + " X\r\nContent-Length: " + std::to_string(reply.body.size()) +
         "\r\n\r\n" + std::string(as_text(reply.body));
}

relay::Reply HostileServer::ask(const HttpRequest& request, Life& life) {
  const std::string nonce = "/v1/server?nonce=";
  if (request.target.starts_with(nonce)) return life.relay->server_info(*from_hex(request.target.substr(nonce.size())));
  const auto parts = parts_of(request.target);
  if (parts.size() == 2) return relay::finish(*life.store, life.relay->found(request.body));
  const auto org = CoalitionId::from(from_base64url(parts.at(2)).value_or(Bytes{}));
  if (!org) return {404, {}};
  if (parts.at(3) == "exchange") return relay::finish(*life.store, life.relay->exchange(*org, request.body));
  if (parts.at(3) == "recover") return relay::finish(*life.store, life.relay->recover(*org, request.body));
  if (parts.at(3) == "bundles") {  // whose token it is, ops asks (server_blobs_test)
    auto opened = life.relay->open_bundle(*org, request.body);
    if (auto* refused = std::get_if<relay::Reply>(&opened)) return std::move(*refused);
    return relay::finish(*life.store, life.relay->bundle(std::get<relay::CarriedBundle>(std::move(opened))));
  }
  const auto invite = InviteId::from(from_base64url(parts.at(4)).value_or(Bytes{}));
  return relay::finish(*life.store, life.relay->join(*org, *invite, request.body));
}

void HostileServer::change(const HttpRequest& request, relay::Reply& reply) {
  if (!request.target.ends_with("/exchange")) return;
  Turn turn;
  turn.request = frames_of(request.body);
  turn.device = std::get<envelope::Hello>(turn.request.front()).device;
  turn.status = reply.status;
  turn.rest = frames_of(reply.body);
  turn.first = turn.rest.front();
  turn.rest.erase(turn.rest.begin());
  turn.proven = turn.drop<envelope::Auth>() == 1;
  meddle_(turn);
  Bytes body = envelope::encode_frame(turn.first);
  const auto known = auth_keys_.find(turn.device);
  if (turn.proven && known != auth_keys_.end()) {
    const auto org = CoalitionId::from(*from_base64url(parts_of(request.target).at(2)));
    const auto key = envelope::request_key(keys.exchange.secret, known->second, *org, turn.device, keys.sign.verify);
    const auto& auth = std::get<envelope::Auth>(turn.request.back());
    envelope::append_frame(body, envelope::Auth{envelope::reply_mac(*key, auth.mac, body)});
  }
  for (const envelope::Frame& frame : turn.rest) envelope::append_frame(body, frame);
  body.insert(body.end(), turn.tail.begin(), turn.tail.end());
  if (turn.instead) body = *turn.instead;
  if (body != reply.body || turn.status != reply.status) ++lies_;
  reply = {turn.status, std::move(body)};
}

// Whose answers can be proven: devices show their keys in the log.
void HostileServer::learn(const std::vector<envelope::MembershipEntry>& entries) {
  for (const auto& entry : entries) {
    const auto view = envelope::view_entry(entry);
    if (!view || !view->act) continue;
    if (const auto* genesis = std::get_if<envelope::Genesis>(&*view->act)) {
      auth_keys_[genesis->founder.device] = genesis->founder.auth_key;
    }
    if (const auto* added = std::get_if<envelope::AddDevice>(&*view->act)) auth_keys_[added->device] = added->auth_key;
  }
}

void HostileServer::remember(const HttpRequest& request) {
  received_.insert(received_.end(), request.body.begin(), request.body.end());
  for (envelope::Frame& frame : frames_of(request.body)) {
    if (const auto* append = std::get_if<envelope::Append>(&frame)) learn(append->entries);
    if (const auto* found = std::get_if<envelope::Found>(&frame)) learn(found->first.entries);
    if (const auto* recover = std::get_if<envelope::Recover>(&frame)) learn(recover->first.entries);
    frames_.push_back(std::move(frame));
  }
}

}  // namespace haki::test
