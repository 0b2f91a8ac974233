#include "sample_dossier.h"

namespace haki::evidence::test {

Result<> MemoryFiles::read(std::span<const Wanted> wanted, Sink& sink) {
  for (const Wanted& one : wanted) {
    const std::string_view whole = files_[one.index].second;
    std::string_view rest = whole.substr(0, one.bytes_max);
    while (!rest.empty()) {
      HAKI_TRY(sink.piece(one.index, as_bytes(rest.substr(0, 1000))));
      rest.remove_prefix(std::min<std::size_t>(rest.size(), 1000));
    }
    HAKI_TRY(sink.end(one.index, whole.size() <= one.bytes_max));
  }
  return {};
}

DossierKey key_of(const Device& device) {
  return {"device", to_hex(device.id), device.name, to_base64url(device.sign.verify), to_base64url(device.box), to_base64url(device.auth)};
}

SampleDossier::SampleDossier(std::string id, std::size_t photo_bytes) {
  material.id = std::move(id);
  material.coalition = people.coalition;
  material.coalition_name = "UPR Coalition";
  material.at_ms = kNoon + 86'400'000;
  sign_as(people.lead);
  material.records = {named<RecordId>("observation"), named<RecordId>("session")};
  material.keys = {key_of(people.monitor), key_of(people.lead), {"server", "", "https://haki.example.org", to_base64url(people.server.verify), "", ""}};
  add_file("IMG 0001.jpg", Relation::kOriginal, std::string(photo_bytes, 'p') + "hoto");
  add_file("empty.txt", Relation::kOriginal, "");
  add_file("thumb.jpg", Relation::kThumbnail, "small");
  material.left_out.push_back({"file", material.records[1], named<RecordId>("lost"), "clip.mp4", std::string(64, '0'), "Its bytes are on its author's device."});
  pages = {{"HOW-TO-CHECK.txt", "Compare the fingerprint by telephone.\n"}, {"index.html", "<!doctype html>\n<p>Two records\n"},
           {"records.csv", "id\r\n"}, {"records.json", "{}\n"}, {"originals/" + std::string(64, 'a') + ".proof.csv", "File Hash SHA256\n"}};
  custody();
}

void SampleDossier::sign_as(const Device& device) {
  signer = &device;
  material.by = device.name;
  material.device = device.id;
  material.signer = to_base64url(dossier_key(device.sign).verify);
  material.certificate = to_base64url(certify_dossier_key(device.sign, material.coalition, device.id));
}

NamedFiles SampleDossier::files() const {
  NamedFiles all;
  for (const DossierText& text : dossier_texts(material)) all.emplace_back(text.name, text.text);
  for (const auto& page : pages) all.push_back(page);
  for (std::size_t i = 0; i < contents.size(); ++i) all.emplace_back(material.files[i].path, contents[i]);
  return sign(all);
}

NamedFiles SampleDossier::sign(NamedFiles all) const {
  std::map<std::string, std::string> digests;
  for (const auto& [name, bytes] : all) digests[name] = sha256_hex(bytes);
  const std::string manifest = dossier_manifest(digests);
  all.emplace_back(kDossierManifest, manifest);
  all.emplace_back(kDossierSignature, sign_dossier(signer->sign, material, manifest));
  return all;
}

void SampleDossier::take_logs() {
  material.custody.clear();
  for (const auto& [subject, elements] : logs) {
    for (const CustodyChecked& entry : check_custody(people.rules(subject), elements).entries) {
      CustodyEntry put;
      put.line = entry.line;
      put.signature = entry.signature;
      material.custody.push_back(std::move(put));
    }
  }
}

void SampleDossier::add_file(const std::string& name, Relation relation, const std::string& content) {
  DossierFile file;
  AttachmentView& about = file.about;
  about.id = named<RecordId>(name);
  about.record = material.records[0];
  about.name = name;
  about.bytes = content.size();
  about.sha256 = to_hex(crypto::Sha256().add(as_bytes(content)).finish());
  about.blake2b = to_hex(crypto::hash32({as_bytes(content)}));
  about.relation = relation;
  about.by = people.monitor.name;
  about.device = people.monitor.id;
  about.at_ms = kNoon;
  file.path = dossier_path(material.files.size() + 1, about);
  seal(file, content);
  material.files.push_back(file);
  contents.push_back(content);
}

void SampleDossier::seal(DossierFile& file, const std::string& content) const {
  const crypto::BlobKey key(named<Hash>("key " + content).view());
  const auto header = named<crypto::BlobHeader>("header " + content);
  const auto compartment = named<CompartmentId>("notebook");
  crypto::BlobSealer sealer(key, header, crypto::blob_aad(material.coalition, compartment), content.size());
  Bytes sealed;
  sealer.add(as_bytes(content), sealed);
  sealer.finish(sealed);
  const BlobId blob{sealer.id().bytes};
  const std::int64_t received = kNoon + 3'600'000;
  const auto receipt = crypto::sign(people.server.secret, "HAKI1.blr",
                                    envelope::blob_receipt_message(material.coalition, compartment, blob, sealed.size(), received));
  file.seal = {to_base64url(blob), to_base64url(key.view()), to_base64url(header), to_base64url(compartment), received, to_base64url(receipt)};
}

void SampleDossier::custody() {
  for (std::size_t i = 0; i < material.files.size(); ++i) {
    const AttachmentView& about = material.files[i].about;
    LogWriter log(people, about.id);
    const auto put = [&](const Device& by, std::string action, std::vector<std::size_t> after, std::int64_t beacon_ms) {
      CustodyLine line = log.line(by, std::move(action), std::move(after));
      line.sha256 = id_from_hex<Hash>(about.sha256);
      line.beacon = people.beacon(beacon_ms);
      log.put(by, line);
    };
    put(people.monitor, "created", {}, kNoon - 60'000);
    put(people.lead, "received", {0}, kNoon + 3'600'000);
    put(people.lead, "exported", {1}, kNoon + 7'200'000);
    logs[about.id] = log.elements;
  }
  LogWriter log(people, material.records[0]);
  CustodyLine line = log.line(people.lead, "exported");
  line.sha256.reset();
  log.put(people.lead, line);
  logs[material.records[0]] = log.elements;
  take_logs();
}

}  // namespace haki::evidence::test
