#include "client/consent_rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include "model/form.h"

namespace haki {
namespace {

constexpr std::array<std::string_view, 5> kPurposeNames = {"coalition", "united_nations", "authorities", "public", "public_identified"};
constexpr std::array<const char*, 5> kPurposeWords = {"sharing with the coalition", "sharing with the United Nations",
                                                      "sharing with the authorities", "publishing", "publishing with identity"};
constexpr std::array<std::string_view, 8> kWithheldNames = {"",           "withdrawn",  "consent_not_here", "not_agreed",
                                                            "disclosure", "no_consent", "identifying",      "consent"};

}  // namespace

std::string_view name_of(Purpose purpose) { return kPurposeNames[static_cast<std::size_t>(purpose)]; }

std::optional<Purpose> purpose_of(std::string_view name) {
  for (const Purpose purpose : kPurposes) {
    if (name_of(purpose) == name) return purpose;
  }
  return std::nullopt;
}

std::string in_words(Purpose purpose) { return kPurposeWords[static_cast<std::size_t>(purpose)]; }

std::string_view name_of(Withheld why) { return kWithheldNames[static_cast<std::size_t>(why)]; }

std::string in_words(Withheld why, Purpose purpose) {
  switch (why) {
    case Withheld::kNot: break;
    case Withheld::kWithdrawn: return "the consent to it was withdrawn";
    case Withheld::kNotHere: return "what was agreed to is not on this device";
    case Withheld::kNotAgreed: return "the people concerned did not agree to " + in_words(purpose);
    case Withheld::kDisclosure: return "it is marked as meant for fewer readers";
    case Withheld::kUnprotected: return "a picture, recording or statement needs a consent to publishing, and none is recorded";
    case Withheld::kIdentifying: return "it can show who the person is, and only publishing without identity was agreed to";
    case Withheld::kConsent: return "consents stay within the coalition";
  }
  return {};
}

}  // namespace haki

namespace haki::client {
namespace {

constexpr std::pair<std::string_view, ScopeBit> kScopeCodes[] = {{"record", kScopeRecord},
                                                                 {"photograph", kScopePhotograph},
                                                                 {"share_coalition", kScopeCoalition},
                                                                 {"share_united_nations", kScopeUnitedNations},
                                                                 {"share_authorities", kScopeAuthorities},
                                                                 {"publish_anonymous", kScopeAnonymous},
                                                                 {"publish_identified", kScopeIdentified}};

bool for_everybody(Purpose purpose) { return purpose == Purpose::kPublic || purpose == Purpose::kPublicIdentified; }

// Any one of these bits will do.
std::uint8_t wanted_for(Purpose purpose) {
  switch (purpose) {
    case Purpose::kCoalition: return kScopeCoalition;
    case Purpose::kUnitedNations: return kScopeUnitedNations;
    case Purpose::kAuthorities: return kScopeAuthorities;
    case Purpose::kPublic: return kScopeAnonymous | kScopeIdentified;
    case Purpose::kPublicIdentified: return kScopeIdentified;
  }
  return 0;
}

bool discloses(std::string_view code, Purpose purpose) {
  if (code == "public") return true;
  if (code == "united_nations") return purpose == Purpose::kUnitedNations || purpose == Purpose::kCoalition;
  return code == "coalition" && purpose == Purpose::kCoalition;  // "leads", and codes of later versions: nobody outside
}

bool all_have(const std::vector<RecordId>& ids, const ConsentsById& consents, std::uint8_t any_of) {
  return std::ranges::all_of(ids, [&](const RecordId& id) {
    const auto found = consents.find(id);
    return found != consents.end() && (found->second.scope & any_of) != 0;
  });
}

// To be photographed or recorded is asked of the person shown: of its own consents where it has any.
const std::vector<RecordId>& nearest(const RecordFacts& record) { return record.own.empty() ? record.inherited : record.own; }

void add_once(std::vector<RecordId>& to, const std::vector<RecordId>& ids) {
  for (const RecordId& id : ids) {
    if (std::ranges::find(to, id) == to.end()) to.push_back(id);
  }
}

Withheld judge_everybody(const RecordFacts& record, const ConsentsById& consents, bool picture, bool statement) {
  if (!picture && !statement) return Withheld::kNot;
  if (nearest(record).empty()) return Withheld::kUnprotected;
  if (picture && !all_have(nearest(record), consents, kScopePhotograph)) return Withheld::kNotAgreed;
  if (statement && !all_have(nearest(record), consents, kScopeRecord)) return Withheld::kNotAgreed;
  return Withheld::kNot;
}

}  // namespace

std::uint8_t scope_bit(std::string_view code) {
  for (const auto& [known, bit] : kScopeCodes) {
    if (known == code) return bit;
  }
  return 0;
}

std::vector<Value> standing(const changes::RecordState& record, const Field& field) {
  std::vector<Value> values;
  const changes::FieldState* found = record.field(field.id, field.set);
  for (std::size_t i = 0; found != nullptr && i < found->siblings.size(); ++i) {
    if (found->siblings[i].value != Value(std::string())) values.push_back(found->siblings[i].value);
  }
  return values;
}

ConsentFacts facts_of_consent(const changes::RecordState& consent) {
  const Form& form = *model::built_in_form("consent");
  ConsentFacts facts;
  for (const Value& code : standing(consent, *form.field("scope"))) facts.scope |= scope_bit(to_text(code));
  const changes::FieldState* state = consent.field(changes::kStateField);
  const bool rejected = state != nullptr && std::ranges::any_of(state->siblings, [](const changes::Sibling& one) {
                          return one.value == Value(std::string("rejected"));
                        });
  facts.ended = rejected || !consent.tombs.empty() || !standing(consent, *form.field("withdrawn_on")).empty();
  for (const Value& child : standing(consent, *form.field("for_child"))) facts.for_child |= child == Value(true);
  facts.limited = !standing(consent, *form.field("limits")).empty();
  return facts;
}

void ConsentFacts::narrow(const ConsentFacts& other) {
  scope &= other.scope;
  ended |= other.ended;
  for_child |= other.for_child;
  limited |= other.limited;
}

void RecordFacts::inherit(const RecordFacts& parent) {
  add_once(inherited, parent.own);
  add_once(inherited, parent.inherited);
  disclosures.insert(disclosures.end(), parent.disclosures.begin(), parent.disclosures.end());
  not_here |= parent.not_here;
  is_consent |= parent.is_consent;
}

ConsentJudgement judge(const RecordFacts& record, const ConsentsById& consents, Purpose purpose) {
  ConsentJudgement judgement;
  add_once(judgement.consents, record.own);
  add_once(judgement.consents, record.inherited);
  bool ended = false, not_here = record.not_here;
  for (const RecordId& id : judgement.consents) {
    const auto found = consents.find(id);
    if (found == consents.end()) {
      not_here = true;
      continue;
    }
    ended |= found->second.ended;
    judgement.for_child |= found->second.for_child;
    judgement.limited |= found->second.limited;
  }
  const bool disclosed = std::ranges::all_of(record.disclosures, [&](const std::string& code) { return discloses(code, purpose); });
  if (ended) judgement.why = Withheld::kWithdrawn;
  else if (record.is_consent && purpose != Purpose::kCoalition) judgement.why = Withheld::kConsent;
  else if (not_here) judgement.why = Withheld::kNotHere;
  else if (!all_have(judgement.consents, consents, wanted_for(purpose))) judgement.why = Withheld::kNotAgreed;
  else if (!disclosed) judgement.why = Withheld::kDisclosure;
  else if (for_everybody(purpose)) judgement.why = judge_everybody(record, consents, record.picture, record.statement);
  return judgement;
}

Withheld judge_file(const RecordFacts& record, const ConsentsById& consents, std::string_view media_type, Relation relation, Purpose purpose) {
  const bool picture = record.picture || media_type.starts_with("image/") || media_type.starts_with("audio/") || media_type.starts_with("video/");
  if (!for_everybody(purpose) || !picture || relation == Relation::kRedacted) return Withheld::kNot;
  const Withheld why = judge_everybody(record, consents, true, record.statement);
  if (why != Withheld::kNot) return why;
  return all_have(nearest(record), consents, kScopeIdentified) ? Withheld::kNot : Withheld::kIdentifying;
}

}  // namespace haki::client
