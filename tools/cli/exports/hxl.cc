#include "cli/exports/hxl.h"

#include <algorithm>
#include <array>

namespace haki::cli::exports {
namespace {

struct Tagged {
  std::string_view name, tag;
};

constexpr std::array<Tagged, 29> kTags{{{"id", "#meta+id"},
                                        {"parent", "#meta+id+parent"},
                                        {"state", "#status+review"},
                                        {"at", "#date+changed"},
                                        {"organisation", "#org+name"},
                                        {"district", "#adm2+code"},
                                        {"chiefdom", "#adm3+name"},
                                        {"place", "#loc+name"},
                                        {"theme", "#subject+theme"},
                                        {"themes", "#subject+theme+list"},
                                        {"issues", "#subject+issue+list"},
                                        {"recommendation", "#activity+id+recommendation"},
                                        {"recommendations", "#activity+id+recommendation+list"},
                                        {"number", "#activity+code"},
                                        {"text", "#activity+description"},
                                        {"narrative", "#description"},
                                        {"affected", "#affected+group+list"},
                                        {"people_affected", "#affected"},
                                        {"severity", "#severity"},
                                        {"total", "#reached"},
                                        {"people", "#reached"},
                                        {"actors", "#org+list"},
                                        {"responsible", "#org+list"},
                                        {"deadline", "#date+due"},
                                        {"due_on", "#date+due"},
                                        {"indicator", "#indicator+id"},
                                        {"value", "#indicator+value+num"},
                                        {"source", "#meta+source"},
                                        {"suppressed", "#meta+suppressed"}}};

constexpr std::array<Tagged, 12> kCategories{{{"sex_female", "+f"},
                                              {"sex_male", "+m"},
                                              {"sex_other", "+i"},
                                              {"sex_prefer_not_to_say", "+sex_unsaid"},
                                              {"age_group_under_18", "+children"},
                                              {"age_group_18_34", "+age_18_34"},
                                              {"age_group_35_59", "+age_35_59"},
                                              {"age_group_60_plus", "+elderly"},
                                              {"age_group_prefer_not_to_say", "+age_unsaid"},
                                              {"disability_yes", "+disabled"},
                                              {"disability_no", "+not_disabled"},
                                              {"disability_prefer_not_to_say", "+disability_unsaid"}}};

}  // namespace

std::string hxl_tag(std::string_view column) {
  const auto* found = std::ranges::find(kTags, column, &Tagged::name);
  return found == kTags.end() ? std::string() : std::string(found->tag);
}

std::string hxl_tag(const Field& field) {
  const std::string tag = hxl_tag(field.name);
  if (!tag.empty()) return tag;
  return field.type == FieldType::kDate || field.type == FieldType::kDateTime ? "#date" : "";
}

std::string hxl_tag(const Category& category) {
  const auto* found = std::ranges::find(kCategories, category.name, &Tagged::name);
  return found == kCategories.end() ? "#reached+" + category.name : "#reached" + std::string(found->tag);
}

}  // namespace haki::cli::exports
