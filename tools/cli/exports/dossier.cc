// dossier: records with their files, signed, for strangers to check (spec 82-dossier).
#include <algorithm>
#include <map>
#include <span>
#include <unordered_set>

#include "cli/attached.h"
#include "cli/exports/kinds.h"
#include "cli/exports/table.h"
#include "cli/records.h"
#include "cli/text.h"
#include "formats/dossier_page.h"
#include "formats/dossier_zip.h"

namespace haki::cli::exports {
namespace {

constexpr const char* kDossierFile = "dossier";

// Why a file is not in a dossier.
std::string why_not_here(const AttachmentView& view) {
  switch (view.place) {
    case Place::kAtServer: return "It is at the server and was not fetched to the device that made this dossier.";
    case Place::kWithAuthor: return "It is on the device of " + view.by + " and has not reached the server.";
    case Place::kOverQuota: return "It is at the server, beyond what the operator allows, and was not fetched.";
    case Place::kLost: return "It is not on the device any more that it was taken in with.";
    default: return "It could not be read as it was attached.";
  }
}

class DossierExport {
 public:
  DossierExport(Context& context, const ExportOptions& options) : context_(context), options_(options), evidence_(context.client().evidence()) {}

  Result<ExitCode> run() {
    HAKI_ASSIGN(const std::vector<RecordId> ids, find_records(context_.client(), options_.ids));
    material_ = evidence_.begin_dossier();
    material_.language = options_.language == "fr" || options_.language == "sw" ? options_.language : "en";
    HAKI_TRY(choose_records(ids));
    HAKI_ASSIGN(formats::ExportFolder folder, formats::ExportFolder::beside(options_.path, options_.force));
    HAKI_ASSIGN(formats::DossierPacker packer, formats::DossierPacker::create(folder, kDossierFile, options_.out, material_.at_ms));
    for (const RecordId& record : material_.records) HAKI_TRY(add_files(record, packer));
    // Said at last, so that the logs in the dossier end with it.
    for (const RecordId& record : material_.records) HAKI_TRY(evidence_.note(record, "exported", "dossier " + material_.id));
    HAKI_TRY(evidence_.prepare_dossier(material_));
    add_texts(packer);
    const std::string manifest = dossier_manifest(digests_);
    packer.add_text(std::string(kDossierManifest), manifest);
    packer.add_text(std::string(kDossierSignature), evidence_.sign_dossier(material_, manifest));
    HAKI_TRY(packer.finish());
    HAKI_TRY(folder.publish(kDossierFile, options_.path, options_.force));
    return tell_outcome();
  }

 private:
  Result<> choose_records(const std::vector<RecordId>& ids) {
    HAKI_ASSIGN(forms_, Forms::of(context_.client()));
    Consents consents = context_.client().consents();
    for (const RecordId& id : ids) {
      HAKI_ASSIGN(RecordView record, context_.client().record(id));
      if (record.deleted) return Error{Code::kNotFound, "The record " + to_hex(id).substr(0, 8) + " was deleted, so it cannot be in a dossier."};
      HAKI_ASSIGN(const bool leaves, ask_consents(consents, id));
      if (!leaves) continue;
      material_.records.push_back(id);
      records_.push_back(std::move(record));
    }
    if (material_.records.empty()) {
      return Error{Code::kDenied, "None of these records may leave for this purpose, so no dossier is made. " + one_line(material_.left_out.front().why)};
    }
    return {};
  }

  // Of what may not leave a dossier says that it is missing and why; neither a name, a digest nor who handled it.
  Result<bool> ask_consents(Consents& consents, const RecordId& id) {
    HAKI_ASSIGN(const std::vector<AttachmentView> views, evidence_.attachments(id));
    std::vector<RecordId> files;
    for (const AttachmentView& view : views) files.push_back(view.id);
    HAKI_ASSIGN(const auto stays, consents.left_out_of_dossier(std::span(&id, 1), files, options_.purpose));
    const std::string record = "record " + to_hex(id).substr(0, 8);
    for (const LeftOutForConsent& one : stays) {
      const std::string why = capitalised(in_words(one.why, options_.purpose)) + ".";
      if (!one.attachment) return material_.left_out.push_back({"record", id, {}, record, "", why}), false;
      material_.left_out.push_back({"file", id, {}, "a file of " + record, "", why});
      withheld_.insert(*one.attachment);
    }
    return true;
  }

  Result<> add_files(const RecordId& record, formats::DossierPacker& packer) {
    HAKI_ASSIGN(const std::vector<AttachmentView> views, evidence_.attachments(record));
    for (const AttachmentView& view : views) {
      if (withheld_.contains(view.id)) continue;
      const bool here = view.place == Place::kHere || view.place == Place::kOnItsWay;
      const std::string path = dossier_path(++number_, view);
      Result<> packed = here ? add_file(view, path, packer) : Result<>(Error{Code::kNotFound, {}});
      if (packed) continue;
      const bool not_to_be_had = packed.error().code == Code::kNotFound || packed.error().code == Code::kDamaged;
      if (!not_to_be_had) return packed;
      material_.left_out.push_back({"file", record, view.id, view.name, view.sha256, why_not_here(view)});
    }
    return {};
  }

  Result<> add_file(const AttachmentView& view, const std::string& path, formats::DossierPacker& packer) {
    HAKI_TRY(packer.begin_file(path));
    const auto read = evidence_.read(view.id, "exported", "dossier " + material_.id, [&](ByteView piece) { return packer.piece(piece); });
    if (!read) {
      packer.drop();
      return read;
    }
    HAKI_TRY(packer.end_file());
    DossierFile file{view, path, {}};
    if (auto seal = evidence_.seal_proof(view.id)) file.seal = std::move(*seal);
    digests_[path] = view.sha256;
    material_.files.push_back(std::move(file));
    return {};
  }

  void add_text(formats::DossierPacker& packer, const std::string& name, std::string text) {
    if (!digests_.emplace(name, sha256_hex(text)).second) return;  // the sidecar of a file that is there twice
    packer.add_text(name, std::move(text));
  }

  void add_texts(formats::DossierPacker& packer) {
    for (DossierText& text : dossier_texts(material_)) add_text(packer, text.name, std::move(text.text));
    std::vector<formats::DossierRecord> shown;
    Output::Array outputs;
    for (const RecordView& record : records_) {
      outputs.push_back(record_output(record, forms_));
      shown.push_back(shown_record(record));
    }
    const formats::DossierPage page{material_.language, key_fingerprint(material_.signer), key_for_minisign(material_.signer), material_, shown};
    add_text(packer, "HOW-TO-CHECK.txt", formats::dossier_guide(page));
    add_text(packer, "index.html", formats::dossier_html(page));
    add_text(packer, "records.csv", formats::dossier_csv(page));
    add_text(packer, "records.json", to_json(outputs) + "\n");
    for (const DossierFile& file : material_.files) {
      if (file.about.relation != Relation::kOriginal) continue;
      add_text(packer, "originals/" + file.about.sha256 + ".proof.csv", formats::proof_csv(material_, file));
      add_text(packer, "originals/" + file.about.sha256 + ".proof.json", formats::proof_json(material_, file));
    }
  }

  std::string value_in_words(const Value& value, const Field* field) const {
    const std::string text = to_text(value);
    if (field == nullptr) return text;
    for (const Choice& choice : field->choices) {
      if (choice.code == text && !choice.label.in(material_.language).empty()) return choice.label.in(material_.language);
    }
    return text;
  }

  template <typename FormOrGroup>
  void add_fields(const FormOrGroup* of, const std::vector<FieldView>& views, const std::string& before, formats::DossierRecord& shown) const {
    for (const FieldView& view : views) {
      const Field* field = nullptr;
      for (std::size_t i = 0; of != nullptr && i < of->fields.size(); ++i) {
        if (of->fields[i].name == view.name) field = &of->fields[i];
      }
      std::string value;
      for (const Value& one : view.values) value += (value.empty() ? "" : ", ") + value_in_words(one, field);
      const std::string label = field != nullptr ? field->label.in(material_.language) : std::string();
      shown.fields.push_back({before + view.name, before + (label.empty() ? view.name : label), value});
    }
  }

  formats::DossierRecord shown_record(const RecordView& record) const {
    const Form* form = forms_.form(record.form);
    formats::DossierRecord shown{record.id, record.form, form != nullptr ? form->title.in(material_.language) : record.form, {}, state_in_words(record.state),
                                 record.by, record.organisation, record.at_ms, {}};
    if (form != nullptr) shown.title = title_of(record, *form, material_.language);
    add_fields(form, record.fields, "", shown);
    for (const GroupView& rows : record.groups) {
      const Group* group = form != nullptr ? form->group(rows.name) : nullptr;
      for (std::size_t i = 0; i < rows.rows.size(); ++i) {
        add_fields(group, rows.rows[i].fields, rows.name + " " + std::to_string(i + 1) + ": ", shown);
      }
    }
    return shown;
  }

  ExitCode tell_outcome() {
    const std::string fingerprint = key_fingerprint(material_.signer);
    Output::Array reasons;
    for (const DossierLeftOut& one : material_.left_out) {
      reasons.push_back(Output::object({{"name", one.name}, {"record", to_hex(one.record)}, {"why", one.why}}));
    }
    const Output result = Output::object({{"file", options_.out},
                                          {"kind", "dossier"},
                                          {"id", material_.id},
                                          {"records", static_cast<std::uint64_t>(material_.records.size())},
                                          {"files", static_cast<std::uint64_t>(material_.files.size())},
                                          {"fingerprint", fingerprint},
                                          {"public_key", key_for_minisign(material_.signer)},
                                          {"left_out", reasons}});
    context_.print(result, [](const Output& printed) {
      return counted(printed["records"].number(), "record", "records") + " and " + counted(printed["files"].number(), "file", "files") + " in " +
             printed["file"].text() + ".\nFingerprint: " + printed["fingerprint"].text() + "\n";
    });
    context_.say("Read the fingerprint to who gets the dossier, by telephone or face to face: it shows that it was you who signed.");
    context_.say("The file is in the clear: whoever gets it can read it. Keep it as long as it is needed, and no longer.");
    for (const DossierLeftOut& one : material_.left_out) context_.say("Not in it: " + one_line(one.name) + ". " + one_line(one.why));
    for (const DossierFile& file : material_.files) {
      if (file.seal.receipt.empty()) without_time_ += (without_time_.empty() ? "" : ", ") + one_line(file.about.name);
    }
    if (!without_time_.empty()) context_.say("Nothing shows when these were there at the latest, as the server does not have them yet: " + without_time_ + ".");
    return ExitCode::kDone;
  }

  Context& context_;
  const ExportOptions& options_;
  Evidence evidence_;
  Forms forms_;
  DossierMaterial material_;
  std::vector<RecordView> records_;
  std::unordered_set<RecordId> withheld_;  // files
  std::map<std::string, std::string> digests_;
  std::size_t number_ = 0;
  std::string without_time_;
};

}  // namespace

Result<ExitCode> export_dossier(Context& context, const ExportOptions& options) { return DossierExport(context, options).run(); }

}  // namespace haki::cli::exports
