// Custody entries (spec 13-custody): who handled a record or a file, each a line that its device signed. Pure functions: what is
// written, what is read, and whether a set of entries hangs together. Storing and sending them is other layers' work.
//
// Claimed of an entry that holds: the device with this id signed this line, and knew all that it names in `after`. Not claimed:
// that its clock was right, or that nothing was left out after the last entry that somebody else has named.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/keypair.h"
#include "envelope/frames.h"
#include "haki/attachment.h"
#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::evidence {

inline constexpr std::array<std::string_view, 7> kCustodyActions{"created",  "received", "viewed",  "saved",
                                                                 "exported", "redacted", "verified"};
inline constexpr std::size_t kCustodyLineBytesMax = 32 * 1024;
inline constexpr std::size_t kCustodyAfterMax = 128;
inline constexpr std::size_t kCustodyNameBytesMax = 512;     // `by`
inline constexpr std::size_t kCustodyDetailBytesMax = 2048;  // `detail`
inline constexpr std::size_t kCustodyEntriesMax = 10'000;    // about one subject

// What a line says.
struct CustodyLine {
  std::string action;       // one of kCustodyActions
  std::vector<Hash> after;  // sorted, each once
  std::int64_t at_ms = 0;   // by the device's clock
  std::optional<envelope::Beacon> beacon;
  std::string by, detail;   // UTF-8
  CoalitionId coalition;
  DeviceId device;
  std::optional<Hash> sha256;  // of the content; a hash's 32 bytes, though of another algorithm
  RecordId subject;
};

// Precondition: what `line` holds is within the bounds above and UTF-8; `after` is sorted here.
std::string encode_custody(CustodyLine line);
// kDamaged: not these bytes' one spelling, or out of bounds.
Result<CustodyLine> decode_custody(std::string_view line);
Hash custody_hash(std::string_view line);

// A line with its signature, as field 5 of a record holds it and as they stand in a dossier.
struct SignedLine {
  std::string line;
  crypto::Signature signature;
};
std::string custody_element(const SignedLine& entry);
Result<SignedLine> read_custody_element(std::string_view element);  // kDamaged
SignedLine sign_custody(const CustodyLine& line, const crypto::SigningSecret& device);

// What is wrong with an entry. Those up to kBeacon do not count; the others do, and the log is not whole.
enum class CustodyFault : std::uint8_t { kNone, kForm, kSignature, kSubject, kBeacon, kGap, kCreated };
// A sentence for people; empty for kNone.
std::string_view sentence_of(CustodyFault fault);

struct CustodyChecked {
  std::string line;
  std::string signature;  // base64url, as it came
  CustodyLine content;    // as read; empty where fault is kForm
  Hash hash;              // of the line
  CustodyFault fault = CustodyFault::kNone;
  bool counts() const { return fault == CustodyFault::kNone || fault >= CustodyFault::kGap; }
};

// As a person reads it. Where the line could not be read, the subject is zeros.
CustodyEntry entry_of(const CustodyChecked& checked);

// Against what entries are checked.
struct CustodyRules {
  CoalitionId coalition;
  RecordId subject;
  std::function<std::optional<crypto::VerifyKey>(const DeviceId&)> key_of;  // of a device of the coalition, also a removed one
  std::vector<crypto::VerifyKey> servers;  // under one of which a beacon must be signed
};

struct CustodyLog {
  std::vector<CustodyChecked> entries;  // those that count in their order, then those that do not
  bool holds = true;                    // nothing is wrong with any
};

// The entries of one subject, in any order; one that is there twice counts once. Those beyond kCustodyEntriesMax are
// not looked at, and the log does not hold.
CustodyLog check_custody(const CustodyRules& rules, std::span<const std::string> elements);

// The hashes a new entry is to come after: of those that count and nothing came after yet. Of more than kCustodyAfterMax, the
// last in order; the others wait for a later one.
std::vector<Hash> custody_ends(const CustodyLog& log);

// Whether the action is to be written again: one device writes the same about the same subject once an hour, but for saved,
// exported and redacted.
bool custody_is_due(const CustodyLog& log, const DeviceId& device, std::string_view action, std::int64_t now_ms);

}  // namespace haki::evidence
