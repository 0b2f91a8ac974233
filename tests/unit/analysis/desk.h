// A lead's home and homes of others whose records have come to it, without a network: what analysis is asked of.
#pragma once

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>

#include "analysis/form_views.h"
#include "client/editor.h"
#include "coalition.h"

namespace haki::test {

class Desk : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    home = open("Kituo", coalition.founder);
  }
  void TearDown() override {
    others.clear();
    home.reset();
    std::filesystem::remove_all(folder);
  }

  // Made and submitted by the lead, whose organisation is Kituo.
  RecordId make(const std::string& form, std::vector<FieldInput> fields, bool submit = true, std::vector<GroupInput> groups = {}) {
    return make_in(*home, form, std::move(fields), submit, std::move(groups));
  }
  // Made by somebody of this organisation, and come here.
  RecordId make_by(const std::string& organisation, const std::string& form, std::vector<FieldInput> fields, bool submit = true,
                   std::vector<GroupInput> groups = {}) {
    client::Home& other = of(organisation);
    const RecordId id = make_in(other, form, std::move(fields), submit, std::move(groups));
    bring(other);
    return id;
  }
  client::Home& of(const std::string& organisation) {
    auto& other = others[organisation];
    if (other) return *other;
    const std::size_t known = coalition.entries.size();
    // A third lead would need two to let it in.
    other = open(organisation, coalition.admit(others.size() == 1 ? envelope::Role::kLead : envelope::Role::kMonitor));
    for (std::size_t seq = known; seq < coalition.entries.size(); ++seq) {
      EXPECT_TRUE(home->ledger->put_entry(static_cast<std::uint32_t>(seq), envelope::encode_frame(coalition.entries[seq])));
    }
    EXPECT_TRUE(home->reload());
    return *other;
  }
  // Everything the other home wrote since the last time.
  void bring(client::Home& other) {
    for (const store::Chain* from : other.chains->own()) {
      auto chain = home->chains->open(from->compartment, other.identity.log);
      ASSERT_TRUE(chain);
      const auto sets = other.records->change_sets(*from, (*chain)->applied_seq, 10'000);
      ASSERT_TRUE(sets);
      store::Transaction transaction(*home->database);
      for (const auto& set : *sets) ASSERT_TRUE(home->records->apply(**chain, set));
      ASSERT_TRUE(transaction.commit());
    }
  }
  void approve(const RecordId& id) {
    const auto done = client::Editor(*home).review(id, "approved", "");
    EXPECT_TRUE(done) << done.error().message;
  }
  analysis::AuthorOf author_of() {
    return [this](const LogId& log) { return analysis::Author{organisations.at(log), "of " + organisations.at(log)}; };
  }

  Coalition coalition;
  std::string folder = testing::TempDir() + "haki-desk-XXXXXX";
  std::unique_ptr<client::Home> home;
  std::map<std::string, std::unique_ptr<client::Home>> others;
  std::map<LogId, std::string> organisations;

 private:
  RecordId make_in(client::Home& in, const std::string& form, std::vector<FieldInput> fields, bool submit,
                   std::vector<GroupInput> groups) {
    const auto id = client::Editor(in).create({form, std::move(fields), std::move(groups), submit, {}});
    EXPECT_TRUE(id) << (id ? "" : id.error().message);
    return id ? *id : RecordId{};
  }
  std::unique_ptr<client::Home> open(const std::string& organisation, const keys::Identity& identity) {
    auto opened = std::move(*client::Home::create(folder + "/" + organisation, "four words of a test"));
    const crypto::SecretBytes key(32);
    if (!opened->replace_identity(std::move(*keys::open_identity(keys::seal_identity(identity, key), key)))) std::abort();
    EXPECT_TRUE(opened->settings->put(client::setting::kOrg, coalition.membership.org()));
    std::uint32_t seq = 0;
    for (const auto& entry : coalition.entries) EXPECT_TRUE(opened->ledger->put_entry(seq++, envelope::encode_frame(entry)));
    EXPECT_TRUE(opened->reload());
    organisations[identity.log] = organisation;
    return opened;
  }
};

}  // namespace haki::test
