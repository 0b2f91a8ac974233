#include "client/rescue.h"

#include <algorithm>

#include "base/little_endian.h"
#include "client/administration.h"
#include "client/people.h"
#include "client/session.h"
#include "keys/words.h"
#include "sync/refusal.h"
#include "transport/http_client.h"

namespace haki::client {

Result<Rescued> read_rescued(ByteView kept) {
  const Error damaged{Code::kDamaged, "What this home has kept of its recovery is damaged."};
  if (kept.size() < 1 + keys::kRecoverySeedBytes) return damaged;
  Rescued rescued{keys::RecoveryKeys::from_seed(crypto::SecretBytes(kept.subspan(1, keys::kRecoverySeedBytes))), {}, kept[0] != 0};
  for (envelope::FrameReader reader(kept.subspan(1 + keys::kRecoverySeedBytes)); !reader.done();) {
    const auto frame = reader.next();
    const auto* grant = frame ? std::get_if<envelope::Grant>(&*frame) : nullptr;
    if (grant == nullptr) return damaged;
    rescued.grants.push_back(*grant);
  }
  return rescued;
}

Bytes encode_rescued(bool under_way, ByteView seed, ByteView grants) {
  Bytes bytes;
  bytes.reserve(1 + seed.size() + grants.size());  // so that it is in one place, which is wiped
  bytes.push_back(under_way ? 1 : 0);
  base::append(bytes, seed);
  base::append(bytes, grants);
  return bytes;
}

namespace {

crypto::SecretBytes new_seed(base::Random& random) {
  crypto::SecretBytes seed(keys::kRecoverySeedBytes);
  random.fill(seed.span());
  return seed;
}

// Of what read_rescued() takes.
ByteView seed_in(ByteView rescued) { return rescued.subspan(1, keys::kRecoverySeedBytes); }

// Who slips in one of the recovery words has typed no share either.
Result<keys::RecoveryShare> read_page(const std::string& secret) {
  auto share = keys::read_share(secret);
  constexpr std::size_t kShareWords = 29;  // spec 41-recovery, "Shares"
  const auto words = static_cast<std::size_t>(std::ranges::count(secret, ' ')) + 1;  // counted without a copy of them
  const bool meant_as_share = words == 1 || words == kShareWords;
  if (share || (meant_as_share && share.error().code != Code::kInvalid)) return share;
  return Error{Code::kInvalid,
               "These are neither the recovery words (17 words of five letters) nor a trustee's share (29 of them, or a text that begins with "
               "haki-share-1-). A word is wrong, missing or one too many: compare each with the page. Nothing was changed."};
}

Error not_these_words() {
  return {Code::kUntrusted, "These are not the recovery words of this coalition, or a word is wrong. Nothing was changed."};
}

}  // namespace

keys::RecoveryTerms Rescue::terms() const {
  const envelope::Recovery& now = home_.membership.recovery();
  return {home_.org, now.box_key, now.sign_key, static_cast<std::uint8_t>(now.threshold),
          static_cast<std::uint8_t>(std::max<std::size_t>(1, now.commitments.size())), now.commitments};
}

RecoverySheet Rescue::blank_sheet() {
  const envelope::Endpoints& endpoints = home_.membership.endpoints();
  RecoverySheet sheet;
  sheet.coalition = home_.settings->text(setting::kCoalition).value_or(std::string());
  sheet.coalition_id = to_hex(home_.org);
  sheet.server = home_.settings->text(setting::kServer).value_or(std::string());
  sheet.server_sign_key = to_hex(endpoints.server_sign_key);
  sheet.server_exchange_key = to_hex(endpoints.server_exchange_key);
  sheet.made_by = home_.name_of(home_.device);
  return sheet;
}

Result<RecoverySheets> Rescue::make(unsigned threshold, unsigned shares) {
  if (!home_.is_lead()) return Error{Code::kDenied, "Only a lead makes recovery words or shares."};
  const crypto::SecretBytes seed = new_seed(home_.random);
  const keys::RecoveryKeys made = keys::RecoveryKeys::from_seed(seed);
  RecoverySheets sheets;
  envelope::Recovery act{made.box.public_key, made.sign.verify, 1, {}};
  if (shares <= 1) {
    RecoverySheet sheet = blank_sheet();
    sheet.words = keys::to_checked_words(seed.view());
    sheets.sheets.push_back(std::move(sheet));
  } else {
    HAKI_ASSIGN(const keys::RecoverySplit split, keys::split_recovery(seed, home_.org, threshold, shares, home_.random));
    act.threshold = threshold;
    act.commitments = split.terms.commitments;
    for (const keys::RecoveryShare& share : split.shares) {
      RecoverySheet sheet = blank_sheet();
      sheet.words = keys::share_words(share);
      sheet.share = share.number;
      sheet.needed = threshold;
      sheet.shares = shares;
      sheets.sheets.push_back(std::move(sheet));
    }
  }
  HAKI_ASSIGN(sheets.next, Administration(home_).set_recovery(act));
  return sheets;
}

// Of words, or of shares; verified against the log where it is known.
Result<crypto::SecretBytes> Rescue::seed_of(const std::vector<std::string>& secrets, const keys::RecoveryTerms* known) {
  if (secrets.empty()) return Error{Code::kInvalid, "Give the recovery words, or the shares."};
  if (secrets.size() == 1) {
    if (const auto bytes = keys::from_checked_words(secrets.front()); bytes && bytes->size() == keys::kRecoverySeedBytes) {
      crypto::SecretBytes seed(*bytes);
      const keys::RecoveryKeys made = keys::RecoveryKeys::from_seed(seed);
      if (known != nullptr && (made.box.public_key != known->box_key || made.sign.verify != known->sign_key)) {
        return not_these_words();
      }
      return seed;
    }
  }
  std::vector<keys::RecoveryShare> shares;
  for (const std::string& secret : secrets) {
    HAKI_ASSIGN(keys::RecoveryShare share, read_page(secret));
    shares.push_back(std::move(share));
  }
  if (known == nullptr) return Error{Code::kHeld, "The shares are checked against the coalition's log."};
  return keys::combine_shares(shares, *known);
}

Result<RecoverySheet> Rescue::sheet(std::string_view words) {
  const keys::RecoveryTerms known = terms();
  HAKI_ASSIGN(const crypto::SecretBytes seed, seed_of({std::string(words)}, &known));
  RecoverySheet sheet = blank_sheet();
  sheet.words = keys::to_checked_words(seed.view());
  return sheet;
}

Result<> Rescue::drill(const std::vector<std::string>& secrets) {
  if (!home_.membership.founded()) return Error{Code::kNotAdmitted, "Nothing of the coalition is known here yet; sync first."};
  const keys::RecoveryTerms known = terms();
  HAKI_ASSIGN(const crypto::SecretBytes seed, seed_of(secrets, &known));
  static_cast<void>(seed);  // made, compared and wiped
  return {};
}

Result<envelope::Recovered> Rescue::ask(const std::string& server, const envelope::Append& append) {
  HAKI_ASSIGN(const transport::Endpoint endpoint, transport::parse_endpoint(server));
  const auto http = home_.network.connect(endpoint, {{}, true});
  const std::string target = "/v1/coalitions/" + to_base64url(home_.org) + "/recover";
  HAKI_ASSIGN(const transport::Response response, http->send({"POST", target, envelope::encode_frame(envelope::Recover{append})}));
  envelope::FrameReader reader(response.body);
  if (!reader.done()) {
    auto frame = reader.next();
    if (auto* recovered = frame ? std::get_if<envelope::Recovered>(&*frame) : nullptr) return std::move(*recovered);
    const auto* reject = frame ? std::get_if<envelope::Reject>(&*frame) : nullptr;
    if (reject != nullptr && reject->code == envelope::Refusal::kNotAllowed) return not_these_words();
    if (reject != nullptr) return sync::refusal_error(*reject);
  }
  return sync::unexpected_status(response.status);
}

// The log proves itself from the coalition's id on the paper: its first entry must have that hash.
Result<> Rescue::take_log(const envelope::Recovered& recovered, envelope::Membership& log) {
  if (recovered.entries.empty() || envelope::coalition_id(envelope::entry_hash(recovered.entries.front())) != home_.org) {
    return Error{Code::kUntrusted, "The server showed the member list of another coalition. Check the id on the paper; nothing was taken."};
  }
  for (const auto& entry : recovered.entries) HAKI_TRY(log.apply(entry));
  return {};
}

// Shares can be checked only against the log, and the log is given only to who can sign: the words, or enough shares.
Result<crypto::SecretBytes> Rescue::seed_before_the_log(const std::vector<std::string>& secrets) {
  auto words = seed_of(secrets, nullptr);
  if (words || words.error().code != Code::kHeld) return words;
  std::vector<keys::RecoveryShare> shares;
  for (const std::string& secret : secrets) {
    HAKI_ASSIGN(keys::RecoveryShare share, read_page(secret));
    shares.push_back(std::move(share));
  }
  return keys::combine_unchecked(shares);
}

Result<RecoverySheet> Rescue::restore(const RestoreOptions& options) {
  if (!home_.admitted()) HAKI_TRY(enter(options));
  if (unfinished()) {
    const Progress none;
    HAKI_TRY(Session(home_, none).run());
    HAKI_TRY(finish());
  }
  return new_sheet();
}

// The server may take what this device sends and its answer be lost: then the same device, with the same new words, finds itself on
// the list when it asks again.
Result<> Rescue::enter(const RestoreOptions& options) {
  const auto org = id_from_hex<CoalitionId>(options.coalition_id);
  if (!org) return Error{Code::kInvalid, "The coalition's id has 32 digits; it is on the recovery paper."};
  home_.org = *org;
  HAKI_ASSIGN(const crypto::SecretBytes seed, seed_before_the_log(options.secrets));
  const keys::RecoveryKeys old = keys::RecoveryKeys::from_seed(seed);
  const keys::Signer authority = keys::signer_of(old);

  // A first entry that cannot fit brings the log.
  envelope::AddDevice me = keys::describe(home_.identity, envelope::Role::kLead);
  envelope::Append probe;
  probe.entries.push_back(envelope::make_entry(home_.org, 1, {}, home_.clock.now_ms(),
                                               crypto::random_id<envelope::OperationId>(home_.random), me, authority.name,
                                               authority.secret));
  HAKI_ASSIGN(envelope::Recovered recovered, ask(options.server, probe));
  envelope::Membership log;
  HAKI_TRY(take_log(recovered, log));
  if (log.device(home_.device) == nullptr) {
    if (log.recovery().box_key != old.box.public_key || log.recovery().sign_key != old.sign.verify) {
      return Error{Code::kUntrusted,
                   "These recovery words or shares were replaced by newer ones on " + std::to_string(log.recovery().commitments.size()) +
                       " pages. Find the newest; nothing was changed."};
    }
    // This device as a lead (of the only lead person there is, who has lost the others), its notebook, new recovery keys.
    HAKI_ASSIGN(const crypto::SecretBytes next_seed, begin(seed));
    const keys::RecoveryKeys next = keys::RecoveryKeys::from_seed(next_seed);
    const std::set<DeviceId> leads = log.lead_persons();
    if (leads.size() == 1) me.person = *leads.begin();
    envelope::Append append;
    keys::EntryWriter writer(log, authority, home_.clock, home_.random);
    HAKI_TRY(writer.add(append, me));
    HAKI_TRY(writer.add(append, envelope::NewCompartment{home_.own_compartment(), envelope::CompartmentKind::kOwn, home_.device}));
    HAKI_TRY(writer.add(append, envelope::Recovery{next.box.public_key, next.sign.verify, 1, {}}));
    HAKI_ASSIGN(recovered, ask(options.server, append));
    log = {};
    HAKI_TRY(take_log(recovered, log));
    if (log.device(home_.device) == nullptr) {
      return Error{Code::kBusy, "Somebody changed the member list at the same moment. Nothing was changed there; try again."};
    }
  }
  home_.membership = std::move(log);
  return keep(recovered, options);
}

// Before anything is sent: what opens the coalition's work, and the words that will be the new ones.
Result<crypto::SecretBytes> Rescue::begin(const crypto::SecretBytes& seed) {
  HAKI_ASSIGN(std::optional<Bytes> begun, home_.settings->get(setting::kRecoverySeed));
  crypto::SecretBytes next_seed = begun ? crypto::SecretBytes(*begun) : new_seed(home_.random);
  if (begun) crypto::wipe(*begun);
  const auto written = in_one_transaction([&]() -> Result<> {
    HAKI_TRY(home_.settings->put(setting::kRecoverySeed, next_seed.view()));
    return put_rescued(true, seed.view(), {});
  });
  HAKI_TRY(written);
  home_.rescue = Rescued{keys::RecoveryKeys::from_seed(seed), {}, true};
  return next_seed;
}

Result<> Rescue::finish() {
  const auto written = in_one_transaction([&]() -> Result<> {
    // The new words open what the old ones did: once more, now that every key is here.
    HAKI_TRY(home_.settings->put_number(setting::kRegrant, 1));
    // Its grants are done with. The seed stays, for keys of those who have not heard yet that others took its place.
    HAKI_ASSIGN(std::optional<Bytes> kept, home_.settings->get(setting::kRescue));
    const auto put = kept ? put_rescued(false, seed_in(*kept), {}) : Result<>();
    if (kept) crypto::wipe(*kept);
    HAKI_TRY(put);
    return People(home_).write_own_profile();
  });
  HAKI_TRY(home_.reload());
  HAKI_TRY(written);
  const Progress none;
  HAKI_TRY(Session(home_, none).run());
  return home_.reload_directory();
}

Result<bool> Rescue::words_unseen() const {
  HAKI_ASSIGN(std::optional<Bytes> seed, home_.settings->get(setting::kRecoverySeed));
  if (!seed) return false;
  crypto::wipe(*seed);
  HAKI_ASSIGN(const std::optional<Bytes> founding, home_.settings->get(setting::kFoundFrame));
  return !founding;
}

Result<RecoverySheet> Rescue::new_sheet() {
  HAKI_ASSIGN(std::optional<Bytes> seed, home_.settings->get(setting::kRecoverySeed));
  if (!seed) return Error{Code::kDamaged, "The new recovery words of this home are gone. Make others: haki recovery kit --new."};
  RecoverySheet sheet = blank_sheet();
  sheet.words = keys::to_checked_words(*seed);
  crypto::wipe(*seed);
  HAKI_TRY(home_.settings->remove(setting::kRecoverySeed));
  return sheet;
}

// Everything the server gave: the log, the keys that open, who this is.
Result<> Rescue::keep(const envelope::Recovered& recovered, const RestoreOptions& options) {
  HAKI_ASSIGN(std::optional<Bytes> kept, home_.settings->get(setting::kRescue));
  if (!kept || !home_.rescue) return Error{Code::kDamaged, "What this home has kept of its recovery is gone. Begin again in another folder."};
  Bytes notebooks;
  const auto written = in_one_transaction([&]() -> Result<> {
    HAKI_TRY(home_.settings->put(setting::kOrg, home_.org));
    HAKI_TRY(home_.settings->put_text(setting::kServer, options.server));
    HAKI_TRY(home_.settings->put_text(setting::kCoalition, options.coalition));
    HAKI_TRY(home_.settings->put_text(setting::kMember, options.member));
    HAKI_TRY(home_.settings->put_text(setting::kOrganisation, options.organisation));
    HAKI_TRY(home_.settings->put_number(setting::kRotateAll, 1));
    std::uint32_t seq = 0;
    for (const auto& entry : recovered.entries) HAKI_TRY(home_.ledger->put_entry(seq++, envelope::encode_frame(entry)));
    for (const envelope::Grant& grant : recovered.grants) {
      const envelope::Epoch* epoch = home_.membership.epoch(grant.compartment, grant.epoch);
      if (epoch == nullptr) {
        base::append(notebooks, envelope::encode_frame(grant));
        continue;
      }
      auto key = keys::open_grant(grant, home_.membership, home_.rescue->keys, epoch->made.key);
      if (key) HAKI_TRY(home_.ledger->put_key({grant.compartment, grant.epoch, std::move(*key), 0, {}}));
    }
    return put_rescued(true, seed_in(*kept), notebooks);
  });
  crypto::wipe(*kept);
  HAKI_TRY(home_.reload());
  HAKI_TRY(written);
  return home_.reload_directory();
}

Result<> Rescue::put_rescued(bool under_way, ByteView seed, ByteView grants) {
  Bytes rescued = encode_rescued(under_way, seed, grants);
  const auto put = home_.settings->put(setting::kRescue, rescued);
  crypto::wipe(rescued);
  return put;
}

Result<> Rescue::in_one_transaction(const std::function<Result<>()>& write) {
  store::Transaction transaction(*home_.database);
  HAKI_TRY(transaction.started());
  HAKI_TRY(write());
  return transaction.commit();
}

}  // namespace haki::client
