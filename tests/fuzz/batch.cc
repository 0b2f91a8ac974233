// Change sets, record states, snapshot parts, values, and what packs them; merging what was decoded.
// Doors: 0 batch, 1 one change set, 2 packed, 3 record state, 4 snapshot part, 5 value, 6 snapshot part packed from the input.
#include "payload/batch.h"

#include "../unit/payload/samples.h"
#include "base/assert.h"
#include "base/limits.h"
#include "changes/merge.h"
#include "payload/pack.h"
#include "payload/record_state.h"
#include "payload/snapshot_part.h"
#include "target.h"
#include "vector_seeds.h"

namespace haki::fuzz {

namespace of_batch {
namespace {

using payload::kAuthor;

// The operations in their order, each in the state of its record; twice, since what comes again changes nothing.
void merge(const std::vector<changes::ChangeSet>& sets) {
  std::map<RecordId, changes::RecordState> records;
  std::uint64_t done = sets.front().seq - 1;
  const changes::AppliedSeq applied = [&](const LogId& log) { return log == kAuthor ? done : 0; };
  for (int pass = 0; pass < 2; ++pass) {
    for (const changes::ChangeSet& set : sets) {
      std::uint32_t op = 0;
      for (const changes::Operation& operation : set.operations) {
        const changes::Dot dot{kAuthor, set.seq, std::exchange(op, op + changes::indexes_of(operation))};
        const RecordId* record = changes::record_of(operation);
        if (record == nullptr) continue;
        changes::RecordState& state = records[*record];
        state.id = *record;
        if (changes::too_far_ahead(state, operation)) return;
        const bool changed = changes::apply(state, operation, dot, set.time, applied);
        HAKI_ASSERT(pass == 0 || !changed);
      }
      if (pass == 0) done = set.seq;
    }
  }
  for (auto& [id, state] : records) {
    changes::drop_spent_notes(state, applied);
    const Bytes bytes = payload::encode_record_state(state);
    const auto again = payload::decode_record_state(bytes);
    HAKI_ASSERT(again && *again == state);
    static_cast<void>(changes::shown_state(state));
    static_cast<void>(state.conflicts());
    static_cast<void>(state.tomb());
  }
}

bool take_batch(ByteView bytes, std::uint64_t first, std::uint32_t count) {
  const auto sets = payload::decode_batch(bytes, kAuthor, first, count);
  if (!sets) return false;
  HAKI_ASSERT(sets->size() == count);
  if (const auto written = payload::encode_batch(*sets, kAuthor)) {
    const auto again = payload::decode_batch(*written, kAuthor, first, count);
    HAKI_ASSERT(again);
    const auto twice = payload::encode_batch(*again, kAuthor);
    HAKI_ASSERT(twice && *twice == *written);
  }
  merge(*sets);
  return true;
}

bool take_state(ByteView bytes) {
  const auto state = payload::decode_record_state(bytes);
  if (!state) return false;
  HAKI_ASSERT(payload::encode_record_state(*state) == Bytes(bytes.begin(), bytes.end()));
  return true;
}

bool take_states(ByteView part) {
  const auto states = payload::unpack_states(part);
  if (!states) return false;
  std::vector<Bytes> encoded;
  for (const changes::RecordState& state : *states) encoded.push_back(payload::encode_record_state(state));
  HAKI_ASSERT(payload::unpack_states(payload::pack_states(encoded)));
  return true;
}

bool take_packed_states(Fields& fields) {
  std::vector<Bytes> states;
  while (!fields.done() && states.size() < 16) {
    const ByteView piece = fields.piece();
    states.emplace_back(piece.begin(), piece.end());
  }
  return !states.empty() && take_states(payload::pack_states(states));
}

bool take_value(ByteView bytes) {
  const auto value = payload::decode_value(bytes);
  if (!value) return false;
  HAKI_ASSERT(payload::encode_value(*value) == Bytes(bytes.begin(), bytes.end()));
  static_cast<void>(to_text(*value));
  return true;
}

bool take(ByteView input) {
  Fields fields(input);
  switch (fields.choice(7)) {
    case 0: {
      const std::uint64_t first = fields.number(2);
      const auto count = static_cast<std::uint32_t>(fields.choice(limits::kChangeSetsPerItemMax + 2));
      return take_batch(fields.rest(), first, count);
    }
    case 1: {
      const std::uint64_t seq = fields.number(2);
      return payload::decode_change_set(fields.rest(), kAuthor, seq).has_value();
    }
    case 2: {
      const auto batch = payload::unpack(fields.rest());
      return batch && take_batch(*batch, 1, 1);
    }
    case 3:
      return take_state(fields.rest());
    case 4:
      return take_states(fields.rest());
    case 5:
      return take_value(fields.rest());
    default:
      return take_packed_states(fields);
  }
}

Bytes with_place(std::uint64_t first, std::size_t count, ByteView bytes) {
  const std::uint8_t place[] = {0, static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(first >> 8), static_cast<std::uint8_t>(count)};
  return joined({place, bytes});
}

void add_states(std::vector<Bytes>& all) {
  std::vector<Bytes> states;
  for (const changes::ChangeSet& set : payload::one_of_everything()) {
    std::uint32_t op = 0;
    for (const changes::Operation& operation : set.operations) {
      changes::RecordState state;
      if (const RecordId* record = changes::record_of(operation)) state.id = *record;
      changes::apply(state, operation, {kAuthor, set.seq, op}, set.time, [&](const LogId& log) { return log == kAuthor ? set.seq - 1 : 0; });
      op += changes::indexes_of(operation);
      states.push_back(payload::encode_record_state(state));
      all.push_back(through(3, states.back()));
    }
  }
  all.push_back(through(4, payload::pack_states(states)));
  Bytes pieces;
  for (const Bytes& state : states) pieces = joined({pieces, as_piece(state)});
  all.push_back(through(6, pieces));
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  for (const test::Vector& vector : test::read_vectors("batch")) {
    const auto number = [&](const char* key) { return std::strtoull(vector.given.at(key).c_str(), nullptr, 10); };
    all.push_back(with_place(number("first_seq"), number("sets"), vector.bytes));
  }
  add_vectors(all, 2, "pack");
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto sets = payload::Maker(seed).sets();
    if (const auto batch = payload::encode_batch(sets, kAuthor)) {
      all.push_back(with_place(sets.front().seq, sets.size(), *batch));
      if (sets.front().seq == 1) all.push_back(through(2, payload::pack(*batch, payload::Effort::kFast)));
    }
    const Bytes place{static_cast<std::uint8_t>(sets.front().seq), static_cast<std::uint8_t>(sets.front().seq >> 8)};
    if (const auto one = payload::encode_change_set(sets.front(), kAuthor)) all.push_back(through(1, joined({place, *one})));
    all.push_back(through(5, payload::encode_value(payload::Maker(seed).value())));
  }
  add_states(all);
  return all;
}

}  // namespace
}  // namespace of_batch

const Target kBatch{"batch", 8 * 1024, "", of_batch::take, of_batch::seeds, {}};

}  // namespace haki::fuzz
