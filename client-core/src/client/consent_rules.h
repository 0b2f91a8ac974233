// The rules of spec 83-consent on plain facts: whether something may leave for a purpose. Pure: no store, no clock.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "changes/merge.h"
#include "haki/attachment.h"
#include "haki/consent.h"
#include "haki/form.h"

namespace haki::client {

// Codes of consent.scope, a bit each.
enum ScopeBit : std::uint8_t {
  kScopeRecord = 1,
  kScopePhotograph = 2,
  kScopeCoalition = 4,
  kScopeUnitedNations = 8,
  kScopeAuthorities = 16,
  kScopeAnonymous = 32,
  kScopeIdentified = 64,
};
std::uint8_t scope_bit(std::string_view code);  // 0: not known to this version, so it allows nothing

// A consent as narrow as what stands of it.
struct ConsentFacts {
  std::uint8_t scope = 0;
  bool ended = false;  // withdrawn, deleted or rejected
  bool for_child = false;
  bool limited = false;
  // Of the same consent in another compartment, or of another reading of it.
  void narrow(const ConsentFacts& other);
};
// Of every value that stands, shown or not, the narrower. A deletion counts though somebody went on with the record.
ConsentFacts facts_of_consent(const changes::RecordState& consent);
// What stands of a field, shown or not, but for what clears it.
std::vector<Value> standing(const changes::RecordState& record, const Field& field);
using ConsentsById = std::unordered_map<RecordId, ConsentFacts>;

// What matters of a record; of a field in conflict every standing value.
struct RecordFacts {
  std::vector<RecordId> own;        // consents it names, or that name it
  std::vector<RecordId> inherited;  // of the records it belongs to
  std::vector<std::string> disclosures;
  bool picture = false;    // evidence that is a photograph, recording or film
  bool statement = false;  // evidence that is a testimony
  bool not_here = false;   // what it belongs to is not on this device
  bool is_consent = false;
  // Takes on what holds for a record it belongs to.
  void inherit(const RecordFacts& parent);
};

ConsentJudgement judge(const RecordFacts& record, const ConsentsById& consents, Purpose purpose);
// Of a file of a record that may leave.
Withheld judge_file(const RecordFacts& record, const ConsentsById& consents, std::string_view media_type, Relation relation, Purpose purpose);

}  // namespace haki::client
