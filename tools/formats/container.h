// What kind of file it is, judged by its content and never by its name (spec 70-import, section 3.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "formats/frames.h"
#include "formats/zip_member.h"

namespace haki::formats {

enum class Container { kText, kPackage, kOldWorkbook };

// By the first bytes and, for an OLE container, the names of its streams. Which kind of package a zip is, recognise_package
// says.
std::variant<Container, Failure> recognise_container(std::string_view bytes);

// Whether the first bytes are such that it may be an old workbook (.xls).
bool begins_as_old_workbook(std::string_view bytes);

enum class PackageKind { kWorkbook, kDocument };

struct Package {
  PackageKind kind = PackageKind::kWorkbook;
  std::string main_part;
};
std::variant<Package, Failure> recognise_package(ZipArchive& archive);

// A text that is no table: blank, a web page, another XML. Nothing for what may be CSV or JSON.
std::optional<Failure> failure_of_text(std::string_view text);
bool is_json(std::string_view text);

}  // namespace haki::formats
