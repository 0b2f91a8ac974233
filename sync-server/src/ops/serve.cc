#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/log.h"
#include "crypto/random.h"
#include "envelope/token.h"
#include "ops/commands.h"
#include "ops/service.h"
#include "relay/compaction.h"
#include "storage/sqlite/store.h"

namespace haki::ops {
namespace {

// Keys are in memory: they must not reach a disk with a crash.
void forbid_core_dumps() {
  const rlimit none{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &none);
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

Result<http::Options> http_options(const Settings& settings) {
  HAKI_ASSIGN(const Address address, parse_listen(settings.listen));
  if (settings.tls_cert.empty() != settings.tls_key.empty()) {
    return Error{Code::kInvalid, "TLS needs both --tls-cert and --tls-key."};
  }
  http::Options options;
  options.host = address.host;
  options.port = address.port;
  options.certificate_file = settings.tls_cert;
  options.key_file = settings.tls_key;
  options.allow_plain = settings.allow_plain_http;
  options.threads = static_cast<int>(settings.threads);
  options.limits.connections = static_cast<std::size_t>(settings.connections);
  options.limits.connections_per_address = static_cast<std::size_t>(settings.connections_per_address);
  return options;
}

}  // namespace

Result<DataDirectory> open_data(const std::string& data) {
  if (data.empty()) return Error{Code::kInvalid, "Say where the server keeps its data: --data DIR."};
  ::umask(0077);
  forbid_core_dumps();
  return DataDirectory::open(data);
}

Result<DataDirectory> open_existing_data(const std::string& data) {
  if (!data.empty() && ::access((data + "/server.db").c_str(), F_OK) != 0) {
    return Error{Code::kNotFound, "There is no server's data in " + data + ". Look at the path; nothing was made there."};
  }
  return open_data(data);
}

Result<> serve(const Settings& settings) {
  if (settings.storage != "sqlite") {
    return Error{Code::kUnsupported,
                 "This haki-server keeps its data in SQLite only; a later version brings PostgreSQL. Leave "
                 "--storage out."};
  }
  HAKI_ASSIGN(const http::Options options, http_options(settings));
  HAKI_ASSIGN(DataDirectory data, open_data(settings.data));
  HAKI_TRY(data.lock_for_serving());
  HAKI_ASSIGN(const auth::ServerKeys keys, auth::load_or_make_keys(data.keys()));
  std::vector<envelope::Pin> pins;
  if (!options.certificate_file.empty()) {
    HAKI_ASSIGN(const auto pin, http::certificate_pin(options.certificate_file));
    pins.push_back({pin});
  }
  HAKI_ASSIGN(auto store, storage::open_sqlite(data.database()));
  base::SystemClock clock;
  crypto::SystemRandom random;
  const auto device_quota_bytes = static_cast<std::uint64_t>(settings.device_quota_mib) * 1024 * 1024;
  relay::Relay relay(*store, keys, clock, random, std::move(pins), device_quota_bytes);
  relay::Blobs blobs(relay.context(), static_cast<std::uint64_t>(settings.coalition_blobs_mib) * 1024 * 1024);
  blobs::BlobFiles files(data.blobs());
  std::optional<Workers> workers(std::in_place, std::max<std::size_t>(2, static_cast<std::size_t>(settings.threads)));
  BlobService blob_service(blobs, *store, files, *workers);
  HAKI_TRY(blob_service.open());
  BundleService bundle_service(relay, blobs, *store, blob_service, *workers);
  Service service(relay, *store, data, blob_service, bundle_service);
  HAKI_ASSIGN(const auto server, http::Server::listen(options, service));
  std::printf("listening on %s\n", server->url().c_str());
  std::fflush(stdout);
  base::log_info("started").with("threads", options.threads);
  blob_service.tidy();
  server->run();
  workers.reset();  // finishes what it was given, which waits for the store
  store.reset();  // commits what waits; its last callbacks still find the server's loops
  base::log_info("stopped");
  return {};
}

Result<CreatedToken> create_coalition_token(const std::string& data_path, const std::string& name_hint) {
  HAKI_ASSIGN(const DataDirectory data, open_data(data_path));
  HAKI_ASSIGN(const auth::ServerKeys keys, auth::load_or_make_keys(data.keys()));
  HAKI_ASSIGN(const auto store, storage::open_sqlite(data.database(), {.writer_thread = false}));
  envelope::FoundingToken token;
  crypto::SystemRandom().fill(token.secret.bytes);
  token.server_sign_key = keys.sign.verify;
  token.server_exchange_key = keys.exchange.public_key;
  token.expires_ms = base::SystemClock().now_ms() + relay::kTokenLifeMs;
  storage::Outcome outcome;
  const storage::Write write = storage::TokenWrite{relay::token_name(token.secret), name_hint, token.expires_ms};
  (void)store->commit(write, [&](storage::Outcome done) { outcome = done; });
  if (outcome.kind != storage::Outcome::Kind::kDone) {
    const bool full = outcome.kind == storage::Outcome::Kind::kFull;
    return Error{
        full ? Code::kDiskFull : Code::kIo,
        "The token could not be stored: the disk is full, cannot be written, or another process holds the database. "
        "No coalition can be founded with it; run the command again."};
  }
  return CreatedToken{envelope::token_text(token), token.expires_ms};
}

namespace {

struct BlobsChecked {
  std::uint64_t whole = 0, bytes = 0, damaged = 0;
};

// Every whole blob's file: that it is there with its length, and, where asked, that its bytes are the blob.
Result<BlobsChecked> check_blobs(storage::Snapshot& snapshot, const DataDirectory& data, const CoalitionId& org,
                                 bool read_bytes) {
  const blobs::BlobFiles files(data.blobs());
  BlobsChecked checked;
  HAKI_ASSIGN(const auto coalition, snapshot.coalition(org));
  HAKI_ASSIGN(const auto held, snapshot.all_held_blobs(coalition->key));
  for (const auto& [blob, one] : held) {
    const auto length = files.whole_length({org, blob});
    bool good = length && *length == one.length;
    if (good && read_bytes) {
      const auto hash = files.whole_hash({org, blob});
      good = hash && std::ranges::equal(hash->view(), blob.view());
    }
    checked.whole += 1;
    checked.bytes += one.length;
    checked.damaged += good ? 0 : 1;
  }
  return checked;
}

}  // namespace

Result<std::string> check(const std::string& data_path, bool read_blobs) {
  HAKI_ASSIGN(const DataDirectory data, open_existing_data(data_path));
  HAKI_ASSIGN(const auto keys, auth::load_or_make_keys(data.keys()));
  HAKI_ASSIGN(const auto store, storage::open_sqlite(data.database(), {.writer_thread = false}));
  HAKI_TRY(storage::check_sqlite(data.database()));
  std::vector<CoalitionId> coalitions;
  BlobsChecked blobs;
  {
    HAKI_ASSIGN(const auto snapshot, store->read());
    HAKI_ASSIGN(coalitions, snapshot->coalitions());
    for (const CoalitionId& org : coalitions) {
      HAKI_ASSIGN(const BlobsChecked one, check_blobs(*snapshot, data, org, read_blobs));
      blobs.whole += one.whole;
      blobs.damaged += one.damaged;
    }
  }
  std::size_t entries = 0;
  relay::Coalitions logs;
  for (const CoalitionId& org : coalitions) {
    HAKI_ASSIGN(const auto view, logs.get(*store, org));
    if (!view || view->membership->org() != org) {
      return Error{Code::kDamaged,
                   "A membership log in the server's database does not belong to its coalition. Restore a backup."};
    }
    entries += view->membership->count();
  }
  if (blobs.damaged > 0) {
    return Error{Code::kDamaged, "The database is whole, but the files of " + std::to_string(blobs.damaged) + " of " +
                                     std::to_string(blobs.whole) + " attachments are gone or damaged. Bring the folder " +
                                     data.blobs() + " back from a backup."};
  }
  const std::string attachments = blobs.whole == 0 ? ""
                                  : read_blobs     ? " All " + std::to_string(blobs.whole) + " attachments were read and are whole."
                                                   : " The files of all " + std::to_string(blobs.whole) +
                                                     " attachments are there with their lengths; --blobs reads them too.";
  return "The database is whole; the membership logs of " + std::to_string(coalitions.size()) + " coalition(s) hold (" +
         std::to_string(entries) + " entries)." + attachments;
}

Result<Compaction> compact(const std::string& data_path, std::int64_t days, bool only_count) {
  constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
  HAKI_ASSIGN(const DataDirectory data, open_existing_data(data_path));
  HAKI_ASSIGN(const auto store, storage::open_sqlite(data.database(), {.writer_thread = false}));
  std::vector<CoalitionId> coalitions;
  {
    HAKI_ASSIGN(const auto snapshot, store->read());
    HAKI_ASSIGN(coalitions, snapshot->coalitions());
  }
  base::SystemClock clock;
  relay::Coalitions logs;
  Compaction all;
  std::size_t with_one_lead = 0, vouched = 0;
  for (const CoalitionId& org : coalitions) {
    HAKI_ASSIGN(const relay::Compacted one, relay::compact(*store, logs, org, clock.now_ms(), days * kDayMs, only_count));
    all.compartments += one.compartments;
    all.items += one.items;
    all.bytes += one.bytes;
    with_one_lead += one.one_lead ? 1 : 0;
    vouched += one.vouched;
  }
  if (all.items > 0) {
    all.in_words = std::string(only_count ? "Would let go of" : "Let go of") + " the content of " + std::to_string(all.items) +
                   " items in " + std::to_string(all.compartments) + " compartments, " + std::to_string(all.bytes) +
                   " bytes. Their headers stay; the file keeps its size, and the room in it is used again.";
  } else if (coalitions.empty()) {
    all.in_words = "No coalition was founded here yet.";
  } else if (with_one_lead == coalitions.size()) {
    all.in_words = "Nothing was let go of: every coalition here has a single lead, and then the server's copy may be the only one.";
  } else if (vouched == 0) {
    all.in_words = "Nothing was let go of: there is no snapshot yet that two leads have signed. Their devices make them by themselves.";
  } else {
    all.in_words = "Nothing was let go of: what snapshots cover is younger than " + std::to_string(days) + " days, or gone already.";
  }
  return all;
}

Result<std::string> stats(const std::string& data_path) {
  HAKI_ASSIGN(const DataDirectory data, open_existing_data(data_path));
  HAKI_ASSIGN(const auto store, storage::open_sqlite(data.database(), {.writer_thread = false}));
  HAKI_ASSIGN(const auto snapshot, store->read());
  HAKI_ASSIGN(const storage::Totals totals, snapshot->totals());
  const auto line = [](const char* name, std::uint64_t value) { return name + std::to_string(value) + "\n"; };
  return line("coalitions          ", totals.coalitions) + line("membership entries  ", totals.entries) +
         line("chains              ", totals.chains) + line("items               ", totals.items) +
         line("item bytes          ", totals.item_bytes) + line("epoch keys          ", totals.epoch_keys) +
         line("join requests       ", totals.joins) + line("devices over quota  ", totals.over_quota) +
         line("attachments         ", totals.blobs) + line("attachment bytes    ", totals.blob_bytes) +
         line("uploads under way   ", totals.uploads) + line("upload bytes        ", totals.upload_bytes) +
         line("free bytes          ", data.free_bytes());
}

}  // namespace haki::ops
