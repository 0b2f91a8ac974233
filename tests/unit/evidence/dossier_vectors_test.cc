// Goal: the dossiers kept under proto/vectors/dossier go on meaning what their names say, for us and for a second reader. Method:
// each is checked as it stands; HAKI_WRITE_VECTORS=1 makes what is missing. An existing file never changes.
#include <gtest/gtest.h>

#include "sample_dossier.h"
#include "vectors/vector_file.h"

namespace haki::evidence {
namespace {

constexpr std::string_view kFilePrefix = "file ";

void write_dossier(const std::string& name, const std::string& says, const test::NamedFiles& files) {
  haki::test::Vector vector{name, says, {}, {}, {}, true};
  for (const auto& [file, bytes] : files) vector.given[std::string(kFilePrefix) + file] = to_hex(as_bytes(bytes));
  haki::test::write_missing_vector("dossier", vector);
}

test::SampleDossier sample() { return test::SampleDossier("00112233445566778899aabbccddeeff", 60); }

// Of the custody entries as they stand.
RecordId subject_of_first(const test::SampleDossier& dossier) { return decode_custody(dossier.material.custody[0].line)->subject; }

void write_all() {
  const test::NamedFiles good = sample().files();
  write_dossier("ok_dossier", "two records, three files, ten custody entries", good);
  test::NamedFiles files = good;
  files.pop_back();
  write_dossier("bad_unsigned_dossier", "without a signature", files);
  files = good;
  for (auto& [name, bytes] : files) {
    if (name == "index.html") bytes += ' ';
  }
  write_dossier("bad_altered_dossier", "a page has a space more", files);
  files = good;
  files.emplace_back("more.txt", "");
  write_dossier("bad_added_dossier", "an empty file more", files);
  files = good;
  files.back().second.replace(files.back().second.find("untrusted"), 9, "Untrusted");
  write_dossier("bad_comment_dossier", "another comment above the signature, which minisign itself does not look at", files);
  const auto with = [&](const char* name, const char* says, auto change) {
    test::SampleDossier dossier = sample();
    change(dossier);
    write_dossier(name, says, dossier.files());
  };
  with("bad_gap_dossier", "an entry of a log is missing", [](auto& d) { d.material.custody.erase(d.material.custody.begin() + 1); });
  with("bad_order_dossier", "two entries of a log have changed places", [](auto& d) { std::swap(d.material.custody[0], d.material.custody[1]); });
  with("bad_certificate_dossier", "signed by a key that its device did not certify", [](auto& d) {
    d.signer = &d.people.stranger;
    d.material.signer = to_base64url(dossier_key(d.people.stranger.sign).verify);
  });
  with("bad_device_dossier", "a device's keys are not those that its id follows from", [](auto& d) { d.material.keys[0].box = d.material.keys[1].box; });
  with("bad_receipt_dossier", "the server had a file a millisecond earlier", [](auto& d) { --d.material.files[0].seal.receipt_ms; });
  with("bad_seal_dossier", "what the server had is not this file", [](auto& d) { d.material.files[0].seal.header = d.material.files[1].seal.header; });
  with("bad_content_dossier", "a file is not the one that its record describes", [](auto& d) { d.contents[2] = "SMALL"; });
  with("ok_declared_dossier", "an entry is missing, and the signer says so", [](auto& d) {
    d.material.custody.erase(d.material.custody.begin() + 1);
    d.material.left_out.push_back({"custody", d.material.records[0], subject_of_first(d), "", "", "An entry never came."});
  });
}

TEST(DossierVectors, AreReadAsTheirNamesSay) {
  if (haki::test::writing_vectors()) write_all();
  int count = 0;
  for (const haki::test::Vector& vector : haki::test::read_vectors("dossier")) {
    SCOPED_TRACE(vector.name + ": " + vector.says);
    ++count;
    test::NamedFiles files;
    for (const auto& [key, value] : vector.given) {
      const Bytes bytes = from_hex(value).value_or(Bytes{});
      files.emplace_back(key.substr(kFilePrefix.size()), std::string(as_text(bytes)));
    }
    test::MemoryFiles source(files);
    const auto verdict = check_dossier(source, {}, nullptr);
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->holds, vector.is_ok());
  }
  EXPECT_EQ(count, 13);
}

}  // namespace
}  // namespace haki::evidence
