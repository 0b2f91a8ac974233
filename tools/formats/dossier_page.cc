#include "formats/dossier_page.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <map>

#include "formats/injection.h"
#include "formats/json_text.h"

namespace haki::formats {
namespace {

constexpr std::string_view kDossierStyle = R"css(
:root{color-scheme:light;--ink:#1b2430;--soft:#56616f;--line:#dde2e8;--ground:#f6f7f9}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}h2{font-size:1.2rem;margin:2.25rem 0 .5rem}h3{font-size:1rem;margin:1.25rem 0 .25rem}
p{max-width:46rem;margin:.5rem 0}.soft,caption{color:var(--soft)}
code{font:.9em ui-monospace,Consolas,monospace;overflow-wrap:anywhere}
section.record{background:#fff;border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem;margin:1rem 0}
dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.25rem 1rem;margin:.5rem 0}
dt{color:var(--soft)}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
.wide{overflow-x:auto}table{width:100%;border-collapse:collapse;background:#fff;border:1px solid var(--line);margin:.5rem 0;font-size:.9375rem}
caption{text-align:start;padding:.25rem 0}th,td{padding:.375rem .625rem;border-top:1px solid var(--line);text-align:start;vertical-align:top}
thead th{color:var(--soft);font-size:.8125rem}img{max-width:10rem;max-height:10rem;display:block}
@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.375rem}}
@media print{body{background:#fff}section.record{break-inside:avoid}}
)css";

using DossierWords = std::map<std::string_view, std::string_view>;

const DossierWords kEnglishDossier{
    {"title", "Dossier"}, {"signed_by", "Signed by"}, {"coalition", "Coalition"}, {"at", "Time by the signer's clock"}, {"fingerprint", "Fingerprint"},
    {"check", "Before you rely on this, check it as HOW-TO-CHECK.txt says. This page shows nothing that is not in the signed files beside it."},
    {"records", "Records"}, {"files", "Files"}, {"file", "File"}, {"name", "Name"}, {"size", "Bytes"}, {"by", "By"}, {"when", "When"}, {"what", "What was done"},
    {"relation", "How it was made"}, {"custody", "Who handled it"}, {"about", "About"}, {"detail", "Remark"}, {"left_out", "What is not in this dossier"},
    {"why", "Why"}, {"state", "State"}, {"said", "As the file says of itself"}, {"original", "as it was captured"}, {"derivative", "a smaller copy"},
    {"thumbnail", "a small picture"}, {"redacted", "a copy with something made unrecognisable"}, {"created", "taken in"}, {"received", "received"},
    {"viewed", "viewed"}, {"saved", "saved"}, {"exported", "put into a dossier"}, {"redacted_act", "a redacted copy was made"}, {"verified", "compared with its digest"},
    {"record", "the record"}, {"none", "Nothing that the signer knew of."}, {"proofmode", "A ProofMode bundle: it holds proofs of its own."},
    {"empty", "The file is empty."}, {"truncated", "The file ends too early."}, {"misnamed", "It is of another kind than its name says."},
    {"unreadable", "It could not be read as what it is."}, {"unknown_kind", "Its kind is not known."}};
const DossierWords kFrenchDossier{
    {"title", "Dossier"}, {"signed_by", "Signé par"}, {"coalition", "Coalition"}, {"at", "Heure selon l'horloge du signataire"}, {"fingerprint", "Empreinte"},
    {"check", "Avant de vous y fier, vérifiez-le comme l'explique HOW-TO-CHECK.txt. Cette page ne montre rien qui ne soit dans les fichiers signés à côté d'elle."},
    {"records", "Fiches"}, {"files", "Fichiers"}, {"file", "Fichier"}, {"name", "Nom"}, {"size", "Octets"}, {"by", "Par"}, {"when", "Quand"}, {"what", "Ce qui a été fait"},
    {"relation", "Comment il a été fait"}, {"custody", "Qui l'a eu en main"}, {"about", "À propos de"}, {"detail", "Remarque"}, {"left_out", "Ce qui n'est pas dans ce dossier"},
    {"why", "Pourquoi"}, {"state", "État"}, {"said", "Ce que le fichier dit de lui-même"}, {"original", "tel qu'il a été capté"}, {"derivative", "une copie réduite"},
    {"thumbnail", "une vignette"}, {"redacted", "une copie dont une partie est rendue méconnaissable"}, {"created", "pris en charge"}, {"received", "reçu"},
    {"viewed", "consulté"}, {"saved", "enregistré"}, {"exported", "mis dans un dossier"}, {"redacted_act", "une copie masquée a été faite"}, {"verified", "comparé à son empreinte"},
    {"record", "la fiche"}, {"none", "Rien dont le signataire ait eu connaissance."}, {"proofmode", "Un lot ProofMode : il contient ses propres preuves."},
    {"empty", "Le fichier est vide."}, {"truncated", "Le fichier est tronqué."}, {"misnamed", "Il est d'un autre type que son nom l'indique."},
    {"unreadable", "Il n'a pas pu être lu comme tel."}, {"unknown_kind", "Son type n'est pas connu."}};
const DossierWords kSwahiliDossier{
    {"title", "Jalada"}, {"signed_by", "Limetiwa saini na"}, {"coalition", "Muungano"}, {"at", "Saa ya aliyetia saini"}, {"fingerprint", "Alama ya ufunguo"},
    {"check", "Kabla ya kulitegemea, likague kama HOW-TO-CHECK.txt inavyoeleza. Ukurasa huu hauonyeshi chochote kisichomo katika faili zilizotiwa saini kando yake."},
    {"records", "Rekodi"}, {"files", "Faili"}, {"file", "Faili"}, {"name", "Jina"}, {"size", "Baiti"}, {"by", "Na"}, {"when", "Lini"}, {"what", "Kilichofanyika"},
    {"relation", "Ilivyotengenezwa"}, {"custody", "Nani aliishughulikia"}, {"about", "Kuhusu"}, {"detail", "Maelezo"}, {"left_out", "Kisichomo katika jalada hili"},
    {"why", "Kwa nini"}, {"state", "Hali"}, {"said", "Faili inavyojieleza"}, {"original", "kama ilivyonaswa"}, {"derivative", "nakala ndogo"},
    {"thumbnail", "picha ndogo"}, {"redacted", "nakala iliyofichwa sehemu"}, {"created", "imepokelewa na mfumo"}, {"received", "imepokelewa"},
    {"viewed", "imetazamwa"}, {"saved", "imehifadhiwa"}, {"exported", "imewekwa katika jalada"}, {"redacted_act", "nakala iliyofichwa imetengenezwa"}, {"verified", "imelinganishwa na alama yake"},
    {"record", "rekodi"}, {"none", "Hakuna ambacho aliyetia saini alikijua."}, {"proofmode", "Kifurushi cha ProofMode: kina uthibitisho wake chenyewe."},
    {"empty", "Faili ni tupu."}, {"truncated", "Faili limekatika kabla ya mwisho."}, {"misnamed", "Ni aina tofauti na jina lake."},
    {"unreadable", "Halikuweza kusomeka."}, {"unknown_kind", "Aina yake haijulikani."}};

const DossierWords& dossier_words(const std::string& language) {
  return language == "fr" ? kFrenchDossier : language == "sw" ? kSwahiliDossier : kEnglishDossier;
}

// Signs that turn the reading direction are shown as what they are, so that no name reads as another.
std::string dossier_text(std::string_view text) {
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view sign = text.substr(i, 3);
    if (sign >= "\u202a" && sign <= "\u202e") i += 2, safe += "\ufffd";
    else if (sign >= "\u2066" && sign <= "\u2069") i += 2, safe += "\ufffd";
    else if (text[i] == '&') safe += "&amp;";
    else if (text[i] == '<') safe += "&lt;";
    else if (text[i] == '>') safe += "&gt;";
    else if (text[i] == '"') safe += "&quot;";
    else safe += text[i];
  }
  return safe;
}

class HtmlWriter {
 public:
  explicit HtmlWriter(const DossierPage& page) : page_(page), words_(dossier_words(page.language)) {}

  std::string made() {
    const DossierMaterial& material = page_.material;
    const std::string title = word("title") + ": " + dossier_text(material.coalition_name);
    const std::string code = &words_ == &kFrenchDossier ? "fr" : &words_ == &kSwahiliDossier ? "sw" : "en";
    text_ = "<!doctype html>\n<html lang=\"" + code + "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:\">"
            "<meta name=\"referrer\" content=\"no-referrer\"><title>" + title + "</title><style>" + std::string(kDossierStyle) +
            "</style></head><body><main>\n<h1>" + title + "</h1><p>" + word("check") + "</p>\n";
    facts();
    text_ += "<h2>" + word("records") + "</h2>\n";
    for (const DossierRecord& record : page_.records) one_record(record);
    left_out();
    return text_ + "</main></body></html>\n";
  }

 private:
  std::string word(std::string_view key) const {
    const auto found = words_.find(key);
    return std::string(found == words_.end() ? key : found->second);
  }
  void pair(const std::string& label, const std::string& value) {
    if (!value.empty()) text_ += "<dt>" + dossier_text(label) + "</dt><dd>" + dossier_text(value) + "</dd>";
  }
  void table(const std::string& caption, std::initializer_list<std::string_view> headings) {
    text_ += "<div class=\"wide\"><table><caption>" + caption + "</caption><thead><tr>";
    for (const std::string_view heading : headings) text_ += "<th scope=\"col\">" + word(heading) + "</th>";
    text_ += "</tr></thead><tbody>\n";
  }
  void row(std::initializer_list<std::string> cells) {  // markup
    text_ += "<tr>";
    for (const std::string& cell : cells) text_ += "<td>" + cell + "</td>";
    text_ += "</tr>\n";
  }

  void facts() {
    const DossierMaterial& material = page_.material;
    text_ += "<dl>";
    pair(word("signed_by"), material.by);
    pair(word("fingerprint"), page_.fingerprint);
    pair(word("coalition"), material.coalition_name);
    pair(word("at"), utc_in_words(material.at_ms));
    text_ += "</dl>\n";
  }

  void one_record(const DossierRecord& record) {
    text_ += "<section class=\"record\"><h3>" + dossier_text(record.title) + "</h3><p class=\"soft\">" + dossier_text(record.form_title) + " <code>" +
             to_hex(record.id) + "</code></p><dl>";
    pair(word("by"), record.organisation.empty() ? record.by : record.by + ", " + record.organisation);
    pair(word("when"), utc_in_words(record.at_ms));
    pair(word("state"), record.state);
    for (const DossierField& field : record.fields) pair(field.label, field.value);
    text_ += "</dl>\n";
    files_of(record.id);
    custody_of(record.id);
    text_ += "</section>\n";
  }

  static std::string link_to(const std::string& path, const std::string& text) {
    return "<a href=\"" + dossier_text(path) + "\">" + dossier_text(text) + "</a>";
  }
  // A small picture of it, where there is one in the dossier.
  std::string picture_of(const DossierFile& file) const {
    for (const DossierFile& other : page_.material.files) {
      const bool shows = other.about.relation == Relation::kThumbnail && (other.about.of == file.about.id || other.about.id == file.about.id);
      if (shows) return "<img alt=\"\" src=\"" + dossier_text(other.path) + "\">";
    }
    return {};
  }

  void files_of(const RecordId& record) {
    bool first = true;
    for (const DossierFile& file : page_.material.files) {
      if (file.about.record != record) continue;
      if (first) table(word("files"), {"file", "relation", "size", "by", "when", "said", "detail"});
      first = false;
      std::string said = file.about.facts.captured_at + " " + file.about.facts.captured_where + " " + file.about.facts.captured_with;
      std::string remarks;
      for (const std::string& remark : file.about.facts.remarks) remarks += word(remark) + " ";
      if (is_proofmode(file)) remarks += word("proofmode");
      row({picture_of(file) + link_to(file.path, file.about.name) + "<br><code>" + file.about.sha256 + "</code>", word(relation_word(file.about.relation)),
           std::to_string(file.about.bytes), dossier_text(file.about.by), utc_in_words(file.about.at_ms), dossier_text(said), dossier_text(remarks)});
    }
    if (!first) text_ += "</tbody></table></div>\n";
  }

  // By its name alone: what is in it is not looked at.
  static bool is_proofmode(const DossierFile& file) {
    const std::string& name = file.about.name;
    return name.ends_with(".zip") && (name.starts_with("proofmode-") || name.starts_with("PROOFMODE-"));
  }
  static std::string_view relation_word(Relation relation) {
    constexpr std::array<std::string_view, 4> kNames{"original", "derivative", "thumbnail", "redacted"};
    return kNames[static_cast<std::size_t>(relation)];
  }

  void custody_of(const RecordId& record) {
    std::map<RecordId, std::string> names{{record, word("record")}};
    for (const DossierFile& file : page_.material.files) {
      if (file.about.record == record) names[file.about.id] = file.about.name;
    }
    for (const DossierLeftOut& one : page_.material.left_out) {
      if (one.record == record && one.attachment) names.emplace(*one.attachment, one.name);
    }
    bool first = true;
    for (const CustodyEntry& entry : page_.material.custody) {
      const auto name = names.find(entry.subject);
      if (name == names.end()) continue;
      if (first) table(word("custody"), {"about", "when", "what", "by", "detail"});
      first = false;
      row({dossier_text(name->second), utc_in_words(entry.at_ms), word(entry.action == "redacted" ? "redacted_act" : entry.action), dossier_text(entry.by),
           dossier_text(entry.detail + (entry.holds ? "" : " " + entry.wrong))});
    }
    if (!first) text_ += "</tbody></table></div>\n";
  }

  void left_out() {
    text_ += "<h2>" + word("left_out") + "</h2>\n";
    if (page_.material.left_out.empty()) {
      text_ += "<p>" + word("none") + "</p>\n";
      return;
    }
    table("", {"name", "why"});
    for (const DossierLeftOut& one : page_.material.left_out) row({dossier_text(one.name), dossier_text(one.why)});
    text_ += "</tbody></table></div>\n";
  }

  const DossierPage& page_;
  const DossierWords& words_;
  std::string text_;
};

// A CSV cell: quoted, and neutralised where a spreadsheet would take it for a formula.
std::string quoted(std::string_view text) {
  std::string cell = "\"";
  for (const char c : neutralised(text)) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + "\"";
}

// ProofMode's fields that we know, by their names there.
std::vector<std::pair<std::string, std::string>> proof_fields(const DossierMaterial& material, const DossierFile& file) {
  const std::string& where = file.about.facts.captured_where;
  const std::size_t space = where.find(' ');
  return {{"File Hash SHA256", file.about.sha256},
          {"File Path", file.path},
          {"File Created", file.about.facts.captured_at},
          {"File Modified", ""},
          {"Proof Generated", utc_in_words(file.about.at_ms)},
          {"DataType", file.about.facts.media_type},
          {"DeviceID", to_hex(file.about.device)},
          {"Manufacturer", ""},
          {"Hardware", file.about.facts.captured_with},
          {"Location.Latitude", where.substr(0, space)},
          {"Location.Longitude", space == std::string::npos ? "" : where.substr(space + 1)},
          {"Notes", "Written by Haki from the record of dossier " + material.id +
                        ", not by ProofMode. It is signed by MANIFEST.sha256.minisig; there is no OpenPGP signature."}};
}

}  // namespace

std::string utc_in_words(std::int64_t ms) {
  if (ms <= 0) return {};
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm time{};
  if (::gmtime_r(&seconds, &time) == nullptr) return {};
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d UTC", time.tm_year + 1900, time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min);
  return text.data();
}

std::string dossier_html(const DossierPage& page) { return HtmlWriter(page).made(); }

std::string dossier_csv(const DossierPage& page) {
  std::string text = "\xef\xbb\xbfid,form,state,by,organisation,at,field,label,value\r\n";
  for (const DossierRecord& record : page.records) {
    const std::string begin = to_hex(record.id) + "," + quoted(record.form) + "," + quoted(record.state) + "," + quoted(record.by) + "," +
                              quoted(record.organisation) + "," + quoted(utc_in_words(record.at_ms)) + ",";
    for (const DossierField& field : record.fields) text += begin + quoted(field.name) + "," + quoted(field.label) + "," + quoted(field.value) + "\r\n";
  }
  return text;
}

std::string proof_csv(const DossierMaterial& material, const DossierFile& file) {
  std::string names, values;
  for (const auto& [name, value] : proof_fields(material, file)) {
    names += (names.empty() ? "" : ",") + name;
    const bool is_number = value.find_first_not_of("-.0123456789") == std::string::npos;
    values += (values.empty() ? "" : ",") + (is_number ? "\"" + value + "\"" : quoted(value));
  }
  return names + "\n" + values + "\n";
}

std::string proof_json(const DossierMaterial& material, const DossierFile& file) {
  std::string text;
  for (const auto& [name, value] : proof_fields(material, file)) {
    text += (text.empty() ? "{" : ",") + json_of(std::string_view(name)) + ":" + json_of(std::string_view(value));
  }
  return text + "}\n";
}

}  // namespace haki::formats
