// Reading forms from their text, and the built-in ones. The text is TOML (spec 11-forms).
// Pure: no file is read; built-in texts are compiled in. Thread-safe after the first call.
#pragma once

#include <span>
#include <string_view>

#include "haki/form.h"
#include "haki/result.h"

namespace haki::model {

// Reads one form. Errors (kInvalid) name the line, the field and what is wrong with it: a key that is unknown or of the
// wrong type, a duplicate name or id, an id below 10, an unknown type, a choice field without choices, an expression
// that does not parse or names no field, no English label. kTooLarge above 64 KiB or 500 fields; kWrongVersion for a
// newer `format`.
Result<Form> read_form(std::string_view text);

// The id of the form of this name: the name itself, zero-padded, where it has at most 16 bytes; of longer ones (up to
// 200) the first 8 bytes and the 64-bit FNV-1a of the whole, little-endian. A name is no secret and no claim, so no
// cryptographic hash is needed. A group's child form is named "<form>/<group>".
FormId form_id_of(std::string_view name);

// The forms of client-core/forms, in the order a person would use them. Parsed once.
std::span<const Form> built_in_forms();
const Form* built_in_form(std::string_view name);
const Form* built_in_form(const FormId& id);  // not of groups' child forms: see built_in_group
// The built-in form whose group has this child form id, and the group.
struct GroupOwner {
  const Form* form;
  const Group* group;
};
GroupOwner built_in_group(const FormId& child_form_id);

}  // namespace haki::model
