#include "client/circles.h"

#include <algorithm>

#include "client/editor.h"

namespace haki::client {
namespace {

using envelope::CompartmentKind;

std::string kind_name(CompartmentKind kind) {
  switch (kind) {
    case CompartmentKind::kShared: return "shared";
    case CompartmentKind::kOwn: return "notebook";
    case CompartmentKind::kLeads: return "leads";
    case CompartmentKind::kDistrict: return "district";
    case CompartmentKind::kCase: return "case";
  }
  return "unknown";
}

// `now`, but for those of `about` as `meant` has them.
std::set<DeviceId> with_those_of(const std::vector<DeviceId>& about, const std::vector<DeviceId>& meant, const std::vector<DeviceId>& now) {
  std::set<DeviceId> all(now.begin(), now.end());
  for (const DeviceId& device : about) {
    if (std::ranges::binary_search(meant, device)) all.insert(device);
    else all.erase(device);
  }
  return all;
}

}  // namespace

envelope::SetReaders as_meant(const envelope::SetReaders& act, const std::vector<DeviceId>& about, const envelope::Membership& log) {
  const envelope::Compartment* of = log.compartment(act.compartment);
  if (of == nullptr || of->lists.empty() || about.empty()) return act;
  std::set<DeviceId> readers = with_those_of(about, act.readers, of->lists.back().readers);
  std::set<DeviceId> writers = with_those_of(about, act.writers, of->lists.back().writers);
  std::erase_if(readers, [&](const DeviceId& id) { return log.device(id) == nullptr || log.device(id)->now().removed; });
  std::erase_if(writers, [&](const DeviceId& id) { return !readers.contains(id); });
  return {act.compartment, {readers.begin(), readers.end()}, {writers.begin(), writers.end()}};
}

Result<std::map<CompartmentId, Circles::Name>> Circles::names() {
  std::map<CompartmentId, Name> names;
  const Form& form = *model::built_in_form("circle");
  store::Selection selection;
  selection.form = form.id;
  HAKI_TRY(home_.records->for_each(selection, [&](store::RecordRow&& row) -> Result<bool> {
    const auto text = [&](std::string_view field) {
      const Value* value = row.merged.value(form.field(field)->id);
      return value ? to_text(*value) : std::string();
    };
    // A circle is named from inside it, or by the leads.
    const auto id = id_from_hex<CompartmentId>(text("compartment"));
    const bool by_leads = home_.compartment(CompartmentKind::kLeads) == row.compartment;
    if (id && (row.compartment == *id || by_leads)) names[*id] = {text("name"), text("district"), text("closed") == "yes", row.merged.id};
    return true;
  }));
  return names;
}

Result<std::vector<CompartmentView>> Circles::all() {
  std::vector<CompartmentView> all;
  HAKI_ASSIGN(const auto known, names());
  const envelope::Membership& log = home_.membership;
  for (const auto& [id, compartment] : log.compartments()) {
    CompartmentView view;
    view.id = id;
    view.kind = kind_name(compartment.made.kind);
    if (const auto name = known.find(id); name != known.end()) {
      view.name = name->second.name;
      view.code = name->second.district;
      view.closed = name->second.closed;
    }
    if (compartment.made.kind == CompartmentKind::kOwn) view.name = home_.name_of(compartment.made.owner);
    for (const auto& [device, unused] : log.devices()) {
      if (log.may_read(device, id, log.newest())) view.readers.push_back(home_.name_of(device));
      if (log.may_write(device, id, log.newest())) view.writers.push_back(home_.name_of(device));
    }
    if (const envelope::Epoch* epoch = log.epoch_at(id, log.newest())) view.epoch = epoch->made.epoch;
    view.may_read = log.may_read(home_.device, id, log.newest());
    view.may_write = log.may_write(home_.device, id, log.newest());
    all.push_back(std::move(view));
  }
  std::ranges::stable_sort(all, {}, [](const CompartmentView& view) { return std::pair(view.kind, view.name); });
  return all;
}

Result<CompartmentId> Circles::find(std::string_view which) {
  if (which == "notebook") return home_.own_compartment();
  for (const auto& [word, kind] : {std::pair("shared", CompartmentKind::kShared), std::pair("leads", CompartmentKind::kLeads)}) {
    if (which == word && home_.compartment(kind)) return *home_.compartment(kind);
  }
  HAKI_ASSIGN(const std::vector<CompartmentView> views, all());
  std::vector<CompartmentId> found;
  for (const CompartmentView& view : views) {
    const bool named = (view.kind == "case" || view.kind == "district") && (view.name == which || view.code == which);
    if (!which.empty() && (named || to_hex(view.id).starts_with(which))) found.push_back(view.id);
  }
  if (found.empty()) {
    return Error{Code::kNotFound, "There is no compartment '" + std::string(which) + "' here. 'haki compartment list' shows them."};
  }
  if (found.size() > 1) {
    return Error{Code::kInvalid, "Several compartments are called '" + std::string(which) +
                                     "'. Name one by the beginning of its id from 'haki compartment list'."};
  }
  return found.front();
}

Result<std::optional<CompartmentId>> Circles::district(std::string_view code) {
  HAKI_ASSIGN(const auto known, names());
  for (const auto& [id, name] : known) {
    const envelope::Compartment* of = home_.membership.compartment(id);
    if (of != nullptr && of->made.kind == CompartmentKind::kDistrict && name.district == code) return std::optional(id);
  }
  return std::optional<CompartmentId>();
}

Result<bool> Circles::is_closed(const CompartmentId& id) {
  const envelope::Compartment* of = home_.membership.compartment(id);
  if (of == nullptr || of->made.kind != CompartmentKind::kCase) return false;
  HAKI_ASSIGN(const auto known, names());
  const auto found = known.find(id);
  return found != known.end() && found->second.closed;
}

Result<std::string> Circles::close(std::string_view which, bool closed) {
  HAKI_ASSIGN(const CompartmentId id, find(which));
  HAKI_ASSIGN(const auto known, names());
  const auto found = known.find(id);
  const envelope::Compartment* of = home_.membership.compartment(id);
  if (of == nullptr || of->made.kind != CompartmentKind::kCase || found == known.end()) {
    return Error{Code::kInvalid, "Only a case is closed, and '" + std::string(which) + "' is none, or you are not in it."};
  }
  HAKI_TRY(Editor(home_).edit({found->second.record, {{"closed", closed ? "yes" : "no"}}, {}, {}, {}}));
  return (closed ? "Closed " : "Opened again: ") + found->second.name + ". The others learn it with the next sync.";
}

std::string Circles::name_of(const CompartmentId& id) {
  const envelope::Compartment* of = home_.membership.compartment(id);
  if (of == nullptr) return to_hex(id).substr(0, 8);
  if (of->made.kind == CompartmentKind::kOwn) return "the notebook of " + home_.name_of(of->made.owner);
  const auto known = names();
  if (known && known->contains(id)) return known->at(id).name;
  return kind_name(of->made.kind) + " " + to_hex(id).substr(0, 8);
}

Result<> Circles::write_name(const CompartmentId& id, const std::string& name, const std::string& district) {
  Draft draft;
  draft.form = "circle";
  draft.fields = {{"name", name}, {"compartment", to_hex(id)}, {"district", district}};
  draft.compartment = to_hex(id);
  return Editor(home_).create_in_transaction(draft);
}

}  // namespace haki::client
