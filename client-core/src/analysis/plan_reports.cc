// What was to be done, by whom and by when: overdue actions, actors, the calendar, who contributes and who is silent.
#include "analysis/reports.h"

namespace haki::analysis {
namespace {

const QueryColumn kActor{{"actor", "Responsible actor", kText}};

// Everything an institution has sent in, one line each, in the time that was asked for.
constexpr std::string_view kContribution = R"sql(
  , contribution AS (
    SELECT record.no, record.id, record.created, author.organisation, author.member, form_names.name AS form,
      date((record.created >> 16) / 1000, 'unixepoch') AS day
    FROM record JOIN form_names ON form_names.no = record.form JOIN temp.author ON author.log = record.author
    WHERE record.parent IS NULL AND record.hidden = 0 AND record.state <> 'draft' AND form_names.name IN
      ('action', 'observation', 'rating', 'outreach_session', 'evidence', 'verification', 'indicator_value', 'consultation')),
  timely AS (
    SELECT contribution.* FROM contribution, given
    WHERE (given.since IS NULL OR day >= given.since) AND (given.until IS NULL OR day <= given.until))
)sql";

Result<Report> contributions(ReportContext& context) {
  Report report;
  const std::vector<QueryColumn> columns{{{"institution", "Institution", kText}}, {{"day", "Day", kDate}}, {{"form", "What", kText}},
                                         {{"record", "Id", kText}}};
  HAKI_TRY(read_rows(context, columns, std::string(kContribution) + R"sql(
    SELECT CASE WHEN organisation = '' THEN member ELSE organisation END, day, form, lower(hex(id))
    FROM timely ORDER BY created DESC, no DESC)sql", report));
  return report;
}

Result<Report> silence(ReportContext& context) {
  Report report;
  const std::vector<QueryColumn> columns{{{"institution", "Institution", kText}}, {{"contributions", "Contributions", kNumber}},
                                         {{"last", "Last one", kDate}}, {{"days_silent", "Days silent", kNumber}},
                                         {{"open_actions", "Its open actions", kNumber}}};
  HAKI_TRY(read_rows(context, columns, std::string(kContribution) + R"sql(
    , institution AS (
      SELECT name FROM organisation_records UNION SELECT organisation FROM temp.author WHERE organisation <> ''
      UNION SELECT value FROM action_actors_values UNION SELECT value FROM recommendation_responsible_values)
    SELECT institution.name, (SELECT count(*) FROM timely WHERE timely.organisation = institution.name),
      (SELECT max(day) FROM timely WHERE timely.organisation = institution.name) AS last,
      CAST(julianday((SELECT today FROM given)) - julianday((SELECT max(day) FROM timely WHERE timely.organisation = institution.name)) AS INTEGER),
      (SELECT count(*) FROM action_actors_values AS actor JOIN action_records AS action ON action.no = actor.no
       WHERE actor.value = institution.name AND coalesce(action.status, '') NOT IN ('completed', 'abandoned'))
    FROM institution ORDER BY last IS NOT NULL, last, institution.name)sql", report));
  return report;
}

Result<> say_overdue(ReportContext& context, Report& report) {
  report.notes.push_back(report.rows.empty() ? "No action is overdue on " + context.today + "."
                                             : "Overdue on " + context.today + "; an action of several actors stands under each.");
  return {};
}

}  // namespace

const std::vector<KnownReport>& plan_reports() {
  static const std::vector<KnownReport> reports{
      {.info = {"overdue", "Overdue actions by responsible actor", "Kenya implementation matrix", {"cycle", "theme"}},
       .columns = {kActor, {{"deadline", "Deadline", kDate}}, {{"days_overdue", "Days overdue", kNumber}},
                   {{"action", "Action", kText}, "action", "action"}, {{"status", "Status", kText}},
                   {{"recommendation", "Recommendation", kText}}, {{"id", "Id", kText}}},
       .sql = R"sql(
         SELECT coalesce(actor.value, ''), action.deadline, CAST(julianday(given.today) - julianday(action.deadline) AS INTEGER), action.no,
           coalesce(action.status, ''), (SELECT number FROM recommendation_records WHERE id = action.recommendation), lower(hex(action.id))
         FROM given, action_records AS action LEFT JOIN action_actors_values AS actor ON actor.no = action.no
         WHERE action.deadline < given.today AND coalesce(action.status, '') NOT IN ('completed', 'abandoned')
           AND (given.cycle IS NULL OR action.cycle = given.cycle) AND (given.theme IS NULL OR action.theme IN asked_theme)
         ORDER BY 1, action.deadline, action.no)sql",
       .finish = say_overdue},
      {.info = {"actors", "What each responsible actor has to do, and has done", "Kenya implementation matrix", {"cycle", "theme"}},
       .columns = {kActor, {{"actions", "Actions", kNumber}}, {{"completed", "Completed", kNumber}}, {{"ongoing", "Ongoing", kNumber}},
                   {{"overdue", "Overdue", kNumber}}, {{"without_deadline", "Without a deadline", kNumber}}, {{"next_deadline", "Next", kDate}}},
       .sql = R"sql(
         SELECT coalesce(actor.value, ''), count(*), total(action.status = 'completed'),
           total(action.status IN ('ongoing', 'in_preparation')),
           total(action.deadline < given.today AND coalesce(action.status, '') NOT IN ('completed', 'abandoned')), total(action.deadline IS NULL),
           min(CASE WHEN action.deadline >= given.today AND coalesce(action.status, '') NOT IN ('completed', 'abandoned') THEN action.deadline END)
         FROM given, action_records AS action LEFT JOIN action_actors_values AS actor ON actor.no = action.no
         WHERE (given.cycle IS NULL OR action.cycle = given.cycle) AND (given.theme IS NULL OR action.theme IN asked_theme)
         GROUP BY 1 ORDER BY 1)sql"},
      {.info = {"calendar", "Reporting dates of every instrument, and from when to get ready", "UAE reporting-cycle matrix", {"since", "until", "cycle"}},
       .columns = {{{"due_on", "Due", kDate}}, {{"remind_on", "Get ready from", kDate}}, {{"state", "State", kText}}, {{"title", "What", kText}},
                   {{"instrument", "Instrument", kText}}, {{"kind", "Kind", kText}}, {{"cycle", "Cycle", kNumber}},
                   {{"responsible", "Responsible", kText}}, {{"days_left", "Days left", kNumber}}},
       .sql = R"sql(
         SELECT due_on, date(due_on, '-' || coalesce(lead_days, 0) || ' days'),
           CASE WHEN done THEN 'done' WHEN due_on < given.today THEN 'overdue'
                WHEN date(due_on, '-' || coalesce(lead_days, 0) || ' days') <= given.today THEN 'get_ready' ELSE 'later' END,
           title, instrument, kind, deadline.cycle,
           (SELECT group_concat(value, '; ') FROM deadline_responsible_values AS body WHERE body.no = deadline.no),
           CAST(julianday(due_on) - julianday(given.today) AS INTEGER)
         FROM given, deadline_records AS deadline
         WHERE due_on IS NOT NULL AND (given.since IS NULL OR due_on >= given.since) AND (given.until IS NULL OR due_on <= given.until)
           AND (given.cycle IS NULL OR deadline.cycle = given.cycle)
         ORDER BY due_on, title)sql"},
      {.info = {"contributions", "What each institution has contributed, newest first", "Rwanda automated platform (MoJ)", {"since", "until"}},
       .make = contributions},
      {.info = {"silence", "Institutions by how long nothing came from them", "Rwanda automated platform (MoJ)", {"since", "until"}},
       .make = silence},
  };
  return reports;
}

}  // namespace haki::analysis
