// A record as a row: which columns the table of a form has, and what is in them. One way for every kind of file, so that they
// cannot differ.
#pragma once

#include <string>
#include <vector>

#include "cli/exports/options.h"
#include "cli/exports/small_counts.h"
#include "formats/geojson.h"
#include "formats/sheet.h"

namespace haki::cli::exports {

// The text of a field in a language: of the group "translations" where a row has it, else the record's own.
std::string text_in(const RecordView& record, std::string_view field, const std::string& language);
// What a record is called in a list: the text of its title field, shortened to a line; never empty.
std::string title_of(const RecordView& record, const Form& form, const std::string& language);
// The only value of a field as text; empty where it has none.
std::string text_of(const RecordView& record, std::string_view field);
// The themes of a recommendation by their names, sorted, each once.
std::vector<std::string> themes_of(const RecordView& record, const ThemeNames& names);
std::vector<std::string> texts_of(const RecordView& record, std::string_view field);

class RecordTable {
 public:
  // `group`: its rows are the table's, each with its parent's id; nullptr: the records themselves.
  RecordTable(const Form& form, const Group* group, const ExportOptions& options);

  std::string name() const { return group_ == nullptr ? form_.name : form_.name + "/" + group_->name; }
  const std::vector<formats::SheetColumn>& columns() const { return columns_; }
  // In the order of columns(), all of them. `hidden`: bits of SmallCounts.
  std::vector<formats::Property> row(const RecordView& record, const RecordView* parent, std::uint64_t hidden) const;

 private:
  void add_fields(std::vector<formats::Property>& row, const RecordView& record, bool hide) const;
  void add_counts(std::vector<formats::Property>& row, const RecordView& record, std::uint64_t hidden) const;

  const Form& form_;
  const Group* group_;
  const ExportOptions& options_;
  const std::vector<Field>& fields_;
  std::string counted_;  // the field that counts people
  std::vector<Category> categories_;
  std::vector<formats::SheetColumn> columns_;
};

// What the columns of a form and of its groups mean: those of RecordTable, and the fields as they are kept.
std::vector<std::vector<formats::Cell>> codebook_of(const Form& form);

// The cells of a sheet: several values stand apart by semicolons.
std::vector<formats::Cell> cells_of(const std::vector<formats::Property>& row);
formats::Cell cell_of(const Value& value, const Field* field);

}  // namespace haki::cli::exports
