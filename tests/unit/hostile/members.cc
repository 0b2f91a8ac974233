// Who is in the coalition: nobody gets in, out or up by the server's word.
#include "attack.h"
#include "client/administration.h"
#include "client/people.h"
#include "crypto/hash.h"
#include "keys/enrolment.h"

namespace haki::test {
namespace {

using namespace envelope;

// A device that the server made up.
AddDevice ghost(Role role) {
  static crypto::SystemRandom random;
  const keys::Identity identity = keys::Identity::generate(random);
  AddDevice act{identity.device(), identity.sign.verify, identity.box.public_key, identity.auth.public_key, identity.log, role,
                false,             true,                  {}};
  return act;
}

// One more entry, and a Welcome that agrees with it.
void append(Turn& turn, const MembershipEntry& entry) {
  if (!turn.welcomed()) return;
  turn.rest.insert(turn.rest.begin(), entry);
  turn.welcome().membership_count += 1;
  turn.welcome().membership_head = entry_hash(entry);
}

Meddle appending(const MembershipEntry& entry) {
  return [entry](Turn& turn) { append(turn, entry); };
}

// Signed by the clinic, which is a member and no lead.
MembershipEntry by_clinic(Stage& stage, const MembershipAct& act) {
  return stage.entry(act, stage.clinic.home->device, stage.clinic.home->identity.sign.secret);
}

void show_old_log(Turn& turn, Stage& stage, std::uint32_t count) {
  if (!turn.welcomed()) return;
  turn.drop<MembershipEntry>();
  turn.welcome().membership_count = count;
  turn.welcome().membership_head = *stage.lead.home->membership.hash_at(count - 1);
}

// The founder lets somebody in; the other lead is to learn of it.
void let_one_more_in(Stage& stage) {
  const keys::Identity joiner = keys::Identity::generate(stage.lead.home->random);
  stage.guests.insert(joiner.device());
  const auto invite = client::People(*stage.lead.home).invite({"monitor", "Amina", "CSO", {}, "", 0});
  const auto request = keys::make_join_request(*keys::read_invite(invite->text), joiner);
  stage.server.meddle([&, request](Turn& turn) {
    if (turn.welcomed()) turn.rest.push_back(stage.row(turn, request));
  });
  stage.sync(stage.lead);
  stage.server.be_honest();
  stage.sync_honestly(stage.lead);
  EXPECT_NE(stage.lead.home->membership.device(joiner.device()), nullptr);
}

const Attack kMembersAttacks[] = {
    {"ghost_device_signed_by_the_server", "signed by a device that is not a member",
     [](Stage& stage) {
       const auto entry = stage.entry(ghost(Role::kMonitor), DeviceId{}, stage.server.keys.sign.secret);
       stage.sync_under(stage.lead, appending(entry));
       EXPECT_TRUE(stage.as_founded());
     }},
    {"ghost_lead_signed_by_itself", "signed by a device that is not a member",
     [](Stage& stage) {
       const crypto::SigningPair own = crypto::SigningPair::generate();
       const AddDevice act = ghost(Role::kLead);
       stage.sync_under(stage.second, appending(stage.entry(act, act.device, own.secret)));
     }},
    {"ghost_device_in_a_leads_name", "a signature is wrong",
     [](Stage& stage) {
       const auto entry = stage.entry(ghost(Role::kLead), stage.lead.home->device, stage.server.keys.sign.secret);
       stage.sync_under(stage.second, appending(entry));
     }},
    {"ghost_device_signed_by_a_monitor", "no lead changed it",
     [](Stage& stage) { stage.sync_under(stage.lead, appending(by_clinic(stage, ghost(Role::kMonitor)))); }},
    {"second_lead_by_one_lead_alone", "agreement of two leads",
     [](Stage& stage) {
       // A stolen phone of one lead, with the server: not enough for a further lead.
       const auto entry = stage.entry(ghost(Role::kLead), stage.second.home->device,
                                      stage.second.home->identity.sign.secret);
       stage.sync_under(stage.lead, appending(entry));
     }},
    {"device_with_other_keys_than_its_name", "name does not fit its keys",
     [](Stage& stage) {
       AddDevice act = ghost(Role::kMonitor);
       act.box_key = crypto::BoxPair::generate().public_key;  // so that keys go to the server
       stage.sync_under(stage.monitor, appending(stage.entry(act, stage.lead.home->device,
                                                             stage.lead.home->identity.sign.secret)));
     }},
    {"genuine_admission_with_replaced_keys", "a signature is wrong",
     [](Stage& stage) {
       let_one_more_in(stage);
       stage.sync_under(stage.second, [](Turn& turn) {
         for (auto* entry : turn.all<MembershipEntry>()) {
           const auto view = view_entry(*entry);
           const auto* added = view && view->act ? std::get_if<AddDevice>(&*view->act) : nullptr;
           if (added == nullptr) continue;
           const auto replaced = crypto::BoxPair::generate().public_key;
           const auto at = std::search(entry->body.begin(), entry->body.end(), added->box_key.bytes.begin(),
                                       added->box_key.bytes.end());
           ASSERT_NE(at, entry->body.end());
           std::ranges::copy(replaced.bytes, at);
         }
       });
     }},
    {"promotion_signed_by_the_promoted", "no lead changed it",
     [](Stage& stage) {
       const SetRole act{stage.clinic.home->device, Role::kLead, true, true, {}};
       stage.sync_under(stage.lead, appending(by_clinic(stage, act)));
     }},
    {"forged_removal", "signed by a device that is not a member",
     [](Stage& stage) {
       const RemoveDevice act{stage.monitor.home->device, true};
       stage.sync_under(stage.monitor, appending(stage.entry(act, DeviceId{}, stage.server.keys.sign.secret)));
       EXPECT_FALSE(stage.monitor.home->removed());
     }},
    {"removal_signed_by_a_monitor", "no lead changed it",
     [](Stage& stage) {
       stage.sync_under(stage.monitor, appending(by_clinic(stage, RemoveDevice{stage.monitor.home->device, true})));
       EXPECT_FALSE(stage.monitor.home->removed());
     }},
    {"removal_of_a_lead_by_the_other_alone", "agreement of two leads",
     [](Stage& stage) {
       const auto entry = stage.entry(RemoveDevice{stage.lead.home->device, false}, stage.second.home->device,
                                      stage.second.home->identity.sign.secret);
       stage.sync_under(stage.lead, appending(entry));
       EXPECT_FALSE(stage.lead.home->removed());
     }},
    {"forged_wipe_order", "signed by a device that is not a member",
     [](Stage& stage) {
       const WipeOrder act{stage.monitor.home->device};
       stage.sync_under(stage.monitor, appending(stage.entry(act, DeviceId{}, stage.server.keys.sign.secret)));
     }},
    {"wipe_order_signed_by_a_monitor", "no lead changed it",
     [](Stage& stage) {
       stage.sync_under(stage.monitor, appending(by_clinic(stage, WipeOrder{stage.monitor.home->device})));
     }},
    {"wipe_order_of_a_member_by_a_lead", "is not there to be wiped",
     [](Stage& stage) {
       // Even a lead wipes nobody who was not removed first.
       const auto entry = stage.entry(WipeOrder{stage.monitor.home->device}, stage.lead.home->device,
                                      stage.lead.home->identity.sign.secret);
       stage.sync_under(stage.monitor, appending(entry));
     }},
    {"forged_new_address_of_the_server", "signed by a device that is not a member",
     [](Stage& stage) {
       const Endpoints act{{"https://elsewhere.example"}, {}, stage.server.keys.sign.verify,
                           stage.server.keys.exchange.public_key};
       stage.sync_under(stage.clinic, appending(stage.entry(act, DeviceId{}, stage.server.keys.sign.secret)));
     }},
    {"forged_new_epoch", "no lead changed it",
     [](Stage& stage) {
       NewEpoch act{stage.shared(), 2, {}, {}};
       act.key.bytes.fill(7);
       stage.sync_under(stage.monitor, appending(by_clinic(stage, act)));
     }},
    {"an_entry_twice", "is not the next one",
     [](Stage& stage) {
       let_one_more_in(stage);
       stage.sync_under(stage.second, [](Turn& turn) {
         auto entries = turn.all<MembershipEntry>();
         if (!entries.empty()) turn.rest.insert(turn.rest.begin(), MembershipEntry(*entries.front()));
       });
     }},
    {"entries_in_another_order", "is not the next one",
     [](Stage& stage) {
       let_one_more_in(stage);
       stage.sync_under(stage.second, [](Turn& turn) {
         auto entries = turn.all<MembershipEntry>();
         if (entries.size() > 1) std::swap(*entries[0], *entries[1]);
       });
     }},
    {"the_log_of_another_coalition", "is not the next one",
     [](Stage& stage) {
       Stage other;
       std::vector<Bytes> entries = *other.lead.home->ledger->entries();
       FrameReader reader(entries.front());
       stage.sync_under(stage.monitor, appending(std::get<MembershipEntry>(*reader.next())));
     }},
    {"newest_entries_withheld_count_told", "more entries of the member list than it shows",
     [](Stage& stage) {
       let_one_more_in(stage);
       stage.sync_under(stage.second, [](Turn& turn) { turn.drop<MembershipEntry>(); });
     }},
    // With an old count to fit, this is a log that stands still: nothing that a device alone can tell from peace.
    {"newest_entries_withheld_and_denied", kHarmless,
     [](Stage& stage) {
       const std::uint32_t count = stage.second.home->membership.count();
       let_one_more_in(stage);
       stage.sync_under(stage.second, [&](Turn& turn) { show_old_log(turn, stage, count); });
       EXPECT_EQ(stage.second.home->membership.count(), count);
     }},
    {"old_membership_log", "an older member list",
     [](Stage& stage) {
       stage.sync_under(stage.lead, [&](Turn& turn) { show_old_log(turn, stage, 5); });
     }},
    {"another_head_of_the_same_length", "another member list",
     [](Stage& stage) {
       stage.sync_under(stage.lead, [](Turn& turn) { turn.welcome().membership_head.bytes[0] ^= 1; });
     }},
    {"an_older_head_that_never_was", "another member list",
     [](Stage& stage) {
       stage.sync_under(stage.lead, [](Turn& turn) {
         turn.welcome().membership_count -= 2;
         turn.welcome().membership_head.bytes[0] ^= 1;
       });
     }},
    {"forked_membership_shown_to_two_leads", "another member list",
     [](Stage& stage) {
       // Each lead's act goes into a log of its own, until somebody compares.
       const DeviceId second = stage.second.home->device;
       stage.server.split([second](const DeviceId& device) { return device == second; });
       EXPECT_TRUE(client::Administration(*stage.lead.home).open_compartment({"case A", "", {}, {}}));
       EXPECT_TRUE(client::Administration(*stage.second.home).open_compartment({"case B", "", {}, {}}));
       stage.sync_honestly(stage.lead);
       stage.sync_honestly(stage.second);
       stage.server.unite();
       stage.sync(stage.second);
     },
     "two member lists were signed: the leads must meet"},
};

}  // namespace

std::vector<Attack> attacks_on_members() { return {std::begin(kMembersAttacks), std::end(kMembersAttacks)}; }

}  // namespace haki::test
