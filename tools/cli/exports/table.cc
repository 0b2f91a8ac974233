#include "cli/exports/table.h"

#include <set>

#include "cli/exports/hxl.h"
#include "cli/text.h"
#include "cli/times.h"

namespace haki::cli::exports {
namespace {

using formats::Cell;
using formats::Property;

constexpr std::size_t kTitleColumns = 120;

bool is_point(const Field& field) { return field.type == FieldType::kPoint && !field.set; }

}  // namespace

std::vector<std::string> texts_of(const RecordView& record, std::string_view field) {
  std::vector<std::string> texts;
  const FieldView* view = record.field(field);
  if (view == nullptr) return texts;
  for (const Value& value : view->values) texts.push_back(to_text(value));
  return texts;
}

std::vector<std::string> themes_of(const RecordView& record, const ThemeNames& names) {
  std::set<std::string> themes;
  for (const std::string& label : texts_of(record, "themes")) themes.insert(names.of(label));
  return {themes.begin(), themes.end()};
}

std::string text_of(const RecordView& record, std::string_view field) {
  const FieldView* view = record.field(field);
  return view == nullptr || view->values.empty() ? std::string() : to_text(view->values.front());
}

std::string text_in(const RecordView& record, std::string_view field, const std::string& language) {
  for (const GroupView& group : record.groups) {
    if (group.name != "translations") continue;
    for (const RecordView& row : group.rows) {
      if (text_of(row, "field") == field && text_of(row, "language") == language) return text_of(row, "text");
    }
  }
  return text_of(record, field);
}

std::string title_of(const RecordView& record, const Form& form, const std::string& language) {
  const std::string& name = form.title_field.empty() && !form.fields.empty() ? form.fields.front().name : form.title_field;
  const std::string title = shortened(one_line(text_in(record, name, language)), kTitleColumns);
  return title.empty() ? form.name + " " + to_hex(record.id).substr(0, 8) : title;
}

Cell cell_of(const Value& value, const Field* field) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* decimal = std::get_if<double>(&value)) return *decimal;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (field != nullptr && field->type == FieldType::kDate) return formats::Day{to_text(value)};
  return to_text(value);
}

RecordTable::RecordTable(const Form& form, const Group* group, const ExportOptions& options)
    : form_(form), group_(group), options_(options), fields_(group == nullptr ? form.fields : group->fields), counted_(head_count_field(name())) {
  if (group_ == nullptr) categories_ = categories_of(form_);
  const auto add = [&](const std::string& column) { columns_.push_back({column, hxl_tag(column)}); };
  if (group_ != nullptr) {
    add("parent");
    add("id");
  } else {
    for (const char* column : {"id", "state", "at"}) add(column);
    if (options_.with_names) {
      for (const char* column : {"by", "organisation"}) add(column);
    }
  }
  for (const Field& field : fields_) {
    if (!is_point(field)) {
      columns_.push_back({field.name, hxl_tag(field)});
      continue;
    }
    columns_.push_back({field.name + "_lat", "#geo+lat"});
    columns_.push_back({field.name + "_lon", "#geo+lon"});
  }
  for (const Category& category : categories_) columns_.push_back({category.name, hxl_tag(category)});
  if (!counted_.empty() || !categories_.empty()) add("suppressed");
}

void RecordTable::add_fields(std::vector<Property>& row, const RecordView& record, bool hide) const {
  for (const Field& field : fields_) {
    const FieldView* view = record.field(field.name);
    if (is_point(field)) {
      const auto point = formats::point_of(text_of(record, field.name), options_.precision);
      row.push_back({field.name + "_lat", {point ? Cell(point->latitude) : Cell()}});
      row.push_back({field.name + "_lon", {point ? Cell(point->longitude) : Cell()}});
      continue;
    }
    Property property{field.name, {}, field.set};
    const bool hidden = hide && field.name == counted_;
    for (std::size_t i = 0; view != nullptr && !hidden && i < view->values.size(); ++i) {
      property.values.push_back(cell_of(view->values[i], &field));
    }
    if (field.type == FieldType::kText && !field.set && group_ == nullptr) {
      const std::string text = text_in(record, field.name, options_.language);
      if (!text.empty()) property.values = {text};
    }
    row.push_back(std::move(property));
  }
}

void RecordTable::add_counts(std::vector<Property>& row, const RecordView& record, std::uint64_t hidden) const {
  std::vector<Cell> suppressed;
  if ((hidden & 1) != 0 && !counted_.empty()) suppressed.emplace_back(counted_);
  if (!categories_.empty()) {
    const std::vector<std::int64_t> people = people_by_category(record, categories_);
    for (std::size_t i = 0; i < categories_.size(); ++i) {
      const bool hide = (hidden >> (i + 1) & 1) != 0;
      row.push_back({categories_[i].name, {hide ? Cell() : Cell(people[i])}});
      if (hide) suppressed.emplace_back(categories_[i].name);
    }
  }
  if (!counted_.empty() || !categories_.empty()) row.push_back({"suppressed", std::move(suppressed), true});
}

std::vector<Property> RecordTable::row(const RecordView& record, const RecordView* parent, std::uint64_t hidden) const {
  std::vector<Property> row;
  row.reserve(columns_.size());
  if (parent != nullptr) row.push_back({"parent", {to_hex(parent->id)}});
  row.push_back({"id", {to_hex(record.id)}});
  if (group_ == nullptr) {
    row.push_back({"state", {record.state}});
    row.push_back({"at", {time_output(record.at_ms).text()}});
    if (options_.with_names) {
      row.push_back({"by", {record.by}});
      row.push_back({"organisation", {record.organisation}});
    }
  }
  add_fields(row, record, (hidden & 1) != 0);
  add_counts(row, record, hidden);
  return row;
}

namespace {

Field made_column(std::string name, FieldType type, Localized label, Localized hint = {}) {
  Field field;
  field.name = std::move(name);
  field.type = type;
  field.label = std::move(label);
  field.hint = std::move(hint);
  return field;
}

// Columns that no form has.
const std::vector<Field>& common_columns() {
  static const std::vector<Field> kColumns{
      made_column("id", FieldType::kText, {{{"en", "Id of the record"}, {"fr", "Identifiant de la fiche"}, {"sw", "Kitambulisho cha rekodi"}}}),
      made_column("state", FieldType::kText, {{{"en", "State of the review"}, {"fr", "État de la relecture"}, {"sw", "Hali ya uhakiki"}}},
                  {{{"en", "draft, submitted, has_issues, edited, approved or rejected"}}}),
      made_column("at", FieldType::kDateTime, {{{"en", "Last change"}, {"fr", "Dernière modification"}, {"sw", "Badiliko la mwisho"}}})};
  return kColumns;
}

Localized both(const Localized& axis, const Localized& label) {
  Localized words;
  for (const auto& [language, text] : label.by_language) words.by_language[language] = axis.in(language) + ": " + text;
  return words;
}

}  // namespace

std::vector<std::vector<Cell>> codebook_of(const Form& form) {
  std::vector<std::vector<Cell>> rows;
  const auto add = [&](const std::string& name, const Field& field) { rows.push_back(formats::codebook_row(name, field)); };
  for (const Field& field : common_columns()) add(form.name, field);
  for (const Field& field : form.fields) {
    if (!is_point(field)) {
      add(form.name, field);
      continue;
    }
    for (const char* part : {"_lat", "_lon"}) {
      add(form.name, made_column(field.name + part, FieldType::kDecimal, field.label, {{{"en", "Degrees, WGS 84, rounded (--precision)"}}}));
    }
  }
  for (const Category& category : categories_of(form)) {
    add(form.name, made_column(category.name, FieldType::kInteger, both(*category.axis_label, *category.label),
                               {{{"en", "Number of people; empty where suppressed names it"}}}));
  }
  if (!head_count_field(form.name).empty() || !categories_of(form).empty()) {
    add(form.name, made_column("suppressed", FieldType::kText, {{{"en", "Columns that are hidden: small head-counts, and others from which they would follow"}}}));
  }
  for (const Group& group : form.groups) {
    for (const Field& field : group.fields) add(form.name + "/" + group.name, field);
  }
  return rows;
}

std::vector<Cell> cells_of(const std::vector<Property>& row) {
  std::vector<Cell> cells;
  cells.reserve(row.size());
  for (const Property& property : row) {
    if (!property.several) {
      cells.push_back(property.values.empty() ? Cell() : property.values.front());
      continue;
    }
    std::string text;
    for (const Cell& value : property.values) text += (text.empty() ? "" : "; ") + formats::cell_text(value);
    cells.emplace_back(std::move(text));
  }
  return cells;
}

}  // namespace haki::cli::exports
