// Where each blob's bytes have got to: sealed here, on their way, at the server, fetched (spec 12-attachments). The bytes
// themselves are files beside the store (evidence/blob_files.h). Writes are part of the caller's transaction, or one of their own.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/sealed_blob.h"
#include "store/database.h"

namespace haki::store {

// Field 4 of an attachment's record: which blob, and the key that opens it.
struct BlobName {
  BlobId id;
  crypto::BlobKey key;
};
std::string write_blob_name(const BlobName& name);
std::optional<BlobName> read_blob_name(std::string_view text);

enum class BlobRank : std::int64_t { kThumbnail = 1, kDerivative = 2, kOther = 3 };  // the order they travel in

struct BlobRow {
  std::int64_t no = 0;
  BlobId id;
  CompartmentId compartment;
  Hash sha256;
  std::uint64_t content_bytes = 0, sealed_bytes = 0;
  BlobRank rank = BlobRank::kOther;
  bool mine = false, here = false, wanted = false;
  std::uint64_t moved = 0;
  std::int64_t server_ms = 0;
  Bytes receipt;
  bool over_quota = false;
  std::string trouble;
};

class Blobs {
 public:
  explicit Blobs(Database& database) : database_(database) {}

  Result<> put(const BlobRow& row);  // a new one; `no` is not looked at
  Result<std::optional<BlobRow>> find(const BlobId& id);
  // One of this device's own with the same content in the same compartment, whose bytes are here.
  Result<std::optional<BlobRow>> same_content(const CompartmentId& compartment, const Hash& sha256, std::uint64_t content_bytes);
  // Own ones that the server does not have whole and a record names that is not deleted, in the order they are to go, of at most `sealed_bytes_max` each.
  Result<std::vector<BlobRow>> to_send(std::uint64_t sealed_bytes_max, std::size_t at_most);
  // Those that have a row and are not here, in the order they are to come: asked for by a person, then those that the server
  // did not have when last asked only after all others. What is over the quota comes only if a person asked.
  Result<std::vector<BlobRow>> to_fetch(std::size_t at_most);
  Result<bool> any_waiting();  // to be sent or fetched
  // Records, not deleted, whose blob it is, oldest first; and the first of them, 0 where there is none.
  Result<std::vector<std::int64_t>> records_of(const BlobId& id);
  Result<std::int64_t> record_of(const BlobId& id);
  // Records, not deleted, with a blob that no row is about yet: rows of `record`, oldest first, above `after`.
  Result<std::vector<std::int64_t>> records_without_row(std::int64_t after, std::size_t at_most);

  Result<std::set<BlobId>> all();

  Result<> set_moved(const BlobId& id, std::uint64_t bytes);
  Result<> set_at_server(const BlobId& id, std::int64_t time_ms, ByteView receipt);
  Result<> set_not_at_server(const BlobId& id, std::int64_t now_ms);  // it was asked for; by this device's clock
  Result<> set_here(const BlobId& id, bool here);
  Result<> set_wanted(const BlobId& id);
  Result<> set_over_quota(const BlobId& id, bool over);
  Result<> set_trouble(const BlobId& id, std::string_view trouble);
  // The server lost what it had (it was restored): all of one's own is to be sent again where it does not have it.
  Result<> doubt_server();
  Result<> remove(const BlobId& id);

  // Rows of records, not deleted, whose blob the server does not have (own ones), or whose bytes are not here. Oldest first.
  enum class Where { kUnsent, kMissing };
  Result<std::vector<std::int64_t>> attached_records(Where where);

  struct Counts {
    std::uint64_t unsent = 0, unsent_bytes = 0;  // own ones that the server does not have
    std::uint64_t here_bytes = 0;                // sealed bytes on this device, of files under way too
    std::uint64_t missing = 0;                   // named by records here, bytes not here
    std::uint64_t asked_for = 0;                 // of these: a person wants them
  };
  Result<Counts> counts();

 private:
  Result<std::vector<BlobRow>> read(Statement& rows);
  Database& database_;
};

}  // namespace haki::store
