// The real server without sockets and threads: its routes, its relay, its database and its files of blobs, on a folder of the
// world's own. It can be killed, started again, copied while it stands, and put back to an older copy.
#pragma once

#include <optional>

#include "auth/server_keys.h"
#include "clocks.h"
#include "coverage.h"
#include "envelope/token.h"
#include "ops/service.h"
#include "server_disk.h"
#include "storage/store.h"
#include "transport/http_client.h"

namespace haki::simulation {

class SimServer {
 public:
  SimServer(std::string folder, TrueClock& clock, base::Random& random, Coverage& coverage);
  SimServer(const SimServer&) = delete;
  ~SimServer();

  static constexpr const char* kUrl = "http://127.0.0.1:8080";
  // To found a coalition with, good for so long.
  std::string token(std::int64_t life_ms = relay::kTokenLifeMs);
  std::string unknown_token();  // of the same looks, and of no server

  transport::Response answer(const transport::Request& request);

  void restart();                   // killed, and started on what it had made durable
  void back_up();                   // one copy is kept
  bool has_backup() const { return has_backup_; }
  void restore();                   // to that copy: another life of the data
  void compact();                   // lets go of what vouched snapshots tell as well
  void allow(std::uint64_t device_quota_bytes);
  void suffer(ServerTrouble trouble);  // until told otherwise
  std::uint64_t lives() const { return lives_; }

  storage::Store& store() { return *store_; }
  // The member list as the server has it; null before there is a coalition.
  std::shared_ptr<const envelope::Membership> list();
  const CoalitionId& org() const { return org_; }
  void serve(const CoalitionId& org) { org_ = org; }
  // Every request body that came, in one hash for each: the confidentiality checker reads the bodies as they come.
  std::function<void(const transport::Request&, const transport::Response&)> overheard;

 private:
  void open();
  void close();
  envelope::FoundingToken new_token(std::int64_t life_ms);
  void count_refusal(const transport::Response& response);

  const std::string folder_;
  TrueClock& clock_;
  base::Random& random_;
  Coverage& coverage_;
  auth::ServerKeys keys_;
  std::uint64_t quota_ = 0;
  ServerTrouble trouble_ = ServerTrouble::kNone, suffers_ = ServerTrouble::kNone;  // now, while a request is answered
  std::uint64_t lives_ = 1;
  bool has_backup_ = false;
  CoalitionId org_;
  std::optional<ops::DataDirectory> data_;
  std::unique_ptr<storage::Store> store_;
  std::optional<relay::Relay> relay_;
  std::optional<relay::Blobs> relay_blobs_;
  std::optional<blobs::BlobFiles> files_;
  std::optional<ops::Workers> workers_;
  std::optional<ops::BlobService> blobs_;
  std::optional<ops::BundleService> bundles_;
  std::optional<ops::Service> service_;
};

// The name of a refusal, "kStaleCounter" as "stale counter".
std::string name_of(envelope::Refusal refusal);

}  // namespace haki::simulation
