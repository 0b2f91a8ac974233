// Work on its way: items withheld, changed, moved, shown twice or shown otherwise.
#include "attack.h"
#include "client/quarantine.h"

namespace haki::test {
namespace {

using namespace envelope;

Meddle changing_runs(std::function<void(Run&)> change) {
  return [change](Turn& turn) {
    for (Run* run : turn.runs()) change(*run);
  };
}

bool is_run_of(const Frame& frame, const LogId& log) {
  const auto* row = std::get_if<Row>(&frame);
  const auto* run = row ? std::get_if<Run>(&row->content) : nullptr;
  return run != nullptr && run->log == log;
}

constexpr const char* kSignature = "signature does not hold";

const Attack kWorkAttacks[] = {
    // What nobody wrote after is not missed: the cursor moves on without it, and no device can tell it from silence.
    // The author's next work shows the gap.
    {"newest_rows_withheld", kHarmless,
     [](Stage& stage) {
       stage.sync_under(stage.lead, [](Turn& turn) { turn.drop<Row>(); });
       stage.sync_under(stage.second, [](Turn& turn) { turn.drop<Row>(); });
       for (Member* author : {&stage.monitor, &stage.clinic}) stage.record(*author, "Next work of " + author->name);
       for (Member* author : {&stage.lead, &stage.second}) stage.publish(*author, "Next work of " + author->name);
     }},
    {"one_author_withheld", kHarmless,
     [](Stage& stage) {
       const LogId log = stage.monitor.home->identity.log;
       stage.sync_under(stage.lead, [log](Turn& turn) {
         std::erase_if(turn.rest, [&](const Frame& frame) { return is_run_of(frame, log); });
       });
     }},
    {"gap_in_a_chain", "has sent more than the server shows",
     [](Stage& stage) {
       // The next work of the monitor arrives, what lies before it does not, nor when it is asked for.
       const LogId log = stage.monitor.home->identity.log;
       stage.sync_under(stage.lead, [log](Turn& turn) {
         std::erase_if(turn.rest, [&](const Frame& frame) { return is_run_of(frame, log); });
       });
       const std::uint64_t before = stage.monitor.home->chains->find(stage.notebook(stage.monitor), log)->receipted_seq;
       stage.sync_honestly(stage.monitor);
       stage.sync_under(stage.lead, [log, before](Turn& turn) {
         std::erase_if(turn.rest, [&](const Frame& frame) {
           return is_run_of(frame, log) && std::get<Run>(std::get<Row>(frame).content).after_seq < before;
         });
       });
     }},
    {"what_another_lead_has_read_is_withheld", "has sent more than the server shows",
     [](Stage& stage) {
       stage.sync_honestly(stage.lead);  // reads the monitor's work and acknowledges it in the notebook
       const LogId log = stage.monitor.home->identity.log;
       stage.sync_under(stage.second, [log](Turn& turn) {
         std::erase_if(turn.rest, [&](const Frame& frame) { return is_run_of(frame, log); });
       });
     }},
    {"what_is_published_for_all_is_withheld_from_one", "has sent more than the server shows",
     [](Stage& stage) {
       // A day has passed since the other lead last said what it had read.
       const std::string said = std::string(client::setting::kWitnessed) + to_hex(stage.shared());
       EXPECT_TRUE(stage.second.home->settings->remove(said));
       stage.sync_honestly(stage.lead);    // publishes
       stage.sync_honestly(stage.second);  // reads it, and says so where the monitor reads too
       const LogId log = stage.lead.home->identity.log;
       stage.sync_under(stage.monitor, [log](Turn& turn) {
         std::erase_if(turn.rest, [&](const Frame& frame) { return is_run_of(frame, log); });
       });
     }},
    {"old_rows_again", kHarmless,
     [](Stage& stage) {
       std::vector<Frame> old;
       stage.sync_under(stage.lead, [&](Turn& turn) {
         if (old.empty()) old = turn.rest;
       });
       for (int i = 0; i < 3; ++i) {
         stage.sync_under(stage.lead, [&](Turn& turn) { turn.rest.insert(turn.rest.end(), old.begin(), old.end()); });
       }
       EXPECT_EQ(stage.reports.back().received, 0u);
     }},
    {"rows_twice_in_one_answer", kHarmless,
     [](Stage& stage) {
       stage.sync_under(stage.lead, [](Turn& turn) {
         const auto rest = turn.rest;
         turn.rest.insert(turn.rest.end(), rest.begin(), rest.end());
       });
     }},
    {"rows_backwards", kHarmless,
     [](Stage& stage) {
       stage.sync_under(stage.lead, [](Turn& turn) { std::ranges::reverse(turn.rest); });
     }},
    {"items_of_a_chain_swapped", kSignature,
     [](Stage& stage) {
       stage.sync_honestly(stage.monitor);  // two items on their way
       stage.sync_under(stage.lead, changing_runs([](Run& run) {
         if (run.items.size() > 1) std::swap(run.items[0], run.items[1]);
         else run.items[0].nonce.bytes[0] ^= 1;
       }));
     }},
    {"item_missing_inside_a_run", kSignature,
     [](Stage& stage) {
       stage.sync_honestly(stage.monitor);
       stage.sync_under(stage.lead, changing_runs([](Run& run) {
         if (run.items.size() > 1) run.items.erase(run.items.begin());
         else run.items[0].sets += 1;
       }));
     }},
    {"ciphertext_changed", kSignature,
     [](Stage& stage) {
       stage.sync_under(stage.lead, changing_runs([](Run& run) { run.items.back().sealed[10] ^= 1; }));
     }},
    {"ciphertext_cut_off", kSignature,
     [](Stage& stage) {
       stage.sync_under(stage.lead, changing_runs([](Run& run) { run.items.back().sealed.resize(20); }));
     }},
    {"ciphertext_dropped", kHarmless,
     [](Stage& stage) {
       // Dropped bytes, its hash kept: as after a compaction. Held, and asked for again with the next session.
       stage.sync_under(stage.lead, changing_runs([](Run& run) { run.items.back().sealed.clear(); }));
     }},
    {"signatures_taken_off", "",
     [](Stage& stage) {
       stage.sync_under(stage.lead, changing_runs([](Run& run) { run.items.back().signature.reset(); }));
       EXPECT_TRUE(stage.heard("not signed") || stage.heard("damaged")) << stage.all_words();
     }},
    {"signed_by_the_server", kSignature,
     [](Stage& stage) {
       stage.sync_under(stage.lead, changing_runs([&](Run& run) {
         run.items.back().signature = crypto::sign(stage.server.keys.sign.secret, "HAKI1.cs", Bytes(32, 1));
       }));
     }},
    {"author_swapped", "has sent more than the server shows",
     [](Stage& stage) {
       stage.sync_under(stage.lead, changing_runs([&](Run& run) {
         const LogId monitor = stage.monitor.home->identity.log;
         const LogId clinic = stage.clinic.home->identity.log;
         if (run.log == monitor) run.log = clinic;
         else if (run.log == clinic) run.log = monitor;
       }));
     }},
    {"author_unknown", "a member list that is not known here",
     [](Stage& stage) {
       stage.sync_under(stage.lead, changing_runs([](Run& run) { run.log.bytes.fill(3); }));
     }},
    {"moved_to_another_compartment", "has sent more than the server shows",
     [](Stage& stage) {
       stage.sync_under(stage.lead, changing_runs([&](Run& run) {
         if (run.compartment == stage.notebook(stage.monitor)) run.compartment = stage.shared();
       }));
     }},
    {"moved_to_a_compartment_that_is_not", "has sent more than the server shows",
     [](Stage& stage) {
       stage.sync_under(stage.lead, changing_runs([](Run& run) { run.compartment.bytes.fill(5); }));
     }},
    {"older_membership_cited", "was not taken",
     [](Stage& stage) {
       stage.sync_under(stage.lead, changing_runs([&](Run& run) {
         run.m_seq = stage.lead.home->membership.newest();
         run.m_head8 = {};
       }));
     }},
    {"membership_of_the_future_cited", "a member list that is not known here",
     [](Stage& stage) {
       stage.sync_under(stage.lead, changing_runs([](Run& run) { run.m_seq = 4'000'000'000u; }));
     }},
    {"other_epoch_said", kSignature,
     [](Stage& stage) { stage.sync_under(stage.lead, changing_runs([](Run& run) { run.epoch += 1; })); }},
    {"fork_hinted", "fork",
     [](Stage& stage) { stage.sync_under(stage.lead, changing_runs([](Run& run) { run.prev8.fill(1); })); }},
    {"absurd_counts_of_sets", "",
     [](Stage& stage) {
       for (const std::uint32_t sets : {0u, 65u, 0x7fffffffu, 0xffffffffu}) {
         stage.sync_under(stage.lead, changing_runs([sets](Run& run) { run.items.front().sets = sets; }));
         EXPECT_GT(stage.words.size(), 0u) << sets;
       }
     }},
    {"absurd_places_in_a_chain", kHarmless,
     [](Stage& stage) {
       for (const std::uint64_t place : {std::uint64_t{1} << 40, ~std::uint64_t{0}, ~std::uint64_t{0} - 1}) {
         stage.sync_under(stage.lead, changing_runs([place](Run& run) { run.after_seq = place; }));
       }
     }},
    {"one_devices_own_work_handed_back_changed", kHarmless,
     [](Stage& stage) {
       stage.sync_under(stage.monitor, [&](Turn& turn) {
         std::vector<Row> mine;
         for (const Frame& frame : turn.request) {
           if (const auto* run = std::get_if<Run>(&frame)) mine.push_back({turn.welcome().cursor, *run});
         }
         for (Row& row : mine) {
           std::get<Run>(row.content).log = stage.monitor.home->identity.log;
           std::get<Run>(row.content).items.back().sealed[3] ^= 1;
           turn.rest.push_back(row);
         }
       });
     }},
    {"everything_marked_as_over_the_quota", kHarmless,
     [](Stage& stage) {
       const Meddle mark_all = [](Turn& turn) {
         for (Row* row : turn.all<Row>()) row->over_quota = true;
       };
       for (Member* member : stage.all) stage.sync_under(*member, mark_all);
       for (Member* member : stage.all) stage.sync_under(*member, mark_all);
       // What is for all was read; what is in a notebook waits for a lead, whole.
       EXPECT_TRUE(stage.records(stage.clinic).contains(*stage.lead.made.rbegin()));
       const auto waiting = client::Quarantine(*stage.lead.home).list();
       ASSERT_TRUE(waiting);
       EXPECT_FALSE(waiting->empty());
       for (const Quarantined& one : *waiting) EXPECT_TRUE(client::Quarantine(*stage.lead.home).decide(one.id, true));
     }},
    {"work_of_one_lead_shown_as_the_readers_own", kHarmless,
     [](Stage& stage) {
       stage.sync_under(stage.second, changing_runs([&](Run& run) { run.log = stage.second.home->identity.log; }));
       // Passed over; the author's next work brings it to light.
     }},
};

}  // namespace

std::vector<Attack> attacks_on_work() { return {std::begin(kWorkAttacks), std::end(kWorkAttacks)}; }

}  // namespace haki::test
