// Custody entries, and the texts of minisign.
// Doors: 0 a line, 1 an element, 2 lines from the input signed by devices, as one log; 3 entries out of fields, as one log; 4 a
// minisign key, 5 a signature file, 6 a JSON line by keys, 7 a moment.
#include "evidence/custody.h"

#include <ranges>

#include "../unit/evidence/people.h"
#include "base/assert.h"
#include "evidence/json_line.h"
#include "evidence/minisign.h"
#include "evidence/moment.h"
#include "target.h"
#include "vector_seeds.h"

namespace haki::fuzz {

namespace of_custody {
namespace {

using namespace evidence;
using evidence::test::named;

const evidence::test::People& people() {
  static const evidence::test::People kPeople;
  return kPeople;
}
const RecordId kSubject = named<RecordId>("observation");

bool take_line(std::string_view text) {
  const auto line = decode_custody(text);
  if (!line) return false;
  HAKI_ASSERT(encode_custody(*line) == text);
  return true;
}

bool take_log(const std::vector<std::string>& elements) {
  const CustodyLog log = check_custody(people().rules(kSubject), elements);
  std::size_t counting = 0;
  for (const CustodyChecked& entry : log.entries) {
    static_cast<void>(entry_of(entry));
    HAKI_ASSERT(!log.holds || entry.fault == CustodyFault::kNone);
    HAKI_ASSERT((entry.fault == CustodyFault::kNone) == sentence_of(entry.fault).empty());
    counting += entry.counts() ? 1 : 0;
  }
  HAKI_ASSERT(custody_ends(log).size() <= kCustodyAfterMax);
  HAKI_ASSERT(counting == 0 || !custody_ends(log).empty());
  static_cast<void>(custody_is_due(log, people().lead.id, "viewed", evidence::test::kNoon));
  // The order in which entries come changes nothing.
  const std::vector<std::string> turned(elements.rbegin(), elements.rend());
  const CustodyLog other = check_custody(people().rules(kSubject), turned);
  HAKI_ASSERT(other.holds == log.holds && other.entries.size() == log.entries.size());
  HAKI_ASSERT(std::ranges::equal(log.entries | std::views::take(counting), other.entries | std::views::take(counting), {}, &CustodyChecked::hash, &CustodyChecked::hash));
  return log.holds && counting > 0;
}

const evidence::test::Device& somebody(Fields& fields) {
  return *std::array{&people().monitor, &people().lead, &people().stranger}[fields.choice(3)];
}

bool take_signed_lines(Fields& fields) {
  std::vector<std::string> elements;
  while (!fields.done() && elements.size() < 16) {
    const auto& device = somebody(fields);
    const std::string line(as_text(fields.piece()));
    elements.push_back(custody_element({line, crypto::sign(device.sign.secret, "HAKI1.cus", custody_hash(line))}));
  }
  return take_log(elements);
}

bool take_entries(Fields& fields) {
  std::vector<std::string> elements;
  std::vector<Hash> hashes;
  while (!fields.done() && elements.size() < 32) {
    const auto& device = somebody(fields);
    CustodyLine line;
    line.action = kCustodyActions[fields.choice(kCustodyActions.size())];
    for (std::size_t count = fields.choice(4); count > 0 && !hashes.empty(); --count) line.after.push_back(hashes[fields.choice(hashes.size())]);
    std::ranges::sort(line.after);
    line.after.erase(std::ranges::unique(line.after).begin(), line.after.end());
    if (fields.choice(8) == 1) line.after.push_back(Hash{{0xff, 0xff}});
    line.at_ms = evidence::test::kNoon + fields.byte() * 60'000;
    if (fields.flag()) line.beacon = people().beacon(evidence::test::kNoon - fields.byte() * 1'000);
    line.by = device.name;
    line.coalition = fields.choice(16) == 1 ? CoalitionId{{1}} : people().coalition;
    line.device = device.id;
    line.subject = kSubject;
    const SignedLine made = sign_custody(line, device.sign.secret);
    hashes.push_back(custody_hash(made.line));
    elements.push_back(custody_element(made));
  }
  return take_log(elements);
}

bool take_minisign_key(std::string_view text) {
  const auto key = read_minisign_key(text), from_file = read_minisign_key_file(text);
  if (key) HAKI_ASSERT(minisign_key(*key) == text);
  if (from_file) HAKI_ASSERT(minisign_key_file(*from_file) == text);
  if (const auto bytes = from_base64(text)) HAKI_ASSERT(to_base64(*bytes) == text);
  return key || from_file;
}

bool take_signature(std::string_view text) {
  static const std::string kRight = minisign_file(people().lead.sign, as_bytes("file"), "haki dossier");
  const bool holds = check_minisign_file(text, people().lead.sign.verify, as_bytes("file"), "haki dossier");
  HAKI_ASSERT(holds == (text == kRight));
  return trusted_comment_of(text).has_value();
}

bool take_json(Fields& fields) {
  const std::uint8_t shape = fields.byte();
  JsonLineReader reader(as_text(fields.rest()));
  for (unsigned i = 0; i < 4; ++i) {
    if ((shape >> i & 1) != 0) static_cast<void>(reader.texts("a"));
    else static_cast<void>(reader.text("a"));
  }
  return reader.finish();
}

bool take_moment(std::string_view text) {
  const auto ms = read_moment(text);
  if (!ms) return false;
  HAKI_ASSERT(moment_text(*ms) == text);
  return true;
}

bool take(ByteView input) {
  Fields fields(input);
  const std::size_t door = fields.choice(8);
  if (door == 2) return take_signed_lines(fields);
  if (door == 3) return take_entries(fields);
  if (door == 6) return take_json(fields);
  const std::string_view text = as_text(fields.rest());
  switch (door) {
    case 0: return take_line(text);
    case 1: {
      const auto element = read_custody_element(text);
      return element && custody_element(*element) == text;
    }
    case 4: return take_minisign_key(text);
    case 5: return take_signature(text);
    default: return take_moment(text);
  }
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  add_vectors(all, 0, "custody", "line");
  for (const haki::test::Vector& vector : haki::test::read_vectors("custody")) {
    const Bytes line = vector.hex("line");
    if (!line.empty()) all.push_back(through(2, joined({Bytes{0}, as_piece(line)})));
  }
  evidence::test::LogWriter log(people(), kSubject);
  log.put(people().monitor, "created");
  log.put(people().lead, "received", {0});
  log.put(people().lead, "viewed", {1});
  Bytes lines;
  std::uint8_t who = 0;
  for (const std::string& element : log.elements) {
    all.push_back(through(1, element));
    lines = joined({lines, Bytes{std::exchange(who, std::uint8_t{1})}, as_piece(as_bytes(read_custody_element(element)->line))});
  }
  all.push_back(through(2, lines));
  all.push_back(through(3, Bytes{0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 2, 1, 9, 0, 1, 2, 2, 0, 1, 0, 3, 0, 0}));
  all.push_back(through(4, minisign_key(people().lead.sign.verify)));
  all.push_back(through(4, minisign_key_file(people().lead.sign.verify)));
  all.push_back(through(5, minisign_file(people().lead.sign, as_bytes("file"), "haki dossier")));
  all.push_back(through(6, JsonLineWriter().text("a", "x\"\\\n\x1f\xc3\xa9").texts("a", {"y", ""}).text("a", "").text("a", "z").finish().insert(0, 1, '\2')));
  all.push_back(through(7, moment_text(evidence::test::kNoon + 1)));
  return all;
}

}  // namespace
}  // namespace of_custody

const Target kCustody{"custody", 8 * 1024, "", of_custody::take, of_custody::seeds, {}};

}  // namespace haki::fuzz
