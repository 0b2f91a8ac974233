#include "observations.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "measure.h"

namespace haki::bench {
namespace {

// Numbers stay as the file spells them: 27.940151 and not its seventeen digits.
std::string text_of(const nlohmann::ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// The codes of the form's choices are the file's words with underscores.
std::string code_of(std::string word) {
  std::ranges::replace(word, ' ', '_');
  return word;
}

}  // namespace

Draft Observation::draft() const {
  Draft draft{"field_survey", {}, {}, true, id};
  for (const FieldInput& field : fields) {
    if (field.field != "id") draft.fields.push_back(field);
  }
  return draft;
}

std::vector<Observation> read_observations(const std::string& path, std::size_t at_most) {
  std::vector<Observation> observations;
  std::ifstream file(path);
  for (std::string line; observations.size() < at_most && std::getline(file, line);) {
    const auto json = nlohmann::ordered_json::parse(line, nullptr, false);
    if (!json.is_object()) give_up(path, "line " + std::to_string(observations.size() + 1) + " is not a JSON object");
    std::string hex = json.value("id", "");
    std::erase(hex, '-');
    const auto id = id_from_hex<RecordId>(hex);
    if (!id) give_up(path, "line " + std::to_string(observations.size() + 1) + " has no UUID as its id");
    Observation one{line, {}, *id};
    for (const auto& [name, value] : json.items()) {
      const bool choice = name == "habitat" || name == "behaviour" || name == "weather";
      one.fields.push_back({name, choice ? code_of(text_of(value)) : text_of(value)});
    }
    observations.push_back(std::move(one));
  }
  if (observations.empty()) give_up(path, "it holds no observation; gen.py of the anchors makes it");
  return observations;
}

}  // namespace haki::bench
