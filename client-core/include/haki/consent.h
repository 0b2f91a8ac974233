// What people agreed to, and whether a record may leave for a purpose (spec 83-consent). Got from Client::consents(), and good
// while that client is.
//
// A record obeys every consent it names, every consent that names it, and those of the record it belongs to. Where several stand,
// or one is in conflict, the narrower holds. What cannot be judged does not leave.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "haki/record.h"
#include "haki/result.h"

namespace haki {
namespace client {
class Home;
}

// What an export is for. Each stands for itself: who agreed to the United Nations did not agree to the authorities. The last two
// are for everybody; who agreed to be published with identity agreed to be so without.
enum class Purpose : std::uint8_t { kCoalition, kUnitedNations, kAuthorities, kPublic, kPublicIdentified };
inline constexpr Purpose kPurposes[] = {Purpose::kCoalition, Purpose::kUnitedNations, Purpose::kAuthorities, Purpose::kPublic,
                                        Purpose::kPublicIdentified};
std::string_view name_of(Purpose purpose);  // coalition, united_nations, authorities, public, public_identified
std::optional<Purpose> purpose_of(std::string_view name);
std::string in_words(Purpose purpose);  // "sharing with the coalition"

// Why something does not leave; the first that applies is said.
enum class Withheld : std::uint8_t {
  kNot,           // it may leave
  kWithdrawn,     // a consent was withdrawn, deleted or rejected
  kNotHere,       // a consent, or the record it belongs to, is not on this device
  kNotAgreed,     // a consent does not name the purpose, or not the recording
  kDisclosure,    // the record's own field `disclosure` does not reach so far
  kUnprotected,   // a picture, recording or statement without a consent, for everybody
  kIdentifying,   // a file that shows or sounds like the person, where publishing without identity was agreed to
  kConsent,       // a consent itself, beyond the coalition
};
std::string_view name_of(Withheld why);  // withdrawn, consent_not_here, not_agreed, disclosure, no_consent, identifying, consent
std::string in_words(Withheld why, Purpose purpose);  // "consent to it was withdrawn"; goes on after "because"

struct ConsentJudgement {
  Withheld why = Withheld::kNot;
  std::vector<RecordId> consents;  // all that it obeys
  bool for_child = false;          // one was given for a child by a guardian
  bool limited = false;            // one has limits in words, which only a person can obey
  bool allowed() const { return why == Withheld::kNot; }
};

// What a dossier must not have, and why.
struct LeftOutForConsent {
  RecordId record;
  std::optional<RecordId> attachment;  // of that record; none where the whole record stays
  Withheld why = Withheld::kNot;
};

class Consents {
 public:
  explicit Consents(client::Home& home);
  Consents(Consents&&) noexcept;
  ~Consents();

  // One pass over all consents at the first question, and one over observations at the first about evidence; then a view is judged in
  // memory, an id takes the reading of its row. What changed since the first question is not known: get a new one. kNotFound: no such
  // record.
  Result<ConsentJudgement> may_leave(const RecordId& record, Purpose purpose);
  Result<ConsentJudgement> may_leave(const RecordView& record, Purpose purpose);
  // Top-level records that obey this consent, in order of creation. Goes through all records of the forms that can.
  Result<std::vector<RecordId>> records_under(const RecordId& consent);
  // Of these records and attachments, what may not go into a dossier. An attachment stays where its record does. kNotFound: an
  // attachment whose record is not among them.
  Result<std::vector<LeftOutForConsent>> left_out_of_dossier(std::span<const RecordId> records, std::span<const RecordId> attachments,
                                                             Purpose purpose);

 private:
  struct Book;
  std::unique_ptr<Book> book_;
};

}  // namespace haki
