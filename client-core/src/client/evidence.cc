#include "haki/evidence.h"

#include <algorithm>

#include "client/attachments.h"
#include "client/editor.h"
#include "client/erasures.h"
#include "client/reader.h"

namespace haki {
namespace {

Error already_said(std::string_view action) {
  return {Code::kInvalid, "'" + std::string(action) + "' is not something that is done with a file."};
}

}  // namespace

Result<std::vector<RecordId>> Evidence::attach(const RecordId& record, std::span<const AttachmentInput> files,
                                               const Progress& progress) {
  return client::Editor(home_).attach(record, files, progress);
}

Result<std::vector<AttachmentView>> Evidence::attachments(const RecordId& record) { return client::Attachments(home_).list(record); }

Result<AttachmentView> Evidence::find(const RecordId& record, std::string_view name) {
  HAKI_ASSIGN(const std::vector<AttachmentView> all, attachments(record));
  std::vector<const AttachmentView*> found;
  std::string names;
  for (const AttachmentView& one : all) {
    if (one.name == name || (name.size() >= 4 && to_hex(one.id).starts_with(name))) found.push_back(&one);
    names += (names.empty() ? "" : ", ") + one.name;
  }
  // Of equal names the original is meant: its copies have an id to be named by.
  if (found.size() > 1) std::erase_if(found, [](const AttachmentView* one) { return one->relation != Relation::kOriginal; });
  if (found.size() == 1) return *found.front();
  if (found.size() > 1) {
    return Error{Code::kInvalid, "Several files of this record are called '" + std::string(name) + "'. Name one by the beginning of its id."};
  }
  return Error{Code::kNotFound, all.empty() ? "This record has no files."
                                            : "This record has no file '" + std::string(name) + "'. It has: " + names + "."};
}

Result<std::vector<AttachmentView>> Evidence::unsent() {
  HAKI_ASSIGN(const std::vector<std::int64_t> rows, home_.blobs->attached_records(store::Blobs::Where::kUnsent));
  return client::Attachments(home_).of_rows(rows);
}

Result<std::vector<AttachmentView>> Evidence::missing() {
  HAKI_ASSIGN(const std::vector<std::int64_t> rows, home_.blobs->attached_records(store::Blobs::Where::kMissing));
  return client::Attachments(home_).of_rows(rows);
}

Result<> Evidence::read(const RecordId& attachment, std::string_view action, std::string_view detail, const AttachmentSink& sink) {
  if (action != "viewed" && action != "saved" && action != "exported" && action != "verified") return already_said(action);
  client::Attachments attachments(home_);
  HAKI_ASSIGN(const AttachmentView view, attachments.find(attachment));
  HAKI_TRY(attachments.open(attachment, sink));
  return client::Editor(home_).note_custody(attachment, action, detail, id_from_hex<Hash>(view.sha256));
}

Result<> Evidence::want(const RecordId& attachment) { return client::Attachments(home_).want(attachment); }

Result<RecordId> Evidence::redact(const RecordId& original, const AttachmentInput& copy, const Progress& progress) {
  client::Attachments attachments(home_);
  HAKI_ASSIGN(const AttachmentView view, attachments.find(original));
  if (view.relation == Relation::kThumbnail) {
    return Error{Code::kInvalid, "This is a small picture of a file. Make the copy of the file itself."};
  }
  AttachmentInput input = copy;
  input.relation = Relation::kRedacted;
  input.of = original;
  HAKI_ASSIGN(const std::vector<RecordId> made, client::Editor(home_).attach(view.record, {&input, 1}, progress));
  HAKI_ASSIGN(const AttachmentView redacted, attachments.find(made.front()));
  HAKI_TRY(client::Editor(home_).note_custody(original, "redacted", redacted.name, id_from_hex<Hash>(redacted.sha256)));
  return made.front();
}

Result<std::vector<CustodyEntry>> Evidence::custody(const RecordId& record) { return client::Attachments(home_).custody(record); }

Result<> Evidence::note(const RecordId& subject, std::string_view action, std::string_view detail) {
  if (action != "viewed" && action != "exported" && action != "verified") return already_said(action);
  return client::Editor(home_).note_custody(subject, action, detail, std::nullopt);
}

Result<ErasedHere> Evidence::erase(const RecordId& record, std::string_view reason) { return client::Erasures(home_).erase(record, reason); }

Result<RecordId> Evidence::find_any(std::string_view text) { return client::Reader(home_).find_record(text, true); }

Result<std::optional<ErasureView>> Evidence::erasure(const RecordId& record) { return client::Erasures(home_).view(record); }

Result<SealProof> Evidence::seal_proof(const RecordId& attachment) { return client::Attachments(home_).seal_proof(attachment); }

}  // namespace haki
