#include "cli/prepared_import.h"

#include "formats/recommendations.h"

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

Output facts_of(const RecommendationTable& table) {
  Output::Array refused;
  for (const formats::RowProblem& problem : table.refused) {
    refused.push_back(Output::object({{"row", problem.row}, {"column", problem.column}, {"reason", problem.reason}}));
  }
  Output positions = Output::Object{};
  for (const auto& [label, count] : table.position_counts) positions.put(label, count);
  Output left_out = Output::Object{};
  for (const auto& [reason, count] : table.left_out) left_out.put(reason, count);
  Output::Array understood;
  for (const auto& [column, field, example, values] : table.understood) {
    understood.push_back(
        Output::object({{"column", column}, {"field", field}, {"example", example}, {"values", values}}));
  }
  return Output::object({{"format", table.format},
                         {"encoding", table.encoding},
                         {"encoding_reason", table.encoding_reason},
                         {"line_ends", table.line_ends},
                         {"rows", static_cast<std::int64_t>(table.rows.size() + table.refused.size())},
                         {"positions", std::move(positions)},
                         {"left_out", std::move(left_out)},
                         {"refused", std::move(refused)},
                         {"understood", std::move(understood)},
                         {"remarks", Output::strings(table.remarks)},
                         {"unmapped", Output::strings(table.unmapped)},
                         {"ignored_columns", Output::strings(table.ignored_columns)}});
}

}  // namespace

std::string encode(const PreparedImport& import) {
  Writer writer;
  writer.text(to_json(import.facts));
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
  import.facts = facts_of(table);
  import.rows.reserve(table.rows.size());
  for (const RecommendationRow& row : table.rows) import.rows.push_back(import_row(row));
  return import;
}

}  // namespace haki::cli
