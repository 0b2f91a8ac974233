#include "analysis/theme_names.h"

#include <utility>

#include "model/form.h"

namespace haki::analysis {
namespace {

// Where labels of themes stand; a cluster may have been named after one.
constexpr std::pair<const char*, const char*> kLabelled[] = {{"recommendation", "themes"}, {"recommendation", "cluster"}, {"action", "theme"},
                                                             {"outreach_session", "theme"}, {"consultation", "themes"}, {"scorecard", "theme"}};

// Every label and how often it is used: straight from the index, as there may be many more records than labels.
std::string labels_sql() {
  std::string sql;
  for (const auto& [name, field] : kLabelled) {
    const Form& form = *model::built_in_form(name);
    sql += (sql.empty() ? "" : " UNION ALL ") + ("SELECT value, count(*) FROM cell WHERE form = (SELECT no FROM form WHERE id = x'" + to_hex(form.id)) +
           "') AND field = " + std::to_string(form.field(field)->id) + " GROUP BY value";
  }
  return sql;
}

Result<std::map<std::string, std::int64_t>> labels_in_use(store::Database& database) {
  std::map<std::string, std::int64_t> labels;
  auto rows = database.prepare(labels_sql());
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return labels;
    labels[std::string(rows.text(0))] += rows.integer(1);
  }
}

// Sets of keys, each with one that stands for it.
class ThemeSets {
 public:
  std::string root(const std::string& key) const {
    std::string at = key;
    for (auto found = above_.find(at); found != above_.end(); found = above_.find(at)) at = found->second;
    return at;
  }
  // Whatever goes with `key` goes by what stands for `same_as`; nothing where they are together already, so no circle closes.
  void join(const std::string& key, const std::string& same_as) {
    const std::string from = root(key), to = root(same_as);
    if (from != to) above_[from] = to;
  }

 private:
  std::map<std::string, std::string> above_;
};

class ThemeReader {
 public:
  explicit ThemeReader(const ThemeTable& table) : table_(table) {}

  void meet(const std::string& label, std::int64_t times) {
    Spelling& known = spellings_[key_of(label)];
    if (known.label.empty() || times > known.times) known = {label, times};
  }
  // Of two that say different things of one label, the later.
  void say(const std::string& label, const std::string& same_as) {
    said_[key_of(label)] = same_as;
    meet(label, -1);
    if (!same_as.empty()) meet(same_as, -1);
  }
  ThemeNames names() {
    ThemeSets sets;
    for (const auto& [key, same_as] : said_) {
      if (!same_as.empty()) sets.join(key, key_of(same_as));
    }
    join_by_table(sets);
    std::map<std::string, std::string, std::less<>> name_of_key;
    for (const auto& [key, spelling] : spellings_) name_of_key[key] = spellings_.at(sets.root(key)).label;
    return ThemeNames(table_, std::move(name_of_key));
  }

 private:
  struct Spelling {
    std::string label;
    std::int64_t times = 0;
  };

  std::string key_of(std::string_view label) const { return table_.key ? table_.key(label) : std::string(label); }

  // What the coalition says of a label goes before the table, which neither speaks of it nor leads to one that is said to stand alone.
  void join_by_table(ThemeSets& sets) {
    if (!table_.newest) return;
    std::map<std::string, std::string> labels;
    for (const auto& [key, spelling] : spellings_) labels[key] = spelling.label;
    for (const auto& [key, label] : labels) {
      if (said_.contains(key)) continue;
      const std::string newest = table_.newest(label), of_newest = key_of(newest);
      const auto said = said_.find(of_newest);
      if (newest.empty() || (said != said_.end() && said->second.empty())) continue;
      meet(newest, -1);
      sets.join(key, of_newest);
    }
  }

  const ThemeTable& table_;
  std::map<std::string, Spelling> spellings_;  // by key: the one that is used most, of those the first in the order of bytes
  std::map<std::string, std::string> said_;    // by key: the label it is the same as; empty: it stands alone
};

}  // namespace

Result<ThemeNames> read_theme_names(store::Database& database, const ThemeTable& table) {
  ThemeReader reader(table);
  HAKI_ASSIGN(const auto labels, labels_in_use(database));
  for (const auto& [label, times] : labels) reader.meet(label, times);
  auto rows = database.prepare("SELECT label, coalesce(same_as, '') FROM theme_mapping_records WHERE label IS NOT NULL ORDER BY changed, id");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return reader.names();
    reader.say(std::string(rows.text(0)), std::string(rows.text(1)));
  }
}

Result<> define_theme_names(store::Database& database, const ThemeNames& names) {
  HAKI_TRY(database.execute("CREATE TEMP TABLE IF NOT EXISTS theme_name (label TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;"
                            "CREATE TEMP TABLE IF NOT EXISTS theme_of (no INTEGER, name TEXT, PRIMARY KEY (no, name)) WITHOUT ROWID;"
                            "DELETE FROM temp.theme_name; DELETE FROM temp.theme_of;"));
  HAKI_ASSIGN(const auto labels, labels_in_use(database));
  for (const auto& [label, times] : labels) {
    const std::string name = names.of(label);
    if (name != label) HAKI_TRY(database.run("INSERT INTO temp.theme_name VALUES (?, ?)", std::string_view(label), std::string_view(name)));
  }
  return database.execute("INSERT OR IGNORE INTO temp.theme_of SELECT theme.no, coalesce(named.name, theme.value) "
                          "FROM recommendation_themes_values AS theme LEFT JOIN temp.theme_name AS named ON named.label = theme.value;");
}

}  // namespace haki::analysis
