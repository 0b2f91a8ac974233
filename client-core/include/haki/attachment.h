// Attachments: files that belong to a record, sealed one by one, with who handled them (spec 12-attachments, 13-custody).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "haki/bytes.h"
#include "haki/result.h"

namespace haki {

inline constexpr std::uint64_t kAttachmentBytesMax = std::uint64_t{2} << 30;

// How an attachment came to be. All but an original name the one they were made from.
enum class Relation : std::uint8_t { kOriginal, kDerivative, kThumbnail, kRedacted };
std::string_view name_of(Relation relation);  // original, derivative, thumbnail, redacted

// What a file says of itself, as the program that took it in found it; may all be empty. Nothing is decided by it.
struct AttachmentFacts {
  std::string media_type;            // by content, "image/jpeg"; empty: application/octet-stream
  std::vector<std::string> remarks;  // empty, truncated, misnamed, unreadable, unknown_kind
  std::string captured_at;           // as the file says it, RFC 3339 with or without an offset
  std::string captured_where;        // "latitude longitude"
  std::string captured_with;         // make and model of the device
  std::uint32_t width = 0, height = 0;  // pixels; 0: not a picture
};

// A file to be attached. It is read once, from its beginning to its end, and never held whole; what is in memory already (a
// thumbnail that the app made) is given as `content`.
struct AttachmentInput {
  std::string path;
  std::optional<Bytes> content;  // instead of the path
  std::string name;  // shown to people; empty: the path's last part
  Relation relation = Relation::kOriginal;
  std::optional<std::size_t> of_input;  // made from this one of the same call; or from `of`, one that is there already
  std::optional<RecordId> of;
  AttachmentFacts facts;
};

enum class Place : std::uint8_t { kHere, kOnItsWay, kAtServer, kWithAuthor, kOverQuota, kLost };
std::string_view name_of(Place place);  // here, on_its_way, at_server, with_author, over_quota, lost

struct AttachmentView {
  RecordId id, record;
  std::string name;
  std::uint64_t bytes = 0;
  std::string sha256, blake2b;  // of the content, hexadecimal
  Relation relation = Relation::kOriginal;
  std::optional<RecordId> of;
  AttachmentFacts facts;
  std::string by;  // who attached it
  DeviceId device;
  std::int64_t at_ms = 0;
  Place place = Place::kHere;
  std::uint64_t bytes_moved = 0, bytes_sealed = 0;  // how much has been sent (on its way) or fetched, of the sealed bytes
  std::string trouble;  // why it does not move, in words; empty where nothing is known
};

// Gets an attachment's content piece by piece; an Error ends it. Whoever writes it to a file writes it in the clear.
using AttachmentSink = std::function<Result<>(ByteView piece)>;

// One custody entry as a person reads it. `holds`: its signature and its chain do; else `wrong` says what does not.
struct CustodyEntry {
  RecordId subject;
  std::string action;  // created, received, viewed, saved, exported, redacted, verified
  std::int64_t at_ms = 0;  // by its device's clock
  std::string by, detail, sha256;
  DeviceId device;
  std::string line, signature;  // as they are signed and as a dossier has them
  bool holds = false;
  std::string wrong;
};

// What shows when a blob was at the server: with it anyone can make the sealed bytes again from the content (spec 82-dossier).
// The key opens this one attachment and nothing else; whoever holds the content has no use for it.
struct SealProof {
  std::string blob_id, key, header, compartment;  // base64url
  std::int64_t receipt_ms = 0;       // 0: the server has not said that it has it
  std::string receipt;               // its signature, base64url
};

}  // namespace haki
