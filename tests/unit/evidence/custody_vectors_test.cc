// Goal: the lines and logs kept under proto/vectors/custody go on meaning what their names say. Method: each is read as a reader
// would; HAKI_WRITE_VECTORS=1 makes what is missing. An existing file never changes.
#include <gtest/gtest.h>

#include "people.h"
#include "vectors/vector_file.h"

namespace haki::evidence {
namespace {

using Given = std::map<std::string, std::string>;

struct CustodyVectors {
  test::People people;
  RecordId subject = test::named<RecordId>("photo");

  static void write(const std::string& name, const std::string& says, Given given) {
    haki::test::write_missing_vector("custody", {name, says, std::move(given), {}, {}, true});
  }
  static void line(const std::string& name, const std::string& says, const std::string& text) {
    write(name, says, {{"line", to_hex(as_bytes(text))}, {"hash", to_hex(custody_hash(text))}});
  }
  void log(const std::string& name, const std::string& says, const std::vector<std::string>& elements) const {
    const CustodyLog checked = check_custody(people.rules(subject), elements);
    EXPECT_EQ(checked.holds, name.starts_with("ok_")) << name;
    std::string entries, order, faults, devices;
    for (const std::string& element : elements) entries += (entries.empty() ? "" : "\n") + element;
    for (const CustodyChecked& entry : checked.entries) {
      order += to_hex(entry.hash);
      faults += "0" + std::to_string(static_cast<int>(entry.fault));
    }
    for (const test::Device* one : {&people.monitor, &people.lead}) devices += to_hex(one->id) + to_hex(one->sign.verify);
    write(name, says,
          {{"coalition", to_hex(people.coalition)}, {"subject", to_hex(subject)}, {"server_key", to_hex(people.server.verify)},
           {"devices", devices}, {"entries", to_hex(as_bytes(entries))}, {"order", order}, {"faults", faults}});
  }

  void write_lines() const {
    CustodyLine made = test::LogWriter(people, subject).line(people.monitor, "created");
    const std::string plain = encode_custody(made);
    line("ok_plain_line", "the first of an attachment", plain);
    made.beacon = people.beacon(test::kNoon);
    made.after = {test::named<Hash>("b"), test::named<Hash>("a")};
    made.by = "Wanjiru \"W\" \\ \x01\x1f\x7f\n\t\b\f\r \u00e9 \U0001f600";
    const std::string full = encode_custody(made);
    line("ok_full_line", "two before it, a beacon, and characters that are escaped and not", full);
    const auto broken = [&](const char* name, const char* says, std::string_view what, std::string_view by) {
      std::string text = full;
      text.replace(text.find(what), what.size(), by);
      line(name, says, text);
    };
    broken("bad_space_line", "white space", ",\"by\"", ", \"by\"");
    broken("bad_escape_line", "a letter escaped that need not be", "created", "cre\\u0061ted");
    broken("bad_short_line", "a line end without its short form", "\\n", "\\u000a");
    broken("bad_case_line", "an escape in capitals", "\\u001f", "\\u001F");
    broken("bad_slash_line", "an escaped slash", "Wanjiru", "Wan\\/jiru");
    broken("bad_action_line", "no such action", "created", "deleted");
    broken("bad_day_line", "a day that does not exist", "2026-11-17", "2026-11-31");
    broken("bad_time_line", "no milliseconds", ".000Z", "Z");
    broken("bad_utf8_line", "half a character", "\u00e9", "\xc3");
    broken("bad_hex_line", "an id in capitals", to_hex(people.monitor.id), std::string(32, 'F'));
    broken("bad_number_line", "a zero before the beacon's time", "\"beacon\":\"", "\"beacon\":\"0");
    broken("bad_key_line", "a key more", ",\"by\"", ",\"also\":\"\",\"by\"");
    std::string turned = full;
    const auto at = turned.find("[\"") + 1;
    const std::string first = turned.substr(at, 66), second = turned.substr(at + 67, 66);
    turned.replace(at, 133, second + "," + first);
    line("bad_order_line", "what it follows is not sorted", turned);
  }

  void write_logs() const {
    test::LogWriter usual(people, subject);
    usual.put(people.monitor, "created");
    usual.put(people.lead, "received", {0});
    CustodyLine viewed = usual.line(people.monitor, "viewed", {0});
    viewed.beacon = people.beacon(test::kNoon - 5'000);
    usual.put(people.monitor, viewed);
    usual.put(people.lead, "exported", {1, 2});
    auto all = usual.elements;
    log("ok_empty_log", "nobody handled it", {});
    log("ok_order_log", "given from the last to the first, one of them twice", {all[3], all[2], all[2], all[1], all[0]});
    log("bad_gap_log", "one is missing", {all[0], all[2], all[3]});
    log("bad_beginning_log", "the first is missing", {all[1], all[2], all[3]});
    std::string spoiled = all[1];
    spoiled.back() = spoiled.back() == 'A' ? 'Q' : 'A';
    log("bad_signature_log", "one with another signature", {all[0], spoiled, all[2], all[3]});
    const auto with = [&](const test::Device& by, auto change) {
      CustodyLine line = usual.line(by, "viewed", {3});
      change(line);
      auto elements = all;
      elements.push_back(custody_element(sign_custody(line, by.sign.secret)));
      return elements;
    };
    log("bad_stranger_log", "one of a device that is not of the coalition", with(people.stranger, [](CustodyLine&) {}));
    log("bad_subject_log", "one about something else",
        with(people.lead, [](CustodyLine& line) { line.subject = test::named<RecordId>("other"); }));
    log("bad_coalition_log", "one of another coalition",
        with(people.lead, [](CustodyLine& line) { line.coalition = test::named<CoalitionId>("other"); }));
    log("bad_beacon_log", "one whose beacon the server did not sign", with(people.lead, [&](CustodyLine& line) {
          line.beacon = people.beacon(test::kNoon);
          ++line.beacon->time_ms;
        }));
    log("bad_created_log", "a second beginning", with(people.lead, [](CustodyLine& line) { line.action = "created"; }));
    log("bad_form_log", "one that is no entry", {all[0], "{}\n" + all[1].substr(all[1].find('\n') + 1)});
  }
};

std::vector<std::string> elements_of(const haki::test::Vector& vector) {
  const Bytes bytes = vector.hex("entries");
  std::string text(as_text(bytes));
  std::vector<std::string> elements;
  while (!text.empty()) {
    const auto end = text.find('\n', text.find('\n') + 1);
    elements.push_back(text.substr(0, end));
    text = end == std::string::npos ? "" : text.substr(end + 1);
  }
  return elements;
}

void expect_log(const haki::test::Vector& vector) {
  std::map<DeviceId, crypto::VerifyKey> keys;
  const Bytes devices = vector.hex("devices");
  for (ByteView rest(devices); rest.size() >= 48; rest = rest.subspan(48)) {
    keys[*DeviceId::from(rest.first(16))] = *crypto::VerifyKey::from(rest.subspan(16, 32));
  }
  const CustodyRules rules{vector.id<CoalitionId>("coalition"), vector.id<RecordId>("subject"),
                           [&](const DeviceId& id) -> std::optional<crypto::VerifyKey> {
                             const auto found = keys.find(id);
                             if (found == keys.end()) return std::nullopt;
                             return found->second;
                           },
                           {vector.id<crypto::VerifyKey>("server_key")}};
  const CustodyLog log = check_custody(rules, elements_of(vector));
  EXPECT_EQ(log.holds, vector.is_ok());
  std::string order, faults;
  for (const CustodyChecked& entry : log.entries) {
    order += to_hex(entry.hash);
    faults += "0" + std::to_string(static_cast<int>(entry.fault));
  }
  EXPECT_EQ(order, vector.given.at("order"));
  EXPECT_EQ(faults, vector.given.at("faults"));
}

TEST(CustodyVectors, AreReadAsTheirNamesSay) {
  if (haki::test::writing_vectors()) {
    CustodyVectors writer;
    writer.write_lines();
    writer.write_logs();
  }
  int lines = 0, logs = 0;
  for (const haki::test::Vector& vector : haki::test::read_vectors("custody")) {
    SCOPED_TRACE(vector.name + ": " + vector.says);
    if (vector.name.ends_with("_line")) {
      ++lines;
      const Bytes bytes = vector.hex("line");
      EXPECT_EQ(decode_custody(as_text(bytes)).has_value(), vector.is_ok());
      EXPECT_EQ(custody_hash(as_text(bytes)), vector.id<Hash>("hash"));
    } else {
      ++logs;
      expect_log(vector);
    }
  }
  EXPECT_EQ(lines, 15);
  EXPECT_EQ(logs, 11);
}

}  // namespace
}  // namespace haki::evidence
