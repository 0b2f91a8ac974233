#include "formats/annex.h"

#include <algorithm>
#include <map>

namespace haki::formats {
namespace {

using Style = Paragraph::Style;

struct AnnexWords {
  std::string annex, tables, left_out, number, recommendation, position, assessment;
};

AnnexWords annex_words(const std::string& language) {
  if (language == "fr") {
    return {"Annexe", "Tableaux par regroupement. L'annexe ne compte pas dans le nombre de mots.", "Laissé hors du texte faute de place", "Numéro", "Recommandation", "Position", "Évaluation"};
  }
  return {"Annex", "Tables by cluster. The annex does not count against the limit of words.", "Left out of the draft for its length", "Number", "Recommendation", "Position", "Assessment"};
}

// Which statements of a cluster go in.
struct Chosen {
  bool overview = false;
  std::vector<bool> statements;
};

// Takes what fits into `room`, in order, and gives back what is left of it.
std::size_t take(const AnnexCluster& cluster, Chosen& chosen, std::size_t room) {
  for (std::size_t i = 0; chosen.overview && i < cluster.statements.size(); ++i) {
    const std::size_t words = word_count(cluster.statements[i].text);
    if (chosen.statements[i] || words > room) continue;
    chosen.statements[i] = true;
    room -= words;
  }
  return room;
}

// Every cluster's overview first; what then is left is shared out by how much each has to say.
std::vector<Chosen> choose(const AnnexPlan& plan, std::size_t room) {
  std::vector<Chosen> all;
  std::size_t wanted = 0;
  for (const AnnexCluster& cluster : plan.clusters) {
    Chosen& chosen = all.emplace_back(Chosen{false, std::vector<bool>(cluster.statements.size(), false)});
    const std::size_t words = word_count(cluster.name) + word_count(cluster.overview.text);
    if (words > room) continue;
    chosen.overview = true;
    room -= words;
    for (const Statement& one : cluster.statements) wanted += word_count(one.text);
  }
  const std::size_t to_share = room;
  std::size_t spare = 0;
  for (std::size_t i = 0; i < all.size() && wanted > 0; ++i) {
    std::size_t own = 0;
    for (const Statement& one : plan.clusters[i].statements) own += word_count(one.text);
    const std::size_t share = all[i].overview ? std::min(own, to_share * own / wanted) : 0;
    spare = take(plan.clusters[i], all[i], share + spare);
  }
  for (std::size_t i = 0; i < all.size(); ++i) spare = take(plan.clusters[i], all[i], spare);
  return all;
}

// "Water: observations (1), recommendations (3)"
std::string what_is_left(const AnnexCluster& cluster, const Chosen& chosen) {
  std::map<std::string, std::size_t> left;
  for (std::size_t i = 0; i < chosen.statements.size(); ++i) {
    if (!chosen.statements[i]) ++left[cluster.statements[i].kind];
  }
  std::string text;
  for (const auto& [kind, count] : left) text += (text.empty() ? "" : ", ") + kind + " (" + std::to_string(count) + ")";
  if (!chosen.overview) text = cluster.overview.kind + (text.empty() ? "" : ", " + text);
  return text.empty() ? text : cluster.name + ": " + text;
}

DocumentTable annex_table(const AnnexCluster& cluster, const AnnexWords& words) {
  DocumentTable table{{10, 45, 13, 32}, {{{{words.number}, {words.recommendation}, {words.position}, {words.assessment}}}}};
  for (const AnnexRow& row : cluster.rows) table.rows.push_back({{{row.number}, {row.text}, {row.position}, {row.assessment}}});
  return table;
}

}  // namespace

std::size_t word_count(std::string_view text) {
  std::size_t words = 0;
  bool in_word = false;
  for (const char letter : text) {
    const bool space = letter == ' ' || letter == '\n' || letter == '\t';
    if (!space && !in_word) ++words;
    in_word = !space;
  }
  return words;
}

AnnexDraft make_annex(const AnnexPlan& plan) {
  const AnnexWords words = annex_words(plan.language);
  AnnexDraft draft;
  draft.document = {plan.title, plan.language, false, {Paragraph{Style::kTitle, plan.title}}};
  std::vector<Block>& blocks = draft.document.blocks;
  const std::size_t before = word_count(plan.title) + word_count(plan.introduction);
  draft.words = word_count(plan.title);
  std::size_t room = plan.words_max > draft.words ? plan.words_max - draft.words : 0;
  if (before <= plan.words_max) {
    blocks.push_back(Paragraph{Style::kBody, plan.introduction});
    draft.words = before;
    room = plan.words_max - before;
  }
  const std::vector<Chosen> chosen = choose(plan, room);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const AnnexCluster& cluster = plan.clusters[i];
    const std::string left = what_is_left(cluster, chosen[i]);
    if (!left.empty()) draft.left_out.push_back(left);
    if (!chosen[i].overview) continue;
    blocks.push_back(Paragraph{Style::kHeading, cluster.name});
    blocks.push_back(Paragraph{Style::kBody, cluster.overview.text});
    draft.words += word_count(cluster.name) + word_count(cluster.overview.text);
    for (std::size_t one = 0; one < cluster.statements.size(); ++one) {
      if (!chosen[i].statements[one]) continue;
      blocks.push_back(Paragraph{Style::kItem, cluster.statements[one].text});
      draft.words += word_count(cluster.statements[one].text);
    }
  }
  blocks.push_back(Paragraph{Style::kTitle, words.annex});
  blocks.push_back(Paragraph{Style::kNote, words.tables});
  if (!draft.left_out.empty()) blocks.push_back(Paragraph{Style::kSubheading, words.left_out});
  for (const std::string& left : draft.left_out) blocks.push_back(Paragraph{Style::kItem, left});
  for (const AnnexCluster& cluster : plan.clusters) {
    blocks.push_back(Paragraph{Style::kSubheading, cluster.name});
    blocks.emplace_back(annex_table(cluster, words));
  }
  return draft;
}

}  // namespace haki::formats
