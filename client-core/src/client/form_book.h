// The forms this home knows: the built-in ones, and those that came as records.
#pragma once

#include <map>
#include <vector>

#include "model/form.h"
#include "store/form_source.h"

namespace haki::client {

class FormBook final : public store::FormSource {
 public:
  store::FormRef find(const FormId& id) const override;
  const Form* by_name(std::string_view name) const;
  // kNotFound lists the forms there are.
  Result<const Form*> require(std::string_view name) const;
  // Adds or replaces an imported form; a built-in one of the same name stays.
  void add(Form form);
  std::vector<const Form*> all() const;

 private:
  std::map<std::string, Form, std::less<>> imported_;
};

}  // namespace haki::client
