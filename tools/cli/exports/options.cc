#include "cli/exports/options.h"

#include <algorithm>
#include <vector>

#include "cli/output.h"
#include "cli/text.h"
#include "haki/disclosure.h"

namespace haki::cli::exports {
namespace {

Result<std::int64_t> number_of(const Arguments& arguments, const std::string& option, std::int64_t usual, std::int64_t least,
                               std::int64_t most) {
  if (!arguments.has(option)) return usual;
  const std::string& text = arguments.one(option);
  const bool digits = !text.empty() && text.size() <= 9 && text.find_first_not_of("0123456789") == std::string::npos;
  const std::int64_t number = digits ? std::stoll(text) : -1;
  if (number >= least && number <= most) return number;
  return Error{Code::kInvalid, option + " takes a whole number from " + std::to_string(least) + " to " + std::to_string(most) + "."};
}

// What the name after --out must be like, for kinds that are not plain text.
struct OutRule {
  std::string_view kind;
  std::vector<std::string_view> endings;
  bool stdout_too;
  const char* sentence;
};

Result<> check_out(const ExportOptions& options) {
  static const std::vector<OutRule> kRules{
      {"xlsx", {}, false, "A workbook cannot go to the standard output: name a file with --out FILE."},
      {"matrix", {".docx", ".xlsx"}, false, "A matrix is a Word or an Excel file: let the name after --out end in .docx or .xlsx."},
      {"annex", {".docx", ".md"}, true, "An annex is a Word file or a text: let the name after --out end in .docx or .md."},
      {"dossier", {".zip"}, false, "A dossier is a zip file: let the name after --out end in .zip."},
      {"snapshot", {".html"}, false, "A snapshot is a page and its figures: let the name after --out end in .html; a .json comes beside it."}};
  if (options.out.empty()) return Error{Code::kInvalid, "--out takes the name of a file, or - for the standard output."};
  for (const OutRule& rule : kRules) {
    if (rule.kind != options.kind || (options.out == "-" && rule.stdout_too)) continue;
    const auto fits = [&](std::string_view ending) { return options.out.size() > ending.size() && options.out.ends_with(ending); };
    const bool named = options.out != "-" && (rule.endings.empty() || std::ranges::any_of(rule.endings, fits));
    if (!named) return Error{Code::kInvalid, rule.sentence};
  }
  return {};
}

// What a kind is for unless --purpose says otherwise.
Purpose usual_purpose(std::string_view kind) {
  if (kind == "csv" || kind == "xlsx" || kind == "json") return Purpose::kCoalition;
  return kind == "annex" || kind == "dossier" ? Purpose::kUnitedNations : Purpose::kPublic;
}

}  // namespace

Query ExportOptions::query(const std::string& of_form) const {
  Query query;
  query.form = of_form;
  query.where = where;
  query.drafts = drafts;
  return query;
}

Result<ExportOptions> read_options(const Context& context, const Arguments& arguments, const std::string& kind) {
  ExportOptions options;
  options.kind = kind;
  options.form = arguments.one("--form");
  options.ids = arguments.all("ID");
  options.where = arguments.one("--where");
  options.theme = arguments.one("--theme");
  options.language = context.settings().language;
  options.out = arguments.one("--out");
  options.path = options.out == "-" ? options.out : context.path(options.out);
  options.force = arguments.has("--force");
  options.drafts = arguments.has("--drafts");
  options.hxl = arguments.has("--hxl");
  options.with_names = arguments.has("--with-names");
  options.narratives = arguments.has("--narratives");
  options.codebook = arguments.has("--codebook");
  options.full = arguments.has("--full");
  HAKI_ASSIGN(options.threshold, number_of(arguments, "--threshold", options.full ? 0 : kSmallCellThreshold, 0, 1000));
  HAKI_ASSIGN(const std::int64_t precision, number_of(arguments, "--precision", 2, 0, 5));
  options.precision = static_cast<int>(precision);
  HAKI_ASSIGN(const std::int64_t words, number_of(arguments, "--words", 0, 100, 1'000'000));
  options.words = static_cast<std::size_t>(words);
  if (options.full && options.threshold > 0) {
    return Error{Code::kInvalid, "--full leaves head-counts as they are, --threshold hides small ones: say one of them."};
  }
  if (!options.full && options.threshold == 0) {
    return Error{Code::kInvalid, "--threshold 0 shows every small head-count, which takes --full as well."};
  }
  options.purpose = purpose_of(arguments.one("--purpose")).value_or(usual_purpose(kind));  // a wrong one was refused before
  HAKI_TRY(check_out(options));
  return options;
}

Result<Destination> Destination::open(const Context& context, const ExportOptions& options) {
  Destination to(options, context.streams().out);
  if (options.out == "-") return to;
  HAKI_ASSIGN(formats::ExportFolder folder, formats::ExportFolder::beside(options.path, options.force));
  to.folder_.emplace(std::move(folder));
  return to;
}

Result<formats::TextOut> Destination::text() const {
  if (is_stdout()) return formats::TextOut(fd_, "the standard output");
  return formats::TextOut::create(file(), options_.out);
}

Result<> Destination::put(std::string_view bytes) const {
  HAKI_ASSIGN(formats::TextOut out, text());
  out.put(bytes);
  return out.flush();
}

Result<> Destination::publish() {
  if (is_stdout()) return {};
  return folder_->publish(kName, options_.path, options_.force);
}

ExitCode tell(Context& context, const ExportOptions& options, const Outcome& outcome) {
  if (options.out != "-") {
    Output result = Output::object({{"file", options.out}, {"kind", options.kind}, {"records", outcome.records}});
    context.print(result, [&](const Output& printed) {
      return counted(printed["records"].number(), "record", "records") + " in " + printed["file"].text() + ".\n";
    });
    context.say("The file is in the clear: whoever gets it can read it. Keep it as long as it is needed, and no longer.");
  }
  for (const std::string& note : outcome.notes) context.say(note);
  return ExitCode::kDone;
}

}  // namespace haki::cli::exports
