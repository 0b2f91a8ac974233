#include "client/rejoining.h"

#include <algorithm>
#include <set>

#include "base/little_endian.h"
#include "client/attachments.h"
#include "store/snapshots.h"

namespace haki::client {
namespace {

using changes::Dot;

constexpr std::size_t kAll = ~std::size_t{0} >> 1;

Value renamed(const Value& value, const std::map<RecordId, RecordId>& ids) {
  const auto* link = std::get_if<RecordId>(&value);
  const auto known = link != nullptr ? ids.find(*link) : ids.end();
  return known != ids.end() ? Value(known->second) : value;
}

}  // namespace

// The dots of a log above a place, under the name they have from now on.
struct Rejoining::Renaming {
  LogId from, to;
  std::uint64_t above = 0;

  void dots(std::vector<Dot>& all) const {
    for (Dot& dot : all) {
      if (dot.log == from && dot.seq > above) dot = {to, dot.seq - above, dot.op};
    }
    std::ranges::sort(all);
  }
  void seen(std::vector<changes::SeenLog>& logs) const {
    const auto own = std::ranges::find(logs, from, &changes::SeenLog::log);
    if (own == logs.end() || own->seq <= above) return;
    const changes::SeenLog renamed{to, own->seq - above};
    if (above == 0) logs.erase(own);
    else own->seq = above;
    logs.push_back(renamed);
    std::ranges::sort(logs);
  }
  void operation(changes::Operation& one) const {
    if (auto* set = std::get_if<changes::SetField>(&one)) dots(set->over);
    if (auto* removed = std::get_if<changes::SetRemove>(&one)) dots(removed->over);
    if (auto* tomb = std::get_if<changes::Tomb>(&one)) {
      dots(tomb->over);
      seen(tomb->seen);
    }
  }
};

// What the server has not confirmed of one chain, taken out of it.
struct Rejoining::Unconfirmed {
  CompartmentId compartment;
  Renaming names;
  std::vector<changes::ChangeSet> sets;   // where others write too
  std::vector<store::RecordRow> records;  // of the notebook, as they stand; parents before their parts
};

Result<Rejoined> Rejoining::begin(const std::string& text) {
  HAKI_ASSIGN(const keys::Invite invite, keys::read_invite(text));
  HAKI_TRY(check(invite));
  Rejoined rejoined;
  Result<> done;
  {
    store::Transaction transaction(*home_.database);
    done = transaction.started();
    if (done) done = replace(invite, text, rejoined);
    if (done) done = transaction.commit();
  }
  HAKI_TRY(home_.reload());
  HAKI_TRY(done);
  HAKI_TRY(home_.reload_directory());
  return rejoined;
}

Result<> Rejoining::check(const keys::Invite& invite) {
  if (home_.org.is_zero()) {
    return Error{Code::kNotAdmitted, "This home belongs to no coalition yet. Join with the invite instead: haki join INVITE."};
  }
  if (invite.org != home_.org) {
    return Error{Code::kInvalid, "This invite is of another coalition than this home's. Ask a lead of yours for one."};
  }
  if (invite.expires_ms < home_.clock.now_ms()) {
    return Error{Code::kInvalid,
                 "This invite has expired. Ask the lead for a new one; if the date on this device is wrong, set it right and "
                 "try again."};
  }
  const InviteId id = envelope::invite_id(invite.secret);
  HAKI_ASSIGN(const std::optional<Bytes> joined_by, home_.settings->get(setting::kJoinedBy));
  if (joined_by && InviteId::from(*joined_by) == id) {
    return Error{Code::kInvalid, "This home has joined with this very invite, which works once. Nothing was changed; ask a lead for a new one."};
  }
  HAKI_ASSIGN(const auto made_here, home_.ledger->invite(id));
  if (made_here) {
    return Error{Code::kInvalid,
                 "This invite was made with this very home, and a home cannot let itself in. Nothing was changed. Ask another lead for "
                 "one; where there is none, the recovery words make a new lead: haki recovery restore."};
  }
  return {};
}

Result<> Rejoining::replace(const keys::Invite& invite, const std::string& text, Rejoined& rejoined) {
  const envelope::Membership& list = home_.membership;
  const bool same_list = list.founded() && invite.m_seq < list.count() && list.hash_at(invite.m_seq) == invite.m_head;
  const DeviceId former = home_.device;
  std::vector<Unconfirmed> all;
  for (store::Chain* chain : home_.chains->own()) {
    // On a branch that was dropped nothing counts as confirmed.
    const std::uint64_t confirmed = same_list ? chain->receipted_seq : 0;
    if (chain->applied_seq <= confirmed) continue;
    HAKI_ASSIGN(Unconfirmed work, take_out(*chain, confirmed));
    all.push_back(std::move(work));
  }
  HAKI_TRY(home_.outbox->drop_unconfirmed());
  HAKI_TRY(home_.replace_identity(keys::Identity::generate(home_.random)));
  if (const Person* self = home_.person(former)) home_.people[home_.device] = Person(*self);  // who signs for what is taken along

  store::Snapshots snapshots(*home_.database);
  HAKI_ASSIGN(const std::vector<store::KeptSnapshot> kept, snapshots.all());
  // What was put together for others is signed by the former name.
  for (;;) {
    HAKI_ASSIGN(const std::optional<store::Snapshots::Made> made, snapshots.made());
    if (!made) break;
    HAKI_TRY(snapshots.remove_made(made->compartment));
  }
  std::set<CompartmentId> again;  // to be read from their beginning
  for (const store::KeptSnapshot& snapshot : kept) {
    const bool changes = std::ranges::any_of(all, [&](const Unconfirmed& one) { return one.compartment == snapshot.compartment; });
    // Records cannot be made again from change sets that are not here.
    if (changes && snapshot.state != store::SnapshotState::kAudited) again.insert(snapshot.compartment);
  }
  if (!same_list) {
    for (const store::Chain* chain : home_.chains->all()) again.insert(chain->compartment);
    HAKI_TRY(home_.ledger->forget_list());
    HAKI_TRY(home_.settings->put_number(setting::kCursor, 0));
  }
  for (const CompartmentId& compartment : again) HAKI_TRY(let_go_of_others(compartment));
  std::set<CompartmentId> changed = again;
  for (const Unconfirmed& work : all) changed.insert(work.compartment);
  for (const CompartmentId& compartment : changed) HAKI_TRY(home_.records->remake(compartment));
  if (same_list && !again.empty()) {
    Bytes wanted;
    for (const CompartmentId& compartment : again) base::append(wanted, compartment);
    HAKI_TRY(home_.settings->put(setting::kCatchUp, wanted));
  }
  for (Unconfirmed& work : all) HAKI_TRY(carry(work, rejoined));
  HAKI_TRY(rename_in_intents(former));
  return write_settings(invite, text, former);
}

Result<Rejoining::Unconfirmed> Rejoining::take_out(store::Chain& chain, std::uint64_t confirmed) {
  Unconfirmed work{chain.compartment, {chain.log, {}, confirmed}, {}, {}};
  if (chain.compartment == home_.own_compartment()) {
    HAKI_TRY(collect_trees(chain, work));
  } else {
    HAKI_ASSIGN(work.sets, home_.records->change_sets(chain, confirmed, kAll));
  }
  HAKI_ASSIGN(const std::optional<Hash> hash, home_.outbox->hash_at(chain.no, confirmed));
  HAKI_TRY(home_.records->forget_past(chain, confirmed));
  // From here on it is a chain like anybody's.
  chain.applied_seq = confirmed;
  chain.head_seq = confirmed;
  chain.head = hash.value_or(Hash{});
  chain.m_seq = 0;
  chain.epoch = 0;
  HAKI_TRY(home_.chains->save(chain));
  return work;
}

// The records touched since, whole: a part brings its record, a record all its parts.
Result<> Rejoining::collect_trees(const store::Chain& chain, Unconfirmed& work) {
  HAKI_ASSIGN(const std::vector<std::int64_t> touched, home_.records->touched_after(chain, work.names.above));
  std::set<std::int64_t> tops;
  for (std::int64_t no : touched) {
    for (;;) {
      HAKI_ASSIGN(const std::optional<store::RecordRow> row, home_.records->load_row(no));
      if (!row || row->parent == 0) break;
      no = row->parent;
    }
    tops.insert(no);
  }
  for (const std::int64_t no : tops) {
    HAKI_ASSIGN(std::optional<store::RecordRow> row, home_.records->load_row(no));
    if (!row || row->hidden || row->merged.form.is_zero()) continue;
    work.records.push_back(std::move(*row));
    HAKI_ASSIGN(std::vector<store::RecordRow> parts, home_.records->children(no));
    for (store::RecordRow& part : parts) {
      if (!part.hidden && !part.merged.form.is_zero()) work.records.push_back(std::move(part));
    }
  }
  return {};
}

Result<> Rejoining::let_go_of_others(const CompartmentId& compartment) {
  for (store::Chain* chain : home_.chains->all()) {
    if (chain->compartment != compartment || chain->log == home_.chains->own_log()) continue;
    HAKI_TRY(home_.ledger->forget_after(chain->no, 0));
    HAKI_TRY(home_.records->forget_past(*chain, 0));
    store::Chain bare{chain->no, chain->compartment, chain->log, 0, 0, {}, 0, 0, 0, 0};
    *chain = bare;
    HAKI_TRY(home_.chains->save(*chain));
  }
  return store::Snapshots(*home_.database).remove(compartment);
}

Result<> Rejoining::carry(Unconfirmed& work, Rejoined& rejoined) {
  const bool notebook = !work.records.empty();
  if (!notebook && work.sets.empty()) return {};
  HAKI_ASSIGN(store::Chain * chain,
              home_.chains->open(notebook ? home_.own_compartment() : work.compartment, home_.identity.log));
  work.names.to = home_.identity.log;
  for (changes::ChangeSet& set : work.sets) {
    set.seq = chain->applied_seq + 1;
    for (changes::Operation& operation : set.operations) work.names.operation(operation);
    HAKI_TRY(home_.records->apply(*chain, set));
    ++rejoined.changes;
  }
  HAKI_ASSIGN(const Files files, seal_files(*chain, work));
  std::map<RecordId, RecordId> ids;
  for (const store::RecordRow& row : work.records) ids.emplace(row.merged.id, crypto::random_id<RecordId>(home_.random));
  for (const store::RecordRow& row : work.records) {
    HAKI_TRY(copy(row, ids, files, *chain));
    rejoined.records += row.parent == 0 ? 1 : 0;
  }
  for (const auto& [blob, unused] : files) {  // what no record names any more goes with the next sweep
    HAKI_ASSIGN(const std::int64_t named, home_.blobs->record_of(blob));
    if (named == 0) HAKI_TRY(home_.blobs->remove(blob));
  }
  return {};
}

// The files of the records that are taken along, sealed for the new notebook. An attachment whose file is not here stays behind.
Result<Rejoining::Files> Rejoining::seal_files(const store::Chain& chain, Unconfirmed& work) {
  Files files;
  std::vector<store::RecordRow> kept;
  for (store::RecordRow& row : work.records) {
    if (const auto blob = blob_name_of(row.merged)) {
      const auto [anew, fresh] = files.try_emplace(blob->id);
      if (fresh) {
        HAKI_ASSIGN(anew->second, Attachments(home_).seal_for(chain.compartment, row));
      }
      if (anew->second.empty()) continue;
    }
    kept.push_back(std::move(row));
  }
  std::erase_if(files, [](const auto& one) { return one.second.empty(); });
  work.records = std::move(kept);
  return files;
}

Result<> Rejoining::copy(const store::RecordRow& row, const std::map<RecordId, RecordId>& ids, const Files& files, store::Chain& chain) {
  changes::NewRecord made{ids.at(row.merged.id), row.merged.form, {}};
  std::vector<changes::Operation> additions;
  const auto blob = blob_name_of(row.merged);
  for (const changes::FieldState& field : row.merged.fields) {
    // The copy is no file's doing, and what was signed about the record of before does not hold of it.
    if (field.siblings.empty() || field.field == changes::kSourceField || field.field == changes::kCustodyField) continue;
    if (field.field == changes::kStateField) {
      const std::string state = row.state == "draft" ? "draft" : "submitted";
      made.cells.push_back({field.field, Value(state)});
    } else if (field.field == changes::kBlobField && blob) {
      made.cells.push_back({field.field, Value(files.at(blob->id))});
    } else if (!field.set) {
      made.cells.push_back({field.field, renamed(field.winner().value, ids)});
    } else {
      for (const changes::Sibling& one : field.siblings) {
        additions.push_back(changes::SetAdd{made.record, field.field, renamed(one.value, ids)});
      }
    }
  }
  if (row.merged.form == attachment_form().id) {
    store::RecordRow subject;
    subject.merged.id = made.record;
    const Value* name = row.merged.value(attachment_form().field("name")->id);
    HAKI_ASSIGN(auto created, Attachments(home_).custody_operation(subject, "created", name ? to_text(*name) : "", described_content(row.merged).sha256));
    if (created) additions.push_back(std::move(*created));
  }
  changes::ChangeSet set{chain.applied_seq + 1, home_.hybrid_clock->next(), {std::move(made)}};
  std::ranges::move(additions, std::back_inserter(set.operations));
  return home_.records->apply(chain, set);
}

// What this lead had decided and the log does not have yet: the cases are opened for who it is from now on.
Result<> Rejoining::rename_in_intents(const DeviceId& former) {
  HAKI_ASSIGN(std::vector<store::Intent> intents, home_.ledger->intents());
  for (store::Intent& intent : intents) {
    for (Bytes& act : intent.acts) {
      HAKI_ASSIGN(envelope::Proposal proposal, envelope::decode_proposal(act));
      auto* made = std::get_if<envelope::NewCompartment>(&proposal.act);
      if (made == nullptr) continue;
      for (std::vector<DeviceId>* list : {&made->readers, &made->writers}) {
        std::ranges::replace(*list, former, home_.device);
        std::ranges::sort(*list);
      }
      act = envelope::encode_proposal(proposal);
    }
    HAKI_TRY(home_.ledger->remove_intent(intent.no));
    HAKI_TRY(home_.ledger->put_intent(intent));
  }
  return {};
}

Result<> Rejoining::write_settings(const keys::Invite& invite, const std::string& text, const DeviceId& former) {
  store::Settings& settings = *home_.settings;
  HAKI_ASSIGN(std::optional<Bytes> formers, settings.get(setting::kFormerDevices));
  Bytes all = std::move(formers).value_or(Bytes{});
  base::append(all, former);
  HAKI_TRY(settings.put(setting::kFormerDevices, all));
  HAKI_TRY(settings.put_number(setting::kClock, static_cast<std::int64_t>(home_.hybrid_clock->last().value)));
  HAKI_TRY(home_.take_invite(invite, text));
  for (const std::string_view name : {setting::kJoinDelivered, setting::kCounter, setting::kLastWelcome, setting::kRefill,
                                      setting::kRegrant, setting::kMissing, setting::kAskedAnew, setting::kRotateAll, setting::kRescue, setting::kFollowedServer}) {
    HAKI_TRY(settings.remove(name));
  }
  return {};
}

}  // namespace haki::client
