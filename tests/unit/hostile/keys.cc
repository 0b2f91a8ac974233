// Keys: only what members committed to in the log is used, and nothing is sealed to a stranger.
#include "keys/epoch.h"

#include "attack.h"
#include "client/administration.h"
#include "client/people.h"

namespace haki::test {
namespace {

using namespace envelope;

// The founder removes the clinic: `ref`, `lead` and the notebooks get new keys, which the others are granted.
void rotate(Stage& stage) {
  stage.sync_honestly(stage.clinic);
  stage.sync_honestly(stage.lead);
  stage.clinic.rogue = true;
  const auto said = client::Administration(*stage.lead.home).remove(stage.clinic.name, {});
  EXPECT_TRUE(said) << (said ? "" : said.error().message);
  stage.sync_honestly(stage.lead);
  EXPECT_TRUE(stage.lead.home->membership.device(stage.clinic.home->device)->now().removed);
}

bool holds(Stage& stage, const Member& member, std::uint32_t epoch) {
  return member.home->key_ring.contains({stage.shared(), epoch});
}

Meddle changing_grants(std::function<void(Grant&)> change) {
  return [change](Turn& turn) {
    for (Grant* grant : turn.all<Grant>()) change(*grant);
  };
}

const Attack kKeysAttacks[] = {
    {"grants_of_another_key", kHarmless,
     [](Stage& stage) {
       rotate(stage);
       // A genuine lead's grant in form, but of a key that the server chose: the log names another.
       stage.sync_under(stage.monitor, changing_grants([&](Grant& grant) {
         client::Home& lead = *stage.lead.home;
         const SealedKey sealed = keys::seal_key(keys::new_epoch_key(lead.random), lead.org, grant.compartment, grant.epoch,
                                                 grant.device, stage.monitor.home->identity.box.public_key);
         grant.sealed = sealed.sealed;
         grant.by = lead.device;
         grant.signature = crypto::sign(lead.identity.sign.secret, std::string_view("HAKI1.gr\0", 9),
                                        grant_message(lead.org, grant.compartment, grant.epoch, grant.device, grant.sealed));
       }));
       EXPECT_FALSE(holds(stage, stage.monitor, 2));
     }},
    {"unsigned_grants", kHarmless,
     [](Stage& stage) {
       rotate(stage);
       stage.sync_under(stage.monitor, changing_grants([](Grant& grant) { grant.signature = {}; }));
       EXPECT_FALSE(holds(stage, stage.monitor, 2));
     }},
    {"grants_said_to_be_by_the_server", kHarmless,
     [](Stage& stage) {
       rotate(stage);
       stage.sync_under(stage.monitor, changing_grants([](Grant& grant) { grant.by.bytes.fill(9); }));
       EXPECT_FALSE(holds(stage, stage.monitor, 2));
     }},
    {"grants_of_an_old_epoch_as_the_new_one", kHarmless,
     [](Stage& stage) {
       rotate(stage);
       stage.sync_under(stage.monitor, changing_grants([](Grant& grant) { grant.epoch = 1; }));
       EXPECT_FALSE(holds(stage, stage.monitor, 2));
     }},
    {"grants_of_another_compartment", kHarmless,
     [](Stage& stage) {
       rotate(stage);
       stage.sync_under(stage.second, changing_grants([&](Grant& grant) {
         grant.compartment = grant.compartment == stage.shared() ? stage.leads() : stage.shared();
       }));
       EXPECT_FALSE(holds(stage, stage.second, 2));
     }},
    {"grants_of_another_device", kHarmless,
     [](Stage& stage) {
       rotate(stage);
       stage.sync_under(stage.monitor, changing_grants([&](Grant& grant) { grant.device = stage.second.home->device; }));
       EXPECT_FALSE(holds(stage, stage.monitor, 2));
     }},
    {"grants_withheld", kHarmless,
     [](Stage& stage) {
       rotate(stage);
       stage.sync_under(stage.monitor, [](Turn& turn) { turn.drop<Grant>(); });
       EXPECT_FALSE(holds(stage, stage.monitor, 2));
     }},
    {"notebook_key_for_other_readers", "announced wrongly",
     [](Stage& stage) {
       // Made and signed by the monitor itself, for too few.
       stage.sync_under(stage.second, [&](Turn& turn) {
         client::Home& home = *stage.monitor.home;
         EpochKey key = keys::make_own_epoch(keys::new_epoch_key(home.random), 2, home.membership, home.membership.newest(),
                                             home.identity);
         key.log = home.identity.log;
         key.grants.pop_back();
         turn.rest.push_back(stage.row(turn, key));
       });
     }},
    {"notebook_key_signed_by_another", "announced wrongly",
     [](Stage& stage) {
       stage.sync_under(stage.second, [&](Turn& turn) {
         client::Home& home = *stage.clinic.home;
         EpochKey key = keys::make_own_epoch(keys::new_epoch_key(home.random), 2, home.membership, home.membership.newest(),
                                             home.identity);
         key.compartment = stage.notebook(stage.monitor);
         key.log = stage.monitor.home->identity.log;
         turn.rest.push_back(stage.row(turn, key));
       });
     }},
    {"notebook_keys_withheld", kHarmless,
     [](Stage& stage) {
       // A new notebook's first key is kept from one of the leads, who gets the work sealed under it.
       Member& newcomer = stage.let_in("Amina");
       stage.record(newcomer, "Sealed under a key that the other lead is not shown");
       stage.sync_honestly(newcomer);
       stage.sync_under(stage.second, [](Turn& turn) {
         std::erase_if(turn.rest, [](const Frame& frame) {
           const auto* row = std::get_if<Row>(&frame);
           return row != nullptr && std::holds_alternative<EpochKey>(row->content);
         });
       });
     }},
    {"join_request_with_a_proof_of_the_servers_own", "was not made by who holds the invite",
     [](Stage& stage) {
       // The server knows the invite's id from the genuine request, not its secret.
       const auto invite = client::People(*stage.lead.home).invite({"monitor", "Amina", "CSO", {}, "", 0});
       const auto read = *keys::read_invite(invite->text);
       const keys::Identity impostor = keys::Identity::generate(stage.lead.home->random);
       auto request = keys::make_join_request(read, impostor);
       stage.lead.home->random.fill(request.mac.bytes);
       stage.sync_under(stage.lead, [&](Turn& turn) { turn.rest.push_back(stage.row(turn, request)); });
       EXPECT_EQ(stage.lead.home->membership.device(impostor.device()), nullptr);
     }},
    {"bogus_rival_of_a_genuine_join_request", kHarmless,
     [](Stage& stage) {
       // A rival without a proof must not cost the genuine joiner its admission.
       const auto invite = client::People(*stage.lead.home).invite({"monitor", "Amina", "CSO", {}, "", 0});
       const auto read = *keys::read_invite(invite->text);
       const keys::Identity joiner = keys::Identity::generate(stage.lead.home->random);
       const keys::Identity impostor = keys::Identity::generate(stage.lead.home->random);
       stage.guests.insert(joiner.device());
       const auto genuine = keys::make_join_request(read, joiner);
       auto rival = keys::make_join_request(read, impostor);
       stage.lead.home->random.fill(rival.mac.bytes);
       stage.sync_under(stage.lead, [&](Turn& turn) {
         if (!turn.all<Row>().empty()) return;
         turn.rest.push_back(stage.row(turn, rival));
         turn.rest.push_back(stage.row(turn, genuine));
       });
       stage.sync_honestly(stage.lead);
       EXPECT_NE(stage.lead.home->membership.device(joiner.device()), nullptr);
       EXPECT_EQ(stage.lead.home->membership.device(impostor.device()), nullptr);
     }},
    {"a_used_invite_again", "the invite was used already",
     [](Stage& stage) {
       const auto invite = client::People(*stage.lead.home).invite({"monitor", "Amina", "CSO", {}, "", 0});
       const auto read = *keys::read_invite(invite->text);
       const keys::Identity first = keys::Identity::generate(stage.lead.home->random);
       const keys::Identity later = keys::Identity::generate(stage.lead.home->random);
       stage.guests.insert(first.device());
       for (const keys::Identity* who : {&first, &later}) {
         const auto request = keys::make_join_request(read, *who);
         stage.sync_under(stage.lead, [&](Turn& turn) { turn.rest.push_back(stage.row(turn, request)); });
         stage.sync(stage.lead);
       }
       EXPECT_EQ(stage.lead.home->membership.device(later.device()), nullptr);
     }},
    {"join_requests_from_nowhere", "it answers an invite that another lead gave",
     [](Stage& stage) {
       int sent = 0;
       stage.sync_under(stage.lead, [&](Turn& turn) {
         if (!turn.welcomed() || ++sent > 4) return;
         for (int i = 0; i < 2'500; ++i) {
           JoinRequest request;
           stage.lead.home->random.fill(request.invite.bytes);
           stage.lead.home->random.fill(request.sign_key.bytes);
           stage.lead.home->random.fill(request.log.bytes);
           request.sealed_name = Bytes(100, 1);
           turn.rest.push_back(stage.row(turn, request));
         }
         turn.welcome().more = sent < 4;
       });
       EXPECT_LE(stage.lead.home->ledger->joins()->size(), 1'000u);
       EXPECT_LE(stage.words.size(), 10u);
       EXPECT_TRUE(stage.as_founded());
     },
     nullptr, 20},
};

}  // namespace

std::vector<Attack> attacks_on_keys() { return {std::begin(kKeysAttacks), std::end(kKeysAttacks)}; }

}  // namespace haki::test
