// Where the store learns what a form's fields are: which to index, which to search. The client gives it.
#pragma once

#include "haki/form.h"

namespace haki::store {

// A form, or a repeated group of one; both null where this version does not know the id.
struct FormRef {
  const Form* form = nullptr;
  const Group* group = nullptr;

  const std::vector<Field>* fields() const { return group ? &group->fields : form ? &form->fields : nullptr; }
};

class FormSource {
 public:
  virtual ~FormSource() = default;
  virtual FormRef find(const FormId& id) const = 0;
};

}  // namespace haki::store
