#include "relay/bundle.h"

#include "envelope/bundle_file.h"
#include "relay/exchange.h"

namespace haki::relay {
namespace {

using envelope::Refusal;

constexpr std::size_t kBundledFramesMax = 1024;
constexpr std::size_t kBundledPiecesMax = 256;

// Where a frame may stand in a bundle: ranks never fall, and the first three come once. 0: not in a bundle.
int bundle_rank_of(const envelope::Frame& frame) {
  if (std::holds_alternative<envelope::Bundle>(frame)) return 1;
  if (std::holds_alternative<envelope::Hello>(frame)) return 2;
  if (std::holds_alternative<envelope::JoinRequest>(frame)) return 3;
  if (std::holds_alternative<envelope::EpochKey>(frame)) return 4;
  if (std::holds_alternative<envelope::Run>(frame)) return 5;
  if (std::holds_alternative<envelope::BlobPiece>(frame)) return 6;
  return 0;
}

void put_into(CarriedBundle& carried, envelope::Frame&& frame) {
  if (auto* bundle = std::get_if<envelope::Bundle>(&frame)) carried.bundle = *bundle;
  if (auto* hello = std::get_if<envelope::Hello>(&frame)) carried.request.hello = *hello;
  if (auto* join = std::get_if<envelope::JoinRequest>(&frame)) carried.join = std::move(*join);
  if (auto* key = std::get_if<envelope::EpochKey>(&frame)) carried.request.epoch_keys.push_back(std::move(*key));
  if (auto* run = std::get_if<envelope::Run>(&frame)) carried.request.runs.push_back(std::move(*run));
  if (auto* piece = std::get_if<envelope::BlobPiece>(&frame)) carried.pieces.push_back(std::move(*piece));
}

// Takes the frames apart; `signed_from` is where what the signature covers begins.
std::optional<Refusal> parse_bundle(ByteView plain, CarriedBundle& carried, std::size_t& signed_from) {
  envelope::FrameReader reader(plain);
  int before = 0;
  while (!reader.done()) {
    auto frame = reader.next();
    if (!frame) return Refusal::kMalformed;
    const int rank = bundle_rank_of(*frame);
    const bool follows = before < 2 ? rank == before + 1 : rank > before || (rank == before && rank > 3);
    if (!follows) return Refusal::kMalformed;
    put_into(carried, std::move(*frame));
    if (rank == 1) signed_from = reader.offset();
    if (carried.request.hello.version != envelope::kProtocolVersion) return Refusal::kVersion;
    if (carried.request.epoch_keys.size() + carried.request.runs.size() > kBundledFramesMax ||
        carried.pieces.size() > kBundledPiecesMax) {
      return Refusal::kTooLarge;
    }
    before = rank;
  }
  if (before < 2) return Refusal::kMalformed;
  return std::nullopt;
}

}  // namespace

std::variant<CarriedBundle, Reply> open_bundle(Context& context, const CoalitionId& org, ByteView file) {
  if (file.size() > envelope::kBundleFileBytesMax) return refusal(Refusal::kTooLarge);
  const auto label = envelope::read_bundle_label(file);
  if (!label) return refusal(label.error().code == Code::kUnsupported ? Refusal::kVersion : Refusal::kMalformed);
  if (label->kind != envelope::BundleKind::kToServer || label->org != org) return refusal(Refusal::kMalformed);
  auto coalition = context.coalitions.get(context.store, org);
  if (!coalition) return store_failure(coalition.error());
  if (!*coalition) return refusal(Refusal::kUnknownCoalition);
  const auto plain = envelope::open_bundle(*label, envelope::as_box_pair(context.keys.exchange), file);
  if (!plain) return refusal(Refusal::kMalformed);

  CarriedBundle carried;
  carried.org = org;
  carried.coalition = std::move(**coalition);
  std::size_t signed_from = 0;
  if (const auto refused = parse_bundle(*plain, carried, signed_from)) return refusal(*refused);
  const DeviceId& device = carried.request.hello.device;
  const envelope::Device* member = carried.coalition.membership->device(device);
  carried.admitted = member != nullptr;
  if (!carried.admitted) {
    if (!carried.join) return refusal(Refusal::kNotAdmitted);
    const envelope::JoinRequest& join = *carried.join;
    if (envelope::device_id(join.sign_key, join.box_key, join.auth_key) != device) return refusal(Refusal::kBadSignature);
  }
  const crypto::VerifyKey& sign_key = carried.admitted ? member->added.sign_key : carried.join->sign_key;
  const Bytes message = envelope::bundle_message(org, carried.bundle, ByteView(*plain).subspan(signed_from));
  if (!crypto::verify(sign_key, "HAKI1.bun", message, carried.bundle.signature)) return refusal(Refusal::kBadSignature);
  return carried;
}

}  // namespace haki::relay
