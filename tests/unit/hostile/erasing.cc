// What a lead has erased: kept and handed out again, changed on the way, or only said to be gone.
#include "attack.h"
#include "client/erasures.h"

namespace haki::test {
namespace {

using namespace envelope;

// The monitor's work with one record that is erased before the second lead has read any of it.
RecordId erase_before_the_second_reads(Stage& stage, Run* as_it_was = nullptr) {
  const LogId log = stage.monitor.home->identity.log;
  const RecordId record = stage.record(stage.monitor, "Amina told of the well");
  stage.sync_honestly(stage.monitor);
  stage.sync_under(stage.lead, [&](Turn& turn) {
    for (Run* run : turn.runs()) {
      if (as_it_was != nullptr && run->log == log) *as_it_was = *run;
    }
  });
  stage.erase(stage.lead, record);
  return record;
}

std::optional<ErasureView> seen_by(Member& member, const RecordId& record) {
  auto view = client::Erasures(*member.home).view(record);
  return view ? *view : std::nullopt;
}

const Attack kErasingAttacks[] = {
    // A tombstone comes with the chain of the lead who erased, and holds whatever was handed out.
    {"erased_content_is_kept_and_handed_out", kHarmless,
     [](Stage& stage) {
       Run as_it_was;
       const RecordId record = erase_before_the_second_reads(stage, &as_it_was);
       stage.sync_honestly(stage.lead);
       std::size_t handed_out = 0;
       stage.sync_under(stage.second, [&](Turn& turn) {
         for (Run* run : turn.runs()) {
           if (run->log != as_it_was.log || run->after_seq != as_it_was.after_seq || run->items.size() != as_it_was.items.size()) continue;
           *run = as_it_was;
           ++handed_out;
         }
       });
       EXPECT_GT(handed_out, 0u);
       EXPECT_TRUE(seen_by(stage.second, record));
     }},
    {"what_a_lead_left_is_changed_on_the_way", kHarmless,
     [](Stage& stage) {
       erase_before_the_second_reads(stage);
       stage.sync_honestly(stage.lead);
       std::size_t changed = 0;
       stage.sync_under(stage.second, [&](Turn& turn) {
         for (Run* run : turn.runs()) {
           for (Item& item : run->items) {
             if (item.remainder) item.remainder->sealed[5] ^= 1, ++changed;
           }
         }
       });
       EXPECT_GT(changed, 0u);
     }},
    {"said_to_be_gone_by_nobodys_word", kHarmless,
     [](Stage& stage) {
       const RecordId record = erase_before_the_second_reads(stage);
       stage.sync_under(stage.lead, [](Turn& turn) {
         for (Erased* one : turn.all<Erased>()) {
           one->wanted = false;
           one->time_ms = 77;
           one->signature.bytes.fill(7);
         }
       });
       EXPECT_EQ(seen_by(stage.lead, record)->items_gone, 0u);
     }},
    {"the_order_to_erase_is_not_answered", kHarmless,
     [](Stage& stage) {
       const RecordId record = erase_before_the_second_reads(stage);
       stage.sync_under(stage.lead, [](Turn& turn) { turn.drop<Erased>(); });
       EXPECT_EQ(seen_by(stage.lead, record)->items_gone, 0u);
       stage.sync_honestly(stage.lead);
       stage.sync_honestly(stage.lead);
       EXPECT_EQ(seen_by(stage.lead, record)->items_gone, seen_by(stage.lead, record)->items);
     }},
};

}  // namespace

std::vector<Attack> attacks_on_erasing() { return {std::begin(kErasingAttacks), std::end(kErasingAttacks)}; }

}  // namespace haki::test
