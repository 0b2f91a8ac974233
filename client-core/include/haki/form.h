// A form: a record type with its fields, in the languages it has. Built-in forms are the texts in client-core/forms;
// the format and the meaning of every key are in proto/spec/11-forms.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "haki/bytes.h"
#include "haki/value.h"

namespace haki {

// Text by language code ("en", "fr", "sw", "ar").
struct Localized {
  std::map<std::string, std::string, std::less<>> by_language;

  // The text in `language`, else English, else any; empty only where there is none at all.
  const std::string& in(std::string_view language) const;
};

enum class FieldType : std::uint8_t { kText, kInteger, kDecimal, kBoolean, kDate, kDateTime, kChoice, kLink, kPoint };

struct Choice {
  std::string code;
  Localized label;
  std::optional<double> value;    // ordered scales only, 0 to 1; none for "no information"
  std::string colour;             // scales only: "#rrggbb", always beside a pattern and the label
  std::string pattern;            // scales only: "solid", "dots", "stripes", "hatched"
  std::vector<std::string> also;  // other texts people use for it: UPR Info says "Accepted" for supported
};

struct Field {
  std::uint32_t id = 0;  // stable, never reused; >= 10 (lower ids belong to every record, spec 10-change-set)
  std::string name;      // what --set, --where and --json use
  FieldType type = FieldType::kText;
  bool set = false;       // add-wins set of values instead of one value
  bool required = false;  // needed to submit; a draft may lack it
  bool indexed = false;   // the store keeps an index on it
  bool searched = false;  // its text is in the full-text index
  Localized label;
  Localized hint;
  std::vector<std::string> also;  // further words by which files head its column
  std::vector<Choice> choices;   // kChoice; empty with other types
  std::string link_form;         // kLink: the form it points to; empty for any
  std::string constraint;        // an expression over this record ("." is the value); empty for none
  Localized constraint_message;  // what is right, where the constraint does not hold; may be empty
  std::string default_value;     // an expression evaluated when a record is made; empty for none
  std::string relevant;          // asked, required and constrained only where this expression holds; empty for always
  std::optional<double> minimum, maximum;
  std::string group;  // the name of the repeated group it belongs to; empty for the record itself
};

// A repeated group: each row is a child record with its own id and the fields of `fields`.
struct Group {
  std::string name;
  FormId form_id;  // of the child records
  Localized label;
  std::vector<Field> fields;
};

// Where records of a form live unless told otherwise (spec 40-keys, compartments).
enum class Home : std::uint8_t { kShared /* ref */, kNotebook /* own/<device> */, kLeads /* lead */, kWithLinked };

struct Form {
  FormId id;
  std::string name;
  Localized title;
  Localized help;
  Home home = Home::kNotebook;
  bool evidence_like = false;  // never edited: corrections are new records that supersede
  bool reviewed = true;        // goes through draft, submitted, approved; others are submitted when made
  std::string title_field;     // the field that stands for the record in a list
  std::vector<std::string> identity;  // fields that tell one record from another; empty: all of them
  std::vector<Field> fields;
  std::vector<Group> groups;
  std::string text;  // the text it was read from

  const Field* field(std::string_view field_name) const;  // of the record itself, not of groups
  const Field* field(std::uint32_t field_id) const;
  const Group* group(std::string_view group_name) const;
};

}  // namespace haki
