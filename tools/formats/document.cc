#include "formats/document.h"

#include <libxml/xmlwriter.h>
#include <zip.h>

#include <memory>

namespace haki::formats {
namespace {

using Style = Paragraph::Style;

constexpr int kPageWidth = 11906, kPageHeight = 16838, kMargin = 1134;  // A4 and 2 cm, in twentieths of a point

const char* style_id(Style style) {
  switch (style) {
    case Style::kTitle: return "Title";
    case Style::kHeading: return "Heading1";
    case Style::kSubheading: return "Heading2";
    case Style::kItem: return "ListParagraph";
    case Style::kNote: return "Note";
    case Style::kBody: break;
  }
  return nullptr;
}

// libxml2's writer with the few words of WordprocessingML that are needed. Failing is running out of memory.
class WordXml {
 public:
  WordXml() : buffer_(xmlBufferCreate()), writer_(xmlNewTextWriterMemory(buffer_, 0)) {
    xmlTextWriterStartDocument(writer_, nullptr, "UTF-8", "yes");
  }
  WordXml(const WordXml&) = delete;
  WordXml& operator=(const WordXml&) = delete;
  ~WordXml() {
    xmlFreeTextWriter(writer_);
    xmlBufferFree(buffer_);
  }

  void open(const char* name) { xmlTextWriterStartElement(writer_, xml(name)); }
  void close() { xmlTextWriterEndElement(writer_); }
  void attribute(const char* name, const std::string& value) { xmlTextWriterWriteAttribute(writer_, xml(name), xml(value.c_str())); }
  // <w:name w:val="value"/>
  void value(const char* name, const std::string& value) {
    open(name);
    attribute("w:val", value);
    close();
  }
  void empty(const char* name) { open(name), close(); }
  void text(const std::string& text) { xmlTextWriterWriteString(writer_, xml(text.c_str())); }
  std::string finish() {
    xmlTextWriterEndDocument(writer_);
    xmlTextWriterFlush(writer_);
    return {reinterpret_cast<const char*>(xmlBufferContent(buffer_)), static_cast<std::size_t>(xmlBufferLength(buffer_))};
  }

 private:
  static const xmlChar* xml(const char* text) { return reinterpret_cast<const xmlChar*>(text); }
  xmlBufferPtr buffer_;
  xmlTextWriterPtr writer_;
};

// What XML 1.0 has no place for becomes U+FFFD: control characters, U+FFFE, U+FFFF.
std::string xml_text(std::string_view text) {
  std::string clean;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto letter = static_cast<unsigned char>(text[at]);
    const bool never = text.substr(at).starts_with("\xEF\xBF\xBE") || text.substr(at).starts_with("\xEF\xBF\xBF");
    if (never || (letter < 0x20 && letter != '\t' && letter != '\n')) {
      clean += "\xEF\xBF\xBD";
      at += never ? 2 : 0;
    } else {
      clean += text[at];
    }
  }
  return clean;
}

void put_run(WordXml& xml, std::string_view text, bool bold) {
  xml.open("w:r");
  if (bold) {
    xml.open("w:rPr");
    xml.empty("w:b");
    xml.close();
  }
  const std::string clean = xml_text(text);
  for (std::size_t from = 0;;) {
    const std::size_t end = clean.find('\n', from);
    xml.open("w:t");
    xml.attribute("xml:space", "preserve");
    xml.text(clean.substr(from, end == std::string::npos ? end : end - from));
    xml.close();
    if (end == std::string::npos) break;
    xml.empty("w:br");
    from = end + 1;
  }
  xml.close();
}

void put_paragraph(WordXml& xml, std::string_view text, const char* style, bool bold = false) {
  xml.open("w:p");
  if (style != nullptr) {
    xml.open("w:pPr");
    xml.value("w:pStyle", style);
    xml.close();
  }
  if (!text.empty()) put_run(xml, text, bold);
  xml.close();
}

void put_cell(WordXml& xml, const std::vector<std::string>& paragraphs, int width, std::size_t across, bool header, bool shaded) {
  xml.open("w:tc");
  xml.open("w:tcPr");
  xml.open("w:tcW");
  xml.attribute("w:w", std::to_string(width));
  xml.attribute("w:type", "dxa");
  xml.close();
  if (across > 1) xml.value("w:gridSpan", std::to_string(across));
  if (shaded) {
    xml.open("w:shd");
    xml.attribute("w:val", "clear");
    xml.attribute("w:color", "auto");
    xml.attribute("w:fill", header ? "D9E2F3" : "F2F2F2");
    xml.close();
  }
  xml.close();
  for (const std::string& paragraph : paragraphs) put_paragraph(xml, paragraph, "TableText", shaded);
  if (paragraphs.empty()) put_paragraph(xml, "", "TableText");  // a cell without one is not valid
  xml.close();
}

void put_table(WordXml& xml, const DocumentTable& table, int page) {
  std::vector<int> widths;
  for (const int share : table.widths) widths.push_back(page * share / 100);
  xml.open("w:tbl");
  xml.open("w:tblPr");
  xml.value("w:tblStyle", "TableGrid");
  xml.open("w:tblW");
  xml.attribute("w:w", std::to_string(page));
  xml.attribute("w:type", "dxa");
  xml.close();
  xml.open("w:tblLayout");
  xml.attribute("w:type", "fixed");
  xml.close();
  xml.close();
  xml.open("w:tblGrid");
  for (const int width : widths) {
    xml.open("w:gridCol");
    xml.attribute("w:w", std::to_string(width));
    xml.close();
  }
  xml.close();
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const DocumentRow& row = table.rows[i];
    xml.open("w:tr");
    xml.open("w:trPr");
    xml.empty("w:cantSplit");
    if (i == 0) xml.empty("w:tblHeader");
    xml.close();
    const bool across = row.cells.size() == 1 && widths.size() > 1;
    for (std::size_t column = 0; column < row.cells.size(); ++column) {
      put_cell(xml, row.cells[column], across ? page : widths[column], across ? widths.size() : 1, i == 0, i == 0 || across);
    }
    xml.close();
  }
  xml.close();
  put_paragraph(xml, "", nullptr);  // Word wants one after a table
}

constexpr const char* kWordNamespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

std::string document_part(const Document& document) {
  WordXml xml;
  const int wide = document.landscape ? kPageHeight : kPageWidth, high = document.landscape ? kPageWidth : kPageHeight;
  xml.open("w:document");
  xml.attribute("xmlns:w", kWordNamespace);
  xml.open("w:body");
  for (const Block& block : document.blocks) {
    if (const auto* paragraph = std::get_if<Paragraph>(&block)) put_paragraph(xml, paragraph->text, style_id(paragraph->style));
    else put_table(xml, std::get<DocumentTable>(block), wide - 2 * kMargin);
  }
  xml.open("w:sectPr");
  xml.open("w:pgSz");
  xml.attribute("w:w", std::to_string(wide));
  xml.attribute("w:h", std::to_string(high));
  if (document.landscape) xml.attribute("w:orient", "landscape");
  xml.close();
  xml.open("w:pgMar");
  for (const char* side : {"w:top", "w:right", "w:bottom", "w:left"}) xml.attribute(side, std::to_string(kMargin));
  for (const char* side : {"w:header", "w:footer"}) xml.attribute(side, "709");
  xml.attribute("w:gutter", "0");
  xml.close();
  xml.close();
  return xml.finish();
}

struct StyleLook {
  const char *id, *name, *size, *before, *indent;
  bool bold;
};

std::string styles_part(const std::string& language) {
  WordXml xml;
  xml.open("w:styles");
  xml.attribute("xmlns:w", kWordNamespace);
  xml.open("w:docDefaults");
  xml.open("w:rPrDefault");
  xml.open("w:rPr");
  xml.open("w:rFonts");
  for (const char* letters : {"w:ascii", "w:hAnsi", "w:cs"}) xml.attribute(letters, "Calibri");
  xml.close();
  xml.value("w:sz", "22");
  xml.value("w:lang", language.empty() ? "en" : language);
  xml.close();
  xml.close();
  xml.close();
  for (const StyleLook& look : {StyleLook{"Normal", "Normal", "22", "0", "0", false}, {"Title", "Title", "36", "0", "0", true},
                                {"Heading1", "heading 1", "28", "240", "0", true}, {"Heading2", "heading 2", "24", "180", "0", true},
                                {"ListParagraph", "List Paragraph", "22", "0", "360", false}, {"Note", "Note", "18", "60", "0", false},
                                {"TableText", "Table Text", "18", "0", "0", false}}) {
    xml.open("w:style");
    xml.attribute("w:type", "paragraph");
    if (look.id == std::string_view("Normal")) xml.attribute("w:default", "1");
    xml.attribute("w:styleId", look.id);
    xml.value("w:name", look.name);
    xml.open("w:pPr");
    xml.open("w:spacing");
    xml.attribute("w:before", look.before);
    xml.attribute("w:after", "80");
    xml.close();
    if (look.indent != std::string_view("0")) {
      xml.open("w:ind");
      xml.attribute("w:left", look.indent);
      xml.close();
    }
    xml.close();
    xml.open("w:rPr");
    if (look.bold) xml.empty("w:b");
    xml.value("w:sz", look.size);
    xml.close();
    xml.close();
  }
  xml.open("w:style");
  xml.attribute("w:type", "table");
  xml.attribute("w:styleId", "TableGrid");
  xml.value("w:name", "Table Grid");
  xml.open("w:tblPr");
  xml.open("w:tblBorders");
  for (const char* side : {"w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"}) {
    xml.open(side);
    xml.attribute("w:val", "single");
    xml.attribute("w:sz", "4");
    xml.attribute("w:space", "0");
    xml.attribute("w:color", "808080");
    xml.close();
  }
  return xml.finish();
}

constexpr const char* kContentTypes =
    R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>)";
constexpr const char* kRelations =
    R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>)";
constexpr const char* kDocumentRelations =
    R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>)";

std::string properties_part(const Document& document) {
  WordXml xml;
  xml.open("cp:coreProperties");
  xml.attribute("xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties");
  xml.attribute("xmlns:dc", "http://purl.org/dc/elements/1.1/");
  xml.open("dc:title");
  xml.text(xml_text(document.title));
  xml.close();
  return xml.finish();
}

struct SourceFree {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};

// A zip archive in memory, so that no temporary file is made anywhere.
Result<std::string> zipped(const std::vector<std::pair<std::string, std::string>>& parts) {
  const Error failed{Code::kIo, "The document could not be put together: there is not enough memory."};
  zip_error_t error;
  zip_error_init(&error);
  const std::unique_ptr<zip_source_t, SourceFree> source(zip_source_buffer_create(nullptr, 0, 0, &error));
  if (!source) return failed;
  zip_source_keep(source.get());
  zip_t* archive = zip_open_from_source(source.get(), ZIP_TRUNCATE, &error);
  if (archive == nullptr) {
    zip_source_free(source.get());
    return failed;
  }
  for (const auto& [name, bytes] : parts) {
    zip_source_t* part = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t at = part == nullptr ? -1 : zip_file_add(archive, name.c_str(), part, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
      zip_source_free(part);
      zip_discard(archive);
      return failed;
    }
    zip_file_set_dostime(archive, static_cast<zip_uint64_t>(at), 0, 0x21, 0);  // 1980: when it was made is nobody's business
  }
  if (zip_close(archive) != 0) {
    zip_discard(archive);
    return failed;
  }
  zip_stat_t seen;
  if (zip_source_open(source.get()) != 0 || zip_source_stat(source.get(), &seen) != 0) return failed;
  std::string bytes(seen.size, '\0');
  const zip_int64_t count = zip_source_read(source.get(), bytes.data(), bytes.size());
  zip_source_close(source.get());
  if (count != static_cast<zip_int64_t>(bytes.size())) return failed;
  return bytes;
}

// Markdown: what has a meaning there is taken from it.
std::string escaped(std::string_view text, bool in_table) {
  std::string safe;
  for (const char letter : text) {
    if (letter == '\n') {
      safe += in_table ? "<br>" : "\\\n";
      continue;
    }
    if (std::string_view("\\`*_[]<>#|").find(letter) != std::string_view::npos) safe += '\\';
    safe += letter;
  }
  if (!in_table && !safe.empty() && (safe[0] == '-' || safe[0] == '+')) safe.insert(0, "\\");
  return safe;
}

void put_markdown_table(std::string& text, const DocumentTable& table) {
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const DocumentRow& row = table.rows[i];
    text += "|";
    for (std::size_t column = 0; column < table.widths.size(); ++column) {
      text += " ";
      const bool across = row.cells.size() == 1 && table.widths.size() > 1;
      if (column < row.cells.size()) {
        std::string cell;
        for (const std::string& paragraph : row.cells[column]) cell += (cell.empty() ? "" : "<br>") + escaped(paragraph, true);
        text += across ? "**" + cell + "**" : cell;
      }
      text += " |";
    }
    text += "\n";
    if (i != 0) continue;
    text += "|";
    for (std::size_t column = 0; column < table.widths.size(); ++column) text += "---|";
    text += "\n";
  }
  text += "\n";
}

}  // namespace

Result<std::string> docx_bytes(const Document& document) {
  return zipped({{"[Content_Types].xml", kContentTypes},
                 {"_rels/.rels", kRelations},
                 {"docProps/core.xml", properties_part(document)},
                 {"word/document.xml", document_part(document)},
                 {"word/styles.xml", styles_part(document.language)},
                 {"word/_rels/document.xml.rels", kDocumentRelations}});
}

std::string markdown(const Document& document) {
  std::string text;
  for (const Block& block : document.blocks) {
    if (const auto* table = std::get_if<DocumentTable>(&block)) {
      put_markdown_table(text, *table);
      continue;
    }
    const auto& paragraph = std::get<Paragraph>(block);
    const std::string words = escaped(paragraph.text, false);
    switch (paragraph.style) {
      case Style::kTitle: text += "# " + words; break;
      case Style::kHeading: text += "## " + words; break;
      case Style::kSubheading: text += "### " + words; break;
      case Style::kItem: text += "- " + words; break;
      case Style::kNote: text += "*" + words + "*"; break;
      case Style::kBody: text += words; break;
    }
    text += "\n\n";
  }
  return text;
}

}  // namespace haki::formats
