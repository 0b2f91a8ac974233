#include "client/home.h"

#include <ctime>

#include "base/limits.h"
#include "base/little_endian.h"
#include "client/opening.h"
#include "crypto/hash.h"
#include "envelope/frames.h"
#include "store/migrations.h"

namespace haki::client {
namespace {

crypto::SecretBytes secret_of(std::string_view passphrase) { return crypto::SecretBytes(as_bytes(passphrase)); }

Result<> make_folder(store::Disk& disk, const std::string& path) {
  // Missing parents are made too; what exists stays as it is.
  for (std::size_t at = 1; at <= path.size(); ++at) {
    if (at != path.size() && path[at] != '/') continue;
    const auto made = disk.make_directory(path.substr(0, at));
    if (made) continue;
    return Error{made.error().code, "The folder for this home could not be made. " + made.error().message + " Or name another folder with --home."};
  }
  return {};
}

}  // namespace

bool Home::exists(const std::string& path, Surroundings& around) {
  return around.key_disk.exists(path + "/key") || around.key_disk.exists(path + "/key.2");
}

Result<std::unique_ptr<Home>> Home::create(const std::string& path, std::string_view passphrase, Surroundings& around) {
  if (exists(path, around)) {
    return Error{Code::kExists, "There is a Haki home in this folder already (" + path + "). Name another one with --home."};
  }
  HAKI_TRY(make_folder(around.disk, path));
  std::unique_ptr<Home> home(new Home(around));
  HAKI_ASSIGN(const keys::HomeKeys opened,
              keys::create_key_file(path, secret_of(passphrase), keys::floor_cost(), home->random, around.key_disk));
  HAKI_TRY(home->start(path, passphrase, opened, true));
  return home;
}

Result<std::unique_ptr<Home>> Home::open(const std::string& path, std::string_view passphrase, Surroundings& around) {
  std::unique_ptr<Home> home(new Home(around));
  HAKI_ASSIGN(const keys::HomeKeys opened, open_keys(path, secret_of(passphrase), around));
  HAKI_ASSIGN(const bool made, around.disk.exists(path + "/store.db"));  // else killed while it was being made
  HAKI_TRY(home->start(path, passphrase, opened, !made));
  HAKI_ASSIGN(const HomeRules rules, home->rules());
  // A disk that cannot be written must not keep the owner out.
  [[maybe_unused]] const auto ended = end_count(path, rules.wipe_after, around);
  return home;
}

Home::~Home() {
  // The connection first: everything else borrows from it, and closing it passes records through memory once more.
  search.reset();
  records.reset();
  chains.reset();
  database.reset();
  crypto::wipe_stack();
}

Result<> Home::start(const std::string& home_path, std::string_view passphrase, const keys::HomeKeys& opened, bool fresh) {
  path = home_path;
  const crypto::StoreKey store_key(crypto::subkey(opened.master, 1).view());
  identity_key_ = crypto::subkey(opened.master, 3);
  const store::DatabaseOptions options{path + "/store.db", store_key, *store::FileId::from(opened.file_id), disk};
  auto opened_database = fresh ? store::Database::create(options) : store::Database::open(options);
  if (!opened_database) return opened_database.error();
  database = std::move(*opened_database);
  HAKI_TRY(database->migrate(store::migration_scripts()));
  settings = std::make_unique<store::Settings>(*database);
  HAKI_ASSIGN(const std::optional<Bytes> sealed, settings->get(setting::kIdentity));
  if (!sealed) HAKI_TRY(replace_identity(keys::Identity::generate(random)));
  chains = std::make_unique<store::Chains>(*database);
  records = std::make_unique<store::Records>(*database, *chains, forms);
  search = std::make_unique<store::Search>(*database, *records, forms);
  outbox = std::make_unique<store::Outbox>(*database);
  ledger = std::make_unique<store::Ledger>(*database);
  erasures = std::make_unique<store::Erasures>(*database);
  blobs = std::make_unique<store::Blobs>(*database);
  blob_files = std::make_unique<evidence::BlobFiles>(disk, random, path);
  remember_passphrase(passphrase);
  HAKI_TRY(reload());
  return reload_directory();
}

Result<> Home::replace_identity(keys::Identity next) {
  HAKI_TRY(settings->put(setting::kIdentity, keys::seal_identity(next, identity_key_)));
  identity = std::move(next);
  device = identity.device();
  return {};
}

Result<> Home::read_identity() {
  HAKI_ASSIGN(const std::optional<Bytes> sealed, settings->get(setting::kIdentity));
  if (!sealed) return Error{Code::kDamaged, "The identity in this home is gone."};
  HAKI_ASSIGN(identity, keys::open_identity(*sealed, identity_key_));
  device = identity.device();
  return {};
}

Result<> Home::take_invite(const keys::Invite& invite, const std::string& text) {
  HAKI_TRY(settings->put(setting::kOrg, invite.org));
  HAKI_TRY(settings->put_text(setting::kServer, invite.urls.front()));
  HAKI_TRY(settings->put_text(setting::kCoalition, invite.coalition));
  HAKI_TRY(settings->put_text(setting::kMember, invite.name));
  HAKI_TRY(settings->put_text(setting::kOrganisation, invite.organisation));
  HAKI_TRY(settings->put(setting::kLeadDevice, invite.lead));
  HAKI_TRY(settings->put_text(setting::kLeadName, invite.lead_name));
  HAKI_TRY(settings->put_text(setting::kLeadOrganisation, invite.lead_organisation));
  HAKI_TRY(settings->put_text(setting::kInvite, text));
  HAKI_TRY(settings->put(setting::kJoinedBy, envelope::invite_id(invite.secret)));
  return settings->put(setting::kJoinFrame, envelope::encode_frame(keys::make_join_request(invite, identity)));
}

Result<> Home::reload() {
  chains->doubt();  // whatever fails here: nothing is written until a later call reads all of it
  HAKI_TRY(read_identity());
  HAKI_ASSIGN(const std::int64_t seen, settings->number(setting::kClock));
  HAKI_ASSIGN(const std::optional<Bytes> org_bytes, settings->get(setting::kOrg));
  if (org_bytes) org = CoalitionId::from(*org_bytes).value_or(CoalitionId{});
  HAKI_TRY(read_beacon());
  HAKI_TRY(read_rescue());
  envelope::Membership members;
  HAKI_ASSIGN(const std::vector<Bytes> entries, ledger->entries());
  for (const Bytes& bytes : entries) {
    envelope::FrameReader reader(bytes);
    const auto frame = reader.next();
    const auto* entry = frame ? std::get_if<envelope::MembershipEntry>(&*frame) : nullptr;
    if (entry == nullptr) return Error{Code::kDamaged, "The member list in this home is damaged."};
    HAKI_TRY(members.apply(*entry));
  }
  HAKI_ASSIGN(std::vector<store::KeptEpochKey> keys, ledger->keys());
  membership = std::move(members);
  key_ring.clear();
  for (store::KeptEpochKey& key : keys) key_ring.emplace(std::pair(key.compartment, key.epoch), std::move(key));
  HAKI_TRY(chains->load(identity.log));
  const changes::Hlc last{std::max(chains->last_own_time().value, static_cast<std::uint64_t>(seen))};
  hybrid_clock = std::make_unique<changes::HybridClock>(clock, last);
  return {};
}

Result<> Home::read_beacon() {
  beacon.reset();
  HAKI_ASSIGN(const std::optional<Bytes> kept, settings->get(setting::kBeacon));
  if (!kept || kept->size() < 24) return {};
  envelope::Beacon read;
  read.time_ms = base::load_le<std::int64_t>(kept->data());
  std::copy_n(kept->begin() + 8, read.random.bytes.size(), read.random.bytes.begin());
  const auto signature = crypto::Signature::from(ByteView(*kept).subspan(8 + read.random.bytes.size()));
  if (!signature) return {};
  read.signature = *signature;
  beacon = read;
  return {};
}

Result<> Home::read_rescue() {
  rescue.reset();
  HAKI_ASSIGN(std::optional<Bytes> kept, settings->get(setting::kRescue));
  if (!kept) return {};
  HAKI_ASSIGN(rescue, read_rescued(*kept));
  crypto::wipe(*kept);
  return {};
}

Result<> Home::read_imported_forms() {
  const Form& definition = *model::built_in_form("form");
  const std::uint32_t text_field = definition.field("text")->id;
  store::Selection selection;
  selection.form = definition.id;
  return records->for_each(selection, [&](store::RecordRow&& row) -> Result<bool> {
    const Value* text = row.merged.value(text_field);
    if (const auto* toml = text ? std::get_if<std::string>(text) : nullptr) {
      // A definition of a newer version may not read; its records are then kept and shown field by number.
      if (auto form = model::read_form(*toml)) forms.add(std::move(*form));
    }
    return true;
  });
}

Result<> Home::reload_directory() {
  HAKI_TRY(read_imported_forms());
  people.clear();
  HAKI_ASSIGN(const std::optional<Bytes> lead_device, settings->get(setting::kLeadDevice));
  HAKI_ASSIGN(const std::string lead_name, settings->text(setting::kLeadName));
  HAKI_ASSIGN(const std::string lead_organisation, settings->text(setting::kLeadOrganisation));
  if (lead_device && !lead_name.empty()) {
    if (const auto id = DeviceId::from(*lead_device)) people[*id] = {lead_name, lead_organisation, "lead", {}, {}};
  }
  const Form& profile = *model::built_in_form("member");
  store::Selection selection;
  selection.form = profile.id;
  HAKI_TRY(records->for_each(selection, [&](store::RecordRow&& row) -> Result<bool> {
    const auto text = [&](std::string_view name) {
      const Value* value = row.merged.value(profile.field(name)->id);
      return value ? to_text(*value) : std::string();
    };
    const auto id = id_from_hex<DeviceId>(text("device"));
    if (!id) return true;
    Person person{text("name"), text("organisation"), text("role"),
                  id_from_hex<MemberId>(text("member")).value_or(MemberId{}), {}};
    if (const auto* districts = row.merged.field(profile.field("districts")->id, true)) {
      for (const auto& sibling : districts->siblings) person.districts.push_back(to_text(sibling.value));
    }
    people[*id] = std::move(person);
    return true;
  }));
  // What this home was called before it rejoined is the same person.
  HAKI_ASSIGN(const std::optional<Bytes> formers, settings->get(setting::kFormerDevices));
  std::vector<DeviceId> own{device};
  for (ByteView rest = formers ? ByteView(*formers) : ByteView(); rest.size() >= DeviceId::kSize; rest = rest.subspan(DeviceId::kSize)) {
    own.push_back(*DeviceId::from(rest.first(DeviceId::kSize)));
  }
  for (const DeviceId& id : own) {
    Person& self = people[id];
    if (!self.name.empty()) continue;
    HAKI_ASSIGN(self.name, settings->text(setting::kMember));
    HAKI_ASSIGN(self.organisation, settings->text(setting::kOrganisation));
  }
  return {};
}

void Home::remember_passphrase(std::string_view passphrase) {
  check_key_ = crypto::SecretBytes(32);
  random.fill(check_key_.span());
  check_ = crypto::keyed_hash32(check_key_.view(), {as_bytes(passphrase)});
}

bool Home::passphrase_matches(std::string_view passphrase) {
  if (!crypto::same(crypto::keyed_hash32(check_key_.view(), {as_bytes(passphrase)}), check_)) return false;
  if (const auto known = rules()) [[maybe_unused]] const auto ended = end_count(path, known->wipe_after, around);
  return true;
}

Result<> Home::judge_other_passphrase(std::string_view passphrase) {
  const auto opened = keys::open_key_file(path, secret_of(passphrase), around.key_disk);
  if (opened) return {};
  return opened.error().code == Code::kWrongKey ? count_wrong(path, around) : opened.error();
}

Result<> Home::change_passphrase(std::string_view now, std::string_view next) {
  HAKI_TRY(keys::change_passphrase(path, secret_of(now), secret_of(next), random, around.key_disk));
  remember_passphrase(next);
  return {};
}

Result<> Home::set_duress(std::string_view now, std::string_view duress) {
  return keys::set_duress(path, secret_of(now), secret_of(duress), random, around.key_disk);
}

Result<HomeRules> Home::rules() {
  HAKI_ASSIGN(const std::int64_t wipe_after, settings->number(setting::kWipeAfter));
  HAKI_ASSIGN(const std::int64_t idle_ms, settings->number(setting::kIdle));
  HAKI_ASSIGN(const std::int64_t metered_bytes_max, settings->number(setting::kMeteredBytesMax));
  return HomeRules{static_cast<std::uint32_t>(wipe_after), idle_ms, metered_bytes_max};
}

Result<> Home::set_rules(const HomeRules& rules) {
  if (rules.wipe_after != 0 && rules.wipe_after != 5 && rules.wipe_after != 10 && rules.wipe_after != 20) {
    return Error{Code::kInvalid, "wipe-after is off, 5, 10 or 20 wrong passphrases."};
  }
  if (rules.idle_ms != 0 && (rules.idle_ms < limits::kIdleMsMin || rules.idle_ms > limits::kIdleMsMax)) {
    return Error{Code::kInvalid, "idle is a time from 30s to 12h, such as 5m, or default."};
  }
  if (rules.metered_bytes_max < 0) return Error{Code::kInvalid, "The size above which files wait for a free link is a number of bytes."};
  store::Transaction transaction(*database);
  HAKI_TRY(transaction.started());
  HAKI_TRY(settings->put_number(setting::kMeteredBytesMax, rules.metered_bytes_max));
  HAKI_TRY(settings->put_number(setting::kWipeAfter, rules.wipe_after));
  HAKI_TRY(settings->put_number(setting::kIdle, rules.idle_ms));
  HAKI_TRY(transaction.commit());
  // The sealed rule holds; what stands beside the key file follows now, or at the next opening.
  return end_count(path, rules.wipe_after, around);
}

std::optional<CompartmentId> Home::compartment(envelope::CompartmentKind kind) const {
  if (kind == envelope::CompartmentKind::kOwn) return own_compartment();
  const envelope::Compartment* found = membership.compartment_of_kind(kind);
  return found ? std::optional(found->made.compartment) : std::nullopt;
}

DeviceId Home::device_of(const LogId& log) const {
  if (log == identity.log) return device;
  const envelope::Device* found = membership.device_of_log(log);
  return found ? found->added.device : DeviceId{};
}

const Person* Home::person(const DeviceId& id) const {
  const auto found = people.find(id);
  return found == people.end() ? nullptr : &found->second;
}

std::string Home::name_of(const DeviceId& id) const {
  const Person* known = person(id);
  return known && !known->name.empty() ? known->name : to_hex(id).substr(0, 8);
}

std::string Home::organisation_of(const DeviceId& id) const {
  const Person* known = person(id);
  return known ? known->organisation : std::string();
}

std::string Home::today() const {
  const std::time_t now = static_cast<std::time_t>(clock.now_ms() / 1000);
  std::tm local{};
  ::localtime_r(&now, &local);
  char text[16];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d", &local));
}

}  // namespace haki::client
