// Change sets as bytes: what a sealed item holds, and how the store keeps one. Only clients can name what is here.
//
// Encoding is exact: what decodes, encodes to the same meaning; unknown operations are kept byte for byte. Decoding is
// strict and bounded before it allocates (limits.h): it never crashes and never half-succeeds. Errors: kDamaged says
// the bytes are malformed (the caller quarantines), kHeld that a newer version wrote them (the caller keeps them for
// later), kTooLarge that a bound is passed. Spec proto/spec/10-change-set.md; vectors proto/vectors/batch.
#pragma once

#include <span>
#include <vector>

#include "changes/operation.h"
#include "haki/result.h"

namespace haki::payload {

// What this version can read.
inline constexpr std::uint32_t kSchema = 2;
// What it writes where it can: schema 1, for every reader; with a Gone in it, whose indexes an older reader counts wrongly, schema 2.
inline constexpr std::uint32_t kPlainSchema = 1;
inline constexpr std::uint32_t kGoneSchema = 2;

// Consecutive change sets of one chain with shared tables. `author` is the chain's log (its dots are table entry 0).
// Precondition: 1 to 64 sets with consecutive seq. kTooLarge if over a bound; where each set alone fits, the caller
// joins fewer. kInvalid if cells are not ascending, a text is not UTF-8, a decimal not a number, a field or a dot's seq
// 0. `over` and `seen` are written in order, whatever order they have.
Result<Bytes> encode_batch(std::span<const changes::ChangeSet> sets, const LogId& author);

// `first_seq` is the number of the first set, `sets` how many the header says; another number inside is malformed.
Result<std::vector<changes::ChangeSet>> decode_batch(ByteView bytes, const LogId& author, std::uint64_t first_seq,
                                                     std::uint32_t sets);

// One change set as the store keeps it (a batch of one). kTooLarge is the answer to a save that is too big.
Result<Bytes> encode_change_set(const changes::ChangeSet& set, const LogId& author);
Result<changes::ChangeSet> decode_change_set(ByteView bytes, const LogId& author, std::uint64_t seq);

// A Value as bytes: a type byte (1 text, 2 integer, 3 decimal, 4 boolean, 5 link), then its content, which says where
// it ends. Decoding answers kDamaged to an unknown type, and to anything encode_value does not write.
Bytes encode_value(const Value& value);
Result<Value> decode_value(ByteView bytes);

}  // namespace haki::payload
