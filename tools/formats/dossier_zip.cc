#include "formats/dossier_zip.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "formats/child_process.h"

namespace haki::formats {
namespace {

constexpr std::size_t kPieceBytes = 256U << 10;
constexpr std::uint64_t kListBytesMax = 64U << 20;
constexpr std::uint64_t kSlowestBytesPerSecond = 2U << 20;  // of a reader, with all that is computed of what it reads

// What the child of read() is told: which entries, and how much of each.
struct Asked {
  std::uint64_t entry = 0, bytes_max = 0, bytes = 0;  // the last: as the zip says
};

Error open_refused(const std::string& subject, int error) {
  switch (error) {
    case ENOENT: return {Code::kNotFound, "There is no file " + subject + "."};
    case EACCES:
    case EPERM: return {Code::kDenied, "The file " + subject + " cannot be read: you may not."};
    default: return {Code::kIo, "The file " + subject + " cannot be read: " + std::strerror(error) + "."};
  }
}

Error zip_refused(const std::string& subject, ZipFault fault) {
  const std::string anew = " If you trust the program that unpacks it, unpack it, pack the files anew and check that.";
  switch (fault) {
    case ZipFault::kNoZip: return {Code::kInvalid, subject + " is not a zip file, so it is not a dossier."};
    case ZipFault::kCutOff: return {Code::kDamaged, subject + " is cut off: it was not sent or copied to its end. Ask for it again."};
    case ZipFault::kHidden: return {Code::kInvalid, subject + " has something in it before, between or behind its files." + anew};
    case ZipFault::kContradicts: return {Code::kInvalid, subject + " contradicts itself: two programs could see different files in it." + anew};
    case ZipFault::kLocked: return {Code::kInvalid, subject + " is locked with a password. Unpack it, pack the files anew without one and check that."};
    case ZipFault::kMethod: return {Code::kInvalid, subject + " is packed in a way that is not known here." + anew};
    case ZipFault::kLink: return {Code::kInvalid, subject + " holds a link or a device in place of a file; a dossier never does."};
    case ZipFault::kTooMany: return {Code::kTooLarge, subject + " holds more files than a dossier can have."};
  }
  return {Code::kInvalid, subject + " is not a dossier."};
}

void list_in_child(int fd, FrameWriter& out) {
  const auto layout = read_zip_layout(fd);
  std::string payload;
  if (const auto* fault = std::get_if<ZipFault>(&layout)) {
    put_number(payload, static_cast<std::uint8_t>(*fault), 1);
    return out.write(FrameKind::kFailure, payload);
  }
  const auto& whole = std::get<ZipLayout>(layout);
  put_number(payload, whole.has_comment ? 1 : 0, 1);
  out.write(FrameKind::kFacts, payload);
  for (std::size_t i = 0; i < whole.entries.size(); ++i) {
    if (whole.entries[i].is_folder) continue;
    payload.clear();
    put_number(payload, i, 8);
    put_number(payload, whole.entries[i].bytes, 8);
    out.write(FrameKind::kRow, payload + whole.entries[i].name);
  }
  out.write(FrameKind::kDone, {});
}

// One entry's bytes, at most so many; whether it was whole and no longer.
bool unpack_entry(zip_t* archive, std::size_t index, const Asked& asked, FrameWriter& out) {
  zip_file_t* member = zip_fopen_index(archive, asked.entry, 0);
  if (member == nullptr) return false;
  std::uint64_t left = asked.bytes_max, unpacked = 0;
  std::vector<char> block(kPieceBytes);
  zip_int64_t count = 0;
  while ((count = zip_fread(member, block.data(), block.size())) > 0) {
    const auto size = std::min<std::uint64_t>(static_cast<std::uint64_t>(count), left);
    left -= size;
    unpacked += size;
    std::string payload;
    put_number(payload, index, 4);
    payload.append(block.data(), size);
    out.write(FrameKind::kRow, payload);
    if (size < static_cast<std::uint64_t>(count)) count = -1;
    if (count < 0) break;
  }
  zip_fclose(member);
  // A wrong checksum is told at the end; a length that is not the one named would be cut off by another reader.
  return count == 0 && unpacked == asked.bytes;
}

// libzip must see the entries that were listed: it is given the same file, and counts them the same.
void read_in_child(int fd, const std::vector<Asked>& asked, FrameWriter& out) {
  std::FILE* file = ::fdopen(fd, "rb");
  zip_source_t* source = file != nullptr ? zip_source_filep_create(file, 0, -1, nullptr) : nullptr;
  zip_t* archive = source != nullptr ? zip_open_from_source(source, ZIP_RDONLY, nullptr) : nullptr;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const bool whole = archive != nullptr && unpack_entry(archive, i, asked[i], out);
    std::string payload;
    put_number(payload, i, 4);
    put_number(payload, whole ? 1 : 0, 1);
    out.write(FrameKind::kHeader, payload);
  }
  out.write(FrameKind::kDone, {});
}

Error not_understood(const std::string& subject) {
  return {Code::kDamaged, "Reading " + subject + " broke off; nothing of it was used. It may be damaged: ask for it again."};
}

}  // namespace

Result<std::unique_ptr<DossierZip>> DossierZip::open(const std::string& path, const std::string& subject) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return open_refused(subject, errno);
  std::unique_ptr<DossierZip> zip(new DossierZip(fd, subject));
  struct stat seen{};
  if (::fstat(fd, &seen) != 0 || !S_ISREG(seen.st_mode)) return Error{Code::kInvalid, subject + " is not a file."};
  HAKI_TRY(zip->list());
  return zip;
}

DossierZip::~DossierZip() { ::close(fd_); }

std::uint64_t DossierZip::bytes() const {
  std::uint64_t all = 0;
  for (const std::uint64_t one : bytes_) all += std::min(one, kAttachmentBytesMax);
  return all;
}

Result<> DossierZip::list() {
  const ChildLimits limits{.memory_bytes = 512U << 20, .cpu_seconds = 60, .wall_seconds = 120, .frame_bytes = 1U << 17, .result_bytes = kListBytesMax * 2};
  std::optional<ZipFault> fault;
  const auto take = [&](const Frame& frame) -> Result<bool> {
    FrameReader reader(frame.payload);
    switch (static_cast<FrameKind>(frame.kind)) {
      case FrameKind::kFailure: {
        const auto number = reader.number(1).value_or(0);
        if (number == 0 || number > kZipFaultLast) return not_understood(subject_);
        return fault = static_cast<ZipFault>(number), true;
      }
      case FrameKind::kFacts: return has_comment_ = reader.number(1) == 1, false;
      case FrameKind::kRow:
        if (frame.payload.size() <= 16) return not_understood(subject_);
        entries_.push_back(*reader.number(8));
        bytes_.push_back(*reader.number(8));
        names_.push_back(frame.payload.substr(16));
        return false;
      case FrameKind::kDone: return true;
      default: return not_understood(subject_);
    }
  };
  HAKI_TRY(run_in_child(subject_, fd_, limits, [](int fd, FrameWriter& out) { list_in_child(fd, out); }, take));
  return fault ? Result<>(zip_refused(subject_, *fault)) : Result<>();
}

Result<> DossierZip::read(std::span<const Wanted> wanted, Sink& sink) {
  if (wanted.empty()) return {};
  std::vector<Asked> asked;
  std::uint64_t all = 0;
  for (const Wanted& one : wanted) {
    asked.push_back({entries_[one.index], one.bytes_max, bytes_[one.index]});
    all += std::min(one.bytes_max, bytes_[one.index]) + 1024;
  }
  ChildLimits limits{.memory_bytes = 512U << 20, .cpu_seconds = 0, .wall_seconds = 0, .frame_bytes = kPieceBytes + 64, .result_bytes = 0};
  limits.wall_seconds = static_cast<std::uint32_t>(std::min<std::uint64_t>(120 + all / kSlowestBytesPerSecond, 1U << 30));
  limits.cpu_seconds = limits.wall_seconds;
  // A zip that lies about lengths gives at most what was asked for, and is then stopped by this.
  limits.result_bytes = all * 2 + (1U << 20);
  const auto take = [&](const Frame& frame) -> Result<bool> {
    if (static_cast<FrameKind>(frame.kind) == FrameKind::kDone) return true;
    FrameReader reader(frame.payload);
    const auto index = reader.number(4);
    if (!index || *index >= wanted.size()) return not_understood(subject_);
    const std::size_t at = wanted[*index].index;
    if (static_cast<FrameKind>(frame.kind) == FrameKind::kRow) {
      HAKI_TRY(sink.piece(at, as_bytes(std::string_view(frame.payload).substr(4))));
      return false;
    }
    if (static_cast<FrameKind>(frame.kind) != FrameKind::kHeader) return not_understood(subject_);
    HAKI_TRY(sink.end(at, reader.number(1) == 1));
    return false;
  };
  return run_in_child(subject_, fd_, limits, [&](int fd, FrameWriter& out) { read_in_child(fd, asked, out); }, take);
}

Result<DossierPacker> DossierPacker::create(const ExportFolder& folder, std::string_view name, std::string subject, std::int64_t at_ms) {
  return DossierPacker(folder.path(), folder.file(name), std::move(subject), at_ms);
}

DossierPacker::DossierPacker(DossierPacker&& other) noexcept
    : folder_(std::move(other.folder_)), target_(std::move(other.target_)), subject_(std::move(other.subject_)), at_ms_(other.at_ms_),
      parts_(std::move(other.parts_)), writing_(other.writing_) {
  other.writing_ = -1;
}

DossierPacker::~DossierPacker() {
  if (writing_ >= 0) ::close(writing_);
}

Error DossierPacker::refused(int error) const {
  const bool full = error == ENOSPC || error == EFBIG || error == EDQUOT;
  if (full) return {Code::kDiskFull, "There is no space left for " + subject_ + ", which needs twice its size while it is made. Nothing was written."};
  return {Code::kIo, "The file " + subject_ + " cannot be written: " + std::strerror(error) + "."};
}

void DossierPacker::add_text(const std::string& name, std::string text) { parts_.push_back({name, {}, std::move(text)}); }

Result<> DossierPacker::begin_file(const std::string& name) {
  parts_.push_back({name, folder_ + "/part-" + std::to_string(parts_.size()), {}});
  writing_ = ::open(parts_.back().path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  return writing_ >= 0 ? Result<>() : Result<>(refused(errno));
}

Result<> DossierPacker::piece(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(writing_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refused(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Result<> DossierPacker::end_file() {
  const int error = ::close(writing_) == 0 ? 0 : errno;
  writing_ = -1;
  return error == 0 ? Result<>() : Result<>(refused(error));
}

void DossierPacker::drop() {
  if (writing_ >= 0) ::close(writing_);
  writing_ = -1;
  ::unlink(parts_.back().path.c_str());
  parts_.pop_back();
}

// The content is read when the archive is closed; `part` lives until then.
bool DossierPacker::add(zip_t* archive, const Part& part) const {
  zip_source_t* source = part.path.empty() ? zip_source_buffer(archive, part.text.data(), part.text.size(), 0)
                                           : zip_source_file(archive, part.path.c_str(), 0, -1);
  if (source == nullptr) return false;
  const zip_int64_t index = zip_file_add(archive, part.name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return false;
  }
  const auto at = static_cast<zip_uint64_t>(index);
  return zip_set_file_compression(archive, at, part.path.empty() ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0) == 0 &&
         zip_file_set_mtime(archive, at, static_cast<time_t>(at_ms_ / 1000), 0) == 0;
}

Result<> DossierPacker::finish() {
  int error = 0;
  zip_t* archive = zip_open(target_.c_str(), ZIP_CREATE | ZIP_EXCL, &error);
  if (archive == nullptr) return refused(errno);
  const bool added = std::ranges::all_of(parts_, [&](const Part& part) { return add(archive, part); });
  if (added && zip_close(archive) == 0) return {};
  const int system = zip_error_code_system(zip_get_error(archive));
  zip_discard(archive);
  return refused(system != 0 ? system : EIO);
}

}  // namespace haki::formats
