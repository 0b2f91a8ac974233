#include "evidence/dossier_lines.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>

#include "crypto/sealed_blob.h"
#include "evidence/json_line.h"
#include "evidence/minisign.h"
#include "evidence/moment.h"

namespace haki::evidence {
namespace {

constexpr std::string_view kDossierKind = "haki dossier 1";
constexpr std::size_t kNameBytesMax = 120;
constexpr std::size_t kStemBytesMax = 60;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string in_lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

// Names that Windows takes for devices, whatever follows the first dot.
bool is_device_name(std::string_view part) {
  const std::string stem = in_lower(part.substr(0, part.find('.')));
  if (stem == "con" || stem == "prn" || stem == "aux" || stem == "nul") return true;
  return stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem[3] >= '0' && stem[3] <= '9';
}

bool is_part(std::string_view part) {
  return !part.empty() && part.front() != '.' && part.front() != '-' && part.back() != '.' && std::ranges::all_of(part, is_plain) &&
         !is_device_name(part);
}

std::optional<crypto::VerifyKey> key_from(std::string_view base64url) {
  const auto bytes = from_base64url(base64url);
  return bytes ? crypto::VerifyKey::from(*bytes) : std::nullopt;
}

std::string hex_or_nothing(const std::optional<RecordId>& id) { return id ? to_hex(*id) : std::string(); }

// Calls `read` with each line; false where the text does not end with a line end, or `read` says so.
template <typename Read>
bool each_line(std::string_view text, const Read& read) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || !read(text.substr(0, end))) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

// Reads an id in its one spelling.
template <typename T>
bool take_id(const std::string& text, T& into) {
  const auto id = id_from_hex<T>(text);
  if (!id || to_hex(*id) != text) return false;
  into = *id;
  return true;
}
bool take_id(const std::string& text, std::optional<RecordId>& into) {
  return text.empty() || take_id(text, into.emplace());
}

bool take_moment(const std::string& text, std::int64_t& into) {
  const auto ms = read_moment(text);
  into = ms.value_or(0);
  return ms.has_value();
}

bool take_number(const std::string& text, std::uint64_t& into) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), into);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() && std::to_string(into) == text;
}

bool take_relation(const std::string& text, Relation& into) {
  for (const Relation one : {Relation::kOriginal, Relation::kDerivative, Relation::kThumbnail, Relation::kRedacted}) {
    if (text == relation_name(one)) return into = one, true;
  }
  return false;
}

std::string facts_line(const DossierMaterial& material) {
  std::vector<std::string> records;
  for (const RecordId& record : material.records) records.push_back(to_hex(record));
  return JsonLineWriter()
             .text("at", moment_text(material.at_ms))
             .text("by", material.by)
             .text("certificate", material.certificate)
             .text("coalition", to_hex(material.coalition))
             .text("coalition_name", material.coalition_name)
             .text("device", to_hex(material.device))
             .text("id", material.id)
             .text("kind", kDossierKind)
             .text("language", material.language)
             .texts("records", records)
             .text("signer", material.signer)
             .finish() +
         "\n";
}

std::string key_line(const DossierKey& key) {
  return JsonLineWriter()
             .text("auth", key.auth)
             .text("box", key.box)
             .text("id", key.id)
             .text("kind", key.kind)
             .text("name", key.name)
             .text("sign", key.sign)
             .finish() +
         "\n";
}

std::string file_line(const DossierFile& file) {
  const AttachmentView& about = file.about;
  return JsonLineWriter()
             .text("at", moment_text(about.at_ms))
             .text("blake2b", about.blake2b)
             .text("by", about.by)
             .text("bytes", std::to_string(about.bytes))
             .text("captured_at", about.facts.captured_at)
             .text("captured_where", about.facts.captured_where)
             .text("captured_with", about.facts.captured_with)
             .text("device", to_hex(about.device))
             .text("id", to_hex(about.id))
             .text("media_type", about.facts.media_type)
             .text("name", about.name)
             .text("of", hex_or_nothing(about.of))
             .text("path", file.path)
             .text("record", to_hex(about.record))
             .text("relation", relation_name(about.relation))
             .texts("remarks", about.facts.remarks)
             .text("seal_blob", file.seal.blob_id)
             .text("seal_compartment", file.seal.compartment)
             .text("seal_header", file.seal.header)
             .text("seal_key", file.seal.key)
             .text("seal_receipt", file.seal.receipt)
             .text("seal_receipt_at", file.seal.receipt_ms != 0 ? moment_text(file.seal.receipt_ms) : "")
             .text("sha256", about.sha256)
             .finish() +
         "\n";
}

std::string left_out_line(const DossierLeftOut& one) {
  return JsonLineWriter()
             .text("attachment", hex_or_nothing(one.attachment))
             .text("kind", one.kind)
             .text("name", one.name)
             .text("record", to_hex(one.record))
             .text("sha256", one.sha256)
             .text("why", one.why)
             .finish() +
         "\n";
}

bool read_file_line(std::string_view line, DossierFile& file) {
  JsonLineReader reader(line);
  AttachmentView& about = file.about;
  const std::string at = reader.text("at");
  about.blake2b = reader.text("blake2b");
  about.by = reader.text("by");
  const std::string bytes = reader.text("bytes");
  about.facts.captured_at = reader.text("captured_at");
  about.facts.captured_where = reader.text("captured_where");
  about.facts.captured_with = reader.text("captured_with");
  const std::string device = reader.text("device"), id = reader.text("id");
  about.facts.media_type = reader.text("media_type");
  about.name = reader.text("name");
  const std::string of = reader.text("of");
  file.path = reader.text("path");
  const std::string record = reader.text("record"), relation = reader.text("relation");
  about.facts.remarks = reader.texts("remarks");
  file.seal.blob_id = reader.text("seal_blob");
  file.seal.compartment = reader.text("seal_compartment");
  file.seal.header = reader.text("seal_header");
  file.seal.key = reader.text("seal_key");
  file.seal.receipt = reader.text("seal_receipt");
  const std::string receipt_at = reader.text("seal_receipt_at");
  about.sha256 = reader.text("sha256");
  return reader.finish() && take_moment(at, about.at_ms) && take_number(bytes, about.bytes) && take_id(device, about.device) &&
         take_id(id, about.id) && take_id(of, about.of) && take_id(record, about.record) && take_relation(relation, about.relation) &&
         (receipt_at.empty() || take_moment(receipt_at, file.seal.receipt_ms));
}

}  // namespace

std::string_view relation_name(Relation relation) {
  constexpr std::array<std::string_view, 4> kNames{"original", "derivative", "thumbnail", "redacted"};
  return kNames[static_cast<std::size_t>(relation)];
}

bool is_dossier_name(std::string_view name) {
  if (name.size() > kNameBytesMax) return false;
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return is_part(name);
  return is_part(name.substr(0, slash)) && is_part(name.substr(slash + 1));
}

std::optional<std::map<std::string, Hash>> read_dossier_manifest(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  std::map<std::string, Hash> files;
  std::set<std::string> in_any_case;
  const bool sound = !text.empty() && each_line(text, [&](std::string_view line) {
    if (line.size() <= kDigits + 2 || line.substr(kDigits, 2) != "  ") return false;
    Hash hash;
    const std::string name(line.substr(kDigits + 2));
    const bool sorted = files.empty() || files.rbegin()->first < name;
    if (!sorted || !is_dossier_name(name) || name == kDossierManifest || name == kDossierSignature) return false;
    if (!take_id(std::string(line.substr(0, kDigits)), hash) || !in_any_case.insert(in_lower(name)).second) return false;
    files.emplace(name, hash);
    return true;
  });
  return sound ? std::optional(std::move(files)) : std::nullopt;
}

bool read_dossier_facts(std::string_view text, DossierMaterial& into) {
  if (!text.ends_with('\n')) return false;
  JsonLineReader reader(text.substr(0, text.size() - 1));
  const std::string at = reader.text("at");
  into.by = reader.text("by");
  into.certificate = reader.text("certificate");
  const std::string coalition = reader.text("coalition");
  into.coalition_name = reader.text("coalition_name");
  const std::string device = reader.text("device");
  into.id = reader.text("id");
  const std::string kind = reader.text("kind");
  into.language = reader.text("language");
  bool sound = true;
  for (const std::string& record : reader.texts("records")) sound = take_id(record, into.records.emplace_back()) && sound;
  into.signer = reader.text("signer");
  RecordId id;
  return reader.finish() && sound && kind == kDossierKind && take_moment(at, into.at_ms) && take_id(coalition, into.coalition) &&
         take_id(device, into.device) && take_id(into.id, id);
}

bool read_dossier_keys(std::string_view text, DossierMaterial& into) {
  return each_line(text, [&](std::string_view line) {
    JsonLineReader reader(line);
    DossierKey& key = into.keys.emplace_back();
    key.auth = reader.text("auth");
    key.box = reader.text("box");
    key.id = reader.text("id");
    key.kind = reader.text("kind");
    key.name = reader.text("name");
    key.sign = reader.text("sign");
    return reader.finish();
  });
}

bool read_dossier_list(std::string_view text, DossierMaterial& into) {
  return each_line(text, [&](std::string_view line) { return read_file_line(line, into.files.emplace_back()); });
}

bool read_dossier_left_out(std::string_view text, DossierMaterial& into) {
  return each_line(text, [&](std::string_view line) {
    JsonLineReader reader(line);
    DossierLeftOut& one = into.left_out.emplace_back();
    const std::string attachment = reader.text("attachment");
    one.kind = reader.text("kind");
    one.name = reader.text("name");
    const std::string record = reader.text("record");
    one.sha256 = reader.text("sha256");
    one.why = reader.text("why");
    return reader.finish() && take_id(attachment, one.attachment) && take_id(record, one.record);
  });
}

std::optional<std::vector<std::string>> read_dossier_custody(std::string_view lines, std::string_view signatures) {
  std::vector<std::string> elements;
  if (!each_line(lines, [&](std::string_view line) { return elements.emplace_back(line), true; })) return std::nullopt;
  std::size_t at = 0;
  const bool sound = each_line(signatures, [&](std::string_view signature) {
    if (at == elements.size()) return false;
    elements[at++] += "\n" + std::string(signature);
    return true;
  });
  return sound && at == elements.size() ? std::optional(std::move(elements)) : std::nullopt;
}

std::string dossier_trusted_comment(const DossierMaterial& material) {
  return "haki dossier " + material.id + " coalition " + to_hex(material.coalition) + " at " + moment_text(material.at_ms);
}

}  // namespace haki::evidence

namespace haki {

std::vector<DossierText> dossier_texts(const DossierMaterial& material) {
  using namespace evidence;
  std::string keys, files, custody, signatures, left_out;
  for (const DossierKey& key : material.keys) keys += key_line(key);
  for (const DossierFile& file : material.files) files += file_line(file);
  for (const CustodyEntry& entry : material.custody) {
    custody += entry.line + "\n";
    signatures += entry.signature + "\n";
  }
  for (const DossierLeftOut& one : material.left_out) left_out += left_out_line(one);
  const auto signer = key_from(material.signer);
  return {{std::string(kDossierFacts), facts_line(material)},
          {std::string(kDossierKeys), keys},
          {std::string(kDossierList), files},
          {std::string(kDossierCustody), custody},
          {std::string(kDossierCustodySignatures), signatures},
          {std::string(kDossierLeftOutList), left_out},
          {std::string(kDossierSigner), signer ? minisign_key_file(*signer) : std::string()}};
}

std::string dossier_path(std::size_t number, const AttachmentView& about) {
  using namespace evidence;
  const auto is_letter = [](char c) { return is_plain(c) && c != '.' && c != '_' && c != '-'; };
  std::string_view stem = about.name, ending;
  if (const auto dot = stem.rfind('.'); dot != std::string_view::npos && dot > 0) ending = stem.substr(dot + 1);
  if (ending.size() > 8 || !std::ranges::all_of(ending, is_letter)) ending = {};
  if (!ending.empty()) stem.remove_suffix(ending.size() + 1);
  std::string safe;
  for (const char c : stem) {
    if (safe.size() == kStemBytesMax) break;
    if (is_letter(c) || c == '-') safe += c;
    else if (!safe.empty() && safe.back() != '_') safe += '_';
  }
  while (safe.ends_with('_')) safe.pop_back();
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%04zu", number);
  return std::string(about.relation == Relation::kOriginal ? "originals/" : "copies/") + digits.data() + "-" +
         (safe.empty() ? "file" : safe) + (ending.empty() ? "" : ".") + std::string(ending);
}

std::string dossier_manifest(const std::map<std::string, std::string>& sha256) {
  std::string text;
  for (const auto& [name, digest] : sha256) text += digest + "  " + name + "\n";
  return text;
}

std::string sha256_hex(std::string_view bytes) { return to_hex(crypto::Sha256().add(as_bytes(bytes)).finish()); }

std::string key_fingerprint(std::string_view key) {
  const auto read = evidence::key_from(key);
  return read ? evidence::fingerprint(*read) : std::string();
}

std::string key_for_minisign(std::string_view key) {
  const auto read = evidence::key_from(key);
  return read ? evidence::minisign_key(*read) : std::string();
}

}  // namespace haki
