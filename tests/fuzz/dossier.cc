// Dossiers from strangers.
// Doors: 0 a zip as it came: its layout, then what libzip takes out of it, checked; 1 a right dossier with one file's content
// from the input, signed anew; 2 a right dossier with bytes of its files changed, signed anew; 3 files with names and contents
// from the input; 4 a right dossier with bytes changed after it was signed.
#include <sys/mman.h>
#include <unistd.h>

#include "../unit/evidence/sample_dossier.h"
#include "../unit/formats/containers.h"
#include "base/assert.h"
#include "formats/zip_layout.h"
#include "formats/zip_member.h"
#include "target.h"
#include "vector_seeds.h"

namespace haki::fuzz {

namespace of_dossier {
namespace {

using evidence::test::MemoryFiles;
using evidence::test::NamedFiles;
using evidence::test::SampleDossier;

const SampleDossier& sample() {
  static const SampleDossier kSample("00112233445566778899aabbccddeeff", 60);
  return kSample;
}
const NamedFiles& sample_files() {
  static const NamedFiles kFiles = sample().files();
  return kFiles;
}
// Without the list and its signature, which sign() adds.
NamedFiles unsigned_files() { return {sample_files().begin(), sample_files().end() - 2}; }

bool check(const NamedFiles& files) {
  MemoryFiles source(files);
  const auto verdict = check_dossier(source, {}, nullptr);
  HAKI_ASSERT(verdict);
  HAKI_ASSERT(verdict->holds == verdict->problems.empty());
  // Without a signature that holds nothing of what it says is handed on.
  if (!verdict->holds) HAKI_ASSERT(verdict->files.empty() && verdict->custody.empty() && verdict->by.empty());
  static_cast<void>(check_dossier(source, sample().fingerprint(), nullptr));
  return verdict->holds;
}

bool take_zip(ByteView bytes) {
  const int fd = ::memfd_create("dossier", MFD_CLOEXEC);
  HAKI_ASSERT(fd >= 0 && ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  const auto layout = formats::read_zip_layout(fd);
  ::close(fd);
  const auto* whole = std::get_if<formats::ZipLayout>(&layout);
  if (whole == nullptr) return false;
  formats::ZipArchive archive(as_text(bytes), 4U << 20);
  NamedFiles files;
  for (const formats::ZipEntry& entry : whole->entries) {
    if (entry.is_folder || files.size() >= 64) continue;
    std::string content;
    static_cast<void>(archive.read(entry.name, [&](std::string_view block) { return content += block, true; }));
    files.emplace_back(entry.name, std::move(content));
  }
  return check(files);
}

void change(Fields& fields, NamedFiles& files) {
  for (std::size_t changes = 1 + fields.choice(3); changes > 0; --changes) {
    std::string& content = files[fields.choice(files.size())].second;
    const std::size_t at = std::min<std::size_t>(static_cast<std::size_t>(fields.number(2)), content.size());
    const std::size_t erased = fields.byte();
    content.replace(at, erased, as_text(fields.piece()));
  }
}

bool take(ByteView input) {
  Fields fields(input);
  switch (fields.choice(5)) {
    case 0:
      return take_zip(fields.rest());
    case 1: {
      NamedFiles files = unsigned_files();
      files[fields.choice(files.size())].second = as_text(fields.rest());
      return check(sample().sign(std::move(files)));
    }
    case 2: {
      NamedFiles files = unsigned_files();
      change(fields, files);
      return check(sample().sign(std::move(files)));
    }
    case 3: {
      NamedFiles files;
      const bool sign = fields.flag();
      while (!fields.done() && files.size() < 32) {
        const std::string name(as_text(fields.piece()));
        files.emplace_back(name, std::string(as_text(fields.piece())));
      }
      return check(sign ? sample().sign(std::move(files)) : files);
    }
    default: {
      NamedFiles files = sample_files();
      change(fields, files);
      const bool same = files == sample_files();
      const bool holds = check(files);
      HAKI_ASSERT(holds == same);  // no byte of a dossier can be another
      return holds;
    }
  }
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  for (const test::Vector& vector : test::read_vectors("dossier")) {
    formats::Parts parts;
    Bytes pieces{0};
    for (const auto& [key, value] : vector.given) {
      const Bytes bytes = from_hex(value).value_or(Bytes{});
      parts.emplace_back(key.substr(5), std::string(as_text(bytes)));
      pieces = joined({pieces, as_piece(as_bytes(parts.back().first)), as_piece(bytes)});
    }
    all.push_back(through(0, formats::zipped(parts)));
    all.push_back(through(3, pieces));
  }
  const NamedFiles files = unsigned_files();
  for (std::size_t i = 0; i < files.size(); ++i) {
    all.push_back(through(1, joined({Bytes{static_cast<std::uint8_t>(i)}, as_bytes(files[i].second)})));
    all.push_back(through(2, Bytes{0, static_cast<std::uint8_t>(i), 10, 0, 1, 1, 0, 'x'}));
    all.push_back(through(4, Bytes{0, static_cast<std::uint8_t>(i), 10, 0, 1, 1, 0, 'x'}));
  }
  all.push_back(through(4, Bytes{0, 0, 0, 0, 0, 0, 0}));
  return all;
}

}  // namespace
}  // namespace of_dossier

const Target kDossier{"dossier", 32 * 1024, "", of_dossier::take, of_dossier::seeds, {}};

}  // namespace haki::fuzz
