// Requests for blobs (spec 62-blobs): what HTTP says, what relay decides, what blobs does with the bytes, in that order and
// on threads that may wait for disks. Bytes are durable before the store hears of them, the store before the answer leaves.
#pragma once

#include <atomic>

#include "blobs/blob_files.h"
#include "blobs/checksum.h"
#include "http/server.h"
#include "ops/workers.h"
#include "relay/blobs.h"

namespace haki::ops {

class BlobService {
 public:
  // All outlive the service, and the workers' last work.
  BlobService(relay::Blobs& relay, storage::Store& store, blobs::BlobFiles& files, Workers& workers)
      : relay_(relay), store_(store), files_(files), workers_(workers) {}

  // Before anybody is served: removes the parts of uploads that the store does not know, and the files of what was erased, which a
  // crash has left.
  Result<> open();

  static http::Admission admit(std::string_view method);
  // `blob` is empty for the coalition's own path, where uploads begin.
  void handle(const CoalitionId& org, const std::optional<BlobId>& blob, http::Request request,
              std::shared_ptr<http::Responder> responder);
  // A reply that says of blobs that they are erased: leaves once their files are gone.
  void respond_without(relay::Reply reply, std::shared_ptr<http::Responder> responder);
  // Any refusal with what tus wants in every reply.
  static http::Response refused(const relay::Reply& reply);
  // A piece that came by hand (spec 63-bundles): adds what is new of it. `after_another`: it lies beyond what is held. Only on
  // the thread that works on this blob; waits for the writer.
  envelope::BlobHeld bring(const relay::BlobAsker& asker, const CoalitionId& org, const envelope::BlobPiece& piece,
                           bool& after_another);
  // False while the disk is full or read-only.
  bool writable() { return files_.writable(); }
  // Forgets uploads whose time is over, at most once an hour.
  void tidy();

 private:
  struct Request {
    CoalitionId org;
    BlobId blob;
    CompartmentId compartment;  // of POST
    http::Request http;
    std::string_view header(std::string_view name) const;
    blobs::BlobName name() const { return {org, blob}; }
  };
  struct Piece {
    std::optional<blobs::Checksum> checksum;
    ByteView bytes;
  };
  using Asker = relay::BlobAsker;
  template <typename T>
  using OrRefused = relay::OrRefused<T>;

  http::Response answer(const Request& request);
  http::Response create(const Asker& asker, const Request& request);
  http::Response look(const Asker& asker, const Request& request);
  http::Response patch(const Asker& asker, const Request& request);
  http::Response remove(const Asker& asker, const Request& request);
  http::Response fetch(const Asker& asker, const Request& request);

  static OrRefused<Piece> piece_of(const Request& request);
  OrRefused<relay::BlobState> take(const Asker& asker, const blobs::BlobName& name, std::optional<std::uint64_t> before,
                                   const storage::Upload& upload, ByteView bytes);
  std::optional<relay::Reply> complete(const blobs::BlobName& name, const storage::BlobWrite& write);
  std::optional<relay::Reply> store_gone(const blobs::BlobName& name, const storage::BlobWrite& write);
  std::optional<relay::Reply> remove_erased(const blobs::BlobName& name);
  relay::Reply file_failure(const Error& error) const;
  // Waits for the writer.
  storage::Outcome commit(const storage::BlobWrite& write);
  // Offset, expiry, receipt and mark of what is held.
  http::Response state_response(int status, const Request& request, const relay::BlobState& state) const;

  relay::Blobs& relay_;
  storage::Store& store_;
  blobs::BlobFiles& files_;
  Workers& workers_;
  std::atomic<std::int64_t> tidied_ms_ = 0;
};

}  // namespace haki::ops
