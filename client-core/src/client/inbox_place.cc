// Where the server's numbers stand after an answer: the cursor, which life of the server they are of, and its newest beacon.
#include <algorithm>

#include "base/little_endian.h"
#include "client/inbox.h"
#include "client/owed_keys.h"

namespace haki::client {

// By the network an answer follows its question. By hand it comes late, twice, or after newer ones (spec 63-bundles, "Taking an
// answer in").
void Inbox::judge_place(const sync::Inbound& inbound, std::uint64_t before, const std::optional<Bytes>& last_run) {
  adjoins_ = new_life_ = true;
  if (!inbound.carried || !inbound.welcome) return;
  const auto kept = last_run ? envelope::ServerRun::from(*last_run) : std::nullopt;
  const envelope::ServerRun here = kept.value_or(envelope::ServerRun{});
  const bool same_life = inbound.welcome->server_run == here;
  new_life_ = !same_life && inbound.carried->asked_run == here && inbound.carried->asked_after == 0;
  adjoins_ = new_life_ || (same_life && inbound.carried->asked_after <= before);
}

Result<> Inbox::catch_up(const CompartmentId& compartment, bool left_out) {
  if ((fresh_ && !left_out) || !catching_up_.emplace(compartment, 0).second) return {};
  Bytes list;
  for (const auto& [id, after] : catching_up_) base::append(list, id);
  return home_.settings->put(setting::kCatchUp, list);
}

// What a Pull without a log brought: the rest follows from the last row on where the answer was full.
Result<> Inbox::caught_up(const sync::Inbound& inbound) {
  if (catching_up_.empty() || !inbound.welcome || !asked_) return {};
  asked_ = false;
  const bool all = inbound.whole && !inbound.welcome->more;
  if (all) {
    std::erase_if(catching_up_, [&](const auto& one) { return asked_for_.contains(one.first); });
    Bytes list;
    for (const auto& [id, after] : catching_up_) base::append(list, id);
    return home_.settings->put(setting::kCatchUp, list);
  }
  // Rows of a pull come last, one compartment after the other: those before the last row's are through.
  for (const envelope::Row& row : inbound.rows) {
    const auto* run = std::get_if<envelope::Run>(&row.content);
    const auto* key = std::get_if<envelope::EpochKey>(&row.content);
    const auto one = catching_up_.find(run ? run->compartment : key ? key->compartment : CompartmentId{});
    if (one != catching_up_.end()) one->second = std::max(one->second, row.server_seq);
  }
  return {};
}

Result<> Inbox::keep_cursor(const sync::Inbound& inbound, std::uint64_t before, std::uint64_t reached) {
  std::uint64_t cursor = reached;
  if (inbound.whole && inbound.welcome) cursor = inbound.welcome->cursor;
  if (inbound.carried && !new_life_) cursor = std::max(before, cursor);
  if (ahead_of_log_ || !adjoins_) cursor = before;
  HAKI_ASSIGN(const std::int64_t kept, home_.settings->number(setting::kCursor));
  if (cursor == static_cast<std::uint64_t>(kept)) return {};
  return home_.settings->put_number(setting::kCursor, static_cast<std::int64_t>(cursor));
}

Result<> Inbox::keep_run(const sync::Inbound& inbound, std::uint64_t before, const std::optional<Bytes>& last_run) {
  if (!inbound.carried) HAKI_TRY(home_.settings->put_number(setting::kLastWelcome, home_.clock.now_ms()));
  if (!new_life_) return {};
  const envelope::Welcome& welcome = *inbound.welcome;
  const bool restored = last_run && !std::ranges::equal(*last_run, welcome.server_run.bytes);
  const bool lost_rows = !fresh_ && inbound.whole && welcome.cursor < before;
  if ((restored || lost_rows) && home_.is_lead()) {
    HAKI_TRY(home_.settings->put_number(setting::kRefill, 1));
    HAKI_TRY(OwedKeys(home_).note_all());
  }
  if (restored) HAKI_TRY(home_.blobs->doubt_server());
  if (restored) HAKI_TRY(home_.erasures->doubt_server());
  return home_.settings->put(setting::kServerRun, welcome.server_run);
}

std::set<CompartmentId> Inbox::readable() const {
  std::set<CompartmentId> readable;
  if (!home_.membership.founded()) return readable;
  for (const auto& [id, compartment] : home_.membership.compartments()) {
    if (home_.membership.may_read(home_.device, id, home_.membership.newest())) readable.insert(id);
  }
  return readable;
}

// What shows later that a custody entry is not older. One that the server did not sign shows nothing.
Result<> Inbox::take_beacon(const envelope::Welcome& welcome) {
  if (!welcome.beacon || (home_.beacon && welcome.beacon->time_ms <= home_.beacon->time_ms)) return {};
  const envelope::Beacon& beacon = *welcome.beacon;
  const Bytes message = envelope::beacon_message(home_.org, beacon);
  if (!crypto::verify(home_.membership.endpoints().server_sign_key, "HAKI1.bcn", message, beacon.signature)) return {};
  Bytes kept(8);
  base::store_le(kept.data(), beacon.time_ms);
  base::append(kept, beacon.random);
  base::append(kept, beacon.signature);
  home_.beacon = beacon;
  return home_.settings->put(setting::kBeacon, kept);
}

}  // namespace haki::client
