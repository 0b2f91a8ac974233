// What an export was asked for, read from its command line; and where it goes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/context.h"
#include "formats/export_folder.h"
#include "formats/text_out.h"

namespace haki::cli::exports {

struct ExportOptions {
  std::string kind;              // "csv"
  std::string form;              // empty: the kind's own
  std::string where;
  std::vector<std::string> ids;  // of a dossier
  std::string theme;
  std::string language = "en";
  std::string out, path;         // as written, and from where this process is; "-" is stdout
  bool force = false, drafts = false, hxl = false, with_names = false, narratives = false, codebook = false;
  bool full = false;             // head-counts as they are, and their rows
  std::int64_t threshold = 5;    // of people; 0: none is hidden
  int precision = 2;             // decimals of a point
  std::size_t words = 0;         // 0: the usual limit
  Purpose purpose = Purpose::kPublic;  // what the people concerned must have agreed to

  Query query(const std::string& of_form) const;
};

// kInvalid: the line does not fit, or the name of the file the kind; its sentence is for Context::usage().
Result<ExportOptions> read_options(const Context& context, const Arguments& arguments, const std::string& kind);

// The file under its way, or stdout.
class Destination {
 public:
  // As formats::ExportFolder::beside().
  static Result<Destination> open(const Context& context, const ExportOptions& options);

  bool is_stdout() const { return !folder_; }
  const formats::ExportFolder& folder() const { return *folder_; }
  std::string file() const { return folder_->file(kName); }  // to be made by who writes binary kinds
  Result<formats::TextOut> text() const;
  Result<> put(std::string_view bytes) const;                 // a file whole
  Result<> publish();

 private:
  static constexpr const char* kName = "export";
  Destination(ExportOptions options, int fd) : options_(std::move(options)), fd_(fd) {}

  ExportOptions options_;
  std::optional<formats::ExportFolder> folder_;
  int fd_;
};

// Ends an export: the result on stdout (but for what went there), and on stderr that the file is in the clear, how many records it
// has and what was left out.
struct Outcome {
  std::uint64_t records = 0;
  std::vector<std::string> notes;  // sentences
};
ExitCode tell(Context& context, const ExportOptions& options, const Outcome& outcome);

}  // namespace haki::cli::exports
