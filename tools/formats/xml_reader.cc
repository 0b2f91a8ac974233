#include "formats/xml_reader.h"

#include <libxml/parser.h>

#include <algorithm>
#include <new>

namespace haki::formats {

namespace {

struct XmlReading {
  explicit XmlReading(XmlHandler& receiver) : handler(receiver) {}

  XmlHandler& handler;
  xmlParserCtxtPtr parser = nullptr;
  int depth = 0;
  std::vector<XmlAttribute> attributes;
  std::optional<Failure> failure;

  void stop(std::optional<Failure> why) {
    if (!failure) failure = why;
    xmlStopParser(parser);
  }
};

std::string_view view_of(const xmlChar* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

void on_start(void* context, const xmlChar* name, const xmlChar*, const xmlChar* space, int, const xmlChar**, int count,
              int, const xmlChar** attributes) {
  auto& reading = *static_cast<XmlReading*>(context);
  if (++reading.depth > kXmlDepthMax) return reading.stop(Failure::kDamagedPackage);
  reading.attributes.clear();
  for (int i = 0; i < count; ++i) {
    const xmlChar** attribute = attributes + 5 * i;  // name, prefix, namespace, begin and end of the value
    const auto* begin = reinterpret_cast<const char*>(attribute[3]);
    const auto size = static_cast<std::size_t>(attribute[4] - attribute[3]);
    reading.attributes.push_back({view_of(attribute[0]), std::string_view(begin, size)});
  }
  reading.handler.start({view_of(space), view_of(name), reading.attributes});
  if (!reading.handler.wants_more()) reading.stop(std::nullopt);
}

void on_end(void* context, const xmlChar* name, const xmlChar*, const xmlChar* space) {
  auto& reading = *static_cast<XmlReading*>(context);
  --reading.depth;
  reading.handler.end(view_of(space), view_of(name));
  if (!reading.handler.wants_more()) reading.stop(std::nullopt);
}

void on_text(void* context, const xmlChar* text, int size) {
  auto& reading = *static_cast<XmlReading*>(context);
  reading.handler.text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
}

// Called at the name of the document type, before any of its declarations is read.
void on_doctype(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
  static_cast<XmlReading*>(context)->stop(Failure::kDoctype);
}

xmlSAXHandler callbacks() {
  xmlSAXHandler handler{};  // what is not named is not wanted: no entities, no messages on standard error
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = on_start;
  handler.endElementNs = on_end;
  handler.characters = on_text;
  handler.ignorableWhitespace = on_text;
  handler.cdataBlock = on_text;
  handler.internalSubset = on_doctype;
  return handler;
}

}  // namespace

std::optional<std::string> XmlElement::attribute(std::string_view wanted) const {
  constexpr std::string_view kAmpersand = "&#38;";
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const XmlAttribute& attribute) { return attribute.name == wanted; });
  if (found == attributes.end()) return std::nullopt;
  std::string value(found->value);
  for (std::size_t at = value.find(kAmpersand); at != std::string::npos; at = value.find(kAmpersand, at + 1)) {
    value.replace(at, kAmpersand.size(), "&");
  }
  return value;
}

std::optional<Failure> read_xml(ZipArchive& archive, std::string_view part, XmlHandler& handler) {
  xmlSAXHandler sax = callbacks();
  XmlReading reading(handler);
  reading.parser = xmlCreatePushParserCtxt(&sax, &reading, nullptr, 0, nullptr);
  if (reading.parser == nullptr) throw std::bad_alloc();
  xmlCtxtUseOptions(reading.parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);

  bool stopped = false;
  const auto parse = [&](std::string_view block, bool last) {
    const int answer = xmlParseChunk(reading.parser, block.data(), static_cast<int>(block.size()), last ? 1 : 0);
    stopped = stopped || reading.failure || !handler.wants_more();
    if (!stopped && answer == XML_ERR_NO_MEMORY) throw std::bad_alloc();
    // A prefix without a namespace is an error that leaves the text well-formed, and some programs write it.
    if (!stopped && reading.parser->wellFormed == 0) reading.failure = Failure::kDamagedPackage;
    return !stopped && !reading.failure;
  };
  auto failure = archive.read(part, [&](std::string_view block) { return parse(block, false); });
  if (!failure && !stopped && !reading.failure) parse({}, true);
  xmlFreeParserCtxt(reading.parser);
  return failure ? failure : reading.failure;
}

bool is_main_namespace(std::string_view space, std::string_view vocabulary) {
  const std::size_t at = space.find(vocabulary);  // asked for every element, so nothing is allocated
  if (at == std::string_view::npos || at == 0 || !space.ends_with("/main")) return false;
  return space[at - 1] == '/' && space.substr(at + vocabulary.size()).starts_with('/');
}

}  // namespace haki::formats
