// One part of a package as a stream of elements and texts; nothing of it is kept. The one user of libxml2.
//
// No document type is accepted, and with it no entity but the five of XML itself; nothing is fetched; elements stand at
// most kXmlDepthMax deep. libxml2's own bounds on names, attributes and lookahead stay on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/frames.h"
#include "formats/zip_member.h"

namespace haki::formats {

constexpr int kXmlDepthMax = 256;

struct XmlAttribute {
  std::string_view name;   // without its prefix
  std::string_view value;  // an "&" in it still reads "&#38;"
};

struct XmlElement {
  std::string_view space;  // the namespace, empty where it has none
  std::string_view name;   // without its prefix
  const std::vector<XmlAttribute>& attributes;

  std::optional<std::string> attribute(std::string_view wanted) const;
};

// Receives the elements of a part in their order. Views are good for the call.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void start(const XmlElement& element) = 0;
  virtual void end(std::string_view space, std::string_view name) = 0;
  virtual void text(std::string_view piece) = 0;  // a text may come in pieces
  virtual bool wants_more() const = 0;            // false ends the reading without a failure
};

// Reads the member `part`. Failure: what ZipArchive::read says, kDoctype, or kDamagedPackage where it is not well-formed.
std::optional<Failure> read_xml(ZipArchive& archive, std::string_view part, XmlHandler& handler);

// Whether a namespace is that of WordprocessingML ("wordprocessingml") or SpreadsheetML ("spreadsheetml"), in the usual or
// the strict kind of Office Open XML.
bool is_main_namespace(std::string_view space, std::string_view vocabulary);

}  // namespace haki::formats
