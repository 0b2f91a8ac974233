// Forms, which come in records of others; their expressions; and what is typed into their fields.
// Doors: 0 a form's text; 1 an expression; 2 a value of each field of the built-in forms.
#include "model/form.h"

#include "base/assert.h"
#include "fields.h"
#include "model/expression.h"
#include "model/form_screen.h"
#include "model/validate.h"
#include "target.h"

namespace haki::fuzz {

namespace of_form {
namespace {

using namespace model;

void look_into(const Form& form) {
  const FieldValues none;
  static_cast<void>(validate(form, none, true, "2026-11-30"));
  const RecordNames names(none, "2026-11-30");
  for (const Field& field : form.fields) {
    static_cast<void>(default_value(field, names));
    static_cast<void>(field.label.in("sw"));
    for (const std::string_view typed : {"1", "yes", "2026-11-30", "a", "-1.2 36.8"}) static_cast<void>(parse_value(field, typed));
  }
}

bool take_form(std::string_view text) {
  const auto form = read_form(text);
  if (!form) return false;
  HAKI_ASSERT(screen_form_text(text));
  look_into(*form);
  const auto again = read_form(form->text);
  HAKI_ASSERT(again && again->id == form->id && again->fields.size() == form->fields.size());
  return true;
}

bool take_expression(std::string_view text) {
  const auto expression = Expression::parse(text);
  if (!expression) return false;
  const FieldValues values{{"name", std::string("Kwale")}, {"total", std::int64_t{-3}}, {"share", 0.1}, {"done", true}, {"theme", std::string("a")}, {"theme", std::string("b")}};
  const Value current = std::int64_t{7};
  const RecordNames names(values, "2026-11-30", &current);
  static_cast<void>(expression->evaluate(names));
  const bool holds = expression->holds(names);
  HAKI_ASSERT(holds == expression->holds(names));
  static_cast<void>(expression->names_used());
  static_cast<void>(expression->required_equalities());
  return true;
}

bool take_typed(Fields& fields) {
  const auto forms = built_in_forms();
  const Form& form = forms[fields.choice(forms.size())];
  const Field& field = form.fields[fields.choice(form.fields.size())];
  const auto value = parse_value(field, as_text(fields.rest()));
  if (!value) return false;
  // What it reads it also takes when it comes as text again.
  HAKI_ASSERT(parse_value(field, to_text(*value)));
  return true;
}

bool take(ByteView input) {
  Fields fields(input);
  switch (fields.choice(3)) {
    case 0: return take_form(as_text(fields.rest()));
    case 1: return take_expression(as_text(fields.rest()));
    default: return take_typed(fields);
  }
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  std::uint8_t number = 0;
  for (const Form& form : built_in_forms()) {
    all.push_back(through(0, form.text));
    for (std::uint8_t i = 0; i < form.fields.size(); ++i) {
      for (const std::string* text : {&form.fields[i].constraint, &form.fields[i].default_value, &form.fields[i].relevant}) {
        if (!text->empty()) all.push_back(through(1, *text));
      }
      const std::string_view typed = form.fields[i].choices.empty() ? std::string_view("2026-11-30") : std::string_view(form.fields[i].choices[0].code);
      all.push_back(through(2, joined({Bytes{number, i}, as_bytes(typed)})));
    }
    ++number;
  }
  all.push_back(through(1, std::string_view("if(selected(theme, 'a') and not(contains(name, \"K\")), -total * 2 div share mod 3, string-length(${name})) >= count(theme) or . = today()")));
  return all;
}

}  // namespace
}  // namespace of_form

const Target kForm{"form", 24 * 1024, "form.dict", of_form::take, of_form::seeds, {".toml"}};

}  // namespace haki::fuzz
