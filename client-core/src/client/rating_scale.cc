#include "client/rating_scale.h"

#include "client/reader.h"

namespace haki::client {
namespace {

const std::string* input_of(const std::vector<FieldInput>& fields, std::string_view name) {
  for (const FieldInput& input : fields) {
    if (input.field == name && !input.text.empty()) return &input.text;
  }
  return nullptr;
}

std::string first_text(const RecordView& row, std::string_view name) {
  const FieldView* field = row.field(name);
  return field == nullptr || field->values.empty() ? std::string() : to_text(field->values.front());
}

}  // namespace

Result<> complete_rating(Home& home, const std::string& form, std::vector<FieldInput>& fields) {
  if (form != "rating") return {};
  const std::string* written = input_of(fields, "template");
  const std::string* own = input_of(fields, "scale_level");
  if (written == nullptr || own == nullptr) return {};
  Reader reader(home);
  HAKI_ASSIGN(const RecordId id, reader.find_record(*written));
  HAKI_ASSIGN(const RecordView scorecard, reader.record(id));
  std::string known;
  for (const GroupView& group : scorecard.groups) {
    if (group.name != "levels") continue;
    for (const RecordView& level : group.rows) {
      const std::string code = first_text(level, "code");
      known += (known.empty() ? "" : ", ") + code;
      if (code != *own) continue;
      if (input_of(fields, "level") == nullptr) fields.push_back({"level", first_text(level, "counts_as")});
      return {};
    }
  }
  if (known.empty()) return {};  // a template without levels of its own
  return Error{Code::kInvalid, "'" + *own + "' is no level of this template. Its levels are: " + known + "."};
}

}  // namespace haki::client
