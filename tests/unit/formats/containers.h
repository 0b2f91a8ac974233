// What the tests of containers share: a sink that keeps everything, and workbooks and documents made by the test itself.
#pragma once

#include <zip.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "files.h"
#include "formats/table_reader.h"

namespace haki::formats {

using Cells = std::vector<std::string>;

struct ReadTable {
  TableFacts facts;
  Cells header;
  std::vector<std::pair<std::uint64_t, Cells>> rows;
  std::vector<std::string> refused;  // "row 3 column 1: has a ..."; without a column where the whole row is meant
  std::string line_ends;
};

class KeepingSink final : public TableSink {
 public:
  Result<> facts(TableFacts facts) override { return kept(table.facts = std::move(facts)); }
  Result<> header(Cells cells) override { return kept(table.header = std::move(cells)); }
  Result<> row(std::uint64_t row, Cells cells) override {
    return kept(table.rows.emplace_back(row, std::move(cells)));
  }
  Result<> refused(std::uint64_t row, std::uint32_t column, std::string reason) override {
    const std::string where = column == 0xffffffffU ? "" : " column " + std::to_string(column);
    return kept(table.refused.emplace_back("row " + std::to_string(row) + where + ": " + reason));
  }
  Result<> done(std::string line_ends) override { return kept(table.line_ends = std::move(line_ends)); }

  ReadTable table;

 private:
  template <typename Value>
  static Result<> kept(const Value&) {
    return Unit{};
  }
};

inline Result<ReadTable> read_file(const std::string& path, const ReadLimits& limits = {}) {
  KeepingSink sink;
  HAKI_TRY(read_table(path, limits, sink));
  return std::move(sink.table);
}

// The name says nothing of the kind, as the content has to.
inline Result<ReadTable> read_content(std::string_view bytes, const ReadLimits& limits = {}) {
  const TemporaryFile file(bytes, "attachment.dat");
  return read_file(file.path(), limits);
}

using Parts = std::vector<std::pair<std::string, std::string>>;

// A zip archive of these members, in their order.
inline std::string zipped(const Parts& parts) {
  zip_source_t* source = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(source);
  zip_t* archive = zip_open_from_source(source, ZIP_TRUNCATE, nullptr);
  for (const auto& [name, content] : parts) {
    zip_source_t* member = zip_source_buffer(archive, content.data(), content.size(), 0);
    zip_file_add(archive, name.c_str(), member, ZIP_FL_ENC_UTF_8);
  }
  zip_close(archive);
  std::string bytes;
  zip_source_open(source);
  zip_source_seek(source, 0, SEEK_END);
  bytes.resize(static_cast<std::size_t>(zip_source_tell(source)));
  zip_source_seek(source, 0, SEEK_SET);
  zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  zip_source_free(source);
  return bytes;
}

inline const std::string kRelationshipTypes = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

// A list of relationships, each an id, the last word of its type and its target.
inline std::string relationships(const std::vector<std::array<std::string, 3>>& list) {
  std::string xml = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>";
  for (const auto& [id, type, target] : list) {
    xml += "<Relationship Id='" + id + "' Type='" + kRelationshipTypes + type + "' Target='" + target + "'/>";
  }
  return xml + "</Relationships>";
}

inline const std::string kSheetSpace = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'";
inline const std::string kWordSpace = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'";

inline std::string sheet_of(const std::string& rows) {
  return "<worksheet " + kSheetSpace + "><dimension ref='A1:XFD1048576'/><sheetData>" + rows + "</sheetData></worksheet>";
}
inline std::string styles_of(const std::string& inside) { return "<styleSheet " + kSheetSpace + ">" + inside + "</styleSheet>"; }
inline std::string texts_of(const std::string& inside) { return "<sst " + kSheetSpace + ">" + inside + "</sst>"; }
inline std::string document_of(const std::string& body) {
  return "<w:document " + kWordSpace + "><w:body>" + body + "</w:body></w:document>";
}

}  // namespace haki::formats
