#include "formats/table_child.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "formats/container.h"
#include "formats/csv_table.h"
#include "formats/docx_table.h"
#include "formats/input_file.h"
#include "formats/json_table.h"
#include "formats/table_writer.h"
#include "formats/xls_table.h"
#include "formats/xlsx_table.h"
#include "formats/zip_member.h"

namespace haki::formats {

namespace {

void write_package(std::string_view bytes, const ReadLimits& limits, const std::string& sheet, FrameWriter& out, TableWriter& table) {
  ZipArchive archive(bytes, limits.unpacked_bytes);
  const auto recognised = recognise_package(archive);
  if (const auto* failure = std::get_if<Failure>(&recognised)) return write_failure(*failure, out);
  const auto& package = std::get<Package>(recognised);
  if (package.kind == PackageKind::kWorkbook) return write_xlsx_table(archive, package.main_part, sheet, table);
  write_docx_table(archive, package.main_part, table);
}

void write_text(std::string_view bytes, const ByteTables& tables, FrameWriter& out, TableWriter& table) {
  const Recognised recognised = recognise_encoding(bytes, tables);
  std::string_view text = bytes.substr(recognised.mark_bytes);
  std::string converted;
  if (recognised.encoding == Encoding::kUtf16Little || recognised.encoding == Encoding::kUtf16Big) {
    converted = decode_utf16(text, recognised.encoding == Encoding::kUtf16Little);
    text = converted;
  }
  if (const auto failure = failure_of_text(text)) return write_failure(*failure, out);
  if (is_json(text)) return write_json_table(text, table);
  write_csv_table(text, recognised, tables, table);
}

}  // namespace

void write_table_frames(int input_fd, std::uint64_t size, const ByteTables& tables, const ReadLimits& limits,
                        const std::string& sheet, FrameWriter& out) {
  const std::optional<std::string_view> mapped = map_input(input_fd, size);
  if (!mapped) return write_failure(Failure::kUnreadable, out);
  write_table_frames(*mapped, tables, limits, sheet, out);
}

void write_table_frames(std::string_view bytes, const ByteTables& tables, const ReadLimits& limits, const std::string& sheet,
                        FrameWriter& out) {
  TableWriter table(limits, out);
  const auto recognised = recognise_container(bytes);
  if (const auto* failure = std::get_if<Failure>(&recognised)) return write_failure(*failure, out);
  switch (std::get<Container>(recognised)) {
    case Container::kPackage:
      return write_package(bytes, limits, sheet, out, table);
    case Container::kOldWorkbook:
      return write_xls_table(bytes, table);
    case Container::kText:
      return write_text(bytes, tables, out, table);
  }
}

}  // namespace haki::formats
