#include "client/attachments.h"

#include <algorithm>

#include "client/editor.h"

namespace haki {

std::string_view name_of(Relation relation) {
  switch (relation) {
    case Relation::kDerivative: return "derivative";
    case Relation::kThumbnail: return "thumbnail";
    case Relation::kRedacted: return "redacted";
    default: return "original";
  }
}

std::string_view name_of(Place place) {
  switch (place) {
    case Place::kHere: return "here";
    case Place::kOnItsWay: return "on_its_way";
    case Place::kAtServer: return "at_server";
    case Place::kWithAuthor: return "with_author";
    case Place::kOverQuota: return "over_quota";
    default: return "lost";
  }
}

}  // namespace haki

namespace haki::client {
namespace {

constexpr std::string_view kAttachmentForm = "attachment";
constexpr std::size_t kAttachmentsAtOnceMax = 100;

std::uint32_t field_number(std::string_view name) { return attachment_form().field(name)->id; }

std::string text_in(const changes::RecordState& merged, std::string_view name) {
  const Value* value = merged.value(field_number(name));
  return value ? to_text(*value) : std::string();
}

std::uint64_t number_in(const changes::RecordState& merged, std::string_view name) {
  const Value* value = merged.value(field_number(name));
  const auto* number = value ? std::get_if<std::int64_t>(value) : nullptr;
  return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

Relation relation_in(const changes::RecordState& merged) {
  const std::string text = text_in(merged, "relation");
  for (const Relation relation : {Relation::kDerivative, Relation::kThumbnail, Relation::kRedacted}) {
    if (text == name_of(relation)) return relation;
  }
  return Relation::kOriginal;
}

// What people see as the file's name: its last part, printable, of a bounded length.
std::string shown_name(const AttachmentInput& input) {
  std::string name = input.name.empty() ? input.path : input.name;
  if (const auto slash = name.find_last_of("/\\"); slash != std::string::npos) name = name.substr(slash + 1);
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  while (name.size() > limits::kNameBytesMax) {
    do {
      name.pop_back();
    } while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xc0) == 0x80);
  }
  return name.empty() ? "file" : name;
}

Error no_attachment(const RecordId& id) {
  return {Code::kNotFound, "There is no attachment " + to_hex(id).substr(0, 12) + " on this device."};
}

std::string names_of(const Person* person, const std::string& name) {
  return person && !person->organisation.empty() ? name + ", " + person->organisation : name;
}

}  // namespace

const Form& attachment_form() {
  static const Form& form = *model::built_in_form(kAttachmentForm);
  return form;
}

std::optional<store::BlobName> blob_name_of(const changes::RecordState& merged) {
  const Value* value = merged.value(changes::kBlobField);
  const auto* text = value ? std::get_if<std::string>(value) : nullptr;
  return text ? store::read_blob_name(*text) : std::nullopt;
}

evidence::SealedContent described_content(const changes::RecordState& merged) {
  evidence::SealedContent content;
  content.content_bytes = std::min(number_in(merged, "bytes"), kAttachmentBytesMax);
  content.sealed_bytes = crypto::sealed_blob_bytes(content.content_bytes);
  content.sha256 = id_from_hex<Hash>(text_in(merged, "sha256")).value_or(Hash{});
  content.blake2b = id_from_hex<Hash>(text_in(merged, "blake2b")).value_or(Hash{});
  if (const auto name = blob_name_of(merged)) content.id = name->id;
  return content;
}

store::BlobRank rank_of(const changes::RecordState& merged) {
  switch (relation_in(merged)) {
    case Relation::kThumbnail: return store::BlobRank::kThumbnail;
    case Relation::kDerivative: return store::BlobRank::kDerivative;
    default: return store::BlobRank::kOther;
  }
}

Result<SealedAttachment> Attachments::seal_one(const CompartmentId& compartment, const AttachmentInput& input,
                                               const Progress& progress) {
  std::unique_ptr<evidence::Content> content;
  if (input.content) {
    content = evidence::of_bytes(*input.content);
  } else {
    HAKI_ASSIGN(content, evidence::open_file(input.path));
  }
  const crypto::BlobKey key = crypto::random_blob_key();
  const std::uint64_t all = content->size();
  const auto done = [&](std::uint64_t bytes) -> Result<> {
    if (progress) progress(bytes, all);
    return {};
  };
  SealedAttachment sealed;
  sealed.id = crypto::random_id<RecordId>(home_.random);
  sealed.input = &input;
  sealed.name = shown_name(input);
  HAKI_ASSIGN(sealed.content, home_.blob_files->seal(*content, key, crypto::blob_aad(home_.org, compartment), done));
  sealed.blob_name = store::write_blob_name({sealed.content.id, key.copy()});
  sealed.fresh = true;
  return sealed;
}

// The same file a second time: the blob that is there already is named, and what was just sealed goes.
Result<> Attachments::use_earlier(const CompartmentId& compartment, std::span<const SealedAttachment> before,
                                  SealedAttachment& sealed) {
  std::string earlier;
  evidence::SealedContent content = sealed.content;
  for (const SealedAttachment& other : before) {
    if (other.content.sha256 == content.sha256 && other.content.content_bytes == content.content_bytes) {
      earlier = other.blob_name;
      content.id = other.content.id;
    }
  }
  if (earlier.empty()) {
    HAKI_ASSIGN(const auto known, home_.blobs->same_content(compartment, content.sha256, content.content_bytes));
    if (!known) return {};
    HAKI_ASSIGN(const std::int64_t record, home_.blobs->record_of(known->id));
    if (record == 0) return {};
    HAKI_ASSIGN(const std::optional<store::RecordRow> row, home_.records->load_row(record));
    const auto name = row ? blob_name_of(row->merged) : std::nullopt;
    if (!name) return {};
    earlier = store::write_blob_name(*name);
    content.id = known->id;
  }
  HAKI_TRY(home_.blob_files->remove(sealed.content.id));
  sealed.content = content;
  sealed.blob_name = std::move(earlier);
  sealed.fresh = false;
  return {};
}

Result<std::vector<SealedAttachment>> Attachments::seal(const CompartmentId& compartment, std::span<const AttachmentInput> inputs,
                                                        const Progress& progress) {
  if (inputs.size() > kAttachmentsAtOnceMax) {
    return Error{Code::kTooLarge, "At most 100 files are attached at once. Attach the others afterwards, in another go."};
  }
  std::vector<SealedAttachment> all;
  Result<> done;
  for (const AttachmentInput& input : inputs) {
    auto sealed = seal_one(compartment, input, progress);
    done = sealed ? use_earlier(compartment, all, *sealed) : Result<>(sealed.error());
    if (sealed) all.push_back(std::move(*sealed));
    if (!done) break;
    all.back().of = input.of;
    if (input.of_input && *input.of_input < all.size() - 1) all.back().of = all[*input.of_input].id;
  }
  if (done) return all;
  discard(all);
  return done.error();
}

void Attachments::discard(std::span<const SealedAttachment> sealed) {
  for (const SealedAttachment& one : sealed) {
    if (one.fresh) [[maybe_unused]] const auto gone = home_.blob_files->remove(one.content.id);
  }
}

evidence::CustodyLine Attachments::custody_line(const RecordId& subject, std::string_view action, std::string_view detail) {
  evidence::CustodyLine line;
  line.action = action;
  line.at_ms = home_.clock.now_ms();
  line.beacon = home_.beacon;
  line.by = names_of(home_.person(home_.device), home_.name_of(home_.device));
  line.detail = std::string(detail.substr(0, 1000));
  line.coalition = home_.org;
  line.device = home_.device;
  line.subject = subject;
  return line;
}

Result<> Attachments::add_operations(const RecordId& parent, std::span<const SealedAttachment> sealed,
                                     std::vector<changes::Operation>& operations) {
  const Form& form = attachment_form();
  for (const SealedAttachment& one : sealed) {
    const AttachmentFacts& facts = one.input->facts;
    changes::NewRecord made{one.id, form.id, {}};
    const auto put = [&](std::string_view field, Value value) { made.cells.push_back({form.field(field)->id, std::move(value)}); };
    const auto put_text = [&](std::string_view field, const std::string& text) {
      if (!text.empty()) put(field, text);
    };
    made.cells.push_back({changes::kStateField, std::string("submitted")});
    made.cells.push_back({changes::kParentField, parent});
    made.cells.push_back({changes::kBlobField, one.blob_name});
    put("name", one.name);
    put_text("media_type", facts.media_type);
    put("bytes", static_cast<std::int64_t>(one.content.content_bytes));
    put("sha256", to_hex(one.content.sha256));
    put("blake2b", to_hex(one.content.blake2b));
    put("relation", std::string(haki::name_of(one.input->relation)));
    if (one.of) put("of", *one.of);
    put_text("captured_at", facts.captured_at);
    put_text("captured_where", facts.captured_where);
    put_text("captured_with", facts.captured_with);
    if (facts.width != 0) put("width", static_cast<std::int64_t>(facts.width));
    if (facts.height != 0) put("height", static_cast<std::int64_t>(facts.height));
    std::ranges::sort(made.cells, {}, &changes::Cell::field);
    operations.push_back(std::move(made));
    for (const std::string& remark : facts.remarks) {
      operations.push_back(changes::SetAdd{one.id, form.field("remarks")->id, remark});
    }
    evidence::CustodyLine line = custody_line(one.id, "created", one.name);
    line.sha256 = one.content.sha256;
    operations.push_back(changes::SetAdd{one.id, changes::kCustodyField,
                                         evidence::custody_element(evidence::sign_custody(line, home_.identity.sign.secret))});
  }
  return {};
}

Result<> Attachments::keep(const CompartmentId& compartment, std::span<const SealedAttachment> sealed) {
  for (const SealedAttachment& one : sealed) {
    if (!one.fresh) continue;
    store::BlobRow row;
    row.id = one.content.id;
    row.compartment = compartment;
    row.sha256 = one.content.sha256;
    row.content_bytes = one.content.content_bytes;
    row.sealed_bytes = one.content.sealed_bytes;
    row.rank = one.input->relation == Relation::kThumbnail    ? store::BlobRank::kThumbnail
               : one.input->relation == Relation::kDerivative ? store::BlobRank::kDerivative
                                                              : store::BlobRank::kOther;
    row.mine = true;
    row.here = true;
    HAKI_TRY(home_.blobs->put(row));
  }
  return {};
}

Result<std::string> Attachments::seal_for(const CompartmentId& compartment, const store::RecordRow& row) {
  const auto name = blob_name_of(row.merged);
  if (!name) return std::string();
  HAKI_ASSIGN(const auto known, home_.blobs->find(name->id));
  if (!known || !known->here) return std::string();
  const crypto::BlobKey key = crypto::random_blob_key();
  auto sealed = home_.blob_files->seal_again(name->id, name->key, crypto::blob_aad(home_.org, row.compartment),
                                             described_content(row.merged), key, crypto::blob_aad(home_.org, compartment));
  const bool lost = !sealed && (sealed.error().code == Code::kNotFound || sealed.error().code == Code::kDamaged);
  if (lost) return std::string();
  if (!sealed) return sealed.error();
  AttachmentInput input;
  input.relation = relation_in(row.merged);
  SealedAttachment one;
  one.input = &input;
  one.content = *sealed;
  one.fresh = true;
  HAKI_TRY(keep(compartment, std::span(&one, 1)));
  return store::write_blob_name({sealed->id, key.copy()});
}

Result<store::RecordRow> Attachments::require(const RecordId& attachment) {
  HAKI_ASSIGN(std::optional<store::RecordRow> row, home_.records->load(attachment));
  if (!row || row->hidden || row->merged.form != attachment_form().id) return no_attachment(attachment);
  return std::move(*row);
}

Result<AttachmentView> Attachments::view(const store::RecordRow& row, const RecordId& parent) {
  const changes::RecordState& merged = row.merged;
  const evidence::SealedContent content = described_content(merged);
  AttachmentView view;
  view.id = merged.id;
  view.record = parent;
  view.name = text_in(merged, "name");
  view.bytes = content.content_bytes;
  view.sha256 = to_hex(content.sha256);
  view.blake2b = to_hex(content.blake2b);
  view.relation = relation_in(merged);
  view.of = id_from_hex<RecordId>(text_in(merged, "of"));
  view.facts = {text_in(merged, "media_type"), {}, text_in(merged, "captured_at"), text_in(merged, "captured_where"),
                text_in(merged, "captured_with"), static_cast<std::uint32_t>(number_in(merged, "width")),
                static_cast<std::uint32_t>(number_in(merged, "height"))};
  if (const auto* remarks = merged.field(field_number("remarks"), true)) {
    for (const changes::Sibling& remark : remarks->siblings) view.facts.remarks.push_back(to_text(remark.value));
    std::ranges::sort(view.facts.remarks);
  }
  view.device = home_.device_of(row.author);
  view.by = home_.name_of(view.device);
  view.at_ms = merged.created().ms();
  view.bytes_sealed = content.sealed_bytes;
  HAKI_ASSIGN(const std::optional<store::BlobRow> blob, home_.blobs->find(content.id));
  const bool mine = row.author == home_.identity.log;
  if (!blob) {
    view.place = mine ? Place::kLost : Place::kWithAuthor;
    return view;
  }
  view.bytes_moved = blob->moved;
  view.trouble = blob->trouble;
  if (blob->here) {
    view.place = blob->mine && blob->server_ms == 0 ? Place::kOnItsWay : Place::kHere;
  } else if (blob->over_quota) {
    view.place = Place::kOverQuota;
  } else if (blob->mine) {
    view.place = Place::kLost;
  } else {
    view.place = blob->server_ms != 0 ? Place::kAtServer : Place::kWithAuthor;
  }
  return view;
}

Result<std::vector<AttachmentView>> Attachments::list(const RecordId& record) {
  HAKI_ASSIGN(const store::RecordRow row, Editor(home_).require(record));
  HAKI_ASSIGN(const std::vector<store::RecordRow> children, home_.records->children(row.no));
  std::vector<AttachmentView> views;
  for (const store::RecordRow& child : children) {
    if (child.merged.form != attachment_form().id) continue;
    HAKI_ASSIGN(AttachmentView one, view(child, record));
    views.push_back(std::move(one));
  }
  return views;
}

Result<std::vector<AttachmentView>> Attachments::of_rows(std::span<const std::int64_t> rows) {
  std::vector<AttachmentView> views;
  for (const std::int64_t no : rows) {
    HAKI_ASSIGN(const std::optional<store::RecordRow> row, home_.records->load_row(no));
    if (!row || row->merged.form != attachment_form().id) continue;
    HAKI_ASSIGN(const std::optional<store::RecordRow> parent, home_.records->load_row(row->parent));
    HAKI_ASSIGN(AttachmentView one, view(*row, parent ? parent->merged.id : RecordId{}));
    views.push_back(std::move(one));
  }
  return views;
}

Result<AttachmentView> Attachments::find(const RecordId& attachment) {
  HAKI_ASSIGN(const store::RecordRow row, require(attachment));
  HAKI_ASSIGN(const std::optional<store::RecordRow> parent, home_.records->load_row(row.parent));
  return view(row, parent ? parent->merged.id : RecordId{});
}

Result<> Attachments::open(const RecordId& attachment, const AttachmentSink& sink) {
  HAKI_ASSIGN(const store::RecordRow row, require(attachment));
  const auto name = blob_name_of(row.merged);
  if (!name) {
    return Error{Code::kDamaged, "This attachment's record does not say where its file is. Tell a lead which device sent it."};
  }
  const Bytes aad = crypto::blob_aad(home_.org, row.compartment);
  const auto opened = home_.blob_files->open(name->id, name->key, aad, described_content(row.merged), sink);
  if (opened) return opened;
  const bool lost = opened.error().code == Code::kNotFound || opened.error().code == Code::kDamaged;
  HAKI_ASSIGN(const std::optional<store::BlobRow> blob, home_.blobs->find(name->id));
  if (lost && blob && blob->here) {
    HAKI_TRY(home_.blobs->set_here(name->id, false));  // so that the next transfer fetches it, if the server has it
    HAKI_TRY(home_.blobs->set_moved(name->id, 0));
  }
  if (lost && !(blob && blob->here)) {
    return Error{Code::kNotFound, "The file of this attachment is not on this device yet. Run 'haki sync' where there is a network."};
  }
  return opened;
}

Result<> Attachments::want(const RecordId& attachment) {
  HAKI_ASSIGN(const store::RecordRow row, require(attachment));
  const evidence::SealedContent content = described_content(row.merged);
  HAKI_ASSIGN(const std::optional<store::BlobRow> blob, home_.blobs->find(content.id));
  if (blob) return blob->here ? Result<>() : home_.blobs->set_wanted(content.id);
  store::BlobRow wanted;
  wanted.id = content.id;
  wanted.compartment = row.compartment;
  wanted.sha256 = content.sha256;
  wanted.content_bytes = content.content_bytes;
  wanted.sealed_bytes = content.sealed_bytes;
  wanted.rank = rank_of(row.merged);
  wanted.wanted = true;
  return home_.blobs->put(wanted);
}

Result<SealProof> Attachments::seal_proof(const RecordId& attachment) {
  HAKI_ASSIGN(const store::RecordRow row, require(attachment));
  const auto name = blob_name_of(row.merged);
  if (!name) return no_attachment(attachment);
  HAKI_ASSIGN(const crypto::BlobHeader header, home_.blob_files->header(name->id));
  HAKI_ASSIGN(const std::optional<store::BlobRow> blob, home_.blobs->find(name->id));
  SealProof proof{to_base64url(name->id), to_base64url(name->key.view()), to_base64url(header), to_base64url(row.compartment), 0, {}};
  if (blob && blob->server_ms != 0) {
    proof.receipt_ms = blob->server_ms;
    proof.receipt = to_base64url(blob->receipt);
  }
  return proof;
}

evidence::CustodyLog Attachments::custody_log(const store::RecordRow& row) {
  std::vector<std::string> elements;
  if (const auto* entries = row.merged.field(changes::kCustodyField, true)) {
    for (const changes::Sibling& entry : entries->siblings) elements.push_back(to_text(entry.value));
  }
  evidence::CustodyRules rules;
  rules.coalition = home_.org;
  rules.subject = row.merged.id;
  rules.key_of = [this](const DeviceId& device) -> std::optional<crypto::VerifyKey> {
    if (device == home_.device) return home_.identity.sign.verify;  // also before a lead has let it in
    const envelope::Device* known = home_.membership.device(device);
    return known ? std::optional(known->added.sign_key) : std::nullopt;
  };
  if (home_.membership.founded()) rules.servers.push_back(home_.membership.endpoints().server_sign_key);
  return evidence::check_custody(rules, elements);
}

Result<std::vector<CustodyEntry>> Attachments::custody(const RecordId& record) {
  HAKI_ASSIGN(const store::RecordRow row, Editor(home_).require(record));
  HAKI_ASSIGN(std::vector<store::RecordRow> subjects, home_.records->children(row.no));
  std::erase_if(subjects, [](const store::RecordRow& child) { return child.merged.form != attachment_form().id; });
  subjects.insert(subjects.begin(), row);
  std::vector<CustodyEntry> entries;
  for (const store::RecordRow& subject : subjects) {
    for (const evidence::CustodyChecked& checked : custody_log(subject).entries) {
      CustodyEntry entry = evidence::entry_of(checked);
      entry.subject = subject.merged.id;  // where it stands, whatever it says
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

Result<std::optional<changes::Operation>> Attachments::custody_operation(const store::RecordRow& subject, std::string_view action,
                                                                         std::string_view detail,
                                                                         const std::optional<Hash>& sha256) {
  const evidence::CustodyLog log = custody_log(subject);
  if (!evidence::custody_is_due(log, home_.device, action, home_.clock.now_ms())) return std::optional<changes::Operation>();
  evidence::CustodyLine line = custody_line(subject.merged.id, action, detail);
  line.after = evidence::custody_ends(log);
  line.sha256 = sha256;
  return std::optional<changes::Operation>(
      changes::SetAdd{subject.merged.id, changes::kCustodyField,
                      evidence::custody_element(evidence::sign_custody(line, home_.identity.sign.secret))});
}

Result<> Attachments::sweep() {
  HAKI_ASSIGN(const std::set<BlobId> known, home_.blobs->all());
  return home_.blob_files->sweep(known);
}

}  // namespace haki::client
