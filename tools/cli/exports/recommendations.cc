// matrix and annex: what goes back to where the recommendations came from.
#include <algorithm>
#include <map>
#include <span>

#include "cli/exports/assessment.h"
#include "cli/exports/kinds.h"
#include "cli/exports/leaving.h"
#include "cli/exports/table.h"
#include "cli/text.h"
#include "formats/annex.h"
#include "formats/matrix.h"
#include "formats/xlsx_writer.h"

namespace haki::cli::exports {
namespace {

// The words of OHCHR's matrices.
std::string position_in_matrix(const std::string& code) {
  if (code == "supported") return "Supported";
  if (code == "noted") return "Noted";
  if (code == "partly_supported") return "Supported/Noted";
  if (code == "pledge") return "Voluntary Pledge";
  return code.empty() ? "" : "Pending";
}

bool has_theme(const RecordView& record, const ThemeNames& names, const std::string& theme) {
  if (theme.empty() || names.of(text_of(record, "cluster")) == names.of(theme)) return true;
  return std::ranges::binary_search(themes_of(record, names), names.of(theme));
}

struct Listed {
  RecordId id;
  formats::MatrixRow row;
  std::string cluster;  // of the record, else its first theme; by name (haki/themes.h)
  Assessment assessment;
};

// 115.9 before 115.10; what has no number after those that have one, as it came.
std::vector<long> number_key(const std::string& number) {
  std::vector<long> key;
  for (std::size_t at = 0; at < number.size();) {
    if (number[at] < '0' || number[at] > '9') {
      ++at;
      continue;
    }
    long part = 0;
    for (; at < number.size() && number[at] >= '0' && number[at] <= '9'; ++at) part = std::min(part * 10 + (number[at] - '0'), 1'000'000'000L);
    key.push_back(part);
  }
  return key;
}

Result<std::vector<Listed>> recommendations(Client& client, const ExportOptions& options) {
  HAKI_ASSIGN(const Assessments assessments, assess(client));
  HAKI_ASSIGN(const ThemeNames names, client.theme_names());
  std::vector<Listed> all;
  HAKI_TRY(client.visit(options.query("recommendation"), [&](const RecordView& record) -> Result<bool> {
    if (!has_theme(record, names, options.theme)) return true;
    Listed& one = all.emplace_back();
    one.id = record.id;
    one.row = {text_of(record, "number"), text_in(record, "text", options.language), texts_of(record, "recommending_states"),
               text_of(record, "position_source"), text_of(record, "position"), position_in_matrix(text_of(record, "position")),
               texts_of(record, "themes"), texts_of(record, "sdgs"), texts_of(record, "affected"), {},
               text_of(record, "state_under_review"), text_of(record, "document_symbol"), std::atoi(text_of(record, "cycle").c_str()),
               std::atoi(text_of(record, "session").c_str())};
    if (!one.row.themes.empty()) one.row.under = themes_of(record, names).front();
    one.cluster = names.of(text_of(record, "cluster"));
    if (one.cluster.empty()) one.cluster = one.row.under;
    const auto found = assessments.find(record.id);
    if (found != assessments.end()) one.assessment = found->second;
    one.row.assessment = in_words(one.assessment, options.language);
    return true;
  }));
  std::ranges::stable_sort(all, [](const Listed& a, const Listed& b) {
    const auto left = number_key(a.row.number), right = number_key(b.row.number);
    return left.empty() != right.empty() ? right.empty() : left < right;
  });
  return all;
}

std::vector<formats::MatrixRow> rows_of(const std::vector<Listed>& all) {
  std::vector<formats::MatrixRow> rows;
  for (const Listed& one : all) rows.push_back(one.row);
  return rows;
}

}  // namespace

Result<ExitCode> export_matrix(Context& context, const ExportOptions& options) {
  const bool workbook = options.out.ends_with(".xlsx");
  HAKI_ASSIGN(Destination to, Destination::open(context, options));
  HAKI_ASSIGN(const std::vector<Listed> all, recommendations(context.client(), options));
  if (workbook) {
    HAKI_ASSIGN(const auto writer, formats::XlsxWriter::create(to.folder().path(), to.file(), options.out, {}));
    HAKI_TRY(formats::write_matrix_sheet(rows_of(all), *writer));
    HAKI_TRY(writer->finish());
  } else {
    HAKI_ASSIGN(const std::string bytes, formats::docx_bytes(formats::matrix_document(rows_of(all), options.language)));
    HAKI_TRY(to.put(bytes));
  }
  HAKI_TRY(to.publish());
  return tell(context, options, {all.size(), {}});
}

namespace {

bool in_french(const ExportOptions& options) { return options.language == "fr"; }

std::string number_and_text(const Listed& one) {
  std::string text = one.row.text;
  while (!text.empty() && std::string_view(" ;.\n").find(text.back()) != std::string_view::npos) text.pop_back();
  return (one.row.number.empty() ? "" : one.row.number + ": ") + text;
}

struct CountedWords {
  std::string_view key, english, french, french_one;
};
constexpr CountedWords kPositionWords[] = {{"supported", "supported", "acceptées", "acceptée"},
                                           {"partly_supported", "supported in part", "acceptées en partie", "acceptée en partie"},
                                           {"pledge", "pledged", "engagements volontaires", "engagement volontaire"},
                                           {"noted", "noted", "notées", "notée"},
                                           {"pending", "pending", "en attente", "en attente"}};
constexpr CountedWords kLevelWords[] = {{"fully_implemented", "fully implemented", "mise en œuvre complète", ""},
                                        {"partly_implemented", "partly implemented", "mise en œuvre partielle", ""},
                                        {"not_implemented", "not implemented", "pas de mise en œuvre", ""},
                                        {"no_information", "without information", "sans information", ""}};

// "9 supported and 3 noted", "acceptées 9, notées 3"; what there is none of is not mentioned.
std::string counts_in_words(const std::map<std::string, std::int64_t>& counts, std::span<const CountedWords> words, bool french) {
  std::vector<std::string> parts;
  for (const CountedWords& one : words) {
    const auto found = counts.find(std::string(one.key));
    if (found == counts.end()) continue;
    const std::string number = std::to_string(found->second);
    parts.push_back(french ? std::string(one.french) + " " + number : number + " " + std::string(one.english));
  }
  if (!french) return listed(parts);
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// "This cluster has 12 recommendations: 9 supported and 3 noted. The coalition's assessment: … It rests on 4 observations …"
std::string overview(const std::vector<const Listed*>& rows, bool french) {
  std::map<std::string, std::int64_t> positions, levels;
  std::int64_t evidence = 0;
  for (const Listed* one : rows) {
    ++positions[one->row.position.empty() ? "pending" : one->row.position];
    ++levels[one->assessment.level];
    evidence += one->assessment.evidence;
  }
  const auto all = static_cast<std::int64_t>(rows.size());
  std::string text = french ? "Ce regroupement compte " + counted(all, "recommandation", "recommandations") + " : "
                            : "This cluster has " + counted(all, "recommendation", "recommendations") + ": ";
  text += counts_in_words(positions, kPositionWords, french) + (french ? ". Évaluation de la coalition : " : ". The coalition's assessment: ");
  text += counts_in_words(levels, kLevelWords, french) + ".";
  if (evidence == 0) return text;
  return text + (french ? " Elle repose sur " + counted(evidence, "observation ou preuve", "observations et preuves") + "."
                        : " It rests on " + counted(evidence, "observation or piece of evidence", "observations and pieces of evidence") + ".");
}

// What was observed of each recommendation and approved: only where it was asked for, as it is people's own words.
Result<std::map<RecordId, std::vector<std::string>>> narratives(Client& client, const ExportOptions& options, Leaving& leaving) {
  std::map<RecordId, std::vector<std::string>> by_recommendation;
  if (!options.narratives) return by_recommendation;
  Query query;
  query.form = "observation";
  query.state = "approved";
  HAKI_TRY(client.visit(query, [&](const RecordView& record) -> Result<bool> {
    const FieldView* link = record.field("recommendation");
    const auto* id = link == nullptr || link->values.empty() ? nullptr : std::get_if<RecordId>(&link->values.front());
    if (id == nullptr) return true;
    HAKI_ASSIGN(const bool leaves, leaving.may(record));
    if (!leaves) return true;
    const std::string district = text_of(record, "district"), day = text_of(record, "observed_on");
    std::string text = text_of(record, "narrative");
    while (text.ends_with(' ') || text.ends_with('\n')) text.pop_back();
    if (!text.empty() && std::string_view(".!?").find(text.back()) == std::string_view::npos) text += '.';
    by_recommendation[*id].push_back((district.empty() ? "" : district + ", ") + (day.empty() ? "" : day + ": ") + text);
    return true;
  }));
  return by_recommendation;
}

std::string position_in_words(const Listed& one, bool french) {
  for (const CountedWords& words : kPositionWords) {
    if (words.key == one.row.position) return std::string(french ? words.french_one : words.english);
  }
  return {};
}

int urgency(const Listed& one) {
  if (one.assessment.level == "not_implemented") return 0;
  if (one.assessment.level == "partly_implemented") return 1;
  return one.assessment.level == "fully_implemented" ? 2 : 3;
}

formats::AnnexCluster cluster_of(const std::string& name, std::vector<const Listed*> rows,
                                 const std::map<RecordId, std::vector<std::string>>& observed, bool french) {
  formats::AnnexCluster cluster{name, {overview(rows, french), french ? "tout" : "everything"}, {}, {}};
  for (const Listed* one : rows) cluster.rows.push_back({one->row.number, one->row.text, position_in_words(*one, french), one->row.assessment});
  std::ranges::stable_sort(rows, {}, [](const Listed* one) { return urgency(*one); });
  for (const Listed* one : rows) {
    const std::string position = position_in_words(*one, french);
    cluster.statements.push_back({number_and_text(*one) + (position.empty() ? "" : " (" + position + ")") + ". " + one->row.assessment, french ? "recommandations" : "recommendations"});
    const auto found = observed.find(one->id);
    if (found == observed.end()) continue;
    for (const std::string& text : found->second) cluster.statements.push_back({text, french ? "observations" : "observations"});
  }
  return cluster;
}

formats::AnnexPlan plan_of(const std::vector<Listed>& all, const std::map<RecordId, std::vector<std::string>>& observed,
                           const std::string& coalition, const ExportOptions& options) {
  const bool french = in_french(options);
  formats::AnnexPlan plan;
  plan.language = options.language;
  plan.words_max = options.words == 0 ? formats::kSubmissionWords : options.words;
  plan.title = french ? "Projet de contribution : " + coalition : "Draft submission: " + coalition;
  plan.introduction = french ? "Cette contribution porte sur la mise en œuvre de " + counted(static_cast<std::int64_t>(all.size()), "recommandation", "recommandations") + ", notées comme acceptées, par regroupement."
                             : "This submission is about how " + counted(static_cast<std::int64_t>(all.size()), "recommendation is", "recommendations are") +
                                   " carried out, noted ones as well as supported ones, cluster by cluster.";
  std::vector<std::string> order;
  std::map<std::string, std::vector<const Listed*>> clusters;
  for (const Listed& one : all) {
    auto& rows = clusters[one.cluster];
    if (rows.empty()) order.push_back(one.cluster);
    rows.push_back(&one);
  }
  std::ranges::stable_partition(order, [](const std::string& name) { return !name.empty(); });
  for (const std::string& name : order) {
    plan.clusters.push_back(cluster_of(!name.empty() ? name : french ? "Sans thème" : "Without a theme", clusters[name], observed, french));
  }
  return plan;
}

}  // namespace

Result<ExitCode> export_annex(Context& context, const ExportOptions& options) {
  const bool word = options.out.ends_with(".docx");
  Client& client = context.client();
  HAKI_ASSIGN(Destination to, Destination::open(context, options));
  HAKI_ASSIGN(const std::vector<Listed> all, recommendations(client, options));
  Leaving leaving(client, options);
  HAKI_ASSIGN(const auto observed, narratives(client, options, leaving));
  HAKI_ASSIGN(const Status status, client.status());
  const formats::AnnexPlan plan = plan_of(all, observed, status.coalition, options);
  const formats::AnnexDraft draft = formats::make_annex(plan);
  if (word) {
    HAKI_ASSIGN(const std::string bytes, formats::docx_bytes(draft.document));
    HAKI_TRY(to.put(bytes));
  } else {
    HAKI_TRY(to.put(formats::markdown(draft.document)));
  }
  HAKI_TRY(to.publish());
  Outcome outcome{all.size(), {}};
  outcome.notes.push_back("The draft has " + std::to_string(draft.words) + " of at most " + std::to_string(plan.words_max) +
                          " words; the tables of the annex do not count.");
  for (const std::string& left : draft.left_out) outcome.notes.push_back("Left out for its length: " + one_line(left));
  if (options.narratives) {
    outcome.notes.emplace_back("It quotes what was observed in people's own words: read it for names and places before anybody else does.");
  }
  leaving.add_notes(outcome);
  return tell(context, options, outcome);
}

}  // namespace haki::cli::exports
