// The blind mailbox: checks who sends, that a chain continues and that its author may write there, keeps what it was
// given in order, gives it to those who may read it now (spec 60-http-api). It never sees content.
//
// No socket, no thread, no clock and no randomness of its own. Thread-safe; a step belongs to whoever holds it.
#pragma once

#include "relay/exchange.h"

namespace haki::relay {

class Relay {
 public:
  // `pins` name what ends TLS in front of this server; empty without TLS. `device_quota_bytes`: what one device may have
  // stored; 0: no limit.
  Relay(storage::Store& store, const auth::ServerKeys& keys, base::Clock& clock, base::Random& random,
        std::vector<envelope::Pin> pins, std::uint64_t device_quota_bytes = 0);

  Step exchange(const CoalitionId& org, Bytes body);
  // An opened bundle: kept and answered as an exchange is. Of a device that is not in the log its request to join is kept, and
  // the answer is kNotAdmitted.
  Step bundle(CarriedBundle carried);
  Step found(Bytes body);
  Step recover(const CoalitionId& org, ByteView body);
  Step join(const CoalitionId& org, const InviteId& invite, ByteView body);
  Reply server_info(ByteView nonce16);
  std::variant<CarriedBundle, Reply> open_bundle(const CoalitionId& org, ByteView file) {
    return relay::open_bundle(context_, org, file);
  }
  // What blobs.h decides by.
  Context& context() { return context_; }

 private:
  Step keep_join(const CoalitionView& coalition, const envelope::JoinRequest& request, const Reply& kept);

  Context context_;
  const std::vector<envelope::Pin> pins_;
};

// Under which a token's secret is known to the store.
Hash token_name(ByteView secret);
inline constexpr std::int64_t kTokenLifeMs = 14LL * 24 * 3600 * 1000;

}  // namespace haki::relay
