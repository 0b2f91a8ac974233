#include "client/attachments.h"
#include "client/editor.h"

namespace haki::client {

// A record with its files: they are sealed first, whole and durable, and named in the transaction that makes the record.
Result<RecordId> Editor::create_with_files(const Draft& draft, const Progress& progress) {
  Operations operations;
  CompartmentId compartment;
  HAKI_ASSIGN(const RecordId id, plan_create(operations, compartment, draft));
  Attachments attachments(home_);
  HAKI_ASSIGN(const std::vector<SealedAttachment> sealed, attachments.seal(compartment, draft.attachments, progress));
  HAKI_TRY(commit_with_files(compartment, std::move(operations), id, sealed));
  return id;
}

Result<> Editor::commit_with_files(const CompartmentId& compartment, Operations operations, const RecordId& parent,
                                   std::span<const SealedAttachment> sealed) {
  Attachments attachments(home_);
  Result<> done = attachments.add_operations(parent, sealed, operations);
  if (done) {
    store::Transaction transaction(*home_.database);
    done = transaction.started();
    if (done) done = keep(compartment, std::move(operations));
    if (done) done = attachments.keep(compartment, sealed);
    if (done) done = transaction.commit();
  }
  if (done) return done;
  attachments.discard(sealed);
  return after_failure(done.error());
}

Result<std::vector<RecordId>> Editor::attach(const RecordId& record, std::span<const AttachmentInput> inputs,
                                             const Progress& progress) {
  HAKI_ASSIGN(const store::RecordRow row, require(record));
  const store::FormRef ref = home_.forms.find(row.merged.form);
  if (ref.form == nullptr || ref.group != nullptr || ref.form->name == "attachment") {
    return Error{Code::kUnsupported, "Files are attached to a record of a form, not to a part of one."};
  }
  if (row.hidden) return Error{Code::kInvalid, "This record was deleted. Attach the file to another one."};
  HAKI_TRY(may_write(row.compartment, *ref.form));
  Attachments attachments(home_);
  HAKI_ASSIGN(const std::vector<SealedAttachment> sealed, attachments.seal(row.compartment, inputs, progress));
  Operations operations;
  bool evidence = false;  // a thumbnail made afterwards is nothing to review anew
  for (const AttachmentInput& input : inputs) evidence |= input.relation == Relation::kOriginal;
  if (evidence) back_into_queue(operations, row, *ref.form);
  HAKI_TRY(commit_with_files(row.compartment, std::move(operations), record, sealed));
  std::vector<RecordId> ids;
  for (const SealedAttachment& one : sealed) ids.push_back(one.id);
  return ids;
}

Result<> Editor::note_custody(const RecordId& subject, std::string_view action, std::string_view detail,
                              const std::optional<Hash>& sha256) {
  HAKI_ASSIGN(const store::RecordRow row, require(subject));
  const bool writable = row.compartment == home_.own_compartment() ||
                        (home_.admitted() && home_.membership.may_write(home_.device, row.compartment, home_.membership.newest()));
  // Who may read a compartment and not write in it (an auditor) cannot leave a word there.
  if (!writable) return {};
  HAKI_ASSIGN(std::optional<changes::Operation> entry, Attachments(home_).custody_operation(row, action, detail, sha256));
  if (!entry) return {};
  Operations operations;
  operations.push_back(std::move(*entry));
  return commit(row.compartment, std::move(operations));
}

}  // namespace haki::client
