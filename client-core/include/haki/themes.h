// Themes that are one although lists name them differently: by which name each label goes wherever records are grouped by theme.
// A label stays in its record as it was written. Method: proto/spec/80-analysis.md, "Themes".
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace haki {

// What lists of names know of a label, for hosts that have such lists (tools/formats/lists.h). An empty function knows nothing.
struct ThemeTable {
  std::function<std::string(std::string_view)> key;     // equal for one label in two spellings
  std::function<std::string(std::string_view)> newest;  // the label in place of it in the newest list; empty where none is known
};

// As the records and the table were when it was made; it does not follow them. Thread-safe as far as `table.key` is.
class ThemeNames {
 public:
  ThemeNames() = default;
  // `name_of_key`: of labels that go by another name, or that were met in several spellings.
  ThemeNames(ThemeTable table, std::map<std::string, std::string, std::less<>> name_of_key)
      : table_(std::move(table)), name_of_key_(std::move(name_of_key)) {}

  // The label itself where nothing else is known; "" for "".
  std::string of(std::string_view label) const {
    const auto found = name_of_key_.find(table_.key ? table_.key(label) : std::string(label));
    return found == name_of_key_.end() ? std::string(label) : found->second;
  }

 private:
  ThemeTable table_;
  std::map<std::string, std::string, std::less<>> name_of_key_;
};

}  // namespace haki
