// Tables as one Excel workbook (.xlsx), written row by row in memory that does not grow with the rows. The one user of
// libxlsxwriter.
//
// The library keeps each sheet in temporary files, in the clear, until it packs them; and it packs them without saying so where the
// disk took only a part. So: its files go into the folder it is given and are checked to lie there (an ExportFolder, which nobody
// else may enter and which is gone afterwards), and what was packed is read again, row by row, before it counts as written. That
// takes room there for about twice the sheets' XML.
//
// What a sheet of Excel cannot hold is not lost: above 1,048,576 rows a sheet "name (2)" goes on, and of a text above 32,767
// characters the rest is in the sheet "continued" by sheet, row and column.
#pragma once

#include <cstdint>
#include <memory>

#include "formats/sheet.h"

namespace haki::formats {

struct XlsxOptions {
  SheetOptions sheets{};
  std::uint32_t rows_max = 1'048'576;  // of a sheet, header included
};

// The name of a table's sheet ("outreach_session/counts") as Excel allows it: "outreach_session.counts".
std::string sheet_name_of(const std::string& table);

class XlsxWriter final : public SheetSink {
 public:
  // Makes `file` within `folder` (both without a library's leave to go elsewhere). `subject` names it in sentences.
  static Result<std::unique_ptr<XlsxWriter>> create(const std::string& folder, const std::string& file, const std::string& subject,
                                                    XlsxOptions options);
  ~XlsxWriter() override;

  Result<> begin_sheet(const std::string& name, const std::vector<SheetColumn>& columns) override;
  Result<> row(std::span<const Cell> cells) override;
  Result<> finish() override;
  // Texts that go on in the sheet "continued".
  std::uint64_t continued() const;

 private:
  struct Book;
  explicit XlsxWriter(std::unique_ptr<Book> book);
  std::unique_ptr<Book> book_;
};

}  // namespace haki::formats
