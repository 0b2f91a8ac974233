#include "stage.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "client/editor.h"
#include "client/erasures.h"
#include "client/people.h"
#include "client/reader.h"
#include "client/session.h"
#include "haki/client.h"
#include "keys/enrolment.h"
#include "model/form.h"
#include "payload/pack.h"

namespace haki::test {
namespace {

constexpr const char* kPassphrase = "four words of a test";
constexpr unsigned kHungSeconds = 60;  // then the process is ended: a session never hangs

template <typename T>
T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message;
    std::abort();  // the stage itself does not stand
  }
  return std::move(*result);
}

std::string in_words(const RecordView& view) {
  std::string text = view.form + "|" + view.state + (view.deleted ? "|deleted" : "");
  for (const FieldView& field : view.fields) {
    text += "|" + field.name + "=";
    for (const Value& value : field.values) text += to_text(value) + ";";
  }
  return text;
}

std::map<RecordId, std::string> records_of(client::Home& home) {
  std::map<RecordId, std::string> records;
  Query query;
  query.drafts = true;
  for (const RecordView& view : must(client::Reader(home).list(query))) records[view.id] = in_words(view);
  return records;
}

bool contains(ByteView where, ByteView what) {
  return std::search(where.begin(), where.end(), what.begin(), what.end()) != where.end();
}

std::array<std::uint8_t, 8> first8(const Hash& hash) {
  std::array<std::uint8_t, 8> bytes;
  std::memcpy(bytes.data(), hash.bytes.data(), 8);
  return bytes;
}

}  // namespace

Stage::Stage() {
  if (::mkdtemp(folder_.data()) == nullptr) std::abort();
  must(Client::found({folder_ + "/lead", kPassphrase, server.address(), server.token(), "Lake region", lead.name, "CSO"}, recovery_words));
  lead.home = must(client::Home::open(folder_ + "/lead", kPassphrase));
  enrol(second, "lead");
  enrol(monitor, "monitor");
  enrol(clinic, "clinic");
  for (int round = 0; round < 2; ++round) {
    for (Member* member : all) sync_honestly(*member);
    if (round > 0) break;
    record(monitor, "The well at the school is dry");
    record(clinic, "Forty came to the mobile clinic");
    publish(lead, "Ratify the protocol");
    for (Member* member : all) sync_honestly(*member);
  }
}

void Stage::arm() {
  const std::string round = " (" + std::to_string(++armed_) + ")";
  record(monitor, "Nobody repaired the bridge" + round);
  record(monitor, "The bridge was repaired" + round);
  record(clinic, "Two nurses for a district" + round);
  publish(lead, "Repeal the law on assemblies" + round);
  sync_honestly(monitor);
  sync_honestly(clinic);
  record(monitor, "The chief's office was closed" + round);
  record(clinic, "No vaccine since March" + round);
  publish(lead, "Fund legal aid" + round);
  publish(second, "Train the police" + round);
  for (Member* member : all) member->records = records_of(*member->home);
  words.clear();
  reports.clear();
  slowest_s = 0;
  server.forget();
}

bool Stage::as_founded() const {
  const bool rogue = std::ranges::any_of(all, [](const Member* member) { return member->rogue; });
  return !rogue && !promised && !server.was_split() && lead.home->membership.devices().size() == all.size();
}

Stage::~Stage() {
  for (Member* member : all) member->home.reset();
  std::filesystem::remove_all(folder_);
}

void Stage::enrol(Member& member, const std::string& role) {
  const Invite invite = must(client::People(*lead.home).invite({role, member.name, "CSO", {}, "", 0}));
  const std::string home = folder_ + "/" + member.name;
  must(Client::join({home, kPassphrase, invite.text}));
  member.home = must(client::Home::open(home, kPassphrase));
  sync_honestly(lead);
  if (role == "lead") {
    EXPECT_TRUE(client::People(*lead.home).approve(member.name));
    sync_honestly(lead);
  }
}

Member& Stage::let_in(const std::string& name) {
  Member& member = *later.emplace_back(std::make_unique<Member>(name));
  all.push_back(&member);
  enrol(member, "monitor");
  sync_honestly(member);
  return member;
}

Member& Stage::another_device(Member& of, const std::string& name) {
  Member& member = *later.emplace_back(std::make_unique<Member>(name));
  all.push_back(&member);
  InviteOptions options;
  options.another_device = of.name;
  const Invite invite = must(client::People(*of.home).invite(options));
  const std::string home = folder_ + "/" + name;
  must(Client::join({home, kPassphrase, invite.text}));
  member.home = must(client::Home::open(home, kPassphrase));
  sync_honestly(member);  // leaves its request
  sync_honestly(of);
  const auto approved = client::People(*of.home).approve(of.name);
  if (!approved) ADD_FAILURE() << approved.error().message;
  sync_honestly(of);
  sync_honestly(second);
  for (const Proposal& one : must(client::Administration(*second.home).proposals())) {
    must(client::Administration(*second.home).agree(to_hex(one.id)));
  }
  sync_honestly(second);
  sync_honestly(of);
  return member;
}

std::map<RecordId, std::string> Stage::records(Member& member) { return records_of(*member.home); }

Result<SyncReport> Stage::run(Member& member) {
  ::alarm(kHungSeconds);
  const auto start = std::chrono::steady_clock::now();
  const Progress none;
  auto report = client::Session(*member.home, none).run();
  ::alarm(0);
  slowest_s = std::max(slowest_s, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return report;
}

void Stage::sync(Member& member) {
  const auto report = run(member);
  if (!report) {
    words.push_back(report.error().message);
    return;
  }
  words.insert(words.end(), report->notes.begin(), report->notes.end());
  reports.push_back(*report);
}

void Stage::sync_under(Member& member, Meddle lie) {
  server.meddle(std::move(lie));
  sync(member);
  server.be_honest();
}

void Stage::sync_honestly(Member& member) {
  const auto report = run(member);
  EXPECT_TRUE(report) << member.name << ": " << (report ? "" : report.error().message);
}

RecordId Stage::record(Member& member, const std::string& text) {
  texts_.push_back(text);
  const RecordId id = must(client::Editor(*member.home).create({"observation", {{"narrative", text}}, {}, true, {}}));
  member.made.insert(id);
  return id;
}

void Stage::erase(Member& by, const RecordId& record) {
  const auto done = client::Erasures(*by.home).erase(record, "Consent withdrawn");
  ASSERT_TRUE(done) << done.error().message;
  erased.insert(record);
}

RecordId Stage::publish(Member& by, const std::string& text) {
  texts_.push_back(text);
  const RecordId id = must(client::Editor(*by.home).create({"recommendation", {{"text", text}}, {}, true, {}}));
  by.made.insert(id);
  return id;
}

void Stage::check_local() {
  for (Member* member : all) {
    EXPECT_TRUE(member->home->reload());  // what is kept counts
    const auto now = records_of(*member->home);
    for (const auto& [id, text] : member->records) {
      const auto found = now.find(id);
      if (erased.contains(id)) continue;
      EXPECT_TRUE(found != now.end()) << member->name << " lost " << text;
      EXPECT_TRUE(found == now.end() || found->second == text) << "changed at " << member->name << ": " << text;
    }
    for (const store::Chain* chain : member->home->chains->own()) {
      EXPECT_LE(chain->acked_seq, chain->head_seq) << member->name;
      EXPECT_LE(chain->receipted_seq, chain->head_seq) << member->name;
      if (promised) continue;
      EXPECT_LE(chain->receipted_seq, server.held(member->home->org, chain->log, chain->compartment))
          << member->name << " believes more to be at the server than is";
    }
  }
}

void Stage::check_leaks() {
  for (const std::string& text : texts_) EXPECT_FALSE(contains(server.received(), as_bytes(text))) << text;
  std::set<DeviceId> members = guests;
  for (Member* member : all) {
    const client::Home& home = *member->home;
    members.insert(home.device);
    const ByteView seed = home.identity.sign.secret.view().first(32);
    for (const ByteView secret : {seed, home.identity.box.secret.view(), home.identity.auth.secret.view()}) {
      EXPECT_FALSE(contains(server.received(), secret)) << "a secret key of " << member->name;
    }
    for (const auto& [place, kept] : home.key_ring) EXPECT_FALSE(contains(server.received(), kept.key.view())) << member->name;
  }
  const envelope::Membership& log = lead.home->membership;
  const auto known = [&](const DeviceId& device) { return members.contains(device) || log.is_recovery(device); };
  for (const envelope::Frame& frame : server.frames()) {
    if (const auto* append = std::get_if<envelope::Append>(&frame)) {
      for (const auto& grant : append->grants) EXPECT_TRUE(known(grant.device)) << "a key went to a stranger";
    }
    if (const auto* key = std::get_if<envelope::EpochKey>(&frame)) {
      for (const auto& grant : key->grants) EXPECT_TRUE(known(grant.device)) << "a key went to a stranger";
    }
  }
}

void Stage::check_together() {
  server.be_honest();
  for (int round = 0; round < 3; ++round) {
    for (Member* member : all) {
      if (!member->rogue) sync_honestly(*member);
    }
  }
  std::map<RecordId, std::string> everything;
  for (Member* member : all) {
    const auto now = records_of(*member->home);
    if (!member->rogue) everything.insert(now.begin(), now.end());
  }
  for (Member* member : all) {
    if (member->rogue) continue;
    const auto now = records_of(*member->home);
    for (const store::Chain* chain : member->home->chains->own()) {
      EXPECT_EQ(chain->receipted_seq, chain->applied_seq) << member->name << " still has unsent work";
    }
    if (member->home->is_lead()) {
      EXPECT_EQ(now, everything) << member->name;
      continue;
    }
    for (const auto& [id, text] : everything) {
      const bool readable = text.starts_with("recommendation|") || member->made.contains(id);
      if (!readable) continue;
      const auto found = now.find(id);
      EXPECT_TRUE(found != now.end() && found->second == text) << member->name << " lacks " << text;
    }
  }
}

bool Stage::heard(const std::string& phrase) const {
  return std::ranges::any_of(words, [&](const std::string& one) { return one.find(phrase) != std::string::npos; });
}

std::string Stage::all_words() const {
  std::string text;
  for (const std::string& one : words) text += "  \"" + one + "\"\n";
  return text.empty() ? "  (nothing)\n" : text;
}

changes::ChangeSet Stage::observation(Member& by, std::uint64_t seq, const std::string& text) {
  return {seq, by.home->hybrid_clock->next(),
          {changes::NewRecord{crypto::random_id<RecordId>(random_), model::form_id_of("observation"),
                              {{changes::kStateField, std::string("submitted")}, {10, text}}}}};
}

envelope::Run Stage::forge(Member& by, const Forgery& what) {
  client::Home& home = *by.home;
  const store::KeptEpochKey* key = nullptr;
  for (const auto& [place, kept] : home.key_ring) {
    if (place.first == what.compartment && (what.epoch == 0 || place.second == what.epoch)) key = &kept;
  }
  static const crypto::EpochKey unknown;
  const store::Chain* chain = home.chains->find(what.compartment, home.identity.log);
  const envelope::ChainHead after = what.after ? *what.after
                                    : chain    ? envelope::ChainHead{chain->head_seq, chain->head}
                                               : envelope::ChainHead{};
  const std::uint32_t m_seq = what.m_seq.value_or(home.membership.newest());
  const auto count = what.plain.empty() ? static_cast<std::uint32_t>(what.sets.size()) : what.count;
  envelope::ItemHeader header;
  header.org = home.org;
  header.compartment = what.compartment;
  header.log = home.identity.log;
  header.seq = after.seq + count;
  header.prev = after.hash;
  header.epoch = key ? key->epoch : 1;
  header.m_seq = m_seq;
  header.m_head = *home.membership.hash_at(m_seq);
  const Bytes plain = what.plain.empty()
                          ? payload::pack(must(payload::encode_batch(what.sets, header.log)), payload::Effort::kFast)
                          : what.plain;
  const auto sealed = envelope::seal_item(header, count, plain, key ? key->key : unknown, home.identity.sign.secret);
  envelope::Run run;
  run.compartment = what.compartment;
  run.log = header.log;
  run.after_seq = after.seq;
  if (after.seq > 0) run.prev8 = first8(after.hash);
  run.epoch = header.epoch;
  run.m_seq = m_seq;
  run.m_head8 = first8(header.m_head);
  run.items.push_back(sealed.item);
  return run;
}

envelope::Row Stage::row(Turn& turn, decltype(envelope::Row::content) content) {
  return {turn.welcomed() ? turn.welcome().cursor : 0, std::move(content)};
}

envelope::MembershipEntry Stage::entry(const envelope::MembershipAct& act, const DeviceId& by,
                                       const crypto::SigningSecret& secret) {
  const envelope::Membership& log = lead.home->membership;
  return envelope::make_entry(log.org(), log.count(), log.head(), lead.home->clock.now_ms(),
                              crypto::random_id<envelope::OperationId>(random_), act, by, secret);
}

CompartmentId Stage::shared() const {
  return lead.home->membership.compartment_of_kind(envelope::CompartmentKind::kShared)->made.compartment;
}
CompartmentId Stage::leads() const {
  return lead.home->membership.compartment_of_kind(envelope::CompartmentKind::kLeads)->made.compartment;
}

}  // namespace haki::test
