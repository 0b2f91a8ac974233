#include "store/sealed_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>

#include "store/sealed_file.h"
#include "store/sealed_wal.h"
#include "store/wiping_memory.h"

namespace haki::store {
namespace {

// One open file as SQLite holds it: memory that SQLite allocated, of szOsFile bytes, in which our object lives.
template <typename File>
struct OpenFile {
  sqlite3_file base;  // first, so that SQLite's pointer is ours
  SealedVfs* vfs;
  File file;
};

constexpr int kPathBytesMax = 4000;

}  // namespace

struct SealedVfs::Glue {
  sqlite3_vfs registered{};

  static SealedVfs& of(sqlite3_vfs* vfs) { return *static_cast<SealedVfs*>(vfs->pAppData); }

  // Keeps the error for whoever called SQLite, and answers with SQLite's nearest code.
  static int fail(SealedVfs& self, const Error& error, int otherwise) {
    self.error_ = error;
    switch (error.code) {
      case Code::kDiskFull:
        return SQLITE_FULL;
      case Code::kBusy:
        return SQLITE_BUSY;
      case Code::kDamaged:
        return SQLITE_IOERR_DATA;
      default:
        return otherwise;
    }
  }

  // No exception of the library may cross SQLite's frames; the only one that can arise is memory running out.
  template <typename Body>
  static int guarded(Body body) noexcept {
    try {
      return body();
    } catch (...) {
      return SQLITE_IOERR_NOMEM;
    }
  }

  // --- operations on a file ---
  template <typename File>
  static OpenFile<File>& opened(sqlite3_file* file) {
    return *reinterpret_cast<OpenFile<File>*>(file);
  }

  template <typename File>
  static int close(sqlite3_file* base) {
    opened<File>(base).file.~File();
    return SQLITE_OK;
  }

  template <typename File>
  static int read(sqlite3_file* base, void* to, int size, sqlite3_int64 at) {
    return guarded([&] {
      auto& [_, vfs, file] = opened<File>(base);
      auto whole =
          file.read(static_cast<std::uint64_t>(at), {static_cast<std::uint8_t*>(to), static_cast<std::size_t>(size)});
      if (!whole) return fail(*vfs, whole.error(), SQLITE_IOERR_READ);
      return *whole ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    });
  }

  template <typename File>
  static int write(sqlite3_file* base, const void* from, int size, sqlite3_int64 at) {
    return guarded([&] {
      auto& [_, vfs, file] = opened<File>(base);
      auto done = file.write(static_cast<std::uint64_t>(at),
                             {static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(size)});
      return done ? SQLITE_OK : fail(*vfs, done.error(), SQLITE_IOERR_WRITE);
    });
  }

  template <typename File>
  static int truncate(sqlite3_file* base, sqlite3_int64 size) {
    return guarded([&] {
      auto& [_, vfs, file] = opened<File>(base);
      auto done = file.truncate(static_cast<std::uint64_t>(size));
      return done ? SQLITE_OK : fail(*vfs, done.error(), SQLITE_IOERR_TRUNCATE);
    });
  }

  template <typename File>
  static int sync(sqlite3_file* base, int) {
    return guarded([&] {
      auto& [_, vfs, file] = opened<File>(base);
      auto done = file.sync();
      if (done && std::is_same_v<File, SealedWal> && !vfs->wal_name_is_durable_) {
        done = vfs->disk_.sync_directory_of(vfs->wal_path_);
        vfs->wal_name_is_durable_ = done.has_value();
      }
      return done ? SQLITE_OK : fail(*vfs, done.error(), SQLITE_IOERR_FSYNC);
    });
  }

  template <typename File>
  static int file_size(sqlite3_file* base, sqlite3_int64* size) {
    return guarded([&] {
      auto& [_, vfs, file] = opened<File>(base);
      auto got = file.size();
      if (!got) return fail(*vfs, got.error(), SQLITE_IOERR_FSTAT);
      *size = static_cast<sqlite3_int64>(*got);
      return SQLITE_OK;
    });
  }

  template <typename File>
  static int lock(sqlite3_file* base, int) {
    return guarded([&] {
      auto& [_, vfs, file] = opened<File>(base);
      auto done = file.lock();
      return done ? SQLITE_OK : fail(*vfs, done.error(), SQLITE_IOERR_LOCK);
    });
  }
  static int unlock(sqlite3_file*, int) { return SQLITE_OK; }  // held until the file is closed
  static int check_reserved_lock(sqlite3_file*, int* held) {
    *held = 0;
    return SQLITE_OK;
  }
  static int file_control(sqlite3_file*, int operation, void*) {
    const bool hint = operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE;
    return hint ? SQLITE_OK : SQLITE_NOTFOUND;
  }
  static int sector_size(sqlite3_file*) { return kPageBytes; }
  static int device_characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  // Version 1: neither shared memory nor memory mapping can be asked for.
  template <typename File>
  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods kMethods = [] {
      sqlite3_io_methods table{};
      table.iVersion = 1;
      table.xClose = &close<File>;
      table.xRead = &read<File>;
      table.xWrite = &write<File>;
      table.xTruncate = &truncate<File>;
      table.xSync = &sync<File>;
      table.xFileSize = &file_size<File>;
      table.xLock = &lock<File>;
      table.xUnlock = &unlock;
      table.xCheckReservedLock = &check_reserved_lock;
      table.xFileControl = &file_control;
      table.xSectorSize = &sector_size;
      table.xDeviceCharacteristics = &device_characteristics;
      return table;
    }();
    return &kMethods;
  }

  // --- operations on names ---
  template <typename File>
  static int open_as(SealedVfs& self, const std::string& path, OpenMode mode, sqlite3_file* base) {
    auto disk_file = self.disk_.open(path, mode);
    if (!disk_file) return fail(self, disk_file.error(), SQLITE_CANTOPEN);
    auto file = File::open(std::move(*disk_file), self.cipher_, self.counters_);
    if (!file) return fail(self, file.error(), SQLITE_CANTOPEN);
    new (base) OpenFile<File>{{methods<File>()}, &self, std::move(*file)};
    return SQLITE_OK;
  }

  static int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* base, int flags, int* flags_out) {
    base->pMethods = nullptr;
    return guarded([&] {
      SealedVfs& self = of(vfs);
      if (flags_out != nullptr) *flags_out = flags;
      const std::string_view asked = name == nullptr ? std::string_view() : std::string_view(name);
      if ((flags & SQLITE_OPEN_MAIN_DB) != 0 && asked == self.path_) {
        return open_as<SealedFile>(self, self.path_, OpenMode::kExisting, base);
      }
      if ((flags & SQLITE_OPEN_WAL) != 0 && asked == self.wal_path_) {
        self.wal_name_is_durable_ = false;
        return open_as<SealedWal>(self, self.wal_path_, OpenMode::kCreate, base);
      }
      ++self.counters_.refused_files;  // Rule 8
      return fail(self, {Code::kIo, "The store refused to put data into a file of another kind."}, SQLITE_CANTOPEN);
    });
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    return guarded([&] {
      SealedVfs& self = of(vfs);
      if (self.wal_path_ != name) return SQLITE_IOERR_DELETE;
      auto done = self.disk_.remove(self.wal_path_);
      if (!done && done.error().code == Code::kNotFound) return SQLITE_IOERR_DELETE_NOENT;
      if (done && sync_directory != 0) done = self.disk_.sync_directory_of(self.wal_path_);
      return done ? SQLITE_OK : fail(self, done.error(), SQLITE_IOERR_DELETE);
    });
  }

  static int access(sqlite3_vfs* vfs, const char* name, int, int* answer) {
    return guarded([&] {
      SealedVfs& self = of(vfs);
      *answer = 0;
      if (self.wal_path_ != name && self.path_ != name) return SQLITE_OK;  // Rule 9
      auto there = self.disk_.exists(name);
      if (!there) return fail(self, there.error(), SQLITE_IOERR_ACCESS);
      *answer = *there ? 1 : 0;
      return SQLITE_OK;
    });
  }

  static int full_pathname(sqlite3_vfs* vfs, const char*, int size, char* to) {
    const std::string& path = of(vfs).path_;
    if (path.size() + 1 > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::memcpy(to, path.c_str(), path.size() + 1);
    return SQLITE_OK;
  }

  static void* no_library(sqlite3_vfs*, const char*) { return nullptr; }
  static void no_library_error(sqlite3_vfs*, int size, char* to) {
    sqlite3_snprintf(size, to, "extensions are not loaded");
  }
  static void (*no_symbol(sqlite3_vfs*, void*, const char*))(void) { return nullptr; }
  static void no_library_close(sqlite3_vfs*, void*) {}

  static int randomness(sqlite3_vfs*, int size, char* to) {
    for (int done = 0; done < size;) {
      const crypto::Nonce random = crypto::random_nonce();
      const int part = std::min<int>(size - done, crypto::kNonceBytes);
      std::memcpy(to + done, random.bytes.data(), static_cast<std::size_t>(part));
      done += part;
    }
    return size;
  }
  static int sleep(sqlite3_vfs*, int) { return 0; }
  // Time comes from base::Clock alone; SQL that asks for "now" gets NULL.
  static int no_time(sqlite3_vfs*, double*) { return SQLITE_ERROR; }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

SealedVfs::SealedVfs(Disk& disk, std::string path, const crypto::StoreKey& key, const FileId& file_id)
    : disk_(disk),
      path_(std::move(path)),
      wal_path_(path_ + "-wal"),
      cipher_(key, file_id),
      glue_(std::make_unique<Glue>()) {
  use_wiping_memory();
  char name[48];
  std::snprintf(name, sizeof name, "haki-sealed-%p", static_cast<void*>(this));
  name_ = name;
  sqlite3_vfs& vfs = glue_->registered;
  vfs.iVersion = 1;
  vfs.szOsFile = static_cast<int>(std::max(sizeof(OpenFile<SealedFile>), sizeof(OpenFile<SealedWal>)));
  vfs.mxPathname = kPathBytesMax;
  vfs.zName = name_.c_str();
  vfs.pAppData = this;
  vfs.xOpen = &Glue::open;
  vfs.xDelete = &Glue::remove;
  vfs.xAccess = &Glue::access;
  vfs.xFullPathname = &Glue::full_pathname;
  vfs.xDlOpen = &Glue::no_library;
  vfs.xDlError = &Glue::no_library_error;
  vfs.xDlSym = &Glue::no_symbol;
  vfs.xDlClose = &Glue::no_library_close;
  vfs.xRandomness = &Glue::randomness;
  vfs.xSleep = &Glue::sleep;
  vfs.xCurrentTime = &Glue::no_time;
  vfs.xGetLastError = &Glue::last_error;
  sqlite3_vfs_register(&vfs, 0);
}

SealedVfs::~SealedVfs() { sqlite3_vfs_unregister(&glue_->registered); }

std::optional<Error> SealedVfs::take_error() { return std::exchange(error_, std::nullopt); }

Result<> create_sealed_store(Disk& disk, const std::string& path, const PageCipher& cipher) {
  HAKI_ASSIGN(const bool there, disk.exists(path));
  if (there)
    return Error{Code::kExists, "There is a store at '" + path + "' already. Open it, or choose another place."};
  HAKI_ASSIGN(const bool old_log, disk.exists(path + "-wal"));
  if (old_log) HAKI_TRY(disk.remove(path + "-wal"));
  const std::string temporary = path + ".new";
  Bytes sealed(kPageBytes);
  cipher.seal_page(1, crypto::random_nonce(), empty_first_page(), sealed.data());
  {
    HAKI_ASSIGN(const std::unique_ptr<DiskFile> file, disk.open(temporary, OpenMode::kTruncate));
    HAKI_TRY(file->write(0, sealed));
    HAKI_TRY(file->sync());
  }
  HAKI_TRY(disk.rename(temporary, path));
  return disk.sync_directory_of(path);
}

}  // namespace haki::store
