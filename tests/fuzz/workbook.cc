// Spreadsheets: .xlsx, .ods as far as it is told apart, and .xls.
// Doors: 0 a file as it came; 1 to 6 one part of a workbook that is right otherwise: sheet, shared texts, styles, the workbook
// itself, its relationships, the package's; 7 rows of a sheet; 8 cells of an old workbook, 9 a stream of one, 10 BIFF5.
#include "../unit/formats/old_workbooks.h"
#include "../unit/formats/packages.h"
#include "fields.h"
#include "table_input.h"
#include "target.h"

namespace haki::fuzz {

namespace of_workbook {
namespace {

using namespace formats;

const std::string kTexts = texts_of("<si><t>To</t></si><si><r><t>Te</t></r><r><t>xt</t></r></si>");
const std::string kStyles = styles_of("<numFmts><numFmt numFmtId='164' formatCode='yyyy-mm-dd'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs>");
const std::string kRows = "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row><row r='2'>" + inline_cell("A2", "Kenya") +
                          "<c r='B2' s='1'><v>41810</v></c><c r='C2' t='b'><v>1</v></c></row>";

constexpr std::array kParts{"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"};

Parts good_parts() { return workbook_parts(sheet_of(kRows), kTexts, kStyles); }

bool take_part(std::size_t which, std::string_view content) {
  Parts parts = good_parts();
  part_named(parts, kParts[which]) = content;
  return take_table(zipped(parts));
}

bool take(ByteView input) {
  Fields fields(input);
  const std::size_t door = fields.choice(11);
  const std::string rest(as_text(fields.rest()));
  if (door >= 1 && door <= kParts.size()) return take_part(door - 1, rest);
  switch (door) {
    case 0: return take_table(rest);
    case 7: return take_part(0, sheet_of(rest));
    case 8: return take_table(old_workbook(rest));
    case 9: return take_table(ole_file("Workbook", rest));
    default: return take_table(ole_file("Book", rest));
  }
}

std::string old_cells() {
  return biff_label(0, 0, "To") + biff_label(0, 1, "Text") + biff_label(1, 0, "Kenya") + biff_record(0xfd, biff_place(1, 1) + biff_number(1, 4)) +
         biff_record(0x203, biff_place(2, 0, 1) + biff_number(0x40e46a4000000000, 8)) + biff_record(0x27e, biff_place(2, 1) + biff_number(0x1234'5602, 4)) +
         biff_record(0xbd, biff_place(3, 0).substr(0, 4) + biff_number(0, 2) + biff_number(42, 4) + biff_number(0, 2) + biff_number(2, 4) + biff_number(1, 2)) +
         biff_record(0x06, biff_place(4, 0) + std::string(6, '\0') + "\xff\xff" + std::string(8, '\0')) + biff_record(0x207, biff_number(1, 2) + '\0' + "x") +
         biff_record(0x205, biff_place(5, 0) + std::string("\1\0", 2));
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  const Parts parts = good_parts();
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    Parts copy = parts;
    all.push_back(through(static_cast<std::uint8_t>(i + 1), part_named(copy, kParts[i])));
  }
  all.push_back(through(0, zipped(parts)));
  all.push_back(through(0, zipped({{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, {"content.xml", "<x/>"}})));
  all.push_back(through(7, kRows));
  const std::string workbook = "<workbook " + kSheetSpace + " xmlns:r='" + kRelationshipTypes.substr(0, kRelationshipTypes.size() - 1) +
                               "'><workbookPr date1904='1'/><sheets><sheet name='Notes' state='hidden' sheetId='2' r:id='rId9'/>"
                               "<sheet name='Sheet2' sheetId='1' r:id='rId1'/></sheets></workbook>";
  all.push_back(through(4, workbook));
  const std::string cells = old_cells();
  all.push_back(through(8, cells));
  all.push_back(through(0, old_workbook(cells)));
  const std::string sheet = biff_begin(0x10) + cells + biff_record(0x0a, "");
  const auto stream = [&](unsigned version) {
    const auto globals = [&](std::size_t offset) {
      return biff_begin(5, version) + biff_record(0x42, biff_number(1'252, 2)) +
             biff_record(0x85, biff_number(offset, 4) + biff_number(0, 2) + biff_number(2, version == 0x600 ? 2 : 1) + "S1") + biff_record(0x0a, "");
    };
    return globals(globals(0).size()) + sheet;
  };
  all.push_back(through(9, stream(0x600)));
  all.push_back(through(10, stream(0x500)));
  return all;
}

}  // namespace
}  // namespace of_workbook

const Target kWorkbook{"workbook", 64 * 1024, "workbook.dict", of_workbook::take, of_workbook::seeds, {".xlsx", ".xls"}};

}  // namespace haki::fuzz
