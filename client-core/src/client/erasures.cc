#include "client/erasures.h"

#include <algorithm>

#include "base/limits.h"
#include "client/attachments.h"
#include "client/editor.h"
#include "client/quarantine.h"
#include "client/snapshot_maker.h"
#include "envelope/remainder_rules.h"
#include "payload/batch.h"
#include "payload/pack.h"

namespace haki::client {
namespace {

constexpr std::string_view kServerDomain = "HAKI1.ers";
constexpr std::size_t kErasesPerRequestMax = 64;
constexpr std::size_t kWordsPerChangeSet = 128;  // each with a reason as long as it may be, half of what a change set holds

std::optional<RecordId> link_in(const changes::RecordState& merged, std::string_view field) {
  const Value* value = merged.value(attachment_form().field(field)->id);
  const auto* link = value ? std::get_if<RecordId>(value) : nullptr;
  return link ? std::optional(*link) : std::nullopt;
}

bool is_smaller_copy_of(const changes::RecordState& merged, const RecordId& original) {
  const store::BlobRank rank = rank_of(merged);
  return (rank == store::BlobRank::kThumbnail || rank == store::BlobRank::kDerivative) && link_in(merged, "of") == original;
}

const envelope::Run* run_in(const Result<envelope::Frame>& frame) { return frame ? std::get_if<envelope::Run>(&*frame) : nullptr; }

}  // namespace

// ---- the command ----

Result<ErasedHere> Erasures::erase(const RecordId& record, std::string_view reason) {
  if (reason.empty()) return Error{Code::kInvalid, "Say why, in words that everybody who could read the record may read: --reason TEXT."};
  if (reason.size() > limits::kReasonBytesMax) {
    return Error{Code::kTooLarge, "A reason has at most " + std::to_string(limits::kReasonBytesMax) + " bytes."};
  }
  if (!home_.is_lead() || !home_.active()) return Error{Code::kDenied, "Only leads erase. Ask one, with the beginning of the record's id."};
  HAKI_ASSIGN(const store::RecordRow row, Editor(home_).require(record));
  if (!home_.membership.may_write(home_.device, row.compartment, home_.membership.newest())) {
    return Error{Code::kDenied, "This record is where you may read and not write. A lead who writes there can erase it."};
  }
  HAKI_ASSIGN(const std::vector<RecordId> records, belonging_to(row));
  ErasedHere done;
  done.records = records.size();
  std::vector<changes::Operation> operations;
  for (const RecordId& one : records) {
    HAKI_ASSIGN(const auto each, home_.records->load(row.compartment, one));
    if (each && blob_name_of(each->merged)) ++done.files;
    operations.push_back(changes::Erase{one, std::string(reason)});
  }
  Result<> kept;
  {
    store::Transaction transaction(*home_.database);
    kept = transaction.started();
    if (kept) kept = write(row.compartment, std::move(operations));
    if (kept) kept = follow(true);
    if (kept) kept = transaction.commit();
  }
  if (!kept) {
    HAKI_TRY(home_.reload());
    return kept.error();
  }
  HAKI_ASSIGN([[maybe_unused]] const Settled settled, settle());
  return done;
}

// The record first, then whatever hangs on it, however deep; deleted or not.
Result<std::vector<RecordId>> Erasures::belonging_to(const store::RecordRow& row) {
  std::vector<RecordId> records{row.merged.id};
  std::vector<std::int64_t> rows{row.no};
  const auto add = [&](const store::RecordRow& one) {
    if (one.merged.erased() || one.compartment != row.compartment || std::ranges::find(rows, one.no) != rows.end()) return;
    records.push_back(one.merged.id);
    rows.push_back(one.no);
  };
  if (row.parent != 0 && row.merged.form == attachment_form().id) {
    HAKI_ASSIGN(const std::vector<store::RecordRow> beside, home_.records->children(row.parent, true));
    for (const store::RecordRow& one : beside) {
      if (is_smaller_copy_of(one.merged, row.merged.id)) add(one);
    }
  }
  for (std::size_t at = 0; at < rows.size(); ++at) {
    HAKI_ASSIGN(const std::vector<store::RecordRow> children, home_.records->children(rows[at], true));
    for (const store::RecordRow& child : children) add(child);
    HAKI_ASSIGN(const std::vector<store::RecordRow> reviews, reviews_of(records[at]));
    for (const store::RecordRow& review : reviews) add(review);
  }
  return records;
}

// What a lead wrote about a record may tell what it said.
Result<std::vector<store::RecordRow>> Erasures::reviews_of(const RecordId& record) {
  static const Form& review = *model::built_in_form("review");
  std::vector<store::RecordRow> reviews;
  store::Selection selection;
  selection.form = review.id;
  selection.hidden_too = true;
  selection.equal = {{review.field("record")->id, record}};
  HAKI_TRY(home_.records->for_each(selection, [&](store::RecordRow&& row) -> Result<bool> {
    reviews.push_back(std::move(row));
    return true;
  }));
  return reviews;
}

// In as many change sets as they need.
Result<> Erasures::write(const CompartmentId& compartment, std::vector<changes::Operation> operations) {
  for (std::size_t at = 0; at < operations.size(); at += kWordsPerChangeSet) {
    const std::size_t count = std::min(operations.size() - at, kWordsPerChangeSet);
    HAKI_ASSIGN(store::Chain * chain, home_.chains->open(compartment, home_.identity.log));
    changes::ChangeSet set{chain->applied_seq + 1, home_.hybrid_clock->next(), {}};
    const auto from = std::make_move_iterator(operations.begin() + static_cast<std::ptrdiff_t>(at));
    set.operations.assign(from, from + static_cast<std::ptrdiff_t>(count));
    HAKI_TRY(home_.records->apply(*chain, set));
  }
  return {};
}

Result<std::optional<ErasureView>> Erasures::view(const RecordId& record) {
  HAKI_ASSIGN(const std::optional<store::RecordRow> row, home_.records->load(record));
  if (!row) return Error{Code::kNotFound, "There is no record " + to_hex(record).substr(0, 12) + " on this device."};
  if (!row->merged.erased()) return std::optional<ErasureView>();
  ErasureView view;
  view.id = record;
  for (const changes::Erasure& one : row->merged.erasures) {
    const DeviceId by = home_.device_of(one.dot.log);
    view.tombstones.push_back({home_.name_of(by), home_.organisation_of(by), one.time.ms(), one.reason});
  }
  HAKI_ASSIGN(const std::vector<store::LetGoWord> words, home_.erasures->let_go_of(row->compartment, record));
  for (const auto& [id, device] : home_.membership.devices()) {
    const auto word = std::ranges::find(words, id, &store::LetGoWord::device);
    const bool said = word != words.end();
    if (!said && !home_.membership.may_read(id, row->compartment, home_.membership.newest())) continue;
    view.holders.push_back({home_.name_of(id), home_.organisation_of(id), id, said ? word->time_ms : 0});
  }
  HAKI_ASSIGN(const store::Erasures::AtServer at, home_.erasures->at_server(row->no));
  view.items = at.items;
  view.items_gone = at.items_gone;
  view.files = at.blobs;
  view.files_gone = at.blobs_gone;
  view.server_ms = at.last_ms;
  return std::optional(std::move(view));
}

// ---- what came ----

Result<> Erasures::may_apply(const changes::ChangeSet& set, const store::Chain& from, std::uint32_t m_seq) const {
  const bool erases = std::ranges::any_of(set.operations, [](const auto& one) { return std::holds_alternative<changes::Erase>(one); });
  if (!erases) return {};
  const envelope::Device* author = home_.membership.device_of_log(from.log);
  const envelope::Standing* standing = author ? author->at(m_seq) : nullptr;
  if (standing != nullptr && standing->leads()) return {};
  return Error{Code::kDenied, "It erases a record, which only leads may."};
}

Bytes Erasures::remainder_of(const CompartmentId& compartment, const envelope::VerifiedItem& item) const {
  if (!item.item->remainder) return {};
  const envelope::Remainder& remainder = *item.item->remainder;
  if (envelope::remainder_refused(home_.membership, compartment, remainder, item.hash)) return {};
  return envelope::encode_remainder(remainder);
}

Result<> Erasures::take_let_go(const changes::ChangeSet& set, const store::Chain& from) {
  for (const changes::Operation& operation : set.operations) {
    const auto* let_go = std::get_if<changes::LetGo>(&operation);
    if (let_go == nullptr) continue;
    HAKI_TRY(home_.erasures->put_let_go(let_go->compartment, let_go->erased, let_go->log, let_go->seq,
                                        {home_.device_of(from.log), set.time.ms()}));
  }
  return {};
}

Result<> Erasures::follow(bool work_came) {
  if (work_came) HAKI_TRY(erase_children());
  HAKI_ASSIGN(const std::vector<store::ErasedChange> changes, home_.erasures->changes());
  for (const store::ErasedChange& change : changes) HAKI_TRY(let_go_of_sealed(change));
  return {};
}

// Whoever writes to a record did not know yet that it is erased. Children of children follow as they are erased themselves.
Result<> Erasures::erase_children() {
  if (!home_.is_lead() || !home_.active()) return {};
  for (;;) {
    HAKI_ASSIGN(const std::vector<store::ErasedChild> children, home_.erasures->children());
    std::map<CompartmentId, std::vector<changes::Operation>> erased;
    const auto add = [&](const store::RecordRow& erased_row, const CompartmentId& compartment, const RecordId& id) {
      const bool may = home_.membership.may_write(home_.device, compartment, home_.membership.newest());
      if (!may || erased_row.compartment != compartment) return;
      erased[compartment].push_back(changes::Erase{id, erased_row.merged.erasures.front().reason});
    };
    for (const store::ErasedChild& child : children) {
      HAKI_ASSIGN(const std::optional<store::RecordRow> parent, home_.records->load_row(child.parent));
      if (parent) add(*parent, child.compartment, child.id);
    }
    HAKI_ASSIGN(const std::vector<std::int64_t> all, home_.erasures->records());
    for (const std::int64_t no : all) {
      HAKI_ASSIGN(const std::optional<store::RecordRow> row, home_.records->load_row(no));
      if (!row) continue;
      HAKI_ASSIGN(const std::vector<store::RecordRow> reviews, reviews_of(row->merged.id));
      for (const store::RecordRow& review : reviews) add(*row, review.compartment, review.merged.id);
    }
    if (erased.empty()) return {};
    for (auto& [compartment, operations] : erased) HAKI_TRY(write(compartment, std::move(operations)));
  }
}

// ---- sealed copies ----

Result<> Erasures::let_go_of_sealed(const store::ErasedChange& change) {
  store::Chain* chain = home_.chains->find(change.chain);
  if (chain == nullptr) return home_.erasures->done_with(change);
  if (chain->log != home_.identity.log) {
    HAKI_TRY(remake_kept_run(*chain, change));
    return home_.erasures->done_with(change);
  }
  HAKI_ASSIGN(const bool done, remake_sent(*chain, change));
  return done ? home_.erasures->done_with(change) : Result<>();
}

// The others' part of an item, as it is kept here without what was erased. False where it cannot be made here.
Result<bool> Erasures::seal_anew(const store::Chain& chain, std::uint32_t epoch, const Hash& hash, std::uint64_t first_seq,
                                 envelope::Item& item) {
  const auto key = home_.key_ring.find({chain.compartment, epoch});
  const std::uint32_t m_seq = home_.membership.newest();
  if (key == home_.key_ring.end() || !home_.active() || !home_.is_lead() ||
      !home_.membership.may_write(home_.device, chain.compartment, m_seq)) {
    return false;
  }
  HAKI_ASSIGN(const std::vector<changes::ChangeSet> sets, home_.records->change_sets(chain, first_seq - 1, item.sets));
  if (sets.size() != item.sets || sets.back().seq != first_seq + item.sets - 1) return false;
  HAKI_ASSIGN(const Bytes batch, payload::encode_batch(sets, chain.log));
  item.remainder = envelope::seal_remainder(hash, home_.device, m_seq, payload::pack(batch, payload::Effort::kSmallest), key->second.key,
                                            home_.identity.sign.secret);
  item.sealed.clear();
  return true;
}

// The hash that a kept run follows. Homes of before kept runs without it: then it follows from the run before, and so on.
Result<Hash> Erasures::hash_before(const store::Chain& chain, std::uint64_t after_seq, const Hash& kept) {
  if (after_seq == 0 || !kept.is_zero()) return kept;
  HAKI_ASSIGN(const std::optional<store::KeptRun> before, home_.ledger->kept_run_with(chain.no, after_seq));
  if (!before) return Hash{};
  const auto frame = envelope::FrameReader(before->frame).next();
  const envelope::Run* run = run_in(frame);
  const envelope::Device* author = home_.membership.device_of_log(chain.log);
  const std::optional<Hash> m_head = run ? home_.membership.hash_at(run->m_seq) : std::nullopt;
  if (author == nullptr || !m_head) return Hash{};
  HAKI_ASSIGN(const Hash prev, hash_before(chain, run->after_seq, before->prev));
  const auto verified = envelope::verify_run(home_.org, *run, chain.log, {run->after_seq, prev}, *m_head, author->added.sign_key);
  if (!verified) return Hash{};
  for (const envelope::VerifiedItem& item : *verified) {
    if (item.last_seq == after_seq) return item.hash;
  }
  return Hash{};
}

// Others' work, kept as it came by leads alone. What cannot be made anew here is not kept any more: another lead has it.
Result<> Erasures::remake_kept_run(const store::Chain& chain, const store::ErasedChange& change) {
  HAKI_ASSIGN(std::optional<store::KeptRun> kept, home_.ledger->kept_run_with(chain.no, change.seq));
  if (!kept) return {};
  auto frame = envelope::FrameReader(kept->frame).next();
  const envelope::Run* found = run_in(frame);
  const envelope::Device* author = home_.membership.device_of_log(chain.log);
  const std::optional<Hash> m_head = found ? home_.membership.hash_at(found->m_seq) : std::nullopt;
  if (author == nullptr || !m_head) return home_.ledger->drop_kept_run(chain.no, kept->last_seq);
  envelope::Run run = *found;
  HAKI_ASSIGN(const Hash prev, hash_before(chain, run.after_seq, kept->prev));
  const auto verified = envelope::verify_run(home_.org, run, chain.log, {run.after_seq, prev}, *m_head, author->added.sign_key);
  if (!verified) return home_.ledger->drop_kept_run(chain.no, kept->last_seq);
  for (std::size_t i = 0; i < run.items.size(); ++i) {
    const envelope::VerifiedItem& item = (*verified)[i];
    if (change.seq < item.first_seq || change.seq > item.last_seq) continue;
    HAKI_ASSIGN(const bool made, seal_anew(chain, run.epoch, item.hash, item.first_seq, run.items[i]));
    if (!made) return home_.ledger->drop_kept_run(chain.no, kept->last_seq);
    HAKI_TRY(home_.erasures->put_item({chain.no, item.last_seq, item.hash, change.record, change.log, change.tomb_seq, false}));
    return home_.ledger->replace_kept_run(chain.no, kept->last_seq, envelope::encode_frame(run));
  }
  return {};
}

// Own work. A lead makes it anew; who is none keeps it until a lead has read it, since nobody else may have it. False: it waits.
Result<bool> Erasures::remake_sent(store::Chain& chain, const store::ErasedChange& change) {
  if (change.seq > chain.head_seq) return true;  // not sealed yet: it never goes out
  HAKI_ASSIGN(const std::optional<store::SealedFrame> sent, home_.outbox->with(chain.no, change.seq));
  if (!sent || sent->frame.empty()) return true;
  auto frame = envelope::FrameReader(sent->frame).next();
  const envelope::Run* found = run_in(frame);
  if (found == nullptr || found->items.size() != 1) return Error{Code::kDamaged, "Sealed work in this home's store is damaged."};
  if (change.seq <= found->after_seq) return true;  // what held it was let go of
  envelope::Run run = *found;
  HAKI_ASSIGN(const bool made, seal_anew(chain, run.epoch, sent->hash, run.after_seq + 1, run.items.front()));
  if (made) {
    HAKI_TRY(home_.erasures->put_item({chain.no, sent->last_seq, sent->hash, change.record, change.log, change.tomb_seq, false}));
    HAKI_TRY(home_.outbox->replace(sent->no, envelope::encode_frame(run)));
    return true;
  }
  if (sent->last_seq > chain.acked_seq) return false;
  HAKI_TRY(home_.outbox->replace(sent->no, {}));
  return true;
}

// ---- afterwards ----

Result<Erasures::Settled> Erasures::settle() {
  Settled settled;
  HAKI_ASSIGN(const std::vector<store::OpenErasure> open, home_.erasures->open());
  HAKI_ASSIGN(const std::vector<BlobId> files, home_.erasures->files_left());
  if (open.empty() && files.empty()) return settled;
  for (const BlobId& file : files) {
    HAKI_TRY(home_.blob_files->remove(file));
    HAKI_TRY(home_.erasures->set_file_gone(file));
  }
  if (std::ranges::any_of(open, [](const store::OpenErasure& one) { return !one.scrubbed; })) {
    HAKI_TRY(home_.search->forget_removed());
    for (const store::OpenErasure& one : open) {
      if (!one.scrubbed) HAKI_TRY(SnapshotMaker::let_go(home_, one.compartment));
    }
    HAKI_TRY(home_.erasures->set_scrubbed());
    HAKI_TRY(home_.database->checkpoint());
    settled.fresh = true;
  }
  Result<> done;
  {
    store::Transaction transaction(*home_.database);
    done = transaction.started();
    if (done) done = follow(false);
    if (done) done = say_let_go(settled.said);
    if (done) done = transaction.commit();
  }
  if (!done) {
    HAKI_TRY(home_.reload());
    return done.error();
  }
  return settled;
}

// Whether work that waits for a lead's decision speaks of the record: decided, it is gone, or taken in without that.
Result<bool> Erasures::any_aside(const store::OpenErasure& erasure) {
  HAKI_ASSIGN(const std::vector<store::KeptItem> waiting, home_.ledger->quarantined());
  Quarantine quarantine(home_);
  for (const store::KeptItem& item : waiting) {
    const store::Chain* chain = home_.chains->find(item.chain);
    if (chain == nullptr || chain->compartment != erasure.compartment) continue;
    const auto sets = quarantine.open(*chain, item);
    if (!sets) continue;  // nobody here can read it
    for (const changes::ChangeSet& set : *sets) {
      const bool speaks = std::ranges::any_of(set.operations, [&](const changes::Operation& operation) {
        const RecordId* about = changes::record_of(operation);
        return about != nullptr && *about == erasure.id;
      });
      if (speaks) return true;
    }
  }
  return false;
}

Result<> Erasures::say_let_go(std::size_t& made) {
  const CompartmentId notebook = home_.own_compartment();
  if (!home_.active() || !home_.membership.may_write(home_.device, notebook, home_.membership.newest())) return {};
  HAKI_ASSIGN(const std::vector<store::OpenErasure> open, home_.erasures->open());
  std::vector<changes::Operation> words;
  for (const store::OpenErasure& one : open) {
    HAKI_ASSIGN(const bool sealed_left, home_.erasures->any_change_of(one.record));
    HAKI_ASSIGN(const bool files_left, home_.erasures->any_file_of(one.record));
    HAKI_ASSIGN(const bool aside, any_aside(one));
    if (sealed_left || files_left || aside || !one.scrubbed) continue;
    words.push_back(changes::LetGo{one.compartment, one.id, one.log, one.seq});
    HAKI_TRY(home_.erasures->set_said(one));
    HAKI_TRY(home_.erasures->put_let_go(one.compartment, one.id, one.log, one.seq, {home_.device, home_.clock.now_ms()}));
  }
  if (words.empty()) return {};
  made += (words.size() + kWordsPerChangeSet - 1) / kWordsPerChangeSet;
  return write(notebook, std::move(words));
}

// ---- the server ----

Result<std::optional<envelope::Remainder>> Erasures::kept_remainder(const store::ErasedItem& item) {
  // Own work; of a name that this device had before, too.
  HAKI_ASSIGN(Bytes bytes, home_.outbox->frame_at(item.chain, item.last_seq));
  if (bytes.empty()) {
    HAKI_ASSIGN(const auto kept, home_.ledger->kept_run_with(item.chain, item.last_seq));
    if (kept) bytes = kept->frame;
  }
  const auto frame = bytes.empty() ? Result<envelope::Frame>(envelope::UnknownFrame{}) : envelope::FrameReader(bytes).next();
  const envelope::Run* run = run_in(frame);
  if (run == nullptr) return std::optional<envelope::Remainder>();
  std::uint64_t seq = run->after_seq;
  for (const envelope::Item& one : run->items) {
    seq += one.sets;
    if (seq == item.last_seq) return one.remainder;
  }
  return std::optional<envelope::Remainder>();
}

// The server has both the item and the tombstone: of own work it said so.
bool Erasures::askable(const store::ErasedItem& item) const {
  const store::Chain* chain = home_.chains->find(item.chain);
  if (chain == nullptr) return false;
  const bool own = chain->log == home_.identity.log;
  const store::Chain* tomb = item.log == home_.identity.log ? home_.chains->find(chain->compartment, item.log) : nullptr;
  return (!own || item.last_seq <= chain->receipted_seq) && (tomb == nullptr || item.tomb_seq <= tomb->receipted_seq);
}

Result<std::vector<Bytes>> Erasures::next(std::size_t bytes_max) {
  std::vector<Bytes> frames;
  if (!home_.is_lead() || !home_.active() || bytes_max == 0) return frames;
  std::size_t bytes = 0;
  HAKI_ASSIGN(const std::vector<store::ErasedItem> items, home_.erasures->items_due());
  for (const store::ErasedItem& item : items) {
    auto& done = item.wanted ? sent_ : asked_;
    if (!askable(item) || done.contains(name_of(item))) continue;
    const store::Chain* chain = home_.chains->find(item.chain);
    envelope::Erase erase{chain->compartment, chain->log, item.last_seq, item.hash, item.log, item.tomb_seq, std::nullopt, {}};
    // Where another lead has read it, it is not kept here any more; that lead sends what is left of it, and the question is whether it has.
    if (item.wanted) {
      HAKI_ASSIGN(erase.remainder, kept_remainder(item));
    }
    Bytes frame = envelope::encode_frame(erase);
    bytes += frame.size();
    if (!frames.empty() && bytes > bytes_max) return frames;
    frames.push_back(std::move(frame));
    done.insert(name_of(item));
    if (frames.size() == kErasesPerRequestMax) return frames;
  }
  HAKI_ASSIGN(const std::vector<store::ErasedBlob> blobs, home_.erasures->blobs_due());
  for (const store::ErasedBlob& blob : blobs) {
    if (frames.size() == kErasesPerRequestMax) break;
    if (!home_.membership.may_write(home_.device, blob.compartment, home_.membership.newest())) continue;
    if (!blobs_asked_.insert(blob.id).second) continue;
    envelope::Erase erase;
    erase.compartment = blob.compartment;
    erase.blob = blob.id;
    frames.push_back(envelope::encode_frame(erase));
  }
  return frames;
}

Result<bool> Erasures::pending() {
  if (!home_.is_lead() || !home_.active()) return false;
  HAKI_ASSIGN(const std::vector<store::ErasedItem> items, home_.erasures->items_due());
  const auto open = [&](const store::ErasedItem& item) { return askable(item) && !(item.wanted ? sent_ : asked_).contains(name_of(item)); };
  if (std::ranges::any_of(items, open)) return true;
  HAKI_ASSIGN(const std::vector<store::ErasedBlob> blobs, home_.erasures->blobs_due());
  return std::ranges::any_of(blobs, [&](const store::ErasedBlob& blob) {
    return !blobs_asked_.contains(blob.id) && home_.membership.may_write(home_.device, blob.compartment, home_.membership.newest());
  });
}

// Only what the server signed counts; what it refused is asked again in another session.
Result<> Erasures::take(const sync::Inbound& inbound) {
  const crypto::VerifyKey& server = home_.membership.endpoints().server_sign_key;
  for (const envelope::Erased& one : inbound.erased) {
    if (one.refused) continue;
    if (!one.blob.is_zero()) {
      const Bytes message = envelope::erased_blob_message(home_.org, one.compartment, one.blob, one.time_ms);
      if (!crypto::verify(server, kServerDomain, message, one.signature)) continue;
      HAKI_TRY(home_.erasures->set_blob_gone({one.blob, one.compartment}, one.time_ms));
      continue;
    }
    const store::Chain* chain = home_.chains->find(one.compartment, one.log);
    if (chain == nullptr) continue;
    HAKI_ASSIGN(const std::optional<Hash> hash, home_.erasures->hash_of(chain->no, one.seq));
    if (!hash) continue;
    const store::ErasedItem item{chain->no, one.seq, *hash, 0, one.tomb_log, one.tomb_seq, false};
    const Bytes message = envelope::erased_item_message(home_.org, chain->log, one.compartment, one.seq, *hash, one.time_ms);
    if (one.wanted) HAKI_TRY(home_.erasures->set_wanted(item));
    const bool said = !one.wanted && crypto::verify(server, kServerDomain, message, one.signature);
    if (said) HAKI_TRY(home_.erasures->set_item_gone(item, one.time_ms));
  }
  return {};
}

}  // namespace haki::client
