#include "formats/docx_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "formats/package.h"
#include "formats/text_encoding.h"
#include "formats/xml_reader.h"

namespace haki::formats {

namespace {

constexpr std::size_t kFieldsMax = 64;      // open at once; Word itself nests a handful
constexpr char kPageNumber = '\x01';        // stands for a page number in the text of a header; XML can hold none
constexpr std::size_t kTitleTextMax = 8U * kTitleBytesMax;

bool is_word_element(std::string_view space) { return is_main_namespace(space, "wordprocessingml"); }

// What a person does not see: properties, what was deleted or moved away, and how a word is pronounced.
bool is_hidden_element(std::string_view name) {
  constexpr std::array<std::string_view, 14> kHidden{"del",    "moveFrom", "delText", "delInstrText", "rPr",
                                                     "pPr",    "tblPr",    "tblGrid", "trPr",         "tcPr",
                                                     "sectPr", "sdtPr",    "fldData", "rt"};
  return std::find(kHidden.begin(), kHidden.end(), name) != kHidden.end();
}

// A field such as a page number: instructions, then the result a person sees.
struct WordField {
  bool simple = false;  // one element, not a begin and an end
  bool in_result = false;
  std::string instruction;

  bool is_page_number() const {
    const std::size_t begin = std::min(instruction.find_first_not_of(' '), instruction.size());
    const std::string name = instruction.substr(begin, instruction.find(' ', begin) - begin);
    return name == "PAGE" || name == "NUMPAGES" || name == "SECTIONPAGES";
  }
};

// The text that a person sees, paragraph after paragraph, out of the elements of a part.
class WordText {
 public:
  enum class PageNumbers { kAsWritten, kMarked };
  WordText(PageNumbers page_numbers, std::size_t bytes_max) : page_numbers_(page_numbers), bytes_max_(bytes_max) {}

  void start(const XmlElement& element) {
    const bool word = is_word_element(element.space);
    // A drawing is given twice, the second time for older programs.
    if (hidden_depth_ > 0 || (word ? is_hidden_element(element.name) : element.name == "Fallback")) {
      ++hidden_depth_;
      return;
    }
    if (!word) return;
    if (element.name == "p") start_paragraph();
    if (element.name == "tab" || element.name == "ptab") add("\t");
    if (element.name == "br" || element.name == "cr") add("\n");
    if (element.name == "noBreakHyphen") add("-");
    if (element.name == "fldChar") field_mark(element.attribute("fldCharType").value_or(""));
    if (element.name == "fldSimple") open_field({true, true, element.attribute("instr").value_or("")});
    in_text_ = element.name == "t";
    in_instruction_ = element.name == "instrText";
  }

  void end(std::string_view space, std::string_view name) {
    if (hidden_depth_ > 0) {
      --hidden_depth_;
      return;
    }
    in_text_ = in_instruction_ = false;
    if (is_word_element(space) && name == "fldSimple") close_field(true);
  }

  void piece(std::string_view piece) {
    if (hidden_depth_ > 0) return;
    if (in_text_) add(piece);
    if (in_instruction_ && !fields_.empty() && fields_.back().instruction.size() < kInstructionBytesMax) {
      fields_.back().instruction += piece;
    }
  }

  // How many elements are open from the outermost hidden one on.
  int hidden_depth() const { return hidden_depth_; }
  const std::string& text() const { return text_; }
  void clear() {
    text_.clear();
    has_paragraph_ = false;
  }

 private:
  static constexpr std::size_t kInstructionBytesMax = 1'000;

  void start_paragraph() {
    if (has_paragraph_ && text_.size() <= bytes_max_) text_ += '\n';
    has_paragraph_ = true;
  }

  void field_mark(std::string_view type) {
    if (type == "begin") open_field({});
    if (type == "separate" && !fields_.empty()) fields_.back().in_result = true;
    if (type == "end") close_field(false);
  }

  void open_field(WordField field) {
    if (fields_.size() < kFieldsMax) fields_.push_back(std::move(field));
  }

  // A simple field takes with it what was opened within it and not closed.
  void close_field(bool simple) {
    while (simple && !fields_.empty() && !fields_.back().simple) fields_.pop_back();
    if (!fields_.empty() && fields_.back().simple == simple) fields_.pop_back();
  }

  void add(std::string_view piece) {
    if (text_.size() > bytes_max_) return;  // too long already, which the reader of it will say
    for (const WordField& field : fields_) {
      if (!field.in_result) return;
      if (page_numbers_ == PageNumbers::kMarked && field.is_page_number()) {
        text_ += kPageNumber;
        return;
      }
    }
    text_ += piece;
  }

  PageNumbers page_numbers_;
  std::size_t bytes_max_;
  int hidden_depth_ = 0;
  bool in_text_ = false;
  bool in_instruction_ = false;
  bool has_paragraph_ = false;
  std::vector<WordField> fields_;
  std::string text_;
};

// Calls `take` with what stands between the separators.
template <typename Take>
void for_each_part(std::string_view text, char separator, const Take& take) {
  for (;;) {
    const std::size_t end = std::min(text.find(separator), text.size());
    take(text.substr(0, end));
    if (end == text.size()) return;
    text.remove_prefix(end + 1);
  }
}

bool is_blank_text(std::string_view text) { return text.find_first_not_of(" \t\n\r") == std::string_view::npos; }

// Headers are laid out by tabs: what stands between two of them and holds a page number says which page it is ("Page 3 of
// 27") and goes, unless the paragraph says nothing else.
std::string without_page_numbers(std::string_view text) {
  std::string kept;
  for_each_part(text, '\n', [&](std::string_view paragraph) {
    bool says_more = false;
    const auto has_number = [](std::string_view part) { return part.find(kPageNumber) != std::string_view::npos; };
    for_each_part(paragraph, '\t', [&](std::string_view part) {
      says_more = says_more || (!has_number(part) && !is_blank_text(part));
    });
    for_each_part(paragraph, '\t', [&](std::string_view part) {
      if (!has_number(part) || !says_more) kept += " " + std::string(part);
    });
  });
  kept.erase(std::remove(kept.begin(), kept.end(), kPageNumber), kept.end());
  return kept;
}

// Runs of white space (the no-break space is one) as one space, cut at a character.
std::string as_title(std::string_view text) {
  std::string title;
  bool space = false;
  while (!text.empty()) {
    const std::size_t size = std::max<std::size_t>(utf8_sequence_bytes(text), 1);
    const std::string_view character = text.substr(0, size);
    text.remove_prefix(size);
    if (character == "\u00a0" || is_blank_text(character)) {
      space = true;
      continue;
    }
    const std::size_t spaces = space && !title.empty() ? 1 : 0;
    if (title.size() + spaces + size > kTitleBytesMax) break;
    title.append(spaces, ' ').append(character);
    space = false;
  }
  return title;
}

class HeaderHandler final : public XmlHandler {
 public:
  void start(const XmlElement& element) override { text_.start(element); }
  void end(std::string_view space, std::string_view name) override { text_.end(space, name); }
  void text(std::string_view piece) override { text_.piece(piece); }
  bool wants_more() const override { return text_.text().size() < kTitleTextMax; }
  std::string header() const { return as_title(without_page_numbers(text_.text())); }

 private:
  WordText text_{WordText::PageNumbers::kMarked, kTitleTextMax};
};

// The page headers, each text once: a document names one for the first page, for the left and for the right.
std::optional<Failure> read_headers(ZipArchive& archive, const std::string& document_part, std::string& headers) {
  std::vector<Relationship> relationships;
  if (const auto failure = read_relationships(archive, document_part, relationships)) return failure;
  std::set<std::string> parts, seen;
  for (const Relationship& relationship : relationships) {
    if (!relationship.is("header") || !archive.has(relationship.part) || !parts.insert(relationship.part).second) continue;
    HeaderHandler handler;
    if (const auto failure = read_xml(archive, relationship.part, handler)) return failure;
    const std::string header = handler.header();
    if (seen.insert(header).second && headers.size() < kTitleTextMax) headers += header + " ";
  }
  return std::nullopt;
}

// The body: what stands above the first table goes to the title, then cells.
class DocumentHandler final : public XmlHandler {
 public:
  DocumentHandler(std::string headers, TableWriter& table)
      : headers_(std::move(headers)), table_(table), text_(WordText::PageNumbers::kAsWritten, std::max<std::size_t>(table.limits().cell_bytes, kTitleTextMax)) {}

  void start(const XmlElement& element) override {
    text_.start(element);
    if (!is_word_element(element.space)) return;
    if (text_.hidden_depth() > 0) return property(element);
    if (element.name == "tbl" && ++table_depth_ == 1 && row_ == 0) write_facts();
    if (table_depth_ != 1) return;
    if (element.name == "tr") start_row();
    if (element.name == "tc") start_cell();
  }

  void end(std::string_view space, std::string_view name) override {
    const bool hidden = text_.hidden_depth() > 0;
    text_.end(space, name);
    if (hidden || !is_word_element(space)) return;
    if (table_depth_ == 1 && name == "tc") end_cell();
    if (table_depth_ == 1 && name == "tr") end_row();
    if (name == "tbl") --table_depth_;
  }

  void text(std::string_view piece) override { text_.piece(piece); }
  bool wants_more() const override { return !table_.failed(); }

 private:
  // Of the row or cell itself: <w:trPr> or <w:tcPr> is the outermost hidden element, this one stands right in it. Deeper
  // down are those it had before a change that was tracked.
  void property(const XmlElement& element) {
    if (table_depth_ != 1 || text_.hidden_depth() != 2) return;
    const auto value = element.attribute("val");
    if (element.name == "gridSpan") span_ = columns_of(value);
    if (element.name == "vMerge") continued_ = !value || *value == "continue";
    if (element.name == "gridBefore") empty_cells_ = columns_of(value);
  }

  // No more than refuse the row for having too many cells.
  std::size_t columns_of(const std::optional<std::string>& text) const {
    std::size_t columns = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), columns);
    return std::min<std::size_t>(columns, table_.limits().columns + std::size_t{1});
  }

  void write_facts() {
    if (facts_written_) return;
    facts_written_ = true;
    table_.facts("docx", as_title(headers_ + " " + text_.text()), "a Word document says what it is written in");
  }

  void start_row() {
    table_.begin_row(++row_);
    empty_cells_ = 0;
    cells_ = 0;
  }

  void start_cell() {
    text_.clear();
    span_ = 1;
    continued_ = false;
  }

  void end_cell() {
    put_empty_cells();
    table_.cell(continued_ ? std::string() : text_.text());
    ++cells_;
    empty_cells_ = span_ > 1 ? span_ - 1 : 0;
    text_.clear();
  }

  // A row that is one cell across the table, such as a heading within it, is one cell.
  void end_row() {
    if (cells_ > 1) put_empty_cells();
    table_.end_row();
  }

  void put_empty_cells() {
    for (; empty_cells_ > 0; --empty_cells_) table_.cell("");
  }

  std::string headers_;
  TableWriter& table_;
  WordText text_;
  int table_depth_ = 0;
  bool facts_written_ = false;
  std::uint64_t row_ = 0;
  std::size_t cells_ = 0;        // of the row, merged ones once
  std::size_t empty_cells_ = 0;  // to come before the next: what the cell before spans, or the row leaves out
  std::size_t span_ = 1;
  bool continued_ = false;  // from the cell above
};

}  // namespace

void write_docx_table(ZipArchive& archive, const std::string& document_part, TableWriter& table) {
  std::string headers;
  auto failure = read_headers(archive, document_part, headers);
  if (!failure) {
    DocumentHandler handler(std::move(headers), table);
    failure = read_xml(archive, document_part, handler);
  }
  if (failure) table.fail(*failure);
  table.finish("none", Failure::kNoTable);
}

}  // namespace haki::formats
