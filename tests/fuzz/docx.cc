// Word documents. Doors: 0 a file as it came; 1 to 4 one part of a document that is right otherwise: the document, its header, its
// relationships, the package's; 5 what is in the body.
#include "../unit/formats/packages.h"
#include "fields.h"
#include "table_input.h"
#include "target.h"

namespace haki::fuzz {

namespace of_docx {
namespace {

using namespace formats;

constexpr std::array kParts{"word/document.xml", "word/header1.xml", "word/_rels/document.xml.rels", "_rels/.rels"};

std::string table_of(const std::string& rows) { return "<w:tbl>" + rows + "</w:tbl>"; }
std::string good_body() {
  return word_paragraph("Review of Kenya") +
         table_of(word_row({"Recommendation", "Position", "Full list of themes"}) + word_row({"115.3 Ratify it (France);", "Supported", "A12"}) +
                  "<w:tr>" + word_cell(word_paragraph("Theme: A12"), "<w:gridSpan w:val='3'/>") + "</w:tr><w:tr>" +
                  word_cell(word_paragraph("a") + "<w:p><w:r><w:tab/><w:br/><w:noBreakHyphen/></w:r><w:del>" + word_run("gone") + "</w:del></w:p>", "<w:vMerge w:val='restart'/>") + "</w:tr>") +
         table_of(word_row({"x", "y"}));
}

bool take(ByteView input) {
  Fields fields(input);
  const std::size_t door = fields.choice(6);
  const std::string rest(as_text(fields.rest()));
  if (door == 0) return take_table(rest);
  Parts parts = document_parts(document_of(good_body()));
  if (door == 5) return take_table(zipped(document_parts(document_of(rest))));
  part_named(parts, kParts[door - 1]) = rest;
  return take_table(zipped(parts));
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  Parts parts = document_parts(document_of(good_body()));
  for (std::size_t i = 0; i < kParts.size(); ++i) all.push_back(through(static_cast<std::uint8_t>(i + 1), part_named(parts, kParts[i])));
  all.push_back(through(5, good_body()));
  all.push_back(through(0, zipped(parts)));
  all.push_back(through(2, "<w:hdr " + kWordSpace + ">" + word_paragraph("Kenya") + table_of(word_row({"a"})) + "</w:hdr>"));
  return all;
}

}  // namespace
}  // namespace of_docx

const Target kDocx{"docx", 64 * 1024, "document.dict", of_docx::take, of_docx::seeds, {".docx"}};

}  // namespace haki::fuzz
