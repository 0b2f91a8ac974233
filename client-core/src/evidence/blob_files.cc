#include "evidence/blob_files.h"

#include <algorithm>

#include "crypto/hash.h"

namespace haki::evidence {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::string_view kNew = "new-", kPart = "part-";

std::string name_of_blob(const BlobId& id) { return to_hex(ByteView(id.view()).first(16)); }

Error not_here() { return {Code::kNotFound, "The file of this attachment is not on this device."}; }
Error damaged_blob() {
  return {Code::kDamaged, "The file of this attachment is damaged on this device. Where the server has it, the next sync "
                          "fetches it again."};
}

// What a sealed file holds, as it was before it was sealed.
class SealedFile final : public Content {
 public:
  SealedFile(store::DiskFile& file, std::uint64_t sealed_bytes, const crypto::BlobKey& key, ByteView aad, std::uint64_t content_bytes)
      : file_(file), size_(content_bytes), opener_(key, aad, sealed_bytes) {}
  SealedFile(const SealedFile&) = delete;
  ~SealedFile() override { crypto::wipe(opened_); }

  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    const auto keep = [this](ByteView content) {
      opened_.insert(opened_.end(), content.begin(), content.end());
      return true;
    };
    Bytes sealed(crypto::kBlobSealedChunkBytes);
    while (opened_.empty()) {
      HAKI_ASSIGN(const std::size_t bytes, file_.read(at_, sealed));
      if (bytes == 0 || !opener_.add(ByteView(sealed).first(bytes), keep)) return damaged_blob();
      at_ += bytes;
    }
    const std::size_t bytes = std::min({into.size(), opened_.size(), static_cast<std::size_t>(size_ - read_)});
    std::copy_n(opened_.begin(), bytes, into.begin());
    opened_.erase(opened_.begin(), opened_.begin() + static_cast<std::ptrdiff_t>(bytes));
    read_ += bytes;
    return bytes;
  }

 private:
  store::DiskFile& file_;
  const std::uint64_t size_;
  std::uint64_t at_ = 0, read_ = 0;
  crypto::BlobOpener opener_;
  Bytes opened_;
};

}  // namespace

BlobFiles::BlobFiles(store::Disk& disk, base::Random& random, std::string home)
    : disk_(disk), random_(random), folder_(std::move(home) + "/blobs") {}

std::string BlobFiles::path_of(const BlobId& id) const { return folder_ + "/" + name_of_blob(id); }
std::string BlobFiles::part_of(const BlobId& id) const { return folder_ + "/" + std::string(kPart) + name_of_blob(id); }

Result<> BlobFiles::write_sealed(store::DiskFile& file, Content& content, crypto::BlobSealer& sealer, SealedContent& learnt,
                                 const BytesDone& done) {
  crypto::Sha256 sha256;
  crypto::Hasher blake2b;
  crypto::SecretBytes buffer(kReadBytes);
  Bytes sealed;
  sealed.reserve(kReadBytes + 2 * crypto::kBlobSealedChunkBytes);
  const auto flush = [&]() -> Result<> {
    HAKI_TRY(file.write(learnt.sealed_bytes, sealed));
    learnt.sealed_bytes += sealed.size();
    sealed.clear();
    return {};
  };
  while (learnt.content_bytes < content.size()) {
    HAKI_ASSIGN(const std::size_t read, content.read(buffer.span()));
    const ByteView piece = buffer.view().first(read);
    sha256.add(piece);
    blake2b.add(piece);
    sealer.add(piece, sealed);
    learnt.content_bytes += read;
    HAKI_TRY(flush());
    if (done) HAKI_TRY(done(learnt.content_bytes));
  }
  sealer.finish(sealed);
  HAKI_TRY(flush());
  learnt.sha256 = sha256.finish();
  learnt.blake2b = blake2b.finish32();
  learnt.id = BlobId{sealer.id().bytes};
  return file.sync();
}

Result<SealedContent> BlobFiles::seal(Content& content, const crypto::BlobKey& key, ByteView aad, const BytesDone& done) {
  HAKI_TRY(disk_.make_directory(folder_));
  std::array<std::uint8_t, 8> tail;
  random_.fill(tail);
  const std::string path = folder_ + "/" + std::string(kNew) + to_hex(tail);
  SealedContent learnt;
  Result<> written;
  {
    HAKI_ASSIGN(const std::unique_ptr<store::DiskFile> file, disk_.open(path, store::OpenMode::kTruncate));
    crypto::BlobSealer sealer(key, crypto::random_blob_header(), aad, content.size());
    written = write_sealed(*file, content, sealer, learnt, done);
  }
  if (written) written = disk_.rename(path, path_of(learnt.id));
  if (written) written = disk_.sync_directory_of(path);
  if (written) return learnt;
  [[maybe_unused]] const auto gone = disk_.remove(path);
  return written.error();
}

Result<> BlobFiles::open(const BlobId& id, const crypto::BlobKey& key, ByteView aad, const SealedContent& expected,
                         const std::function<Result<>(ByteView)>& sink) {
  auto opened = disk_.open(path_of(id), store::OpenMode::kExisting);
  if (!opened) return opened.error().code == Code::kNotFound ? not_here() : opened.error();
  HAKI_ASSIGN(const std::uint64_t size, (*opened)->size());
  crypto::BlobOpener opener(key, aad, size);
  crypto::Sha256 sha256;
  crypto::Hasher blake2b;
  Result<> taken;
  const crypto::BlobSink hand_out = [&](ByteView content) {
    sha256.add(content);
    blake2b.add(content);
    taken = sink(content);
    return taken.has_value();
  };
  Bytes buffer(kReadBytes);
  for (std::uint64_t at = 0; at < size;) {
    HAKI_ASSIGN(const std::size_t read, (*opened)->read(at, buffer));
    const bool sound = read > 0 && opener.add(ByteView(buffer).first(read), hand_out);
    if (!taken) return taken;
    if (!sound) return damaged_blob();
    at += read;
  }
  const bool whole = opener.finish() && BlobId{opener.id().bytes} == id && sha256.finish() == expected.sha256 &&
                     blake2b.finish32() == expected.blake2b && opener.content_bytes() == expected.content_bytes;
  if (!whole) return damaged_blob();
  return {};
}

Result<SealedContent> BlobFiles::seal_again(const BlobId& id, const crypto::BlobKey& key, ByteView aad, const SealedContent& expected,
                                            const crypto::BlobKey& next_key, ByteView next_aad) {
  auto file = disk_.open(path_of(id), store::OpenMode::kExisting);
  if (!file) return file.error().code == Code::kNotFound ? not_here() : file.error();
  HAKI_ASSIGN(const std::uint64_t sealed_bytes, (*file)->size());
  SealedFile content(**file, sealed_bytes, key, aad, expected.content_bytes);
  HAKI_ASSIGN(const SealedContent sealed, seal(content, next_key, next_aad, {}));
  if (sealed.sha256 == expected.sha256 && sealed.blake2b == expected.blake2b) return sealed;
  HAKI_TRY(remove(sealed.id));
  return damaged_blob();
}

Result<bool> BlobFiles::has(const BlobId& id) { return disk_.exists(path_of(id)); }

Result<Bytes> BlobFiles::piece(const BlobId& id, std::uint64_t offset, std::size_t at_most) {
  auto file = disk_.open(path_of(id), store::OpenMode::kExisting);
  if (!file) return file.error().code == Code::kNotFound ? not_here() : file.error();
  Bytes piece(at_most);
  HAKI_ASSIGN(const std::size_t read, (*file)->read(offset, piece));
  piece.resize(read);
  return piece;
}

Result<crypto::BlobHeader> BlobFiles::header(const BlobId& id) {
  HAKI_ASSIGN(const Bytes bytes, piece(id, 0, crypto::BlobHeader::kSize));
  const auto header = crypto::BlobHeader::from(bytes);
  if (!header) return damaged_blob();
  return *header;
}

Result<std::uint64_t> BlobFiles::part_bytes(const BlobId& id) {
  HAKI_ASSIGN(const bool there, disk_.exists(part_of(id)));
  if (!there) return std::uint64_t{0};
  HAKI_ASSIGN(const std::unique_ptr<store::DiskFile> file, disk_.open(part_of(id), store::OpenMode::kExisting));
  return file->size();
}

Result<> BlobFiles::keep(const BlobId& id, std::uint64_t offset, ByteView piece) {
  HAKI_TRY(disk_.make_directory(folder_));
  HAKI_ASSIGN(const std::unique_ptr<store::DiskFile> file,
              disk_.open(part_of(id), offset == 0 ? store::OpenMode::kTruncate : store::OpenMode::kExisting));
  HAKI_TRY(file->write(offset, piece));
  return file->sync();
}

Result<> BlobFiles::finish(const BlobId& id) {
  {
    HAKI_ASSIGN(const std::unique_ptr<store::DiskFile> file, disk_.open(part_of(id), store::OpenMode::kExisting));
    crypto::Hasher hasher;
    Bytes buffer(kReadBytes);
    for (std::uint64_t at = 0;;) {
      HAKI_ASSIGN(const std::size_t read, file->read(at, buffer));
      hasher.add(ByteView(buffer).first(read));
      at += read;
      if (read < buffer.size()) break;
    }
    if (BlobId{hasher.finish32().bytes} != id) {
      HAKI_TRY(disk_.remove(part_of(id)));
      return Error{Code::kDamaged, "A file that came from the server is not the one that was sealed. It was thrown away and is fetched again."};
    }
    HAKI_TRY(file->sync());
  }
  HAKI_TRY(disk_.rename(part_of(id), path_of(id)));
  return disk_.sync_directory_of(path_of(id));
}

Result<> BlobFiles::remove(const BlobId& id) {
  for (const std::string& path : {path_of(id), part_of(id)}) {
    auto removed = disk_.remove(path);
    if (!removed && removed.error().code != Code::kNotFound) return removed;
  }
  return {};
}

Result<> BlobFiles::sweep(const std::set<BlobId>& known) {
  HAKI_ASSIGN(const std::vector<std::string> names, disk_.names_in(folder_));
  std::set<std::string> keep;
  for (const BlobId& id : known) {
    keep.insert(name_of_blob(id));
    keep.insert(std::string(kPart) + name_of_blob(id));
  }
  const auto ours = [](std::string_view name) {
    for (const std::string_view prefix : {kNew, kPart}) {
      if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    }
    return !name.empty() && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  };
  for (const std::string& name : names) {
    if (!keep.contains(name) && ours(name)) HAKI_TRY(disk_.remove(folder_ + "/" + name));
  }
  return {};
}

}  // namespace haki::evidence
