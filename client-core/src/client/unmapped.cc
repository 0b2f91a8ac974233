#include "client/unmapped.h"

#include <algorithm>

namespace haki::client {
namespace {

constexpr std::string_view kColon = ": ";  // names of fields have none

FieldInput unmapped_label(const Value& value) {
  const std::string text = to_text(value);
  const std::size_t colon = text.find(kColon);
  if (colon == std::string::npos) return {"", text};
  return {text.substr(0, colon), text.substr(colon + kColon.size())};
}

}  // namespace

std::vector<FieldInput> unmapped_of(const changes::RecordState& record) {
  const changes::FieldState* state = record.field(changes::kUnmappedField, true);
  std::set<Value> values;
  for (std::size_t i = 0; state != nullptr && i < state->siblings.size(); ++i) values.insert(state->siblings[i].value);
  std::vector<FieldInput> labels;
  for (const Value& value : values) labels.push_back(unmapped_label(value));
  return labels;
}

Value unmapped_value(const FieldInput& label) { return label.field + std::string(kColon) + label.text; }

void settle_unmapped(std::vector<changes::Operation>& operations, const changes::RecordState& record,
                     const std::set<std::string>& settled, const std::vector<FieldInput>& still) {
  for (const FieldInput& label : unmapped_of(record)) {
    const std::string of = label.field.substr(0, label.field.find('['));
    const Value value = unmapped_value(label);
    const bool stays = std::ranges::any_of(still, [&](const FieldInput& one) { return unmapped_value(one) == value; });
    if (stays || !settled.contains(of)) continue;
    changes::SetRemove removal{record.id, changes::kUnmappedField, {}};
    for (const changes::Sibling& sibling : record.field(changes::kUnmappedField, true)->siblings) {
      if (sibling.value == value) removal.over.push_back(sibling.dot);
    }
    operations.push_back(std::move(removal));
  }
}

}  // namespace haki::client
