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
constexpr std::string_view kWordsOf = "_text";

const Field* field_named(const Form& form, std::string_view name) {
  const auto found = std::find_if(form.fields.begin(), form.fields.end(), [&](const Field& field) { return field.name == name; });
  return found == form.fields.end() ? nullptr : &*found;
}

// The field that keeps in words what this one cannot hold; null where there is none.
const Field* words_field(const Form& form, const Field& field) {
  const Field* words = field_named(form, field.name + std::string(kWordsOf));
  return words != nullptr && words->type == FieldType::kText && !words->set ? words : nullptr;
}

std::string called(const Field& field) {
  const auto english = field.label.by_language.find("en");
  return english == field.label.by_language.end() ? field.name : english->second + " (" + field.name + ")";
}

enum class Use { kIgnored, kField, kId, kKey, kState, kCycle };

struct MatchedColumn {
  Use use = Use::kIgnored;
  const Field* field = nullptr;
};

struct HeaderMatching {
  std::vector<MatchedColumn> columns;
  std::vector<std::string> remarks;
  std::string problem;  // what is ambiguous; empty where nothing is
};

// The fields that a heading names: by name, else by a label in any language, else by a further word.
std::vector<const Field*> fields_headed(const Form& form, const std::string& heading) {
  const std::string key = name_key(heading);
  std::vector<const Field*> by_name, by_label, by_word;
  for (const Field& field : form.fields) {
    if (field.name == heading || name_key(field.name) == key) by_name.push_back(&field);
    const bool labelled = std::any_of(field.label.by_language.begin(), field.label.by_language.end(), [&](const auto& label) { return name_key(label.second) == key; });
    if (labelled) by_label.push_back(&field);
    if (std::any_of(field.also.begin(), field.also.end(), [&](const std::string& word) { return name_key(word) == key; })) by_word.push_back(&field);
  }
  return !by_name.empty() ? by_name : !by_label.empty() ? by_label : by_word;
}

// "counts.sex": a field of a repeated group.
bool is_of_group(const Form& form, const std::string& heading) {
  const std::size_t point = heading.find('.');
  if (point == std::string::npos) return false;
  const std::string group = name_key(std::string_view(heading).substr(0, point));
  return std::any_of(form.groups.begin(), form.groups.end(), [&](const Group& one) { return name_key(one.name) == group; });
}

Use use_without_field(const std::string& heading) {
  const std::string key = name_key(heading);
  if (key == "id") return Use::kId;
  if (key == "key" || key == "sourcekey") return Use::kKey;
  if (key == "stateunderreview" || key == "sur" || key == "country" || key == "etatexamine" || key == "nchi") return Use::kState;
  if (key == "cycle" || key == "reviewcycle" || key == "uprcycle") return Use::kCycle;
  return Use::kIgnored;
}

HeaderMatching match_header(const std::vector<std::string>& header, const Form& form) {
  HeaderMatching matching;
  for (std::size_t i = 0; i < header.size(); ++i) {
    MatchedColumn& column = matching.columns.emplace_back();
    if (name_key(header[i]).empty()) continue;
    const std::vector<const Field*> fields = fields_headed(form, header[i]);
    if (fields.size() > 1 && matching.problem.empty()) {
      matching.problem = "the column \"" + header[i] + "\" may be " + called(*fields[0]) + " or " + called(*fields[1]) +
                         ". Head it with the name of the field, " + fields[0]->name + " or " + fields[1]->name + ".";
    }
    column.use = fields.empty() ? use_without_field(header[i]) : Use::kField;
    if (!fields.empty()) column.field = fields.front();
    if (fields.empty() && is_of_group(form, header[i])) {
      matching.remarks.push_back("The column \"" + header[i] + "\" belongs to a repeated group; groups are not imported from tables, so it was left out.");
    }
    for (std::size_t before = 0; before < i && matching.problem.empty() && column.use != Use::kIgnored; ++before) {
      if (matching.columns[before].use != column.use || matching.columns[before].field != column.field) continue;
      matching.problem = "the columns \"" + header[before] + "\" and \"" + header[i] + "\" are both " +
                         (column.field != nullptr ? called(*column.field) : name_key(header[i])) + ". Take one of them out, or head it otherwise.";
    }
  }
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

// One row on its way: its values by field, and what its cells said of the fields that tell records apart.
struct RowDraft {
  ImportRow row;
  std::map<std::string, std::string> cells;  // of the matched columns, by field
  std::string key;
};

class FormMatcher {
 public:
  FormMatcher(const RawTable& table, const Form& form, HeaderMatching matching, const LinkResolver& resolve)
      : table_(table), form_(form), columns_(std::move(matching.columns)), resolve_(resolve) {
    result_.refused = table.refused;
    result_.remarks = std::move(matching.remarks);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      result_.understood.push_back({table.header[i], meaning_of(columns_[i]), "", 0});
      if (columns_[i].use == Use::kIgnored && !table.header[i].empty()) result_.ignored_columns.push_back(table.header[i]);
    }
  }

  FormTable match() {
    look_at_columns();
    for (const RawRow& row : table_.rows) read_row(row);
    std::stable_sort(result_.refused.begin(), result_.refused.end(), [](const RowProblem& one, const RowProblem& other) { return one.row < other.row; });
    return std::move(result_);
  }

 private:
  static std::string meaning_of(const MatchedColumn& column) {
    switch (column.use) {
      case Use::kField: return column.field->name;
      case Use::kId: return "the record's id";
      case Use::kKey: return "what the row is known by";
      case Use::kState: return "which State's recommendation is meant";
      case Use::kCycle: return "which cycle's recommendation is meant";
      case Use::kIgnored: return "";
    }
    return "";
  }

  static std::string cell(const RawRow& row, std::size_t column) { return column < row.cells.size() ? text_of_cell(row.cells[column]) : std::string(); }

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

  // Adds a cell's values to the draft; false where the row is refused.
  bool read_cell(const RawRow& row, std::size_t column, const std::string& text, const LinkHints& hints, RowDraft& draft) {
    const Field& field = *columns_[column].field;
    for (const std::string& element : elements_of(field, text)) {
      CellValue value = read_element(column, element, hints);
      if (value.kind == CellValue::Kind::kValue) {
        if (!value.text.empty()) draft.row.fields.push_back({field.name, std::move(value.text)});
        continue;
      }
      const Field* words = value.kind == CellValue::Kind::kWords ? words_field(form_, field) : nullptr;
      const bool taken = words != nullptr && words_given(row, words);
      if (words == nullptr || taken || field.set) {
        const std::string full = taken ? " The column for " + called(*words) + " says something else, so it could not be kept there." : "";
        refuse(row, column, "\"" + shortened(element, kExampleBytesMax) + "\" " + value.reason + "." + full);
        return false;
      }
      draft.row.fields.push_back({words->name, element});
      remark("What is no " + std::string(field.type == FieldType::kDate ? "date" : field.type == FieldType::kLink ? "record here" : "value") + " under \"" +
             table_.header[column] + "\" was kept as " + called(*words) + ".");
    }
    return true;
  }

  bool words_given(const RawRow& row, const Field* words) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].field == words && !cell(row, i).empty()) return true;
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
      const std::string text = cell(row, i);
      if (text.empty()) continue;
      if (columns_[i].use == Use::kKey) draft.key = text;
      if (columns_[i].use == Use::kId && !(draft.row.record = id_in(text))) {
        return refuse(row, i, "is not the id of a record: that has 32 digits and letters from a to f");
      }
      if (columns_[i].field == nullptr) continue;
      draft.cells[columns_[i].field->name] = text;
      if (!read_cell(row, i, text, hints, draft)) return;
    }
    if (draft.row.fields.empty()) return refuse(row, table_.header.size(), "says nothing that the form " + form_.name + " has a field for");
    identify(draft);
    result_.rows.push_back(std::move(draft.row));
  }

  // What tells the row's record apart, one part each. A link that was found and the words that were in its cell are two
  // ways to say one thing: a row of the first kind may be here from a time when it was of the second.
  void identify(RowDraft& draft) {
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
    const Field& field = *field_named(form_, name);
    if (field.type == FieldType::kLink && words_field(form_, field) != nullptr) return "";
    if (name.ends_with(kWordsOf)) {
      const Field* link = field_named(form_, std::string_view(name).substr(0, name.size() - kWordsOf.size()));
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
  std::vector<std::optional<ColumnReader>> readers_;
  std::set<std::string> unmapped_, remarks_;
  Counts equal_, equal_in_words_;
  FormTable result_;
};

}  // namespace

Result<FormTable> match_table(const RawTable& table, const Form& form, const LinkResolver& resolve) {
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
  return FormMatcher(table, form, std::move(matching), resolve).match();
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
