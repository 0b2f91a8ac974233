// What the server says it has: nothing counts as sent without its own signature, and what it signed for and dropped is sent
// again.
#include "attack.h"

namespace haki::test {
namespace {

using namespace envelope;

constexpr const char* kBadReceipt = "receipt of the server does not hold";

Meddle changing_receipts(std::function<void(Receipt&)> change) {
  return [change](Turn& turn) {
    for (Receipt* receipt : turn.all<Receipt>()) change(*receipt);
  };
}

// The server takes nothing in and answers as if it had.
Meddle receipting_what_it_drops(Stage& stage) {
  return [&stage](Turn& turn) {
    if (!turn.welcomed()) return;
    turn.drop<Receipt>();
    for (const Frame& frame : turn.request) {
      const auto* run = std::get_if<Run>(&frame);
      if (run == nullptr) continue;
      Receipt receipt;
      receipt.compartment = run->compartment;
      receipt.seq = run->after_seq;
      for (const Item& item : run->items) receipt.seq += item.sets;
      receipt.time_ms = 1;
      receipt.signature = crypto::sign(stage.server.keys.sign.secret, "HAKI1.rcp", Bytes(100, 1));
      turn.rest.push_back(receipt);
    }
  };
}

Meddle rejecting(std::uint32_t code, Stage& stage) {
  return [code, &stage](Turn& turn) {
    if (!turn.welcomed()) return;
    turn.drop<Receipt>();
    Reject reject;
    reject.code = static_cast<Refusal>(code);
    reject.compartment = stage.notebook(stage.monitor);
    turn.rest.push_back(reject);
  };
}

void say_heads(Turn& turn, const std::vector<Head>& heads) {
  turn.welcome().heads = heads;
  turn.welcome().heads_differ = true;
}

Meddle refusing(std::uint32_t code, int status, bool proven) {
  return [=](Turn& turn) {
    Reject reject;
    reject.code = static_cast<Refusal>(code);
    turn.first = reject;
    turn.status = status;
    turn.rest.clear();
    turn.proven = proven;
  };
}

const Attack kReceiptsAttacks[] = {
    {"receipt_of_other_bytes", kBadReceipt,
     [](Stage& stage) { stage.sync_under(stage.monitor, changing_receipts([](Receipt& one) { one.time_ms += 1; })); }},
    {"receipt_unsigned", kBadReceipt,
     [](Stage& stage) { stage.sync_under(stage.monitor, changing_receipts([](Receipt& one) { one.signature = {}; })); }},
    {"receipt_of_another_compartment", kBadReceipt,
     [](Stage& stage) {
       stage.sync_under(stage.lead, changing_receipts([&](Receipt& one) {
         one.compartment = one.compartment == stage.shared() ? stage.leads() : stage.shared();
         one.seq = 1;
       }));
     }},
    {"receipt_beyond_the_head", kHarmless,
     [](Stage& stage) {
       stage.sync_under(stage.monitor, changing_receipts([](Receipt& one) { one.seq += 1'000; }));
     }},
    {"receipt_for_what_it_dropped_badly_signed", kBadReceipt,
     [](Stage& stage) { stage.sync_under(stage.monitor, receipting_what_it_drops(stage)); }},
    {"receipts_withheld", kHarmless,
     [](Stage& stage) { stage.sync_under(stage.monitor, [](Turn& turn) { turn.drop<Receipt>(); }); }},
    {"receipted_and_dropped_then_honest", "lost newer work",
     [](Stage& stage) {
       // The other life of the server takes the work and signs for it; the one that stays never saw it.
       const DeviceId monitor = stage.monitor.home->device;
       stage.server.split([monitor](const DeviceId& device) { return device == monitor; });
       stage.promised = true;
       stage.sync_honestly(stage.monitor);
       stage.server.unite();
       stage.sync(stage.monitor);
     }},
    {"heads_beyond_what_was_sealed", "copied",
     [](Stage& stage) {
       stage.sync_under(stage.monitor, [&](Turn& turn) {
         if (!turn.welcomed()) return;
         Head head{stage.notebook(stage.monitor), 1'000'000, {}};
         head.hash.bytes.fill(1);
         say_heads(turn, {head});
       });
     }},
    {"heads_of_a_chain_that_is_not", "copied",
     [](Stage& stage) {
       stage.sync_under(stage.monitor, [](Turn& turn) {
         Head head{{}, 1, {}};
         head.compartment.bytes.fill(1);
         if (turn.welcomed()) say_heads(turn, {head});
       });
     }},
    {"heads_with_another_hash", "copied",
     [](Stage& stage) {
       const store::Chain* chain = stage.monitor.home->chains->find(stage.notebook(stage.monitor), stage.monitor.home->identity.log);
       Head head{chain->compartment, chain->receipted_seq, {}};
       head.hash.bytes.fill(1);
       stage.sync_under(stage.monitor, [head](Turn& turn) {
         if (turn.welcomed()) say_heads(turn, {head});
       });
     }},
    {"heads_below_what_was_receipted", "sent again",
     [](Stage& stage) {
       int times = 0;
       stage.sync_under(stage.monitor, [&](Turn& turn) {
         if (turn.welcomed() && ++times == 1) say_heads(turn, {{stage.notebook(stage.monitor), 0, {}}});
       });
     }},
    // A server that takes and forgets for ever must not empty a phone's battery and its owner's purse.
    {"heads_forgotten_at_every_answer", "sent again",
     [](Stage& stage) {
       stage.sync_under(stage.monitor, [&](Turn& turn) {
         if (turn.welcomed()) say_heads(turn, {{stage.notebook(stage.monitor), 0, {}}});
       });
       EXPECT_LT(stage.server.answers(), 120u);
     }},
    {"all_heads_forgotten_at_every_answer", "sent again",
     [](Stage& stage) {
       stage.sync_under(stage.monitor, [](Turn& turn) {
         if (turn.welcomed()) say_heads(turn, {});
       });
       EXPECT_LT(stage.server.answers(), 120u);
     }},
    {"gap_claimed_at_every_answer", "forgets",
     [](Stage& stage) {
       stage.sync_under(stage.monitor, [&](Turn& turn) {
         if (!turn.welcomed()) return;
         Reject gap;
         gap.code = Refusal::kGap;
         gap.compartment = stage.notebook(stage.monitor);
         turn.rest.push_back(gap);
       });
       EXPECT_LT(stage.server.answers(), 120u);
     }},
    {"every_refusal_of_a_run_unprovoked", "",
     [](Stage& stage) {
       for (std::uint32_t code = 0; code <= 30; ++code) {
         if (code == 9) continue;  // below
         const std::size_t said = stage.words.size();
         stage.sync_under(stage.monitor, rejecting(code, stage));
         const bool silent = code == 8 || code == 14;  // gap, membership_moved: simply sent again
         EXPECT_TRUE(silent || stage.words.size() > said) << "refusal " << code << " said nothing";
       }
       stage.sync_under(stage.monitor, rejecting(0xfffffff0u, stage));
       EXPECT_FALSE(stage.monitor.home->removed());
     }},
    {"fork_claimed", "copied",
     [](Stage& stage) { stage.sync_under(stage.monitor, rejecting(9, stage)); }},
    {"every_refusal_of_a_request_unproven", "",
     [](Stage& stage) {
       for (std::uint32_t code = 0; code <= 30; ++code) {
         const std::size_t said = stage.words.size();
         stage.sync_under(stage.monitor, refusing(code, 400, false));
         EXPECT_GT(stage.words.size(), said) << "refusal " << code << " said nothing";
       }
     },
     nullptr, 20},
    {"every_refusal_of_a_request_proven", "",
     [](Stage& stage) {
       for (std::uint32_t code = 0; code <= 30; ++code) {
         const std::size_t said = stage.words.size();
         stage.sync_under(stage.monitor, refusing(code, code % 2 ? 403 : 200, true));
         const bool silent = code == 8 || code == 14;
         EXPECT_TRUE(silent || stage.words.size() > said) << "refusal " << code << " said nothing";
       }
     },
     nullptr, 20},
    {"not_a_member_it_says", "no lead has signed",
     [](Stage& stage) {
       stage.sync_under(stage.monitor, refusing(4, 403, false));
       for (const SyncReport& report : stage.reports) EXPECT_FALSE(report.waiting_for_admission);
     }},
    {"removed_it_says_of_a_request", "no lead has signed",
     [](Stage& stage) { stage.sync_under(stage.monitor, refusing(19, 403, true)); }},
    {"removed_it_says_of_a_run", "no lead has signed",
     [](Stage& stage) {
       stage.sync_under(stage.monitor, rejecting(19, stage));
       for (const SyncReport& report : stage.reports) EXPECT_FALSE(report.removed);
     }},
};

}  // namespace

std::vector<Attack> attacks_on_receipts() { return {std::begin(kReceiptsAttacks), std::end(kReceiptsAttacks)}; }

}  // namespace haki::test
