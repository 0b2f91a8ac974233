// Everything that changes a record here: each call makes one change set in one compartment and keeps it, with the state it
// leads to, in one transaction (except import, which keeps many in one, and gathers the records it makes into few).
#pragma once

#include "client/home.h"
#include "haki/attachment.h"
#include "haki/import.h"
#include "haki/record.h"
#include "haki/sync.h"
#include "model/validate.h"

namespace haki::client {

struct SealedAttachment;

class Editor {
 public:
  explicit Editor(Home& home) : home_(home) {}

  Result<RecordId> create(const Draft& draft);
  Result<RecordId> create_with_files(const Draft& draft, const Progress& progress);
  Result<std::vector<RecordId>> attach(const RecordId& record, std::span<const AttachmentInput> inputs, const Progress& progress);
  // A custody entry about a record or an attachment; nothing where this device may not write there, or wrote the same within the hour.
  Result<> note_custody(const RecordId& subject, std::string_view action, std::string_view detail, const std::optional<Hash>& sha256);
  Result<> edit(const Edit& edit);
  Result<> submit(std::span<const RecordId> records);
  Result<> remove(const RecordId& record);
  Result<> resolve(const RecordId& record, std::string_view field, std::string_view value);
  Result<> review(const RecordId& record, std::string_view verdict, std::string_view reason);
  // kDenied: it is of one's own organisation. verify_rating() asks this first.
  Result<> check_independent(const RecordId& rating);
  Result<RecordId> verify_rating(const RecordId& rating, std::vector<FieldInput> findings);
  Result<ImportReport> import_rows(std::span<const ImportRow> rows, bool dry_run, const Progress& progress, bool take_file = false);

  Result<RecordId> find_imported(std::string_view form, const std::vector<std::string>& identity);

  // A record written in the caller's transaction, by the program itself (a member's profile).
  Result<> create_in_transaction(const Draft& draft);
  // The record, or kNotFound in words.
  Result<store::RecordRow> require(const RecordId& record);

 private:
  using Operations = std::vector<changes::Operation>;
  struct Planned;  // what a row of a file does
  struct GroupRow;
  struct Correction;

  Result<CompartmentId> home_of(const Form& form, const Draft& draft);
  Result<> may_write(const CompartmentId& compartment, const Form& form);
  Result<std::string> resolve_link(const Field& field, const std::string& typed);
  Result<std::vector<std::pair<const Field*, Value>>> read_values(const std::vector<Field>& fields,
                                                                  std::span<const FieldInput> inputs,
                                                                  std::string_view form_name);
  void add_record(Operations& operations, const RecordId& id, const FormId& form, const std::vector<Field>& fields,
                  model::FieldValues values, const RecordId* parent, bool submitted);
  Result<> add_groups(Operations& operations, const Form& form, const RecordId& parent, std::span<const GroupInput> groups);
  // Where a required field has nothing but an unmapped label the record is a draft, and `as_draft` says so.
  Result<RecordId> plan_create(Operations& operations, CompartmentId& compartment, const Draft& draft,
                               std::span<const FieldInput> unmapped = {}, bool* as_draft = nullptr);
  Result<bool> plan_edit(Operations& operations, const store::RecordRow& row, const Form& form, const Edit& edit, bool complete = false);
  Result<Planned> plan_import(const ImportRow& row, const RecordId& id, const std::optional<store::RecordRow>& known, bool take_file);
  Result<Correction> find_corrections(Planned& plan, const Form& form, const ImportRow& row, const store::RecordRow& known, bool take_file);
  Result<> plan_correction(Planned& plan, const ImportRow& row, const store::RecordRow& known, bool take_file);
  Result<std::vector<GroupRow>> read_group_rows(const Form& form, const Group& group, const ImportRow& row);
  // What the rows of a file's groups add and take away; `known` is null where the record is made with them.
  Result<> plan_groups(Operations& operations, const Form& form, const ImportRow& row, const RecordId& record, const store::RecordRow* known);
  Result<std::optional<store::RecordRow>> find_imported(const ImportRow& row, RecordId& id);
  // Kept: in the transaction. An error stops the import; what is wrong with the row alone goes into the report.
  Result<> import_row(const ImportRow& row, bool dry_run, bool take_file, ImportReport& report);
  // Puts a new record into the change set that gathers them, beginning another one where it is full.
  Result<> gather(const CompartmentId& compartment, Operations operations);
  Result<> close_gathered();
  void back_into_queue(Operations& operations, const store::RecordRow& row, const Form& form);
  Result<> check_complete(const store::RecordRow& row, const Form& form);
  // Keeps operations as the next change set of this device's chain in the compartment.
  Result<> keep(const CompartmentId& compartment, Operations operations);
  Result<> commit(const CompartmentId& compartment, Operations operations);
  Result<> commit_with_files(const CompartmentId& compartment, Operations operations, const RecordId& parent,
                             std::span<const SealedAttachment> sealed);
  Result<> after_failure(Error error);

  struct Gathered {
    store::GrowingChangeSet set;
    std::size_t bytes_at_most = 0;
  };

  Home& home_;
  std::optional<Gathered> gathered_;  // between the first row of an import that makes a record and the commit
};

// In words, for whoever asks for a record that is erased.
Error was_erased(const RecordId& record);

// Whether an import made this change of the record.
bool is_from_file(const changes::ChangeSet& set, const RecordId& record);

// Says in a record's first values that an import made it.
void mark_as_of_file(changes::NewRecord& made);

// A record's values by field name, as validation reads them: winners and set elements.
model::FieldValues field_values(const changes::RecordState& merged, const std::vector<Field>& fields);

}  // namespace haki::client
