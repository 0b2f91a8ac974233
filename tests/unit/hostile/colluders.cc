// A member works with the server: its signatures and keys are real, what it says is not.
#include "attack.h"
#include "base/limits.h"
#include "client/administration.h"
#include "client/reader.h"
#include "payload/pack.h"
#include "vector_file.h"

namespace haki::test {
namespace {

using namespace envelope;

// The clinic's work up to now is read by all; then it joins the server's side.
void turn_rogue(Stage& stage) {
  stage.sync_honestly(stage.clinic);
  for (Member* lead : {&stage.lead, &stage.second, &stage.lead}) stage.sync_honestly(*lead);
  stage.clinic.rogue = true;
}

Meddle showing(Stage& stage, const Run& run) {
  return [&stage, run](Turn& turn) {
    if (turn.welcomed()) turn.rest.push_back(stage.row(turn, run));
  };
}

std::uint64_t next_seq(Stage& stage, const CompartmentId& compartment) {
  const store::Chain* chain = stage.clinic.home->chains->find(compartment, stage.clinic.home->identity.log);
  return chain ? chain->head_seq + 1 : 1;
}

// Shown to the founder, who sets it aside; whoever reads it may let a person decide.
void expect_quarantined(Stage& stage, const Run& run) {
  stage.sync_under(stage.lead, showing(stage, run));
  ASSERT_FALSE(stage.reports.empty()) << stage.all_words();
  EXPECT_EQ(stage.reports.back().quarantined, 1u);
  EXPECT_EQ(stage.reports.back().received, 0u);
  stage.words.push_back("set aside");
}

Run observation_by_clinic(Stage& stage, const CompartmentId& compartment, const std::string& text,
                          std::optional<std::uint32_t> m_seq = std::nullopt, std::uint32_t epoch = 0) {
  const auto set = stage.observation(stage.clinic, next_seq(stage, compartment), text);
  return stage.forge(stage.clinic, {compartment, {}, {set}, 1, epoch, m_seq});
}

Bytes vector_bytes(const char* kind, const char* name) {
  return test::read_vector(test::vectors_folder(kind) / (std::string(name) + ".hex")).bytes;
}

const Attack kColludersAttacks[] = {
    {"bomb_in_an_item", "set aside",
     [](Stage& stage) {
       turn_rogue(stage);
       expect_quarantined(stage, stage.forge(stage.clinic, {stage.notebook(stage.clinic), vector_bytes("pack", "bad_bomb"), {}}));
     }},
    {"nothing_but_noise_in_an_item", "set aside",
     [](Stage& stage) {
       turn_rogue(stage);
       Bytes noise(4'096);
       stage.clinic.home->random.fill(noise);
       noise[0] = 1;  // packed as this version packs; else it might be a later one's, and would be held
       expect_quarantined(stage, stage.forge(stage.clinic, {stage.notebook(stage.clinic), noise, {}}));
     }},
    {"fewer_sets_than_the_header_says", "set aside",
     [](Stage& stage) {
       turn_rogue(stage);
       const CompartmentId own = stage.notebook(stage.clinic);
       Stage::Forgery what{own, {}, {stage.observation(stage.clinic, next_seq(stage, own), "one")}};
       what.plain = payload::pack(*payload::encode_batch(what.sets, stage.clinic.home->identity.log), payload::Effort::kFast);
       what.count = 64;
       expect_quarantined(stage, stage.forge(stage.clinic, what));
     }},
    {"flood_of_dots", kHarmless,
     [](Stage& stage) {
       const RecordId target = stage.record(stage.clinic, "flooded");
       turn_rogue(stage);
       const CompartmentId own = stage.notebook(stage.clinic);
       const std::uint64_t first = next_seq(stage, own);
       Stage::Forgery what{own, {}, {}};
       std::uint64_t dot = 1;
       for (std::uint64_t i = 0; i < 4; ++i) {
         changes::ChangeSet set{first + i, stage.clinic.home->hybrid_clock->next(), {}};
         for (std::size_t op = 0; op < 100; ++op) {
           changes::SetField field{target, 11, std::string("x"), {}};
           for (std::size_t d = 0; d < limits::kOverDotsPerOpMax; ++d) {
             field.over.push_back({stage.clinic.home->identity.log, dot++, 1});
           }
           set.operations.push_back(std::move(field));
         }
         what.sets = {set};
         stage.sync_under(stage.lead, showing(stage, stage.forge(stage.clinic, what)));
         break;
       }
     },
     "the clinic wrote what the honest server never got"},
    {"writing_where_its_role_may_not", "set aside",
     [](Stage& stage) {
       turn_rogue(stage);
       expect_quarantined(stage, observation_by_clinic(stage, stage.shared(), "for all, by nobody's leave"));
     }},
    {"writing_into_anothers_notebook", "set aside",
     [](Stage& stage) {
       turn_rogue(stage);
       const auto set = stage.observation(stage.clinic, 1, "in the monitor's name");
       expect_quarantined(stage, stage.forge(stage.clinic, {stage.notebook(stage.monitor), {}, {set}}));
     }},
    {"writing_into_a_compartment_that_is_not", "set aside",
     [](Stage& stage) {
       turn_rogue(stage);
       CompartmentId nowhere;
       nowhere.bytes.fill(8);
       const auto set = stage.observation(stage.clinic, 1, "nowhere");
       expect_quarantined(stage, stage.forge(stage.clinic, {nowhere, {}, {set}}));
     }},
    {"writing_on_after_removal_citing_old_entries", "set aside",
     [](Stage& stage) {
       turn_rogue(stage);
       const std::uint32_t before = stage.clinic.home->membership.newest();
       EXPECT_TRUE(client::Administration(*stage.lead.home).remove(stage.clinic.name, {}));
       stage.sync_honestly(stage.lead);
       expect_quarantined(stage, observation_by_clinic(stage, stage.notebook(stage.clinic), "backdated", before));
     }},
    {"work_beyond_a_cut_shown_before_the_cut", "was taken back",
     [](Stage& stage) {
       turn_rogue(stage);
       const std::uint32_t before = stage.clinic.home->membership.newest();
       EXPECT_TRUE(client::Administration(*stage.lead.home).remove(stage.clinic.name, {}));
       stage.sync_honestly(stage.lead);
       const CompartmentId own = stage.notebook(stage.clinic);
       const auto set = stage.observation(stage.clinic, next_seq(stage, own), "beyond the cut");
       const RecordId* id = changes::record_of(set.operations.front());
       ASSERT_NE(id, nullptr);
       const Run run = stage.forge(stage.clinic, {own, {}, {set}, 1, 0, before});
       stage.sync_under(stage.second, [&](Turn& turn) {
         if (!turn.welcomed()) return;
         turn.drop<MembershipEntry>();
         turn.rest.push_back(stage.row(turn, run));
       });
       EXPECT_TRUE(stage.records(stage.second).contains(*id));
       stage.sync_under(stage.second, showing(stage, run));
       EXPECT_FALSE(stage.records(stage.second).contains(*id));
       EXPECT_EQ(stage.reports.back().quarantined, 1u);
     }},
    {"sealed_under_the_old_epoch_after_rotation", "set aside",
     [](Stage& stage) {
       turn_rogue(stage);
       EXPECT_TRUE(client::Administration(*stage.lead.home).remove(stage.clinic.name, {}));
       stage.sync_honestly(stage.lead);
       stage.sync_honestly(stage.second);
       // The other lead's phone is in wrong hands too: it writes to all under the key the removed device still has.
       stage.second.rogue = true;
       const auto set = stage.observation(stage.second, 2, "under the old key");
       const store::Chain* chain = stage.second.home->chains->find(stage.shared(), stage.second.home->identity.log);
       auto again = set;
       again.seq = chain ? chain->head_seq + 1 : 1;
       expect_quarantined(stage, stage.forge(stage.second, {stage.shared(), {}, {again}, 1, 1}));
     },
     "a lead is the forger"},
    {"going_back_to_an_older_membership", "goes back to an older member list",
     [](Stage& stage) {
       turn_rogue(stage);
       stage.sync_under(stage.lead,
                        showing(stage, observation_by_clinic(stage, stage.notebook(stage.clinic), "older", 0u)));
     }},
    {"two_items_of_one_number_to_two_leads", "different work of",
     [](Stage& stage) {
       turn_rogue(stage);
       const CompartmentId own = stage.notebook(stage.clinic);
       const Run one = observation_by_clinic(stage, own, "to the first lead");
       const Run other = observation_by_clinic(stage, own, "to the second lead");
       stage.sync_under(stage.lead, showing(stage, one));
       stage.sync_under(stage.second, showing(stage, other));
       // Each lead's acknowledgement, in the same notebook, tells the other what it was shown.
       stage.sync(stage.lead);
       stage.sync(stage.second);
     },
     "a member signed two histories: a lead must say which one counts"},
    {"two_items_of_one_number_to_one_lead", "fork",
     [](Stage& stage) {
       turn_rogue(stage);
       const CompartmentId own = stage.notebook(stage.clinic);
       const Run one = observation_by_clinic(stage, own, "first telling");
       const Run other = observation_by_clinic(stage, own, "second telling");
       stage.sync_under(stage.lead, showing(stage, one));
       auto next = stage.observation(stage.clinic, next_seq(stage, own) + 1, "goes on from the second");
       const auto verified = verify_run(stage.lead.home->org, other, other.log,
                                        {next_seq(stage, own) - 1,
                                         stage.clinic.home->chains->find(own, other.log)->head},
                                        *stage.lead.home->membership.hash_at(other.m_seq),
                                        stage.clinic.home->identity.sign.verify);
       ASSERT_TRUE(verified);
       const Run onward = stage.forge(stage.clinic, {own, {}, {next}, 1, 0, std::nullopt,
                                                     ChainHead{verified->back().last_seq, verified->back().hash}});
       stage.sync_under(stage.lead, showing(stage, onward));
     },
     "a member signed two histories: a lead must say which one counts"},
    {"acknowledgement_by_who_is_no_lead", kHarmless,
     [](Stage& stage) {
       // A notebook's work counts as seen by a lead only on a lead's word; the clinic has no key of it either.
       turn_rogue(stage);
       stage.sync_honestly(stage.monitor);
       const CompartmentId own = stage.notebook(stage.monitor);
       const store::Chain* chain = stage.monitor.home->chains->find(own, stage.monitor.home->identity.log);
       const std::uint64_t acked = chain->acked_seq;
       changes::ChangeSet set{1, stage.clinic.home->hybrid_clock->next(), {}};
       set.operations.push_back(changes::Ack{chain->log, chain->head_seq, chain->head});
       stage.sync_under(stage.monitor, showing(stage, stage.forge(stage.clinic, {own, {}, {set}})));
       EXPECT_EQ(chain->acked_seq, acked);
     }},
    {"clock_of_2099_in_signed_work", kHarmless,
     [](Stage& stage) {
       turn_rogue(stage);
       const CompartmentId own = stage.notebook(stage.clinic);
       auto set = stage.observation(stage.clinic, next_seq(stage, own), "from the future");
       set.time = changes::Hlc::of(4'070'908'800'000, 0);
       stage.sync_under(stage.lead, showing(stage, stage.forge(stage.clinic, {own, {}, {set}})));
       // The lead's own clock follows by an hour at most, so its next edits are not from 2099 too.
       EXPECT_LT(stage.lead.home->hybrid_clock->last().ms(), stage.lead.home->clock.now_ms() + 2 * limits::kClockLeadMsMax);
     },
     "the clinic wrote what the honest server never got"},
};

}  // namespace

std::vector<Attack> attacks_by_members() { return {std::begin(kColludersAttacks), std::end(kColludersAttacks)}; }

}  // namespace haki::test
