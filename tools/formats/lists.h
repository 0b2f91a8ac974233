// Names and codes that are compiled in: countries, goals, themes, groups of persons, places. Each list is a text file
// in lists/ that names its source, its licence and its date. Pure; the tables are made at their first use, by any
// thread.
#pragma once

#include <string>
#include <string_view>

namespace haki::formats {

struct Country {
  std::string_view code;  // ISO 3166-1 alpha-3
  std::string_view m49;
  std::string_view name;  // the one that documents of the United Nations use today
};

// By any name in the list: short, formal, former, in English, French, Spanish, Russian or Arabic. Capitals, accents,
// signs and "the" do not count. Null for what is no country.
const Country* country_of(std::string_view name);

// The name to keep: the country's where it is one, else what was written.
std::string country_name_or(std::string_view name);

// "A12" for "A12 Acceptance of international norms"; empty for a label without a code.
std::string_view theme_code(std::string_view label);

// Whether OHCHR uses this theme, with its code or without.
bool is_known_theme(std::string_view label);

// The same theme as the other scheme names it: "A12 Acceptance of international norms" and "Ratification of & accession
// to international instruments". Empty where there is no counterpart, or where several codes share the label.
std::string other_scheme_label(std::string_view label);

// The same theme in the other scheme, and how the two were matched: "same" words, or "judged" so by Haki's makers. Both empty
// where there is no counterpart or more than one.
struct ThemeCounterpart {
  std::string label;
  std::string how;
};
ThemeCounterpart theme_counterpart(std::string_view label);

// The label in place of it in the newest list that has the theme: of a code, and of a label that was reworded since. Several codes may
// share one. Empty where none is known, or more than one.
std::string newest_theme(std::string_view label);

// Which list a theme's label is of: "ohchr-coded", "ohchr-2019", "UPR Info", or empty.
std::string_view theme_list_of(std::string_view label);

// The number of the goal or target that a text begins with or names: "16" for "16 - PEACE, JUSTICE…", "SDG 16", "S16
// SDG 16 - peace…" and "Peace, justice and strong institutions"; "16.a" for "16.a - Strong institutions…". Else empty.
std::string goal_of(std::string_view text);

bool is_known_affected(std::string_view label);

struct Place {
  int level = 0;  // 1 is the one below the country
  std::string_view code;
  std::string_view name;
  std::string_view parent;  // P-code, or the country's code
};

// By P-code; Kenya and Sierra Leone. Null for others.
const Place* place_of(std::string_view code);

// For comparing names: letters and digits only, small, without accents; "&" is "and".
std::string name_key(std::string_view text);

}  // namespace haki::formats
