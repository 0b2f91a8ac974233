#include "analysis/form_views.h"

#include "model/form.h"

namespace haki::analysis {
namespace {

std::string form_number(const FormId& id) { return "(SELECT no FROM form WHERE id = x'" + to_hex(id) + "')"; }

std::string records_view(const std::string& name, const FormId& id, const std::vector<Field>& fields, bool of_group) {
  std::string sql = "CREATE TEMP VIEW IF NOT EXISTS " + quoted(name + "_records", '"') +
                    " AS SELECT record.no, record.id, record.author, record.state, record.conflicts, record.created, record.changed";
  if (of_group) sql += ", record.parent";
  for (const Field& field : fields) {
    if (!field.indexed || field.set) continue;
    sql += ",\n  (SELECT value FROM cell WHERE cell.record = record.no AND cell.form = record.form AND cell.field = " +
           std::to_string(field.id) + ") AS " + quoted(field.name, '"');
  }
  sql += "\nFROM record WHERE record.form = " + form_number(id) + " AND record.hidden = 0";
  return sql + (of_group ? " AND record.parent IS NOT NULL;\n" : " AND record.parent IS NULL;\n");
}

std::string set_views(const std::string& name, const FormId& id, const std::vector<Field>& fields) {
  std::string sql;
  for (const Field& field : fields) {
    if (!field.indexed || !field.set) continue;
    sql += "CREATE TEMP VIEW IF NOT EXISTS " + quoted(name + "_" + field.name + "_values", '"') +
           " AS SELECT cell.record AS no, cell.value FROM cell WHERE cell.form = " + form_number(id) +
           " AND cell.field = " + std::to_string(field.id) + ";\n";
  }
  return sql;
}

}  // namespace

std::string quoted(std::string_view text, char mark) {
  std::string sql(1, mark);
  for (const char c : text) {
    sql += c;
    if (c == mark) sql += c;
  }
  return sql + mark;
}

Result<> define_form_views(store::Database& database) {
  // The last of them: one that memory ran out for leaves those before it behind.
  HAKI_ASSIGN(const std::int64_t made, database.number("SELECT count(*) FROM temp.sqlite_master WHERE name = 'form_names'"));
  if (made != 0) return {};
  std::string sql, names;
  for (const Form& form : model::built_in_forms()) {
    names += (names.empty() ? "" : ", ") + ("(x'" + to_hex(form.id)) + "', " + quoted(form.name, '\'') + ")";
    sql += records_view(form.name, form.id, form.fields, false) + set_views(form.name, form.id, form.fields);
    for (const Group& group : form.groups) {
      const std::string name = form.name + "_" + group.name;
      sql += records_view(name, group.form_id, group.fields, true) + set_views(name, group.form_id, group.fields);
    }
  }
  sql += "CREATE TEMP VIEW IF NOT EXISTS form_names AS SELECT form.no, named.column2 AS name FROM form JOIN (VALUES " + names +
         ") AS named ON named.column1 = form.id;\n";
  return database.execute(sql);
}

Result<> define_authors(store::Database& database, store::Chains& chains, const AuthorOf& author_of) {
  HAKI_TRY(database.execute("CREATE TEMP TABLE IF NOT EXISTS author "
                            "(log INTEGER PRIMARY KEY, rater TEXT NOT NULL, organisation TEXT NOT NULL, member TEXT NOT NULL);"
                            "DELETE FROM temp.author;"));
  std::vector<std::int64_t> logs;
  auto rows = database.prepare("SELECT no FROM log");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) break;
    logs.push_back(rows.integer(0));
  }
  for (const std::int64_t log : logs) {
    const Author author = author_of(chains.log_id(log));
    HAKI_TRY(database.run("INSERT INTO temp.author VALUES (?, ?, ?, ?)", log, std::string_view(author.rater()),
                          std::string_view(author.organisation), std::string_view(author.member)));
  }
  return {};
}

Result<std::string> text_of(store::Records& records, std::int64_t no, const Form& form, std::string_view field) {
  HAKI_ASSIGN(const std::optional<store::RecordRow> row, records.load_row(no));
  const Field* known = form.field(field);
  if (!row || known == nullptr) return std::string();
  const changes::FieldState* state = row->merged.field(known->id, known->set);
  return state == nullptr || state->siblings.empty() ? std::string() : to_text(state->winner().value);
}

}  // namespace haki::analysis
