#include "vandal.h"

#include <algorithm>

#include "crypto/random.h"
#include "envelope/request_mac.h"

namespace haki::simulation {
namespace {

using transport::Request;
constexpr std::size_t kPullsTooMany = 65;              // spec 60-http-api, "Exchange": at most 64
constexpr std::size_t kBodyTooLarge = 1024 * 1024 + 1;  // spec 60-http-api, "Limits"

void change_a_byte(Bytes& bytes, Chance& chance) {
  bytes[chance.below(bytes.size())] ^= static_cast<std::uint8_t>(1 + chance.below(255));
}

std::optional<Request> on_the_way(Request request, Spoiling how, Chance& chance) {
  if (request.body.empty()) return std::nullopt;
  if (how == Spoiling::kBytes) change_a_byte(request.body, chance);
  if (how == Spoiling::kCut) request.body.resize(chance.below(request.body.size()));
  if (how == Spoiling::kProof) request.body.back() ^= 1;  // Auth is the last frame, and its MAC the last of it
  if (how == Spoiling::kCoalition) {
    const auto other = crypto::random_id<CoalitionId>(chance);
    request.target = "/v1/coalitions/" + to_base64url(other) + "/exchange";
  }
  return request;
}

// A piece of a file: its bytes; or all of them under no checksum, so that only the whole file's name tells.
std::optional<Request> of_a_file(Request request, Spoiling how, Chance& chance) {
  if (request.body.empty()) return std::nullopt;
  if (how == Spoiling::kOffset) {
    const auto offset = std::ranges::find(request.headers, "Upload-Offset", [](const auto& header) { return header.first; });
    if (offset == request.headers.end()) return std::nullopt;
    offset->second += "7";
    return request;
  }
  change_a_byte(request.body, chance);
  if (how == Spoiling::kWholeFile) std::erase_if(request.headers, [](const auto& header) { return header.first == "Upload-Checksum"; });
  return request;
}

std::optional<std::vector<envelope::Frame>> frames_of(ByteView body) {
  std::vector<envelope::Frame> frames;
  for (envelope::FrameReader reader(body); !reader.done();) {
    auto frame = reader.next();
    if (!frame) return std::nullopt;
    frames.push_back(std::move(*frame));
  }
  const bool whole = frames.size() >= 2 && std::holds_alternative<envelope::Hello>(frames.front()) && std::holds_alternative<envelope::Auth>(frames.back());
  return whole ? std::optional(std::move(frames)) : std::nullopt;
}

// A key handed on to the sender itself under no signature of anybody.
void add_a_forged_key(std::vector<envelope::Frame>& frames, const client::Home& home, Chance& chance) {
  const envelope::Compartment* shared = home.membership.compartment_of_kind(envelope::CompartmentKind::kShared);
  envelope::Grant grant{shared->made.compartment, 1, home.device, Bytes(132), home.device, {}};
  chance.fill(grant.sealed);
  if (!std::holds_alternative<envelope::Append>(frames[1])) frames.insert(frames.begin() + 1, envelope::Append{});
  std::get<envelope::Append>(frames[1]).grants.push_back(std::move(grant));
}

// A compartment that is there and that the device may not write in.
std::optional<CompartmentId> place_of_others(const client::Home& home) {
  for (const auto& [id, compartment] : home.membership.compartments()) {
    if (!home.membership.may_write(home.device, id, home.membership.newest())) return id;
  }
  return std::nullopt;
}

bool change_a_run(std::vector<envelope::Frame>& frames, Spoiling how, const client::Home& home, Chance& chance) {
  const auto others = place_of_others(home);
  for (envelope::Frame& frame : frames) {
    auto* run = std::get_if<envelope::Run>(&frame);
    if (run == nullptr || run->items.empty() || !run->items.back().signature) continue;
    if ((how == Spoiling::kPlace && !others) || (how == Spoiling::kFork && run->after_seq == 0)) continue;
    if (how == Spoiling::kPlace) run->compartment = *others;
    if (how == Spoiling::kFork) run->prev8[0] ^= 1;
    if (how == Spoiling::kSignature) run->items.back().signature->bytes[0] ^= 1;
    if (how == Spoiling::kCompartment) run->compartment = crypto::random_id<CompartmentId>(chance);
    if (how == Spoiling::kMemberList) run->m_seq += 1000;
    return true;
  }
  return false;
}

std::optional<Request> by_a_member(Request request, Spoiling how, const client::Home& home, Chance& chance) {
  auto frames = frames_of(request.body);
  if (!frames || !home.membership.founded()) return std::nullopt;
  auto& hello = std::get<envelope::Hello>(frames->front());
  frames->pop_back();
  switch (how) {
    case Spoiling::kVersion: hello.version = envelope::kProtocolVersion + 1; break;
    case Spoiling::kTooMany: {
      frames->resize(1);
      for (std::size_t i = 0; i < kPullsTooMany; ++i) frames->push_back(envelope::Pull{home.own_compartment(), {}, 0});
      break;
    }
    case Spoiling::kKey: add_a_forged_key(*frames, home, chance); break;
    case Spoiling::kTooLarge: break;
    default:
      if (!change_a_run(*frames, how, home, chance)) return std::nullopt;
  }
  Bytes body;
  for (const envelope::Frame& frame : *frames) envelope::append_frame(body, frame);
  if (how == Spoiling::kTooLarge) body.resize(kBodyTooLarge);
  const envelope::Endpoints& server = home.membership.endpoints();
  const auto key = envelope::request_key(home.identity.auth.secret, server.server_exchange_key, home.org, home.device, server.server_sign_key);
  if (!key) return std::nullopt;
  const std::uint64_t counter = std::get<envelope::Hello>(frames->front()).counter;
  envelope::append_frame(body, envelope::Auth{envelope::request_mac(*key, counter, body)});
  request.body = std::move(body);
  return request;
}

}  // namespace

std::string_view name_of(Spoiling how) {
  static constexpr std::string_view kNames[] = {
      "a byte changed on the way", "cut on the way", "proof changed on the way", "sent to another coalition",
      "of a later version", "more frames than allowed", "larger than allowed", "signature changed", "work for a compartment that is not there",
      "work for a compartment of others", "work that follows other work than is held",
      "work that cites an entry that is not there", "key under no signature", "piece of a file changed on the way", "bytes of a file changed", "piece of a file for another place"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(Spoiling::kCount));
  return kNames[static_cast<std::size_t>(how)];
}

std::optional<Request> spoil(const Request& request, Spoiling how, const client::Home& home, Chance& chance) {
  const bool file = request.method == "PATCH" || (request.method == "POST" && request.target.ends_with("/blobs"));
  if (how >= Spoiling::kPiece) return file ? of_a_file(request, how, chance) : std::nullopt;
  if (!request.target.ends_with("/exchange")) return std::nullopt;
  return how >= Spoiling::kVersion ? by_a_member(request, how, home, chance) : on_the_way(request, how, chance);
}

}  // namespace haki::simulation
