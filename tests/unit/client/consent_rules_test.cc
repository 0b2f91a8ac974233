// Goal: each rule of spec 83-consent decides alone. Method: a table, one line a case, on plain facts.
#include "client/consent_rules.h"

#include <gtest/gtest.h>

namespace haki::client {
namespace {

RecordId id_of(std::uint8_t number) {
  RecordId id;
  id.bytes.fill(number);
  return id;
}

constexpr std::uint8_t kUnScope = kScopeRecord | kScopeCoalition | kScopeUnitedNations;
constexpr std::uint8_t kAnonymousScope = kScopeRecord | kScopePhotograph | kScopeAnonymous;

// 1 coalition alone, 2 coalition and United Nations, 3 to be published without identity, 4 the same with it, 5 withdrawn, 6 without
// what was said or shown, 9 not here.
ConsentsById consents() {
  return {{id_of(1), {kScopeCoalition, false, false, false}},
          {id_of(2), {kUnScope, false, true, false}},
          {id_of(3), {kAnonymousScope, false, false, true}},
          {id_of(4), {kAnonymousScope | kScopeIdentified, false, false, false}},
          {id_of(5), {0x7f, true, false, false}},
          {id_of(6), {kScopeAnonymous, false, false, false}}};
}

struct ConsentCase {
  const char* what;
  std::vector<std::uint8_t> own, inherited;
  std::vector<std::string> disclosures;
  enum { kPlain, kPicture, kStatement, kOrphan, kItself } kind;
  Withheld coalition, un, authorities, everybody, identified;
};

constexpr Withheld kLeaves = Withheld::kNot, kGone = Withheld::kWithdrawn, kNo = Withheld::kNotAgreed, kAway = Withheld::kNotHere,
                   kKept = Withheld::kDisclosure, kBare = Withheld::kUnprotected, kSelf = Withheld::kConsent;

const ConsentCase kConsentCases[] = {
    {"about nobody", {}, {}, {}, ConsentCase::kPlain, kLeaves, kLeaves, kLeaves, kLeaves, kLeaves},
    {"coalition alone", {1}, {}, {}, ConsentCase::kPlain, kLeaves, kNo, kNo, kNo, kNo},
    {"coalition and United Nations", {2}, {}, {}, ConsentCase::kPlain, kLeaves, kLeaves, kNo, kNo, kNo},
    {"published without identity is not shared", {3}, {}, {}, ConsentCase::kPlain, kNo, kNo, kNo, kLeaves, kNo},
    {"with identity is without as well", {4}, {}, {}, ConsentCase::kPlain, kNo, kNo, kNo, kLeaves, kLeaves},
    {"of two persons the narrower", {1, 2}, {}, {}, ConsentCase::kPlain, kLeaves, kNo, kNo, kNo, kNo},
    {"of the observation too", {2}, {1}, {}, ConsentCase::kPlain, kLeaves, kNo, kNo, kNo, kNo},
    {"withdrawn", {5}, {}, {}, ConsentCase::kPlain, kGone, kGone, kGone, kGone, kGone},
    {"withdrawn by one of two", {2, 5}, {}, {}, ConsentCase::kPlain, kGone, kGone, kGone, kGone, kGone},
    {"withdrawn of the observation", {2}, {5}, {}, ConsentCase::kPlain, kGone, kGone, kGone, kGone, kGone},
    {"not on this device", {9}, {}, {}, ConsentCase::kPlain, kAway, kAway, kAway, kAway, kAway},
    {"one of two not on this device", {2, 9}, {}, {}, ConsentCase::kPlain, kAway, kAway, kAway, kAway, kAway},
    {"what it belongs to not on this device", {}, {}, {}, ConsentCase::kOrphan, kAway, kAway, kAway, kAway, kAway},
    {"disclosed to everybody", {}, {}, {"public"}, ConsentCase::kPlain, kLeaves, kLeaves, kLeaves, kLeaves, kLeaves},
    {"disclosed to the United Nations", {}, {}, {"united_nations"}, ConsentCase::kPlain, kLeaves, kLeaves, kKept, kKept, kKept},
    {"disclosed to the coalition", {}, {}, {"coalition"}, ConsentCase::kPlain, kLeaves, kKept, kKept, kKept, kKept},
    {"disclosed to leads", {}, {}, {"leads"}, ConsentCase::kPlain, kKept, kKept, kKept, kKept, kKept},
    {"disclosed in words of a later version", {}, {}, {"allies"}, ConsentCase::kPlain, kKept, kKept, kKept, kKept, kKept},
    {"disclosure in conflict", {}, {}, {"public", "coalition"}, ConsentCase::kPlain, kLeaves, kKept, kKept, kKept, kKept},
    {"disclosure opens nothing that a consent closes", {1}, {}, {"public"}, ConsentCase::kPlain, kLeaves, kNo, kNo, kNo, kNo},
    {"a picture without a consent", {}, {}, {}, ConsentCase::kPicture, kLeaves, kLeaves, kLeaves, kBare, kBare},
    {"a picture the person agreed to", {4}, {}, {}, ConsentCase::kPicture, kNo, kNo, kNo, kLeaves, kLeaves},
    {"a picture of who did not agree to one", {6}, {}, {}, ConsentCase::kPicture, kNo, kNo, kNo, kNo, kNo},
    {"a picture of one who agreed, of another's observation", {4}, {6}, {}, ConsentCase::kPicture, kNo, kNo, kNo, kLeaves, kNo},
    {"a statement without a consent", {}, {}, {}, ConsentCase::kStatement, kLeaves, kLeaves, kLeaves, kBare, kBare},
    {"a statement of who did not agree to its recording", {6}, {}, {}, ConsentCase::kStatement, kNo, kNo, kNo, kNo, kNo},
    {"a statement the person agreed to", {3}, {}, {}, ConsentCase::kStatement, kNo, kNo, kNo, kLeaves, kNo},
    {"a consent itself", {2}, {}, {}, ConsentCase::kItself, kLeaves, kSelf, kSelf, kSelf, kSelf},
    {"a consent itself, withdrawn", {5}, {}, {}, ConsentCase::kItself, kGone, kGone, kGone, kGone, kGone},
};

RecordFacts facts_of(const ConsentCase& one) {
  RecordFacts facts;
  for (const std::uint8_t number : one.own) facts.own.push_back(id_of(number));
  for (const std::uint8_t number : one.inherited) facts.inherited.push_back(id_of(number));
  facts.disclosures = one.disclosures;
  facts.picture = one.kind == ConsentCase::kPicture;
  facts.statement = one.kind == ConsentCase::kStatement;
  facts.not_here = one.kind == ConsentCase::kOrphan;
  facts.is_consent = one.kind == ConsentCase::kItself;
  return facts;
}

TEST(ConsentRules, EachDecidesAlone) {
  for (const ConsentCase& one : kConsentCases) {
    const RecordFacts facts = facts_of(one);
    const Withheld wanted[] = {one.coalition, one.un, one.authorities, one.everybody, one.identified};
    for (std::size_t i = 0; i < std::size(kPurposes); ++i) {
      EXPECT_EQ(name_of(judge(facts, consents(), kPurposes[i]).why), name_of(wanted[i])) << one.what << ": " << name_of(kPurposes[i]);
    }
  }
}

TEST(ConsentRules, LimitsAndChildrenAreSaidAndDecideNothing) {
  RecordFacts facts;
  facts.own = {id_of(2)};
  EXPECT_TRUE(judge(facts, consents(), Purpose::kUnitedNations).for_child);
  EXPECT_FALSE(judge(facts, consents(), Purpose::kUnitedNations).limited);
  facts.own = {id_of(3)};
  EXPECT_TRUE(judge(facts, consents(), Purpose::kPublic).limited);
}

TEST(ConsentRules, ScopesOfALaterVersionAllowNothing) { EXPECT_EQ(scope_bit("share_neighbours"), 0); }

struct FileCase {
  const char* what;
  std::vector<std::uint8_t> own;
  const char* media_type;
  Relation relation;
  Withheld un, everybody;
};
const FileCase kFileCases[] = {
    {"a document", {}, "application/pdf", Relation::kOriginal, kLeaves, kLeaves},
    {"a picture without a consent", {}, "image/jpeg", Relation::kOriginal, kLeaves, kBare},
    {"its thumbnail", {}, "image/jpeg", Relation::kThumbnail, kLeaves, kBare},
    {"a copy made unrecognisable", {}, "image/jpeg", Relation::kRedacted, kLeaves, kLeaves},
    {"a picture, to be published without identity", {3}, "image/jpeg", Relation::kOriginal, kLeaves, Withheld::kIdentifying},
    {"a voice, to be published without identity", {3}, "audio/ogg", Relation::kOriginal, kLeaves, Withheld::kIdentifying},
    {"its copy made unrecognisable", {3}, "image/jpeg", Relation::kRedacted, kLeaves, kLeaves},
    {"a picture, to be published with identity", {4}, "image/jpeg", Relation::kOriginal, kLeaves, kLeaves},
    {"a film of who did not agree to be filmed", {6}, "video/mp4", Relation::kOriginal, kLeaves, kNo},
};

TEST(ConsentRules, FilesShowWhoSomebodyIs) {
  for (const FileCase& one : kFileCases) {
    RecordFacts facts;
    for (const std::uint8_t number : one.own) facts.own.push_back(id_of(number));
    EXPECT_EQ(name_of(judge_file(facts, consents(), one.media_type, one.relation, Purpose::kUnitedNations)), name_of(one.un)) << one.what;
    EXPECT_EQ(name_of(judge_file(facts, consents(), one.media_type, one.relation, Purpose::kPublic)), name_of(one.everybody)) << one.what;
  }
}

TEST(ConsentRules, EveryReasonHasWords) {
  for (int why = 1; why <= static_cast<int>(Withheld::kConsent); ++why) {
    EXPECT_FALSE(name_of(static_cast<Withheld>(why)).empty());
    EXPECT_FALSE(in_words(static_cast<Withheld>(why), Purpose::kPublic).empty());
  }
  for (const Purpose purpose : kPurposes) EXPECT_EQ(purpose_of(name_of(purpose)), purpose);
  EXPECT_FALSE(purpose_of("everyone"));
}

}  // namespace
}  // namespace haki::client
