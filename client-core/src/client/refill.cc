#include "client/refill.h"

#include <algorithm>

#include "base/limits.h"
#include "keys/entries.h"

namespace haki::client {
namespace {
constexpr std::size_t kGrantsMax = 3000;  // about 750 KB, below a request's bound
}  // namespace

Result<> Refill::look() {
  HAKI_ASSIGN(const std::int64_t due, home_.settings->number(setting::kRefill));
  if (on_ || due == 0 || !home_.is_lead()) return {};
  on_ = true;
  for (const auto& [id, device] : home_.membership.devices()) {
    if (id != home_.device) unasked_.push_back(id);
  }
  return {};
}

Result<envelope::Append> Refill::log_from(std::uint64_t from, std::size_t at_most) {
  envelope::Append append;
  HAKI_ASSIGN(const std::vector<Bytes> entries, home_.ledger->entries());
  for (std::size_t seq = from; seq < entries.size() && append.entries.size() < at_most; ++seq) {
    envelope::FrameReader reader(entries[seq]);
    HAKI_ASSIGN(envelope::Frame frame, reader.next());
    auto* entry = std::get_if<envelope::MembershipEntry>(&frame);
    if (entry == nullptr) return Error{Code::kDamaged, "The member list in this home is damaged."};
    append.entries.push_back(std::move(*entry));
  }
  return append;
}

envelope::Append Refill::standing_keys() {
  envelope::Append append;
  envelope::Membership log = home_.membership;
  keys::EntryWriter writer(log, keys::signer_of(home_.identity), home_.clock, home_.random);
  const auto give = [&](bool standing_ones) {
    for (const auto& [place, kept] : home_.key_ring) {
      const auto& [id, number] = place;
      const envelope::Epoch* standing = log.epoch_at(id, log.newest());
      if (standing == nullptr || log.epoch(id, number) == nullptr || (number == standing->made.epoch) != standing_ones) continue;
      // What all or all leads read they read from its beginning; of others an earlier key is handed on by a decision alone.
      const envelope::CompartmentKind kind = log.compartment(id)->made.kind;
      if (!standing_ones && kind != envelope::CompartmentKind::kShared && kind != envelope::CompartmentKind::kLeads) continue;
      for (const DeviceId& device : log.key_readers(id, log.newest())) {
        const bool room = standing_ones || append.grants.size() < kGrantsMax;
        if (device != home_.device && room) writer.grant(append, {id, number, kept.key.copy()}, device);
      }
    }
  };
  give(true);
  give(false);
  const DeviceId recovery = envelope::recovery_id(log.recovery().box_key);
  for (const auto& [place, kept] : home_.key_ring) {
    if (append.grants.size() >= kGrantsMax) break;
    writer.grant(append, {place.first, place.second, kept.key.copy()}, recovery);
  }
  return append;
}

std::vector<DeviceId> Refill::wanted(std::size_t at_most) const {
  return {unasked_.begin(), unasked_.begin() + static_cast<std::ptrdiff_t>(std::min(at_most, unasked_.size()))};
}

Result<> Refill::heard(const envelope::DeviceHeads& heads) {
  const auto asked = std::ranges::find(unasked_, heads.device);
  if (asked == unasked_.end()) return {};
  unasked_.erase(asked);
  const envelope::Device* device = home_.membership.device(heads.device);
  if (device == nullptr) return {};
  for (const store::Chain* chain : home_.chains->all()) {
    if (chain->log != device->added.log) continue;
    const auto head = std::ranges::find(heads.heads, chain->compartment, &envelope::Head::compartment);
    const std::uint64_t held = head == heads.heads.end() ? 0 : head->seq;
    if (held < chain->head_seq) gaps_.push_back({chain->no, chain->compartment, held});
  }
  if (!pending()) return answered();
  return {};
}

Result<Refill::Frames> Refill::next(std::size_t bytes_max) {
  Frames frames;
  sent_ = false;
  if (gaps_.empty() || bytes_max == 0) return frames;
  Gap& gap = gaps_.front();
  if (!gap.keys_sent) {
    HAKI_ASSIGN(frames.epoch_keys, home_.ledger->kept_epoch_keys(gap.compartment));
  }
  HAKI_ASSIGN(auto runs, home_.ledger->kept_runs(gap.chain, gap.after_seq, bytes_max));
  sent_to_ = gap.after_seq;
  for (store::KeptRun& run : runs) {
    sent_to_ = run.last_seq;
    frames.runs.push_back(std::move(run.frame));
  }
  sent_ = true;
  return frames;
}

Result<> Refill::answered() {
  if (sent_ && !gaps_.empty()) {
    Gap& gap = gaps_.front();
    gap.keys_sent = true;
    if (sent_to_ == gap.after_seq) gaps_.pop_front();  // nothing more is kept of it
    else gap.after_seq = sent_to_;
  }
  sent_ = false;
  if (on_ && !pending()) {
    on_ = false;
    return home_.settings->put_number(setting::kRefill, 0);
  }
  return {};
}

}  // namespace haki::client
