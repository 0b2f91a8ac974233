#include "client/bundle_box.h"

#include <algorithm>

#include "crypto/hash.h"
#include "envelope/bundle_file.h"

namespace haki::client {
namespace {

constexpr std::string_view kBundleEnding = ".bundle", kAnswerEnding = ".answer", kFreshEnding = ".new";

Result<> write_durably(store::Disk& disk, const std::string& path, ByteView bytes) {
  HAKI_ASSIGN(const auto file, disk.open(path, store::OpenMode::kTruncate));
  HAKI_TRY(file->write(0, bytes));
  return file->sync();
}

Result<> remove_if_there(store::Disk& disk, const std::string& path) {
  const auto removed = disk.remove(path);
  if (!removed && removed.error().code != Code::kNotFound) return removed;
  return {};
}

}  // namespace

Result<> write_whole(store::Disk& disk, const std::string& path, ByteView bytes) {
  const std::string fresh = path + std::string(kFreshEnding);
  auto written = write_durably(disk, fresh, bytes);
  if (written) written = disk.rename(fresh, path);
  if (written) return disk.sync_directory_of(path);
  static_cast<void>(disk.remove(fresh));  // of a full disk nothing half is left
  return written;
}

Result<Bytes> read_whole(store::Disk& disk, const std::string& path, std::size_t bytes_max) {
  const auto file = disk.open(path, store::OpenMode::kReading);
  const auto size = file ? (*file)->size() : Result<std::uint64_t>(file.error());
  if (size && *size > bytes_max) return Error{Code::kTooLarge, "This file is too long to be a bundle."};
  Bytes bytes(size ? static_cast<std::size_t>(*size) : 0);
  const auto read = size ? (*file)->read(0, bytes) : Result<std::size_t>(size.error());
  if (!read) return Error{Code::kNotFound, "There is no file " + path + ", or it cannot be read."};
  bytes.resize(*read);
  return bytes;
}

std::string BundleBox::path(const std::string& name, std::string_view ending) const {
  return folder_ + "/" + name + std::string(ending);
}

Result<std::vector<std::string>> BundleBox::names(std::string_view ending) {
  HAKI_ASSIGN(const std::vector<std::string> files, home_.disk.names_in(folder_));
  std::vector<std::string> found;
  for (const std::string& file : files) {
    if (file.ends_with(kFreshEnding)) HAKI_TRY(remove_if_there(home_.disk, folder_ + "/" + file));  // cut off by a crash
    if (file.ends_with(ending)) found.push_back(file.substr(0, file.size() - ending.size()));
  }
  std::ranges::sort(found);
  return found;
}

Result<std::vector<std::string>> BundleBox::waiting() { return names(kBundleEnding); }
Result<std::vector<std::string>> BundleBox::answered() { return names(kAnswerEnding); }

Result<> BundleBox::hold(ByteView bundle) {
  const std::string name = to_hex(crypto::hash16({bundle}));
  HAKI_ASSIGN(const std::vector<std::string> held, waiting());
  if (std::ranges::find(held, name) != held.end()) return {};
  if (held.size() >= kHeldMax) {
    return Error{Code::kTooLarge, "This device holds " + std::to_string(held.size()) +
                                      " bundles for others already. Run haki sync where there is a network, then take this one in."};
  }
  HAKI_TRY(home_.disk.make_directory(folder_));
  return write_whole(home_.disk, path(name, kBundleEnding), bundle);
}

Result<Bytes> BundleBox::bundle(const std::string& name) {
  return read_whole(home_.disk, path(name, kBundleEnding), envelope::kBundleFileBytesMax);
}
Result<Bytes> BundleBox::answer(const std::string& name) {
  return read_whole(home_.disk, path(name, kAnswerEnding), envelope::kAnswerFileBytesMax);
}

Result<> BundleBox::keep_answer(const std::string& name, ByteView answer) {
  return write_whole(home_.disk, path(name, kAnswerEnding), answer);
}

Result<> BundleBox::let_go(const std::string& name) {
  HAKI_TRY(remove_if_there(home_.disk, path(name, kBundleEnding)));
  return home_.disk.sync_directory_of(path(name, kBundleEnding));
}

Result<> BundleBox::handed_on(const std::string& name) {
  HAKI_TRY(remove_if_there(home_.disk, path(name, kAnswerEnding)));
  return let_go(name);
}

}  // namespace haki::client
