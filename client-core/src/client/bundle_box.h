// The folder of bundles that a courier's device holds for others, and of answers on their way back (spec 63-bundles, "What a
// courier does"). A file is whole and durable under its name, or not there.
#pragma once

#include "client/home.h"

namespace haki::client {

// Writes a file whole and durable, or not at all, readable by its owner only.
Result<> write_whole(store::Disk& disk, const std::string& path, ByteView bytes);
// kNotFound, kTooLarge: in words. The file may lie on a medium that cannot be written.
Result<Bytes> read_whole(store::Disk& disk, const std::string& path, std::size_t bytes_max);

class BundleBox {
 public:
  static constexpr std::size_t kHeldMax = 1'000;

  explicit BundleBox(Home& home) : home_(home), folder_(home.path + "/bundles") {}

  // The same again changes nothing. kTooLarge: so many are held already.
  Result<> hold(ByteView bundle);
  // Names of bundles held, and of answers, without their endings.
  Result<std::vector<std::string>> waiting();
  Result<std::vector<std::string>> answered();
  Result<Bytes> bundle(const std::string& name);
  Result<Bytes> answer(const std::string& name);
  Result<> keep_answer(const std::string& name, ByteView answer);
  Result<> let_go(const std::string& name);  // of the bundle
  Result<> handed_on(const std::string& name);  // the answer, and the bundle where it is still held

 private:
  Result<std::vector<std::string>> names(std::string_view ending);
  std::string path(const std::string& name, std::string_view ending) const;

  Home& home_;
  const std::string folder_;
};

}  // namespace haki::client
