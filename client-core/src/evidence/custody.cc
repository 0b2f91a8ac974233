#include "evidence/custody.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "crypto/hash.h"
#include "evidence/json_line.h"
#include "evidence/moment.h"
#include "model/unicode.h"

namespace haki::evidence {
namespace {

constexpr std::string_view kCustodyDomain = "HAKI1.cus";
constexpr std::int64_t kCustodyHourMs = 3'600'000;

Error not_an_entry() { return {Code::kDamaged, "This is not a custody entry."}; }

std::string beacon_text(const std::optional<envelope::Beacon>& beacon) {
  if (!beacon) return {};
  return std::to_string(beacon->time_ms) + " " + to_base64url(beacon->random) + " " + to_base64url(beacon->signature);
}

// Lenient in spelling: decode_custody() compares with the one spelling at the end.
bool read_beacon(std::string_view text, std::optional<envelope::Beacon>& beacon) {
  if (text.empty()) return true;
  const auto first = text.find(' '), second = text.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  auto& read = beacon.emplace();
  const auto number = std::from_chars(text.data(), text.data() + first, read.time_ms);
  const auto random = from_base64url(text.substr(first + 1, second - first - 1));
  const auto signature = from_base64url(text.substr(second + 1));
  if (number.ec != std::errc() || number.ptr != text.data() + first || !random || !signature) return false;
  const auto random_id = decltype(read.random)::from(*random);
  const auto signed_by = crypto::Signature::from(*signature);
  if (!random_id || !signed_by || read.time_ms < 0) return false;
  read.random = *random_id;
  read.signature = *signed_by;
  return true;
}

bool within_bounds(const CustodyLine& line) {
  return std::ranges::find(kCustodyActions, line.action) != kCustodyActions.end() && line.after.size() <= kCustodyAfterMax &&
         line.by.size() <= kCustodyNameBytesMax && line.detail.size() <= kCustodyDetailBytesMax;
}

bool beacon_holds(const CustodyRules& rules, const envelope::Beacon& beacon) {
  return std::ranges::any_of(rules.servers, [&](const crypto::VerifyKey& server) {
    return crypto::verify(server, "HAKI1.bcn", envelope::beacon_message(rules.coalition, beacon), beacon.signature);
  });
}

CustodyChecked check_one(const CustodyRules& rules, const std::string& element) {
  CustodyChecked checked;
  const auto cut = element.rfind('\n');
  checked.line = element.substr(0, cut);
  if (cut != std::string::npos) checked.signature = element.substr(cut + 1);
  checked.hash = custody_hash(checked.line);
  checked.fault = CustodyFault::kForm;
  const auto parts = read_custody_element(element);
  if (!parts) return checked;
  auto content = decode_custody(parts->line);
  if (!content) return checked;
  checked.content = std::move(*content);
  const auto key = rules.key_of(checked.content.device);
  if (!key || !crypto::verify(*key, kCustodyDomain, checked.hash, parts->signature)) {
    checked.fault = CustodyFault::kSignature;
  } else if (checked.content.coalition != rules.coalition || checked.content.subject != rules.subject) {
    checked.fault = CustodyFault::kSubject;
  } else if (checked.content.beacon && !beacon_holds(rules, *checked.content.beacon)) {
    checked.fault = CustodyFault::kBeacon;
  } else {
    checked.fault = CustodyFault::kNone;
  }
  return checked;
}

// Each after all it names that is there; of those free to come next the smallest (at, hash).
std::vector<CustodyChecked> in_order(std::vector<CustodyChecked> entries) {
  std::map<Hash, std::size_t> place;
  for (std::size_t i = 0; i < entries.size(); ++i) place[entries[i].hash] = i;
  std::vector<std::vector<std::size_t>> followers(entries.size());
  std::vector<std::size_t> waits_for(entries.size());
  std::set<std::tuple<std::int64_t, Hash, std::size_t>> free;
  const auto release = [&](std::size_t i) { free.emplace(entries[i].content.at_ms, entries[i].hash, i); };
  for (std::size_t i = 0; i < entries.size(); ++i) {
    for (const Hash& before : entries[i].content.after) {
      const auto found = place.find(before);
      if (found == place.end()) continue;
      followers[found->second].push_back(i);
      ++waits_for[i];
    }
    if (waits_for[i] == 0) release(i);
  }
  std::vector<CustodyChecked> sorted;
  sorted.reserve(entries.size());
  while (!free.empty()) {
    const std::size_t next = std::get<2>(*free.begin());
    free.erase(free.begin());
    for (const std::size_t follower : followers[next]) {
      if (--waits_for[follower] == 0) release(follower);
    }
    sorted.push_back(std::move(entries[next]));
  }
  return sorted;  // all of them: a circle would need a hash that names itself
}

// Gaps and what `created` must be; of entries that count, in order.
void check_chain(std::vector<CustodyChecked>& entries) {
  std::set<Hash> there;
  for (const CustodyChecked& entry : entries) there.insert(entry.hash);
  const auto is_created = [](const CustodyChecked& entry) { return entry.content.action == "created"; };
  const bool twice = std::ranges::count_if(entries, is_created) > 1;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CustodyChecked& entry = entries[i];
    const auto is_missing = [&](const Hash& before) { return !there.contains(before); };
    if (is_created(entry) && (twice || i > 0 || !entry.content.after.empty())) entry.fault = CustodyFault::kCreated;
    if (std::ranges::any_of(entry.content.after, is_missing)) entry.fault = CustodyFault::kGap;
  }
}

}  // namespace

std::string encode_custody(CustodyLine line) {
  std::ranges::sort(line.after);
  std::vector<std::string> after;
  for (const Hash& hash : line.after) after.push_back(to_hex(hash));
  return JsonLineWriter()
      .text("action", line.action)
      .texts("after", after)
      .text("at", moment_text(line.at_ms))
      .text("beacon", beacon_text(line.beacon))
      .text("by", line.by)
      .text("coalition", to_hex(line.coalition))
      .text("detail", line.detail)
      .text("device", to_hex(line.device))
      .text("sha256", line.sha256 ? to_hex(*line.sha256) : "")
      .text("subject", to_hex(line.subject))
      .finish();
}

Result<CustodyLine> decode_custody(std::string_view line) {
  if (line.size() > kCustodyLineBytesMax) return not_an_entry();
  JsonLineReader reader(line);
  CustodyLine read;
  read.action = reader.text("action");
  bool sound = true;
  for (const std::string& text : reader.texts("after")) {
    const auto hash = id_from_hex<Hash>(text);
    sound = sound && hash && (read.after.empty() || read.after.back() < *hash);
    if (hash) read.after.push_back(*hash);
  }
  const auto at = read_moment(reader.text("at"));
  sound = sound && at && read_beacon(reader.text("beacon"), read.beacon);
  read.at_ms = at.value_or(0);
  read.by = reader.text("by");
  const auto coalition = id_from_hex<CoalitionId>(reader.text("coalition"));
  read.detail = reader.text("detail");
  const auto device = id_from_hex<DeviceId>(reader.text("device"));
  if (const std::string text = reader.text("sha256"); !text.empty()) {
    read.sha256 = id_from_hex<Hash>(text);
    sound = sound && read.sha256;
  }
  const auto subject = id_from_hex<RecordId>(reader.text("subject"));
  if (!reader.finish() || !sound || !coalition || !device || !subject) return not_an_entry();
  read.coalition = *coalition;
  read.device = *device;
  read.subject = *subject;
  // What is left is another spelling of the same: digits in upper case, a number with a zero before it.
  if (!within_bounds(read) || encode_custody(read) != line) return not_an_entry();
  return read;
}

Hash custody_hash(std::string_view line) { return crypto::hash32({as_bytes(line)}); }

std::string custody_element(const SignedLine& entry) { return entry.line + "\n" + to_base64url(entry.signature); }

Result<SignedLine> read_custody_element(std::string_view element) {
  const auto cut = element.find('\n');
  if (cut == std::string_view::npos) return not_an_entry();
  const auto bytes = from_base64url(element.substr(cut + 1));
  const auto signature = bytes ? crypto::Signature::from(*bytes) : std::nullopt;
  if (!signature) return not_an_entry();
  return SignedLine{std::string(element.substr(0, cut)), *signature};
}

SignedLine sign_custody(const CustodyLine& line, const crypto::SigningSecret& device) {
  SignedLine made;
  made.line = encode_custody(line);
  made.signature = crypto::sign(device, kCustodyDomain, custody_hash(made.line));
  return made;
}

std::string_view sentence_of(CustodyFault fault) {
  switch (fault) {
    case CustodyFault::kNone: return "";
    case CustodyFault::kForm: return "This entry was altered: it is not written as entries are.";
    case CustodyFault::kSignature: return "This entry was altered, or signed by a device that is not of the coalition.";
    case CustodyFault::kSubject: return "This entry is about something else: it was put here from another place.";
    case CustodyFault::kBeacon: return "This entry names a time that the coalition's server did not sign.";
    case CustodyFault::kGap: return "An entry that this one came after is missing: the log is not whole.";
    case CustodyFault::kCreated: return "There is more than one beginning, or the beginning is not the first: the log is not whole.";
  }
  return "";
}

CustodyEntry entry_of(const CustodyChecked& checked) {
  CustodyEntry entry;
  entry.subject = checked.content.subject;
  entry.action = checked.content.action;
  entry.at_ms = checked.content.at_ms;
  entry.by = checked.content.by;
  entry.detail = checked.content.detail;
  entry.device = checked.content.device;
  if (checked.content.sha256) entry.sha256 = to_hex(*checked.content.sha256);
  entry.line = checked.line;
  entry.signature = checked.signature;
  entry.holds = checked.fault == CustodyFault::kNone;
  entry.wrong = sentence_of(checked.fault);
  return entry;
}

CustodyLog check_custody(const CustodyRules& rules, std::span<const std::string> elements) {
  CustodyLog log;
  if (elements.size() > kCustodyEntriesMax) log.holds = false;
  std::vector<CustodyChecked> counting;
  std::vector<CustodyChecked> wrong;
  std::set<Hash> there;
  std::set<std::string_view> seen;
  for (const std::string& element : elements.first(std::min(elements.size(), kCustodyEntriesMax))) {
    if (!seen.insert(element).second) continue;
    CustodyChecked checked = check_one(rules, element);
    if (!checked.counts()) {
      wrong.push_back(std::move(checked));
    } else if (there.insert(checked.hash).second) {
      counting.push_back(std::move(checked));
    }
  }
  log.entries = in_order(std::move(counting));
  check_chain(log.entries);
  std::ranges::sort(wrong, {}, [](const CustodyChecked& entry) { return std::tie(entry.content.at_ms, entry.hash, entry.signature); });
  std::ranges::move(wrong, std::back_inserter(log.entries));
  const auto is_wrong = [](const CustodyChecked& entry) { return entry.fault != CustodyFault::kNone; };
  if (std::ranges::any_of(log.entries, is_wrong)) log.holds = false;
  return log;
}

std::vector<Hash> custody_ends(const CustodyLog& log) {
  std::set<Hash> followed;
  for (const CustodyChecked& entry : log.entries) {
    if (entry.counts()) followed.insert(entry.content.after.begin(), entry.content.after.end());
  }
  std::vector<Hash> ends;
  for (const CustodyChecked& entry : log.entries) {
    if (entry.counts() && !followed.contains(entry.hash)) ends.push_back(entry.hash);
  }
  if (ends.size() > kCustodyAfterMax) ends.erase(ends.begin(), ends.end() - kCustodyAfterMax);
  std::ranges::sort(ends);
  return ends;
}

bool custody_is_due(const CustodyLog& log, const DeviceId& device, std::string_view action, std::int64_t now_ms) {
  if (action == "saved" || action == "exported" || action == "redacted") return true;
  return std::ranges::none_of(log.entries, [&](const CustodyChecked& entry) {
    const CustodyLine& line = entry.content;
    return entry.counts() && line.device == device && line.action == action && line.at_ms <= now_ms &&
           now_ms - line.at_ms < kCustodyHourMs;
  });
}

}  // namespace haki::evidence
