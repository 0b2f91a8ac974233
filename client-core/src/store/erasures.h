// What is still to be done about records that were erased, here and at the server, and who has said that it let go of them
// (spec 14-erasure). Records writes most of it, in the transaction that erases. All writes are part of the caller's transaction.
#pragma once

#include <optional>
#include <vector>

#include "store/database.h"

namespace haki::store {

// A change set that was written anew without a record.
struct ErasedChange {
  std::int64_t chain = 0;
  std::uint64_t seq = 0;
  std::int64_t record = 0;  // row
  LogId log;                // the Erase's
  std::uint64_t tomb_seq = 0;
};
// An item whose ciphertext the server is to let go of.
struct ErasedItem {
  std::int64_t chain = 0;
  std::uint64_t last_seq = 0;
  Hash hash;
  std::int64_t record = 0;
  LogId log;
  std::uint64_t tomb_seq = 0;
  bool wanted = false;  // the server has asked for the remainder
};
struct ErasedBlob {
  BlobId id;
  CompartmentId compartment;
};
// One Erase of a record, of which this device has not said yet that nothing is left here.
struct OpenErasure {
  std::int64_t record = 0;
  RecordId id;
  CompartmentId compartment;
  LogId log;
  std::uint64_t seq = 0;
  bool scrubbed = false;  // nothing of it is left in the store's own derived pages
};
struct LetGoWord {
  DeviceId device;
  std::int64_t time_ms = 0;
};
struct ErasedChild {
  std::int64_t parent = 0;  // row
  RecordId id;
  CompartmentId compartment;
};

class Erasures {
 public:
  explicit Erasures(Database& database) : database_(database) {}

  Result<std::vector<ErasedChange>> changes();
  Result<> done_with(const ErasedChange& change);
  Result<bool> any_change_of(std::int64_t record);

  Result<> put_item(const ErasedItem& item);
  Result<std::vector<ErasedItem>> items_due();
  Result<std::optional<Hash>> hash_of(std::int64_t chain, std::uint64_t last_seq);
  // Named by chain, last change set and tombstone.
  Result<> set_wanted(const ErasedItem& item);
  Result<> set_item_gone(const ErasedItem& item, std::int64_t time_ms);
  Result<std::vector<ErasedBlob>> blobs_due();
  Result<> set_blob_gone(const ErasedBlob& blob, std::int64_t time_ms);
  // The server was restored: it may have again what it let go of.
  Result<> doubt_server();

  Result<std::vector<BlobId>> files_left();
  Result<> set_file_gone(const BlobId& id);
  Result<bool> any_file_of(std::int64_t record);

  Result<std::vector<std::int64_t>> records();  // rows
  Result<std::vector<OpenErasure>> open();
  // Of a compartment: the change sets with its Erases, by log and seq.
  Result<std::vector<std::pair<LogId, std::uint64_t>>> places(const CompartmentId& compartment);
  Result<> set_scrubbed();
  Result<> set_said(const OpenErasure& erasure);
  // Records that are not erased whose parent is.
  Result<std::vector<ErasedChild>> children();

  Result<> put_let_go(const CompartmentId& compartment, const RecordId& record, const LogId& log, std::uint64_t seq, const LetGoWord& word);
  Result<std::vector<LetGoWord>> let_go_of(const CompartmentId& compartment, const RecordId& record);
  struct AtServer {
    std::uint64_t items = 0, items_gone = 0, blobs = 0, blobs_gone = 0;
    std::int64_t last_ms = 0;  // the server's time
  };
  Result<AtServer> at_server(std::int64_t record);

 private:
  Database& database_;
};

}  // namespace haki::store
