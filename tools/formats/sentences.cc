#include "formats/sentences.h"

namespace haki::formats {

namespace {

constexpr char kSaveAsCsv[] = " Open it in a spreadsheet program, save it as CSV (UTF-8), and import that file.";
constexpr char kFetchAgain[] = " Perhaps its download or copy did not finish; fetch it again.";
constexpr char kSaveAgain[] =
    " Open it in the program that made it, save it again under another name, and import that file.";
constexpr char kSplit[] = " Split it into smaller files, each with the heading line.";

// Files of a kind that is not read at all.
Error other_kind(const std::string& path, Failure failure) {
  const auto unsupported = [&](const std::string& sentence) { return Error{Code::kUnsupported, path + sentence}; };
  switch (failure) {
    case Failure::kPdf:
      return unsupported(
          " is a PDF document, which holds no table that Haki can read. Ask its maker for the table as an Excel "
          "workbook, a Word document or CSV.");
    case Failure::kOtherZip:
      return unsupported(
          " is a zip archive, but neither an Excel workbook nor a Word document. Unpack it, and import the file "
          "inside that holds the table.");
    case Failure::kOldDocument:
      return unsupported(
          " is an old Word file (.doc) or another old Office file without a workbook. Open it in Word or "
          "LibreOffice, save it as .docx, and import that file.");
    case Failure::kLocked:
      return unsupported(
          " is locked with a password. Open it with the password, save a copy without one, and import the copy.");
    case Failure::kOpenDocument:
      return unsupported(
          " is a LibreOffice (OpenDocument) file. Open it, save a table as .xlsx or a text as .docx, and import that "
          "file.");
    case Failure::kBinaryWorkbook:
      return unsupported(" is a binary Excel workbook (.xlsb). Open it in Excel, save it as .xlsx, and import that file.");
    case Failure::kXml:
      return unsupported(
          " is an XML file, which Haki does not read as a table. Open it in a spreadsheet program, save it as .xlsx "
          "or CSV, and import that file.");
    default:
      return unsupported(
          " is a web page, perhaps a login page saved instead of the file. Fetch the file again.");
  }
}

// Documents, workbooks and JSON that are of the right kind and cannot be read all the same.
Error container_failure(const std::string& path, Failure failure, std::uint64_t row, const ReadLimits& limits) {
  const std::string record = std::to_string(row > 2 ? row - 1 : 1);  // the header counts as row 1
  const std::string mebibytes = std::to_string(limits.unpacked_bytes >> 20) + " MiB";
  switch (failure) {
    case Failure::kDamagedPackage:
      return {Code::kDamaged, path + " is an Excel workbook, a Word document or another archive, but damaged or not complete." + kFetchAgain +
                                  " If that does not help, open it in the program that made it, save it again under "
                                  "another name, and import that file."};
    case Failure::kUnpacked:
      return {Code::kTooLarge, path + " unpacks to more than " + mebibytes +
                                   ", far more than any list of recommendations, so nothing of it was used. Check "
                                   "that it is the right file and comes from somebody you trust."};
    case Failure::kDoctype:
      return {Code::kInvalid, path +
                                  " holds instructions (a document type) that no Word or Excel program writes, so "
                                  "nothing of it was used. Check that it comes from somebody you trust."};
    case Failure::kNoTable:
      return {Code::kInvalid, path +
                                  " is a Word document without a table. Recommendations are read from a table with a "
                                  "heading row; check that it is the right file."};
    case Failure::kNoSheet:
      return {Code::kInvalid, path +
                                  " is an Excel workbook in which no visible sheet has anything written. Check that "
                                  "it is the right file; if the sheet is hidden, show it and save the file."};
    case Failure::kRowNumber:
      return {Code::kDamaged, path + " is an Excel workbook whose rows are not numbered upwards after row " +
                                  std::to_string(row) + ", so it is damaged." + kSaveAgain};
    case Failure::kNesting:
      return {Code::kInvalid, "Record " + record + " of " + path +
                                  " holds lists within lists more than 64 deep, which no table has. Ask its maker for "
                                  "the table as CSV or .xlsx."};
    case Failure::kJsonShape:
      return {Code::kInvalid, path +
                                  " is a JSON file, but not one list of records with named fields. Ask its maker for "
                                  "such a list, or for the table as CSV or .xlsx."};
    case Failure::kDamagedJson:
      return {Code::kDamaged, path + " is a JSON file, but damaged or not complete at record " + record +
                                  "." + kFetchAgain};
    default:
      return {Code::kDamaged, path + " is an old Excel workbook (.xls), but damaged, or older than can be read." +
                                  " Open it in a spreadsheet program, save it as .xlsx, and import that file."};
  }
}

}  // namespace

Error failure_sentence(const std::string& path, Failure failure, std::uint64_t row, const ReadLimits& limits) {
  switch (failure) {
    case Failure::kPdf:
    case Failure::kOtherZip:
    case Failure::kOldDocument:
    case Failure::kLocked:
    case Failure::kOpenDocument:
    case Failure::kBinaryWorkbook:
    case Failure::kXml:
    case Failure::kWebPage:
      return other_kind(path, failure);
    case Failure::kBinary:
      return {Code::kInvalid, path + " is not a text file." + kSaveAsCsv};
    case Failure::kBlank:
      return {Code::kInvalid, path + " holds nothing but blank lines." + kFetchAgain};
    case Failure::kColumns:
      return {Code::kTooLarge,
              path + " has more than " + std::to_string(limits.columns) +
                  " columns, so it is not a list of recommendations. Check that it is the right file."};
    case Failure::kHeader:
      return {Code::kInvalid, "The heading line of " + path +
                                  " cannot be read: it has damaged or control characters, too long a "
                                  "name or a quotation mark that is never closed." +
                                  kSaveAsCsv};
    case Failure::kEndlessCell:
      return {Code::kTooLarge,
              "Row " + std::to_string(row) + " of " + path +
                  " has a cell of more than a megabyte, so "
                  "either a quotation mark is never closed or it is the wrong file; nothing of it was used."};
    case Failure::kRows:
      return {Code::kTooLarge, path + " has more than " + std::to_string(limits.rows) + " rows." + kSplit};
    case Failure::kUnreadable:
      return {Code::kIo, path + " could not be read. If it lies on a stick or another computer, copy it here first."};
    default:
      return container_failure(path, failure, row, limits);
  }
}

std::string refusal_sentence(Refusal refusal, const ReadLimits& limits) {
  switch (refusal) {
    case Refusal::kControl:
      return "has a control character, which no text has; type the cell anew";
    case Refusal::kDamaged:
      return "has a damaged character that fits no encoding; type the cell anew";
    case Refusal::kCellTooLong:
      return "is longer than " + std::to_string(limits.cell_bytes) + " bytes; perhaps a quotation mark is not closed";
    case Refusal::kNeverClosed:
      return "has a quotation mark that is never closed";
    case Refusal::kNoSuchText:
      return "names a text that the workbook does not hold; type the cell anew";
    case Refusal::kMisplaced:
      return "has a cell without a proper place, or two in one place; type the row anew";
    case Refusal::kTooManyCells:
      break;
  }
  return "the row has more than " + std::to_string(limits.columns) + " cells";
}

}  // namespace haki::formats
