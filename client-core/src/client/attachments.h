// Files that belong to records: taken in, listed, opened, and who handled them (spec 12-attachments, 13-custody).
#pragma once

#include "client/home.h"
#include "evidence/blob_files.h"
#include "evidence/custody.h"
#include "haki/attachment.h"
#include "haki/sync.h"

namespace haki::client {

// A file that has been sealed and is not in the store yet.
struct SealedAttachment {
  RecordId id;
  const AttachmentInput* input = nullptr;
  std::string name;
  std::optional<RecordId> of;
  evidence::SealedContent content;
  std::string blob_name;  // field 4: its id and key
  bool fresh = false;     // its bytes were not here before
};

class Attachments {
 public:
  explicit Attachments(Home& home) : home_(home) {}

  // Seals the files of `inputs` for a compartment. Errors leave no file behind.
  Result<std::vector<SealedAttachment>> seal(const CompartmentId& compartment, std::span<const AttachmentInput> inputs,
                                             const Progress& progress);
  // The operations that make their records, children of `parent`, with the first custody entry of each.
  Result<> add_operations(const RecordId& parent, std::span<const SealedAttachment> sealed,
                          std::vector<changes::Operation>& operations);
  // Where their bytes are: in the transaction that keeps the operations.
  Result<> keep(const CompartmentId& compartment, std::span<const SealedAttachment> sealed);
  // The file of an attachment, sealed once more for another compartment, as a blob opens in its own only: what field 4 says of it there.
  // In the caller's transaction; a file of one that fails goes with sweep(). Empty where the bytes are not here.
  Result<std::string> seal_for(const CompartmentId& compartment, const store::RecordRow& attachment);
  // The transaction failed: their files go again.
  void discard(std::span<const SealedAttachment> sealed);

  Result<std::vector<AttachmentView>> list(const RecordId& record);
  Result<std::vector<AttachmentView>> of_rows(std::span<const std::int64_t> rows);
  Result<AttachmentView> find(const RecordId& attachment);
  // The content, checked to its last byte; kNotFound where its bytes are not here, kDamaged where they are not what was sealed.
  Result<> open(const RecordId& attachment, const AttachmentSink& sink);
  // To be fetched with the next transfer, whatever its size.
  Result<> want(const RecordId& attachment);
  Result<SealProof> seal_proof(const RecordId& attachment);

  // Entries about a record and its attachments, each log in its order.
  Result<std::vector<CustodyEntry>> custody(const RecordId& record);
  evidence::CustodyLog custody_log(const store::RecordRow& row);
  // The operation that adds an entry about `subject`; empty where the same was written within the hour.
  Result<std::optional<changes::Operation>> custody_operation(const store::RecordRow& subject, std::string_view action,
                                                              std::string_view detail, const std::optional<Hash>& sha256);
  // Removes files that no row names: what a crash left behind.
  Result<> sweep();

 private:
  Result<SealedAttachment> seal_one(const CompartmentId& compartment, const AttachmentInput& input, const Progress& progress);
  Result<> use_earlier(const CompartmentId& compartment, std::span<const SealedAttachment> before, SealedAttachment& sealed);
  Result<store::RecordRow> require(const RecordId& attachment);
  Result<AttachmentView> view(const store::RecordRow& row, const RecordId& parent);
  evidence::CustodyLine custody_line(const RecordId& subject, std::string_view action, std::string_view detail);

  Home& home_;
};

// What a signed attachment's record says of its content; the sealed length follows from it.
evidence::SealedContent described_content(const changes::RecordState& merged);
std::optional<store::BlobName> blob_name_of(const changes::RecordState& merged);
// The form, and its field's number.
const Form& attachment_form();
store::BlobRank rank_of(const changes::RecordState& merged);

}  // namespace haki::client
