// Numbers and times the server names: counters, cursors, clocks, and which life of the server it is.
#include <limits>

#include "attack.h"
#include "client/administration.h"

namespace haki::test {
namespace {

using namespace envelope;

constexpr std::uint64_t kHalf = std::uint64_t{1} << 63;
constexpr std::int64_t k2099 = 4'070'908'800'000;

Meddle stale(std::uint64_t counter, bool proven) {
  return [=](Turn& turn) {
    Reject reject;
    reject.code = Refusal::kStaleCounter;
    reject.counter = counter;
    turn.first = reject;
    turn.status = 409;
    turn.rest.clear();
    turn.proven = proven;
  };
}

Meddle saying(std::function<void(Welcome&)> change) {
  return [change](Turn& turn) {
    if (turn.welcomed()) change(turn.welcome());
  };
}

Meddle cursor(std::uint64_t value) {
  return saying([value](Welcome& welcome) { welcome.cursor = value; });
}

std::int64_t counter_of(const Member& member) { return *member.home->settings->number(client::setting::kCounter); }

const Attack kCountersAttacks[] = {
    {"stale_counter_of_half_the_numbers", "further than this device can have come",
     [](Stage& stage) {
       for (const std::uint64_t value : {kHalf, kHalf - 1, kHalf - 2, ~std::uint64_t{0}}) {
         stage.sync_under(stage.monitor, stale(value, true));
       }
       EXPECT_LT(counter_of(stage.monitor), 10'000);
     }},
    {"stale_counter_forged_on_the_way", "not from this coalition's server",
     [](Stage& stage) {
       stage.sync_under(stage.monitor, stale(1'000, false));
       EXPECT_LT(counter_of(stage.monitor), 1'000);
     }},
    {"stale_counter_for_ever", "a later request",
     [](Stage& stage) {
       stage.sync_under(stage.monitor, [](Turn& turn) {
         stale(std::get<Hello>(turn.request.front()).counter + 5, true)(turn);
       });
       EXPECT_LT(stage.server.answers(), 120u);
     }},
    {"cursor_of_half_the_numbers", kHarmless,
     [](Stage& stage) {
       stage.sync_under(stage.monitor, cursor(kHalf - 1));
       stage.sync_under(stage.second, cursor(~std::uint64_t{0}));
       stage.sync_under(stage.lead, cursor(kHalf));
     }},
    {"cursor_a_million_ahead", kHarmless,
     [](Stage& stage) {
       stage.sync_under(stage.monitor, cursor(1'000'000));
       stage.sync_under(stage.lead, cursor(1'000'000));
     }},
    {"cursor_back_to_the_beginning", kHarmless,
     [](Stage& stage) {
       for (int i = 0; i < 3; ++i) stage.sync_under(stage.lead, cursor(0));
       EXPECT_EQ(stage.reports.back().received, 0u);
     }},
    {"rows_numbered_absurdly", kHarmless,
     [](Stage& stage) {
       stage.sync_under(stage.lead, [](Turn& turn) {
         std::uint64_t number = ~std::uint64_t{0};
         for (Row* row : turn.all<Row>()) row->server_seq = number--;
       });
     }},
    {"more_for_ever_with_nothing", "without an end",
     [](Stage& stage) {
       stage.sync_under(stage.lead, [](Turn& turn) {
         turn.rest.clear();
         if (turn.welcomed()) turn.welcome().more = true;
       });
       EXPECT_LT(stage.server.answers(), 250u);
     }},
    {"more_for_ever_with_old_rows", "without an end",
     [](Stage& stage) {
       std::vector<Frame> old;
       std::uint64_t number = 1'000;
       stage.sync_under(stage.lead, [&](Turn& turn) {
         if (old.empty()) old = turn.rest;
         turn.rest = old;
         if (!turn.welcomed()) return;
         turn.welcome().more = true;
         turn.welcome().cursor = ++number;
       });
       EXPECT_LT(stage.server.answers(), 250u);
     },
     nullptr, 20},
    {"another_life_at_every_answer", kHarmless,
     [](Stage& stage) {
       for (int i = 0; i < 4; ++i) {
         stage.sync_under(stage.lead, saying([&](Welcome& welcome) {
           stage.lead.home->random.fill(welcome.server_run.bytes);
         }));
       }
     }},
    {"the_year_2099", "2099",
     [](Stage& stage) { stage.sync_under(stage.monitor, saying([](Welcome& welcome) { welcome.time_ms = k2099; })); }},
    {"the_year_1970", "1970-01-01",
     [](Stage& stage) { stage.sync_under(stage.monitor, saying([](Welcome& welcome) { welcome.time_ms = 0; })); }},
    {"times_beyond_all_calendars", "clock says",
     [](Stage& stage) {
       for (const auto time : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
         stage.sync_under(stage.monitor, saying([time](Welcome& welcome) { welcome.time_ms = time; }));
       }
     }},
    {"beacon_of_2099_unsigned", kHarmless,
     [](Stage& stage) {
       stage.sync_under(stage.monitor, saying([](Welcome& welcome) {
         welcome.beacon = Beacon{k2099, {}, {}};
       }));
     }},
    // The server and a removed device together: heads that were never reached would leave room for work after the removal.
    {"heads_of_a_removed_device_far_ahead", kHarmless,
     [](Stage& stage) {
       stage.sync_honestly(stage.clinic);
       stage.sync_honestly(stage.lead);
       stage.clinic.rogue = true;
       EXPECT_TRUE(client::Administration(*stage.lead.home).remove(stage.clinic.name, {}));
       stage.sync_under(stage.lead, [&](Turn& turn) {
         for (DeviceHeads* heads : turn.all<DeviceHeads>()) {
           for (Head& head : heads->heads) head = {head.compartment, 1'000'000'000, head.hash};
         }
       });
       EXPECT_LT(stage.server.answers(), 150u);
       const StandingCut* cut = stage.lead.home->membership.cut(stage.clinic.home->identity.log, stage.notebook(stage.clinic));
       EXPECT_TRUE(cut == nullptr || cut->cut.seq < 1'000u);
     }},
    {"heads_of_a_removed_device_left_out", kHarmless,
     [](Stage& stage) {
       stage.sync_honestly(stage.clinic);
       stage.sync_honestly(stage.lead);
       stage.clinic.rogue = true;
       EXPECT_TRUE(client::Administration(*stage.lead.home).remove(stage.clinic.name, {}));
       stage.sync_under(stage.lead, [](Turn& turn) {
         for (DeviceHeads* heads : turn.all<DeviceHeads>()) heads->heads.clear();
       });
       // What the lead itself had read is never cut off.
       const StandingCut* cut = stage.lead.home->membership.cut(stage.clinic.home->identity.log, stage.notebook(stage.clinic));
       const store::Chain* chain = stage.lead.home->chains->find(stage.notebook(stage.clinic), stage.clinic.home->identity.log);
       EXPECT_TRUE(cut == nullptr || cut->cut.seq >= chain->applied_seq);
     }},
};

}  // namespace

std::vector<Attack> attacks_on_counters() { return {std::begin(kCountersAttacks), std::end(kCountersAttacks)}; }

}  // namespace haki::test
