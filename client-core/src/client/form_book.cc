#include "client/form_book.h"

namespace haki::client {

store::FormRef FormBook::find(const FormId& id) const {
  if (const Form* form = model::built_in_form(id)) return {form, nullptr};
  if (const auto owner = model::built_in_group(id); owner.group != nullptr) return {owner.form, owner.group};
  for (const auto& [name, form] : imported_) {
    if (form.id == id) return {&form, nullptr};
    for (const Group& group : form.groups) {
      if (group.form_id == id) return {&form, &group};
    }
  }
  return {};
}

const Form* FormBook::by_name(std::string_view name) const {
  if (const Form* form = model::built_in_form(name)) return form;
  const auto found = imported_.find(name);
  return found == imported_.end() ? nullptr : &found->second;
}

Result<const Form*> FormBook::require(std::string_view name) const {
  if (const Form* form = by_name(name)) return form;
  std::string names;
  for (const Form* form : all()) names += (names.empty() ? "" : ", ") + form->name;
  return Error{Code::kNotFound, "There is no form '" + std::string(name) + "'. The forms are: " + names + "."};
}

void FormBook::add(Form form) {
  if (model::built_in_form(form.name) == nullptr) imported_.insert_or_assign(form.name, std::move(form));
}

std::vector<const Form*> FormBook::all() const {
  std::vector<const Form*> forms;
  for (const Form& form : model::built_in_forms()) forms.push_back(&form);
  for (const auto& [name, form] : imported_) forms.push_back(&form);
  return forms;
}

}  // namespace haki::client
