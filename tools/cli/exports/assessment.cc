#include "cli/exports/assessment.h"

#include <array>
#include <cstdio>
#include <utility>

namespace haki::cli::exports {
namespace {

constexpr std::string_view kUsualScale = "iri";

// A row of the report by the names of its columns.
class ReportRow {
 public:
  ReportRow(const Report& report, const std::vector<ReportCell>& cells) : report_(report), cells_(cells) {}
  std::string text(std::string_view column) const {
    const auto* text = std::get_if<std::string>(cell(column));
    return text == nullptr ? std::string() : *text;
  }
  std::int64_t number(std::string_view column) const {
    const auto* number = std::get_if<std::int64_t>(cell(column));
    return number == nullptr ? 0 : *number;
  }
  std::optional<double> measure(std::string_view column) const {
    const auto* measure = std::get_if<double>(cell(column));
    return measure == nullptr ? std::nullopt : std::optional(*measure);
  }

 private:
  const ReportCell* cell(std::string_view column) const {
    static const ReportCell kEmpty;
    for (std::size_t i = 0; i < report_.columns.size(); ++i) {
      if (report_.columns[i].name == column) return &cells_[i];
    }
    return &kEmpty;
  }
  const Report& report_;
  const std::vector<ReportCell>& cells_;
};

std::string decimals(double number, const char* format) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

std::string several(std::int64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

Result<Assessments> assess(Client& client) {
  ReportQuery query;
  query.name = "matrix";
  HAKI_ASSIGN(const Report report, client.report(query));
  Assessments assessments;
  for (const auto& cells : report.rows) {
    const ReportRow row(report, cells);
    const auto id = id_from_hex<RecordId>(row.text("recommendation"));
    if (!id) continue;
    Assessment of{row.text("scale"),       row.text("level"),    row.measure("mean"),
                  row.measure("min"),      row.measure("max"),   row.number("ratings"),
                  row.number("raters"),    row.measure("verified_share").value_or(0), row.number("evidence"), {}};
    const auto [at, fresh] = assessments.emplace(*id, of);
    if (fresh) continue;
    if (of.scale == kUsualScale) {
      of.on_other_scales = std::move(at->second.on_other_scales);
      at->second.on_other_scales.clear();
      std::swap(of, at->second);
    }
    at->second.on_other_scales.push_back(std::move(of));
  }
  return assessments;
}

std::string level_in_words(const std::string& level, const std::string& language) {
  const bool french = language == "fr";
  if (level == "fully_implemented") return french ? "Entièrement mise en œuvre" : "Fully implemented";
  if (level == "partly_implemented") return french ? "Partiellement mise en œuvre" : "Partly implemented";
  if (level == "not_implemented") return french ? "Non mise en œuvre" : "Not implemented";
  return french ? "Pas d'information" : "No information";
}

std::string in_words(const Assessment& of, const std::string& language) {
  const bool french = language == "fr";
  std::string text = level_in_words(of.level, language);
  const std::string evidence = french ? several(of.evidence, "observation ou preuve", "observations et preuves")
                                      : several(of.evidence, "observation or piece of evidence", "observations and pieces of evidence");
  if (!of.mean) return text + (of.evidence > 0 ? " (" + evidence + ")." : ".");
  text += french ? " (moyenne " : " (mean ";
  text += decimals(*of.mean, "%.2f") + (french ? " de " : " of ");
  text += french ? several(of.ratings, "évaluation par ", "évaluations par ") : several(of.ratings, "rating by ", "ratings by ");
  text += several(of.raters, "organisation", "organisations");
  text += (french ? ", de " : ", spread ") + decimals(of.min.value_or(0), "%g") + (french ? " à " : " to ") + decimals(of.max.value_or(0), "%g");
  if (of.evidence > 0) text += "; " + evidence;
  text += "; " + decimals(100 * of.verified_share, "%.0f") + (french ? " % vérifiées)." : "% verified).");
  for (Assessment other : of.on_other_scales) {
    other.evidence = 0;  // the same
    text += " " + other.scale + ": " + in_words(other, language);
  }
  return text;
}

}  // namespace haki::cli::exports
