// Goal: sealed runs and membership entries kept under proto/vectors/envelope go on meaning what their names say, so that a second
// implementation can be checked by them. Method: every file is read and verified with what it carries, as a reader would; the
// random parts were drawn once. HAKI_WRITE_VECTORS=1 makes files that are missing; an existing one never changes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "coalition.h"
#include "crypto/hash.h"
#include "envelope/frames.h"

namespace haki::envelope {
namespace {

const std::string kFolder = HAKI_SOURCE_DIR "/proto/vectors/envelope/";
using Fields = std::map<std::string, std::string>;

void write(const std::string& name, const std::string& says, const std::vector<std::pair<std::string, std::string>>& fields) {
  if (std::filesystem::exists(kFolder + name + ".hex")) return;
  std::filesystem::create_directories(kFolder);
  std::ofstream out(kFolder + name + ".hex");
  out << "# " << says << "\n";
  for (const auto& [key, value] : fields) out << key << ": " << value << "\n";
}

Fields read(const std::filesystem::path& path) {
  Fields fields;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(": ");
    if (line[0] != '#' && colon != std::string::npos) fields[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return fields;
}

template <typename T>
T id(const Fields& fields, const std::string& key) {
  return id_from_hex<T>(fields.at(key)).value_or(T{});
}

void write_missing() {
  test::Coalition coalition;
  const crypto::EpochKey key = keys::new_epoch_key(coalition.random);
  ItemHeader header;
  header.org = coalition.membership.org();
  header.compartment = coalition.shared();
  header.log = coalition.founder.log;
  header.seq = 3;
  header.epoch = 1;
  header.m_seq = coalition.membership.newest();
  header.m_head = coalition.membership.head();
  const std::string plain = "any bytes; here a sentence, sealed once";
  const SealedItem sealed = seal_item(header, 3, as_bytes(plain), key, coalition.founder.sign.secret);
  Run run;
  run.compartment = header.compartment;
  run.log = header.log;
  run.epoch = header.epoch;
  run.m_seq = header.m_seq;
  std::memcpy(run.m_head8.data(), header.m_head.bytes.data(), 8);
  run.items = {sealed.item};
  const auto fields = [&](const Run& of) -> std::vector<std::pair<std::string, std::string>> {
    return {{"org", to_hex(header.org)},
            {"m_head", to_hex(header.m_head)},
            {"author_key", to_hex(coalition.founder.sign.verify)},
            {"epoch_key", to_hex(key.view())},
            {"frame", to_hex(encode_frame(of))},
            {"header", to_hex(sealed.header)},
            {"hash", to_hex(sealed.hash)},
            {"plain", to_hex(as_bytes(plain))}};
  };
  write("ok_run", "three change sets in the first item of a chain", fields(run));
  Run changed = run;
  changed.items[0].signature->bytes[0] ^= 1;
  write("bad_signature_run", "the signature is not the author's", fields(changed));
  changed = run;
  changed.items[0].sealed[0] ^= 1;
  write("bad_tag_run", "a bit of the ciphertext was changed", fields(changed));
  changed = run;
  changed.m_head8[0] ^= 1;
  write("bad_fork_run", "it cites another membership log", fields(changed));
  changed = run;
  changed.items[0].signature.reset();
  write("bad_unsigned_run", "its last item is not signed", fields(changed));
  std::string entries;
  for (const auto& entry : coalition.entries) entries += to_hex(encode_frame(entry));
  write("ok_membership", "the founding of a coalition",
        {{"frames", entries}, {"org", to_hex(header.org)}, {"head", to_hex(header.m_head)}, {"count", "6"}});
  MembershipEntry forged = coalition.entries.back();
  forged.signature.bytes[3] ^= 1;
  entries.resize(entries.size() - to_hex(encode_frame(forged)).size());
  write("bad_signature_membership", "the last entry's signature is wrong", {{"frames", entries + to_hex(encode_frame(forged))}});
}

void check_run(const std::string& name, const Fields& fields) {
  const Bytes frame = *from_hex(fields.at("frame"));
  FrameReader reader(frame);
  const auto read_frame = reader.next();
  ASSERT_TRUE(read_frame) << name;
  const Run& run = std::get<Run>(*read_frame);
  const auto verified = verify_run(id<CoalitionId>(fields, "org"), run, run.log, {}, id<Hash>(fields, "m_head"),
                                   id<crypto::VerifyKey>(fields, "author_key"));
  EXPECT_EQ(verified.has_value(), name.starts_with("ok_")) << name;
  if (!verified) return;
  EXPECT_EQ(to_hex((*verified)[0].header), fields.at("header"));
  EXPECT_EQ(to_hex((*verified)[0].hash), fields.at("hash"));
  const crypto::EpochKey key(*from_hex(fields.at("epoch_key")));
  const auto plain = open_item((*verified)[0].header, run.items[0].sealed, key);
  ASSERT_TRUE(plain) << name;
  EXPECT_EQ(to_hex(*plain), fields.at("plain"));
}

void check_membership(const std::string& name, const Fields& fields) {
  const Bytes frames = *from_hex(fields.at("frames"));
  Membership membership;
  bool good = true;
  for (FrameReader reader(frames); !reader.done();) {
    const auto frame = reader.next();
    ASSERT_TRUE(frame) << name;
    good = membership.apply(std::get<MembershipEntry>(*frame)).has_value();
  }
  EXPECT_EQ(good, name.starts_with("ok_")) << name;
  if (!good) return;
  EXPECT_EQ(to_hex(membership.org()), fields.at("org"));
  EXPECT_EQ(to_hex(membership.head()), fields.at("head"));
  EXPECT_EQ(std::to_string(membership.count()), fields.at("count"));
}

TEST(EnvelopeVectors, MeanWhatTheirNamesSay) {
  if (std::getenv("HAKI_WRITE_VECTORS") != nullptr) write_missing();
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string name = entry.path().stem();
    const Fields fields = read(entry.path());
    ++files;
    if (fields.contains("frame")) check_run(name, fields);
    if (fields.contains("frames")) check_membership(name, fields);
  }
  EXPECT_EQ(files, 7u);
}

}  // namespace
}  // namespace haki::envelope
