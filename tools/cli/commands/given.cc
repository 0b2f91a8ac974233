#include "cli/commands/given.h"

#include <algorithm>

#include "cli/files.h"

namespace haki::cli::commands {
namespace {

constexpr std::size_t kGivenBytesMax = 16 * 1024 * 1024;

}  // namespace

Result<std::string> read_given(const Arguments& arguments) {
  if (!arguments.has("--from")) return std::string();
  const std::string& from = arguments.one("--from");
  return read_file(from == "-" ? "/dev/stdin" : from, kGivenBytesMax);
}

Result<Inputs> given_inputs(const Form& form, const Context& context, const Arguments& arguments) {
  Inputs inputs;
  if (arguments.has("--from")) {
    auto from = inputs_from_json(form, std::string_view(context.prepared()).substr(0, context.prepared().find('\0')));
    if (!from) return from.error().within(arguments.one("--from"));
    inputs = std::move(*from);
  }
  HAKI_ASSIGN(Inputs set, inputs_from_words(form, arguments.all("--set")));
  std::erase_if(inputs.fields, [&](const FieldInput& old) {
    return std::any_of(set.fields.begin(), set.fields.end(),
                       [&](const FieldInput& input) { return input.field == old.field; });
  });
  std::erase_if(inputs.groups, [&](const GroupInput& old) {
    return std::any_of(set.groups.begin(), set.groups.end(),
                       [&](const GroupInput& input) { return input.group == old.group; });
  });
  append(inputs, std::move(set));
  return inputs;
}

}  // namespace haki::cli::commands
