#include "client/people.h"

#include <algorithm>

#include "client/administration.h"
#include "client/circles.h"
#include "client/editor.h"
#include "client/invitee.h"

namespace haki::client {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

// A join request with the invite it answers, and why it does not go by itself (empty: it does).
struct People::Candidate {
  store::KeptJoin join;
  envelope::JoinRequest request;
  std::optional<keys::Invite> invite;
  std::string districts;
  std::string reason;
  bool impossible = false;  // not even by hand, here
  bool proven = false;      // made by who holds the invite
};

Result<std::vector<MemberView>> People::members() {
  std::vector<MemberView> members;
  for (const auto& [id, device] : home_.membership.devices()) {
    MemberView view;
    view.device = id;
    view.me = id == home_.device;
    const envelope::Standing& now = device.now();
    view.role = keys::role_name(now.role);
    HAKI_ASSIGN(const bool wiped, home_.ledger->is_wiped(id));
    view.state = wiped                 ? "wiped"
                 : device.wipe_ordered ? "wipe_ordered"
                 : now.removed         ? "removed"
                 : now.suspended       ? "suspended"
                 : now.verified        ? "active"
                                       : "unverified";
    if (const Person* person = home_.person(id)) {
      view.id = person->member;
      view.name = person->name;
      view.organisation = person->organisation;
      view.districts = person->districts;
    }
    for (const store::Chain* chain : home_.chains->all()) {
      if (chain->log != device.added.log) continue;
      view.received += chain->applied_seq;
      const std::uint64_t known = view.me ? chain->applied_seq : chain->head_seq;
      const std::uint64_t done = view.me ? chain->receipted_seq : std::min(chain->applied_seq, chain->head_seq);
      view.backlog = view.backlog.value_or(0) + known - done;
      HAKI_ASSIGN(const std::optional<changes::Hlc> newest, home_.records->time_of(*chain, chain->applied_seq));
      if (newest) view.last_seen_ms = std::max(view.last_seen_ms, newest->ms());
    }
    members.push_back(std::move(view));
  }
  if (!home_.admitted()) {
    const Person* self = home_.person(home_.device);
    std::uint64_t unsent = 0;
    for (const store::Chain* chain : home_.chains->own()) unsent += chain->applied_seq - chain->receipted_seq;
    members.push_back({{}, home_.device, self ? self->name : "", self ? self->role : "", self ? self->organisation : "", {},
                       "waiting", 0, 0, unsent, true});
  }
  std::ranges::stable_sort(members, {}, [](const MemberView& member) { return std::pair(!member.me, member.name); });
  return members;
}

Result<Invite> People::invite(const InviteOptions& options) {
  if (!home_.is_lead()) return Error{Code::kDenied, "Only a lead invites people to the coalition."};
  HAKI_ASSIGN(const Invitee to, invitee_of(home_, options));
  for (const std::string& code : to.districts) {
    if (to.role != envelope::Role::kLead) break;
    // Without its district's circle a lead would read every district.
    HAKI_ASSIGN(const std::optional<CompartmentId> district, Circles(home_).district(code));
    if (!district) {
      return Error{Code::kNotFound, "There is no circle of the district '" + code + "' yet, so its lead would read every district. "
                                        "Make it first: haki compartment new NAME --district " + code + "."};
    }
  }
  keys::Invite invite;
  invite.genesis = *home_.membership.hash_at(0);
  invite.org = home_.org;
  invite.m_seq = home_.membership.newest();
  invite.m_head = home_.membership.head();
  invite.lead = home_.device;
  invite.lead_sign_key = home_.identity.sign.verify;
  invite.lead_box_key = home_.identity.box.public_key;
  home_.random.fill(invite.secret.bytes);
  invite.expires_ms = home_.clock.now_ms() + to.lasts_ms;
  const envelope::Endpoints& endpoints = home_.membership.endpoints();
  invite.server_sign_key = endpoints.server_sign_key;
  invite.server_exchange_key = endpoints.server_exchange_key;
  HAKI_ASSIGN(const std::string server, home_.settings->text(setting::kServer));
  invite.urls = {server};
  invite.pins = endpoints.pins;
  invite.role = to.role;
  invite.name = to.name;
  invite.organisation = to.organisation;
  invite.person = to.person;
  HAKI_ASSIGN(invite.coalition, home_.settings->text(setting::kCoalition));
  invite.lead_name = home_.name_of(home_.device);
  invite.lead_organisation = home_.organisation_of(home_.device);
  store::KeptInvite kept{envelope::invite_id(invite.secret), keys::invite_text(invite), "", invite.expires_ms, {}};
  for (const std::string& district : to.districts) kept.districts += district + "\n";
  HAKI_TRY(home_.ledger->put_invite(kept));
  return Invite{kept.text, keys::invite_qr_text(invite), kept.expires_ms, std::string(keys::role_name(to.role)),
                to.name,   to.organisation,              to.districts};
}

// Whether it was made by somebody who holds an invite of this device.
Result<bool> People::is_proven(const envelope::JoinRequest& request) {
  HAKI_ASSIGN(const std::optional<store::KeptInvite> kept, home_.ledger->invite(request.invite));
  if (!kept) return false;
  HAKI_ASSIGN(const keys::Invite invite, keys::read_invite(kept->text));
  return envelope::join_mac(invite.secret, home_.org, request) == request.mac;
}

Result<std::vector<People::Candidate>> People::candidates() {
  std::vector<Candidate> candidates;
  HAKI_ASSIGN(const std::vector<store::KeptJoin> joins, home_.ledger->joins());
  std::map<InviteId, int> proven;  // only these stand in each other's way
  for (const store::KeptJoin& join : joins) {
    Candidate one{join, {}, {}, {}, {}, false};
    envelope::FrameReader reader(join.frame);
    const auto frame = reader.next();
    const auto* request = frame ? std::get_if<envelope::JoinRequest>(&*frame) : nullptr;
    if (request == nullptr) continue;
    one.request = *request;
    HAKI_ASSIGN(one.proven, is_proven(*request));
    if (one.proven) ++proven[join.invite];
    candidates.push_back(std::move(one));
  }
  for (Candidate& one : candidates) {
    const store::KeptJoin& join = one.join;
    HAKI_ASSIGN(const std::optional<store::KeptInvite> kept, home_.ledger->invite(join.invite));
    if (!kept) {
      one.reason = "it answers an invite that another lead gave, who lets it in";
      one.impossible = true;
    } else {
      HAKI_ASSIGN(one.invite, keys::read_invite(kept->text));
      one.districts = kept->districts;
      if (!one.proven) {
        one.reason = "its proof does not fit the invite: it was not made by who holds the invite";
        one.impossible = true;
      } else if (kept->used_by) {
        one.reason = "the invite was used already by another device; perhaps somebody copied it";
        one.impossible = true;
      } else if (proven[join.invite] > 1) {
        one.reason = "two devices answered the same invite; perhaps somebody copied it. Compare the words by voice";
      } else if (kept->expires_ms < home_.clock.now_ms()) {
        one.reason = "the invite has expired";
      } else if (one.invite->role == envelope::Role::kLead) {
        one.reason = "a lead is let in by hand only. Compare the words by voice";
      }
    }
  }
  return candidates;
}

Result<std::vector<PendingJoin>> People::pending() {
  std::vector<PendingJoin> pending;
  HAKI_ASSIGN(const std::vector<Candidate> all, candidates());
  for (const Candidate& one : all) {
    HAKI_ASSIGN(const bool proposed, Administration(home_).is_proposed(one.join.device));
    if (proposed) continue;  // the leads see it as a proposal
    const std::string reason = one.join.approved ? "let in by hand; done with the next sync" : one.reason;
    pending.push_back({one.join.invite, one.join.device, one.invite ? one.invite->name : "",
                       one.invite ? std::string(keys::role_name(one.invite->role)) : "",
                       keys::join_words(home_.org, one.request), reason});
  }
  return pending;
}

Result<> People::approve(std::string_view which) {
  if (!home_.is_lead()) return Error{Code::kDenied, "Only a lead lets people in."};
  HAKI_ASSIGN(std::vector<Candidate> all, candidates());
  const auto fits = [&](const Candidate& one) {
    return to_hex(one.join.invite).starts_with(which) || to_hex(one.join.device).starts_with(which) ||
           (one.invite && one.invite->name == which);
  };
  std::erase_if(all, [&](const Candidate& one) { return !fits(one); });
  if (all.empty()) {
    return Error{Code::kNotFound, "Nobody of that name waits to be let in. 'haki member pending' lists who does; sync first."};
  }
  if (all.size() > 1) {
    return Error{Code::kInvalid, "Several requests fit; name the device by the beginning of its id from 'haki member pending'."};
  }
  Candidate& one = all.front();
  if (one.impossible) return Error{Code::kDenied, "This request cannot be let in here: " + one.reason + "."};
  one.join.approved = true;
  return home_.ledger->put_join(one.join);
}

Result<> People::take_join(const envelope::JoinRequest& request) {
  const DeviceId device = envelope::device_id(request.sign_key, request.box_key, request.auth_key);
  if (home_.membership.device(device) != nullptr) return {};  // let in already
  HAKI_ASSIGN(const bool proven, is_proven(request));
  if (!proven) {
    // Anybody can leave these at the server; what a flood of them costs this device is bounded.
    if (!strangers_) {
      HAKI_ASSIGN(const std::vector<store::KeptJoin> joins, home_.ledger->joins());
      strangers_ = joins.size();
    }
    if (++*strangers_ > kStrangersMax) return {};
  }
  return home_.ledger->put_join({request.invite, device, envelope::encode_frame(request), "", false});
}

Result<> People::admissions(envelope::Membership& after, envelope::Append& append, std::vector<std::string>& notes) {
  if (!home_.is_lead()) return {};
  HAKI_ASSIGN(const std::vector<Candidate> all, candidates());
  keys::EntryWriter writer(after, keys::signer_of(home_.identity), home_.clock, home_.random);
  for (const Candidate& one : all) {
    if (append.entries.size() >= kEntriesPerAppend) break;  // the rest with the next exchange
    if (after.device(one.join.device) != nullptr) continue;
    const bool admit = !one.impossible && (one.reason.empty() || one.join.approved);
    if (!admit) {
      notes.push_back("Somebody asks to join" + (one.invite ? " as " + one.invite->name : std::string()) + ", but " +
                      one.reason + ". See 'haki member pending'.");
      continue;
    }
    envelope::AddDevice act = keys::admission(one.request, one.invite->role, one.join.approved);
    if (one.invite->person) act.person = *one.invite->person;
    for (const std::string& code : lines_of(one.districts)) {
      HAKI_ASSIGN(const std::optional<CompartmentId> district, Circles(home_).district(code));
      if (district) act.districts.push_back(*district);
    }
    if (after.leads_needed(act) > 1) {
      // A further lead needs the others' yes: it goes round as a proposal, made once.
      HAKI_TRY(Administration(home_).propose_lead(act, one.invite->name));
      notes.push_back(one.invite->name + " is to become a lead: another lead must agree. See 'haki member pending'.");
      continue;
    }
    HAKI_TRY(writer.add(append, act));
    HAKI_TRY(Administration(home_).welcome(writer, append, act.device));
  }
  return {};
}

Result<std::uint64_t> People::settle_admitted() {
  std::uint64_t settled = 0;
  HAKI_ASSIGN(const std::vector<Candidate> all, candidates());
  for (const Candidate& one : all) {
    const envelope::Device* device = home_.membership.device(one.join.device);
    if (device == nullptr) continue;
    HAKI_TRY(home_.ledger->remove_join(one.join.invite, one.join.device));
    if (!one.invite) continue;  // who invited knows the name
    HAKI_TRY(home_.ledger->use_invite(one.join.invite, one.join.device));
    Person person{one.invite->name, one.invite->organisation, std::string(keys::role_name(one.invite->role)),
                  member_for(home_, one.invite->person), lines_of(one.districts)};
    HAKI_TRY(write_profile(one.join.device, person));
    ++settled;
  }
  return settled;
}

Result<> People::write_own_profile() {
  Person self{home_.name_of(home_.device), home_.organisation_of(home_.device), "lead",
              crypto::random_id<MemberId>(home_.random), {}};
  return write_profile(home_.device, self);
}

Result<> People::write_profile(const DeviceId& device, const Person& person) {
  Draft draft;
  draft.form = "member";
  draft.fields = {{"name", person.name},     {"member", to_hex(person.member)}, {"device", to_hex(device)},
                  {"role", person.role},     {"organisation", person.organisation}};
  for (const std::string& district : person.districts) draft.fields.push_back({"districts", district});
  HAKI_TRY(Editor(home_).create_in_transaction(draft));
  home_.people[device] = person;
  return {};
}

}  // namespace haki::client
