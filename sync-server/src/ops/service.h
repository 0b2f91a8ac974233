// Paths to relay calls, and the relay's steps to the store and back, so that no HTTP thread waits for a commit.
#pragma once

#include "http/server.h"
#include "ops/blob_service.h"
#include "ops/bundle_service.h"
#include "ops/data_directory.h"
#include "relay/relay.h"

namespace haki::ops {

class Service final : public http::Handler {
 public:
  // All outlive the service, and the store's last callback.
  Service(relay::Relay& relay, storage::Store& store, const DataDirectory& data, BlobService& blobs, BundleService& bundles)
      : relay_(relay), store_(store), data_(data), blobs_(blobs), bundles_(bundles) {}

  void handle(http::Request request, std::shared_ptr<http::Responder> responder) override;
  http::Admission admit(std::string_view method, std::string_view target) override;
  http::Response refusal(int status, std::string_view target) override;

 private:
  void advance(relay::Step step, std::shared_ptr<http::Responder> responder);
  http::Response health() const;

  relay::Relay& relay_;
  storage::Store& store_;
  const DataDirectory& data_;
  BlobService& blobs_;
  BundleService& bundles_;
};

}  // namespace haki::ops
