#include "formats/container.h"

#include <algorithm>
#include <vector>

#include "formats/package.h"
#include "formats/xml_reader.h"

namespace haki::formats {

namespace {

constexpr std::string_view kOleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
constexpr std::size_t kOleEntryBytes = 128;  // entries of the directory begin at multiples of this, as sectors do
constexpr std::size_t kOleNameBytes = 64;

bool is_web_page(std::string_view markup) {
  std::string begin(markup.substr(0, 1'024));
  for (char& character : begin) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return begin.starts_with("<!doctype html") || begin.find("<html") != std::string::npos;
}

// Whether an OLE container has a stream of this name. The directory's entries are looked for wherever one could stand, so
// that no chain of sectors has to be followed.
bool has_stream(std::string_view bytes, std::string_view name) {
  std::string entry_name;
  for (const char character : name) entry_name += {character, '\0'};
  entry_name += std::string(2, '\0');
  for (std::size_t at = 0; at + kOleEntryBytes <= bytes.size(); at += kOleEntryBytes) {
    const std::string_view entry = bytes.substr(at, kOleEntryBytes);
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(entry[kOleNameBytes]));
    const bool is_stream = entry[kOleNameBytes + 2] == 2;
    if (is_stream && size == entry_name.size() && entry.starts_with(entry_name)) return true;
  }
  return false;
}

// A workbook of Excel 2 to 4 is one stream of records without a container: its first record says so.
bool is_bare_workbook(std::string_view bytes) {
  return bytes.starts_with(std::string_view("\x09\x00\x04\x00", 4)) ||
         bytes.starts_with(std::string_view("\x09\x02\x06\x00", 4)) ||
         bytes.starts_with(std::string_view("\x09\x04\x06\x00", 4));
}

// Remembers the first element of a part.
class RootHandler final : public XmlHandler {
 public:
  void start(const XmlElement& element) override {
    if (is_main_namespace(element.space, "spreadsheetml") && element.name == "workbook") kind_ = PackageKind::kWorkbook;
    if (is_main_namespace(element.space, "wordprocessingml") && element.name == "document") kind_ = PackageKind::kDocument;
    seen_ = true;
  }
  void end(std::string_view, std::string_view) override {}
  void text(std::string_view) override {}
  bool wants_more() const override { return !seen_; }
  std::optional<PackageKind> kind() const { return kind_; }

 private:
  bool seen_ = false;
  std::optional<PackageKind> kind_;
};

bool is_open_document(ZipArchive& archive) {
  std::string type;
  if (!archive.has("mimetype")) return false;
  const auto failure = archive.read("mimetype", [&](std::string_view block) {
    type += block;
    return false;
  });
  return !failure && type.starts_with("application/vnd.oasis.opendocument");
}

}  // namespace

std::variant<Container, Failure> recognise_container(std::string_view bytes) {
  if (bytes.starts_with("%PDF")) return Failure::kPdf;
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) return Container::kPackage;
  if (is_bare_workbook(bytes)) return Container::kOldWorkbook;
  if (!bytes.starts_with(kOleMagic)) return Container::kText;
  if (has_stream(bytes, "EncryptedPackage")) return Failure::kLocked;
  if (has_stream(bytes, "Workbook") || has_stream(bytes, "Book")) return Container::kOldWorkbook;
  return Failure::kOldDocument;
}

bool begins_as_old_workbook(std::string_view bytes) { return bytes.starts_with(kOleMagic) || is_bare_workbook(bytes); }

std::variant<Package, Failure> recognise_package(ZipArchive& archive) {
  if (!archive.is_sound()) return Failure::kDamagedPackage;
  if (is_open_document(archive)) return Failure::kOpenDocument;
  std::vector<Relationship> relationships;
  if (const auto failure = read_relationships(archive, "", relationships)) return *failure;
  const Relationship* main = find_kind(relationships, "officeDocument");
  if (main == nullptr) return Failure::kOtherZip;
  if (main->part.ends_with(".bin")) return Failure::kBinaryWorkbook;
  RootHandler root;
  if (const auto failure = read_xml(archive, main->part, root)) return *failure;
  if (!root.kind()) return Failure::kOtherZip;
  return Package{*root.kind(), main->part};
}

std::optional<Failure> failure_of_text(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return Failure::kBlank;
  if (text[first] != '<') return std::nullopt;
  return is_web_page(text.substr(first)) ? Failure::kWebPage : Failure::kXml;
}

bool is_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

}  // namespace haki::formats
