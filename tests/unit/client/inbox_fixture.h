// A real lead's home, a monitor made of keys and chains in the test, and answers written by hand.
#pragma once

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "author.h"
#include "client/editor.h"
#include "client/inbox.h"
#include "client/reader.h"
#include "client/sealer.h"
#include "crypto/hash.h"

namespace haki::client {

struct InboxTest : testing::Test {
  test::Coalition coalition;
  Author monitor{coalition, coalition.admit(envelope::Role::kMonitor)};
  std::string folder = testing::TempDir() + "haki-inbox-XXXXXX";
  std::unique_ptr<client::Home> home;
  std::unique_ptr<Inbox> inbox;
  std::uint64_t server_seq = 0;

  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    auto made = client::Home::create(folder + "/home", "four words of a test");
    ASSERT_TRUE(made) << made.error().message;
    home = std::move(*made);
    if (!home->replace_identity(copy_of(coalition.founder))) std::abort();
    store::Transaction transaction(*home->database);
    ASSERT_TRUE(home->settings->put(setting::kOrg, coalition.membership.org()));
    for (const auto& made_key : coalition.founding.keys) {
      ASSERT_TRUE(home->ledger->put_key({made_key.compartment, made_key.epoch, made_key.key.copy(), 0, {}}));
    }
    ASSERT_TRUE(transaction.commit());
    ASSERT_TRUE(home->reload());
    inbox = std::make_unique<Inbox>(*home);
    sync::Inbound first;
    first.entries = coalition.entries;
    ASSERT_TRUE(inbox->take(first, {}));
  }
  void TearDown() override {
    inbox.reset();
    home.reset();
    std::filesystem::remove_all(folder);
  }

  sync::Inbound rows(std::vector<decltype(envelope::Row::content)> contents) {
    sync::Inbound inbound;
    for (auto& content : contents) inbound.rows.push_back({++server_seq, std::move(content)});
    return inbound;
  }
  Taking take(const sync::Inbound& inbound) {
    auto taken = inbox->take(inbound, {});
    EXPECT_TRUE(taken) << (taken ? "" : taken.error().message);
    return taken ? *taken : Taking{};
  }
  std::size_t observations() {
    Query query;
    query.form = "observation";
    return Reader(*home).list(query)->size();
  }
  CompartmentId notebook() { return coalition.own(monitor.identity); }
  RecordId id(std::uint8_t n) {
    RecordId record;
    record.bytes.fill(n);
    return record;
  }
};

// The home has sealed one observation of its own.
struct OwnWork : InboxTest {
  store::Chain* chain = nullptr;
  void SetUp() override {
    InboxTest::SetUp();
    ASSERT_TRUE(Editor(*home).create({"observation", {{"narrative", "mine"}}, {}, true, {}}));
    ASSERT_TRUE(Sealer(*home).seal(1'000'000));
    chain = home->chains->find(home->own_compartment(), home->identity.log);
    ASSERT_NE(chain, nullptr);
    ASSERT_EQ(chain->head_seq, 1u);
  }
  envelope::Receipt receipt(const crypto::SigningSecret& signer) {
    return {chain->compartment, {}, 1, 5,
            crypto::sign(signer, "HAKI1.rcp",
                         envelope::receipt_message(home->org, chain->log, chain->compartment, 1, chain->head, 5))};
  }
};

// A second lead, whose chains the test makes too.
struct OtherLead : InboxTest {
  Author lead{coalition, coalition.admit(envelope::Role::kLead)};
};

}  // namespace haki::client
