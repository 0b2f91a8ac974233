// A coalition on a hostile server: two leads, a monitor and a clinic with real homes, records on their way in every
// direction, and what must be true whatever the server did.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "client/home.h"
#include "haki/sync.h"
#include "hostile_server.h"
#include "payload/batch.h"

namespace haki::test {

struct Member {
  explicit Member(std::string named) : name(std::move(named)) {}
  std::string name;
  std::unique_ptr<client::Home> home;
  std::map<RecordId, std::string> records;  // as they were before the attack
  std::set<RecordId> made;
  bool rogue = false;  // works with the server: its own later work does not count
};

class Stage {
 public:
  Stage();
  ~Stage();

  // One sync under the lie; what the person reads is kept in `words`.
  void sync_under(Member& member, Meddle lie);
  std::map<RecordId, std::string> records(Member& member);  // as they stand now
  void sync(Member& member);         // whatever the server does just now
  void sync_honestly(Member& member);  // must succeed
  RecordId record(Member& member, const std::string& text);  // an observation
  void erase(Member& by, const RecordId& record);
  RecordId publish(Member& lead, const std::string& text);   // a recommendation, for all
  // One more monitor.
  Member& let_in(const std::string& name);
  // Another device of a member, let in and not yet synced.
  Member& another_device(Member& of, const std::string& name);
  // New work under way at the server and still on each device; what was said and counted before is forgotten.
  void arm();
  // The same members, with one history: fit for another attack.
  bool as_founded() const;

  // What must hold after every attack.
  void check_local();    // nothing of what was here before is gone or changed; nothing counts as sent by a lie
  void check_leaks();    // no text and no key left a device in the clear; keys went to members alone
  void check_together(); // with an honest server all who may read see the same, and nothing waits

  bool heard(const std::string& phrase) const;
  std::string all_words() const;

  // For a member that works with the server: its next item in a compartment, sealed and signed with its real keys.
  struct Forgery {
    CompartmentId compartment;
    Bytes plain;  // packed; empty: `sets`
    std::vector<changes::ChangeSet> sets;
    std::uint32_t count = 1;
    std::uint32_t epoch = 0;                     // 0: the newest it holds
    std::optional<std::uint32_t> m_seq = std::nullopt;  // the newest it knows
    std::optional<envelope::ChainHead> after = std::nullopt;  // its chain's head
  };
  envelope::Run forge(Member& by, const Forgery& what);
  changes::ChangeSet observation(Member& by, std::uint64_t seq, const std::string& text);
  envelope::Row row(Turn& turn, decltype(envelope::Row::content) content);
  // The next entry of the log as the server would add it, signed by whoever it can get.
  envelope::MembershipEntry entry(const envelope::MembershipAct& act, const DeviceId& by, const crypto::SigningSecret& secret);

  CompartmentId shared() const;
  CompartmentId leads() const;
  CompartmentId notebook(const Member& of) const { return of.home->own_compartment(); }

  HostileServer server;
  Member lead{"Achieng"}, second{"Otieno"}, monitor{"Wanjiru"}, clinic{"Kisumu clinic"};
  std::vector<std::unique_ptr<Member>> later;
  std::set<RecordId> erased;
  std::set<DeviceId> guests;  // let in by a lead, without a home
  std::vector<Member*> all{&lead, &second, &monitor, &clinic};
  std::string recovery_words;
  std::vector<std::string> words;
  std::vector<SyncReport> reports;  // of syncs that got through
  double slowest_s = 0;
  bool promised = false;  // receipts of the server were honest when they were given, and the work was dropped since

 private:
  void enrol(Member& member, const std::string& role);
  Result<SyncReport> run(Member& member);

  std::string folder_ = testing::TempDir() + "haki-hostile-XXXXXX";
  std::vector<std::string> texts_;
  int armed_ = 0;
  crypto::SystemRandom random_;
};

}  // namespace haki::test
