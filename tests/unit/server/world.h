// A server without sockets or threads, and a coalition on it, for tests of what the relay takes and gives.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "fake_coalition.h"
#include "relay/relay.h"
#include "storage/sqlite/store.h"

namespace haki::test {

constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

class FakeClock final : public base::Clock {
 public:
  std::int64_t now_ms() override { return time_ms; }
  std::int64_t steady_ms() override { return time_ms; }
  std::int64_t time_ms = 1'795'500'000'000;
};

class FakeRandom final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(++state_ * 167);
  }

 private:
  std::uint64_t state_ = 0;
};

auth::ServerKeys make_server_keys();

// Lets a test put something between the relay's look at the store and its write.
class MeddlingStore final : public storage::Store {
 public:
  explicit MeddlingStore(std::unique_ptr<storage::Store> inner) : inner_(std::move(inner)) {}
  Result<std::unique_ptr<storage::Snapshot>> read() override { return inner_->read(); }
  bool commit(const storage::Write& write, std::function<void(storage::Outcome)> done) override;
  bool writable() override { return inner_->writable(); }

  std::function<void()> before_commit;                      // once
  std::function<void()> around_commit;                      // before each and after each
  std::optional<storage::Outcome::Kind> instead_of_commit;  // nothing is stored
  int commits = 0;

 private:
  std::recursive_mutex mutex_;  // what is inside writes in the caller's thread
  std::unique_ptr<storage::Store> inner_;
};

class World : public FakeCoalition {
 public:
  World();
  explicit World(std::unique_ptr<storage::Store> inner);

  // A founding token's secret, as `haki-server coalition create` would make it.
  Bytes new_token(std::int64_t life_ms = relay::kTokenLifeMs);
  // The founding batch: ref and lead with their first epochs, the founder's notebook.
  envelope::Append founding(FakeDevice& founder);
  Answer found(const Bytes& token, const envelope::Append& first);
  // Founds with `founder`, who afterwards knows the coalition.
  void found_with(FakeDevice& founder);

  // Appends it at the server; both then know the newest log.
  void admit(FakeDevice& lead, FakeDevice& device);
  // Another process on the same data, which lets each device have so much stored; 0: no limit.
  void restart(std::uint64_t device_quota_bytes);

  // As the device would after a whole reply: counter, cursor, heads, membership.
  Answer exchange(FakeDevice& device, RequestBuilder& request);
  Answer exchange(FakeDevice& device, std::vector<envelope::Frame> frames = {});
  // What an exchange that asks for one brings; zeros: none.
  envelope::BlobToken blob_token(FakeDevice& device);
  Answer join(const CoalitionId& org, const InviteId& invite, const envelope::JoinRequest& request);
  Answer recover(const CoalitionId& org, const std::vector<envelope::MembershipEntry>& entries);
  // The same without taking anything over into the device.
  Answer send(RequestBuilder& request, const CoalitionId& org);

  FakeClock clock;
  FakeRandom random;
  auth::ServerKeys keys = make_server_keys();
  MeddlingStore store;
  std::optional<relay::Relay> relay;
};

envelope::JoinRequest make_join(const FakeDevice& device, const CoalitionId& org, ByteView secret16);

// A coalition of a lead and a monitor, whose notebook has its first EpochKey.
class CoalitionTest : public ::testing::Test {
 protected:
  CoalitionTest();
  World world;
  FakeDevice lead{Role::kLead};
  FakeDevice monitor;
};

}  // namespace haki::test
