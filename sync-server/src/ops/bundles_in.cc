#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "envelope/bundle_file.h"
#include "ops/bundle_service.h"
#include "ops/commands.h"
#include "storage/sqlite/store.h"

namespace haki::ops {
namespace {

using envelope::Refusal;
using One = BundlesIn::One;

std::string counted_things(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

Result<Bytes> read_bundle_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::error_code trouble;
  if (!in || !std::filesystem::is_regular_file(path, trouble)) return Error{Code::kNotFound, "There is no file " + path + "."};
  if (std::filesystem::file_size(path, trouble) > envelope::kBundleFileBytesMax) {
    return Error{Code::kTooLarge, "This file is too long to be a bundle."};
  }
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

// Whole under its name or not there, on the medium, and only for who runs this.
Result<> write_answer(const std::string& path, ByteView bytes) {
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool good = file >= 0;
  for (ByteView rest = bytes; good && !rest.empty();) {
    const ssize_t written = ::write(file, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    good = written > 0;
    if (good) rest = rest.subspan(static_cast<std::size_t>(written));
  }
  good = good && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  good = good && ::rename(fresh.c_str(), path.c_str()) == 0;
  const int folder = good ? ::open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  good = folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0) ::close(folder);
  if (good) return {};
  ::unlink(fresh.c_str());
  return Error{Code::kIo, "The answer could not be written to " + path +
                              ": is the disk full or read-only? What the bundle brought is kept; take it in again for the answer."};
}

std::string refused_in_words(Refusal code) {
  switch (code) {
    case Refusal::kNotAdmitted:
      return "its device is not let in yet. Its request to join is kept; once a lead has admitted it, take this file in again.";
    case Refusal::kMalformed:
      return "it is damaged, or sealed to another server. Copy it again from where it comes from.";
    case Refusal::kVersion:
      return "it was made by a newer version of Haki. Update this server, then take it in again.";
    case Refusal::kUnknownCoalition:
      return "its coalition is not one of this server's.";
    case Refusal::kBadSignature:
      return "it is not signed by the device it names. Nothing of it was taken.";
    case Refusal::kTooManyJoins:
      return "too many requests to join wait for a lead. Take it in again when some are decided.";
    case Refusal::kBusy:
      return "the disk is full or cannot be written. Nothing is acknowledged; take it in again later.";
    default:
      return "it was not taken (" + std::to_string(static_cast<unsigned>(code)) + ").";
  }
}

class Desk {
 public:
  Desk(BundleService& service, std::string answers) : service_(service), answers_(std::move(answers)) {}

  void take(One& one) {
    one.taken = one.waits = false;
    const auto file = read_bundle_file(one.file);
    if (!file) return say(one, file.error().message);
    const auto label = envelope::read_bundle_label(*file);
    if (!label) return say(one, label.error().message);
    if (label->kind == envelope::BundleKind::kAnswer) {
      return say(one, "this is an answer for a device: carry it on to haki bundle in there.");
    }
    std::promise<std::pair<relay::Reply, std::optional<BundleSeen>>> promise;
    service_.take(label->org, *file, [&promise](relay::Reply reply, std::optional<BundleSeen> seen) {
      promise.set_value({std::move(reply), seen});
    });
    const auto [reply, seen] = promise.get_future().get();
    if (reply.status != 200 && reply.status != 202) {
      const Refusal code = relay::code_of(reply);
      one.waits = code == Refusal::kNotAdmitted;
      return say(one, refused_in_words(code));
    }
    one.taken = true;
    one.waits = reply.status == 202;
    std::string words = "part " + std::to_string(seen->part) + " of " + std::to_string(seen->parts) + " of device " +
                        to_hex(seen->device).substr(0, 8) + ": " + counted_things(seen->runs, "sealed item", "sealed items") +
                        ", " + counted_things(seen->pieces, "piece of files", "pieces of files") + ".";
    if (one.waits) words += " Some of it comes after another part: take that in, then this again.";
    if (!answers_.empty()) {
      const std::string path = answers_ + "/answer-" + to_hex(crypto::hash16({*file})) + ".haki";
      if (const auto written = write_answer(path, reply.body); !written) return say(one, written.error().message), void(one.taken = false);
      one.answer = path;
    }
    say(one, words);
  }

 private:
  static void say(One& one, const std::string& words) { one.in_words = one.file + ": " + words; }

  BundleService& service_;
  const std::string answers_;
};

}  // namespace

Result<BundlesIn> take_bundles(const Settings& settings, const std::vector<std::string>& files, const std::string& answers) {
  HAKI_ASSIGN(const DataDirectory data, open_existing_data(settings.data));
  std::error_code trouble;
  if (!answers.empty() && !std::filesystem::is_directory(answers, trouble)) {
    return Error{Code::kNotFound, "There is no folder " + answers + " for the answers. Nothing was taken."};
  }
  HAKI_ASSIGN(const auth::ServerKeys keys, auth::load_or_make_keys(data.keys()));
  HAKI_ASSIGN(const auto store, storage::open_sqlite(data.database(), {.writer_thread = false}));
  base::SystemClock clock;
  crypto::SystemRandom random;
  relay::Relay relay(*store, keys, clock, random, {}, static_cast<std::uint64_t>(settings.device_quota_mib) * 1024 * 1024);
  relay::Blobs blobs(relay.context(), static_cast<std::uint64_t>(settings.coalition_blobs_mib) * 1024 * 1024);
  blobs::BlobFiles blob_files(data.blobs());
  Workers workers(1);  // one: what it stores it stores itself
  BlobService blob_service(blobs, *store, blob_files, workers);
  BundleService service(relay, blobs, *store, blob_service, workers);
  Desk desk(service, answers);
  BundlesIn all;
  for (const std::string& file : files) all.files.push_back({file, "", "", false, false});
  for (One& one : all.files) desk.take(one);
  // What came after another part may fit now; each round settles one at least.
  for (bool moved = true; moved;) {
    moved = false;
    for (One& one : all.files) {
      if (!one.taken || !one.waits) continue;
      desk.take(one);
      moved |= one.taken && !one.waits;
    }
  }
  return all;
}

}  // namespace haki::ops
