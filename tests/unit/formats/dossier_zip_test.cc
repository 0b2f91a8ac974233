// Goal: a dossier holds however its files are packed, and no way of packing shows one reader what another does not see. Method: a
// dossier is packed by us, packed anew by Python's zipfile in honest and dishonest ways, and checked; the real minisign and
// sha256sum check it too where they are installed.
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <cstdio>
#include <fstream>

#include "formats/dossier_zip.h"
#include "sample_dossier.h"

namespace haki::formats {
namespace {

namespace fs = std::filesystem;
using evidence::test::SampleDossier;

struct Answer {
  int status = -1;
  std::string text;
};
Answer run(const std::string& command) {
  Answer answer;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return answer;
  std::array<char, 4096> block{};
  std::size_t count = 0;
  while ((count = std::fread(block.data(), 1, block.size(), pipe)) > 0) answer.text.append(block.data(), count);
  const int status = ::pclose(pipe);
  answer.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return answer;
}

class DossierZips : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "dossier_zip_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ASSERT_FALSE(folder_.empty());
    pack(path("dossier.zip"));
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  void pack(const std::string& target) {
    auto folder = ExportFolder::beside(target, true);
    ASSERT_TRUE(folder);
    auto packer = DossierPacker::create(*folder, "zip", "dossier.zip", dossier_.material.at_ms);
    ASSERT_TRUE(packer);
    for (const auto& [name, bytes] : dossier_.files()) {
      if (!name.starts_with("originals/0")) {
        packer->add_text(name, bytes);
        continue;
      }
      ASSERT_TRUE(packer->begin_file("originals/taken-back"));
      ASSERT_TRUE(packer->piece(as_bytes("half")));
      packer->drop();
      ASSERT_TRUE(packer->begin_file(name));
      for (std::size_t at = 0; at < bytes.size(); at += 30'000) ASSERT_TRUE(packer->piece(as_bytes(std::string_view(bytes).substr(at, 30'000))));
      ASSERT_TRUE(packer->end_file());
    }
    ASSERT_TRUE(packer->finish());
    ASSERT_TRUE(folder->publish("zip", target, true));
  }

  std::string repacked(const std::string& how, const std::string& name = "index.html") const {
    const std::string to = path(how + ".zip");
    const Answer made = run("/usr/bin/python3 -B " HAKI_SOURCE_DIR "/tests/unit/formats/repack.py '" + path("dossier.zip") + "' '" + to + "' " + how + " " + name);
    EXPECT_EQ(made.status, 0) << made.text;
    return to;
  }
  // "holds", what is wrong, or why it was not read.
  static std::string verdict(const std::string& zip) {
    auto opened = DossierZip::open(zip, "it.zip");
    if (!opened) return "refused: " + opened.error().message;
    const auto checked = check_dossier(**opened, {}, nullptr);
    if (!checked) return "not read: " + checked.error().message;
    if (checked->holds) return "holds";
    std::string all;
    for (const DossierProblem& problem : checked->problems) all += problem.file + ": " + problem.what + "\n";
    return all;
  }

  SampleDossier dossier_;
  fs::path folder_;
};

TEST_F(DossierZips, HoldsAsWePackIt) {
  EXPECT_EQ(verdict(path("dossier.zip")), "holds");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1) << "something was left beside it";
  const Answer python = run("/usr/bin/python3 -B " HAKI_SOURCE_DIR "/proto/vectors/check_dossier.py " + path("dossier.zip"));
  EXPECT_EQ(python.text, dossier_.fingerprint() + "\n");
}

TEST_F(DossierZips, HoldsPackedAnew) {
  for (const char* how : {"anew", "stored", "backwards", "in_folder", "with_folders", "streamed", "large", "commented"}) {
    EXPECT_EQ(verdict(repacked(how)), "holds") << how;
  }
  auto opened = DossierZip::open(path("commented.zip"), "it.zip");
  ASSERT_TRUE(opened);
  EXPECT_TRUE((*opened)->has_comment());
}

TEST_F(DossierZips, WhatIsDoneToItsFilesIsNamed) {
  EXPECT_EQ(verdict(repacked("added")), "originals/0099-more.jpg: This file was added: it is not in the signed list.\n");
  EXPECT_EQ(verdict(repacked("missing")), "index.html: This file is missing.\n");
  EXPECT_EQ(verdict(repacked("altered")), "index.html: This file was altered.\n");
  EXPECT_EQ(verdict(repacked("altered", "originals/0001-IMG_0001.jpg")), "originals/0001-IMG_0001.jpg: This file was altered.\n");
  EXPECT_EQ(verdict(repacked("renamed")),
            "index.htmlx: This file was added: it is not in the signed list.\nindex.html: This file is missing.\n");
  EXPECT_TRUE(verdict(repacked("doubled")).find("This file is there twice.") != std::string::npos);
  EXPECT_TRUE(verdict(repacked("not_utf8")).find("This file was added") != std::string::npos);
}

TEST_F(DossierZips, ABombIsNotUnpacked) {
  EXPECT_EQ(verdict(repacked("bomb", "originals/0001-IMG_0001.jpg")), "originals/0001-IMG_0001.jpg: This file was altered.\n");
  EXPECT_EQ(verdict(repacked("bomb", "index.html")), "index.html: This file was altered.\n");
  const std::string facts = verdict(repacked("bomb", "dossier.json"));
  EXPECT_TRUE(facts.find("dossier.json: ") != std::string::npos) << facts;
}

TEST_F(DossierZips, WhatTwoReadersCouldReadDifferentlyIsRefused) {
  for (const char* how : {"prepended", "appended", "hidden_file", "hidden_bytes", "two_ends", "other_local_name", "local_flag", "central_method",
                          "central_shorter", "same_place", "unicode_name", "long_lie", "many_entries", "cut_off", "no_zip", "locked", "rare_method", "link"}) {
    const std::string said = verdict(repacked(how));
    EXPECT_TRUE(said.starts_with("refused: it.zip ")) << how << ": " << said;
  }
  EXPECT_TRUE(verdict(repacked("locked")).find("password") != std::string::npos);
  EXPECT_TRUE(verdict(repacked("no_zip")).find("not a zip file") != std::string::npos);
  EXPECT_TRUE(verdict(repacked("appended")).find("pack the files anew") != std::string::npos);
}

TEST_F(DossierZips, ALieAboutASumOrALengthDoesNotHold) {
  for (const char* how : {"wrong_sum", "shorter"}) EXPECT_NE(verdict(repacked(how)), "holds") << how;
}

// Every byte of the zip itself, here and there: it may hold where the byte is nobody's (a time stamp), and never crashes.
TEST_F(DossierZips, NoChangedByteOfTheZipMakesFalseTrue) {
  std::ifstream in(path("dossier.zip"), std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  const std::size_t step = std::getenv("HAKI_LONG") != nullptr ? 1 : good.size() / 100;
  int held = 0;
  for (std::size_t at = 0; at < good.size(); at += step) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    std::ofstream(path("changed.zip"), std::ios::binary) << changed;
    held += verdict(path("changed.zip")) == "holds";
  }
  EXPECT_LT(held, 40);
}

TEST_F(DossierZips, CutAnywhereItIsRefused) {
  std::ifstream in(path("dossier.zip"), std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  for (std::size_t size = 0; size < good.size(); size += good.size() / 40) {
    std::ofstream(path("cut.zip"), std::ios::binary) << good.substr(0, size);
    EXPECT_TRUE(verdict(path("cut.zip")).starts_with("refused: ")) << size;
  }
}

TEST_F(DossierZips, AFolderOrNothingIsNoDossier) {
  EXPECT_TRUE(verdict(folder_.string()).starts_with("refused: it.zip is not a file"));
  EXPECT_TRUE(verdict(path("none.zip")).starts_with("refused: There is no file"));
}

TEST_F(DossierZips, CommonToolsAgree) {
  const std::string unpacked = path("unpacked");
  ASSERT_EQ(run("/usr/bin/python3 -c \"import sys,zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])\" " + path("dossier.zip") + " " + unpacked).status, 0);
  const Answer sums = run("cd " + unpacked + " && sha256sum -c --strict --quiet MANIFEST.sha256");
  EXPECT_EQ(sums.status, 0) << sums.text;
  if (run("command -v minisign").status != 0) GTEST_SKIP() << "minisign is not installed; tools/setup installs it";
  const Answer signature = run("cd " + unpacked + " && minisign -V -p signer.pub -m MANIFEST.sha256");
  EXPECT_EQ(signature.status, 0) << signature.text;
  EXPECT_TRUE(signature.text.find("haki dossier " + dossier_.material.id) != std::string::npos) << signature.text;
  std::ofstream(unpacked + "/MANIFEST.sha256", std::ios::app) << "\n";
  EXPECT_NE(run("cd " + unpacked + " && minisign -V -p signer.pub -m MANIFEST.sha256").status, 0);
}

}  // namespace
}  // namespace haki::formats
