#include "client/administration.h"

#include <algorithm>

#include "client/circles.h"
#include "client/editor.h"
#include "client/people.h"
#include "client/relocation.h"

namespace haki::client {
namespace {

using envelope::CompartmentKind;
using envelope::MembershipAct;

constexpr std::int64_t kEpochMs = 90 * 24 * 3'600'000ll;

// "device:signature,signature": a lead's yes to each act of a proposal, as an element of its record.
std::string agreement_text(const DeviceId& device, const std::vector<envelope::Cosignature>& signatures) {
  std::string text = to_hex(device) + ":";
  for (const auto& one : signatures) text += (text.back() == ':' ? "" : ",") + to_base64url(one.signature);
  return text;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// Whether each key may still be handed on by this device to whom it is meant for: what the server asks of a whole batch.
bool grants_hold(const std::vector<envelope::Grant>& grants, const envelope::Membership& log, const DeviceId& by) {
  return std::ranges::all_of(grants, [&](const envelope::Grant& grant) {
    const bool own = log.compartment(grant.compartment)->made.kind == CompartmentKind::kOwn;
    const bool gives = own ? log.device(by)->now().leads() : log.may_rotate(by, grant.compartment);
    return gives && (log.is_recovery(grant.device) || log.may_read(grant.device, grant.compartment, log.newest()));
  });
}

std::optional<std::pair<DeviceId, std::vector<envelope::Cosignature>>> read_agreement(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const auto device = id_from_hex<DeviceId>(text.substr(0, colon));
  if (!device) return std::nullopt;
  std::vector<envelope::Cosignature> signatures;
  for (const std::string& part : split(std::string_view(text).substr(colon + 1), ',')) {
    const auto bytes = from_base64url(part);
    const auto signature = bytes ? crypto::Signature::from(*bytes) : std::nullopt;
    if (!signature) return std::nullopt;
    signatures.push_back({*device, *signature});
  }
  return std::pair(*device, std::move(signatures));
}

}  // namespace

// Acts that go together, with who agreed. From an intent (one lead suffices) or a proposal's record.
struct Administration::Acts {
  std::int64_t intent = 0;
  std::vector<DeviceId> about;  // of a case's readers
  RecordId record;
  std::string summary;
  std::vector<Bytes> encoded;
  std::vector<envelope::Proposal> acts;
  std::map<DeviceId, std::vector<envelope::Cosignature>> agreed;

  std::vector<envelope::Cosignature> cosignatures(std::size_t act, const DeviceId& but) const {
    std::vector<envelope::Cosignature> others;
    for (const auto& [device, signatures] : agreed) {
      if (device != but && act < signatures.size()) others.push_back(signatures[act]);
    }
    return others;
  }
};

Result<> Administration::require_lead() const {
  if (home_.is_lead()) return {};
  return Error{Code::kDenied, "Only a lead does this."};
}

Result<std::vector<DeviceId>> Administration::devices_of(std::string_view who) {
  std::set<std::string> found;  // by person, so that one person's devices are one match
  std::vector<DeviceId> devices;
  for (const auto& [id, device] : home_.membership.devices()) {
    if (device.now().removed) continue;
    const Person* person = home_.person(id);
    const bool by_id = who.size() >= 4 && (to_hex(id).starts_with(who) || (person && to_hex(person->member).starts_with(who)));
    if (!by_id && !(person && person->name == who)) continue;
    const bool whole_person = person && (person->name == who || to_hex(person->member).starts_with(who));
    found.insert(whole_person && !person->member.is_zero() ? to_hex(person->member) : to_hex(id));
    devices.push_back(id);
  }
  if (devices.empty()) {
    return Error{Code::kNotFound, "There is no member or device '" + std::string(who) + "' here. 'haki member list' shows them."};
  }
  if (found.size() > 1) {
    return Error{Code::kInvalid, "Several members or devices are called '" + std::string(who) +
                                     "'. Name one by the beginning of its id from 'haki device list'."};
  }
  return devices;
}

Result<std::string> Administration::plan(std::vector<MembershipAct> acts, const std::string& summary, store::Intent intent) {
  std::size_t needed = 1;
  for (const MembershipAct& act : acts) {
    // Who suspended takes it back alone.
    const auto* lifted = std::get_if<envelope::Suspend>(&act);
    const bool own = lifted != nullptr && lifted->lift && home_.membership.device(lifted->device)->suspended_by == home_.device;
    if (!own) needed = std::max(needed, home_.membership.leads_needed(act));
    intent.acts.push_back(envelope::encode_proposal({crypto::random_id<envelope::OperationId>(home_.random),
                                                     home_.membership.newest(), act}));
  }
  if (needed == 1) {
    HAKI_TRY(home_.ledger->put_intent(intent));
    return summary + ": entered with the next sync.";
  }
  Draft draft;
  draft.form = "proposal";
  std::string text;
  std::vector<envelope::Cosignature> signatures;
  for (const Bytes& act : intent.acts) {
    text += (text.empty() ? "" : " ") + to_base64url(act);
    signatures.push_back(envelope::cosign(home_.org, act, home_.device, home_.identity.sign.secret));
  }
  draft.fields = {{"summary", summary}, {"acts", text}, {"agreed", agreement_text(home_.device, signatures)}};
  HAKI_ASSIGN(const RecordId id, Editor(home_).create(draft));
  return summary + ": another lead must agree. Sync; the other lead then runs haki member agree " + to_hex(id).substr(0, 8) + ".";
}

Result<std::string> Administration::remove(std::string_view who, const Removal& removal) {
  HAKI_TRY(require_lead());
  HAKI_ASSIGN(const std::vector<DeviceId> devices, devices_of(who));
  std::vector<MembershipAct> acts;
  for (const DeviceId& device : devices) {
    if (device == home_.device) {
      return Error{Code::kDenied, "This device cannot remove itself: another lead does, or another device of yours."};
    }
    acts.push_back(envelope::RemoveDevice{device, removal.refuse_late});
  }
  for (const DeviceId& device : devices) {
    if (removal.wipe) acts.push_back(envelope::WipeOrder{device});
  }
  const bool lead = std::ranges::any_of(devices, [&](const DeviceId& id) {
    return home_.membership.device(id)->now().role == envelope::Role::kLead;
  });
  if (lead && home_.membership.lead_persons().size() == 2) {
    return Error{Code::kDenied,
                 "With two leads, neither can remove the other: a stolen phone could as well. Suspend the device now (haki member "
                 "suspend), and let the recovery words or two further leads confirm it."};
  }
  return plan(std::move(acts), "Remove " + home_.name_of(devices.front()) + (removal.wipe ? " and wipe" : ""));
}

Result<std::string> Administration::suspend(std::string_view who, bool lift) {
  HAKI_TRY(require_lead());
  HAKI_ASSIGN(const std::vector<DeviceId> devices, devices_of(who));
  std::vector<MembershipAct> acts;
  for (const DeviceId& device : devices) {
    if (home_.membership.device(device)->now().suspended == lift) acts.push_back(envelope::Suspend{device, lift});
  }
  if (acts.empty()) return Error{Code::kInvalid, lift ? "That member is not suspended." : "That member is suspended already."};
  return plan(std::move(acts), std::string(lift ? "Lift the suspension of " : "Suspend ") + home_.name_of(devices.front()));
}

Result<std::string> Administration::set_role(std::string_view who, const RoleChange& change) {
  HAKI_TRY(require_lead());
  HAKI_ASSIGN(const std::vector<DeviceId> devices, devices_of(who));
  std::vector<MembershipAct> acts;
  for (const DeviceId& id : devices) {
    const envelope::Standing& now = home_.membership.device(id)->now();
    envelope::SetRole act{id, now.role, now.editor, now.verified, now.districts};
    if (!change.role.empty()) {
      HAKI_ASSIGN(act.role, keys::read_role(change.role));
    }
    if (change.editor >= 0) act.editor = change.editor != 0;
    if (change.verified >= 0) act.verified = change.verified != 0;
    if (change.set_districts) {
      act.districts.clear();
      for (const std::string& code : change.districts) {
        HAKI_ASSIGN(const std::optional<CompartmentId> district, Circles(home_).district(code));
        if (!district) {
          return Error{Code::kNotFound, "There is no circle of the district '" + code + "' yet. Make it first: haki compartment new NAME --district " + code + "."};
        }
        act.districts.push_back(*district);
      }
    }
    acts.push_back(std::move(act));
  }
  return plan(std::move(acts), "Change what " + home_.name_of(devices.front()) + " may do");
}

Result<std::string> Administration::open_compartment(const NewCompartmentOptions& options) {
  HAKI_TRY(require_lead());
  if (options.name.empty() || options.name.size() > limits::kNameBytesMax) {
    return Error{Code::kInvalid, "Give the compartment a name (1 to 200 bytes)."};
  }
  envelope::NewCompartment act;
  act.compartment = crypto::random_id<CompartmentId>(home_.random);
  if (!options.district.empty()) {
    HAKI_ASSIGN(const std::optional<CompartmentId> there, Circles(home_).district(options.district));
    if (there) return Error{Code::kExists, "The district '" + options.district + "' has its circle already."};
    act.kind = CompartmentKind::kDistrict;
    return plan({act}, "Open the district " + options.name, {.name = options.name, .district = options.district});
  }
  act.kind = CompartmentKind::kCase;
  std::set<DeviceId> readers = {home_.device}, writers = {home_.device};
  for (const std::string& who : options.readers) {
    HAKI_ASSIGN(const std::vector<DeviceId> devices, devices_of(who));
    readers.insert(devices.begin(), devices.end());
  }
  for (const std::string& who : options.writers) {
    HAKI_ASSIGN(const std::vector<DeviceId> devices, devices_of(who));
    readers.insert(devices.begin(), devices.end());
    writers.insert(devices.begin(), devices.end());
  }
  act.readers.assign(readers.begin(), readers.end());
  act.writers.assign(writers.begin(), writers.end());
  return plan({act}, "Open the case " + options.name, {.name = options.name});
}

Result<std::string> Administration::share(std::string_view which, std::string_view who, bool may_write) {
  HAKI_ASSIGN(const CompartmentId id, Circles(home_).find(which));
  const envelope::Compartment* of = home_.membership.compartment(id);
  if (of == nullptr || of->made.kind != CompartmentKind::kCase) {
    return Error{Code::kInvalid, "Only a case is shared with named people. A district's circle follows its members' districts."};
  }
  if (!home_.membership.may_write(home_.device, id, home_.membership.newest())) {
    return Error{Code::kDenied, "Only those who write in the case share it."};
  }
  HAKI_ASSIGN(const std::vector<DeviceId> devices, devices_of(who));
  std::set<DeviceId> readers(of->lists.back().readers.begin(), of->lists.back().readers.end());
  std::set<DeviceId> writers(of->lists.back().writers.begin(), of->lists.back().writers.end());
  readers.insert(devices.begin(), devices.end());
  if (may_write) writers.insert(devices.begin(), devices.end());
  envelope::SetReaders act{id, {readers.begin(), readers.end()}, {writers.begin(), writers.end()}};
  return plan({act}, "Share " + Circles(home_).name_of(id) + " with " + home_.name_of(devices.front()), {.about = devices});
}

Result<std::string> Administration::withdraw(std::string_view which, std::string_view who) {
  HAKI_ASSIGN(const CompartmentId id, Circles(home_).find(which));
  const envelope::Compartment* of = home_.membership.compartment(id);
  if (of == nullptr || of->made.kind != CompartmentKind::kCase) {
    return Error{Code::kInvalid, "Only a case is shared with named people. A district's circle follows its members' districts."};
  }
  if (!home_.is_lead() && !home_.membership.may_write(home_.device, id, home_.membership.newest())) {
    return Error{Code::kDenied, "Only those who write in the case, and leads, take people out of it."};
  }
  HAKI_ASSIGN(const std::vector<DeviceId> devices, devices_of(who));
  envelope::SetReaders act{id, of->lists.back().readers, of->lists.back().writers};
  const auto goes = [&](const DeviceId& device) { return std::ranges::find(devices, device) != devices.end(); };
  std::erase_if(act.readers, goes);
  std::erase_if(act.writers, goes);
  if (act.readers.size() == of->lists.back().readers.size()) {
    return Error{Code::kNotFound, home_.name_of(devices.front()) + " is not in it."};
  }
  return plan({act}, "Take " + home_.name_of(devices.front()) + " out of " + Circles(home_).name_of(id), {.about = devices});
}

Result<std::string> Administration::set_endpoints(const envelope::Endpoints& endpoints) {
  HAKI_TRY(require_lead());
  return plan({endpoints}, "Move to the server at " + endpoints.urls.front());
}

Result<> Administration::enter_alone(const MembershipAct& act) {
  envelope::Membership after = home_.membership;
  envelope::Append append;
  HAKI_TRY(keys::EntryWriter(after, keys::signer_of(home_.identity), home_.clock, home_.random).add(append, act));
  Result<> done;
  {
    store::Transaction transaction(*home_.database);
    done = transaction.started();
    // What waited for the old server is done with by this.
    const auto intents = home_.ledger->intents();
    for (const store::Intent& intent : intents ? *intents : std::vector<store::Intent>()) {
      const auto waiting = envelope::decode_proposal(intent.acts.front());
      if (done && waiting && waiting->act.index() == act.index()) done = home_.ledger->remove_intent(intent.no);
    }
    if (done) done = home_.ledger->put_entry(home_.membership.count(), envelope::encode_frame(append.entries.front()));
    if (done) done = transaction.commit();
  }
  HAKI_TRY(home_.reload());
  HAKI_TRY(done);
  HAKI_ASSIGN(const bool moved, Relocation(home_).follow());
  static_cast<void>(moved);
  return {};
}

Result<std::string> Administration::set_recovery(const envelope::Recovery& recovery) {
  HAKI_TRY(require_lead());
  return plan({recovery}, recovery.commitments.empty() ? "New recovery words" : "New recovery shares");
}

Result<std::vector<Administration::Acts>> Administration::open_proposals() {
  std::vector<Acts> open;
  const Form& form = *model::built_in_form("proposal");
  store::Selection selection;
  selection.form = form.id;
  HAKI_TRY(home_.records->for_each(selection, [&](store::RecordRow&& row) -> Result<bool> {
    const auto text = [&](std::string_view field) {
      const Value* value = row.merged.value(form.field(field)->id);
      return value ? to_text(*value) : std::string();
    };
    Acts acts;
    acts.record = row.merged.id;
    acts.summary = text("summary");
    bool entered = true;
    for (const std::string& part : split(text("acts"), ' ')) {
      const auto bytes = from_base64url(part);
      auto proposal = bytes ? envelope::decode_proposal(*bytes) : Result<envelope::Proposal>(Error{Code::kInvalid, ""});
      if (!proposal) return true;  // not one that this version can read
      entered = entered && home_.membership.has_operation(proposal->operation);
      acts.encoded.push_back(*bytes);
      acts.acts.push_back(std::move(*proposal));
    }
    if (entered) return true;
    if (const auto* agreed = row.merged.field(form.field("agreed")->id, true)) {
      for (const auto& sibling : agreed->siblings) {
        if (auto read = read_agreement(to_text(sibling.value))) acts.agreed.insert(std::move(*read));
      }
    }
    open.push_back(std::move(acts));
    return true;
  }));
  return open;
}

Result<std::vector<Proposal>> Administration::proposals() {
  std::vector<Proposal> proposals;
  HAKI_ASSIGN(const std::vector<Acts> open, open_proposals());
  for (const Acts& acts : open) {
    Proposal& view = proposals.emplace_back();
    view.id = acts.record;
    view.needed = 1;
    // What the signed acts do, never only what the record says of them.
    std::string acts_in_words;
    for (const auto& act : acts.acts) {
      acts_in_words += (acts_in_words.empty() ? "" : "; ") + in_words(act.act);
      view.needed = std::max<std::uint64_t>(view.needed, home_.membership.leads_needed(act.act));
      if (home_.membership.newest() - std::min(act.base_m_seq, home_.membership.newest()) > envelope::kCosignatureLife) {
        view.problem = "It has lapsed: too much has changed since. Propose it again.";
      }
    }
    view.what = acts.summary + " (" + acts_in_words + ")";
    for (const auto& [device, unused] : acts.agreed) view.agreed.push_back(home_.name_of(device));
    view.mine_missing = home_.is_lead() && !acts.agreed.contains(home_.device);
  }
  return proposals;
}

Result<std::string> Administration::agree(std::string_view which) {
  HAKI_TRY(require_lead());
  HAKI_ASSIGN(const std::vector<Acts> open, open_proposals());
  const Acts* chosen = nullptr;
  for (const Acts& acts : open) {
    if (!to_hex(acts.record).starts_with(which) && acts.summary != which) continue;
    if (chosen != nullptr) return Error{Code::kInvalid, "Several proposals fit; give more of the id from 'haki member pending'."};
    chosen = &acts;
  }
  if (chosen == nullptr) {
    return Error{Code::kNotFound, "There is no such proposal here. 'haki member pending' lists them; sync first."};
  }
  std::vector<envelope::Cosignature> signatures;
  for (const Bytes& act : chosen->encoded) {
    signatures.push_back(envelope::cosign(home_.org, act, home_.device, home_.identity.sign.secret));
  }
  Edit edit;
  edit.record = chosen->record;
  edit.add = {{"agreed", agreement_text(home_.device, signatures)}};
  HAKI_TRY(Editor(home_).edit(edit));
  return chosen->summary + ": agreed. Entered with the next sync.";
}

Result<bool> Administration::is_proposed(const DeviceId& device) {
  HAKI_ASSIGN(const std::vector<Acts> open, open_proposals());
  return std::ranges::any_of(open, [&](const Acts& acts) {
    const auto* added = std::get_if<envelope::AddDevice>(&acts.acts.front().act);
    return added != nullptr && added->device == device;
  });
}

Result<> Administration::propose_lead(const envelope::AddDevice& act, const std::string& name) {
  HAKI_ASSIGN(const bool proposed, is_proposed(act.device));
  if (proposed) return {};
  HAKI_ASSIGN(const std::string said, plan({act}, "Let " + name + " in as a further lead"));
  static_cast<void>(said);
  return {};
}

Result<> Administration::welcome(keys::EntryWriter& writer, envelope::Append& append, const DeviceId& device) {
  const CompartmentId own = envelope::own_compartment(home_.org, device);
  HAKI_TRY(writer.add(append, envelope::NewCompartment{own, CompartmentKind::kOwn, device}));
  const envelope::Membership& log = writer.membership();
  for_each_key([&](const CompartmentId& id, std::uint32_t epoch, const crypto::EpochKey& key) {
    const envelope::Compartment* of = log.compartment(id);
    if (of == nullptr || !log.may_read(device, id, log.newest())) return;
    // Of a district or a case the standing key alone: its history is an explicit grant.
    const envelope::Epoch* standing = log.epoch_at(id, log.newest());
    const bool closed_history = of->made.kind == CompartmentKind::kDistrict || of->made.kind == CompartmentKind::kCase;
    if (closed_history && (standing == nullptr || standing->made.epoch != epoch)) return;
    writer.grant(append, {id, epoch, key.copy()}, device);
  });
  return {};
}

// ---- entering ----

Result<Administration::Entering> Administration::enter(const Acts& acts, const HeadsHeard& heads, std::vector<DeviceId>& wanted,
                                   envelope::Membership& after, envelope::Append& append) {
  envelope::Membership trial = after;
  envelope::Append batch;
  keys::EntryWriter writer(trial, keys::signer_of(home_.identity), home_.clock, home_.random);
  for (std::size_t i = 0; i < acts.encoded.size(); ++i) {
    if (trial.has_operation(acts.acts[i].operation)) continue;
    Bytes act = acts.encoded[i];
    if (const auto* readers = std::get_if<envelope::SetReaders>(&acts.acts[i].act)) {
      act = envelope::encode_proposal({acts.acts[i].operation, trial.newest(), as_meant(*readers, acts.about, trial)});
    }
    HAKI_TRY(writer.add(batch, act, acts.cosignatures(i, home_.device)));
  }
  for (const auto& act : acts.acts) {
    const auto* added = std::get_if<envelope::AddDevice>(&act.act);
    if (added != nullptr && !after.device(added->device)) HAKI_TRY(welcome(writer, batch, added->device));
  }
  for (const auto& act : acts.acts) {
    if (!std::holds_alternative<envelope::Recovery>(act.act)) continue;
    for_each_key([&](const CompartmentId& id, std::uint32_t epoch, const crypto::EpochKey& key) {  // the new paper opens what the old one did
      writer.grant(batch, {id, epoch, key.copy()}, envelope::recovery_id(trial.recovery().box_key));
    });
  }
  // Whoever lost the right to write is cut at what was there, so that nothing can be backdated.
  bool heard = true;
  for (const auto& [id, device] : trial.devices()) {
    if (device.now().since < after.count() || device.since >= after.count()) continue;
    if (!heads.contains(id)) {
      wanted.push_back(id);
      heard = false;
      continue;
    }
    std::map<CompartmentId, envelope::Cut> cuts;
    const auto cut = [&](const CompartmentId& compartment, std::uint64_t seq, const Hash& hash) {
      const bool lost = after.may_write(id, compartment, after.newest()) && !trial.may_write(id, compartment, trial.newest());
      if (lost && seq > cuts[compartment].seq) cuts[compartment] = {compartment, seq, hash};
    };
    for (const envelope::Head& head : heads.at(id)) {
      // Where this device reads, what it has verified counts, not the server's word: with that, a removed device could go on.
      if (!home_.membership.may_read(home_.device, head.compartment, home_.membership.newest())) cut(head.compartment, head.seq, head.hash);
    }
    for (const store::Chain* chain : home_.chains->all()) {
      if (chain->log == device.added.log) cut(chain->compartment, chain->head_seq, chain->head);
    }
    envelope::CutLog act{device.added.log, {}};
    for (const auto& [compartment, one] : cuts) {
      if (one.seq > 0) act.cuts.push_back(one);
    }
    if (!act.cuts.empty()) HAKI_TRY(writer.add(batch, act));
  }
  if (!heard) return Entering::kHeadsFirst;
  HAKI_ASSIGN(std::vector<keys::MadeKey> made, renew(writer, batch));
  grant_gains(after, writer, batch);
  // Two that undo one another's keys, as when two people are taken out of a case, go one after the other. So does whoever is let in
  // where an act before made a key: a new key goes to those alone whom its entry names.
  if (!grants_hold(append.grants, trial, home_.device) || hands_on_a_new_key(batch.grants)) return Entering::kNextRequest;
  std::ranges::move(made, std::back_inserter(made_));
  after = std::move(trial);
  std::ranges::move(batch.entries, std::back_inserter(append.entries));
  std::ranges::move(batch.grants, std::back_inserter(append.grants));
  return Entering::kDone;
}

bool Administration::hands_on_a_new_key(const std::vector<envelope::Grant>& grants) const {
  return std::ranges::any_of(grants, [&](const envelope::Grant& grant) {
    return std::ranges::any_of(made_, [&](const keys::MadeKey& made) { return made.compartment == grant.compartment && made.epoch == grant.epoch; });
  });
}

// The next key where somebody who holds the present one may not read any more, where there is none yet, and every 90 days.
Result<std::vector<keys::MadeKey>> Administration::renew(keys::EntryWriter& writer, envelope::Append& append) {
  std::vector<CompartmentId> due;
  HAKI_ASSIGN(const std::int64_t rotate_all, home_.settings->number(setting::kRotateAll));
  // After a recovery: every key from before the entry that brought this device in.
  const auto from_before = [&](const envelope::Epoch& epoch) { return rotate_all != 0 && epoch.since <= home_.me()->since; };
  const envelope::Membership& log = writer.membership();
  for (const auto& [id, compartment] : log.compartments()) {
    if (!log.may_rotate(home_.device, id)) continue;
    const envelope::Epoch* epoch = log.epoch_at(id, log.newest());
    const bool aged = epoch != nullptr && home_.clock.now_ms() - epoch->time_ms > kEpochMs;
    if (epoch == nullptr || aged || from_before(*epoch) || log.epoch_is_stale(id)) due.push_back(id);
  }
  std::vector<keys::MadeKey> made;
  for (const CompartmentId& id : due) {
    HAKI_ASSIGN(keys::MadeKey key, writer.rotate(append, id));
    made.push_back(std::move(key));
  }
  return made;
}

// Who may read more than before is given the keys of it that this device has.
void Administration::grant_gains(const envelope::Membership& before, keys::EntryWriter& writer, envelope::Append& append) {
  const envelope::Membership& log = writer.membership();
  for (const auto& [id, device] : log.devices()) {
    if (id == home_.device || device.since >= before.count()) continue;  // the new are granted theirs on admission
    for_each_key([&](const CompartmentId& of, std::uint32_t epoch, const crypto::EpochKey& key) {
      const bool gains = log.may_read(id, of, log.newest()) && !before.may_read(id, of, before.newest());
      if (gains) writer.grant(append, {of, epoch, key.copy()}, id);
    });
  }
}

// The keys that this device can hand on. What earlier acts of the same append made is in its ring only once it comes back from
// the server, as everybody's grants do; who is taken out of a case and let in again by one exchange needs it.
template <typename Visit>
void Administration::for_each_key(Visit visit) const {
  for (const auto& [place, kept] : home_.key_ring) visit(place.first, place.second, kept.key);
  for (const keys::MadeKey& made : made_) visit(made.compartment, made.epoch, made.key);
}

Result<std::optional<envelope::Append>> Administration::due(const HeadsHeard& heads, std::vector<DeviceId>& wanted,
                                                            std::vector<std::string>& notes) {
  std::optional<envelope::Append> none;
  if (!home_.active()) return none;
  made_.clear();
  envelope::Append append;
  envelope::Membership after = home_.membership;
  HAKI_TRY(People(home_).admissions(after, append, notes));
  HAKI_ASSIGN(const std::vector<store::Intent> intents, home_.ledger->intents());
  std::vector<Acts> ready;
  for (const store::Intent& intent : intents) {
    Acts& acts = ready.emplace_back();
    acts.intent = intent.no;
    acts.about = intent.about;
    for (const Bytes& encoded : intent.acts) {
      HAKI_ASSIGN(envelope::Proposal proposal, envelope::decode_proposal(encoded));
      acts.encoded.push_back(encoded);
      acts.acts.push_back(std::move(proposal));
    }
    acts.summary = acts.acts.empty() ? "" : in_words(acts.acts.front().act);
  }
  HAKI_ASSIGN(std::vector<Acts> proposed, open_proposals());
  for (Acts& acts : proposed) {
    if (acts.agreed.contains(home_.device)) ready.push_back(std::move(acts));
  }
  for (const Acts& acts : ready) {
    if (append.entries.size() > kEntriesPerAppend) break;  // the rest with the next exchange
    const auto entered = enter(acts, heads, wanted, after, append);
    if (entered && *entered == Entering::kNextRequest) break;
    if (entered) continue;
    const bool waits = entered.error().code == Code::kDenied && acts.intent == 0;
    if (waits) {
      notes.push_back("'" + acts.summary + "' waits for another lead to agree: haki member agree " +
                      to_hex(acts.record).substr(0, 8) + ".");
    } else {
      notes.push_back("'" + acts.summary + "' was not done: " + entered.error().message);
      if (acts.intent != 0) HAKI_TRY(home_.ledger->remove_intent(acts.intent));
    }
  }
  keys::EntryWriter writer(after, keys::signer_of(home_.identity), home_.clock, home_.random);
  if (append.entries.size() <= kEntriesPerAppend) HAKI_TRY(renew(writer, append));
  if (append.entries.empty()) return none;
  return std::optional(std::move(append));
}

// Who has lost the right to write there since, as who rejoined in another role, leaves the name to those who have it.
Result<> Administration::name_opened(const CompartmentId& id, const store::Intent& intent, std::vector<std::string>& notes) {
  if (home_.membership.may_write(home_.device, id, home_.membership.newest())) {
    return Circles(home_).write_name(id, intent.name, intent.district);
  }
  notes.push_back("'" + intent.name + "' was opened, but this device may not write in it now, and has not given it its name there. "
                  "Tell those who may: haki compartment list shows it by its id, " + to_hex(id).substr(0, 8) + ".");
  return {};
}

Result<> Administration::settle(std::vector<std::string>& notes) {
  HAKI_ASSIGN(const std::vector<store::Intent> intents, home_.ledger->intents());
  for (const store::Intent& intent : intents) {
    bool entered = true;
    for (const Bytes& encoded : intent.acts) {
      HAKI_ASSIGN(const envelope::Proposal proposal, envelope::decode_proposal(encoded));
      entered = entered && home_.membership.has_operation(proposal.operation);
      const auto* made = std::get_if<envelope::NewCompartment>(&proposal.act);
      if (entered && made != nullptr && !intent.name.empty()) HAKI_TRY(name_opened(made->compartment, intent, notes));
    }
    if (entered) HAKI_TRY(home_.ledger->remove_intent(intent.no));
  }
  return {};
}

}  // namespace haki::client
