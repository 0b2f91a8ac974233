#include "evidence/dossier_claims.h"

#include <algorithm>

#include "envelope/names.h"
#include "evidence/dossier_key.h"
#include "evidence/dossier_lines.h"

namespace haki::evidence {
namespace {

constexpr std::size_t kProblemsShown = 100;

template <typename T>
std::optional<T> fixed(std::string_view base64url) {
  const auto bytes = from_base64url(base64url);
  return bytes ? T::from(*bytes) : std::nullopt;
}

// The subject that a line names; zeros where it is no line.
RecordId subject_of(const std::string& element) {
  const auto line = decode_custody(std::string_view(element).substr(0, element.find('\n')));
  return line ? line->subject : RecordId{};
}

// The logs of a dossier, one subject after the other.
class LogChecker {
 public:
  LogChecker(const DossierMaterial& material, const DossierKeys& keys, DossierProblems& problems)
      : material_(material), keys_(keys), problems_(problems) {
    for (const DossierFile& file : material.files) files_[file.about.id] = &file;
    for (const DossierLeftOut& one : material.left_out) {
      known_.insert(one.attachment.value_or(one.record));
      if (one.kind == "custody") declared_.insert(one.attachment.value_or(one.record));
    }
    known_.insert(material.records.begin(), material.records.end());
  }

  DossierCustody check(const std::vector<std::string>& elements) {
    for (std::size_t begin = 0; begin < elements.size();) {
      const RecordId subject = subject_of(elements[begin]);
      std::size_t end = begin + 1;
      while (end < elements.size() && subject_of(elements[end]) == subject) ++end;
      one_log(subject, std::vector(elements.begin() + static_cast<std::ptrdiff_t>(begin), elements.begin() + static_cast<std::ptrdiff_t>(end)));
      begin = end;
    }
    for (const auto& [id, file] : files_) {
      if (!done_.contains(id) && !declared_.contains(id)) {
        wrong("Who took in " + file->path + " is not in the log: it is not whole.");
      }
    }
    return std::move(result_);
  }

 private:
  void wrong(std::string what) { problems_.add(kDossierCustody, std::move(what)); }

  void one_log(const RecordId& subject, const std::vector<std::string>& elements) {
    if (!done_.insert(subject).second) return wrong("The entries about one file do not stand together: the log was reordered.");
    if (!files_.contains(subject) && !known_.contains(subject)) {
      return wrong("There is a log about something that is not in this dossier.");
    }
    const CustodyRules rules{material_.coalition, subject,
                             [this](const DeviceId& id) -> std::optional<crypto::VerifyKey> {
                               const auto found = keys_.devices.find(id);
                               if (found == keys_.devices.end()) return std::nullopt;
                               return found->second;
                             },
                             keys_.servers};
    const CustodyLog log = check_custody(rules, elements);
    const bool in_order = std::ranges::equal(log.entries, elements, {}, [](const CustodyChecked& entry) { return entry.line + "\n" + entry.signature; });
    if (!in_order) wrong("The entries about " + named(subject) + " are not in their order, or one is there twice: the log was reordered.");
    for (const CustodyChecked& entry : log.entries) one_entry(subject, entry);
    check_beginning(subject, log);
  }

  void one_entry(const RecordId& subject, const CustodyChecked& entry) {
    result_.entries.push_back(entry_of(entry));
    const bool said_so = entry.counts() && declared_.contains(subject);
    if (entry.fault != CustodyFault::kNone && !said_so) wrong("About " + named(subject) + ": " + std::string(sentence_of(entry.fault)));
    if (!entry.counts()) return;
    const auto file = files_.find(subject);
    const bool of_this_content = entry.content.sha256 && entry.content.action != "redacted";
    if (file != files_.end() && of_this_content && to_hex(*entry.content.sha256) != file->second->about.sha256) {
      wrong("An entry about " + named(subject) + " is about other content than the file in this dossier.");
    }
    if (!entry.content.beacon) return;
    result_.newest_ms = std::max(result_.newest_ms, entry.content.beacon->time_ms);
    if (entry.content.action == "created") result_.taken_in_after_ms[subject] = entry.content.beacon->time_ms;
  }

  void check_beginning(const RecordId& subject, const CustodyLog& log) {
    const auto file = files_.find(subject);
    if (file == files_.end() || declared_.contains(subject)) return;
    const CustodyLine& first = log.entries.front().content;
    if (first.action != "created" || first.device != file->second->about.device || !first.sha256) {
      wrong("The log of " + named(subject) + " does not begin with who took it in: it is not whole.");
    }
  }

  std::string named(const RecordId& subject) const {
    const auto file = files_.find(subject);
    return file != files_.end() ? file->second->path : "the record " + to_hex(subject).substr(0, 8);
  }

  const DossierMaterial& material_;
  const DossierKeys& keys_;
  DossierProblems& problems_;
  std::map<RecordId, const DossierFile*> files_;
  std::set<RecordId> known_, declared_, done_;
  DossierCustody result_;
};

}  // namespace

void DossierProblems::add(std::string_view file, std::string what) {
  if (++count_ <= kProblemsShown) problems_.push_back({std::string(file), std::move(what)});
}

std::vector<DossierProblem> DossierProblems::take() {
  if (count_ > kProblemsShown) problems_.push_back({"", "And " + std::to_string(count_ - kProblemsShown) + " more."});
  return std::move(problems_);
}

DossierKeys read_keys(const DossierMaterial& material, DossierProblems& problems) {
  DossierKeys keys;
  for (const DossierKey& key : material.keys) {
    const auto sign = fixed<crypto::VerifyKey>(key.sign);
    const auto box = fixed<crypto::BoxPublicKey>(key.box);
    const auto auth = fixed<crypto::AuthPublicKey>(key.auth);
    const auto id = id_from_hex<DeviceId>(key.id);
    if (key.kind == "server" && sign) {
      keys.servers.push_back(*sign);
    } else if (key.kind == "device" && sign && box && auth && id && envelope::device_id(*sign, *box, *auth) == *id) {
      keys.devices[*id] = *sign;
    } else {
      problems.add(kDossierKeys, "A key in it is not what it says it is.");
    }
  }
  return keys;
}

void check_certificate(const DossierMaterial& material, const DossierKeys& keys, const crypto::VerifyKey& signer,
                       DossierProblems& problems) {
  const auto named = fixed<crypto::VerifyKey>(material.signer);
  const auto certificate = fixed<crypto::Signature>(material.certificate);
  const auto device = keys.devices.find(material.device);
  if (!named || *named != signer || !certificate || device == keys.devices.end() ||
      !dossier_certificate_holds(device->second, material.coalition, material.device, signer, *certificate)) {
    problems.add(kDossierFacts, "The device that is said to have signed this dossier did not certify the key that did.");
  }
}

DossierCustody check_logs(const DossierMaterial& material, const DossierKeys& keys, const std::vector<std::string>& elements,
                          DossierProblems& problems) {
  return LogChecker(material, keys, problems).check(elements);
}

bool receipt_holds(const DossierMaterial& material, const DossierKeys& keys, const DossierFile& file, std::uint64_t sealed_bytes) {
  const auto compartment = fixed<CompartmentId>(file.seal.compartment);
  const auto blob = fixed<BlobId>(file.seal.blob_id);
  const auto receipt = fixed<crypto::Signature>(file.seal.receipt);
  if (!compartment || !blob || !receipt) return false;
  const Bytes message = envelope::blob_receipt_message(material.coalition, *compartment, *blob, sealed_bytes, file.seal.receipt_ms);
  return std::ranges::any_of(keys.servers, [&](const crypto::VerifyKey& server) {
    return crypto::verify(server, "HAKI1.blr", message, *receipt);
  });
}

}  // namespace haki::evidence
