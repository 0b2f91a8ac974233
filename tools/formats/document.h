// A document of headings, paragraphs and tables, as plain values; written as .docx (the one user of libxml2's writer and of libzip
// for writing) and as Markdown. Built whole in memory: what goes in is a coalition's recommendations, some hundreds to thousands.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "haki/result.h"

namespace haki::formats {

struct Paragraph {
  enum class Style { kBody, kTitle, kHeading, kSubheading, kItem, kNote };
  Style style = Style::kBody;
  std::string text;
};

// A cell is its paragraphs. A row with one cell in a table of more columns goes across the whole width.
struct DocumentRow {
  std::vector<std::vector<std::string>> cells;
};
struct DocumentTable {
  std::vector<int> widths;        // of the columns, in percent
  std::vector<DocumentRow> rows;  // the first is the header and is repeated on each page
};

using Block = std::variant<Paragraph, DocumentTable>;

struct Document {
  std::string title;     // of the file's properties
  std::string language;  // "en", "fr"…, for spelling
  bool landscape = false;
  std::vector<Block> blocks;
};

// The bytes of a .docx (ECMA-376, transitional). It says no author and no time. kTooLarge, kIo.
Result<std::string> docx_bytes(const Document& document);
// CommonMark with tables; what would be taken for markup is escaped.
std::string markdown(const Document& document);

}  // namespace haki::formats
