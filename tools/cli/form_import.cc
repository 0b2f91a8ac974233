#include "cli/form_import.h"

#include <algorithm>
#include <map>
#include <set>

#include "cli/text.h"
#include "formats/form_table.h"
#include "formats/label_text.h"
#include "formats/lists.h"
#include "formats/xlsx_writer.h"

namespace haki::cli {
namespace {

constexpr std::size_t kIdDigits = 32, kIdDigitsMin = 8;
constexpr std::string_view kNames[] = {"number", "code", "short_name", "name", "title"};

std::string text_in(const RecordView& record, std::string_view field) {
  const FieldView* view = record.field(field);
  return view == nullptr || view->values.empty() ? std::string() : to_text(view->values.front());
}

// "115.3" of "115.3", "115.3." and "115.3 Ratify the Convention"; empty where no number of two parts leads.
std::string leading_number(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.')) ++end;
  if (end < text.size() && text[end] != ' ' && text[end] != '\n') return "";
  while (end > 0 && text[end - 1] == '.') --end;
  const std::string_view number = text.substr(0, end);
  return number.find('.') == std::string_view::npos ? "" : std::string(number);
}

// The records of one form, by what files call them.
class LinkIndex {
 public:
  LinkIndex(const Form& form, const std::vector<RecordView>& records) : records_(records) {
    for (std::size_t i = 0; i < records_.size(); ++i) {
      for (const std::string_view name : kNames) add(text_in(records_[i], name), i);
      add(text_in(records_[i], form.title_field), i);
    }
  }

  std::set<std::size_t> find(const std::string& text) const {
    std::set<std::size_t> found = with_name(text);
    if (const std::string number = leading_number(text); found.empty() && !number.empty()) found = with_name(number);
    return found;
  }

  // Of those, the ones of the State and cycle that the row names.
  std::set<std::size_t> narrowed(std::set<std::size_t> found, const formats::LinkHints& hints) const {
    const formats::Country* state = formats::country_of(hints.state);
    const int cycle = formats::first_number(hints.cycle);
    std::erase_if(found, [&](std::size_t i) {
      const std::string of = text_in(records_[i], "state_under_review"), in = text_in(records_[i], "cycle");
      return (state != nullptr && !of.empty() && formats::country_of(of) != state) || (cycle != 0 && !in.empty() && in != std::to_string(cycle));
    });
    return found;
  }

  std::string id(std::size_t i) const { return to_hex(records_[i].id); }

 private:
  // The words of a text; a number's points count, so that 1.15 is not 11.5.
  static std::string key_of(std::string_view text) {
    while (text.ends_with('.')) text.remove_suffix(1);
    const bool number = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
    return number ? std::string(text) : formats::name_key(text);
  }
  std::set<std::size_t> with_name(const std::string& text) const {
    const auto known = by_name_.find(key_of(text));
    return known == by_name_.end() ? std::set<std::size_t>() : known->second;
  }
  void add(const std::string& name, std::size_t i) {
    if (const std::string key = key_of(name); !key.empty()) by_name_[key].insert(i);
  }

  std::vector<RecordView> records_;
  std::map<std::string, std::set<std::size_t>> by_name_;
};

class LinkFinder {
 public:
  explicit LinkFinder(Client& client) : client_(client) {}

  formats::LinkAnswer find(const Field& field, std::string_view words, const formats::LinkHints& hints) {
    const std::string text(words), what = field.link_form.empty() ? "record" : field.link_form;
    if (const std::string id = with_id(field, text, kIdDigits); !id.empty()) return {id, ""};
    if (const std::string id = from_elsewhere(field, text); !id.empty()) return {id, ""};
    if (!field.link_form.empty()) {
      const LinkIndex* index = index_of(field.link_form);
      const std::set<std::size_t> all = index == nullptr ? std::set<std::size_t>() : index->find(text);
      const std::set<std::size_t> found = all.empty() ? all : index->narrowed(all, hints);
      if (found.size() == 1) return {index->id(*found.begin()), ""};
      if (found.size() > 1) {
        return {"", "names " + std::to_string(found.size()) + " records of the form " + what +
                        ", and one is meant: give the record's id, or a column with its State or cycle"};
      }
      if (!all.empty()) return {"", "names a " + what + ", but none of the State and cycle that the row names"};
    }
    if (const std::string id = with_id(field, text, kIdDigitsMin); !id.empty()) return {id, ""};
    return {"", "names no " + what + " here; it was looked for as an id, a number and a title"};
  }

 private:
  // The record whose id it is, or begins with it; empty where it is none of the form.
  std::string with_id(const Field& field, const std::string& text, std::size_t digits_min) {
    if (text.size() < digits_min || text.size() > kIdDigits || text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return "";
    const auto id = client_.find_record(text);
    if (!id) return "";
    const auto record = client_.record(*id);
    return record && (field.link_form.empty() || record->form == field.link_form) ? to_hex(*id) : "";
  }

  // The record that an import made of the one which has this id elsewhere.
  std::string from_elsewhere(const Field& field, const std::string& text) {
    const auto elsewhere = id_from_hex<RecordId>(text);
    if (!elsewhere || field.link_form.empty()) return "";
    const auto id = client_.find_imported(field.link_form, {"id", to_hex(*elsewhere)});
    return id ? to_hex(*id) : "";
  }

  const LinkIndex* index_of(const std::string& name) {
    const auto known = indexes_.find(name);
    if (known != indexes_.end()) return &known->second;
    Query query;
    query.form = name;
    const auto form = client_.form(name);
    const auto records = client_.list(query);
    if (!form || !records) return nullptr;
    return &indexes_.emplace(name, LinkIndex(*form, *records)).first->second;
  }

  Client& client_;
  std::map<std::string, LinkIndex> indexes_;
};

}  // namespace

namespace {

// The group that "FORM/GROUP" or a sheet names; null where the form has none such.
const Group* group_named(const Form& form, std::string_view table, bool sheet) {
  for (const Group& group : form.groups) {
    const std::string name = form.name + "/" + group.name;
    if (table == (sheet ? formats::sheet_name_of(name) : name)) return &group;
  }
  return nullptr;
}

// The rows of one group alone, as rows of the records they belong to.
Result<formats::FormTable> match_group(const PreparedImport& import, const Form& form, const formats::LinkResolver& resolve) {
  const Group* group = group_named(form, import.form, false);
  if (group == nullptr) {
    std::vector<std::string> names;
    for (const Group& one : form.groups) names.push_back(form.name + "/" + one.name);
    const std::string has = names.empty() ? " It has none." : " It has " + listed(names) + ".";
    return Error{Code::kNotFound, "The form " + form.name + " has no repeated group " + one_line(import.form.substr(form.name.size() + 1)) + "." + has};
  }
  HAKI_ASSIGN(const formats::FormTable rows, formats::match_group_table(*import.table, form, *group, resolve));
  formats::FormTable table;
  formats::attach(table, rows, form, *group, resolve, "");
  return table;
}

Output::Object group_rows(const formats::FormTable& table) {
  std::map<std::string, std::int64_t> counts;
  for (const ImportRow& row : table.rows) {
    for (const ImportGroupRow& one : row.groups) ++counts[one.group];
  }
  Output::Object rows;
  for (const auto& [group, count] : counts) rows.emplace_back(group, count);
  return rows;
}

}  // namespace

Result<PreparedImport> match_with_form(Client& client, const PreparedImport& import, bool from_elsewhere) {
  const std::size_t slash = import.form.find('/');
  HAKI_ASSIGN(const Form form, client.form(import.form.substr(0, slash)));
  LinkFinder links(client);
  const formats::LinkResolver resolve = [&](const auto& field, auto text, const auto& hints) { return links.find(field, text, hints); };
  const bool group_alone = slash != std::string::npos;
  HAKI_ASSIGN(formats::FormTable table, group_alone ? match_group(import, form, resolve) : formats::match_table(*import.table, form, resolve, from_elsewhere));
  const std::size_t rows_in_file = group_alone ? import.table->rows.size() + import.table->refused.size() : table.rows.size() + table.refused.size();
  for (const auto& [name, sheet] : import.sheets) {
    const Group* group = group_named(form, name, true);
    if (group == nullptr) continue;
    HAKI_ASSIGN(const formats::FormTable rows, formats::match_group_table(sheet, form, *group, resolve));
    formats::attach(table, rows, form, *group, resolve, group->name + ": ");
  }
  PreparedImport matched;
  matched.form = form.name;
  matched.facts = facts_of(table, *import.table, form.name);
  matched.facts.put("rows", static_cast<std::int64_t>(rows_in_file));
  if (Output::Object rows = group_rows(table); !rows.empty()) matched.facts.put("group_rows", std::move(rows));
  if (const Output& file = import.facts["file"]; !file.is_null()) matched.facts.put("file", file);
  matched.rows = std::move(table.rows);
  return matched;
}

Error no_form_said(Client& client, const PreparedImport& import) {
  std::string message = import.trouble;
  std::size_t best = 0;
  std::vector<std::string> fitting;
  if (const auto forms = client.forms()) {
    for (const Form& form : *forms) {
      const std::size_t fit = formats::fit_of(import.table->header, form);
      if (fit == 0 || fit < best) continue;
      if (fit > best) fitting.clear();
      best = fit;
      fitting.push_back(form.name);
    }
  }
  const std::string file = import.facts["file"].text();
  if (fitting.size() == 1) {
    message += " Its columns fit the form " + fitting.front() + ": haki import " + file + " --as " + fitting.front() + " --dry-run shows what would come in.";
  } else {
    message += " To bring its rows in as another form, name it: haki import " + file + " --as FORM.";
  }
  return {Code::kInvalid, message};
}

}  // namespace haki::cli
