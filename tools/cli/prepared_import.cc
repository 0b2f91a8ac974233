#include "cli/prepared_import.h"

#include <algorithm>

#include "formats/recommendations.h"
#include "formats/xlsx_writer.h"

namespace haki::cli {
namespace {

using formats::RecommendationRow;
using formats::RecommendationTable;

// Numbers of eight bytes and texts with their length in front, in the order of the structures' members.
class Writer {
 public:
  void number(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) bytes_.push_back(static_cast<char>((number >> shift) & 0xFF));
  }
  void text(std::string_view text) {
    number(text.size());
    bytes_ += text;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}
  std::uint64_t number() {
    std::uint64_t number = 0;
    if (rest_.size() < 8) return sound_ = false, rest_ = {}, number;
    for (std::size_t i = 0; i < 8; ++i) number |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    rest_.remove_prefix(8);
    return number;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) return sound_ = false, rest_ = {}, std::string();
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  bool more() const { return !rest_.empty(); }
  bool sound() const { return sound_; }

 private:
  std::string_view rest_;
  bool sound_ = true;
};

void add(ImportRow& row, std::string_view field, const std::string& text) {
  if (!text.empty()) row.fields.push_back({std::string(field), text});
}

void add(ImportRow& row, std::string_view field, int number) {
  if (number != 0) row.fields.push_back({std::string(field), std::to_string(number)});
}

void add(ImportRow& row, std::string_view field, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) add(row, field, text);
}

ImportRow import_row(const RecommendationRow& from) {
  ImportRow row;
  row.row = from.row;
  row.form = "recommendation";
  row.identity = {formats::identity_of(from)};
  add(row, "text", from.text);
  add(row, "number", from.number);
  add(row, "state_under_review", from.state_under_review);
  add(row, "recommending_states", from.recommending_states);
  add(row, "position", from.position);
  add(row, "sdgs", from.sdgs);
  add(row, "affected", from.affected);
  add(row, "cycle", from.cycle);
  add(row, "session", from.session);
  add(row, "action_category", from.action_category);
  add(row, "source", from.source);
  add(row, "issues", from.issues);
  add(row, "recommending_groups", from.recommending_regional_group);
  add(row, "recommending_groups", from.recommending_organisations);
  add(row, "state_groups", from.state_regional_group);
  add(row, "state_groups", from.state_organisations);
  // UPR Info's issues are the only themes its files have; without them a scorecard by theme would be empty.
  add(row, "themes", from.themes.empty() ? from.issues : from.themes);
  const bool issues_only = from.themes.empty() && !from.issues.empty();
  add(row, "theme_scheme", issues_only ? std::string("UPR Info") : from.theme_scheme);
  add(row, "mechanism", from.mechanism);
  add(row, "document_symbol", from.document_symbol);
  add(row, "position_source", from.position_source);
  add(row, "cluster", from.cluster);
  add(row, "language", from.language);
  return row;
}

Output::Array refused_rows(const std::vector<formats::RowProblem>& problems) {
  Output::Array refused;
  for (const formats::RowProblem& problem : problems) {
    refused.push_back(Output::object({{"row", problem.row}, {"column", problem.column}, {"reason", problem.reason}}));
  }
  return refused;
}

Output::Array understood_columns(const std::vector<formats::UnderstoodColumn>& columns) {
  Output::Array understood;
  for (const auto& [column, field, example, values] : columns) {
    understood.push_back(
        Output::object({{"column", column}, {"field", field}, {"example", example}, {"values", values}}));
  }
  return understood;
}

void put_table(Writer& writer, const formats::RawTable& table) {
  const auto texts = [&](const std::vector<std::string>& all) {
    writer.number(all.size());
    for (const std::string& text : all) writer.text(text);
  };
  texts({table.facts.container, table.facts.title, table.facts.encoding, table.facts.encoding_reason, table.facts.delimiter, table.line_ends});
  texts(table.header);
  writer.number(table.refused.size());
  for (const formats::RowProblem& problem : table.refused) {
    writer.number(problem.row);
    writer.text(problem.column);
    writer.text(problem.reason);
  }
  writer.number(table.rows.size());
  for (const formats::RawRow& row : table.rows) {
    writer.number(row.row);
    texts(row.cells);
  }
}

formats::RawTable take_table(Reader& reader) {
  formats::RawTable table;
  const auto texts = [&] {
    std::vector<std::string> all;
    for (std::uint64_t count = reader.number(); count != 0 && reader.sound(); --count) all.push_back(reader.text());
    return all;
  };
  std::vector<std::string> facts = texts();
  facts.resize(6);
  table.facts = {facts[0], facts[1], facts[2], facts[3], facts[4]};
  table.line_ends = facts[5];
  table.header = texts();
  for (std::uint64_t count = reader.number(); count != 0 && reader.sound(); --count) {
    formats::RowProblem& problem = table.refused.emplace_back();
    problem.row = reader.number();
    problem.column = reader.text();
    problem.reason = reader.text();
  }
  for (std::uint64_t count = reader.number(); count != 0 && reader.sound(); --count) {
    formats::RawRow& row = table.rows.emplace_back();
    row.row = reader.number();
    row.cells = texts();
  }
  return table;
}

std::string file_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

Output facts_of(const RecommendationTable& table) {
  Output positions = Output::Object{};
  for (const auto& [label, count] : table.position_counts) positions.put(label, count);
  Output left_out = Output::Object{};
  for (const auto& [reason, count] : table.left_out) left_out.put(reason, count);
  return Output::object({{"format", table.format},
                         {"encoding", table.encoding},
                         {"encoding_reason", table.encoding_reason},
                         {"line_ends", table.line_ends},
                         {"rows", static_cast<std::int64_t>(table.rows.size() + table.refused.size())},
                         {"positions", std::move(positions)},
                         {"left_out", std::move(left_out)},
                         {"refused", refused_rows(table.refused)},
                         {"understood", understood_columns(table.understood)},
                         {"remarks", Output::strings(table.remarks)},
                         {"unmapped", Output::strings(table.unmapped)},
                         {"ignored_columns", Output::strings(table.ignored_columns)}});
}

// Beside the sheet of a form, a workbook of ours has one for each of its groups, and long texts go on in another (spec 81-export,
// section 2).
Result<> read_further_sheets(const std::string& path, const std::string& sheet, PreparedImport& import) {
  constexpr std::size_t kGroupSheetsMax = 16;
  const std::vector<std::string>& names = import.table->facts.sheets;
  if (import.form.empty()) return {};
  std::optional<formats::RawTable> continued;
  if (std::ranges::find(names, "continued") != names.end()) {
    HAKI_ASSIGN(continued, formats::read_raw_sheet(path, "continued"));
    formats::join_continued(*import.table, sheet, *continued);
  }
  for (const std::string& name : names) {
    if (!name.starts_with(sheet + ".") || import.sheets.size() == kGroupSheetsMax) continue;
    HAKI_ASSIGN(formats::RawTable rows, formats::read_raw_sheet(path, name));
    if (continued) formats::join_continued(rows, name, *continued);
    if (!rows.rows.empty() || !rows.refused.empty()) import.sheets.emplace_back(name, std::move(rows));
  }
  return {};
}

}  // namespace

std::string encode(const PreparedImport& import) {
  Writer writer;
  writer.text(to_json(import.facts));
  writer.text(import.form);
  writer.text(import.trouble);
  writer.number(import.table ? 1 : 0);
  if (import.table) put_table(writer, *import.table);
  writer.number(import.sheets.size());
  for (const auto& [name, sheet] : import.sheets) {
    writer.text(name);
    put_table(writer, sheet);
  }
  for (const ImportRow& row : import.rows) {
    writer.number(row.row);
    writer.text(row.form);
    writer.number(row.identity.size());
    for (const std::string& part : row.identity) writer.text(part);
    writer.number(row.fields.size());
    for (const FieldInput& field : row.fields) {
      writer.text(field.field);
      writer.text(field.text);
    }
  }
  return writer.take();
}

Result<PreparedImport> decode_import(std::string_view bytes) {
  Reader reader(bytes);
  PreparedImport import;
  HAKI_ASSIGN(import.facts, from_json(reader.text()));
  import.form = reader.text();
  import.trouble = reader.text();
  if (reader.number() != 0) import.table = take_table(reader);
  for (std::uint64_t count = reader.number(); count != 0 && reader.sound(); --count) {
    std::string name = reader.text();
    import.sheets.emplace_back(std::move(name), take_table(reader));
  }
  while (reader.more()) {
    ImportRow& row = import.rows.emplace_back();
    row.row = reader.number();
    row.form = reader.text();
    for (std::uint64_t count = reader.number(); count != 0 && reader.sound(); --count)
      row.identity.push_back(reader.text());
    for (std::uint64_t count = reader.number(); count != 0 && reader.sound(); --count) {
      FieldInput& field = row.fields.emplace_back();
      field.field = reader.text();
      field.text = reader.text();
    }
  }
  if (!reader.sound()) return Error{Code::kInvalid, "The rows of the file did not arrive whole. Run the import again."};
  return import;
}

Result<PreparedImport> read_recommendation_file(const std::string& path) {
  HAKI_ASSIGN(const RecommendationTable table, formats::read_recommendations(path));
  PreparedImport import;
  import.form = "recommendation";
  import.facts = facts_of(table);
  import.facts.put("file", file_name(path));
  import.rows.reserve(table.rows.size());
  for (const RecommendationRow& row : table.rows) import.rows.push_back(import_row(row));
  return import;
}

Result<PreparedImport> read_import_file(const std::string& path, const std::string& form) {
  PreparedImport import;
  if (form.empty() || form == "recommendation") {
    auto recommendations = read_recommendation_file(path);
    if (!recommendations && recommendations.error().code != Code::kInvalid) return recommendations.error();
    // Our own table with the records' ids is an export that comes back: its rows are those records.
    const bool comes_back = recommendations && recommendations->facts["format"].text().starts_with("haki-") &&
                            std::ranges::any_of(recommendations->facts["ignored_columns"].array(), [](const Output& column) { return column.text() == "id"; });
    if (recommendations && !comes_back) return recommendations;
    if (comes_back) import.form = "recommendation";
    else import.trouble = recommendations.error().message;
  }
  if (!form.empty()) import.form = form;
  const std::string sheet = formats::sheet_name_of(import.form);
  auto table = formats::read_raw_table(path, {}, sheet);
  // Where it is no readable table at all, what was said first says so too.
  if (!table) return import.trouble.empty() ? table.error() : Error{Code::kInvalid, import.trouble};
  import.table = std::move(*table);
  HAKI_TRY(read_further_sheets(path, sheet, import));
  import.facts = Output::object({{"file", file_name(path)}});
  return import;
}

Output facts_of(const formats::FormTable& table, const formats::RawTable& raw, const std::string& form) {
  return Output::object({{"format", form + "-" + raw.facts.container},
                         {"form", form},
                         {"encoding", raw.facts.encoding},
                         {"encoding_reason", raw.facts.encoding_reason},
                         {"line_ends", raw.line_ends},
                         {"rows", static_cast<std::int64_t>(table.rows.size() + table.refused.size())},
                         {"refused", refused_rows(table.refused)},
                         {"understood", understood_columns(table.understood)},
                         {"remarks", Output::strings(table.remarks)},
                         {"unmapped", Output::strings(table.unmapped)},
                         {"ignored_columns", Output::strings(table.ignored_columns)}});
}

}  // namespace haki::cli
