// Makes the files that carry this device's work by hand: what an exchange would send, and own blobs, split into parts that
// each stand alone (spec 63-bundles, "Inside a bundle").
#pragma once

#include "client/home.h"
#include "haki/courier.h"

namespace haki::client {

class BundleMaker {
 public:
  explicit BundleMaker(Home& home) : home_(home) {}

  // Seals what may be sealed, and writes all files into `folder` or none.
  Result<BundlesMade> make(const std::string& folder, std::size_t bytes_max);

 private:
  struct BlobRange {
    store::BlobRow blob;
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
  };
  struct Part {
    std::vector<Bytes> frames;  // encoded, in their order
    std::vector<BlobRange> blobs;
    std::size_t bytes = 0;      // of the frames they become
  };
  Result<> seal_all();
  // What goes into which file; the last part may be longer than it should only where one frame alone is.
  Result<> plan_frames();
  Result<> plan_blobs(BundlesMade& made);
  void add(Bytes frame);
  Part& part_with_room(std::size_t bytes);
  Result<Bytes> sealed_part(std::size_t index, const envelope::BundleId& id);
  Result<> write_parts(const std::string& folder, BundlesMade& made);

  Home& home_;
  std::size_t room_ = 0;  // bytes of frames in one file
  std::vector<Part> parts_;
};

// The keys of the server: the log's, before admission the invite's.
struct ServerAddressed {
  crypto::VerifyKey sign_key;
  crypto::AuthPublicKey exchange_key;
};
Result<ServerAddressed> server_of(Home& home);

}  // namespace haki::client
