// Dossiers as zip files (spec 82-dossier, "As a zip"): read in a confined child, whatever a stranger made of them, and written
// without ever holding an attachment in memory.
//
// The child takes the zip apart and hands over bytes; what they are worth is judged here, from digests and signatures. So a zip
// that gets the better of the child can withhold files, and not make false ones true.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/export_folder.h"
#include "formats/zip_layout.h"
#include "haki/dossier.h"

struct zip;  // libzip's own name for an open archive

namespace haki::formats {

class DossierZip final : public DossierFiles {
 public:
  // `subject` is what sentences call it. kNotFound, kDenied, kIo; kInvalid where it is no zip or one of which two readers
  // could see different files.
  static Result<std::unique_ptr<DossierZip>> open(const std::string& path, const std::string& subject);
  ~DossierZip() override;

  const std::vector<std::string>& names() override { return names_; }
  Result<> read(std::span<const Wanted> wanted, Sink& sink) override;
  bool has_comment() const { return has_comment_; }  // which nobody signed
  std::uint64_t bytes() const;                       // of all files, as the zip says

 private:
  DossierZip(int fd, std::string subject) : fd_(fd), subject_(std::move(subject)) {}
  Result<> list();

  int fd_;
  std::string subject_;
  bool has_comment_ = false;
  std::vector<std::string> names_;  // without folders
  std::vector<std::uint64_t> entries_, bytes_;  // of each: its number in the zip, and its length as the zip says
};

class DossierPacker {
 public:
  // Makes `name` in the folder. `at_ms` is the time that all entries have.
  static Result<DossierPacker> create(const ExportFolder& folder, std::string_view name, std::string subject, std::int64_t at_ms);
  DossierPacker(DossierPacker&& other) noexcept;
  DossierPacker& operator=(DossierPacker&&) = delete;
  ~DossierPacker();

  void add_text(const std::string& name, std::string text);
  // A file in pieces: it is kept in the folder until finish(). drop() takes back what was begun.
  Result<> begin_file(const std::string& name);
  Result<> piece(ByteView bytes);
  Result<> end_file();
  void drop();
  // Writes the zip. kDiskFull, kIo: nothing of it can be relied on.
  Result<> finish();

 private:
  struct Part {
    std::string name, path, text;  // `path` of a file, else `text`
  };
  DossierPacker(std::string folder, std::string target, std::string subject, std::int64_t at_ms)
      : folder_(std::move(folder)), target_(std::move(target)), subject_(std::move(subject)), at_ms_(at_ms) {}
  Error refused(int error) const;
  bool add(zip* archive, const Part& part) const;

  std::string folder_, target_, subject_;
  std::int64_t at_ms_;
  std::list<Part> parts_;
  int writing_ = -1;
};

}  // namespace haki::formats
