#include "relay/request.h"

namespace haki::relay {
namespace {

using envelope::Refusal;

constexpr std::size_t kPushedFramesMax = 1024;
constexpr std::size_t kPullsMax = 64;
constexpr std::size_t kHeadsWantedMax = 16;
constexpr std::size_t kSnapshotsMax = 8;
constexpr std::size_t kSnapshotPiecesMax = 64;
constexpr std::size_t kSnapshotWordsMax = 16;
constexpr std::size_t kSnapshotWantsMax = 16;
constexpr std::size_t kErasesMax = 64;
constexpr int kAuthRank = 13;

// Where a frame may stand: ranks never fall within a request, and those that may come once always rise. 0: not in a
// request.
int rank_of(const envelope::Frame& frame) {
  if (std::holds_alternative<envelope::Hello>(frame)) return 1;
  if (std::holds_alternative<envelope::Append>(frame)) return 2;
  if (std::holds_alternative<envelope::EpochKey>(frame)) return 3;
  if (std::holds_alternative<envelope::Run>(frame)) return 4;
  if (std::holds_alternative<envelope::Erase>(frame)) return 5;
  if (std::holds_alternative<envelope::Wiped>(frame)) return 6;
  if (std::holds_alternative<envelope::Snapshot>(frame)) return 7;
  if (std::holds_alternative<envelope::SnapshotBytes>(frame)) return 8;
  if (std::holds_alternative<envelope::SnapshotWord>(frame)) return 9;
  if (std::holds_alternative<envelope::Pull>(frame)) return 10;
  if (std::holds_alternative<envelope::SnapshotWant>(frame)) return 11;
  if (std::holds_alternative<envelope::HeadsWanted>(frame)) return 12;
  if (std::holds_alternative<envelope::Auth>(frame)) return kAuthRank;
  return 0;
}
bool once(int rank) { return rank == 1 || rank == 2 || rank == 6 || rank == kAuthRank; }

void put(Request& request, envelope::Frame&& frame) {
  if (auto* hello = std::get_if<envelope::Hello>(&frame)) request.hello = *hello;
  if (auto* append = std::get_if<envelope::Append>(&frame)) request.append = std::move(*append);
  if (auto* key = std::get_if<envelope::EpochKey>(&frame)) request.epoch_keys.push_back(std::move(*key));
  if (auto* run = std::get_if<envelope::Run>(&frame)) request.runs.push_back(std::move(*run));
  if (auto* erase = std::get_if<envelope::Erase>(&frame)) request.erases.push_back(std::move(*erase));
  if (auto* pull = std::get_if<envelope::Pull>(&frame)) request.pulls.push_back(*pull);
  if (auto* wiped = std::get_if<envelope::Wiped>(&frame)) request.wiped = *wiped;
  if (auto* snapshot = std::get_if<envelope::Snapshot>(&frame)) request.snapshots.push_back(std::move(*snapshot));
  if (auto* piece = std::get_if<envelope::SnapshotBytes>(&frame)) request.snapshot_bytes.push_back(std::move(*piece));
  if (auto* word = std::get_if<envelope::SnapshotWord>(&frame)) request.snapshot_words.push_back(*word);
  if (auto* want = std::get_if<envelope::SnapshotWant>(&frame)) request.snapshot_wants.push_back(*want);
  if (auto* wanted = std::get_if<envelope::HeadsWanted>(&frame)) request.heads_wanted.push_back(wanted->device);
  if (auto* auth = std::get_if<envelope::Auth>(&frame)) request.mac = auth->mac;
}

}  // namespace

std::variant<Request, Refusal> parse_request(ByteView body) {
  Request request;
  envelope::FrameReader reader(body);
  int before = 0;
  while (!reader.done()) {
    request.authenticated = reader.offset();
    auto frame = reader.next();
    if (!frame) return Refusal::kMalformed;
    const int rank = rank_of(*frame);
    if (rank == 0 || rank < before || (rank == before && once(rank)) || (before == 0 && rank != 1))
      return Refusal::kMalformed;
    put(request, std::move(*frame));
    if (request.hello.version != envelope::kProtocolVersion) return Refusal::kVersion;
    if (request.epoch_keys.size() + request.runs.size() > kPushedFramesMax || request.erases.size() > kErasesMax ||
        request.pulls.size() > kPullsMax ||
        request.heads_wanted.size() > kHeadsWantedMax || request.snapshots.size() > kSnapshotsMax ||
        request.snapshot_bytes.size() > kSnapshotPiecesMax || request.snapshot_words.size() > kSnapshotWordsMax ||
        request.snapshot_wants.size() > kSnapshotWantsMax) {
      return Refusal::kTooLarge;
    }
    before = rank;
  }
  if (before != kAuthRank) return Refusal::kMalformed;
  return request;
}

}  // namespace haki::relay
