// The built-in forms, ids of forms, and looking things up in a form.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "base/assert.h"
#include "base/little_endian.h"
#include "model/built_in_texts.h"
#include "model/form.h"

namespace haki {

const std::string& Localized::in(std::string_view language) const {
  static const std::string kNone;
  auto found = by_language.find(language);
  if (found == by_language.end()) found = by_language.find("en");
  if (found == by_language.end()) found = by_language.begin();
  return found == by_language.end() ? kNone : found->second;
}

const Field* Form::field(std::string_view field_name) const {
  const auto found = std::ranges::find(fields, field_name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

const Field* Form::field(std::uint32_t field_id) const {
  const auto found = std::ranges::find(fields, field_id, &Field::id);
  return found == fields.end() ? nullptr : &*found;
}

const Group* Form::group(std::string_view group_name) const {
  const auto found = std::ranges::find(groups, group_name, &Group::name);
  return found == groups.end() ? nullptr : &*found;
}

}  // namespace haki

namespace haki::model {
namespace {

std::uint64_t fnv_1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const std::uint8_t byte : as_bytes(text)) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

std::vector<Form> read_built_in_forms() {
  std::vector<Form> forms;
  for (const std::string_view text : built_in_texts()) {
    auto form = read_form(text);
    // Our own text: the unit tests read every one, so this cannot be met outside development.
    if (!form) std::fprintf(stderr, "haki: a built-in form: %s\n", form.error().message.c_str());
    HAKI_ASSERT(form.has_value());
    forms.push_back(*std::move(form));
  }
  return forms;
}

}  // namespace

FormId form_id_of(std::string_view name) {
  FormId id;
  if (name.size() <= FormId::kSize) {
    std::memcpy(id.bytes.data(), name.data(), name.size());
  } else {
    std::memcpy(id.bytes.data(), name.data(), 8);
    base::store_le(id.bytes.data() + 8, fnv_1a(name));
  }
  return id;
}

std::span<const Form> built_in_forms() {
  static const std::vector<Form> kForms = read_built_in_forms();
  return kForms;
}

const Form* built_in_form(std::string_view name) {
  const auto forms = built_in_forms();
  const auto found = std::ranges::find(forms, name, &Form::name);
  return found == forms.end() ? nullptr : &*found;
}

const Form* built_in_form(const FormId& id) {
  const auto forms = built_in_forms();
  const auto found = std::ranges::find(forms, id, &Form::id);
  return found == forms.end() ? nullptr : &*found;
}

GroupOwner built_in_group(const FormId& child_form_id) {
  for (const Form& form : built_in_forms()) {
    for (const Group& group : form.groups) {
      if (group.form_id == child_form_id) return {&form, &group};
    }
  }
  return {nullptr, nullptr};
}

}  // namespace haki::model
