// csv, xlsx, json, geojson, uwazi: records as they are, a row or an object each.
#include <algorithm>
#include <span>

#include "cli/exports/kinds.h"
#include "cli/exports/leaving.h"
#include "cli/exports/table.h"
#include "cli/text.h"
#include "cli/times.h"
#include "formats/csv_writer.h"
#include "formats/json_text.h"
#include "formats/uwazi_csv.h"
#include "formats/xlsx_writer.h"

namespace haki::cli::exports {
namespace {

using formats::Cell;
using formats::Property;

constexpr const char* kUsualForm = "observation";
// Whom they are about: left out of "all forms" unless --with-names.
constexpr std::string_view kPeopleForms[] = {"member", "consent", "organisation"};
// How the coalition runs itself; nobody's data. By name only.
constexpr std::string_view kInnerForms[] = {"form", "circle", "proposal"};

// A form, or one of its groups: "outreach_session/referrals".
struct Chosen {
  Form form;
  std::string group;
  const Group* group_of() const { return group.empty() ? nullptr : form.group(group); }
};

bool is_counts_group(const Group& group) { return group.name == "counts"; }

Result<Chosen> choose(Client& client, const ExportOptions& options) {
  const std::string name = options.form.empty() ? kUsualForm : options.form;
  const std::size_t slash = name.find('/');
  Chosen chosen;
  HAKI_ASSIGN(chosen.form, client.form(name.substr(0, slash)));
  if (slash != std::string::npos) chosen.group = name.substr(slash + 1);
  if (chosen.group.empty()) return chosen;
  const Group* group = chosen.form.group(chosen.group);
  if (group == nullptr) return Error{Code::kNotFound, "The form '" + chosen.form.name + "' has no group '" + chosen.group + "'."};
  if (is_counts_group(*group) && !options.full) {
    return Error{Code::kDenied, "The rows of head-counts show small numbers of people: they are exported with --full only. The sums by "
                                "sex, age and disability are columns of " + chosen.form.name + "."};
  }
  return chosen;
}

// What is said of every file of records.
void add_notes(Outcome& outcome, const ExportOptions& options, std::uint64_t hidden) {
  if (options.kind == "geojson") outcome.notes.emplace_back("Who recorded them is left out.");
  else if (!options.with_names) outcome.notes.emplace_back("Who recorded them is left out; --with-names puts it in.");
  if (options.full) {
    outcome.notes.emplace_back("Careful: head-counts are as they are. Small ones can show who was there; do not publish this file.");
  } else if (hidden > 0) {
    outcome.notes.push_back("Small head-counts are hidden in " + counted(static_cast<std::int64_t>(hidden), "row", "rows") +
                            ", with others from which they would follow; the column suppressed names them.");
  }
}

using TakeRow = std::function<Result<>(const RecordView& record, std::vector<Property> row)>;

// Every row of a table. Gives back how many have something hidden.
Result<std::uint64_t> for_each_row(Client& client, const ExportOptions& options, const Form& form, const Group* group,
                                   const RecordTable& table, Leaving& leaving, Outcome& outcome, const TakeRow& take) {
  const Query query = options.query(form.name);
  HAKI_ASSIGN(const SmallCounts small, SmallCounts::find(client, query, form, group == nullptr ? "" : group->name, options.threshold,
                                                         [&](const RecordView& record) { return leaving.would(record); }));
  const auto visit = [&](const RecordView& record) -> Result<bool> {
    HAKI_ASSIGN(const bool leaves, leaving.may(record));
    if (!leaves) return true;
    if (group == nullptr) {
      ++outcome.records;
      HAKI_TRY(take(record, table.row(record, nullptr, small.hidden(record.id))));
      return true;
    }
    for (const GroupView& rows : record.groups) {
      if (rows.name != group->name) continue;
      for (const RecordView& row : rows.rows) HAKI_TRY(take(row, table.row(row, &record, small.hidden(row.id))));
    }
    return true;
  };
  HAKI_TRY(client.visit(query, visit));
  return small.records();
}

Result<std::uint64_t> write_sheet(Client& client, const ExportOptions& options, const Form& form, const Group* group,
                                  formats::SheetSink& sink, Leaving& leaving, Outcome& outcome) {
  const RecordTable table(form, group, options);
  HAKI_TRY(sink.begin_sheet(table.name(), table.columns()));
  return for_each_row(client, options, form, group, table, leaving, outcome,
                      [&](const RecordView&, const std::vector<Property>& row) { return sink.row(cells_of(row)); });
}

// Which forms a workbook has.
Result<std::vector<Form>> forms_for_workbook(Client& client, const ExportOptions& options) {
  if (!options.form.empty()) {
    HAKI_ASSIGN(Form form, client.form(options.form));
    return std::vector<Form>{std::move(form)};
  }
  if (!options.where.empty()) {
    return Error{Code::kInvalid, "--where asks for the fields of one form: name it with --form."};
  }
  HAKI_ASSIGN(std::vector<Form> forms, client.forms());
  std::erase_if(forms, [&](const Form& form) {
    if (std::ranges::find(kInnerForms, form.name) != std::end(kInnerForms)) return true;
    return !options.with_names && std::ranges::find(kPeopleForms, form.name) != std::end(kPeopleForms);
  });
  return forms;
}

Result<> write_codebook(std::span<const Form> forms, formats::SheetSink& sink) {
  HAKI_TRY(sink.begin_sheet("codebook", formats::codebook_columns()));
  for (const Form& form : forms) {
    for (const auto& row : codebook_of(form)) HAKI_TRY(sink.row(row));
  }
  return {};
}

// In its own sheet what stayed: how many and why, never which.
Result<> write_left_out(const Leaving& leaving, const ExportOptions& options, formats::SheetSink& sink) {
  const std::vector<LeftOut> all = leaving.left_out();
  if (all.empty()) return {};
  HAKI_TRY(sink.begin_sheet("left_out", {{"form", ""}, {"reason", ""}, {"records", ""}, {"purpose", ""}, {"words", ""}}));
  for (const LeftOut& one : all) {
    const std::vector<Cell> row{one.form, std::string(name_of(one.why)), one.records ? Cell(*one.records) : Cell(),
                                std::string(name_of(options.purpose)), leaving.sentence(one)};
    HAKI_TRY(sink.row(row));
  }
  return {};
}

// What the columns of the form mean, in place of its records.
Result<ExitCode> export_codebook(Context& context, const ExportOptions& options) {
  ExportOptions whole = options;
  whole.form = options.form.substr(0, options.form.find('/'));
  HAKI_ASSIGN(const Chosen chosen, choose(context.client(), whole));
  HAKI_ASSIGN(Destination to, Destination::open(context, options));
  HAKI_ASSIGN(formats::TextOut out, to.text());
  formats::CsvWriter writer(out, {});
  HAKI_TRY(write_codebook(std::span(&chosen.form, 1), writer));
  HAKI_TRY(writer.finish());
  HAKI_TRY(to.publish());
  return tell(context, options, {});
}

}  // namespace

Result<ExitCode> export_csv(Context& context, const ExportOptions& options) {
  if (options.codebook) return export_codebook(context, options);
  HAKI_ASSIGN(const Chosen chosen, choose(context.client(), options));
  HAKI_ASSIGN(Destination to, Destination::open(context, options));
  HAKI_ASSIGN(formats::TextOut out, to.text());
  formats::CsvWriter writer(out, {options.hxl});
  Outcome outcome;
  Leaving leaving(context.client(), options);
  HAKI_ASSIGN(const std::uint64_t hidden,
              write_sheet(context.client(), options, chosen.form, chosen.group_of(), writer, leaving, outcome));
  HAKI_TRY(writer.finish());
  HAKI_TRY(to.publish());
  add_notes(outcome, options, hidden);
  leaving.add_notes(outcome);
  return tell(context, options, outcome);
}

Result<ExitCode> export_xlsx(Context& context, const ExportOptions& options) {
  Client& client = context.client();
  HAKI_ASSIGN(const std::vector<Form> forms, forms_for_workbook(client, options));
  HAKI_ASSIGN(Destination to, Destination::open(context, options));
  HAKI_ASSIGN(const auto writer, formats::XlsxWriter::create(to.folder().path(), to.file(), options.out, {{options.hxl}}));
  Outcome outcome;
  Leaving leaving(client, options);
  std::uint64_t hidden = 0;
  for (const Form& form : forms) {
    HAKI_ASSIGN(const std::uint64_t rows, write_sheet(client, options, form, nullptr, *writer, leaving, outcome));
    hidden += rows;
    for (const Group& group : form.groups) {
      if (is_counts_group(group) && !options.full) continue;
      HAKI_ASSIGN(const std::uint64_t more, write_sheet(client, options, form, &group, *writer, leaving, outcome));
      hidden += more;
    }
  }
  HAKI_TRY(write_left_out(leaving, options, *writer));
  HAKI_TRY(write_codebook(forms, *writer));
  HAKI_TRY(writer->finish());
  HAKI_TRY(to.publish());
  add_notes(outcome, options, hidden);
  leaving.add_notes(outcome);
  if (writer->continued() > 0) {
    outcome.notes.push_back(counted(static_cast<std::int64_t>(writer->continued()), "text goes", "texts go") +
                            " on in the sheet \"continued\": a cell holds 32,767 characters.");
  }
  return tell(context, options, outcome);
}

namespace {

std::vector<Property> left_out_properties(const LeftOut& one) {
  return {{"form", {one.form}}, {"reason", {std::string(name_of(one.why))}}, {"records", {one.records ? Cell(*one.records) : Cell()}}};
}

}  // namespace

Result<ExitCode> export_json(Context& context, const ExportOptions& options) {
  HAKI_ASSIGN(const Chosen chosen, choose(context.client(), options));
  HAKI_ASSIGN(Destination to, Destination::open(context, options));
  HAKI_ASSIGN(formats::TextOut out, to.text());
  const RecordTable table(chosen.form, chosen.group_of(), options);
  out.put("{\"kind\":\"haki-export\",\"version\":1,\"form\":" + formats::json_of(std::string_view(table.name())) + ",\"records\":[");
  Outcome outcome;
  Leaving leaving(context.client(), options);
  bool first = true;
  HAKI_ASSIGN(const std::uint64_t hidden,
              for_each_row(context.client(), options, chosen.form, chosen.group_of(), table, leaving, outcome,
                           [&](const RecordView&, const std::vector<Property>& row) -> Result<> {
                             out.put((first ? "\n" : ",\n") + formats::json_object(row));
                             first = false;
                             return out.failure();
                           }));
  out.put("\n],\"purpose\":" + formats::json_of(name_of(options.purpose)) + ",\"left_out\":[");
  first = true;
  for (const LeftOut& one : leaving.left_out()) {
    out.put((first ? "\n" : ",\n") + formats::json_object(left_out_properties(one)));
    first = false;
  }
  out.put("]}\n");
  HAKI_TRY(out.flush());
  HAKI_TRY(to.publish());
  add_notes(outcome, options, hidden);
  leaving.add_notes(outcome);
  return tell(context, options, outcome);
}

namespace {

// Of texts, those that say where below a district or tell what somebody said stay away from a map that is made to be passed on.
constexpr std::string_view kTextsOnMaps[] = {"district", "theme", "themes", "affected", "issues", "name", "code", "number"};
constexpr std::string_view kNeverOnMaps[] = {"location_accuracy", "by", "organisation"};

bool belongs_on_a_map(const Form& form, const std::string& column) {
  if (std::ranges::find(kNeverOnMaps, column) != std::end(kNeverOnMaps)) return false;
  const Field* field = form.field(column);
  if (field == nullptr) return !column.ends_with("_lat") && !column.ends_with("_lon");
  return field->type != FieldType::kText || std::ranges::find(kTextsOnMaps, column) != std::end(kTextsOnMaps);
}

const Field* point_field(const Form& form) {
  const auto found = std::ranges::find_if(form.fields, [](const Field& field) { return field.type == FieldType::kPoint && !field.set; });
  return found == form.fields.end() ? nullptr : &*found;
}

}  // namespace

Result<ExitCode> export_geojson(Context& context, const ExportOptions& options) {
  HAKI_ASSIGN(const Chosen chosen, choose(context.client(), options));
  const Field* point = chosen.group.empty() ? point_field(chosen.form) : nullptr;
  if (point == nullptr) return Error{Code::kInvalid, "The form '" + chosen.form.name + "' has no position on the map to export."};
  HAKI_ASSIGN(Destination to, Destination::open(context, options));
  HAKI_ASSIGN(formats::TextOut out, to.text());
  formats::GeoJsonWriter writer(out);
  const RecordTable table(chosen.form, nullptr, options);
  Outcome outcome;
  Leaving leaving(context.client(), options);
  std::int64_t without = 0;
  HAKI_ASSIGN(const std::uint64_t hidden,
              for_each_row(context.client(), options, chosen.form, nullptr, table, leaving, outcome,
                           [&](const RecordView& record, std::vector<Property> row) -> Result<> {
                             const auto position = formats::point_of(text_of(record, point->name), options.precision);
                             if (!position) return ++without, Result<>();
                             std::erase_if(row, [&](const Property& one) { return !belongs_on_a_map(chosen.form, one.name); });
                             return writer.feature(to_hex(record.id), position, row);
                           }));
  HAKI_TRY(writer.finish());
  HAKI_TRY(to.publish());
  outcome.records -= static_cast<std::uint64_t>(without);
  outcome.notes.push_back("Positions have " + std::to_string(options.precision) + " decimals; texts and places below a district are left out.");
  if (without > 0) outcome.notes.push_back(counted(without, "record has", "records have") + " no position; only the others are in it.");
  add_notes(outcome, options, hidden);
  leaving.add_notes(outcome);
  return tell(context, options, outcome);
}

namespace {

// The title of what a link points to, as that record's own entity has it; of what may not leave, none.
std::string linked_title(Client& client, Leaving& leaving, const RecordId& id, const std::string& language) {
  const auto record = client.record(id);
  if (!record || record->deleted) return {};
  const auto leaves = leaving.would(*record);
  if (!leaves || !*leaves) return {};
  const auto form = client.form(record->form);
  return form ? title_of(*record, *form, language) : std::string();
}

formats::UwaziValue uwazi_value(Client& client, Leaving& leaving, const RecordView& record, const Field& field,
                                const ExportOptions& options) {
  if (field.type == FieldType::kPoint && !field.set) return {{}, formats::point_of(text_of(record, field.name), options.precision)};
  formats::UwaziValue value;
  if (field.type == FieldType::kText && !field.set) {
    const std::string text = text_in(record, field.name, options.language);
    if (!text.empty()) value.texts.push_back(text);
    return value;
  }
  const FieldView* view = record.field(field.name);
  for (std::size_t i = 0; view != nullptr && i < view->values.size(); ++i) {
    std::string text = to_text(view->values[i]);
    if (const auto* link = std::get_if<RecordId>(&view->values[i])) text = linked_title(client, leaving, *link, options.language);
    for (const Choice& choice : field.choices) {
      if (choice.code == text) text = choice.label.in(options.language);
    }
    if (!text.empty()) value.texts.push_back(std::move(text));
  }
  return value;
}

}  // namespace

Result<ExitCode> export_uwazi(Context& context, const ExportOptions& options) {
  Client& client = context.client();
  HAKI_ASSIGN(const Chosen chosen, choose(client, options));
  if (!chosen.group.empty()) return Error{Code::kInvalid, "Uwazi takes records, not the rows of a group."};
  std::vector<std::string> properties;
  for (const Field& field : chosen.form.fields) {
    if (field.name != "title") properties.push_back(field.name);
  }
  HAKI_ASSIGN(Destination to, Destination::open(context, options));
  HAKI_ASSIGN(formats::TextOut out, to.text());
  formats::UwaziCsv writer(out, properties);
  const Query query = options.query(chosen.form.name);
  Leaving leaving(client, options);
  HAKI_ASSIGN(const SmallCounts small, SmallCounts::find(client, query, chosen.form, "", options.threshold,
                                                         [&](const RecordView& record) { return leaving.would(record); }));
  const std::string counted_field = head_count_field(chosen.form.name);
  Outcome outcome;
  const auto visit = [&](const RecordView& record) -> Result<bool> {
    HAKI_ASSIGN(const bool leaves, leaving.may(record));
    if (!leaves) return true;
    std::vector<formats::UwaziValue> values;
    for (const std::string& property : properties) {
      const bool hide = property == counted_field && (small.hidden(record.id) & 1) != 0;
      values.push_back(hide ? formats::UwaziValue() : uwazi_value(client, leaving, record, *chosen.form.field(property), options));
    }
    ++outcome.records;
    HAKI_TRY(writer.entity(title_of(record, chosen.form, options.language), values));
    return true;
  };
  HAKI_TRY(client.visit(query, visit));
  HAKI_TRY(writer.finish());
  HAKI_TRY(to.publish());
  outcome.notes.emplace_back("Who recorded them is left out. Points are latitude|longitude; links are titles, so import what they point to first.");
  leaving.add_notes(outcome);
  return tell(context, options, outcome);
}

}  // namespace haki::cli::exports
