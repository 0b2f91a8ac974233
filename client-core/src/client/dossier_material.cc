#include "client/dossier_material.h"

#include "client/editor.h"
#include "evidence/dossier_key.h"
#include "haki/evidence.h"

namespace haki::client {
namespace {

std::string person_and_organisation(Home& home, const DeviceId& id) {
  const std::string organisation = home.organisation_of(id);
  return organisation.empty() ? home.name_of(id) : home.name_of(id) + ", " + organisation;
}

}  // namespace

Result<> DossierMaker::add_log(DossierMaterial& material, const RecordId& record, const RecordId& subject, const std::string& name) {
  HAKI_ASSIGN(const std::optional<store::RecordRow> row, home_.records->load(subject));
  if (!row) return {};
  const evidence::CustodyLog log = Attachments(home_).custody_log(*row);
  const auto attachment = subject == record ? std::optional<RecordId>() : subject;
  const auto left_out = [&](const std::string& why) { material.left_out.push_back({"custody", record, attachment, name, "", why}); };
  evidence::CustodyFault not_whole = evidence::CustodyFault::kNone;
  for (const evidence::CustodyChecked& checked : log.entries) {
    if (!checked.counts()) {
      left_out("An entry that does not count is not in the log. " + std::string(sentence_of(checked.fault)));
      continue;
    }
    if (checked.fault != evidence::CustodyFault::kNone) not_whole = checked.fault;
    CustodyEntry entry = evidence::entry_of(checked);
    entry.subject = subject;  // where it stands, whatever it says
    material.custody.push_back(std::move(entry));
  }
  if (not_whole != evidence::CustodyFault::kNone) left_out(std::string(sentence_of(not_whole)));
  return {};
}

// Of the devices in the logs and this one; and of the server, whose times are in them.
void DossierMaker::add_keys(DossierMaterial& material) {
  std::set<DeviceId> devices{home_.device};
  for (const CustodyEntry& entry : material.custody) devices.insert(entry.device);
  for (const DeviceId& id : devices) {
    const envelope::Device* known = home_.membership.device(id);
    const auto sign = id == home_.device ? home_.identity.sign.verify : known ? known->added.sign_key : crypto::VerifyKey{};
    const auto box = id == home_.device ? home_.identity.box.public_key : known ? known->added.box_key : crypto::BoxPublicKey{};
    const auto auth = id == home_.device ? home_.identity.auth.public_key : known ? known->added.auth_key : crypto::AuthPublicKey{};
    if (sign.is_zero()) continue;
    material.keys.push_back({"device", to_hex(id), person_and_organisation(home_, id), to_base64url(sign), to_base64url(box), to_base64url(auth)});
  }
  if (!home_.membership.founded()) return;
  const envelope::Endpoints& endpoints = home_.membership.endpoints();
  material.keys.push_back({"server", "", endpoints.urls.empty() ? "" : endpoints.urls.front(), to_base64url(endpoints.server_sign_key), "", ""});
}

Result<> DossierMaker::prepare(DossierMaterial& material) {
  material.coalition = home_.org;
  material.coalition_name = home_.settings->text(setting::kCoalition).value_or(std::string());
  material.by = person_and_organisation(home_, home_.device);
  material.device = home_.device;
  material.signer = to_base64url(evidence::dossier_key(home_.identity.sign).verify);
  material.certificate = to_base64url(evidence::certify_dossier_key(home_.identity.sign, home_.org, home_.device));
  const std::vector<DossierLeftOut> left_out = material.left_out;
  for (const RecordId& record : material.records) {
    HAKI_TRY(add_log(material, record, record, "the record"));
    for (const DossierFile& file : material.files) {
      if (file.about.record == record) HAKI_TRY(add_log(material, record, file.about.id, file.about.name));
    }
    for (const DossierLeftOut& one : left_out) {
      if (one.record == record && one.attachment) HAKI_TRY(add_log(material, record, *one.attachment, one.name));
    }
  }
  add_keys(material);
  return {};
}

std::string DossierMaker::sign(const DossierMaterial& material, std::string_view manifest) {
  return evidence::sign_dossier(home_.identity.sign, material, manifest);
}

}  // namespace haki::client

namespace haki {

DossierMaterial Evidence::begin_dossier() {
  DossierMaterial material;
  material.id = to_hex(crypto::random_id<RecordId>(home_.random));
  material.at_ms = home_.clock.now_ms();
  return material;
}

Result<> Evidence::prepare_dossier(DossierMaterial& material) { return client::DossierMaker(home_).prepare(material); }

std::string Evidence::sign_dossier(const DossierMaterial& material, std::string_view manifest) {
  return client::DossierMaker(home_).sign(material, manifest);
}

}  // namespace haki
