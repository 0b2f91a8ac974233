// The membership log in words.
#include <functional>

#include "client/administration.h"
#include "client/circles.h"

namespace haki::client {

namespace {
struct Words {
  const std::function<std::string(const DeviceId&)>& device;
  const std::function<std::string(const CompartmentId&)>& circle;

  std::pair<std::string, std::string> operator()(const envelope::Genesis&) const { return {"found", "founded the coalition"}; }
  std::pair<std::string, std::string> operator()(const envelope::AddDevice& act) const {
    const std::string name = device(act.device);
    return {"admit", "let " + name + " in as " + std::string(keys::role_name(act.role)) +
                         (act.verified ? ", words compared" : ", words not compared")};
  }
  std::pair<std::string, std::string> operator()(const envelope::NewCompartment& act) const {
    return {"compartment", "opened " + circle(act.compartment)};
  }
  std::pair<std::string, std::string> operator()(const envelope::NewEpoch& act) const {
    return {"rotate", "made key " + std::to_string(act.epoch) + " of " + circle(act.compartment)};
  }
  std::pair<std::string, std::string> operator()(const envelope::RemoveDevice& act) const {
    return {"remove", "removed " + device(act.device) + (act.refuse_late ? ", refusing late work" : "")};
  }
  std::pair<std::string, std::string> operator()(const envelope::SetRole& act) const {
    return {"role", "made " + device(act.device) + " a " + std::string(keys::role_name(act.role)) +
                        (act.editor ? " and editor" : "") +
                        (act.districts.empty() ? "" : " of " + std::to_string(act.districts.size()) + " districts")};
  }
  std::pair<std::string, std::string> operator()(const envelope::Suspend& act) const {
    return {"suspend", (act.lift ? "lifted the suspension of " : "suspended ") + device(act.device)};
  }
  std::pair<std::string, std::string> operator()(const envelope::CutLog& act) const {
    return {"cut", "said how much of a device's work counts, in " + std::to_string(act.cuts.size()) + " compartments"};
  }
  std::pair<std::string, std::string> operator()(const envelope::SetReaders& act) const {
    return {"readers", "shared " + circle(act.compartment) + " with " + std::to_string(act.readers.size()) + " devices"};
  }
  std::pair<std::string, std::string> operator()(const envelope::Recovery& act) const {
    return {"recovery", act.commitments.empty() ? "made new recovery words"
                                                : "split the recovery secret: " + std::to_string(act.threshold) + " of " +
                                                      std::to_string(act.commitments.size()) + " shares"};
  }
  std::pair<std::string, std::string> operator()(const envelope::Endpoints& act) const {
    return {"endpoints", "moved the coalition to " + act.urls.front()};
  }
  std::pair<std::string, std::string> operator()(const envelope::WipeOrder& act) const {
    return {"wipe", "ordered " + device(act.device) + " to be wiped"};
  }
};
}  // namespace

std::string Administration::in_words(const envelope::MembershipAct& act) {
  const std::function device = [this](const DeviceId& id) { return home_.name_of(id); };
  const std::function circle = [this](const CompartmentId& id) { return Circles(home_).name_of(id); };
  return std::visit(Words{device, circle}, act).second;
}

Result<std::vector<MembershipEvent>> Administration::history() {
  const std::function device = [this](const DeviceId& id) {
    return home_.membership.is_recovery(id) ? std::string("the recovery words") : home_.name_of(id);
  };
  const std::function circle = [this](const CompartmentId& id) { return Circles(home_).name_of(id); };
  std::vector<MembershipEvent> events;
  HAKI_ASSIGN(const std::vector<Bytes> entries, home_.ledger->entries());
  for (const Bytes& bytes : entries) {
    envelope::FrameReader reader(bytes);
    const auto frame = reader.next();
    const auto* entry = frame ? std::get_if<envelope::MembershipEntry>(&*frame) : nullptr;
    if (entry == nullptr) return Error{Code::kDamaged, "The member list in this home is damaged."};
    HAKI_ASSIGN(const envelope::EntryView view, envelope::view_entry(*entry));
    MembershipEvent& event = events.emplace_back();
    event.seq = view.seq;
    event.at_ms = view.time_ms;
    event.by = entry->device;
    event.by_name = device(entry->device);
    if (view.act) std::tie(event.act, event.what) = std::visit(Words{device, circle}, *view.act);
    for (const auto& yes : entry->cosignatures) event.agreed.push_back(device(yes.device));
  }
  return events;
}

}  // namespace haki::client
