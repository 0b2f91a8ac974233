// One exchange from its bytes to its reply (spec 60-http-api, "Exchange"), or from an opened bundle to its answer (63-bundles).
#pragma once

#include <memory>

#include "auth/blob_tokens.h"
#include "auth/request_keys.h"
#include "relay/bundle.h"
#include "relay/coalitions.h"
#include "relay/erasure.h"
#include "relay/request.h"
#include "relay/rows.h"
#include "relay/snapshots.h"
#include "relay/step.h"

namespace haki::relay {

// What every request shares; outlives them all.
struct Context {
  storage::Store& store;
  const auth::ServerKeys& keys;
  base::Clock& clock;
  base::Random& random;
  auth::RequestKeys request_keys;
  Coalitions coalitions;
  std::uint64_t device_quota_bytes = 0;  // what one device may have stored of its log; 0: no limit
  auth::BlobTokens blob_tokens{};
};

// Lives until its reply is made; the pending write points into it.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(Context& context, const CoalitionId& org, Bytes body)
      : context_(context), org_(org), body_(std::move(body)) {}
  // Of a member's device, whose signature holds.
  Exchange(Context& context, CarriedBundle carried)
      : context_(context), org_(carried.org), request_(std::move(carried.request)), coalition_(carried.coalition),
        carried_(std::move(carried)) {}
  Step start();

 private:
  std::optional<Reply> authenticate();
  Step prepare();
  Result<Step> try_prepare();
  Result<> judge(storage::Snapshot& snapshot, const envelope::Device& sender, const std::vector<storage::Chain>& own);
  Step commit(storage::DeviceState state);
  Step after_commit(storage::Outcome outcome);

  Result<Reply> reply(const storage::Outcome& outcome);
  bool nothing_to_read(const storage::Outcome& outcome) const;
  Result<> read(storage::Snapshot& snapshot, const storage::Coalition& stored, envelope::Welcome& welcome, Bytes& tail);
  Result<bool> read_membership(storage::Snapshot& snapshot, Bytes& tail);
  Result<> read_news(storage::Snapshot& snapshot, RowWriter& rows);
  Result<> read_heads(storage::Snapshot& snapshot);
  Result<> read_pulls(storage::Snapshot& snapshot, RowWriter& rows);
  Result<> read_pull(storage::Snapshot& snapshot, RowWriter& rows, const envelope::Pull& pull);
  Reply authenticated(int status, const envelope::Frame& first, ByteView rest) const;
  Reply sealed_answer(const envelope::Welcome& welcome, ByteView rest) const;
  bool asks() const { return !carried_ || request_.hello.credit > 0; }
  bool may_read(const CompartmentId& compartment) const;
  bool is_lead() const;
  bool wiped_holds(const envelope::Wiped& wiped) const;

  Context& context_;
  const CoalitionId org_;
  const Bytes body_{};
  Request request_;
  std::shared_ptr<const crypto::RequestKey> key_;
  CoalitionView coalition_;   // with this request's Append
  std::uint64_t cursor_ = 0;  // the sender's, as far as it counts here
  std::optional<CarriedBundle> carried_{};
  int attempts_ = 0;

  // Made anew at each attempt.
  std::int64_t now_ms_ = 0;
  std::uint64_t held_before_ = 0;  // entries before this request's Append
  bool appended_ = false;
  std::optional<envelope::Reject> append_refused_;
  std::unique_ptr<Push> push_;
  std::unique_ptr<Erasures> erasures_;
  std::unique_ptr<Snapshots> snapshots_;
  storage::ExchangeWrite lead_writes_;  // no more than those of erasures and snapshots
  std::optional<storage::MembershipWrite> membership_write_;
  std::vector<envelope::Head> heads_;
  bool heads_differ_ = false;
  std::optional<envelope::Beacon> beacon_;
  std::vector<envelope::Frame> pull_answers_;
};

}  // namespace haki::relay
