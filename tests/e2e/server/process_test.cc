// Goal: the server as it is shipped, over real sockets: founding and exchanges with and without TLS, nothing
// acknowledged is ever lost, and an operator's mistakes are named.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "envelope/token.h"
#include "fake_coalition.h"
#include "http_client.h"
#include "server_process.h"

namespace haki::test {
namespace {

using namespace envelope;

// A device's way to the server, as its sync would use it.
class Remote {
 public:
  Remote(std::uint16_t port, const FoundingToken& token, bool tls = false) : client_(port, tls), token_(token) {}

  // Empty where the connection ended before the answer was whole.
  std::optional<Answer> exchange(FakeDevice& device, std::vector<Frame> frames) {
    RequestBuilder request(device);
    for (Frame& frame : frames) request.add(std::move(frame));
    const Bytes body = request.bytes(token_.server_exchange_key, token_.server_sign_key);
    const auto response = client_.request("POST", "/v1/coalitions/" + to_base64url(device.org) + "/exchange", body);
    if (!response) return std::nullopt;
    Answer answer = read_answer(response->status, response->body, request);
    if (answer.status == 200 && answer.authentic == std::optional(true)) take_over(device, answer);
    return answer;
  }

  HttpClient& client() { return client_; }

 private:
  HttpClient client_;
  const FoundingToken token_;
};

class Process : public ::testing::Test {
 protected:
  std::string data() const { return directory.path() + "/data"; }
  std::vector<std::string> plain() const { return {"--data", data(), "--listen", "127.0.0.1:0"}; }

  FoundingToken new_token() {
    const auto created = run_server_command({"coalition", "create", "--data", data(), "--name-hint", "test"});
    EXPECT_EQ(created.exit_code, 0) << created.error;
    const auto read = read_token(created.out);
    EXPECT_TRUE(read) << created.out;
    return read ? *read : FoundingToken{};
  }

  void found(std::uint16_t port, bool tls = false) {
    token = new_token();
    const Append first = coalition.founding(lead, token.server_sign_key, token.server_exchange_key);
    HttpClient client(port, tls);
    const Bytes secret(token.secret.bytes.begin(), token.secret.bytes.end());
    const auto response = client.request("POST", "/v1/coalitions", encode_frame(Found{secret, first}));
    ASSERT_TRUE(response.has_value());
    ASSERT_EQ(response->status, 200);
    const auto founded = read_frames(200, response->body).all<Founded>();
    ASSERT_EQ(founded.size(), 1u);
    EXPECT_TRUE(crypto::verify(token.server_sign_key, "HAKI1.fnd",
                               founded_message(lead.org, lead.membership->head(), founded[0].time_ms),
                               founded[0].signature));
  }

  // Admits `device` and lets it send its first EpochKey.
  void admit(Remote& remote, FakeDevice& device) {
    const auto answer = remote.exchange(lead, {coalition.admission(lead, device)});
    ASSERT_TRUE(answer && answer->all<Reject>().empty());
    device.org = lead.org;
    device.membership = std::make_shared<Membership>(*lead.membership);
    const auto key = remote.exchange(device, {make_epoch_key(device)});
    ASSERT_TRUE(key && key->status == 200 && key->all<Reject>().empty());
  }

  // Everything the lead may read, item by item verified along each chain: how far each log's notebook chain goes.
  std::map<LogId, ChainHead> pull_and_verify(Remote& remote, const std::vector<FakeDevice>& devices) {
    std::map<LogId, ChainHead> heads;
    lead.cursor = 0;
    for (bool more = true; more;) {
      const auto answer = remote.exchange(lead, {});
      if (!answer || answer->status != 200) return ADD_FAILURE() << "no answer", heads;
      more = answer->welcome().more;
      for (const envelope::Run& run : answer->runs()) {
        const auto author = std::ranges::find(devices, run.log, &FakeDevice::log);
        if (author == devices.end()) continue;
        const auto verified = verify_run(lead.org, run, run.log, heads[run.log], *lead.membership->hash_at(run.m_seq),
                                         author->sign->verify);
        if (!verified) return ADD_FAILURE() << verified.error().message, heads;
        heads[run.log] = ChainHead{verified->back().last_seq, verified->back().hash};
      }
    }
    return heads;
  }

  TemporaryDirectory directory;
  FakeCoalition coalition;
  FakeDevice lead{Role::kLead};
  FoundingToken token;
};

TEST_F(Process, FoundsAndExchangesOverPlainLoopback) {
  ServerProcess server(plain());
  EXPECT_TRUE(server.line().starts_with("listening on http://127.0.0.1:")) << server.line();
  found(server.port());
  Remote remote(server.port(), token);
  FakeDevice monitor;
  admit(remote, monitor);
  const auto answer = remote.exchange(monitor, {make_run(monitor, monitor.notebook())});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->receipt().seq, 1u);
  EXPECT_EQ(remote.client().request("GET", "/health")->status, 200);
}

// Goal of the issue: one request of at most 400 bytes each way, HTTP included.
TEST_F(Process, AnExchangeWithNothingNewIsAtMost400BytesEachWay) {
  ServerProcess server(plain());
  found(server.port());
  Remote remote(server.port(), token);
  FakeDevice monitor;
  admit(remote, monitor);
  ASSERT_TRUE(remote.exchange(monitor, {make_run(monitor, monitor.notebook())}));
  RequestBuilder request(monitor);
  const Bytes body = request.bytes(token.server_exchange_key, token.server_sign_key);
  const std::string path = "/v1/coalitions/" + to_base64url(monitor.org) + "/exchange";
  const std::size_t up =
      ("POST " + path + " HTTP/1.1\r\nHost: server.example.org:8443\r\nContent-Length: 111\r\n\r\n").size() +
      body.size();
  const auto response = remote.client().request("POST", path, body);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_LE(up, 400u);
  EXPECT_LE(response->head.size() + response->body.size(), 400u);
}

TEST_F(Process, FoundsAndExchangesOverTlsAndItsPinIsTheCertificates) {
  const std::string make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
      "-keyout " +
      directory.path() + "/key.pem -out " + directory.path() + "/cert.pem 2>/dev/null";
  ASSERT_EQ(std::system(make.c_str()), 0);
  auto arguments = plain();
  for (const char* more : {"--tls-cert", "/cert.pem", "--tls-key", "/key.pem"}) {
    arguments.push_back(*more == '/' ? directory.path() + more : more);
  }
  ServerProcess server(arguments);
  EXPECT_TRUE(server.line().starts_with("listening on https://127.0.0.1:")) << server.line();
  found(server.port(), true);
  Remote remote(server.port(), token, true);
  FakeDevice monitor;
  admit(remote, monitor);
  const auto answer = remote.exchange(monitor, {make_run(monitor, monitor.notebook(), {.bytes = 17'000})});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->receipt().seq, 1u);

  const auto response = remote.client().request("GET", "/v1/server?nonce=00112233445566778899aabbccddeeff");
  ASSERT_TRUE(response);
  const auto info = read_frames(response->status, response->body).all<ServerInfo>();
  ASSERT_EQ(info.size(), 1u);
  EXPECT_EQ(info[0].sign_key, token.server_sign_key);
  ASSERT_EQ(info[0].pins.size(), 1u);
  EXPECT_EQ(info[0].pins[0].bytes, remote.client().pin());
}

TEST_F(Process, CompactSaysWhyNothingWasLetGoWhileItServes) {
  ServerProcess server(plain());
  found(server.port());
  const auto text = run_server_command({"compact", "--data", data()});
  EXPECT_EQ(text.exit_code, 0) << text.error;
  EXPECT_NE(text.out.find("single lead"), std::string::npos) << text.out;
  const auto json = run_server_command({"compact", "--data", data(), "--days", "1", "--dry-run", "--json"});
  EXPECT_EQ(json.exit_code, 0) << json.error;
  EXPECT_EQ(json.out, "{\"compartments\":0,\"items\":0,\"bytes\":0}\n");
  EXPECT_EQ(run_server_command({"compact", "--data", data(), "--days", "0"}).exit_code, 2);
  for (const char* command : {"compact", "check", "stats"}) {
    const auto mistyped = run_server_command({command, "--data", data() + "-mistyped"});
    EXPECT_EQ(mistyped.exit_code, 1) << command;
    EXPECT_NE(mistyped.error.find("There is no server's data in"), std::string::npos) << mistyped.error;
  }
  EXPECT_FALSE(std::filesystem::exists(data() + "-mistyped"));
  EXPECT_EQ(run_server_command({"check", "--data", data()}).exit_code, 0);
  Remote remote(server.port(), token);
  FakeDevice monitor;
  admit(remote, monitor);
}

// Four devices push as fast as they can; the server is killed at a moment of its own each time. What was receipted must
// be there, nothing may be there twice, and every chain must go on from where the server stands.
TEST_F(Process, KilledMidPushLosesNothingItAcknowledged) {
  constexpr int kDevices = 4;
  std::vector<FakeDevice> devices(kDevices);
  {
    ServerProcess server(plain());
    found(server.port());
    Remote remote(server.port(), token);
    for (FakeDevice& device : devices) admit(remote, device);
  }
  std::size_t acknowledged = 0;
  for (int round = 0; round < 5; ++round) {
    ServerProcess server(plain());
    std::atomic<std::size_t> receipts = 0;
    std::vector<std::thread> threads;
    for (FakeDevice& device : devices) {
      threads.emplace_back([&] {
        Remote remote(server.port(), token);
        // Where the last round's answer was lost: what the server has is what the device goes on from, as its outbox
        // would.
        device.chains = device.receipted;
        RequestBuilder ask(device);
        ask.hello.heads8 = {};
        const auto response =
            remote.client().request("POST", "/v1/coalitions/" + to_base64url(device.org) + "/exchange",
                                    ask.bytes(token.server_exchange_key, token.server_sign_key));
        if (!response) return;
        const Answer asked = read_answer(response->status, response->body, ask);
        for (const Head& head : asked.welcome().heads) {
          EXPECT_GE(head.seq, device.receipted[head.compartment].seq);
          device.chains[head.compartment] = {head.seq, head.hash};
        }
        while (true) {
          const auto answer =
              remote.exchange(device, {make_run(device, device.notebook(), {.count = 2, .bytes = 2000})});
          if (!answer) return;
          ASSERT_EQ(answer->all<Receipt>().size(), 1u) << "refused with " << static_cast<int>(answer->reject().code);
          ++receipts;
        }
      });
    }
    const std::size_t enough = 20 + 13 * static_cast<std::size_t>(round);
    while (receipts < enough) std::this_thread::yield();
    server.signal(SIGKILL);
    EXPECT_EQ(server.wait(), -SIGKILL);
    for (std::thread& thread : threads) thread.join();
    acknowledged += receipts;
  }
  ServerProcess server(plain());
  Remote remote(server.port(), token);
  const auto heads = pull_and_verify(remote, devices);
  std::uint64_t items = 0;
  for (const FakeDevice& device : devices) {
    const ChainHead receipted = device.receipted.at(device.notebook());
    EXPECT_GE(heads.at(device.log).seq, receipted.seq);
    if (heads.at(device.log).seq == receipted.seq) {
      EXPECT_EQ(heads.at(device.log).hash, receipted.hash);
    }
    items += heads.at(device.log).seq;
  }
  EXPECT_GE(items, 2 * acknowledged);
  EXPECT_EQ(run_server_command({"check", "--data", data()}).exit_code, 0);
}

TEST_F(Process, SixteenAtOnceAreAllStored) {
  ServerProcess server(plain());
  found(server.port());
  std::vector<FakeDevice> devices(16);
  {
    Remote remote(server.port(), token);
    for (FakeDevice& device : devices) admit(remote, device);
  }
  std::vector<std::thread> threads;
  for (FakeDevice& device : devices) {
    threads.emplace_back([&] {
      Remote remote(server.port(), token);
      for (int i = 0; i < 50; ++i) {
        const auto answer = remote.exchange(device, {make_run(device, device.notebook(), {.bytes = 1000})});
        ASSERT_TRUE(answer && answer->receipt().seq == static_cast<std::uint64_t>(i) + 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Remote remote(server.port(), token);
  const auto heads = pull_and_verify(remote, devices);
  for (const FakeDevice& device : devices) EXPECT_EQ(heads.at(device.log), device.chains.at(device.notebook()));
  EXPECT_LT(server.peak_memory_kib(), 64 * 1024);
}

TEST_F(Process, StopsWhenAskedAndItsLogNamesNobody) {
  ServerProcess server(plain());
  found(server.port());
  Remote remote(server.port(), token);
  FakeDevice monitor;
  admit(remote, monitor);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  const std::string log = server.log();
  EXPECT_NE(log.find("event=stopped"), std::string::npos) << log;
  EXPECT_EQ(log.find("127.0.0.1"), std::string::npos) << log;
  EXPECT_EQ(log.find(to_hex(monitor.id)), std::string::npos);
  EXPECT_EQ(log.find(to_base64url(monitor.org)), std::string::npos);
}

TEST_F(Process, AnAnswerUnderWayIsFinishedBeforeStopping) {
  ServerProcess server(plain());
  found(server.port());
  Remote remote(server.port(), token);
  FakeDevice monitor;
  admit(remote, monitor);
  RequestBuilder request(monitor);
  request.add(make_run(monitor, monitor.notebook()));
  const Bytes body = request.bytes(token.server_exchange_key, token.server_sign_key);
  ASSERT_TRUE(remote.client().send_request("POST", "/v1/coalitions/" + to_base64url(monitor.org) + "/exchange", body));
  server.signal(SIGTERM);
  const auto response = remote.client().read();  // answered, or never begun: not cut in the middle
  EXPECT_EQ(server.wait(), 0);
  ServerProcess again(plain());
  Remote back(again.port(), token);
  RequestBuilder ask(monitor);
  ask.hello.heads8 = {};
  const auto answer = back.client().request("POST", "/v1/coalitions/" + to_base64url(monitor.org) + "/exchange",
                                            ask.bytes(token.server_exchange_key, token.server_sign_key));
  ASSERT_TRUE(answer);
  const auto heads = read_answer(answer->status, answer->body, ask).welcome().heads;
  EXPECT_GE(heads.size(), response ? 1u : 0u);
}

TEST_F(Process, TheDataDirectoryIsItsOwnersAlone) {
  ServerProcess server(plain());
  found(server.port());
  const auto rights_of = [](const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 0777) : -1;
  };
  EXPECT_EQ(rights_of(data()), 0700);
  for (const char* name : {"/keys", "/server.db", "/server.db-wal", "/server.db-shm", "/lock"}) {
    EXPECT_EQ(rights_of(data() + name), 0600) << name;
  }
}

TEST_F(Process, ASecondServerOnTheSameDirectoryIsRefused) {
  ServerProcess server(plain());
  auto arguments = plain();
  arguments.insert(arguments.begin(), "serve");
  const auto second = run_server_command(arguments);
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.error.find("Another haki-server already serves from " + data()), std::string::npos) << second.error;
}

TEST_F(Process, PlainHttpBeyondThisComputerIsRefusedWithoutItsOption) {
  const auto refused = run_server_command({"serve", "--data", data(), "--listen", "0.0.0.0:0"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.error.find("--allow-plain-http"), std::string::npos) << refused.error;
  ServerProcess allowed({"--data", data(), "--listen", "0.0.0.0:0", "--allow-plain-http"});
  EXPECT_GT(allowed.port(), 0);
}

TEST_F(Process, DamagedKeysAreNamed) {
  new_token();
  ASSERT_EQ(std::system(("printf x | dd of=" + data() + "/keys bs=1 seek=20 conv=notrunc 2>/dev/null").c_str()), 0);
  const auto refused = run_server_command({"serve", "--data", data(), "--listen", "127.0.0.1:0"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.error.find("keys is damaged"), std::string::npos) << refused.error;
}

TEST_F(Process, TheKeysStayTheSame) {
  const FoundingToken first = new_token();
  const FoundingToken second = new_token();
  EXPECT_EQ(first.server_sign_key, second.server_sign_key);
  EXPECT_EQ(first.server_exchange_key, second.server_exchange_key);
  EXPECT_NE(first.secret, second.secret);
}

TEST_F(Process, ATokenComesAsJsonToo) {
  const auto created = run_server_command({"coalition", "create", "--data", data(), "--name-hint", "x", "--json"});
  EXPECT_EQ(created.exit_code, 0);
  EXPECT_TRUE(created.out.starts_with("{\"token\":\"haki-found-1-")) << created.out;
  EXPECT_NE(created.out.find("\"expires\":\"20"), std::string::npos) << created.out;
}

TEST_F(Process, EveryCommandHasHelpWithAnExample) {
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{{},
                                                                                       {"serve"},
                                                                                       {"coalition"},
                                                                                       {"coalition", "create"},
                                                                                       {"check"},
                                                                                       {"stats"},
                                                                                       {"compact"},
                                                                                       {"backup"},
                                                                                       {"restore"},
                                                                                       {"config"},
                                                                                       {"migrate-storage"},
                                                                                       {"bundle"},
                                                                                       {"bundle", "in"}}) {
    auto arguments = command;
    arguments.push_back("--help");
    const auto help = run_server_command(arguments);
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_NE(help.out.find("Example"), std::string::npos) << help.out;
  }
}

TEST_F(Process, CommandsOfALaterVersionSaySoAndWrongUseIsTwo) {
  for (const char* later : {"backup", "restore", "config", "migrate-storage"}) {
    const auto result = run_server_command({later, "--data", data()});
    EXPECT_EQ(result.exit_code, 2) << later;
    EXPECT_NE(result.error.find("a later one brings it"), std::string::npos) << result.error;
  }
  EXPECT_EQ(run_server_command({"nonsense"}).exit_code, 2);
  EXPECT_EQ(run_server_command({"serve"}).exit_code, 2);
  EXPECT_EQ(run_server_command({"serve", "--data", data(), "--listen", "nowhere"}).exit_code, 2);
}

TEST_F(Process, StatsCount) {
  ServerProcess server(plain());
  found(server.port());
  const auto stats = run_server_command({"stats", "--data", data()});  // also while it serves
  EXPECT_EQ(stats.exit_code, 0);
  EXPECT_NE(stats.out.find("coalitions          1"), std::string::npos) << stats.out;
  EXPECT_NE(stats.out.find("membership entries  6"), std::string::npos) << stats.out;
}

}  // namespace
}  // namespace haki::test
