#include "store/states.h"

#include <algorithm>

#include "base/limits.h"
#include "payload/batch.h"
#include "payload/frame.h"
#include "payload/record_state.h"

namespace haki::store {
namespace {

// More take longer to merge than a body takes to expand. Three are usual: recorded, submitted, reviewed.
constexpr std::size_t kBehindMax = 4;
constexpr std::size_t kStateBytesMax = 16 * 1024 * 1024;  // states have no bound of their own; their change sets have

Error damaged_state() {
  return {Code::kDamaged, "A record in this home's store is damaged and cannot be read. The others are not affected."};
}

Error damaged_chain() { return {Code::kDamaged, "A change in this home's store belongs to no chain that is known."}; }

std::uint64_t no_seq(const LogId&) { return 0; }
std::uint64_t any_seq(const LogId&) { return kSeqMax; }

}  // namespace

Result<changes::RecordState> States::read(std::int64_t no, const CompartmentId& compartment, const RecordId& id, ByteView body) {
  if (body.empty()) {
    changes::RecordState state;
    state.id = id;
    HAKI_ASSIGN(const bool whole, merge_past(state, no, compartment, no_seq, any_seq));
    if (!whole || state.creations.empty()) return damaged_state();
    return state;
  }
  Bytes expanded;
  if (payload::is_frame(body)) {
    HAKI_ASSIGN(expanded, payload::expand(body, kStateBytesMax));
    body = expanded;
  }
  auto state = payload::decode_record_state(body);
  if (!state) return damaged_state();
  return state;
}

Result<Bytes> States::body_of(const changes::RecordState& state) {
  Bytes encoded = payload::encode_record_state(state);
  if (encoded.size() > kStateBytesMax) return encoded;
  return past_.compressed(std::move(encoded));
}

// Only what comes out the same is left out, so that nothing depends on why it should.
Result<Bytes> States::body_with(std::int64_t no, const CompartmentId& compartment, const changes::RecordState& state, std::int64_t id,
                                const changes::ChangeSet& set) {
  if (state.creations.empty()) return body_of(state);  // edits alone: the record is still to come
  std::vector<std::int64_t> ids;
  if (no != 0) {
    HAKI_ASSIGN(ids, behind(no));
  }
  ids.insert(std::ranges::upper_bound(ids, id), id);
  if (ids.size() > kBehindMax) return body_of(state);
  const ChangeSetById small = [&](std::int64_t one) -> Result<std::shared_ptr<const changes::ChangeSet>> {
    if (one == id) return std::shared_ptr<const changes::ChangeSet>(std::shared_ptr<void>(), &set);
    HAKI_ASSIGN(const std::optional<Bytes> body, past_.find(one));
    if (!body || body->size() >= kLargeChangeSet) return std::shared_ptr<const changes::ChangeSet>();
    return decoded(*body, chains_.find(one >> kSeqBits)->log, seq_of(one));
  };
  changes::RecordState again;
  again.id = state.id;
  HAKI_ASSIGN(const bool whole, merge(again, ids, compartment, no_seq, any_seq, small));
  return whole && again == state ? Bytes() : body_of(state);
}

Result<> States::write_out_from(std::int64_t first) {
  std::vector<std::int64_t> numbers;
  {
    Statement rows = database_.prepare(
        "SELECT no FROM record WHERE length(body) = 0 AND (first_change BETWEEN ?1 AND ?2 OR "
        "no IN (SELECT record FROM touch WHERE change_set BETWEEN ?1 AND ?2))");
    rows.bind_all(first, first | static_cast<std::int64_t>(kSeqMax));
    for (;;) {
      HAKI_ASSIGN(const bool row, rows.step());
      if (!row) break;
      numbers.push_back(rows.integer(0));
    }
  }
  for (const std::int64_t no : numbers) HAKI_TRY(write_out(no));
  return {};
}

Result<> States::write_out(std::int64_t no) {
  Statement row = database_.prepare("SELECT id, compartment FROM record WHERE no = ? AND length(body) = 0");
  HAKI_ASSIGN(const bool found, row.bind_all(no).step());
  if (!found) return {};
  HAKI_ASSIGN(const changes::RecordState state, read(no, chains_.compartment_id(row.integer(1)), row.id<RecordId>(0), {}));
  HAKI_ASSIGN(const Bytes body, body_of(state));
  return database_.run("UPDATE record SET body = ?2 WHERE no = ?1", no, ByteView(body));
}

Result<std::vector<std::int64_t>> States::behind(std::int64_t no) {
  std::vector<std::int64_t> ids;
  Statement rows = database_.prepare(
      "SELECT first_change AS id FROM record WHERE no = ?1 AND first_change IS NOT NULL UNION "
      "SELECT change_set FROM touch WHERE record = ?1 ORDER BY id");
  rows.bind_all(no);
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return ids;
    ids.push_back(rows.integer(0));
  }
}

Result<std::shared_ptr<const changes::ChangeSet>> States::change_set(std::int64_t id) {
  const Chain* chain = chains_.find(id >> kSeqBits);
  if (chain == nullptr) return damaged_chain();
  HAKI_ASSIGN(const std::optional<Bytes> body, past_.find(id));
  if (!body) return std::shared_ptr<const changes::ChangeSet>();
  return decoded(*body, chain->log, seq_of(id));
}

// Compared by its bytes, so that nothing that happens to a change set can make what is remembered of it wrong.
Result<std::shared_ptr<const changes::ChangeSet>> States::decoded(ByteView body, const LogId& log, std::uint64_t seq) {
  const bool known = decoded_.set && decoded_.set->seq == seq && decoded_.log == log && std::ranges::equal(decoded_.body, body);
  if (known) return decoded_.set;
  HAKI_ASSIGN(changes::ChangeSet set, payload::decode_change_set(body, log, seq));
  auto shared = std::make_shared<const changes::ChangeSet>(std::move(set));
  // A small one is soon decoded, and must not take the place of one that many records share.
  if (body.size() >= kLargeChangeSet) decoded_ = {Bytes(body.begin(), body.end()), log, shared};
  return shared;
}

Result<bool> States::merge_past(changes::RecordState& state, std::int64_t no, const CompartmentId& compartment,
                                const changes::AppliedSeq& from, const changes::AppliedSeq& up_to) {
  HAKI_ASSIGN(const std::vector<std::int64_t> ids, behind(no));
  return merge(state, ids, compartment, from, up_to, [this](std::int64_t id) { return change_set(id); });
}

// Merging does not mind which chain comes first (spec 20-merge, law M1).
Result<bool> States::merge(changes::RecordState& state, const std::vector<std::int64_t>& ids, const CompartmentId& compartment,
                           const changes::AppliedSeq& from, const changes::AppliedSeq& up_to, const ChangeSetById& change_set_of) {
  bool whole = true;
  std::vector<std::int64_t> through;  // chains merged to their end
  for (const std::int64_t one : ids) {
    const std::int64_t chain_no = one >> kSeqBits;
    const auto seq = seq_of(one);
    const Chain* chain = chains_.find(chain_no);
    if (chain == nullptr) return damaged_chain();
    if (seq <= from(chain->log) || seq > up_to(chain->log)) continue;
    HAKI_ASSIGN(const auto set, change_set_of(one));
    if (!set) {
      whole = false;
      continue;
    }
    if (through.empty() || through.back() != chain_no) through.push_back(chain_no);
    const changes::AppliedSeq applied = [&](const LogId& log) -> std::uint64_t {
      if (log == chain->log) return seq - 1;
      const Chain* other = chains_.find(compartment, log);
      const bool merged = other != nullptr && std::ranges::find(through, other->no) != through.end();
      return merged ? up_to(log) : from(log);
    };
    changes::Dot dot{chain->log, seq, 0};
    for (const changes::Operation& operation : set->operations) {
      const RecordId* id = changes::record_of(operation);
      if (id != nullptr && *id == state.id) changes::apply(state, operation, dot, set->time, applied);
      dot.op += changes::indexes_of(operation);
    }
  }
  return whole;
}

}  // namespace haki::store
