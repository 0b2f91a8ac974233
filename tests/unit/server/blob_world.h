// A server's blobs over real files and a real database in a folder of the test's own, asked as HTTP would ask, without
// sockets: a coalition of a lead and two monitors.
#pragma once

#include <map>

#include "ops/blob_service.h"
#include "world.h"

namespace haki::test {

// Bytes that are a blob by their hash alone: the server cannot tell them from sealed ones.
struct TestBlob {
  explicit TestBlob(std::size_t size, std::uint8_t seed = 0);
  ByteView piece(std::size_t from, std::size_t size) const { return ByteView(bytes).subspan(from, size); }
  Bytes bytes;
  BlobId id;
};

using Headers = std::map<std::string, std::string, std::less<>>;
struct BlobAnswer {
  int status = 0;
  Bytes body;
  Headers headers;
  std::string header(std::string_view name) const;
  std::optional<std::uint64_t> offset() const;
  envelope::Reject reject() const;  // fails the test where there is none
};

std::string base64(ByteView bytes);  // with padding

class BlobTest : public ::testing::Test {
 protected:
  BlobTest();
  ~BlobTest() override;

  // Another process on the same folder; tokens are gone with the one before.
  void restart(std::uint64_t quota_bytes = 0);
  // Restarts, and lets what is over be forgotten.
  void tidy();
  // As if the power had gone: nothing is finished, and the folder is as `copy` has it.
  void restart_from(const std::string& copy);

  BlobAnswer ask(FakeDevice& device, const std::string& method, const std::optional<BlobId>& blob, Headers headers,
                 ByteView body = {});
  Headers creation(const TestBlob& blob, const CompartmentId& compartment) const;
  BlobAnswer create(FakeDevice& device, const TestBlob& blob, const CompartmentId& compartment, ByteView first = {});
  BlobAnswer patch(FakeDevice& device, const TestBlob& blob, std::size_t from, std::size_t size, Headers more = {});
  BlobAnswer head(FakeDevice& device, const TestBlob& blob) { return ask(device, "HEAD", blob.id, {}); }
  BlobAnswer get(FakeDevice& device, const TestBlob& blob, const std::string& range = {});
  // Brings all of it in one request.
  void bring(FakeDevice& device, const TestBlob& blob, const CompartmentId& compartment);
  bool receipt_holds(const BlobAnswer& answer, const TestBlob& blob, const CompartmentId& compartment) const;
  std::vector<std::string> files() const;  // of the coalition's folder, sorted

  std::string folder;
  std::optional<World> world;
  FakeDevice lead{Role::kLead};
  FakeDevice monitor, other;
  std::map<DeviceId, envelope::BlobToken> tokens;
  std::optional<relay::Blobs> relay;
  std::optional<blobs::BlobFiles> blob_files;
  std::optional<ops::Workers> workers;
  std::optional<ops::BlobService> service;

 private:
  std::string generation_;  // the folder in use, below `folder`
  int generations_ = 0;

 public:
  const std::string& in_use() const { return generation_; }
};

}  // namespace haki::test
