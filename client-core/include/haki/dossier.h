// A dossier: records with their files, as a set of named files that one signature covers, which a stranger can check without a
// home, a network or us (spec 82-dossier). Nothing here knows of zip; tools/formats packs and unpacks it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "haki/attachment.h"
#include "haki/bytes.h"
#include "haki/result.h"

namespace haki {

// A public key by which something in a dossier is checked; keys are base64url.
struct DossierKey {
  std::string kind;  // device, server
  std::string id;    // of a device, hexadecimal: follows from its three keys; else empty
  std::string name;  // as the signer knows it; for people
  std::string sign, box, auth;  // the latter two of devices only
};
struct DossierFile {
  AttachmentView about;
  std::string path;  // in the dossier: dossier_path()
  SealProof seal;    // empty texts where it is not known
};
// What belongs to the records and is not in the dossier, and why. The signer says so; nothing proves that this is all.
struct DossierLeftOut {
  std::string kind;  // record, file, custody
  RecordId record;
  std::optional<RecordId> attachment;
  std::string name, sha256, why;
};
// What a dossier says of itself to programs. Signed as it is by dossier_texts() and Evidence::sign_dossier().
struct DossierMaterial {
  std::string id;  // 16 random bytes, hexadecimal
  CoalitionId coalition;
  std::string coalition_name, by, language = "en";
  std::int64_t at_ms = 0;  // by the signer's clock
  DeviceId device;         // the signer's
  std::string signer, certificate;  // the key that signs, and its device's word that it is its own; base64url
  std::vector<RecordId> records;
  std::vector<DossierFile> files;
  std::vector<CustodyEntry> custody;  // those that count, in the order of check_custody
  std::vector<DossierLeftOut> left_out;
  std::vector<DossierKey> keys;
};

struct DossierText {
  std::string name, text;
};
// The files that programs read: dossier.json, keys.jsonl, files.jsonl, custody.jsonl, custody.signatures, left-out.jsonl, signer.pub.
std::vector<DossierText> dossier_texts(const DossierMaterial& material);
// Where the `number`th attachment lies: a name that every file system takes and nobody is deceived by.
std::string dossier_path(std::size_t number, const AttachmentView& about);
// The text of MANIFEST.sha256: `sha256sum -c` reads it. Digests by name: of all files but itself and its signature.
std::string dossier_manifest(const std::map<std::string, std::string>& sha256);
inline constexpr std::string_view kDossierManifest = "MANIFEST.sha256";
inline constexpr std::string_view kDossierSignature = "MANIFEST.sha256.minisig";

std::string sha256_hex(std::string_view bytes);  // as the list has them

// For people to compare: "1a2b 3c4d …", eight groups of BLAKE2b-256 of the key (base64url). Empty where it is no key.
std::string key_fingerprint(std::string_view key);
std::string key_for_minisign(std::string_view key);  // the same key as its -P takes it

// The files of something that says it is a dossier.
class DossierFiles {
 public:
  struct Wanted {
    std::size_t index = 0;        // in names()
    std::uint64_t bytes_max = 0;  // more is not a file of a dossier: it is cut there
  };
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual Result<> piece(std::size_t index, ByteView bytes) = 0;
    virtual Result<> end(std::size_t index, bool whole) = 0;  // false: damaged, cut off, or above bytes_max
  };
  virtual ~DossierFiles() = default;
  virtual const std::vector<std::string>& names() = 0;  // of all files, in their order; one name may be there twice
  virtual Result<> read(std::span<const Wanted> wanted, Sink& sink) = 0;  // each once, in this order
};

struct DossierProblem {
  std::string file;  // empty: of the whole
  std::string what;  // a sentence
};
struct DossierFileVerdict {
  std::string path, name, by, relation, media_type, sha256;
  RecordId record;
  std::uint64_t bytes = 0;
  // When it was taken in: not before, not after, by the word of the coalition's server; 0: nothing proves it.
  std::int64_t not_before_ms = 0, not_after_ms = 0;
};
struct DossierVerdict {
  bool holds = false;  // complete, unaltered, and signed by the key with this fingerprint
  std::vector<DossierProblem> problems;
  bool signer_compared = false;  // with the one that was given
  std::string fingerprint, public_key;  // of the signer; the latter as minisign writes it. Empty where there is none
  // What follows is the signer's word. Empty unless it holds.
  std::string id, coalition, coalition_name, by;
  std::vector<std::string> servers;  // fingerprints
  std::int64_t at_ms = 0, not_before_ms = 0;  // the signer's clock; the newest time of the server in it, 0 for none
  std::size_t records = 0, checked = 0;       // files of any kind whose digest was compared
  std::uint64_t bytes = 0;
  std::vector<DossierFileVerdict> files;
  std::vector<CustodyEntry> custody;
  std::vector<DossierLeftOut> left_out;
};
// `signer`: a fingerprint or a minisign public key that the signer's must be; empty: not compared. kInvalid: it is neither.
// Other errors: the files could not be read. `progress`: bytes done.
Result<DossierVerdict> check_dossier(DossierFiles& files, std::string_view signer, const std::function<void(std::uint64_t)>& progress);

}  // namespace haki
