// Whole workbooks and documents out of the parts of containers.h.
#pragma once

#include "containers.h"

namespace haki::formats {

// A workbook of one visible sheet; the rest may be changed before it is zipped.
inline Parts workbook_parts(const std::string& sheet, const std::string& texts = texts_of(""),
                            const std::string& styles = styles_of("")) {
  const std::string workbook = "<workbook " + kSheetSpace + " xmlns:r='" + kRelationshipTypes.substr(0, kRelationshipTypes.size() - 1) +
                               "'><sheets><sheet name='Sheet1' sheetId='1' r:id='rId1'/></sheets></workbook>";
  return {{"_rels/.rels", relationships({{"rId1", "officeDocument", "xl/workbook.xml"}})},
          {"xl/workbook.xml", workbook},
          {"xl/_rels/workbook.xml.rels", relationships({{"rId1", "worksheet", "worksheets/sheet1.xml"},
                                                        {"rId2", "sharedStrings", "sharedStrings.xml"},
                                                        {"rId3", "styles", "/xl/styles.xml"}})},
          {"xl/worksheets/sheet1.xml", sheet},
          {"xl/sharedStrings.xml", texts},
          {"xl/styles.xml", styles}};
}

// The part of that name, to be changed.
inline std::string& part_named(Parts& parts, const std::string& name) {
  for (auto& [own_name, content] : parts) {
    if (own_name == name) return content;
  }
  return parts.emplace_back(name, "").second;
}

// Reads a workbook whose one sheet has these rows.
inline Result<ReadTable> read_rows(const std::string& rows, const ReadLimits& limits = {}) {
  return read_content(zipped(workbook_parts(sheet_of(rows))), limits);
}

// A cell with a text of its own.
inline std::string inline_cell(const std::string& reference, const std::string& text) {
  return "<c r='" + reference + "' t='inlineStr'><is><t>" + text + "</t></is></c>";
}

inline const std::string kHeadingRow = "<row r='1'>" + inline_cell("A1", "To") + inline_cell("B1", "Text") + "</row>";

inline Parts document_parts(const std::string& document) {
  return {{"_rels/.rels", relationships({{"rId1", "officeDocument", "word/document.xml"}})},
          {"word/_rels/document.xml.rels", relationships({{"rId1", "header", "header1.xml"}})},
          {"word/document.xml", document},
          {"word/header1.xml", "<w:hdr " + kWordSpace + "/>"}};
}

inline Result<ReadTable> read_body(const std::string& body, const ReadLimits& limits = {}) {
  return read_content(zipped(document_parts(document_of(body))), limits);
}

// A table out of rows of paragraphs, one a cell.
inline std::string word_run(const std::string& text) { return "<w:r><w:t xml:space='preserve'>" + text + "</w:t></w:r>"; }
inline std::string word_paragraph(const std::string& text) { return "<w:p>" + word_run(text) + "</w:p>"; }
inline std::string word_cell(const std::string& paragraphs, const std::string& properties = "") {
  return "<w:tc><w:tcPr>" + properties + "</w:tcPr>" + paragraphs + "</w:tc>";
}
inline std::string word_row(const std::vector<std::string>& texts) {
  std::string row;
  for (const std::string& text : texts) row += word_cell(word_paragraph(text));
  return "<w:tr>" + row + "</w:tr>";
}

}  // namespace haki::formats
