// An open home: the store, the keys and what is known of the coalition. Everything of client/ works on one Home.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "changes/hlc.h"
#include "client/form_book.h"
#include "client/rescued.h"
#include "client/setting.h"
#include "client/surroundings.h"
#include "crypto/random.h"
#include "envelope/membership.h"
#include "evidence/blob_files.h"
#include "haki/protection.h"
#include "keys/enrolment.h"
#include "keys/identity.h"
#include "keys/key_file.h"
#include "store/blobs.h"
#include "store/erasures.h"
#include "store/ledger.h"
#include "store/outbox.h"
#include "store/records.h"
#include "store/search.h"
#include "store/settings.h"

namespace haki::client {

// Who is behind a device, for people. Leads know everybody; others know themselves and who invited them.
struct Person {
  std::string name, organisation, role;
  MemberId member;
  std::vector<std::string> districts;
};

class Home {
 public:
  // Makes an empty home: folder, key file, store, identity. kExists where one is. `around` outlives it.
  static Result<std::unique_ptr<Home>> create(const std::string& path, std::string_view passphrase,
                                              Surroundings& around = the_system());
  static Result<std::unique_ptr<Home>> open(const std::string& path, std::string_view passphrase,
                                            Surroundings& around = the_system());
  static bool exists(const std::string& path, Surroundings& around = the_system());
  ~Home();
  // Each means what Client says of it; `matches` ends the count of wrong ones, `judge` goes on with it.
  bool passphrase_matches(std::string_view passphrase);
  Result<> judge_other_passphrase(std::string_view passphrase);
  Result<> change_passphrase(std::string_view now, std::string_view next);
  Result<> set_duress(std::string_view now, std::string_view duress);
  Result<HomeRules> rules();
  Result<> set_rules(const HomeRules& rules);

  // Reads again what is kept in memory: after a rollback, or after others' records came in.
  Result<> reload();
  Result<> reload_directory();
  // A new identity, and what joining by an invite leaves here. Part of the caller's transaction; after a rollback: reload().
  Result<> replace_identity(keys::Identity next);
  Result<> take_invite(const keys::Invite& invite, const std::string& text);

  std::string path;
  Surroundings& around;
  base::Clock& clock = around.clock;
  base::Random& random = around.random;
  store::Disk& disk = around.disk;
  transport::StoppableNetwork network{around.network};
  std::unique_ptr<store::Database> database;
  keys::Identity identity;
  DeviceId device;
  CoalitionId org;
  FormBook forms;
  std::unique_ptr<store::Settings> settings;
  std::unique_ptr<store::Chains> chains;
  std::unique_ptr<store::Records> records;
  std::unique_ptr<store::Search> search;
  std::unique_ptr<store::Outbox> outbox;
  std::unique_ptr<store::Blobs> blobs;
  std::unique_ptr<evidence::BlobFiles> blob_files;
  std::unique_ptr<store::Erasures> erasures;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<changes::HybridClock> hybrid_clock;
  envelope::Membership membership;
  std::map<std::pair<CompartmentId, std::uint32_t>, store::KeptEpochKey> key_ring;
  std::map<DeviceId, Person> people;
  std::optional<envelope::Beacon> beacon;  // the newest of the server's that was seen here
  std::optional<Rescued> rescue;           // of a lead who came back by the recovery words

  const envelope::Device* me() const { return membership.device(device); }
  bool admitted() const { return me() != nullptr; }
  bool is_lead() const { return me() != nullptr && me()->now().leads(); }
  bool active() const { return me() != nullptr && me()->now().active(); }
  bool removed() const { return me() != nullptr && me()->now().removed; }
  // The newest entry that this device's work may cite: of a removed or suspended one, the last that knew it as active.
  std::uint32_t citable() const { return active() ? membership.newest() : me()->now().since - 1; }
  CompartmentId own_compartment() const { return envelope::own_compartment(org, device); }
  // Empty before admission (for `ref` and `lead`), as their ids come with the membership log.
  std::optional<CompartmentId> compartment(envelope::CompartmentKind kind) const;
  DeviceId device_of(const LogId& log) const;  // who wrote a log: zeros where not known
  const Person* person(const DeviceId& id) const;
  // "Wanjiru", else the beginning of the device's id.
  std::string name_of(const DeviceId& id) const;
  std::string organisation_of(const DeviceId& id) const;
  std::string today() const;

 private:
  explicit Home(Surroundings& surroundings) : around(surroundings) {}
  Result<> start(const std::string& path, std::string_view passphrase, const keys::HomeKeys& opened, bool fresh);
  Result<> read_identity();
  Result<> read_imported_forms();
  Result<> read_beacon();
  Result<> read_rescue();
  void remember_passphrase(std::string_view passphrase);

  crypto::SecretBytes identity_key_;
  crypto::SecretBytes check_key_;
  Hash check_;
};

}  // namespace haki::client
