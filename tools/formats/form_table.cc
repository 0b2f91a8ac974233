#include "formats/form_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "formats/column_values.h"
#include "formats/label_text.h"
#include "formats/labels.h"
#include "formats/lists.h"

namespace haki::formats {

namespace {

constexpr std::size_t kExampleBytesMax = 80, kRemarksMax = 50, kIdDigits = 32;
constexpr std::size_t kLabelBytesMax = 1'000;  // a longer one is no label but a text in the wrong column
constexpr std::size_t kGroupColumnsMax = 99;   // rows of a group that stand side by side in one row
constexpr std::string_view kWordsOf = "_text";

const Field* field_named(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

// The field beside it that keeps in words what this one cannot hold; null where there is none.
const Field* words_field(const std::vector<Field>& fields, const Field& field) {
  const Field* words = field_named(fields, field.name + std::string(kWordsOf));
  return words != nullptr && words->type == FieldType::kText && !words->set ? words : nullptr;
}

std::string called(const Field& field) {
  const auto english = field.label.by_language.find("en");
  return english == field.label.by_language.end() ? field.name : english->second + " (" + field.name + ")";
}

enum class Use { kIgnored, kField, kLongitude, kId, kParent, kKey, kState, kCycle };

struct MatchedColumn {
  Use use = Use::kIgnored;
  const Field* field = nullptr;
  const Group* group = nullptr;  // of which it is a field
  std::size_t number = 0;        // then: of which row, from 1
  std::optional<std::size_t> longitude{};  // of a point in two columns: the other one
};

struct HeaderMatching {
  std::vector<MatchedColumn> columns;
  std::vector<std::string> remarks;
  std::string problem;  // what is ambiguous; empty where nothing is
};

// The fields that a heading names: by name, else by a label in any language, else by a further word.
std::vector<const Field*> fields_headed(const std::vector<Field>& fields, const std::string& heading) {
  const std::string key = name_key(heading);
  std::vector<const Field*> by_name, by_label, by_word;
  for (const Field& field : fields) {
    if (field.name == heading || name_key(field.name) == key) by_name.push_back(&field);
    const bool labelled = std::any_of(field.label.by_language.begin(), field.label.by_language.end(), [&](const auto& label) { return name_key(label.second) == key; });
    if (labelled) by_label.push_back(&field);
    if (std::any_of(field.also.begin(), field.also.end(), [&](const std::string& word) { return name_key(word) == key; })) by_word.push_back(&field);
  }
  return !by_name.empty() ? by_name : !by_label.empty() ? by_label : by_word;
}

// Of a group's table, whose columns are matched as if the group were a form.
bool is_group_table(const Form& form) { return form.name.find('/') != std::string::npos; }

// "counts[2].sex": the field of the second row of a repeated group; "counts.sex" is the first's. None: no such group.
std::optional<MatchedColumn> group_column(const Form& form, std::string_view heading) {
  const std::size_t point = heading.find('.');
  if (point == std::string_view::npos) return std::nullopt;
  std::string_view name = heading.substr(0, point);
  MatchedColumn column{Use::kIgnored, nullptr, nullptr, 1};
  if (const std::size_t open = name.find('['); open != std::string_view::npos && name.ends_with(']')) {
    column.number = static_cast<std::size_t>(first_number(name.substr(open)));
    name = name.substr(0, open);
  }
  for (const Group& group : form.groups) {
    const bool named = name_key(group.name) == name_key(name) ||
                       std::any_of(group.label.by_language.begin(), group.label.by_language.end(), [&](const auto& label) { return name_key(label.second) == name_key(name); });
    if (!named) continue;
    const std::vector<const Field*> fields = fields_headed(group.fields, std::string(heading.substr(point + 1)));
    column.group = &group;
    if (fields.size() == 1 && column.number >= 1 && column.number <= kGroupColumnsMax) {
      column.use = Use::kField;
      column.field = fields.front();
    }
    return column;
  }
  return std::nullopt;
}

// "location_lat" with "location_lon": a position in two columns, as our exports have it.
void match_points(const std::vector<std::string>& header, const Form& form, std::vector<MatchedColumn>& columns) {
  constexpr std::string_view kLatitude = "_lat", kLongitude = "_lon";
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (columns[i].use != Use::kIgnored || !header[i].ends_with(kLatitude)) continue;
    const std::string name = header[i].substr(0, header[i].size() - kLatitude.size());
    const Field* field = field_named(form.fields, name);
    const auto other = std::find(header.begin(), header.end(), name + std::string(kLongitude));
    if (field == nullptr || field->type != FieldType::kPoint || field->set || other == header.end()) continue;
    const auto at = static_cast<std::size_t>(other - header.begin());
    columns[i].use = Use::kField;
    columns[i].field = field;
    columns[i].longitude = at;
    columns[at].use = Use::kLongitude;
  }
}

Use use_without_field(const Form& form, const std::string& heading) {
  const std::string key = name_key(heading);
  if (key == "id") return Use::kId;
  if (key == "parent" && is_group_table(form)) return Use::kParent;
  if (key == "key" || key == "sourcekey") return Use::kKey;
  if (key == "stateunderreview" || key == "sur" || key == "country" || key == "etatexamine" || key == "nchi") return Use::kState;
  if (key == "cycle" || key == "reviewcycle" || key == "uprcycle") return Use::kCycle;
  return Use::kIgnored;
}

// Why the column at `i` cannot be taken beside those before it; empty where it can.
std::string doubled(const std::vector<std::string>& header, const std::vector<MatchedColumn>& columns, std::size_t i) {
  const MatchedColumn& column = columns[i];
  if (column.use == Use::kIgnored || column.use == Use::kLongitude) return "";
  for (std::size_t before = 0; before < i; ++before) {
    const MatchedColumn& other = columns[before];
    if (other.use != column.use || other.field != column.field || other.number != column.number) continue;
    return "the columns \"" + header[before] + "\" and \"" + header[i] + "\" are both " + (column.field != nullptr ? called(*column.field) : name_key(header[i])) +
           ". Take one of them out, or head it otherwise.";
  }
  return "";
}

HeaderMatching match_header(const std::vector<std::string>& header, const Form& form) {
  HeaderMatching matching;
  for (std::size_t i = 0; i < header.size(); ++i) {
    MatchedColumn& column = matching.columns.emplace_back();
    if (name_key(header[i]).empty()) continue;
    const std::vector<const Field*> fields = fields_headed(form.fields, header[i]);
    if (fields.size() > 1 && matching.problem.empty()) {
      matching.problem = "the column \"" + header[i] + "\" may be " + called(*fields[0]) + " or " + called(*fields[1]) +
                         ". Head it with the name of the field, " + fields[0]->name + " or " + fields[1]->name + ".";
    }
    column.use = fields.empty() ? use_without_field(form, header[i]) : Use::kField;
    if (!fields.empty()) column.field = fields.front();
    if (const auto of_group = group_column(form, header[i]); fields.empty() && of_group) {
      column = *of_group;
      if (column.field == nullptr) matching.remarks.push_back("The column \"" + header[i] + "\" is no field of the rows of " + of_group->group->name + ", so it was left out.");
    }
  }
  match_points(header, form, matching.columns);
  for (std::size_t i = 0; i < header.size() && matching.problem.empty(); ++i) matching.problem = doubled(header, matching.columns, i);
  return matching;
}

bool has_field(const HeaderMatching& matching, const Field* field) {
  return field != nullptr && std::any_of(matching.columns.begin(), matching.columns.end(), [&](const MatchedColumn& column) { return column.field == field; });
}

// The required fields that no column is for, as a person reads them; those with a default fill themselves in.
std::string missing_fields(const HeaderMatching& matching, const Form& form) {
  const bool by_id = std::any_of(matching.columns.begin(), matching.columns.end(), [](const MatchedColumn& column) { return column.use == Use::kId; });
  std::string missing;
  for (const Field& field : form.fields) {
    if (by_id || !field.required || !field.relevant.empty() || !field.default_value.empty() || has_field(matching, &field)) continue;
    missing += (missing.empty() ? "" : ", ") + called(field);
  }
  return missing;
}

// What cells become: values, and labels that are no choice of their field.
struct Taken {
  std::vector<FieldInput> fields, unmapped;
};

// One row on its way: its values by field, and what its cells said of the fields that tell records apart.
struct RowDraft {
  ImportRow row;
  Taken taken;
  std::map<std::pair<const Group*, std::size_t>, Taken> groups;  // by group and number
  std::map<std::string, std::string> cells;                      // of the form's columns, by field
  std::string key, parent;
};

// Gives a group's row to its record, with the labels that it could not take.
void add_group_row(ImportRow& to, const Group& group, Taken taken, std::optional<RecordId> id) {
  const auto before = std::count_if(to.groups.begin(), to.groups.end(), [&](const ImportGroupRow& one) { return one.group == group.name; });
  for (FieldInput& label : taken.unmapped) to.unmapped.push_back({group.name + "[" + std::to_string(before + 1) + "]." + label.field, std::move(label.text)});
  to.groups.push_back({group.name, std::move(taken.fields), id});
}

class FormMatcher {
 public:
  FormMatcher(const RawTable& table, const Form& form, HeaderMatching matching, const LinkResolver& resolve, bool from_elsewhere)
      : table_(table), form_(form), columns_(std::move(matching.columns)), resolve_(resolve), from_elsewhere_(from_elsewhere) {
    result_.refused = table.refused;
    result_.remarks = std::move(matching.remarks);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      result_.understood.push_back({table.header[i], meaning_of(columns_[i]), "", 0});
      if (columns_[i].use == Use::kIgnored && !table.header[i].empty()) result_.ignored_columns.push_back(table.header[i]);
    }
  }

  FormTable match() {
    look_at_columns();
    for (const RawRow& row : table_.rows) {
      const std::size_t before = result_.refused.size();
      read_row(row);
      for (std::size_t i = 0; result_.refused.size() != before && i < columns_.size(); ++i) {
        if (columns_[i].use == Use::kId) result_.refused_ids.insert(cell(row, i));
      }
    }
    std::stable_sort(result_.refused.begin(), result_.refused.end(), [](const RowProblem& one, const RowProblem& other) { return one.row < other.row; });
    return std::move(result_);
  }

 private:
  std::string meaning_of(const MatchedColumn& column) const {
    switch (column.use) {
      case Use::kField:
        if (column.group == nullptr) return column.field->name;
        return column.group->name + "[" + std::to_string(column.number) + "]." + column.field->name;
      case Use::kLongitude: return "the longitude of the column beside it";
      case Use::kId: return is_group_table(form_) ? "the row's id" : "the record's id";
      case Use::kParent: return "which record the row belongs to";
      case Use::kKey: return "what the row is known by";
      case Use::kState: return "which State's recommendation is meant";
      case Use::kCycle: return "which cycle's recommendation is meant";
      case Use::kIgnored: return "";
    }
    return "";
  }

  static std::string cell(const RawRow& row, std::size_t column) { return column < row.cells.size() ? text_of_cell(row.cells[column]) : std::string(); }

  // What the columns of a field say together.
  std::string said_in(const RawRow& row, std::size_t column) const {
    std::string text = cell(row, column);
    if (const auto& longitude = columns_[column].longitude; longitude && !text.empty()) text += " " + cell(row, *longitude);
    return text;
  }

  void look_at_columns() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Field* field = columns_[i].field;
      readers_.push_back(field == nullptr ? std::nullopt : std::optional<ColumnReader>(std::in_place, *field));
      for (const RawRow& row : table_.rows) {
        const std::string text = cell(row, i);
        if (text.empty()) continue;
        UnderstoodColumn& column = result_.understood[i];
        if (column.values++ == 0) column.example = shortened(text, kExampleBytesMax);
        if (field == nullptr) continue;
        for (const std::string& element : elements_of(*field, text)) readers_[i]->look(element);
      }
    }
  }

  static std::vector<std::string> elements_of(const Field& field, const std::string& text) { return field.set ? cell_elements(text) : std::vector<std::string>{text}; }

  void refuse(const RawRow& row, std::size_t column, std::string reason) {
    result_.refused.push_back({row.row, column < table_.header.size() ? table_.header[column] : "", std::move(reason)});
  }

  void remark(const std::string& sentence) {
    if (remarks_.size() < kRemarksMax && remarks_.insert(sentence).second) result_.remarks.push_back(sentence);
  }

  void note_unmapped(const std::string& label) {
    if (unmapped_.insert(label).second) result_.unmapped.push_back(label);
  }

  LinkHints hints_of(const RawRow& row) const {
    LinkHints hints;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string name = columns_[i].field == nullptr ? "" : columns_[i].field->name;
      if (columns_[i].use == Use::kState || name == "state_under_review") hints.state = cell(row, i);
      if (columns_[i].use == Use::kCycle || name == "cycle") hints.cycle = cell(row, i);
    }
    return hints;
  }

  // What one value of a cell becomes; words where its field cannot hold it.
  CellValue read_element(std::size_t column, const std::string& text, const LinkHints& hints) {
    const Field& field = *columns_[column].field;
    if (field.type != FieldType::kLink) {
      // A lone dash is how offices say that there is nothing.
      const bool nothing = field.type != FieldType::kText && (text == "-" || text == "\u2013" || text == "\u2014");
      if (nothing) return {CellValue::Kind::kValue, "", ""};
      CellValue value = readers_[column]->read(text);
      if (field.type == FieldType::kChoice && value.kind == CellValue::Kind::kWords) note_unmapped(text);
      return value;
    }
    LinkAnswer answer = resolve_(field, text, hints);
    if (!answer.id.empty()) return {CellValue::Kind::kValue, std::move(answer.id), ""};
    return {CellValue::Kind::kWords, "", std::move(answer.problem)};
  }

  // Adds a cell's values to what was taken; false where the row is refused.
  bool read_cell(const RawRow& row, std::size_t column, const std::string& text, const LinkHints& hints, Taken& into) {
    const Field& field = *columns_[column].field;
    const std::vector<Field>& beside = columns_[column].group == nullptr ? form_.fields : columns_[column].group->fields;
    for (const std::string& element : elements_of(field, text)) {
      CellValue value = read_element(column, element, hints);
      if (value.kind == CellValue::Kind::kValue) {
        if (!value.text.empty()) into.fields.push_back({field.name, std::move(value.text)});
        continue;
      }
      const Field* words = value.kind == CellValue::Kind::kWords ? words_field(beside, field) : nullptr;
      const bool taken = words != nullptr && words_given(row, words, columns_[column].number);
      const bool label = field.type == FieldType::kChoice && value.kind == CellValue::Kind::kWords && element.size() <= kLabelBytesMax;
      if (label && (words == nullptr || taken || field.set)) {
        into.unmapped.push_back({field.name, element});
        remark("A label under \"" + table_.header[column] + "\" that is no choice of " + called(field) + " is kept with its record as unmapped: haki show ID shows it.");
        continue;
      }
      if (words == nullptr || taken || field.set) {
        const std::string full = taken ? " The column for " + called(*words) + " says something else, so it could not be kept there." : "";
        refuse(row, column, "\"" + shortened(element, kExampleBytesMax) + "\" " + value.reason + "." + full);
        return false;
      }
      into.fields.push_back({words->name, element});
      remark("What is no " + std::string(field.type == FieldType::kDate ? "date" : field.type == FieldType::kLink ? "record here" : "value") + " under \"" +
             table_.header[column] + "\" was kept as " + called(*words) + ".");
    }
    return true;
  }

  bool words_given(const RawRow& row, const Field* words, std::size_t number) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].field == words && columns_[i].number == number && !cell(row, i).empty()) return true;
    }
    return false;
  }

  static std::optional<RecordId> id_in(const std::string& text) {
    if (text.size() != kIdDigits) return std::nullopt;
    RecordId id;
    for (std::size_t i = 0; i < kIdDigits; ++i) {
      const char digit = text[i];
      const int value = digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
      if (value < 0) return std::nullopt;
      id.bytes[i / 2] = static_cast<std::uint8_t>(id.bytes[i / 2] << 4 | value);
    }
    return id;
  }

  bool refuse_extra_cells(const RawRow& row) {
    for (std::size_t i = table_.header.size(); i < row.cells.size(); ++i) {
      if (text_of_cell(row.cells[i]).empty()) continue;
      refuse(row, table_.header.size(), "has " + std::to_string(row.cells.size()) + " cells where the heading has " + std::to_string(table_.header.size()) +
                                            "; a text with the separator in it must stand in quotation marks");
      return true;
    }
    return false;
  }

  void read_row(const RawRow& row) {
    if (refuse_extra_cells(row)) return;
    RowDraft draft;
    draft.row.row = row.row;
    draft.row.form = form_.name;
    const LinkHints hints = hints_of(row);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string text = said_in(row, i);
      if (text.empty()) continue;
      if (columns_[i].use == Use::kKey) draft.key = text;
      if (columns_[i].use == Use::kParent) draft.parent = text;
      if (columns_[i].use == Use::kId && !(draft.row.record = id_in(text))) {
        return refuse(row, i, "is not the id of a record: that has 32 digits and letters from a to f");
      }
      if (columns_[i].field == nullptr) continue;
      const Group* group = columns_[i].group;
      if (group == nullptr) draft.cells[columns_[i].field->name] = text;
      if (!read_cell(row, i, text, hints, group == nullptr ? draft.taken : draft.groups[{group, columns_[i].number}])) return;
    }
    if (draft.parent.empty() && is_group_table(form_)) return refuse(row, table_.header.size(), "does not say which record it belongs to, in the column parent");
    draft.row.fields = std::move(draft.taken.fields);
    draft.row.unmapped = std::move(draft.taken.unmapped);
    for (auto& [of, taken] : draft.groups) {
      if (!taken.fields.empty() || !taken.unmapped.empty()) add_group_row(draft.row, *of.first, std::move(taken), std::nullopt);
    }
    if (draft.row.fields.empty() && draft.row.groups.empty() && draft.row.unmapped.empty()) {
      return refuse(row, table_.header.size(), "says nothing that the form " + form_.name + " has a field for");
    }
    identify(draft);
    if (is_group_table(form_)) result_.parents.push_back(std::move(draft.parent));
    result_.rows.push_back(std::move(draft.row));
  }

  // What tells the row's record apart, one part each. A link that was found and the words that were in its cell are two
  // ways to say one thing: a row of the first kind may be here from a time when it was of the second.
  void identify(RowDraft& draft) {
    if (draft.row.record) {
      if (from_elsewhere_) draft.row.identity = {"id", to_hex(*draft.row.record)};
      return;
    }
    std::vector<std::string> parts, in_words;
    for (const std::string& name : form_.identity) {
      parts.push_back(with_single_spaces(value_in(draft.row, name)));
      in_words.push_back(with_single_spaces(value_in_words(draft, name)));
    }
    const bool says_nothing = std::all_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); });
    if (!draft.key.empty()) {
      parts = in_words = {"key", with_single_spaces(draft.key)};
    } else if (says_nothing) {
      parts = {"row"};
      for (const auto& [field, text] : draft.cells) parts.insert(parts.end(), {field, with_single_spaces(text)});
      in_words = parts;
    }
    const bool same = parts == in_words;
    draft.row.identity = numbered(equal_, std::move(parts));
    in_words = numbered(equal_in_words_, std::move(in_words));
    if (!same) draft.row.earlier.push_back(std::move(in_words));
  }

  // The value as it would be if no record had been found for a link.
  std::string value_in_words(const RowDraft& draft, const std::string& name) const {
    const Field& field = *field_named(form_.fields, name);
    if (field.type == FieldType::kLink && words_field(form_.fields, field) != nullptr) return "";
    if (name.ends_with(kWordsOf)) {
      const Field* link = field_named(form_.fields, std::string_view(name).substr(0, name.size() - kWordsOf.size()));
      const auto cell = link == nullptr ? draft.cells.end() : draft.cells.find(link->name);
      if (cell != draft.cells.end() && link->type == FieldType::kLink) return cell->second;
    }
    return value_in(draft.row, name);
  }

  static std::string value_in(const ImportRow& row, const std::string& field) {
    std::string text;
    for (const FieldInput& input : row.fields) {
      if (input.field == field) text += (text.empty() ? "" : ";") + input.text;
    }
    return text;
  }

  using Counts = std::map<std::vector<std::string>, std::uint64_t>;

  // And how many equal rows came before it.
  static std::vector<std::string> numbered(Counts& counts, std::vector<std::string> parts) {
    const std::uint64_t before = counts[parts]++;
    parts.push_back("#" + std::to_string(before));
    return parts;
  }

  const RawTable& table_;
  const Form& form_;
  const std::vector<MatchedColumn> columns_;
  const LinkResolver& resolve_;
  const bool from_elsewhere_;
  std::vector<std::optional<ColumnReader>> readers_;
  std::set<std::string> unmapped_, remarks_;
  Counts equal_, equal_in_words_;
  FormTable result_;
};

}  // namespace

Result<FormTable> match_table(const RawTable& table, const Form& form, const LinkResolver& resolve, bool from_elsewhere) {
  HeaderMatching matching = match_header(table.header, form);
  const std::string as = "As a table of the form " + form.name + ", ";
  if (!matching.problem.empty()) return Error{Code::kInvalid, as + matching.problem};
  const bool any = std::any_of(matching.columns.begin(), matching.columns.end(), [](const MatchedColumn& column) { return column.field != nullptr; });
  const std::string missing = missing_fields(matching, form);
  if (!any || !missing.empty()) {
    std::string names;
    for (const Field& field : form.fields) names += (names.empty() ? "" : ", ") + field.name;
    return Error{Code::kInvalid, as + (any ? "the file has no column for " + missing : "no column of the file is one of its fields") +
                                     ". Columns are known by a field's name or label in any language; its fields are: " + names + "."};
  }
  return FormMatcher(table, form, std::move(matching), resolve, from_elsewhere).match();
}

Result<FormTable> match_group_table(const RawTable& table, const Form& form, const Group& group, const LinkResolver& resolve) {
  Form rows;
  rows.name = form.name + "/" + group.name;
  rows.fields = group.fields;
  if (std::none_of(table.header.begin(), table.header.end(), [](const std::string& heading) { return name_key(heading) == "parent"; })) {
    return Error{Code::kInvalid, "As a table of " + rows.name + ", the file has no column parent, which says by its id, number or title which " + form.name +
                                     " each row belongs to."};
  }
  return match_table(table, rows, resolve);
}

void attach(FormTable& table, const FormTable& rows, const Form& form, const Group& group, const LinkResolver& resolve, const std::string& sheet) {
  Field parent;
  parent.name = "parent";
  parent.type = FieldType::kLink;
  parent.link_form = form.name;
  std::map<std::string, std::size_t> by_id;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (table.rows[i].record) by_id.emplace(to_hex(*table.rows[i].record), i);
  }
  for (RowProblem problem : rows.refused) table.refused.push_back({problem.row, sheet + problem.column, std::move(problem.reason)});
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    const ImportRow& from = rows.rows[i];
    if (table.refused_ids.contains(rows.parents[i])) continue;  // said once, of its record
    auto at = by_id.find(rows.parents[i]);
    if (at == by_id.end()) {
      const LinkAnswer answer = resolve(parent, rows.parents[i], {});
      if (answer.id.empty()) {
        table.refused.push_back({from.row, sheet + "parent", "\"" + shortened(rows.parents[i], kExampleBytesMax) + "\" " + answer.problem + "."});
        continue;
      }
      at = by_id.find(answer.id);
      if (at == by_id.end()) {
        at = by_id.emplace(answer.id, table.rows.size()).first;
        ImportRow& made = table.rows.emplace_back();
        made.row = from.row;
        made.form = form.name;
        made.record = id_from_hex<RecordId>(answer.id);
      }
    }
    add_group_row(table.rows[at->second], group, {from.fields, from.unmapped}, from.record);
  }
  for (const std::string& label : rows.unmapped) {
    if (std::find(table.unmapped.begin(), table.unmapped.end(), label) == table.unmapped.end()) table.unmapped.push_back(label);
  }
  for (UnderstoodColumn column : rows.understood) table.understood.push_back({sheet + column.column, std::move(column.field), std::move(column.example), column.values});
  for (const std::string& column : rows.ignored_columns) table.ignored_columns.push_back(sheet + column);
  table.remarks.insert(table.remarks.end(), rows.remarks.begin(), rows.remarks.end());
}

std::size_t fit_of(const std::vector<std::string>& header, const Form& form) {
  const HeaderMatching matching = match_header(header, form);
  if (!matching.problem.empty() || !missing_fields(matching, form).empty()) return 0;
  std::size_t fields = 0, headed = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (matching.columns[i].field != nullptr) ++fields;
    if (!name_key(header[i]).empty()) ++headed;
  }
  return fields >= 2 && 2 * fields >= headed ? fields : 0;
}

}  // namespace haki::formats
