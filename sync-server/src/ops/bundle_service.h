// Bundles (spec 63-bundles, "At the server"): opened and judged by relay, their pieces of blobs kept by the blob service, one
// after another on the threads that may wait for disks; then answered as an exchange is.
#pragma once

#include "ops/blob_service.h"
#include "relay/relay.h"

namespace haki::ops {

// What an operator may be told of a bundle that was taken.
struct BundleSeen {
  DeviceId device;
  std::uint32_t part = 1, parts = 1;
  std::size_t runs = 0, pieces = 0;
};

class BundleService {
 public:
  // All outlive the service, and the workers' last work.
  BundleService(relay::Relay& relay, relay::Blobs& relay_blobs, storage::Store& store, BlobService& blobs, Workers& workers)
      : relay_(relay), relay_blobs_(relay_blobs), store_(store), blobs_(blobs), workers_(workers) {}

  static http::Admission admit();
  // A request of any member's device, which shows a token.
  void handle(const CoalitionId& org, http::Request request, std::shared_ptr<http::Responder> responder);

  // Called once, on a worker's thread, with the answer or refusal; `seen` where the bundle opened.
  using Done = std::function<void(relay::Reply, std::optional<BundleSeen> seen)>;
  void take(const CoalitionId& org, Bytes file, Done done);

 private:
  struct Work {
    relay::CarriedBundle carried;
    std::size_t next_piece = 0;
    Done done;
  };
  void open(const CoalitionId& org, ByteView file, Done done);
  void next_piece(std::shared_ptr<Work> work);
  void take_piece(Work& work);
  relay::Reply finish(relay::Step step);

  relay::Relay& relay_;
  relay::Blobs& relay_blobs_;
  storage::Store& store_;
  BlobService& blobs_;
  Workers& workers_;
};

}  // namespace haki::ops
