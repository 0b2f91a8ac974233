#include "formats/package.h"

#include <algorithm>

namespace haki::formats {

namespace {

constexpr std::size_t kRelationshipsMax = 10'000;

// "xl" and "../customXml/item1.xml" to "customXml/item1.xml"; a target that begins with "/" is named from the top.
std::string resolved(std::string_view folder, std::string_view target) {
  std::string part(target.starts_with('/') ? std::string_view() : folder);
  while (!target.empty()) {
    const std::size_t slash = std::min(target.find('/'), target.size());
    const std::string_view step = target.substr(0, slash);
    target.remove_prefix(std::min(slash + 1, target.size()));
    if (step == "..") {
      part.resize(part.find('/') == std::string::npos ? 0 : part.rfind('/'));
    } else if (!step.empty() && step != ".") {
      if (!part.empty()) part += '/';
      part += step;
    }
  }
  return part;
}

class RelationshipHandler final : public XmlHandler {
 public:
  RelationshipHandler(std::string_view folder, std::vector<Relationship>& relationships)
      : folder_(folder), relationships_(relationships) {}

  void start(const XmlElement& element) override {
    if (element.name != "Relationship" || element.attribute("TargetMode") == "External") return;
    relationships_.push_back({element.attribute("Id").value_or(""), element.attribute("Type").value_or(""),
                              resolved(folder_, element.attribute("Target").value_or(""))});
  }
  void end(std::string_view, std::string_view) override {}
  void text(std::string_view) override {}
  bool wants_more() const override { return relationships_.size() < kRelationshipsMax; }

 private:
  std::string_view folder_;
  std::vector<Relationship>& relationships_;
};

}  // namespace

std::optional<Failure> read_relationships(ZipArchive& archive, std::string_view part,
                                          std::vector<Relationship>& relationships) {
  const std::size_t slash = part.rfind('/');
  const std::string_view folder = slash == std::string_view::npos ? std::string_view() : part.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? part : part.substr(slash + 1);
  const std::string list = (folder.empty() ? "" : std::string(folder) + "/") + "_rels/" + std::string(name) + ".rels";
  if (!archive.has(list)) return std::nullopt;
  RelationshipHandler handler(folder, relationships);
  return read_xml(archive, list, handler);
}

const Relationship* find_kind(const std::vector<Relationship>& relationships, std::string_view kind) {
  const auto found = std::find_if(relationships.begin(), relationships.end(),
                                  [&](const Relationship& relationship) { return relationship.is(kind); });
  return found == relationships.end() ? nullptr : &*found;
}

}  // namespace haki::formats
