// Goal: who changes a dossier in any way is noticed, whoever he is; who only packs it anew is not. Method: a whole dossier made
// as a device makes it, then everything that a hand could do to its files, to every byte of the small ones.
#include <gtest/gtest.h>

#include <cstdlib>

#include "evidence/minisign.h"
#include "sample_dossier.h"

namespace haki::evidence {
namespace {

using test::NamedFiles;
using test::SampleDossier;

DossierVerdict verdict_of(const NamedFiles& files, std::string_view signer = {}) {
  test::MemoryFiles source(files);
  auto verdict = check_dossier(source, signer, nullptr);
  EXPECT_TRUE(verdict);
  return verdict ? *verdict : DossierVerdict{};
}
std::string problems_of(const NamedFiles& files, std::string_view signer = {}) {
  std::string all;
  for (const DossierProblem& problem : verdict_of(files, signer).problems) all += problem.file + ": " + problem.what + "\n";
  return all;
}
std::string& file(NamedFiles& files, std::string_view name) {
  return std::ranges::find(files, name, &NamedFiles::value_type::first)->second;
}
bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

TEST(Dossier, HoldsAsItWasMade) {
  const SampleDossier dossier;
  const DossierVerdict verdict = verdict_of(dossier.files(), dossier.fingerprint());
  EXPECT_TRUE(verdict.holds) << problems_of(dossier.files());
  EXPECT_TRUE(verdict.signer_compared);
  EXPECT_EQ(verdict.fingerprint, dossier.fingerprint());
  EXPECT_EQ(verdict.by, "Achieng");
  EXPECT_EQ(verdict.records, 2u);
  EXPECT_EQ(verdict.custody.size(), 10u);
  EXPECT_EQ(verdict.left_out.size(), 1u);
  EXPECT_EQ(verdict.not_before_ms, test::kNoon + 7'200'000);
  ASSERT_EQ(verdict.files.size(), 3u);
  EXPECT_EQ(verdict.files[0].path, "originals/0001-IMG_0001.jpg");
  EXPECT_EQ(verdict.files[0].not_before_ms, test::kNoon - 60'000);
  EXPECT_EQ(verdict.files[0].not_after_ms, test::kNoon + 3'600'000);
  EXPECT_EQ(verdict.files[2].path, "copies/0003-thumb.jpg");
  EXPECT_TRUE(verdict_of(dossier.files()).holds);
  EXPECT_FALSE(verdict_of(dossier.files()).signer_compared);
}

TEST(Dossier, HoldsInAnyOrderAndInOneFolder) {
  NamedFiles files = SampleDossier().files();
  std::ranges::reverse(files);
  EXPECT_TRUE(verdict_of(files).holds);
  for (auto& [name, bytes] : files) name = "dossier of May/" + name;
  EXPECT_TRUE(verdict_of(files).holds);
  files[0].first = "other/" + files[0].first;
  EXPECT_FALSE(verdict_of(files).holds);
}

// The photo is large: its bytes are tried here and there, those of all others one by one.
TEST(Dossier, NoChangedByteIsTaken) {
  const NamedFiles good = SampleDossier("00112233445566778899aabbccddeeff", 2'000).files();
  std::size_t tried = 0;
  const bool all = std::getenv("HAKI_LONG") != nullptr;
  for (std::size_t i = 0; i < good.size(); ++i) {
    const std::size_t step = all || good[i].first.starts_with("MANIFEST") || good[i].first == "signer.pub" ? 1 : 7;
    for (std::size_t at = 0; at < good[i].second.size(); at += step, ++tried) {
      NamedFiles changed = good;
      changed[i].second[at] = static_cast<char>(changed[i].second[at] ^ (tried % 2 == 0 ? 1 : 0x20));
      ASSERT_FALSE(verdict_of(changed).holds) << good[i].first << " " << at;
    }
    NamedFiles longer = good, shorter = good;
    longer[i].second += '\n';
    EXPECT_FALSE(verdict_of(longer).holds) << good[i].first;
    if (shorter[i].second.empty()) continue;
    shorter[i].second.pop_back();
    EXPECT_FALSE(verdict_of(shorter).holds) << good[i].first;
  }
  EXPECT_GT(tried, 3'000u);
}

TEST(Dossier, AMissingAddedRenamedOrDoubledFileIsNamed) {
  const NamedFiles good = SampleDossier().files();
  for (std::size_t i = 0; i < good.size(); ++i) {
    NamedFiles files = good;
    files.erase(files.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(verdict_of(files).holds) << good[i].first;
    files = good;
    files.push_back(good[i]);
    EXPECT_TRUE(mentions(problems_of(files), good[i].first + ": This file is there twice."));
    files = good;
    files[i].first += "x";
    EXPECT_FALSE(verdict_of(files).holds) << good[i].first;
  }
  NamedFiles files = good;
  files.emplace_back("originals/0009-more.jpg", "more");
  EXPECT_EQ(problems_of(files), "originals/0009-more.jpg: This file was added: it is not in the signed list.\n");
  files.back().first = "../../.bashrc";
  EXPECT_FALSE(verdict_of(files).holds);
  files.back().first = "ORIGINALS/0001-IMG_0001.jpg";
  EXPECT_FALSE(verdict_of(files).holds);
}

TEST(Dossier, ASignatureOfAnotherDossierDoesNotFit) {
  const SampleDossier one, other("ffeeddccbbaa99887766554433221100");
  NamedFiles files = one.files(), others = other.files();
  file(files, kDossierSignature) = file(others, kDossierSignature);
  EXPECT_FALSE(verdict_of(files).holds);
  file(files, kDossierManifest) = file(others, kDossierManifest);
  EXPECT_FALSE(verdict_of(files).holds);
  // The same files under a dossier's id that they do not name.
  files = one.files();
  const std::string& manifest = file(files, kDossierManifest);
  file(files, kDossierSignature) = sign_dossier(one.signer->sign, other.material, manifest);
  EXPECT_FALSE(verdict_of(files).holds);
}

TEST(Dossier, AReorderedOrShortenedLogIsNoticedEvenWhenItIsSignedAnew) {
  int noticed = 0;
  for (std::size_t missing = 0; missing < 10; ++missing) {
    SampleDossier dossier;
    dossier.material.custody.erase(dossier.material.custody.begin() + static_cast<std::ptrdiff_t>(missing));
    noticed += mentions(problems_of(dossier.files()), "not whole");
  }
  EXPECT_EQ(noticed, 6);  // of ten: who signs the whole can keep back the last entry of each of the four logs; the page says so
  SampleDossier dossier;
  std::swap(dossier.material.custody[0], dossier.material.custody[1]);
  EXPECT_TRUE(mentions(problems_of(dossier.files()), "reordered"));
  dossier.take_logs();
  std::swap(dossier.material.custody[2], dossier.material.custody[3]);
  EXPECT_TRUE(mentions(problems_of(dossier.files()), "reordered"));
  dossier.take_logs();
  dossier.material.custody.push_back(dossier.material.custody.back());
  EXPECT_TRUE(mentions(problems_of(dossier.files()), "reordered"));
}

TEST(Dossier, AGapThatTheSignerDeclaresIsToldAndHolds) {
  SampleDossier dossier;
  const RecordId photo = dossier.material.files[0].about.id;
  dossier.logs[photo].erase(dossier.logs[photo].begin() + 1);
  dossier.take_logs();
  EXPECT_TRUE(mentions(problems_of(dossier.files()), "not whole"));
  dossier.material.left_out.push_back({"custody", dossier.material.records[0], photo, "IMG 0001.jpg", "", "An entry never came."});
  EXPECT_TRUE(verdict_of(dossier.files()).holds) << problems_of(dossier.files());
}

TEST(Dossier, SignedAnewBySomebodyElseShowsInTheFingerprint) {
  const std::string lead = SampleDossier().fingerprint();
  SampleDossier dossier;
  dossier.sign_as(dossier.people.monitor);  // of the coalition, and not who is expected
  EXPECT_TRUE(verdict_of(dossier.files()).holds);
  EXPECT_NE(verdict_of(dossier.files()).fingerprint, lead);
  EXPECT_EQ(problems_of(dossier.files(), lead), ": It was signed by somebody else than the signer you named.\n");
  // A stranger with the lead's name and device, but a key of his own.
  SampleDossier forged;
  forged.signer = &forged.people.stranger;
  forged.material.signer = to_base64url(dossier_key(forged.people.stranger.sign).verify);
  EXPECT_TRUE(mentions(problems_of(forged.files()), "did not certify"));
  forged.material.certificate = to_base64url(certify_dossier_key(forged.people.stranger.sign, forged.material.coalition, forged.material.device));
  EXPECT_TRUE(mentions(problems_of(forged.files()), "did not certify"));
}

TEST(Dossier, TheSignerIsComparedHoweverItIsWritten) {
  const SampleDossier dossier;
  std::string print = dossier.fingerprint();
  for (std::string given : {print, "  " + print, [&] { auto text = print; std::ranges::replace(text, ' ', ':'); return text; }(),
                            [&] { auto text = print; std::erase(text, ' '); std::ranges::transform(text, text.begin(), ::toupper); return text; }(),
                            verdict_of(dossier.files()).public_key}) {
    EXPECT_TRUE(verdict_of(dossier.files(), given).signer_compared) << given;
  }
  print.back() = print.back() == '0' ? '1' : '0';
  EXPECT_FALSE(verdict_of(dossier.files(), print).holds);
  const NamedFiles files = dossier.files();
  test::MemoryFiles source(files);
  for (const std::string_view nonsense : {"Achieng", "12 34", "RWQ"}) {
    EXPECT_EQ(check_dossier(source, nonsense, nullptr).error().code, Code::kInvalid) << nonsense;
  }
}

TEST(Dossier, WhatItClaimsOfKeysTimesAndFilesIsChecked) {
  const auto problems_with = [](auto change) {
    SampleDossier dossier;
    change(dossier);
    return problems_of(dossier.files());
  };
  const auto proof = [](SampleDossier& dossier) -> SealProof& { return dossier.material.files[0].seal; };
  const std::string not_true = "not true";
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { ++proof(d).receipt_ms; }), not_true));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { proof(d).receipt = d.material.files[1].seal.receipt; }), not_true));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { proof(d) = d.material.files[1].seal; }), not_true));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { proof(d).header = d.material.files[1].seal.header; }), not_true));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { proof(d).key = "short"; }), not_true));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { d.material.keys.pop_back(); }), "did not sign"));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { d.material.keys[0].sign = d.material.keys[1].sign; }), "not what it says"));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { d.material.keys.erase(d.material.keys.begin()); }), "altered"));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { d.material.files[0].about.sha256[0] ^= 1; }), "not the one that its record describes"));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { d.contents[0] += "!"; }), "altered"));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { d.material.files[0].about.device = d.people.lead.id; }), "does not begin"));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { d.pages.emplace_back("originals/0009-x.jpg", "x"); }), "Nothing is said"));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { d.pages.emplace_back("../x", "x"); }), "not written as such lists"));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { d.pages.emplace_back("INDEX.html", "x"); }), "not written as such lists"));
  EXPECT_TRUE(mentions(problems_with([&](auto& d) { d.material.coalition = {}; }), "certify"));
}

TEST(Dossier, WithoutAReceiptNothingIsSaidOfTheLatest) {
  SampleDossier dossier;
  for (DossierFile& one : dossier.material.files) one.seal = {};
  const DossierVerdict verdict = verdict_of(dossier.files());
  EXPECT_TRUE(verdict.holds);
  EXPECT_EQ(verdict.files[0].not_after_ms, 0);
}

TEST(Dossier, WhatIsNoDossierSaysSo) {
  EXPECT_TRUE(mentions(problems_of({}), "not a Haki dossier"));
  EXPECT_TRUE(mentions(problems_of({{"a.txt", "a"}}), "not a Haki dossier"));
  EXPECT_TRUE(mentions(problems_of({{"MANIFEST.sha256", ""}}), "public key"));
}

TEST(Dossier, NamesAreSafeForEveryFileSystem) {
  const auto path = [](std::string name, Relation relation = Relation::kOriginal) {
    AttachmentView about;
    about.name = std::move(name);
    about.relation = relation;
    return dossier_path(7, about);
  };
  EXPECT_EQ(path("IMG 0001.JPG"), "originals/0007-IMG_0001.JPG");
  EXPECT_EQ(path("../../etc/passwd"), "originals/0007-etc_passwd");
  EXPECT_EQ(path("con"), "originals/0007-con");
  EXPECT_EQ(path("nul.txt", Relation::kRedacted), "copies/0007-nul.txt");
  EXPECT_EQ(path("photo\u202egpj.exe"), "originals/0007-photo_gpj.exe");
  EXPECT_EQ(path("\x01\n\r"), "originals/0007-file");
  EXPECT_EQ(path("a.jpg."), "originals/0007-a_jpg");
  EXPECT_EQ(path(".hidden"), "originals/0007-hidden");
  EXPECT_EQ(path(std::string(300, 'x') + ".jpeg"), "originals/0007-" + std::string(60, 'x') + ".jpeg");
  for (const std::string& name : {std::string("a.tar.gz"), std::string("\xff\xfe"), std::string(""), std::string("..."), std::string("a\\b:c*d?.p<f")}) {
    EXPECT_TRUE(is_dossier_name(path(name))) << path(name);
  }
  for (const std::string_view name : {"", "/a", "a/", "a//b", "a/b/c", "..", "a/..", ".a", "-a", "a.", "a b", "a\\b", "a:b", "nul", "COM1.txt", "a/lpt9", "\xc3\xa9"}) {
    EXPECT_FALSE(is_dossier_name(name)) << name;
  }
}

TEST(Minisign, TextsHaveOneSpelling) {
  const auto pair = crypto::SigningPair::from_seed(test::named<Hash>("seed"));
  const std::string key = minisign_key_file(pair.verify);
  EXPECT_EQ(read_minisign_key_file(key), pair.verify);
  const std::string signature = minisign_file(pair, as_bytes("file"), "comment");
  EXPECT_TRUE(check_minisign_file(signature, pair.verify, as_bytes("file"), "comment"));
  EXPECT_FALSE(check_minisign_file(signature, pair.verify, as_bytes("File"), "comment"));
  EXPECT_FALSE(check_minisign_file(signature, pair.verify, as_bytes("file"), "Comment"));
  for (int bit = 0; bit < 8; ++bit) {
    for (std::size_t i = 0; i < signature.size(); ++i) {
      std::string changed = signature;
      changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
      EXPECT_FALSE(check_minisign_file(changed, pair.verify, as_bytes("file"), "comment")) << i;
    }
    for (std::size_t i = 0; i < key.size(); ++i) {
      std::string changed = key;
      changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
      EXPECT_FALSE(read_minisign_key_file(changed) == pair.verify) << i;
    }
  }
}

}  // namespace
}  // namespace haki::evidence
