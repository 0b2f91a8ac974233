// list, recommendation list, search.
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

// The number of --limit; none where it is not there. Empty optional: not a number.
std::optional<std::size_t> limit_of(const Arguments& arguments) {
  if (!arguments.has("--limit")) return 0;
  const std::string& text = arguments.one("--limit");
  const bool digits = !text.empty() && text.size() <= 9 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || std::stoul(text) == 0) return std::nullopt;
  return std::stoul(text);
}

Result<ExitCode> list_form(Context& context, const Arguments& arguments, const std::string& form,
                           std::string_view words) {
  Query query;
  query.form = form;
  query.where = arguments.one("--where");
  query.drafts = arguments.has("--drafts");
  const auto limit = limit_of(arguments);
  if (!limit) return context.usage("--limit takes a number of records, such as --limit 50.", words);
  query.limit = *limit;
  HAKI_ASSIGN(const std::vector<RecordView> records, context.client().list(query));
  const std::string what = form.empty() ? "record" : "record of the form " + form;
  const std::string none = query.where.empty() ? "There is no " + what + " here yet. Record one with haki new" +
                                                     (form.empty() ? "." : " " + form + ".")
                                               : "No " + what + " fits that condition.";
  return print_records(context, records, none);
}

Result<ExitCode> run_list(Context& context, const Arguments& arguments) {
  return list_form(context, arguments, arguments.one("FORM"), "list");
}

Result<ExitCode> run_recommendations(Context& context, const Arguments& arguments) {
  return list_form(context, arguments, "recommendation", "recommendation list");
}

Result<ExitCode> run_search(Context& context, const Arguments& arguments) {
  std::string text;
  for (const std::string& word : arguments.all("TEXT")) text += (text.empty() ? "" : " ") + word;
  const auto limit = limit_of(arguments);
  if (!limit) return context.usage("--limit takes a number of records, such as --limit 50.", "search");
  HAKI_ASSIGN(const std::vector<RecordView> records, context.client().search(text, *limit));
  return print_records(context, records, "No record has these words.");
}

Option where() {
  return {.name = "--where",
          .value_name = "EXPR",
          .help = "only those: field = 'x' and other > 3; also state, by, organisation, at"};
}
Option limit() { return {.name = "--limit", .value_name = "N", .help = "at most so many"}; }

}  // namespace

Command list() {
  return {.path = {"list"},
          .summary = "The records of a form",
          .example = "haki list observation --where \"district = 'KE041' and state = 'submitted'\" --limit 20",
          .positionals = {{.name = "FORM",
                           .help = "the form's name; every form where it is left out",
                           .required = false,
                           .completes = Completes::kForm}},
          .options = {where(), limit(), {.name = "--drafts", .value_name = "", .help = "other people's drafts too"}},
          .run = run_list};
}

Command recommendation_list() {
  return {.path = {"recommendation", "list"},
          .summary = "The recommendations",
          .example = "haki recommendation list --where \"position = 'noted'\"",
          .options = {where(), limit()},
          .run = run_recommendations};
}

Command search() {
  return {.path = {"search"},
          .summary = "The records that have these words, in any language",
          .example = "haki search water school",
          .positionals = {{.name = "TEXT", .help = "words; the last may be a beginning", .many = true}},
          .options = {limit()},
          .run = run_search};
}

}  // namespace haki::cli::commands
