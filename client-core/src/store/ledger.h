// What the device knows of the coalition itself: membership entries as received, epoch keys, invites and join requests,
// and items that wait for a key or for a person. Bytes are kept as they came; keys/ and client/ know what they mean.
#pragma once

#include <optional>
#include <vector>

#include "store/chains.h"
#include "store/ledger_rows.h"

namespace haki::store {

class Ledger {
 public:
  explicit Ledger(Database& database) : database_(database) {}

  Result<> put_entry(std::uint32_t seq, ByteView frame);
  Result<std::vector<Bytes>> entries();  // in order

  // The list, the keys of its epochs, and what waits to be entered into it.
  Result<> forget_list();

  Result<> put_key(const KeptEpochKey& key);
  Result<std::vector<KeptEpochKey>> keys();

  Result<> put_invite(const KeptInvite& invite);
  Result<std::optional<KeptInvite>> invite(const InviteId& id);
  Result<> use_invite(const InviteId& id, const DeviceId& by);
  Result<> put_join(const KeptJoin& join);
  Result<std::vector<KeptJoin>> joins();
  Result<> remove_join(const InviteId& invite, const DeviceId& device);

  Result<> hold(const KeptItem& item);
  Result<std::vector<KeptItem>> held(std::int64_t chain);  // in order
  Result<> fill_held(std::int64_t no, ByteView sealed, ByteView remainder);  // the content of one that came without
  Result<> release(std::int64_t no);
  Result<std::uint64_t> held_count();
  // Whatever is kept of a chain's items beyond `seq`: held, set aside, or as it came (but for a run that begins before it).
  Result<> forget_after(std::int64_t chain, std::uint64_t seq);
  Result<> quarantine(const KeptItem& item, std::int64_t time_ms);
  Result<std::uint64_t> quarantine_count();
  Result<std::vector<KeptItem>> quarantined();  // oldest first
  Result<std::optional<KeptItem>> quarantined(std::int64_t chain, std::uint64_t last_seq);
  Result<std::optional<KeptItem>> first_quarantined(std::int64_t chain);
  Result<> settle_quarantined(std::int64_t no);

  Result<> put_verdict(const Verdict& verdict);
  Result<std::optional<Verdict>> verdict(const CompartmentId& compartment, const LogId& log, std::uint64_t seq);

  Result<> put_intent(const Intent& intent);  // its number is given here
  Result<std::vector<Intent>> intents();
  Result<> remove_intent(std::int64_t no);

  // Others' sealed work as it came.
  // `prev`: the hash at after_seq.
  Result<> keep_run(std::int64_t chain, std::uint64_t after_seq, std::uint64_t last_seq, const Hash& prev, ByteView frame);
  // The one that holds `seq`; `prev` zeros where it is not known.
  Result<std::optional<KeptRun>> kept_run_with(std::int64_t chain, std::uint64_t seq);
  Result<> replace_kept_run(std::int64_t chain, std::uint64_t last_seq, ByteView frame);
  Result<> drop_kept_run(std::int64_t chain, std::uint64_t last_seq);
  Result<std::vector<KeptRun>> kept_runs(std::int64_t chain, std::uint64_t after_seq, std::size_t bytes_max);
  Result<> keep_epoch_key(const CompartmentId& compartment, std::uint32_t epoch, ByteView frame);
  Result<std::vector<Bytes>> kept_epoch_keys(const CompartmentId& compartment);

  Result<> put_wiped(const DeviceId& device, ByteView frame);
  Result<bool> is_wiped(const DeviceId& device);

 private:
  Database& database_;
};

}  // namespace haki::store
