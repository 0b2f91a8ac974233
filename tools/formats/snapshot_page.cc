#include "formats/snapshot_page.h"

#include <array>
#include <cstdio>
#include <map>

#include "formats/geojson.h"
#include "formats/json_text.h"

namespace haki::formats {
namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light;--ink:#1b2430;--soft:#56616f;--line:#dde2e8;--ground:#f6f7f9;--full:#1f7a4d;--part:#b7791f;--not:#b3372f;--none:#8a94a3}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:72rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.75rem;line-height:1.2;margin:.5rem 0}h2{font-size:1.25rem;margin:2.5rem 0 .25rem}
p{max-width:46rem;margin:.5rem 0}.soft,caption{color:var(--soft)}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:1rem 0}a{color:#1d4f91}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1.25rem 0;padding:0;list-style:none}
.facts li{background:#fff;border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
.facts b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse;background:#fff;border:1px solid var(--line);border-radius:.5rem;margin:.75rem 0;font-size:.9375rem}
caption{text-align:start;padding:.25rem 0 .5rem;font-size:.875rem}
th,td{padding:.5rem .75rem;border-top:1px solid var(--line);text-align:start;vertical-align:top}
thead th,thead th.n{border-top:0;white-space:normal;vertical-align:bottom;font-size:.8125rem;color:var(--soft);font-weight:600}
th[scope=row]{font-weight:600}
.n{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}
.level{white-space:nowrap;display:inline-flex;align-items:center;gap:.5em}
.level i{flex:none;width:.8em;height:.8em;border-radius:50%;border:2px solid var(--none)}
.fully_implemented i{background:var(--full);border-color:var(--full)}
.partly_implemented i{border-color:var(--part);background:linear-gradient(90deg,var(--part) 50%,transparent 50%)}
.not_implemented i{border-color:var(--not)}
.no_information i{border-style:dotted}
.text{min-width:18rem;overflow-wrap:anywhere}.meta{display:block;color:var(--soft);font-size:.8125rem;margin-top:.125rem}
@media(max-width:44rem){
main{padding:1rem .75rem 3rem}h1{font-size:1.375rem}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,th,td,caption{display:block}
tr{padding:.5rem 0;border-top:1px solid var(--line)}tbody tr:first-child{border-top:0}
th,td{border:0;padding:.125rem .75rem}
td{display:flex;justify-content:space-between;gap:1rem;text-align:end}
td::before{content:attr(data-label);color:var(--soft);font-size:.875rem;text-align:start;flex:none;max-width:60%}
td.text,th.text{display:block;text-align:start;min-width:0}td.text::before{display:none}
caption{padding:.25rem .75rem .5rem}td.none{display:none}
}
@media print{body{background:#fff;font-size:11px}nav{display:none}tr{break-inside:avoid}}
)css";

constexpr const char* kNone = "–";

// The page's words in one language.
using PageWords = std::map<std::string_view, std::string_view>;

const PageWords kEnglishPage{
    {"title", "How recommendations are carried out"},
    {"intro", "Recommendations of the Universal Periodic Review, followed up by organisations of civil society and human rights institutions. State of "},
    {"promise", "No person, no observer and no place below a district is shown here."},
    {"small", "Ratings, organisations and evidence are counted in steps of {n}, and not shown below that; small numbers of people are hidden."},
    {"recommendations", "Recommendations"}, {"supported", "Supported"}, {"noted", "Noted"}, {"partly_supported", "Partly supported"},
    {"pledge", "Voluntary pledge"}, {"pending", "Pending"}, {"rated", "Assessed"}, {"people", "People reached"},
    {"by_theme", "By theme"}, {"by_district", "By district"}, {"all", "All recommendations"}, {"reach", "People reached by sessions"},
    {"theme", "Theme"}, {"district", "District"}, {"level", "Level"}, {"mean", "Mean, 0 to 1"}, {"ratings", "Ratings"},
    {"raters", "Organisations"}, {"evidence", "Observations and evidence"}, {"verified", "Verified"}, {"coverage", "Covered"},
    {"number", "Number"}, {"recommendation", "Recommendation"}, {"position", "Position"}, {"no_theme", "(no theme)"}, {"country", "Whole country"},
    {"fully_implemented", "Fully implemented"}, {"partly_implemented", "Partly implemented"}, {"not_implemented", "Not implemented"},
    {"no_information", "No information"}, {"few", "Too few to show"}, {"hidden", "hidden"}, {"less", "fewer than {n}"}, {"total", "In all"},
    {"theme_note", "A theme's level is that of the mean of all ratings of its recommendations. No information is not the same as not implemented."},
    {"district_note", "Ratings given for a district. Where there are fewer than {n}, the level is hidden too."},
    {"reach_note", "Head-counts of sessions. What is hidden cannot be found by subtracting."},
    {"left_out", "Left out"}, {"records", "Records"}, {"reason", "Reason"}, {"form", "What"}, {"form_observation", "Observations"}, {"form_evidence", "Evidence"},
    {"left_out_note", "Nothing of these is told here; they only count in the figures above."},
    {"why_withdrawn", "The consent was withdrawn"}, {"why_consent_not_here", "What was agreed to is not known"},
    {"why_not_agreed", "The people concerned did not agree to publishing"}, {"why_disclosure", "Meant for fewer readers"},
    {"why_no_consent", "A picture, recording or statement without a consent to publishing"}};

const PageWords kFrenchPage{
    {"title", "Où en est la mise en œuvre des recommandations"},
    {"intro", "Recommandations de l'Examen périodique universel, suivies par des organisations de la société civile et des institutions des droits humains. État au "},
    {"promise", "Aucune personne, aucun observateur et aucun lieu plus précis qu'un district n'apparaît ici."},
    {"small", "Les évaluations, organisations et preuves sont comptées par pas de {n} et ne sont pas montrées au-dessous ; les petits nombres de personnes sont masqués."},
    {"recommendations", "Recommandations"}, {"supported", "Acceptées"}, {"noted", "Notées"}, {"partly_supported", "Partiellement acceptées"},
    {"pledge", "Engagement volontaire"}, {"pending", "En attente"}, {"rated", "Évaluées"}, {"people", "Personnes touchées"},
    {"by_theme", "Par thème"}, {"by_district", "Par district"}, {"all", "Toutes les recommandations"}, {"reach", "Personnes touchées par les séances"},
    {"theme", "Thème"}, {"district", "District"}, {"level", "Niveau"}, {"mean", "Moyenne, 0 à 1"}, {"ratings", "Évaluations"},
    {"raters", "Organisations"}, {"evidence", "Observations et preuves"}, {"verified", "Vérifiées"}, {"coverage", "Couverture"},
    {"number", "Numéro"}, {"recommendation", "Recommandation"}, {"position", "Position"}, {"no_theme", "(aucun thème)"}, {"country", "Tout le pays"},
    {"fully_implemented", "Entièrement mise en œuvre"}, {"partly_implemented", "Partiellement mise en œuvre"}, {"not_implemented", "Non mise en œuvre"},
    {"no_information", "Pas d'information"}, {"few", "Trop peu pour être montré"}, {"hidden", "masqué"}, {"less", "moins de {n}"}, {"total", "En tout"},
    {"theme_note", "Le niveau d'un thème est celui de la moyenne de toutes les évaluations de ses recommandations. Pas d'information ne veut pas dire non mise en œuvre."},
    {"district_note", "Évaluations données pour un district. Au-dessous de {n}, le niveau est masqué aussi."},
    {"one_supported", "Acceptée"}, {"one_noted", "Notée"}, {"one_partly_supported", "Partiellement acceptée"},
    {"reach_note", "Décomptes des séances. Ce qui est masqué ne peut pas être retrouvé par soustraction."},
    {"left_out", "Ce qui a été écarté"}, {"records", "Fiches"}, {"reason", "Raison"}, {"form", "Quoi"}, {"form_observation", "Observations"}, {"form_evidence", "Preuves"},
    {"left_out_note", "Rien n'en est dit ici ; elles comptent seulement dans les chiffres ci-dessus."},
    {"why_withdrawn", "Le consentement a été retiré"}, {"why_consent_not_here", "Ce qui a été accepté n'est pas connu"},
    {"why_not_agreed", "Les personnes concernées n'ont pas accepté la publication"}, {"why_disclosure", "Destiné à moins de lecteurs"},
    {"why_no_consent", "Une image, un enregistrement ou un témoignage sans consentement à la publication"}};

std::string html(std::string_view text) {
  std::string safe;
  for (const char letter : text) {
    switch (letter) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += letter;
    }
  }
  return safe;
}

class Page {
 public:
  explicit Page(const Snapshot& snapshot) : snapshot_(snapshot), words_(snapshot.language == "fr" ? kFrenchPage : kEnglishPage) {}

  std::string made() {
    text_ = "<!doctype html>\n<html lang=\"" + std::string(snapshot_.language == "fr" ? "fr" : "en") +
            "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
            "<meta name=\"referrer\" content=\"no-referrer\"><title>" +
            html(snapshot_.coalition) + ": " + word("title") + "</title><style>" + std::string(kStyle) + "</style></head><body><main>";
    head();
    themes();
    districts();
    reach();
    recommendations();
    left_out();
    return text_ + "</main></body></html>\n";
  }

 private:
  std::string word(std::string_view key) const {
    const auto found = words_.find(key);
    std::string text = html(found == words_.end() ? key : found->second);
    for (std::size_t at = text.find("{n}"); at != std::string::npos; at = text.find("{n}")) {
      text.replace(at, 3, std::to_string(snapshot_.threshold));
    }
    return text;
  }

  void head() {
    std::map<std::string, std::int64_t> positions;
    std::int64_t rated = 0;
    for (const PublicRecommendation& one : snapshot_.recommendations) {
      ++positions[one.position];
      if (!one.figures.level.empty() && one.figures.level != "no_information") ++rated;
    }
    text_ += "<p class=\"soft\">" + html(snapshot_.coalition) + "</p><h1>" + word("title") + "</h1><p>" + word("intro") + html(snapshot_.day) + ".</p><p class=\"soft\">" + word("promise") +
             " " + word("small") + "</p><nav><a href=\"#themes\">" + word("by_theme") + "</a>";
    if (!snapshot_.districts.empty()) text_ += "<a href=\"#districts\">" + word("by_district") + "</a>";
    if (!snapshot_.reach.empty()) text_ += "<a href=\"#reach\">" + word("reach") + "</a>";
    text_ += "<a href=\"#all\">" + word("all") + "</a></nav><ul class=\"facts\">";
    fact(static_cast<std::int64_t>(snapshot_.recommendations.size()), "recommendations");
    for (const char* position : {"supported", "partly_supported", "pledge", "noted", "pending"}) {
      if (positions[position] > 0) fact(positions[position], position);
    }
    fact(rated, "rated");
    text_ += "</ul>";
  }
  void fact(std::int64_t number, std::string_view what) {
    text_ += "<li><b>" + std::to_string(number) + "</b>" + word(what) + "</li>";
  }

  void begin_table(std::string_view id, std::string_view heading, std::string_view note, const std::vector<std::string>& columns,
                   std::size_t numbers_from) {
    text_ += "<h2 id=\"" + std::string(id) + "\">" + word(heading) + "</h2><div class=\"wide\"><table>";
    if (!note.empty()) text_ += "<caption>" + word(note) + "</caption>";
    text_ += "<thead><tr>";
    for (std::size_t i = 0; i < columns.size(); ++i) {
      text_ += std::string("<th scope=\"col\"") + (i >= numbers_from ? " class=\"n\"" : "") + ">" + columns[i] + "</th>";
    }
    text_ += "</tr></thead><tbody>";
  }
  void end_table() { text_ += "</tbody></table></div>"; }

  void cell(const std::string& label, const std::string& content, const char* kind = "n") {
    text_ += "<td class=\"" + std::string(kind) + (content == kNone ? " none" : "") + "\" data-label=\"" + label + "\">" + content + "</td>";
  }
  std::string count(const std::optional<std::int64_t>& number) const {
    if (!number) return "<span class=\"soft\">" + word("less") + "</span>";
    return std::to_string(*number) + (*number > 0 ? "+" : "");
  }
  static std::string two_decimals(const std::optional<double>& number) {
    if (!number) return kNone;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f", *number);
    return text.data();
  }
  static std::string share(const std::optional<double>& number) {
    if (!number) return kNone;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.0f%%", *number * 100);
    return text.data();
  }
  std::string level(const std::string& code) const {
    if (code.empty()) return "<span class=\"soft\">" + word("few") + "</span>";
    return "<span class=\"level " + html(code) + "\"><i></i>" + word(code) + "</span>";
  }
  void figures(const PublicFigures& of, bool coverage) {
    cell(word("level"), level(of.level), "l");
    cell(word("mean"), two_decimals(of.mean));
    cell(word("ratings"), count(of.ratings));
    if (coverage) cell(word("raters"), count(of.raters));
    if (coverage) cell(word("evidence"), count(of.evidence));
    cell(word("verified"), share(of.verified_share));
    if (coverage) cell(word("coverage"), share(of.coverage));
  }
  std::string place(const std::string& code, const std::string& name) const {
    if (code.empty()) return word("country");
    return name.empty() || name == code ? html(code) : html(name) + " <span class=\"soft\">" + html(code) + "</span>";
  }

  std::string theme(const std::string& name, const std::string& scale) const {
    const std::string text = name.empty() ? word("no_theme") : html(name);
    return scale.empty() || scale == "iri" ? text : text + " <span class=\"soft\">" + html(scale) + "</span>";
  }

  void themes() {
    begin_table("themes", "by_theme", "theme_note",
                {word("theme"), word("level"), word("mean"), word("ratings"), word("raters"), word("evidence"), word("verified"), word("coverage")}, 2);
    for (const PublicTheme& one : snapshot_.themes) {
      text_ += "<tr><th scope=\"row\">" + theme(one.theme, one.scale) + "</th>";
      figures(one.figures, true);
      text_ += "</tr>";
    }
    end_table();
  }
  void districts() {
    if (snapshot_.districts.empty()) return;
    begin_table("districts", "by_district", "district_note",
                {word("district"), word("theme"), word("level"), word("mean"), word("ratings"), word("verified")}, 3);
    for (const PublicDistrict& one : snapshot_.districts) {
      text_ += "<tr><th scope=\"row\">" + place(one.district, one.name) + "</th>";
      cell(word("theme"), theme(one.theme, one.scale), "l");
      figures(one.figures, false);
      text_ += "</tr>";
    }
    end_table();
  }
  void reach() {
    if (snapshot_.reach.empty()) return;
    std::vector<std::string> columns{word("district"), word("total")};
    for (const auto& [name, label] : snapshot_.categories) columns.push_back(html(label));
    begin_table("reach", "reach", "reach_note", columns, 1);
    for (const PublicReach& one : snapshot_.reach) {
      text_ += "<tr><th scope=\"row\">" + place(one.district, one.name) + "</th>";
      cell(columns[1], one.people ? std::to_string(*one.people) : "<span class=\"soft\">" + word("hidden") + "</span>");
      for (std::size_t i = 0; i < one.cells.size(); ++i) {
        cell(columns[i + 2], one.cells[i] ? std::to_string(*one.cells[i]) : "<span class=\"soft\">" + word("hidden") + "</span>");
      }
      text_ += "</tr>";
    }
    end_table();
  }
  void recommendations() {
    begin_table("all", "all", "", {word("recommendation"), word("position"), word("level"), word("mean"), word("ratings"), word("verified")}, 3);
    for (const PublicRecommendation& one : snapshot_.recommendations) {
      std::string meta;
      for (const std::string& theme : one.themes) meta += (meta.empty() ? "" : " · ") + html(theme);
      text_ += "<tr><td class=\"text\">" + (one.number.empty() ? "" : "<b>" + html(one.number) + "</b> ") + html(one.text) +
               (meta.empty() ? "" : "<span class=\"meta\">" + meta + "</span>") + "</td>";
      const std::string singular = "one_" + one.position;
      cell(word("position"), word(words_.contains(singular) ? singular : one.position), "l");
      figures(one.figures, false);
      text_ += "</tr>";
    }
    end_table();
  }

  void left_out() {
    if (snapshot_.left_out.empty()) return;
    begin_table("left-out", "left_out", "left_out_note", {word("form"), word("reason"), word("records")}, 2);
    for (const PublicLeftOut& one : snapshot_.left_out) {
      text_ += "<tr><th scope=\"row\">" + word("form_" + one.form) + "</th>";
      cell(word("reason"), word("why_" + one.reason), "l");
      cell(word("records"), count(one.records));
      text_ += "</tr>";
    }
    end_table();
  }

  const Snapshot& snapshot_;
  const PageWords& words_;
  std::string text_;
};

Cell number_cell(const std::optional<std::int64_t>& number) { return number ? Cell(*number) : Cell(); }
Cell decimal_cell(const std::optional<double>& number) { return number ? Cell(*number) : Cell(); }
std::vector<Cell> text_cells(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

void add_figures(std::vector<Property>& properties, const PublicFigures& of, bool coverage) {
  properties.push_back({"level", {of.level.empty() ? Cell() : Cell(of.level)}});
  properties.push_back({"mean", {decimal_cell(of.mean)}});
  properties.push_back({"ratings", {number_cell(of.ratings)}});
  properties.push_back({"raters", {number_cell(of.raters)}});
  properties.push_back({"evidence", {number_cell(of.evidence)}});
  properties.push_back({"verified_share", {decimal_cell(of.verified_share)}});
  if (coverage) properties.push_back({"coverage", {decimal_cell(of.coverage)}});
  properties.push_back({"suppressed", {of.level.empty() || !of.ratings}});
}

template <typename Row, typename Make>
std::string json_list(const std::vector<Row>& rows, const Make& make) {
  std::string text = "[";
  for (const Row& row : rows) text += (text.size() > 1 ? ",\n" : "\n") + json_object(make(row));
  return text += "]";
}

}  // namespace

std::string snapshot_html(const Snapshot& snapshot) { return Page(snapshot).made(); }

std::string snapshot_json(const Snapshot& snapshot) {
  std::string text = "{\"kind\":\"haki-snapshot\",\"version\":1,\"coalition\":" + json_of(std::string_view(snapshot.coalition)) +
                     ",\"day\":" + json_of(std::string_view(snapshot.day)) + ",\"threshold\":" + std::to_string(snapshot.threshold);
  text += ",\n\"themes\":" + json_list(snapshot.themes, [](const PublicTheme& one) {
    std::vector<Property> properties{{"theme", {one.theme}}, {"scale", {one.scale}}, {"recommendations", {one.recommendations}}};
    add_figures(properties, one.figures, true);
    return properties;
  });
  text += ",\n\"districts\":" + json_list(snapshot.districts, [](const PublicDistrict& one) {
    std::vector<Property> properties{{"district", {one.district}}, {"name", {one.name}}, {"theme", {one.theme}}, {"scale", {one.scale}}};
    add_figures(properties, one.figures, false);
    return properties;
  });
  text += ",\n\"recommendations\":" + json_list(snapshot.recommendations, [](const PublicRecommendation& one) {
    std::vector<Property> properties{{"number", {one.number}},
                                     {"text", {one.text}},
                                     {"state_under_review", {one.state_under_review}},
                                     {"recommending_states", text_cells(one.recommending_states), true},
                                     {"position", {one.position}},
                                     {"themes", text_cells(one.themes), true},
                                     {"sdgs", text_cells(one.sdgs), true},
                                     {"cycle", {number_cell(one.cycle)}}};
    add_figures(properties, one.figures, false);
    return properties;
  });
  text += ",\n\"people_reached\":" + json_list(snapshot.reach, [&](const PublicReach& one) {
    std::vector<Property> properties{{"district", {one.district}}, {"name", {one.name}}, {"people", {number_cell(one.people)}}};
    for (std::size_t i = 0; i < one.cells.size(); ++i) properties.push_back({snapshot.categories[i].first, {number_cell(one.cells[i])}});
    return properties;
  });
  text += ",\n\"left_out\":" + json_list(snapshot.left_out, [](const PublicLeftOut& one) {
    return std::vector<Property>{{"form", {one.form}}, {"reason", {one.reason}}, {"records", {number_cell(one.records)}}};
  });
  return text + "}\n";
}

}  // namespace haki::formats
