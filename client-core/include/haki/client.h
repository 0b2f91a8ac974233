// One member's sealed home and everything done with it: the composition root behind the phone apps, `haki` and the desk.
//
// A Client belongs to one thread at a time. Every call that changes something is durable when it returns: a change and the
// state it makes are one transaction. Errors leave everything as it was, and say what to do next.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "haki/consent.h"
#include "haki/courier.h"
#include "haki/evidence.h"
#include "haki/form.h"
#include "haki/founding.h"
#include "haki/import.h"
#include "haki/member.h"
#include "haki/protection.h"
#include "haki/query.h"
#include "haki/record.h"
#include "haki/report.h"
#include "haki/result.h"
#include "haki/scorecard.h"
#include "haki/sync.h"
#include "haki/themes.h"
#include "haki/trust.h"

namespace haki {
namespace client { class Entrance; }

class Client {
 public:
  // Makes the home and founds the coalition at the server. `recovery_words` is what the founder must write down now; it is
  // not kept. If the server cannot be reached nothing is lost: the same call goes on where it stopped.
  static Result<std::unique_ptr<Client>> found(const FoundOptions& options, std::string& recovery_words);
  // Makes the home and leaves the join request, at the server if it answers, else at the next sync.
  static Result<std::unique_ptr<Client>> join(const JoinOptions& options);
  // For a home that cannot go on under its device's name: a new one, to be let in by `invite`. What the server had not
  // confirmed goes with it. The request to join is left as join() does. Errors leave everything as it was, but for the
  // server's refusal of the request: the home then waits under its new name for another invite, and the same call.
  Result<Rejoined> rejoin(const std::string& invite);
  // An empty one, of no coalition yet: for join() or found() to go on with.
  static Result<std::unique_ptr<Client>> make_empty(const std::string& home, std::string_view passphrase);
  // Makes a home that is a lead by the recovery words or shares, and opens what was sealed to them; new words take their place.
  static Result<std::unique_ptr<Client>> restore(const RestoreOptions& options, RecoverySheet& new_words);
  // kWrongKey: wrong passphrase, or too soon after wrong ones. kNotFound: no home there. Takes about 0.1 s (Argon2id).
  static Result<std::unique_ptr<Client>> open(const std::string& home, std::string_view passphrase);
  static bool home_exists(const std::string& home);
  ~Client();
  bool passphrase_matches(std::string_view passphrase);  // that the home was opened with; microseconds, constant time
  // For one that is not. Success: it opens the home all the same, once this Client is closed. kWrongKey: it was counted.
  Result<> judge_other_passphrase(std::string_view passphrase);
  // Protection (haki/protection.h). `now` is the passphrase the home has. Nothing but the key file is written.
  Result<> change_passphrase(std::string_view now, std::string_view next);
  // A second one destroys the keys and opens an empty home; an empty text takes it away. Whether it is set shows nowhere.
  Result<> set_duress_passphrase(std::string_view now, std::string_view duress);
  Result<HomeRules> rules();
  Result<> set_rules(const HomeRules& rules);

  // Records. Problems of several fields come in one error, a line each. `progress` counts the bytes of the attached file under way.
  Result<RecordId> create(const Draft& draft, const Progress& progress = {});
  Evidence evidence();  // their files, and who handled them; good while this client is
  Consents consents();  // what people agreed to, as it is now
  Result<> edit(const Edit& edit);
  Result<> submit(std::span<const RecordId> records);  // all or none
  Result<> remove(const RecordId& record);
  Result<RecordView> record(const RecordId& record);
  Result<std::vector<HistoryEntry>> history(const RecordId& record);
  Result<std::vector<RecordView>> list(const Query& query);
  // The same, one at a time in list()'s order, until `visit` says false or errs. It may read from this client, and change nothing in it.
  Result<> visit(const Query& query, const std::function<Result<bool>(const RecordView&)>& visit);
  Result<std::vector<RecordView>> search(std::string_view text, std::size_t limit);
  Result<RecordId> find_record(std::string_view text);  // by a beginning of its id; kNotFound, or kInvalid where several have it
  Result<std::vector<Form>> forms();  // built in, then imported
  Result<Form> form(std::string_view name);
  Result<RecordId> import_form(std::string_view toml);  // a definition of our own kind, kept as a record for all
  Result<std::vector<Conflict>> conflicts();
  Result<> resolve(const RecordId& record, std::string_view field, std::string_view value);  // settles it, by a standing value or a new one
  // verdict: "approved", "has_issues", "rejected"; the last two need a reason. Leads only (kDenied).
  Result<> review(const RecordId& record, std::string_view verdict, std::string_view reason);
  Result<std::string> review_reason(const RecordId& record);  // of the newest review; empty where there is none
  // With `take_file` the values that would be reported as kept are taken.
  Result<ImportReport> import_rows(std::span<const ImportRow> rows, bool dry_run, const Progress& progress, bool take_file = false);
  // The record that an import made, or would meet, of a row so known (ImportRow::identity). kNotFound where none is here.
  Result<RecordId> find_imported(std::string_view form, const std::vector<std::string>& identity);
  Result<std::vector<ScorecardRow>> scorecard(const ScorecardQuery& query);
  void use_theme_table(ThemeTable table);  // for the scorecard, reports and names from now on; without one, only what the coalition says
  Result<ThemeNames> theme_names();
  std::vector<ReportInfo> reports();
  Result<Report> report(const ReportQuery& query);  // kNotFound, kInvalid: in words
  // Signs, as this device's organisation, what was found of another organisation's rating. kDenied for one's own organisation's.
  Result<RecordId> verify_rating(const RecordId& rating, std::vector<FieldInput> findings);
  Result<std::vector<MemberView>> members();
  Result<Invite> invite(const InviteOptions& options);  // leads only
  Result<std::vector<PendingJoin>> pending();
  Result<> admit(std::string_view which);  // a beginning of the invite's or device's id, or the invited name
  Trust trust();  // removal, roles, circles, quarantine, the server's address, recovery; good while this client is
  // Eight words over this device's join request, to compare with the lead's; empty once admitted and compared.
  std::string join_words();
  Result<SyncReport> sync(const Progress& progress, std::stop_token stop = {});
  // Moves attachments' files, after records. To be called in slices by who must do other things meanwhile.
  Result<TransferReport> transfer(const TransferOptions& options, const Progress& progress, std::stop_token stop = {});
  Couriers couriers();  // work that travels by hand; good while this client is
  Result<Status> status();
  Result<std::vector<OutboxEntry>> outbox();

  struct Impl;  // the desk's and the benches' way in is this header alone; Impl is for client/*.cc
  explicit Client(std::unique_ptr<Impl> impl);

 private:
  friend class client::Entrance;
  std::unique_ptr<Impl> impl_;
};

}  // namespace haki
