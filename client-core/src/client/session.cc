#include "client/session.h"

#include <algorithm>
#include <ctime>

#include "base/limits.h"
#include "client/circles.h"
#include "client/opening.h"
#include "client/sealer.h"
#include "sync/refusal.h"

namespace haki::client {
namespace {

constexpr std::int64_t kRecentWelcomeMs = 24 * 3'600'000ll;
constexpr std::size_t kHeadsWantedMax = 16;
constexpr std::uint64_t kMuchReceived = 1000;  // change sets
constexpr std::int64_t kClockOffMs = 24 * 3'600'000ll;

std::string day_of(std::int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[16];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d", &utc));
}

// What an answer that is not the hoped-for one means.
Error refusal_in(const transport::Response& response) {
  envelope::FrameReader reader(response.body);
  if (!reader.done()) {
    const auto frame = reader.next();
    if (const auto* reject = frame ? std::get_if<envelope::Reject>(&*frame) : nullptr) return sync::refusal_error(*reject);
  }
  return sync::unexpected_status(response.status);
}

// The single frame of type T that an answer must hold, or the refusal in it as an error.
template <typename T>
Result<T> only_frame(const transport::Response& response) {
  envelope::FrameReader reader(response.body);
  if (!reader.done()) {
    const auto frame = reader.next();
    if (frame && std::holds_alternative<T>(*frame)) return std::get<T>(*frame);
  }
  return refusal_in(response);
}

}  // namespace

Result<ServerIdentity> ask_server(const std::string& address, const crypto::VerifyKey& expected, Surroundings& around) {
  HAKI_ASSIGN(const transport::Endpoint endpoint, transport::parse_endpoint(address));
  const auto http = around.network.connect(endpoint, {{}, true});
  std::array<std::uint8_t, 16> nonce;
  around.random.fill(nonce);
  HAKI_ASSIGN(const transport::Response response, http->send({"GET", "/v1/server?nonce=" + to_hex(nonce), {}}));
  HAKI_ASSIGN(const envelope::ServerInfo info, only_frame<envelope::ServerInfo>(response));
  if (info.version != envelope::kProtocolVersion) return sync::refusal_error({envelope::Refusal::kVersion, {}, {}, 0, {}, 0, 0});
  if (info.sign_key != expected ||
      !crypto::verify(expected, "HAKI1.srv", envelope::server_info_message(info, nonce), info.signature)) {
    return Error{Code::kUntrusted,
                 "The server at " + address + " is not the one that was named: wrong address, or somebody stands in between. "
                 "Nothing was sent to it."};
  }
  const std::optional<envelope::Pin> certificate = http->peer_pin();
  if (certificate && std::ranges::find(info.pins, *certificate) == info.pins.end()) {
    return Error{Code::kUntrusted,
                 "The certificate shown at " + address + " is not one of this server: somebody may stand in between. Nothing "
                 "was sent to it; tell the operator."};
  }
  return ServerIdentity{info, certificate};
}

Result<envelope::Founded> founded_in(const transport::Response& response) { return only_frame<envelope::Founded>(response); }

Result<> Session::connect() {
  HAKI_ASSIGN(const std::string address, home_.settings->text(setting::kServer));
  HAKI_ASSIGN(const transport::Endpoint endpoint, transport::parse_endpoint(address));
  transport::Trust trust;
  if (home_.membership.founded()) {
    trust.pins = home_.membership.endpoints().pins;
  } else {
    HAKI_ASSIGN(const std::string text, home_.settings->text(setting::kInvite));
    HAKI_ASSIGN(const keys::Invite invite, keys::read_invite(text));
    trust.pins = invite.pins;
  }
  http_ = home_.around.network.connect(endpoint, trust);
  return {};
}

Result<> Session::deliver_founding() {
  HAKI_ASSIGN(const std::optional<Bytes> frame, home_.settings->get(setting::kFoundFrame));
  if (!frame) return {};
  HAKI_TRY(connect());
  HAKI_ASSIGN(const transport::Response response, http_->send({"POST", "/v1/coalitions", *frame}));
  HAKI_ASSIGN(const envelope::Founded founded, only_frame<envelope::Founded>(response));
  const Bytes message = envelope::founded_message(home_.org, home_.membership.head(), founded.time_ms);
  if (founded.org != home_.org ||
      !crypto::verify(home_.membership.endpoints().server_sign_key, "HAKI1.fnd", message, founded.signature)) {
    return Error{Code::kUntrusted, "The server's answer to the founding does not hold. Nothing was lost; try again."};
  }
  return {};
}

Result<> Session::deliver_join() {
  HAKI_ASSIGN(const std::optional<Bytes> frame, home_.settings->get(setting::kJoinFrame));
  if (!frame) return {};
  if (!http_) HAKI_TRY(connect());
  envelope::FrameReader reader(*frame);
  const auto request = reader.next();
  const auto* join = request ? std::get_if<envelope::JoinRequest>(&*request) : nullptr;
  if (join == nullptr) return Error{Code::kDamaged, "The join request in this home is damaged."};
  const std::string target = "/v1/coalitions/" + to_base64url(home_.org) + "/join/" + to_base64url(join->invite);
  HAKI_ASSIGN(const transport::Response response, http_->send({"PUT", target, *frame}));
  if (response.status / 100 == 2) return home_.settings->put_number(setting::kJoinDelivered, 1);
  return refusal_in(response);
}

Result<SyncReport> Session::run_for_token() {
  wants_token_ = true;
  return run();
}

Result<SyncReport> Session::run() {
  HAKI_TRY(connect());
  const bool founded = home_.membership.founded();
  crypto::VerifyKey server_sign;
  crypto::AuthPublicKey server_exchange;
  if (founded) {
    server_sign = home_.membership.endpoints().server_sign_key;
    server_exchange = home_.membership.endpoints().server_exchange_key;
  } else {
    HAKI_ASSIGN(const std::string text, home_.settings->text(setting::kInvite));
    HAKI_ASSIGN(const keys::Invite invite, keys::read_invite(text));
    server_sign = invite.server_sign_key;
    server_exchange = invite.server_exchange_key;
  }
  auto key = envelope::request_key(home_.identity.auth.secret, server_exchange, home_.org, home_.device, server_sign);
  if (!key) return Error{Code::kUntrusted, "The server's key is not one that can be used. Ask the lead for a new invite."};
  HAKI_TRY(inbox_.begin());
  sync::Engine engine(home_.device, std::move(*key), home_.random);
  std::map<CompartmentId, std::uint64_t> barred_before;
  for (const store::Chain* chain : home_.chains->own()) {
    total_unsent_ += chain->applied_seq - chain->receipted_seq;
    barred_before[chain->compartment] = barred_changes(home_, *chain);
  }
  HAKI_ASSIGN(const std::int64_t last_welcome, home_.settings->number(setting::kLastWelcome));
  const std::int64_t age_ms = home_.clock.now_ms() - last_welcome;
  sync::Event event = sync::Started{last_welcome > 0 && age_ms >= 0 && age_ms < kRecentWelcomeMs};
  std::optional<Error> error;
  for (;;) {
    const sync::Action action = engine.handle(event);
    if (const auto* finish = std::get_if<sync::Finish>(&action)) {
      error = finish->error;
      break;
    }
    event = std::visit(
        [this](const auto& one) -> sync::Event {
          if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, sync::Finish>) return perform(one);
          else return sync::Waited{};
        },
        action);
  }
  if (error && error->code == Code::kNotAdmitted && !home_.admitted()) {
    HAKI_TRY(deliver_join());
    report_.waiting_for_admission = true;
    error.reset();
  }
  // Who is a member the leads sign, not the server.
  if (error && error->code == Code::kNotAdmitted) error = sync::unsigned_removal();
  if (error && error->code == Code::kRemoved && !home_.removed()) error = sync::unsigned_removal();
  note_barred(barred_before);
  const transport::Traffic traffic = http_->traffic();
  report_.bytes_up = traffic.bytes_up;
  report_.bytes_down = traffic.bytes_down;
  report_.round_trips = traffic.round_trips;
  report_.sent -= std::min(report_.sent, acks_);
  report_.removed = home_.removed();
  report_.wiped = wipe_ != Wipe::kNone;
  if (report_.wiped) error.reset();  // whatever came of telling it
  report_.suspended = home_.me() != nullptr && home_.me()->now().suspended;
  if (error) return *error;
  return report_;
}

// Said by the exchange that learns it; 'haki status' and 'haki outbox' go on saying it.
void Session::note_barred(const std::map<CompartmentId, std::uint64_t>& before) {
  for (const store::Chain* chain : home_.chains->own()) {
    const std::uint64_t now = barred_changes(home_, *chain);
    const auto then = before.find(chain->compartment);
    if (home_.removed() || now == 0 || (then != before.end() && then->second >= now)) continue;
    add_note((now == 1 ? "1 change" : std::to_string(now) + " changes") + " of yours in " + Circles(home_).name_of(chain->compartment) +
             " had not been sent when you lost the right to write there. Nobody else gets it unless you are let in again; it stays on "
             "this device: haki outbox.");
  }
}

Result<std::array<std::uint8_t, 8>> Session::heads8() {
  std::vector<envelope::Head> heads;
  for (const store::Chain* chain : home_.chains->own()) {
    if (chain->receipted_seq == 0) continue;
    HAKI_ASSIGN(const std::optional<Hash> hash, home_.outbox->hash_at(chain->no, chain->receipted_seq));
    heads.push_back({chain->compartment, chain->receipted_seq, hash.value_or(chain->head)});
  }
  return envelope::heads8(std::move(heads));
}

// What the log and those who read it are owed with the next request.
Result<std::optional<envelope::Append>> Session::append_due(bool behind, std::vector<DeviceId>& wanted, std::vector<std::string>& notes) {
  regrants_ = false;
  owed_.begin();
  std::optional<envelope::Append> append;
  if (behind) {  // it lost entries that this device has verified: they come before anything new
    HAKI_ASSIGN(append, refill_.log_from(*server_entries_, limits::kMembershipBatchMax));
    return append;
  }
  HAKI_ASSIGN(const std::int64_t regrant, home_.settings->number(setting::kRegrant));
  if (regrant != 0 && home_.is_lead()) {
    append = refill_.standing_keys();
    regrants_ = true;
    return append;
  }
  HAKI_ASSIGN(append, Administration(home_).due(heads_heard_, wanted, notes));
  return append ? Result<std::optional<envelope::Append>>(std::move(append)) : owed_.due();
}

Result<sync::Prepared> Session::prepare(const sync::Prepare& action) {
  if (action.seal) HAKI_TRY(Sealer(home_).seal(action.bytes_max));
  HAKI_ASSIGN(const std::int64_t last, home_.settings->number(setting::kCounter));
  const std::int64_t counter = std::max(last, static_cast<std::int64_t>(action.counter_above)) + 1;
  HAKI_TRY(home_.settings->put_number(setting::kCounter, counter));
  sync::Prepared prepared;
  prepared.hello.counter = static_cast<std::uint64_t>(counter);
  prepared.hello.wants_token = wants_token_ && token_.is_zero();
  prepared.hello.membership_count = home_.membership.count();
  HAKI_ASSIGN(const std::int64_t cursor, home_.settings->number(setting::kCursor));
  prepared.hello.cursor = static_cast<std::uint64_t>(cursor);
  HAKI_ASSIGN(prepared.hello.heads8, heads8());
  HAKI_ASSIGN(const std::optional<Bytes> server_run, home_.settings->get(setting::kServerRun));
  if (server_run) prepared.hello.server_run = envelope::ServerRun::from(*server_run).value_or(envelope::ServerRun{});
  sent_.clear();
  std::vector<std::string> notes;
  std::vector<DeviceId> wanted;
  const bool behind = server_entries_ && *server_entries_ < home_.membership.count();
  HAKI_ASSIGN(const std::optional<envelope::Append> append, append_due(behind, wanted, notes));
  for (std::string& note : notes) add_note(std::move(note));
  appended_ = append && !behind ? append->entries : std::vector<envelope::MembershipEntry>();
  if (append) prepared.frames.push_back(envelope::encode_frame(*append));
  HAKI_TRY(refill_.look());
  Refill::Frames refilled;
  if (action.bytes_max > 0) {
    HAKI_ASSIGN(sent_, home_.outbox->waiting(action.bytes_max));
    std::size_t bytes = 0;
    for (const store::SealedFrame& sealed : sent_) bytes += sealed.frame.size();
    HAKI_ASSIGN(refilled, refill_.next(action.bytes_max - std::min(action.bytes_max, bytes)));
  }
  // A request has its epoch keys before its runs, whichever was sealed first (spec 60-http-api).
  const auto put = [&](std::vector<Bytes>& frames) { std::ranges::move(frames, std::back_inserter(prepared.frames)); };
  for (const store::SealedFrame& sealed : sent_) {
    if (sealed.kind == store::SealedKind::kEpochKey) prepared.frames.push_back(sealed.frame);
  }
  put(refilled.epoch_keys);
  for (const store::SealedFrame& sealed : sent_) {
    if (sealed.kind == store::SealedKind::kRun) prepared.frames.push_back(sealed.frame);
  }
  HAKI_ASSIGN(std::vector<Bytes> erases, erasures_.next(sent_.empty() && refilled.runs.empty() ? action.bytes_max : 0));
  put(refilled.runs);
  put(erases);
  for (const DeviceId& device : refill_.wanted(kHeadsWantedMax - std::min(kHeadsWantedMax, wanted.size()))) {
    if (std::ranges::find(wanted, device) == wanted.end()) wanted.push_back(device);
  }
  if (wipe_ == Wipe::kKeysGone && sent_.empty() && !sealable()) {
    const auto word = crypto::sign(home_.identity.sign.secret, "HAKI1.wip", envelope::wiped_message(home_.org, home_.device));
    prepared.frames.push_back(envelope::encode_frame(envelope::Wiped{home_.device, word}));
    wipe_ = Wipe::kTold;
  }
  SnapshotMaker::Frames snapshots;
  if (quiet_ && sent_.empty()) {
    HAKI_ASSIGN(snapshots, maker_.next(action.bytes_max));
  }
  put(snapshots.put);
  for (const envelope::Pull& pull : inbox_.pulls()) prepared.frames.push_back(envelope::encode_frame(pull));
  for (const envelope::SnapshotWant& want : inbox_.wants()) prepared.frames.push_back(envelope::encode_frame(want));
  put(snapshots.want);
  for (const DeviceId& device : wanted) prepared.frames.push_back(envelope::encode_frame(envelope::HeadsWanted{device}));
  return prepared;
}

sync::Event Session::perform(const sync::Prepare& action) {
  auto prepared = prepare(action);
  if (!prepared) return sync::Failed{prepared.error()};
  return std::move(*prepared);
}

sync::Event Session::perform(const sync::Post& action) {
  const std::int64_t start_ms = home_.clock.steady_ms();
  auto response = http_->send({"POST", "/v1/coalitions/" + to_base64url(home_.org) + "/exchange", action.body});
  if (!response) return sync::Unanswered{response.error()};
  return sync::Answered{response->status, std::move(response->body), response->cut_short,
                        home_.clock.steady_ms() - start_ms};
}

// The log orders this device to be wiped: what opens the home goes first. This session still has the keys in memory, to hand
// over what was not sent and to say that it is done.
Result<> Session::obey_wipe() {
  if (wipe_ != Wipe::kNone || home_.me() == nullptr || !home_.me()->wipe_ordered) return {};
  wipe_ = Wipe::kKeysGone;
  return destroy_keys(home_.path, home_.around);
}

bool Session::sealable() const {
  for (const store::Chain* chain : home_.chains->own()) {
    const bool waits = chain->applied_seq > chain->head_seq && home_.admitted();
    if (!waits || !may_seal_into(home_, chain->compartment)) continue;
    if (home_.membership.epoch_is_stale(chain->compartment)) continue;
    if (chain->compartment == home_.own_compartment()) return true;
    const auto key = home_.key_ring.lower_bound({chain->compartment, 0});
    if (key != home_.key_ring.end() && key->first.first == chain->compartment) return true;
  }
  return false;
}

// What this device appended is not sent back to it where nothing else was; the server's count and head say it is in.
sync::Inbound Session::with_own_entries(const sync::Inbound& inbound) const {
  sync::Inbound whole = inbound;
  if (appended_.empty() || !inbound.entries.empty() || !inbound.welcome) return whole;
  const bool in = inbound.welcome->membership_count == home_.membership.count() + appended_.size() &&
                  inbound.welcome->membership_head == envelope::entry_hash(appended_.back());
  if (in) whole.entries = appended_;
  return whole;
}

sync::Event Session::perform(const sync::Take& action) {
  auto taking = inbox_.take(with_own_entries(action.inbound), sent_);
  appended_.clear();
  if (!taking) return sync::Failed{taking.error()};
  report_.sent += taking->receipted;
  report_.received += taking->received;
  report_.quarantined += taking->quarantined;
  report_.held += taking->held;
  report_.admitted += taking->admitted;
  acks_ += taking->acks_made;
  for (std::string& note : taking->notes) add_note(std::move(note));
  if (auto done = handed_on(action.inbound); !done) return sync::Failed{done.error()};
  bool behind = false;
  if (action.inbound.welcome) {
    note_clock(*action.inbound.welcome);
    if (!action.inbound.welcome->token.is_zero()) token_ = action.inbound.welcome->token;
    behind = action.inbound.welcome->membership_count < home_.membership.count();
    if (behind && home_.is_lead()) {
      if (auto kept = home_.settings->put_number(setting::kRegrant, 1); !kept) return sync::Failed{kept.error()};
    }
    if (behind && server_entries_ != action.inbound.welcome->membership_count) taking->moved = true;
    server_entries_ = action.inbound.welcome->membership_count;
  }
  auto settled = erasures_.settle();
  if (!settled) return sync::Failed{settled.error()};
  acks_ += settled->said;
  if (settled->fresh) maker_.begin_anew();
  if (progress_) progress_(report_.sent + report_.received, total_unsent_);
  std::vector<std::string> notes;  // of who asked to join in this very answer
  if (auto done = hear_heads(action.inbound, *taking); !done) return sync::Failed{done.error()};
  std::vector<DeviceId> wanted;
  const auto owed = Administration(home_).due(heads_heard_, wanted, notes);
  for (std::string& note : notes) add_note(std::move(note));
  if (auto done = obey_wipe(); !done) return sync::Failed{done.error()};
  const auto further = maker_.take(action.inbound, notes);
  if (!further) return sync::Failed{further.error()};
  taking->moved |= *further;
  taking->gained |= *further;
  for (std::string& note : notes) add_note(std::move(note));
  const auto waiting = home_.outbox->any_waiting();
  const auto keys_owed = owed_.any();
  if (!owed || !waiting) return sync::Failed{owed ? waiting.error() : owed.error()};
  const auto erasing = erasures_.pending();
  if (!keys_owed || !erasing) return sync::Failed{keys_owed ? erasing.error() : keys_owed.error()};
  // Asking again is of use only while something comes of it: a server that refuses the same frame is not asked for ever.
  idle_rounds_ = taking->moved ? 0 : idle_rounds_ + 1;
  const bool useful = idle_rounds_ < kIdleRoundsMax;
  const bool unsent = *waiting || sealable() || owed->has_value() || *keys_owed || !wanted.empty() || refill_.pending() || behind || *erasing ||
                      wipe_ == Wipe::kKeysGone;
  const bool asks = inbox_.asks();
  quiet_ = !unsent && !asks && home_.active();
  if (quiet_) {
    const auto due = snapshot_due();
    if (!due) return sync::Failed{due.error()};
    quiet_ = *due;
  }
  return sync::Taken{(unsent || quiet_) && useful, asks && useful, taking->gained};
}

Result<> Session::hear_heads(const sync::Inbound& inbound, Taking& taking) {
  for (const envelope::DeviceHeads& heard : inbound.heads) {
    heads_heard_[heard.device] = heard.heads;
    HAKI_TRY(refill_.heard(heard));
    taking.moved = true;
  }
  HAKI_TRY(refill_.answered());
  if (refill_.pending()) taking.moved = true;
  // Heads are good for the one entry they were asked for, and only once everything below them was read.
  const bool all_read = inbound.whole && inbound.welcome && !inbound.welcome->more;
  if (inbound.heads.empty() || !all_read) heads_heard_.clear();
  return {};
}

// Keys that went with the request are handed on once the server has answered and refused nothing.
Result<> Session::handed_on(const sync::Inbound& inbound) {
  if (!inbound.welcome || !inbound.rejects.empty()) return {};
  HAKI_TRY(owed_.given());
  return std::exchange(regrants_, false) ? home_.settings->put_number(setting::kRegrant, 0) : Result<>();
}

// Putting much work together takes about as long as reading it: who has just waited for that is spared until the next session.
Result<bool> Session::snapshot_due() {
  HAKI_ASSIGN(const bool pending, maker_.pending());
  if (!pending || snapshots_begun_) return pending;
  HAKI_ASSIGN(const std::int64_t waited, home_.settings->number(setting::kSnapshotWaits));
  const bool later = report_.received >= kMuchReceived && waited == 0;
  if (later != (waited != 0)) HAKI_TRY(home_.settings->put_number(setting::kSnapshotWaits, later ? 1 : 0));
  snapshots_begun_ = !later;
  return !later;
}

sync::Event Session::perform(const sync::Wait& action) {
  home_.around.network.wait(action.ms);
  return sync::Waited{};
}

void Session::note_clock(const envelope::Welcome& welcome) {
  // What the server says may be any number.
  const std::int64_t theirs_ms = std::clamp<std::int64_t>(welcome.time_ms, 0, changes::Hlc::kMsMax);
  const std::int64_t off_ms = home_.clock.now_ms() - theirs_ms;
  if (std::abs(off_ms) < kClockOffMs) return;
  std::string note = "This device's clock says " + day_of(home_.clock.now_ms()) + ", the server's says " + day_of(theirs_ms) +
                     ". If it is this device's that is wrong, set its date; nothing is lost, but the dates of records are off.";
  add_note(std::move(note));
}

void Session::add_note(std::string note) {
  if (std::ranges::find(report_.notes, note) == report_.notes.end()) report_.notes.push_back(std::move(note));
}

}  // namespace haki::client
