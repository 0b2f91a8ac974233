// ics: deadlines and the dates of planned actions.
#include "cli/exports/kinds.h"
#include "cli/exports/table.h"
#include "cli/times.h"
#include "formats/ics.h"

namespace haki::cli::exports {
namespace {

std::string label_of_choice(const Form& form, std::string_view field, const std::string& code, const std::string& language) {
  const Field* found = form.field(field);
  for (std::size_t i = 0; found != nullptr && i < found->choices.size(); ++i) {
    if (found->choices[i].code == code) return found->choices[i].label.in(language);
  }
  return code;
}

void add_line(std::string& text, const std::string& line) {
  if (!line.empty()) text += (text.empty() ? "" : "\n") + line;
}

formats::CalendarDay deadline_day(const RecordView& record, const Form& form, const ExportOptions& options) {
  formats::CalendarDay day;
  day.id = to_hex(record.id);
  day.title = text_of(record, "title");
  day.day = text_of(record, "due_on");
  day.changed_ms = record.at_ms;
  day.lead_days = std::atoll(text_of(record, "lead_days").c_str());
  day.done = text_of(record, "done") == "yes";
  const std::string kind = text_of(record, "kind");
  if (!kind.empty()) day.categories.push_back(label_of_choice(form, "kind", kind, options.language));
  add_line(day.description, text_of(record, "instrument"));
  std::string responsible;
  for (const std::string& one : texts_of(record, "responsible")) responsible += (responsible.empty() ? "" : ", ") + one;
  add_line(day.description, responsible);
  add_line(day.description, text_of(record, "note"));
  return day;
}

formats::CalendarDay action_day(const RecordView& record, const Form& form, const ExportOptions& options) {
  formats::CalendarDay day;
  day.id = to_hex(record.id);
  day.title = title_of(record, form, options.language);
  day.day = text_of(record, "deadline");
  day.changed_ms = record.at_ms;
  day.lead_days = 30;
  const std::string status = text_of(record, "status");
  day.done = status == "completed" || status == "abandoned";
  if (!status.empty()) day.description = label_of_choice(form, "status", status, options.language);
  std::string actors;
  for (const std::string& one : texts_of(record, "actors")) actors += (actors.empty() ? "" : ", ") + one;
  add_line(day.description, actors);
  return day;
}

}  // namespace

Result<ExitCode> export_ics(Context& context, const ExportOptions& options) {
  Client& client = context.client();
  if (!options.form.empty() && options.form != "deadline" && options.form != "action") {
    return Error{Code::kInvalid, "A calendar has deadlines: --form takes deadline or action."};
  }
  HAKI_ASSIGN(Destination to, Destination::open(context, options));
  std::vector<formats::CalendarDay> days;
  std::int64_t without = 0;
  for (const std::string& name : {std::string("deadline"), std::string("action")}) {
    // A condition is about one form; without --form it is the deadlines'.
    if (!options.form.empty() ? options.form != name : !options.where.empty() && name != "deadline") continue;
    HAKI_ASSIGN(const Form form, client.form(name));
    HAKI_TRY(client.visit(options.query(name), [&](const RecordView& record) -> Result<bool> {
      formats::CalendarDay day = name == "deadline" ? deadline_day(record, form, options) : action_day(record, form, options);
      if (day.day.size() == 10) days.push_back(std::move(day));
      else ++without;
      return true;
    }));
  }
  HAKI_ASSIGN(const Status status, client.status());
  HAKI_TRY(to.put(formats::calendar(status.coalition, days, now_ms())));
  HAKI_TRY(to.publish());
  Outcome outcome{days.size(), {}};
  if (without > 0) outcome.notes.push_back(std::to_string(without) + " without a date are left out.");
  return tell(context, options, outcome);
}

}  // namespace haki::cli::exports
