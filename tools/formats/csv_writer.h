// One table as CSV: RFC 4180 with CRLF, UTF-8 with a byte order mark, texts neutralised (formats/injection.h).
#pragma once

#include "formats/sheet.h"
#include "formats/text_out.h"

namespace haki::formats {

class CsvWriter final : public SheetSink {
 public:
  CsvWriter(TextOut& out, SheetOptions options) : out_(out), options_(options) {}

  Result<> begin_sheet(const std::string& name, const std::vector<SheetColumn>& columns) override;
  Result<> row(std::span<const Cell> cells) override;
  Result<> finish() override { return out_.flush(); }

 private:
  TextOut& out_;
  SheetOptions options_;
  std::size_t columns_ = 0;
};

}  // namespace haki::formats
