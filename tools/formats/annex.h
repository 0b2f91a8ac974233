// A draft submission within a limit of words, a chapter for each cluster of recommendations, and the annex of tables that goes with
// it (spec 81-export, section 7). Pure.
#pragma once

#include <string>
#include <vector>

#include "formats/document.h"

namespace haki::formats {

// The most that a submission may have†: of one organisation, and of a coalition's joint one. --words says otherwise.
inline constexpr std::size_t kSubmissionWords = 2815;
inline constexpr std::size_t kJointSubmissionWords = 5630;

// Whole sentences about one thing; goes in as a whole or not at all.
struct Statement {
  std::string text;
  std::string kind;  // what is left out where it does not fit: "recommendations", "observations"
};
struct AnnexRow {
  std::string number, text, position, assessment;
};
struct AnnexCluster {
  std::string name;
  Statement overview;                 // comes first; goes before everything else
  std::vector<Statement> statements;  // what matters most first
  std::vector<AnnexRow> rows;
};
struct AnnexPlan {
  std::string title, introduction;
  std::string language;  // en or fr
  std::size_t words_max = kSubmissionWords;
  std::vector<AnnexCluster> clusters;
};

struct AnnexDraft {
  Document document;
  std::size_t words = 0;              // of the draft; the annex of tables does not count
  std::vector<std::string> left_out;  // a sentence for each cluster of which something did not fit
};

// First the overview of each cluster; then each gets a share by how much it has to say, and what one does not use goes to others. Words are what white space
// parts, as word processors count.
AnnexDraft make_annex(const AnnexPlan& plan);

std::size_t word_count(std::string_view text);

}  // namespace haki::formats
