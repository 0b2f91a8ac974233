#include "haki/client.h"

#include "analysis/reports.h"
#include "analysis/scorecard.h"
#include "client/attachments.h"
#include "client/blob_exchange.h"
#include "client/editor.h"
#include "client/entrance.h"
#include "client/opening.h"
#include "client/people.h"
#include "client/rating_scale.h"
#include "client/reader.h"
#include "client/rejoining.h"
#include "client/rescue.h"
#include "client/session.h"
#include "envelope/token.h"
#include "keys/words.h"

namespace haki {

struct Client::Impl {
  std::unique_ptr<client::Home> home;
  std::unique_ptr<client::BlobExchange> blobs{};  // its connection, token and pace, kept from slice to slice
  client::BlobExchange& file_exchange() {
    if (!blobs) blobs = std::make_unique<client::BlobExchange>(*home);
    return *blobs;
  }
  ThemeTable theme_table = {};
};

namespace {

using OpenHome = client::Home;
namespace setting = client::setting;

Result<> check_name(const std::string& what, const std::string& name) {
  if (!name.empty() && name.size() <= limits::kNameBytesMax) return {};
  return Error{Code::kInvalid, "Give the " + what + " (1 to 200 bytes)."};
}

// Keeps a home's first settings, all in one transaction.
template <typename Fill>
Result<> fill_home(OpenHome& home, const Fill& fill) {
  Result<> done;
  {
    store::Transaction transaction(*home.database);
    done = transaction.started();
    if (done) done = fill();
    if (done) done = transaction.commit();
  }
  HAKI_TRY(home.reload());
  if (done) HAKI_TRY(home.reload_directory());
  return done;
}

Result<> start_coalition(OpenHome& home, const FoundOptions& options, const envelope::FoundingToken& token,
                         const envelope::ServerInfo& server) {
  crypto::SecretBytes seed(keys::kRecoverySeedBytes);
  home.random.fill(seed.span());
  const envelope::Endpoints endpoints{{options.server}, server.pins, token.server_sign_key, token.server_exchange_key};
  envelope::Membership membership;
  keys::MembershipBatch batch = keys::make_founding(home.identity, keys::RecoveryKeys::from_seed(seed), endpoints, membership,
                                                    home.clock, home.random);
  const Bytes found = envelope::encode_frame(
      envelope::Found{Bytes(token.secret.bytes.begin(), token.secret.bytes.end()), batch.append});
  return fill_home(home, [&]() -> Result<> {
    HAKI_TRY(home.settings->put(setting::kOrg, membership.org()));
    HAKI_TRY(home.settings->put_text(setting::kServer, options.server));
    HAKI_TRY(home.settings->put_text(setting::kCoalition, options.coalition));
    HAKI_TRY(home.settings->put_text(setting::kMember, options.member));
    HAKI_TRY(home.settings->put_text(setting::kOrganisation, options.organisation));
    HAKI_TRY(home.settings->put(setting::kRecoverySeed, seed.view()));
    HAKI_TRY(home.settings->put(setting::kFoundFrame, found));
    std::uint32_t seq = 0;
    for (const auto& entry : batch.append.entries) {
      HAKI_TRY(home.ledger->put_entry(seq++, envelope::encode_frame(entry)));
    }
    for (const keys::MadeKey& made : batch.keys) {
      HAKI_TRY(home.ledger->put_key({made.compartment, made.epoch, made.key.copy(), 0, {}}));
    }
    return {};
  });
}

Result<> finish_founding(OpenHome& home, std::string& recovery_words) {
  const Progress none;
  HAKI_TRY(client::Session(home, none).deliver_founding());
  HAKI_ASSIGN(std::optional<Bytes> seed, home.settings->get(setting::kRecoverySeed));
  if (!seed) return Error{Code::kDamaged, "The recovery words of this home are gone."};
  recovery_words = keys::to_checked_words(*seed);
  crypto::wipe(*seed);
  return fill_home(home, [&]() -> Result<> {
    HAKI_TRY(client::People(home).write_own_profile());
    HAKI_TRY(home.settings->put_number(setting::kLastWelcome, home.clock.now_ms()));
    HAKI_TRY(home.settings->remove(setting::kRecoverySeed));
    return home.settings->remove(setting::kFoundFrame);
  });
}

// Why an invite cannot be taken into a home that has a coalition.
Result<> check_free(OpenHome& home, const keys::Invite& invite) {
  HAKI_ASSIGN(const auto org, home.settings->get(setting::kOrg));
  if (!org) return {};
  HAKI_ASSIGN(const std::string coalition, home.settings->text(setting::kCoalition));
  if (CoalitionId::from(*org) == invite.org) {
    return Error{Code::kExists, "This home has joined " + coalition + " already. Nothing was changed; go on with haki sync."};
  }
  return Error{Code::kExists, "This home belongs to " + coalition + " already, and a home holds one coalition. To join " +
                                  invite.coalition + " too, make a home for it: name another folder with --home."};
}

// An empty home answers questions, with nothing; what is recorded needs the coalition's notebook, so that comes first.
Result<> need_coalition(const OpenHome& home) {
  if (!home.org.is_zero()) return {};
  if (home.rescue) {
    return Error{Code::kNotAdmitted,
                 "Coming back by the recovery words has not reached the server yet. Run the same 'haki recovery restore' again when "
                 "there is a network."};
  }
  return Error{Code::kNotAdmitted,
               "This home belongs to no coalition yet. Join one first, with the invite a lead gave you: haki join INVITE."};
}

// A lead who came back by the recovery words and was cut off before the end.
Result<> go_on_with_recovery(OpenHome& home, SyncReport& report) {
  client::Rescue rescue(home);
  if (rescue.unfinished()) HAKI_TRY(rescue.finish());
  HAKI_ASSIGN(const bool unseen, rescue.words_unseen());
  if (unseen) {
    report.notes.push_back("The coalition's new recovery words have not been shown yet, and nobody else has them. Run the same 'haki recovery "
                           "restore' again, with this home, to see them.");
  }
  return {};
}

Error founding_not_finished() {
  return {Code::kNotAdmitted,
          "The founding of this coalition has not reached the server yet. Run the same 'haki found' again when there is a "
          "network."};
}

}  // namespace

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> client::Entrance::found(const FoundOptions& options, std::string& recovery_words) const {
  HAKI_TRY(check_name("coalition's name, with --coalition", options.coalition));
  HAKI_TRY(check_name("founder's name, with --member", options.member));
  auto impl = std::make_unique<Client::Impl>();
  if (!home_exists(options.home)) {
    HAKI_ASSIGN(const envelope::FoundingToken token, envelope::read_token(options.token));
    HAKI_ASSIGN(const client::ServerIdentity server,
                client::ask_server(options.server, token.server_sign_key, around_));
    HAKI_ASSIGN(impl->home, OpenHome::create(options.home, options.passphrase, around_));
    HAKI_TRY(start_coalition(*impl->home, options, token, server.info));
  } else {
    HAKI_ASSIGN(impl->home, OpenHome::open(options.home, options.passphrase, around_));
    HAKI_ASSIGN(const auto pending, impl->home->settings->get(setting::kFoundFrame));
    if (!pending) {
      HAKI_ASSIGN(const auto org, impl->home->settings->get(setting::kOrg));
      if (org) return Error{Code::kExists, "There is a Haki home in this folder already. Name another one with --home."};
      // Killed between making the home and writing the founding into it.
      HAKI_ASSIGN(const envelope::FoundingToken token, envelope::read_token(options.token));
      HAKI_ASSIGN(const client::ServerIdentity server,
                  client::ask_server(options.server, token.server_sign_key, around_));
      HAKI_TRY(start_coalition(*impl->home, options, token, server.info));
    }
  }
  HAKI_TRY(finish_founding(*impl->home, recovery_words));
  return std::make_unique<Client>(std::move(impl));
}

Result<std::unique_ptr<Client>> client::Entrance::join(const JoinOptions& options) const {
  HAKI_ASSIGN(const keys::Invite invite, keys::read_invite(options.invite));
  auto impl = std::make_unique<Client::Impl>();
  if (home_exists(options.home)) {
    HAKI_ASSIGN(impl->home, OpenHome::open(options.home, options.passphrase, around_));
    HAKI_TRY(check_free(*impl->home, invite));
  }
  if (invite.expires_ms < around_.clock.now_ms()) {
    return Error{Code::kInvalid,
                 "This invite has expired. Ask the lead for a new one; if the date on this device is wrong, set it right and "
                 "try again."};
  }
  if (!impl->home) {
    HAKI_ASSIGN(impl->home, OpenHome::create(options.home, options.passphrase, around_));
  }
  OpenHome& home = *impl->home;
  HAKI_TRY(fill_home(home, [&] { return home.take_invite(invite, options.invite); }));
  const Progress none;
  const auto delivered = client::Session(home, none).deliver_join();
  // Without a network the next sync leaves the request; the joiner records from this minute on either way.
  if (!delivered && !retryable(delivered.error().code)) return delivered.error();
  return std::make_unique<Client>(std::move(impl));
}

Result<Rejoined> Client::rejoin(const std::string& invite) {
  HAKI_ASSIGN(const Rejoined rejoined, client::Rejoining(*impl_->home).begin(invite));
  const Progress none;
  const auto delivered = client::Session(*impl_->home, none).deliver_join();
  if (!delivered && !retryable(delivered.error().code)) return delivered.error();
  return rejoined;
}

Result<std::unique_ptr<Client>> client::Entrance::restore(const RestoreOptions& options, RecoverySheet& new_words) const {
  HAKI_TRY(check_name("name of who takes over, with --member", options.member));
  auto impl = std::make_unique<Client::Impl>();
  if (home_exists(options.home)) {
    HAKI_ASSIGN(impl->home, OpenHome::open(options.home, options.passphrase, around_));
    HAKI_ASSIGN(const bool unseen, client::Rescue(*impl->home).words_unseen());
    if (!unseen) return Error{Code::kExists, "There is a Haki home in this folder already. Name another one with --home."};
  } else {
    HAKI_ASSIGN(impl->home, OpenHome::create(options.home, options.passphrase, around_));
  }
  auto sheet = client::Rescue(*impl->home).restore(options);
  if (!sheet) {
    // A home that has asked for nothing yet is of no use. Where it has, it holds the words that may be the coalition's by now.
    const auto unseen = client::Rescue(*impl->home).words_unseen();
    const bool asked = !unseen || *unseen;
    impl.reset();
    if (!asked && client::destroy_keys(options.home, around_)) static_cast<void>(client::remove_home(options.home, around_));
    if (!asked) return sheet.error();
    return Error{sheet.error().code, sheet.error().message + " What was begun is kept in this home: run the same command again."};
  }
  new_words = std::move(*sheet);
  return std::make_unique<Client>(std::move(impl));
}

Result<std::unique_ptr<Client>> client::Entrance::make_empty(const std::string& home, std::string_view passphrase) const {
  auto impl = std::make_unique<Client::Impl>();
  HAKI_ASSIGN(impl->home, OpenHome::create(home, passphrase, around_));
  return std::make_unique<Client>(std::move(impl));
}

Result<std::unique_ptr<Client>> client::Entrance::open(const std::string& home, std::string_view passphrase) const {
  auto impl = std::make_unique<Client::Impl>();
  HAKI_ASSIGN(impl->home, OpenHome::open(home, passphrase, around_));
  // What a crash left of files under way. A disk that cannot be written must not keep the owner out.
  [[maybe_unused]] const auto swept = client::Attachments(*impl->home).sweep();
  return std::make_unique<Client>(std::move(impl));
}

bool client::Entrance::home_exists(const std::string& home) const { return OpenHome::exists(home, around_); }
client::Home& client::Entrance::home_of(Client& opened) { return *opened.impl_->home; }

namespace {
client::Entrance by_the_system() { return client::Entrance(client::the_system()); }
}  // namespace
Result<std::unique_ptr<Client>> Client::found(const FoundOptions& options, std::string& recovery_words) {
  return by_the_system().found(options, recovery_words);
}
Result<std::unique_ptr<Client>> Client::join(const JoinOptions& options) { return by_the_system().join(options); }
Result<std::unique_ptr<Client>> Client::restore(const RestoreOptions& options, RecoverySheet& new_words) {
  return by_the_system().restore(options, new_words);
}
Result<std::unique_ptr<Client>> Client::make_empty(const std::string& home, std::string_view passphrase) {
  return by_the_system().make_empty(home, passphrase);
}
Result<std::unique_ptr<Client>> Client::open(const std::string& home, std::string_view passphrase) {
  return by_the_system().open(home, passphrase);
}
bool Client::home_exists(const std::string& home) { return by_the_system().home_exists(home); }

bool Client::passphrase_matches(std::string_view passphrase) { return impl_->home->passphrase_matches(passphrase); }
Result<> Client::judge_other_passphrase(std::string_view passphrase) {
  return impl_->home->judge_other_passphrase(passphrase);
}

Result<> Client::change_passphrase(std::string_view now, std::string_view next) {
  return impl_->home->change_passphrase(now, next);
}
Result<> Client::set_duress_passphrase(std::string_view now, std::string_view duress) {
  return impl_->home->set_duress(now, duress);
}
Result<HomeRules> Client::rules() { return impl_->home->rules(); }
Result<> Client::set_rules(const HomeRules& rules) { return impl_->home->set_rules(rules); }
Result<> destroy_keys(const std::string& home) {
  return client::destroy_keys(home);
}
Result<> remove_home(const std::string& home) { return client::remove_home(home); }

Result<RecordId> Client::create(const Draft& draft, const Progress& progress) {
  HAKI_TRY(need_coalition(*impl_->home));
  client::Editor editor(*impl_->home);
  if (draft.form == "verification") {
    for (const FieldInput& input : draft.fields) {
      if (input.field != "rating") continue;
      HAKI_ASSIGN(const RecordId rating, find_record(input.text));
      HAKI_TRY(editor.check_independent(rating));
    }
  }
  Draft whole = draft;
  HAKI_TRY(client::complete_rating(*impl_->home, draft.form, whole.fields));
  return whole.attachments.empty() ? editor.create(whole) : editor.create_with_files(whole, progress);
}
Result<> Client::edit(const Edit& edit) { return client::Editor(*impl_->home).edit(edit); }
Result<> Client::submit(std::span<const RecordId> records) { return client::Editor(*impl_->home).submit(records); }
Result<> Client::remove(const RecordId& record) { return client::Editor(*impl_->home).remove(record); }
Result<RecordView> Client::record(const RecordId& record) { return client::Reader(*impl_->home).record(record); }
Result<std::vector<HistoryEntry>> Client::history(const RecordId& record) {
  return client::Reader(*impl_->home).history(record);
}
Result<std::vector<RecordView>> Client::list(const Query& query) { return client::Reader(*impl_->home).list(query); }
Result<> Client::visit(const Query& query, const std::function<Result<bool>(const RecordView&)>& visit) {
  return client::Reader(*impl_->home).visit(query, [&](RecordView&& view) { return visit(view); });
}
Result<std::vector<RecordView>> Client::search(std::string_view text, std::size_t limit) {
  return client::Reader(*impl_->home).search(text, limit);
}
Result<RecordId> Client::find_record(std::string_view text) { return client::Reader(*impl_->home).find_record(text); }

Result<std::vector<Form>> Client::forms() {
  std::vector<Form> forms;
  for (const Form* form : impl_->home->forms.all()) forms.push_back(*form);
  return forms;
}

Result<Form> Client::form(std::string_view name) {
  HAKI_ASSIGN(const Form* form, impl_->home->forms.require(name));
  return *form;
}

Result<RecordId> Client::import_form(std::string_view toml) {
  HAKI_ASSIGN(Form form, model::read_form(toml));
  if (model::built_in_form(form.name) != nullptr) {
    return Error{Code::kExists, "There is a built-in form '" + form.name + "'; give the new one another name."};
  }
  Draft draft{"form", {{"name", form.name}, {"text", std::string(toml)}}, {}, true, {}};
  HAKI_ASSIGN(const RecordId id, create(draft));
  impl_->home->forms.add(std::move(form));
  return id;
}

Result<std::vector<Conflict>> Client::conflicts() { return client::Reader(*impl_->home).conflicts(); }
Result<> Client::resolve(const RecordId& record, std::string_view field, std::string_view value) {
  return client::Editor(*impl_->home).resolve(record, field, value);
}
Result<> Client::review(const RecordId& record, std::string_view verdict, std::string_view reason) {
  return client::Editor(*impl_->home).review(record, verdict, reason);
}
Result<std::string> Client::review_reason(const RecordId& record) {
  return client::Reader(*impl_->home).review_reason(record);
}
Result<ImportReport> Client::import_rows(std::span<const ImportRow> rows, bool dry_run, const Progress& progress, bool take_file) {
  HAKI_TRY(need_coalition(*impl_->home));
  return client::Editor(*impl_->home).import_rows(rows, dry_run, progress, take_file);
}
Result<RecordId> Client::find_imported(std::string_view form, const std::vector<std::string>& identity) {
  HAKI_TRY(need_coalition(*impl_->home));
  return client::Editor(*impl_->home).find_imported(form, identity);
}

namespace {
analysis::AuthorOf authors_of(const OpenHome& home) {
  return [&home](const LogId& log) {
    const DeviceId device = home.device_of(log);
    return analysis::Author{home.organisation_of(device), home.name_of(device)};
  };
}
}  // namespace

Result<std::vector<ScorecardRow>> Client::scorecard(const ScorecardQuery& query) {
  const OpenHome& home = *impl_->home;
  return analysis::scorecard(*home.database, *home.chains, *home.records, query, authors_of(home), impl_->theme_table);
}
void Client::use_theme_table(ThemeTable table) { impl_->theme_table = std::move(table); }
Result<ThemeNames> Client::theme_names() {
  HAKI_TRY(analysis::define_form_views(*impl_->home->database));
  HAKI_TRY(impl_->home->records->index_cells());
  return analysis::read_theme_names(*impl_->home->database, impl_->theme_table);
}
std::vector<ReportInfo> Client::reports() { return analysis::report_list(); }
Result<Report> Client::report(const ReportQuery& query) {
  const OpenHome& home = *impl_->home;
  analysis::ReportContext context{*home.database, *home.chains, *home.records, authors_of(home), home.today(), query.options,
                                 impl_->theme_table};
  return analysis::make_report(context, query.name);
}
Result<RecordId> Client::verify_rating(const RecordId& rating, std::vector<FieldInput> findings) {
  return client::Editor(*impl_->home).verify_rating(rating, std::move(findings));
}

Result<std::vector<MemberView>> Client::members() {
  HAKI_TRY(need_coalition(*impl_->home));
  return client::People(*impl_->home).members();
}
Result<Invite> Client::invite(const InviteOptions& options) {
  HAKI_TRY(need_coalition(*impl_->home));
  return client::People(*impl_->home).invite(options);
}
Result<std::vector<PendingJoin>> Client::pending() {
  HAKI_TRY(need_coalition(*impl_->home));
  return client::People(*impl_->home).pending();
}
Result<> Client::admit(std::string_view which) {
  HAKI_TRY(need_coalition(*impl_->home));
  return client::People(*impl_->home).approve(which);
}

Consents Client::consents() { return Consents(*impl_->home); }
Evidence Client::evidence() { return Evidence(*impl_->home); }
Trust Client::trust() { return Trust(*impl_->home); }
Couriers Client::couriers() { return Couriers(*impl_->home); }

std::string Client::join_words() {
  OpenHome& home = *impl_->home;
  const auto frame = home.settings->get(setting::kJoinFrame);
  if (!frame || !*frame) return {};
  envelope::FrameReader reader(**frame);
  const auto request = reader.next();
  const auto* join = request ? std::get_if<envelope::JoinRequest>(&*request) : nullptr;
  return join ? keys::join_words(home.org, *join) : std::string();
}

Result<SyncReport> Client::sync(const Progress& progress, std::stop_token stop) {
  HAKI_TRY(need_coalition(*impl_->home));
  HAKI_ASSIGN(const auto pending, impl_->home->settings->get(setting::kFoundFrame));
  if (pending) return founding_not_finished();
  // Where files wait, the token for them comes with this exchange and costs no other.
  HAKI_ASSIGN(const bool files_wait, impl_->home->blobs->any_waiting());
  const transport::StoppableCall call(impl_->home->network, std::move(stop));
  client::Session session(*impl_->home, progress);
  auto report = files_wait ? session.run_for_token() : session.run();
  if (!session.token().is_zero()) impl_->file_exchange().take_token(session.token());
  if (report && !report->wiped) HAKI_TRY(go_on_with_recovery(*impl_->home, *report));
  if (report && report->wiped) HAKI_TRY(client::remove_home(impl_->home->path, impl_->home->around));
  return report;
}

Result<TransferReport> Client::transfer(const TransferOptions& options, const Progress& progress, std::stop_token stop) {
  HAKI_TRY(need_coalition(*impl_->home));
  const transport::StoppableCall call(impl_->home->network, std::move(stop));
  auto report = impl_->file_exchange().run(options, progress);
  if (!report) impl_->blobs->forget_connection();
  if (impl_->blobs->wiped()) HAKI_TRY(client::remove_home(impl_->home->path, impl_->home->around));
  return report;
}

Result<Status> Client::status() { return client::Reader(*impl_->home).status(); }
Result<std::vector<OutboxEntry>> Client::outbox() { return client::Reader(*impl_->home).outbox(); }

}  // namespace haki
