// Checks a dossier (spec 82-dossier, "Checking"). The order is that of trust: names, the signature over the list of files, every
// file against the list, and only then what the files say.
#include <algorithm>

#include "crypto/sealed_blob.h"
#include "evidence/dossier_claims.h"
#include "evidence/dossier_lines.h"
#include "evidence/minisign.h"

namespace haki {
namespace {

using namespace evidence;

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kListBytesMax = 32 * kMiB;   // of one of the files that programs read
constexpr std::uint64_t kOtherBytesMax = 256 * kMiB;  // of a page or a table
constexpr std::uint64_t kSignatureBytesMax = 4096;

template <typename T>
std::optional<T> fixed_of(std::string_view base64url) {
  const auto bytes = from_base64url(base64url);
  return bytes ? T::from(*bytes) : std::nullopt;
}

// Keeps what is read.
class TextSink final : public DossierFiles::Sink {
 public:
  Result<> piece(std::size_t index, ByteView bytes) override {
    texts[index].append(as_text(bytes));
    return {};
  }
  Result<> end(std::size_t index, bool whole) override {
    if (whole) texts[index];
    else texts.erase(index);
    return {};
  }
  std::map<std::size_t, std::string> texts;
};

// Digests of one file after the other; of an attachment also those of the sealed copy that the server had.
class DigestSink final : public DossierFiles::Sink {
 public:
  struct Seen {
    bool whole = false;
    Hash sha256, blake2b;
    std::uint64_t bytes = 0;
    std::optional<Hash> blob;
  };
  DigestSink(CoalitionId coalition, std::map<std::size_t, const DossierFile*> attachments, const std::function<void(std::uint64_t)>& progress)
      : coalition_(coalition), attachments_(std::move(attachments)), progress_(progress) {}

  Result<> piece(std::size_t index, ByteView bytes) override {
    start(index);
    sha256_->add(bytes);
    blake2b_->add(bytes);
    seen_now_ += bytes.size();
    if (sealer_ && seen_now_ <= announced_) {
      sealed_.clear();
      sealer_->add(bytes, sealed_);
    }
    total_ += bytes.size();
    if (progress_) progress_(total_);
    return {};
  }
  Result<> end(std::size_t index, bool whole) override {
    start(index);
    Seen& file = seen[index];
    file = {whole, sha256_->finish(), blake2b_->finish32(), seen_now_, {}};
    if (sealer_ && seen_now_ == announced_) {
      sealed_.clear();
      sealer_->finish(sealed_);
      file.blob = sealer_->id();
    }
    now_.reset();
    return {};
  }
  std::uint64_t total() const { return total_; }

  std::map<std::size_t, Seen> seen;

 private:
  void start(std::size_t index) {
    if (now_ == index) return;
    now_ = index;
    sha256_.emplace();
    blake2b_ = std::make_unique<crypto::Hasher>();
    seen_now_ = 0;
    sealer_.reset();
    const auto found = attachments_.find(index);
    if (found == attachments_.end()) return;
    const SealProof& seal = found->second->seal;
    const auto key = from_base64url(seal.key);
    const auto header = fixed_of<crypto::BlobHeader>(seal.header);
    const auto compartment = fixed_of<CompartmentId>(seal.compartment);
    if (seal.receipt.empty() || !key || key->size() != crypto::BlobKey::kSize || !header || !compartment) return;
    announced_ = found->second->about.bytes;
    sealer_ = std::make_unique<crypto::BlobSealer>(crypto::BlobKey(*key), *header, crypto::blob_aad(coalition_, *compartment), announced_);
  }

  const CoalitionId coalition_;
  const std::map<std::size_t, const DossierFile*> attachments_;
  const std::function<void(std::uint64_t)>& progress_;
  std::optional<std::size_t> now_;
  std::optional<crypto::Sha256> sha256_;
  std::unique_ptr<crypto::Hasher> blake2b_;
  std::unique_ptr<crypto::BlobSealer> sealer_;
  Bytes sealed_;
  std::uint64_t announced_ = 0, seen_now_ = 0, total_ = 0;
};

// The signer that was given to compare with: digits of a fingerprint, or a key as minisign writes it.
struct GivenSigner {
  std::string digits, key;
  bool is(const crypto::VerifyKey& signer) const {
    std::string print = fingerprint(signer);
    std::erase(print, ' ');
    return digits.empty() ? minisign_key(signer) == key : print == digits;
  }
};
Result<GivenSigner> read_signer(std::string_view given) {
  GivenSigner signer;
  for (const char c : given) {
    if (c != ' ' && c != '-' && c != ':') signer.digits += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const auto bytes = from_hex(signer.digits);
  if (bytes && bytes->size() == 16) return signer;
  signer.digits.clear();
  signer.key = given;
  if (read_minisign_key(given)) return signer;
  return Error{Code::kInvalid, "The signer is named by the 32 digits of a fingerprint, or by the key that begins with RW; this is neither."};
}

// The folder that all files lie in where somebody packed the folder and not what is in it; else empty.
std::string root_of(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name == kDossierManifest) return {};
  }
  const std::string root = names.empty() ? "" : names.front().substr(0, names.front().find('/') + 1);
  const bool all = !root.empty() && std::ranges::all_of(names, [&](const std::string& name) { return name.starts_with(root); });
  return all ? root : std::string();
}

class DossierChecker {
 public:
  DossierChecker(DossierFiles& files, const std::function<void(std::uint64_t)>& progress) : files_(files), progress_(progress) {}

  Result<DossierVerdict> check(std::string_view signer) {
    std::optional<GivenSigner> given;
    if (!signer.empty()) {
      HAKI_ASSIGN(given, read_signer(signer));
    }
    look_at_names();
    HAKI_TRY(read_texts());
    if (read_signature() && given) {
      verdict_.signer_compared = given->is(*signer_);
      if (!verdict_.signer_compared) wrong("", "It was signed by somebody else than the signer you named.");
    }
    if (readable_) {
      compare_names();
      HAKI_TRY(compare_files());
      if (problems_.none()) check_claims();
    }
    verdict_.holds = problems_.none();
    if (!verdict_.holds) verdict_.files.clear();
    verdict_.problems = problems_.take();
    return std::move(verdict_);
  }

 private:
  void wrong(std::string_view file, std::string what) { problems_.add(file, std::move(what)); }

  void look_at_names() {
    const std::string root = root_of(files_.names());
    for (std::size_t i = 0; i < files_.names().size(); ++i) {
      const std::string name = files_.names()[i].substr(root.size());
      if (!index_.emplace(name, i).second) wrong(name, "This file is there twice.");
    }
  }

  Result<> read_texts() {
    std::vector<DossierFiles::Wanted> wanted;
    const auto want = [&](std::string_view name, std::uint64_t bytes_max) {
      const auto found = index_.find(std::string(name));
      if (found != index_.end()) wanted.push_back({found->second, bytes_max});
    };
    want(kDossierManifest, kListBytesMax);
    want(kDossierSignature, kSignatureBytesMax);
    for (const std::string_view name : kDossierTexts) want(name, kListBytesMax);
    TextSink sink;
    HAKI_TRY(files_.read(wanted, sink));
    for (const auto& [name, index] : index_) {
      if (const auto found = sink.texts.find(index); found != sink.texts.end()) texts_[name] = std::move(found->second);
    }
    return {};
  }

  // Whether the signature holds under the key that came with it; what it covers can then be read on.
  bool read_signature() {
    if (!index_.contains(std::string(kDossierManifest))) {
      wrong("", "This is not a Haki dossier: it has no list of its files (MANIFEST.sha256).");
      return false;
    }
    signer_ = read_minisign_key_file(text(kDossierSigner));
    if (!signer_) return wrong(kDossierSigner, "The public key of the signer is missing or was altered."), false;
    verdict_.fingerprint = fingerprint(*signer_);
    verdict_.public_key = minisign_key(*signer_);
    const auto manifest = read_dossier_manifest(text(kDossierManifest));
    if (!manifest) wrong(kDossierManifest, "The list of files was altered: it is not written as such lists are.");
    if (!read_dossier_facts(text(kDossierFacts), material_)) wrong(kDossierFacts, "What the dossier says of itself is missing or was altered.");
    if (!check_minisign_file(text(kDossierSignature), *signer_, as_bytes(text(kDossierManifest)), dossier_trusted_comment(material_))) {
      wrong(kDossierSignature, "The signature does not fit: the list of files, the key or the signature was altered, or it belongs to another dossier.");
    }
    readable_ = manifest.has_value() && read_dossier_list(text(kDossierList), material_);
    if (manifest && !readable_) wrong(kDossierList, "The list of attachments is missing or was altered.");
    if (manifest) manifest_ = *manifest;
    return true;
  }

  void compare_names() {
    for (const auto& [name, index] : index_) {
      if (name == kDossierManifest || name == kDossierSignature || manifest_.contains(name)) continue;
      wrong(name, "This file was added: it is not in the signed list.");
    }
    for (const auto& [name, hash] : manifest_) {
      if (!index_.contains(name)) wrong(name, "This file is missing.");
    }
    for (const std::string_view name : kDossierTexts) {
      if (!manifest_.contains(std::string(name))) wrong(name, "This file is missing from the signed list.");
    }
  }

  // Those that were read as texts are compared as they were read: what is checked is what is believed.
  Result<> compare_files() {
    std::map<std::string_view, const DossierFile*> listed;
    for (const DossierFile& file : material_.files) listed[file.path] = &file;
    std::vector<DossierFiles::Wanted> wanted;
    std::map<std::size_t, const DossierFile*> attachments;
    std::map<std::size_t, std::string> names;
    for (const auto& [name, hash] : manifest_) {
      const auto found = index_.find(name);
      if (found == index_.end()) continue;
      if (std::ranges::find(kDossierTexts, name) != kDossierTexts.end()) {
        compare(name, hash, texts_.contains(name), crypto::Sha256().add(as_bytes(text(name))).finish());
        verdict_.bytes += text(name).size();
        continue;
      }
      const auto file = listed.find(name);
      if (file != listed.end()) attachments[found->second] = file->second;
      names[found->second] = name;
      wanted.push_back({found->second, file != listed.end() ? file->second->about.bytes : kOtherBytesMax});
    }
    DigestSink sink(material_.coalition, attachments, progress_);
    HAKI_TRY(files_.read(wanted, sink));
    for (const auto& [index, name] : names) {
      const DigestSink::Seen& seen = sink.seen[index];
      compare(name, manifest_.at(name), seen.whole, seen.sha256);
      if (const auto file = attachments.find(index); file != attachments.end()) seen_[name] = seen;
    }
    verdict_.bytes += sink.total();
    return {};
  }

  void compare(const std::string& name, const Hash& expected, bool whole, const Hash& found) {
    ++verdict_.checked;
    if (!whole || found != expected) wrong(name, "This file was altered.");
  }

  void check_claims() {
    const auto elements = read_dossier_custody(text(kDossierCustody), text(kDossierCustodySignatures));
    if (!read_dossier_keys(text(kDossierKeys), material_)) return wrong(kDossierKeys, "It is not written as it should be.");
    if (!read_dossier_left_out(text(kDossierLeftOutList), material_)) return wrong(kDossierLeftOutList, "It is not written as it should be.");
    if (!elements) return wrong(kDossierCustody, "The log and its signatures do not belong together.");
    const DossierKeys keys = read_keys(material_, problems_);
    check_certificate(material_, keys, *signer_, problems_);
    const DossierCustody custody = check_logs(material_, keys, *elements, problems_);
    for (const DossierFile& file : material_.files) check_attachment(file, keys, custody);
    for (const auto& [name, hash] : manifest_) {
      const bool is_proof = name.ends_with(".proof.csv") || name.ends_with(".proof.json");
      const bool in_list = seen_.contains(name);
      if ((name.starts_with("originals/") || name.starts_with("copies/")) && !is_proof && !in_list) {
        wrong(name, "Nothing is said of this file.");
      }
    }
    if (!problems_.none()) return;
    tell(keys, custody);
  }

  void check_attachment(const DossierFile& file, const DossierKeys& keys, const DossierCustody& custody) {
    const auto found = seen_.find(file.path);
    if (found == seen_.end()) return wrong(file.path, "This file is listed and not there.");
    const DigestSink::Seen& seen = found->second;
    if (to_hex(seen.sha256) != file.about.sha256 || to_hex(seen.blake2b) != file.about.blake2b || seen.bytes != file.about.bytes) {
      return wrong(file.path, "This file is not the one that its record describes.");
    }
    DossierFileVerdict one{file.path,          file.about.name, file.about.by,     std::string(relation_name(file.about.relation)), file.about.facts.media_type,
                           file.about.sha256, file.about.record, file.about.bytes, 0, 0};
    if (const auto after = custody.taken_in_after_ms.find(file.about.id); after != custody.taken_in_after_ms.end()) {
      one.not_before_ms = after->second;
    }
    if (!file.seal.receipt.empty()) {
      if (!seen.blob || to_base64url(*seen.blob) != file.seal.blob_id ||
          !receipt_holds(material_, keys, file, crypto::sealed_blob_bytes(file.about.bytes))) {
        return wrong(file.path, "What is said of when the server had this file is not true.");
      }
      one.not_after_ms = file.seal.receipt_ms;
    }
    verdict_.files.push_back(std::move(one));
  }

  void tell(const DossierKeys& keys, const DossierCustody& custody) {
    verdict_.id = material_.id;
    verdict_.coalition = to_hex(material_.coalition);
    verdict_.coalition_name = material_.coalition_name;
    verdict_.by = material_.by;
    for (const crypto::VerifyKey& server : keys.servers) verdict_.servers.push_back(fingerprint(server));
    verdict_.at_ms = material_.at_ms;
    verdict_.not_before_ms = custody.newest_ms;
    verdict_.records = material_.records.size();
    verdict_.custody = custody.entries;
    verdict_.left_out = material_.left_out;
  }

  const std::string& text(std::string_view name) { return texts_[std::string(name)]; }

  DossierFiles& files_;
  const std::function<void(std::uint64_t)>& progress_;
  DossierProblems problems_;
  DossierVerdict verdict_;
  DossierMaterial material_;
  std::optional<crypto::VerifyKey> signer_;
  bool readable_ = false;
  std::map<std::string, std::size_t> index_;
  std::map<std::string, std::string> texts_;
  std::map<std::string, Hash> manifest_;
  std::map<std::string, DigestSink::Seen> seen_;  // of attachments
};

}  // namespace

Result<DossierVerdict> check_dossier(DossierFiles& files, std::string_view signer, const std::function<void(std::uint64_t)>& progress) {
  return DossierChecker(files, progress).check(signer);
}

}  // namespace haki
