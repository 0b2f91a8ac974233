#include "relay/exchange.h"

#include <algorithm>

#include "base/log.h"
#include "crypto/hash.h"
#include "envelope/bundle_file.h"
#include "relay/append.h"
#include "relay/feed.h"

namespace haki::relay {
namespace {

using envelope::Refusal;
using Kind = storage::Outcome::Kind;

constexpr int kExchangeAttemptsMax = 8;

}  // namespace

bool Exchange::may_read(const CompartmentId& compartment) const {
  return coalition_.membership->may_read(request_.hello.device, compartment, coalition_.membership->newest());
}
bool Exchange::is_lead() const {
  return coalition_.membership->device(request_.hello.device)->now().leads();
}

Reply Exchange::authenticated(int status, const envelope::Frame& first, ByteView rest) const {
  Reply reply{status, envelope::encode_frame(first)};
  const auto mac = envelope::reply_mac(*key_, request_.mac, reply.body);
  reply.body.reserve(reply.body.size() + 32 + rest.size());
  envelope::append_frame(reply.body, envelope::Auth{mac});
  reply.body.insert(reply.body.end(), rest.begin(), rest.end());
  return reply;
}

// The first part says what is new; a part that leaves a gap is brought again, which the status asks of who brought it.
Reply Exchange::sealed_answer(const envelope::Welcome& welcome, ByteView rest) const {
  Bytes after = envelope::encode_frame(welcome);
  for (const envelope::BlobHeld& held : carried_->blobs_held) envelope::append_frame(after, held);
  after.insert(after.end(), rest.begin(), rest.end());
  const envelope::Device& device = *coalition_.membership->device(request_.hello.device);
  envelope::BundleAnswer answer{carried_->bundle.id, carried_->bundle.part, request_.hello.server_run, cursor_, {}};
  answer.signature = crypto::sign(context_.keys.sign.secret, "HAKI1.bua",
                                  envelope::bundle_answer_message(org_, request_.hello.device, answer, after));
  Bytes plain = envelope::encode_frame(answer);
  plain.insert(plain.end(), after.begin(), after.end());
  const bool gap = carried_->after_another || std::ranges::any_of(push_->answers(), [](const envelope::Frame& frame) {
    const auto* reject = std::get_if<envelope::Reject>(&frame);
    // A key that is not here yet may be in another part.
    return reject != nullptr && (reject->code == Refusal::kGap || reject->code == Refusal::kUnknownEpoch);
  });
  return {gap ? 202 : 200, envelope::seal_bundle({envelope::BundleKind::kAnswer, org_}, device.added.box_key, plain)};
}

Step Exchange::start() {
  if (!carried_) {
    auto parsed = parse_request(body_);
    if (const auto* refused = std::get_if<Refusal>(&parsed)) return refusal(*refused);
    request_ = std::get<Request>(std::move(parsed));
    if (auto refused = authenticate()) return std::move(*refused);
  }
  const bool same_life = request_.hello.server_run == context_.keys.run;
  cursor_ = same_life ? request_.hello.cursor : 0;
  return prepare();
}

std::optional<Reply> Exchange::authenticate() {
  auto coalition = context_.coalitions.get(context_.store, org_);
  if (!coalition) return store_failure(coalition.error());
  if (!*coalition) return refusal(Refusal::kUnknownCoalition);
  coalition_ = std::move(**coalition);
  const envelope::Device* sender = coalition_.membership->device(request_.hello.device);
  if (sender == nullptr) return refusal(Refusal::kNotAdmitted);
  key_ = context_.request_keys.of(org_, sender->added.device, sender->added.auth_key);
  if (!key_) return refusal(Refusal::kBadMac);
  const ByteView before = ByteView(body_).first(request_.authenticated);
  const auto mac = envelope::request_mac(*key_, request_.hello.counter, before);
  if (!crypto::same(mac, request_.mac)) return refusal(Refusal::kBadMac);
  return std::nullopt;
}

Step Exchange::prepare() {
  if (++attempts_ > kExchangeAttemptsMax) return refusal(Refusal::kBusy);
  auto prepared = try_prepare();
  if (!prepared) return store_failure(prepared.error());
  return std::move(*prepared);
}

Result<Step> Exchange::try_prepare() {
  HAKI_ASSIGN(const auto snapshot, context_.store.read());
  if (attempts_ > 1) {  // something moved under the last attempt: begin from what is committed now
    HAKI_ASSIGN(const auto stored, snapshot->coalition(org_));
    if (!stored) return Error{Code::kDamaged, "A coalition is gone from the server's database."};
    HAKI_ASSIGN(coalition_, context_.coalitions.refresh(*snapshot, *stored, org_));
  }
  const DeviceId device = request_.hello.device;
  HAKI_ASSIGN(storage::DeviceState state, snapshot->device(coalition_.key, device));
  if (!carried_ && request_.hello.counter <= state.counter) {
    envelope::Reject stale;
    stale.code = Refusal::kStaleCounter;
    stale.counter = state.counter;
    return Step(authenticated(status_of(stale.code), stale, {}));
  }
  now_ms_ = context_.clock.now_ms();
  const envelope::Device sender = *coalition_.membership->device(device);
  HAKI_ASSIGN(const auto own, snapshot->chains_of_log(coalition_.key, sender.added.log));
  heads_.clear();
  for (const storage::Chain& chain : own) heads_.push_back({chain.compartment, chain.head.seq, chain.head.hash});
  // A bundle may be older than what came by the network since.
  heads_differ_ = !carried_ && envelope::heads8(heads_) != request_.hello.heads8;
  if (!heads_differ_) heads_.clear();

  HAKI_TRY(judge(*snapshot, sender, own));

  state.counter = request_.hello.counter;
  const auto beacon = context_.coalitions.beacon(org_, now_ms_, context_.random, context_.keys.sign.secret);
  beacon_.reset();
  if (carried_ || cursor_ == 0 || state.beacon_ms != beacon.time_ms) beacon_ = beacon;
  state.beacon_ms = beacon.time_ms;
  return commit(state);
}

// Append, then EpochKeys, Runs, Erases and snapshots: what is refused becomes an answer, what is new waits to be stored.
Result<> Exchange::judge(storage::Snapshot& snapshot, const envelope::Device& sender,
                         const std::vector<storage::Chain>& own) {
  held_before_ = coalition_.membership->count();
  appended_ = false;
  append_refused_.reset();
  membership_write_.reset();
  if (request_.append) {
    HAKI_ASSIGN(CheckedAppend checked,
                check_append(coalition_.membership, *request_.append,
                             [&](const LogId& log) { return snapshot.chains_of_log(coalition_.key, log); }));
    append_refused_ = checked.refused;
    appended_ = checked.write.has_value();
    membership_write_ = std::move(checked.write);
    coalition_.membership = std::move(checked.after);
  }
  push_ = std::make_unique<Push>(snapshot, coalition_, sender, own, context_.keys, now_ms_, context_.device_quota_bytes);
  for (const envelope::EpochKey& key : request_.epoch_keys) HAKI_TRY(push_->take(key));
  for (const envelope::Run& run : request_.runs) HAKI_TRY(push_->take(run));
  const envelope::Device& now = *coalition_.membership->device(sender.added.device);
  erasures_ = std::make_unique<Erasures>(snapshot, coalition_, now, context_.keys, now_ms_, *push_);
  for (const envelope::Erase& erase : request_.erases) HAKI_TRY(erasures_->take(erase));
  snapshots_ = std::make_unique<Snapshots>(request_, *coalition_.membership->device(sender.added.device));
  lead_writes_ = {};
  lead_writes_.now_ms = now_ms_;
  HAKI_TRY(erasures_->add_to(lead_writes_));
  return snapshots_->judge(snapshot, coalition_, *erasures_, lead_writes_);
}

Step Exchange::commit(storage::DeviceState state) {
  storage::ExchangeWrite write = std::move(lead_writes_);
  write.coalition = coalition_.key;
  write.device = request_.hello.device;
  if (!carried_) write.state = state;
  write.now_ms = now_ms_;
  write.membership = std::move(membership_write_);
  write.epoch_keys = std::move(*push_).epoch_keys();
  write.runs = push_->runs();
  if (request_.wiped && wiped_holds(*request_.wiped)) write.wiped = envelope::encode_frame(*request_.wiped);
  auto pending = std::make_unique<Pending>();
  pending->write = std::move(write);
  pending->then = [self = shared_from_this()](storage::Outcome outcome) { return self->after_commit(outcome); };
  return pending;
}

// Only a removed device that was ordered to, by itself.
bool Exchange::wiped_holds(const envelope::Wiped& wiped) const {
  const envelope::Device* sender = coalition_.membership->device(request_.hello.device);
  return wiped.device == request_.hello.device && sender->wipe_ordered &&
         crypto::verify(sender->added.sign_key, "HAKI1.wip", envelope::wiped_message(org_, wiped.device), wiped.signature);
}

Step Exchange::after_commit(storage::Outcome outcome) {
  if (outcome.kind == Kind::kMoved) return prepare();
  if (outcome.kind != Kind::kDone) return store_failure(outcome.kind);
  if (appended_) context_.coalitions.put(org_, coalition_);
  auto made = reply(outcome);
  if (!made) return store_failure(made.error());
  for (const BlobId& blob : erasures_->blobs()) made->erased_blobs.emplace_back(org_, blob);
  return std::move(*made);
}

// ---- the reply ----

// Nobody else stored anything since the sender's cursor, and it asked for nothing: no need to look.
bool Exchange::nothing_to_read(const storage::Outcome& outcome) const {
  if (!asks()) return true;
  return cursor_ != 0 && outcome.before == cursor_ && !request_.append && request_.pulls.empty() &&
         request_.heads_wanted.empty() &&
         !snapshots_->asked() &&
         request_.hello.membership_count >= coalition_.membership->count();
}

Result<Reply> Exchange::reply(const storage::Outcome& outcome) {
  // A number that was never given means nothing, as one of another life does.
  if (cursor_ > outcome.after) cursor_ = 0;
  envelope::Welcome welcome;
  welcome.server_run = context_.keys.run;
  welcome.heads = heads_;
  welcome.heads_differ = heads_differ_;
  welcome.beacon = beacon_;
  welcome.cursor = asks() ? outcome.after : cursor_;
  welcome.more = !asks();
  Bytes tail;
  if (nothing_to_read(outcome)) {
    for (const envelope::Frame& answer : push_->answers()) envelope::append_frame(tail, answer);
    for (const envelope::Frame& answer : erasures_->answers()) envelope::append_frame(tail, answer);
    for (const envelope::Frame& answer : snapshots_->answers()) envelope::append_frame(tail, answer);
  } else {
    HAKI_ASSIGN(const auto snapshot, context_.store.read());
    HAKI_ASSIGN(const auto stored, snapshot->coalition(org_));
    if (!stored) return Error{Code::kDamaged, "A coalition is gone from the server's database."};
    // Rows are judged by a membership at least as new as they are, or some would be passed over for ever.
    HAKI_ASSIGN(coalition_, context_.coalitions.refresh(*snapshot, *stored, org_));
    HAKI_TRY(read(*snapshot, *stored, welcome, tail));
  }
  welcome.membership_count = coalition_.membership->count();
  welcome.membership_head = coalition_.membership->head();
  welcome.time_ms = context_.clock.now_ms();
  if (carried_) return sealed_answer(welcome, tail);
  const bool active = coalition_.membership->device(request_.hello.device)->now().active();
  if (request_.hello.wants_token && active) {
    welcome.token = context_.blob_tokens.give({org_, request_.hello.device}, welcome.time_ms, context_.random);
  }
  return authenticated(200, welcome, tail);
}

Result<> Exchange::read(storage::Snapshot& snapshot, const storage::Coalition& stored, envelope::Welcome& welcome,
                        Bytes& tail) {
  constexpr std::size_t kCreditDefault = 512 * 1024;
  constexpr std::size_t kCreditMax = 2 * 1024 * 1024;
  const std::size_t credit =
      request_.hello.credit == 0 ? kCreditDefault : std::min<std::size_t>(request_.hello.credit, kCreditMax);
  RowWriter rows(*coalition_.membership, credit);
  HAKI_ASSIGN(const bool whole_log, read_membership(snapshot, tail));
  const bool removed = coalition_.membership->device(request_.hello.device)->now().removed;
  if (whole_log && !removed) {
    HAKI_ASSIGN(const auto grants, snapshot.grants_above(coalition_.key, request_.hello.device, cursor_, 512));
    for (const storage::StoredFrame& grant : grants) tail.insert(tail.end(), grant.frame.begin(), grant.frame.end());
  }
  pull_answers_.clear();
  if (whole_log) {
    HAKI_TRY(snapshots_->read(snapshot, coalition_));
    HAKI_TRY(read_news(snapshot, rows));
  }
  if (is_lead()) HAKI_TRY(read_heads(snapshot));
  welcome.more = !whole_log || rows.full();
  welcome.cursor = !welcome.more ? stored.server_seq : std::max(cursor_, rows.reached());
  if (!welcome.more) {
    HAKI_TRY(read_pulls(snapshot, rows));
    welcome.more = rows.full();
  }
  if (append_refused_) envelope::append_frame(tail, *append_refused_);
  for (const envelope::Frame& answer : push_->answers()) envelope::append_frame(tail, answer);
  for (const envelope::Frame& answer : erasures_->answers()) envelope::append_frame(tail, answer);
  for (const envelope::Frame& answer : pull_answers_) envelope::append_frame(tail, answer);
  for (const envelope::Frame& offer : snapshots_->offers()) envelope::append_frame(tail, offer);
  for (const envelope::Frame& answer : snapshots_->answers()) envelope::append_frame(tail, answer);
  const Bytes row_bytes = rows.take();
  tail.insert(tail.end(), row_bytes.begin(), row_bytes.end());
  if (!welcome.more && row_bytes.size() < credit) {
    HAKI_ASSIGN(const Bytes pieces, snapshots_->read_bytes(snapshot, credit - row_bytes.size()));
    tail.insert(tail.end(), pieces.begin(), pieces.end());
  }
  return {};
}

// True where the sender then holds the whole log.
Result<bool> Exchange::read_membership(storage::Snapshot& snapshot, Bytes& tail) {
  constexpr std::size_t kEntriesMax = 1500;
  constexpr std::size_t kTailBytesMax = 1024 * 1024;
  const std::uint64_t held = request_.hello.membership_count;
  const std::uint64_t count = coalition_.membership->count();
  const bool only_its_own =
      appended_ && held >= held_before_ && count == held_before_ + request_.append->entries.size();
  if (held >= count || only_its_own) return true;
  HAKI_ASSIGN(const auto entries, snapshot.entries(coalition_.key, held, kEntriesMax));
  std::size_t given = 0;
  for (const Bytes& entry : entries) {
    if (tail.size() + entry.size() > kTailBytesMax) break;
    tail.insert(tail.end(), entry.begin(), entry.end());
    ++given;
  }
  return held + given == count;
}

Result<> Exchange::read_news(storage::Snapshot& snapshot, RowWriter& rows) {
  const envelope::Membership& log = *coalition_.membership;
  const DeviceId device = request_.hello.device;
  const LogId own_log = log.device(device)->added.log;
  Wanted wanted;
  wanted.above = cursor_;
  HAKI_ASSIGN(wanted.chains, snapshot.chains_above(coalition_.key, cursor_));
  std::erase_if(wanted.chains,
                [&](const storage::Chain& chain) { return chain.log == own_log || !may_read(chain.compartment); });
  std::ranges::sort(wanted.chains, {}, &storage::Chain::key);
  wanted.covered = [this](const storage::Chain& chain) { return snapshots_->covered(chain); };
  if (is_lead()) {
    wanted.joins = true;
    wanted.wiped = true;
    wanted.epoch_keys = [&](const CompartmentId& notebook) { return log.compartment(notebook)->made.owner != device; };
  }
  return feed(snapshot, coalition_.key, now_ms_, wanted, rows);
}

Result<> Exchange::read_pulls(storage::Snapshot& snapshot, RowWriter& rows) {
  for (const envelope::Pull& pull : request_.pulls) {
    if (rows.full()) break;
    const bool known = coalition_.membership->compartment(pull.compartment) != nullptr;
    if (known && may_read(pull.compartment)) {
      HAKI_TRY(read_pull(snapshot, rows, pull));
      continue;
    }
    envelope::Reject reject;
    reject.code = known ? Refusal::kNotAllowed : Refusal::kUnknownCompartment;
    reject.compartment = pull.compartment;
    pull_answers_.push_back(reject);
  }
  return {};
}

// How far the chains of devices have got that the sender is about to remove.
Result<> Exchange::read_heads(storage::Snapshot& snapshot) {
  for (const DeviceId& id : request_.heads_wanted) {
    const envelope::Device* device = coalition_.membership->device(id);
    if (device == nullptr) continue;
    envelope::DeviceHeads answer{id, {}};
    HAKI_ASSIGN(const auto chains, snapshot.chains_of_log(coalition_.key, device->added.log));
    for (const storage::Chain& chain : chains) {
      if (chain.head.seq > 0) answer.heads.push_back({chain.compartment, chain.head.seq, chain.head.hash});
    }
    pull_answers_.emplace_back(std::move(answer));
  }
  return {};
}

// What lies above the sender's cursor it has in this reply already, but for its own log.
Result<> Exchange::read_pull(storage::Snapshot& snapshot, RowWriter& rows, const envelope::Pull& pull) {
  const LogId own_log = coalition_.membership->device(request_.hello.device)->added.log;
  const bool one = !pull.log.is_zero();
  Wanted wanted;
  wanted.above = pull.after_seq;
  wanted.up_to = pull.log == own_log ? UINT64_MAX : cursor_;
  HAKI_ASSIGN(wanted.chains, snapshot.chains_above(coalition_.key, 0));
  std::erase_if(wanted.chains, [&](const storage::Chain& chain) {
    return chain.compartment != pull.compartment || (one ? chain.log != pull.log : chain.log == own_log);
  });
  std::ranges::sort(wanted.chains, {}, &storage::Chain::key);
  if (!one) {
    wanted.epoch_keys = [&](const CompartmentId& notebook) { return notebook == pull.compartment; };
    return feed(snapshot, coalition_.key, now_ms_, wanted, rows);
  }
  if (wanted.chains.empty()) return {};
  HAKI_TRY(snapshot.items_of_chain(wanted.chains.front().key, pull.after_seq, [&](storage::StoredItem&& item) {
    return item.server_seq <= wanted.up_to && rows.add(wanted.chains.front(), std::move(item));
  }));
  rows.flush();
  return {};
}

}  // namespace haki::relay
