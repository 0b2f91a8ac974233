// What is done with the files of records, and who handled them; got from Client::evidence(), and good while that client is.
//
// Whatever hands out content or makes a copy of it leaves a custody entry, signed by this device, at the attachment; where
// this device may read and not write, it cannot, and nothing is left.
#pragma once

#include <span>

#include "haki/attachment.h"
#include "haki/dossier.h"
#include "haki/erasure.h"
#include "haki/sync.h"

namespace haki {
namespace client {
class Home;
}

class Evidence {
 public:
  explicit Evidence(client::Home& home) : home_(home) {}

  // All or none; `progress` counts the bytes of the file under way. kTooLarge, kNotFound, kDenied, kDiskFull: in words.
  Result<std::vector<RecordId>> attach(const RecordId& record, std::span<const AttachmentInput> files, const Progress& progress);
  Result<std::vector<AttachmentView>> attachments(const RecordId& record);
  // One of a record's, by its name or the beginning of its id; kInvalid where several have it.
  Result<AttachmentView> find(const RecordId& record, std::string_view name);

  // Own files that the server does not have whole, and files of records here whose bytes are not on this device: oldest first.
  Result<std::vector<AttachmentView>> unsent();
  Result<std::vector<AttachmentView>> missing();

  // Hands out the content, then says `action` of it: viewed, saved, exported or verified, with `detail` for people. Only success
  // says that what was handed out is what was attached. kNotFound: its bytes are not here.
  Result<> read(const RecordId& attachment, std::string_view action, std::string_view detail, const AttachmentSink& sink);
  // To be fetched with the next transfer, whatever its size.
  Result<> want(const RecordId& attachment);
  // Attaches a copy of `original` with something made unrecognisable. The original stays as it is.
  Result<RecordId> redact(const RecordId& original, const AttachmentInput& copy, const Progress& progress);

  // Who handled a record and its files, each log in its order.
  Result<std::vector<CustodyEntry>> custody(const RecordId& record);
  Result<> note(const RecordId& subject, std::string_view action, std::string_view detail);
  // kNotFound where the file is not here.
  Result<SealProof> seal_proof(const RecordId& attachment);

  // Destroys what a record or file says, and what belongs to it, here and, as they sync, at the server and on every device that has
  // it; what stays is that it was there, and the reason, which all who could read it may read. Leads only (kDenied). Final.
  Result<ErasedHere> erase(const RecordId& record, std::string_view reason);
  // A record or a file by the beginning of its id; kInvalid where several have it.
  Result<RecordId> find_any(std::string_view text);
  // Empty where the record is not erased; kNotFound where there is none.
  Result<std::optional<ErasureView>> erasure(const RecordId& record);

  // A dossier (haki/dossier.h): what is new of it; then, once its records, files and what was left out are named, who handled them,
  // by which keys that is checked, and who signs; at last the text of the signature over the list of all its files.
  DossierMaterial begin_dossier();
  Result<> prepare_dossier(DossierMaterial& material);
  std::string sign_dossier(const DossierMaterial& material, std::string_view manifest);

 private:
  client::Home& home_;
};

}  // namespace haki
