#include "client/bundle_maker.h"

#include <algorithm>
#include <limits>

#include "base/little_endian.h"
#include "client/bundle_box.h"
#include "client/inbox.h"
#include "client/sealer.h"
#include "envelope/bundle_file.h"

namespace haki::client {
namespace {

constexpr std::size_t kSealAtOnce = 1024 * 1024;
constexpr std::size_t kFramesPerPart = 1000, kBlobRangesPerPart = 250;  // what a server takes, and a little less
constexpr std::size_t kHeadBytes = 512;          // Bundle and Hello
constexpr std::size_t kRangeOverheadBytes = 128;
constexpr std::size_t kLeastRangeBytes = 4 * 1024;
constexpr std::uint32_t kAnswerCredit = 2 * 1024 * 1024;
constexpr std::size_t kBlobsAtMost = 100'000;

// Frames of so many bytes become a file of at most `bytes_max`.
std::size_t room_in(std::size_t bytes_max) {
  std::size_t room = bytes_max;
  while (envelope::bundle_file_bytes(room) > bytes_max) room -= 256;
  return room - kHeadBytes;
}

std::uint64_t sealed_so_far(Home& home) {
  std::uint64_t sum = 0;
  for (const store::Chain* chain : home.chains->own()) sum += chain->head_seq;
  return sum;
}

}  // namespace

Result<ServerAddressed> server_of(Home& home) {
  if (home.membership.founded()) {
    const envelope::Endpoints& endpoints = home.membership.endpoints();
    return ServerAddressed{endpoints.server_sign_key, endpoints.server_exchange_key};
  }
  HAKI_ASSIGN(const std::string text, home.settings->text(setting::kInvite));
  HAKI_ASSIGN(const keys::Invite invite, keys::read_invite(text));
  return ServerAddressed{invite.server_sign_key, invite.server_exchange_key};
}

Result<> BundleMaker::seal_all() {
  for (std::uint64_t before = 0, after = sealed_so_far(home_);; before = after) {
    HAKI_TRY(Sealer(home_).seal(kSealAtOnce));
    after = sealed_so_far(home_);
    if (after == before || !home_.admitted()) return {};
  }
}

BundleMaker::Part& BundleMaker::part_with_room(std::size_t bytes) {
  Part& last = parts_.back();
  const bool fits = last.bytes + bytes <= room_ && last.frames.size() < kFramesPerPart && last.blobs.size() < kBlobRangesPerPart;
  const bool empty = last.frames.empty() && last.blobs.empty();
  return fits || empty ? last : parts_.emplace_back();
}

void BundleMaker::add(Bytes frame) {
  Part& part = part_with_room(frame.size());
  part.bytes += frame.size();
  part.frames.push_back(std::move(frame));
}

Result<> BundleMaker::plan_frames() {
  if (!home_.admitted()) {
    HAKI_ASSIGN(std::optional<Bytes> join, home_.settings->get(setting::kJoinFrame));
    if (join) add(std::move(*join));
    return {};
  }
  HAKI_ASSIGN(std::vector<store::SealedFrame> waiting, home_.outbox->waiting(std::numeric_limits<std::size_t>::max()));
  // Keys before runs, whichever was sealed first (spec 60-http-api).
  std::ranges::stable_partition(waiting, [](const auto& sealed) { return sealed.kind == store::SealedKind::kEpochKey; });
  for (store::SealedFrame& sealed : waiting) add(std::move(sealed.frame));
  return {};
}

Result<> BundleMaker::plan_blobs(BundlesMade& made) {
  if (!home_.active()) return {};
  HAKI_ASSIGN(const std::vector<store::BlobRow> blobs,
              home_.blobs->to_send(std::numeric_limits<std::int64_t>::max(), kBlobsAtMost));
  for (const store::BlobRow& blob : blobs) {
    // From the beginning: how much the server holds is not known here, and what it has it passes over.
    for (std::uint64_t offset = 0; offset < blob.sealed_bytes;) {
      Part& part = part_with_room(kLeastRangeBytes + kRangeOverheadBytes);
      const std::size_t room = room_ - std::min(room_, part.bytes + kRangeOverheadBytes);
      const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(std::max(room, kLeastRangeBytes), blob.sealed_bytes - offset));
      part.blobs.push_back({blob, offset, bytes});
      part.bytes += bytes + kRangeOverheadBytes;
      offset += bytes;
    }
    ++made.attachments;
  }
  return {};
}

Result<Bytes> BundleMaker::sealed_part(std::size_t index, const envelope::BundleId& id) {
  const Part& part = parts_[index];
  envelope::Hello hello;
  hello.device = home_.device;
  hello.membership_count = home_.membership.count();
  HAKI_ASSIGN(const std::int64_t cursor, home_.settings->number(setting::kCursor));
  hello.cursor = static_cast<std::uint64_t>(cursor);
  HAKI_ASSIGN(const std::optional<Bytes> server_run, home_.settings->get(setting::kServerRun));
  if (server_run) hello.server_run = envelope::ServerRun::from(*server_run).value_or(envelope::ServerRun{});
  if (index == 0) hello.credit = kAnswerCredit;  // the others ask for nothing
  Bytes after = envelope::encode_frame(hello);
  for (const Bytes& frame : part.frames) base::append(after, frame);
  for (const BlobRange& range : part.blobs) {
    HAKI_ASSIGN(Bytes bytes, home_.blob_files->piece(range.blob.id, range.offset, range.bytes));
    if (bytes.size() != range.bytes) {
      return Error{Code::kDamaged, "A file that waits to be sent is damaged on this device: haki attachment check says which."};
    }
    envelope::append_frame(after, envelope::BlobPiece{range.blob.id, range.blob.compartment, range.blob.sealed_bytes, range.offset,
                                                      std::move(bytes)});
  }
  envelope::Bundle bundle{id, static_cast<std::uint32_t>(index + 1), static_cast<std::uint32_t>(parts_.size()), home_.clock.now_ms(), {}};
  bundle.signature = crypto::sign(home_.identity.sign.secret, "HAKI1.bun", envelope::bundle_message(home_.org, bundle, after));
  Bytes plain = envelope::encode_frame(bundle);
  base::append(plain, after);
  HAKI_ASSIGN(const ServerAddressed server, server_of(home_));
  return envelope::seal_bundle({envelope::BundleKind::kToServer, home_.org}, envelope::as_box_key(server.exchange_key), plain);
}

Result<> BundleMaker::write_parts(const std::string& folder, BundlesMade& made) {
  const auto id = crypto::random_id<envelope::BundleId>(home_.random);
  for (std::size_t index = 0; index < parts_.size(); ++index) {
    const std::string path =
        folder + "/bundle-" + to_hex(id).substr(0, 12) + "-" + std::to_string(index + 1) + ".haki";
    HAKI_ASSIGN(const Bytes file, sealed_part(index, id));
    HAKI_TRY(write_whole(home_.disk, path, file));
    made.files.push_back(path);
    made.bytes += file.size();
  }
  return {};
}

Result<BundlesMade> BundleMaker::make(const std::string& folder, std::size_t bytes_max) {
  if (bytes_max < Couriers::kBytesMin || bytes_max > envelope::kBundleFileBytesMax) {
    return Error{Code::kInvalid, "Files may have from 65,536 to 4,194,304 bytes: ask for a size between these."};
  }
  HAKI_TRY(seal_all());
  HAKI_TRY(Inbox(home_).begin(true));
  BundlesMade made;
  room_ = room_in(bytes_max);
  parts_.clear();
  parts_.emplace_back();
  HAKI_TRY(plan_frames());
  HAKI_TRY(plan_blobs(made));
  if (parts_.size() > envelope::kBundlePartsMax) {
    return Error{Code::kTooLarge, "There is too much for so small files. Ask for larger ones with --max-size."};
  }
  if (!home_.admitted()) {
    made.notes.push_back("This device is not let in yet: the bundle carries its request to join. What is recorded here goes with the next "
                         "bundle, once the answer has come back.");
  }
  for (const store::Chain* chain : home_.chains->own()) made.changes += chain->head_seq - chain->receipted_seq;
  const auto written = write_parts(folder, made);
  if (written) return made;
  for (const std::string& path : made.files) static_cast<void>(home_.disk.remove(path));
  return written.error();
}

}  // namespace haki::client
