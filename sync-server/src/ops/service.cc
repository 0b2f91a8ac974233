#include "ops/service.h"

#include <optional>
#include <string_view>
#include <vector>

namespace haki::ops {
namespace {

constexpr std::uint64_t kFreeBytesMin = 8 * 1024 * 1024;

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (path.starts_with('/') && segments.size() < 8) {
    path.remove_prefix(1);
    const auto end = path.find('/');
    segments.push_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  }
  return segments;
}

template <typename T>
std::optional<T> id_from_path(std::string_view segment) {
  const auto bytes = from_base64url(segment);
  return bytes ? T::from(*bytes) : std::nullopt;
}

std::optional<Bytes> nonce_from(std::string_view query) {
  if (!query.starts_with("nonce=")) return std::nullopt;
  auto nonce = from_hex(query.substr(6));
  if (!nonce || nonce->size() != 16) return std::nullopt;
  return nonce;
}

enum class Route { kNone, kFound, kExchange, kJoin, kRecover, kServer, kHealth, kBlobs, kBundles };

Route route_of(const std::vector<std::string_view>& path) {
  if (path.size() == 1 && path[0] == "health") return Route::kHealth;
  if (path.size() < 2 || path[0] != "v1") return Route::kNone;
  if (path.size() == 2 && path[1] == "server") return Route::kServer;
  if (path[1] != "coalitions") return Route::kNone;
  if (path.size() == 2) return Route::kFound;
  if (path.size() == 4 && path[3] == "exchange") return Route::kExchange;
  if (path.size() == 4 && path[3] == "recover") return Route::kRecover;
  if (path.size() == 5 && path[3] == "join") return Route::kJoin;
  if ((path.size() == 4 || path.size() == 5) && path[3] == "blobs") return Route::kBlobs;
  if (path.size() == 4 && path[3] == "bundles") return Route::kBundles;
  return Route::kNone;
}

Route route_of_target(std::string_view target) { return route_of(segments_of(target.substr(0, target.find('?')))); }

std::string_view method_of(Route route) {
  const bool post = route == Route::kFound || route == Route::kExchange || route == Route::kRecover || route == Route::kBundles;
  if (post) return "POST";
  return route == Route::kJoin ? "PUT" : "GET";
}

}  // namespace

void Service::handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  using envelope::Refusal;
  const std::string_view target = request.target;
  const auto question = target.find('?');
  const auto path = segments_of(target.substr(0, question));
  const Route route = route_of(path);
  if (route == Route::kNone) return responder->respond({404, {}});
  if (route == Route::kBlobs) {
    const auto org = id_from_path<CoalitionId>(path[2]);
    const auto blob = path.size() == 5 ? id_from_path<BlobId>(path[4]) : std::nullopt;
    if (!org || blob.has_value() != (path.size() == 5)) return responder->respond({404, {}});
    return blobs_.handle(*org, blob, std::move(request), std::move(responder));
  }
  if (request.method != method_of(route)) return responder->respond({405, {}});
  const auto refuse = [&](Refusal code) { advance(relay::refusal(code), responder); };
  switch (route) {
    case Route::kHealth:
      return responder->respond(health());
    case Route::kServer: {
      const auto nonce = nonce_from(question == std::string_view::npos ? "" : target.substr(question + 1));
      return nonce ? advance(relay_.server_info(*nonce), responder) : refuse(Refusal::kMalformed);
    }
    case Route::kFound:
      return advance(relay_.found(std::move(request.body)), responder);
    case Route::kExchange: {
      const auto org = id_from_path<CoalitionId>(path[2]);
      return org ? advance(relay_.exchange(*org, std::move(request.body)), responder)
                 : refuse(Refusal::kUnknownCoalition);
    }
    case Route::kRecover: {
      const auto org = id_from_path<CoalitionId>(path[2]);
      return org ? advance(relay_.recover(*org, request.body), responder) : refuse(Refusal::kUnknownCoalition);
    }
    case Route::kJoin: {
      const auto org = id_from_path<CoalitionId>(path[2]);
      const auto invite = id_from_path<InviteId>(path[4]);
      if (!org) return refuse(Refusal::kUnknownCoalition);
      return invite ? advance(relay_.join(*org, *invite, request.body), responder) : refuse(Refusal::kMalformed);
    }
    case Route::kBundles: {
      const auto org = id_from_path<CoalitionId>(path[2]);
      return org ? bundles_.handle(*org, std::move(request), std::move(responder)) : refuse(Refusal::kUnknownCoalition);
    }
    case Route::kNone:
    case Route::kBlobs:
      break;
  }
}

void Service::advance(relay::Step step, std::shared_ptr<http::Responder> responder) {
  if (auto* reply = std::get_if<relay::Reply>(&step)) {
    return blobs_.respond_without(std::move(*reply), std::move(responder));
  }
  const std::shared_ptr<relay::Pending> pending = std::move(std::get<std::unique_ptr<relay::Pending>>(step));
  // On the writer's thread: only hand the outcome back to the connection's.
  const bool taken = store_.commit(pending->write, [this, pending, responder](storage::Outcome outcome) {
    responder->post([this, pending, responder, outcome] { advance(pending->then(outcome), responder); });
  });
  if (!taken) advance(relay::refusal(envelope::Refusal::kBusy), responder);
}

http::Admission Service::admit(std::string_view method, std::string_view target) {
  const Route route = route_of_target(target);
  if (route == Route::kBundles) return BundleService::admit();
  return route == Route::kBlobs ? BlobService::admit(method) : http::Admission{};
}

http::Response Service::refusal(int status, std::string_view target) {
  using envelope::Refusal;
  const Refusal code = status == 413 || status == 431 ? Refusal::kTooLarge
                       : status == 503                ? Refusal::kBusy
                                                      : Refusal::kMalformed;
  const relay::Reply reply = relay::refusal(code);
  if (route_of_target(target) == Route::kBlobs) return BlobService::refused(reply);
  return {reply.status, reply.body};
}

http::Response Service::health() const {
  const auto text = [](std::string_view words) { return Bytes(as_bytes(words).begin(), as_bytes(words).end()); };
  if (!store_.writable() || !blobs_.writable() || data_.free_bytes() < kFreeBytesMin) {
    return {503, text("the disk is full or cannot be written\n")};
  }
  return {200, text("ok\n")};
}

}  // namespace haki::ops
