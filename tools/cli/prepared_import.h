// Rows of a file on their way from the process that read it (and holds no key) to the one that has the home open.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "haki/import.h"

namespace haki::cli {

struct PreparedImport {
  Output facts;  // format, encoding, rows, refused, unmapped, … as `import` prints them
  std::vector<ImportRow> rows;
};

std::string encode(const PreparedImport& import);
// kInvalid for bytes that encode() did not make.
Result<PreparedImport> decode_import(std::string_view bytes);

// Reads a file of recommendations (UPR Info, OHCHR, UHRI or our own table) in a child process.
Result<PreparedImport> read_recommendation_file(const std::string& path);

}  // namespace haki::cli
