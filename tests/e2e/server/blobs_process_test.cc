// Goal: attachments at the server as it is shipped: to a tus client that nobody of Haki wrote, through kills, and cut off
// anywhere. Method: the real server over sockets; tests/e2e/tus drives the npm package tus-js-client.
#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "crypto/hash.h"
#include "envelope/token.h"
#include "fake_coalition.h"
#include "http_client.h"
#include "server_process.h"

namespace haki::test {
namespace {

using namespace envelope;

struct File {
  explicit File(std::size_t size) : bytes(size) {
    crypto::SystemRandom().fill(bytes);
    id.bytes = crypto::hash32({bytes}).bytes;
  }
  Bytes bytes;
  BlobId id;
};

class Blobs : public ::testing::Test {
 protected:
  void start() {
    server.emplace(std::vector<std::string>{"--data", data(), "--listen", "127.0.0.1:0"});
    if (lead.org.is_zero()) found();
    take_token();
  }
  std::string data() const { return directory.path() + "/data"; }
  std::string base() const { return "/v1/coalitions/" + to_base64url(lead.org) + "/blobs"; }

  void found() {
    const auto created = run_server_command({"coalition", "create", "--data", data(), "--name-hint", "test"});
    ASSERT_EQ(created.exit_code, 0) << created.error;
    founding_token = *read_token(created.out);
    const Append first = coalition.founding(lead, founding_token.server_sign_key, founding_token.server_exchange_key);
    const Bytes secret(founding_token.secret.bytes.begin(), founding_token.secret.bytes.end());
    HttpClient client(server->port());
    const auto response = client.request("POST", "/v1/coalitions", encode_frame(Found{secret, first}));
    ASSERT_TRUE(response && response->status == 200);
  }

  void take_token() {
    RequestBuilder request(lead);
    request.hello.wants_token = true;
    const Bytes body = request.bytes(founding_token.server_exchange_key, founding_token.server_sign_key);
    HttpClient client(server->port());
    const auto response = client.request("POST", "/v1/coalitions/" + to_base64url(lead.org) + "/exchange", body);
    ASSERT_TRUE(response && response->status == 200);
    const Answer answer = read_answer(response->status, response->body, request);
    take_over(lead, answer);
    token = to_base64url(answer.welcome().token);
  }

  std::string head_of(const std::string& method, const std::string& target, std::size_t length, const std::string& more) const {
    return method + " " + target + " HTTP/1.1\r\nHost: test\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer " + token +
           "\r\nContent-Length: " + std::to_string(length) + "\r\n" + more + "\r\n";
  }
  std::string creation(const File& file) const {
    const auto text = [](ByteView id) {  // base64 of text: the padding is right for both lengths
      std::string encoded = to_base64url(as_bytes(to_base64url(id)));
      while (encoded.size() % 4 != 0) encoded += '=';
      return encoded;
    };
    return head_of("POST", base(), 0,
                   "Upload-Length: " + std::to_string(file.bytes.size()) + "\r\nUpload-Metadata: blob " + text(file.id) +
                       ",compartment " + text(lead.notebook()) + "\r\n");
  }
  std::string piece(const File& file, std::size_t from, std::size_t size) const {
    return head_of("PATCH", base() + "/" + to_base64url(file.id), size,
                   "Upload-Offset: " + std::to_string(from) + "\r\nContent-Type: application/offset+octet-stream\r\n") +
           std::string(as_text(ByteView(file.bytes).subspan(from, size)));
  }
  // The offset held; empty where there is no answer, or no such upload.
  std::optional<std::size_t> offset_of(const File& file) {
    HttpClient client(server->port());
    if (!client.send(head_of("HEAD", base() + "/" + to_base64url(file.id), 0, ""))) return std::nullopt;
    const auto response = client.read();
    return response ? offset_in(*response) : std::nullopt;
  }
  static std::optional<std::size_t> offset_in(const HttpClient::Response& response) {
    const auto at = response.head.find("Upload-Offset: ");
    if (at == std::string::npos) return std::nullopt;
    std::size_t offset = 0;
    std::from_chars(response.head.data() + at + 15, response.head.data() + response.head.size(), offset);
    return offset;
  }
  void expect_readable(const File& file) {
    HttpClient client(server->port());
    ASSERT_TRUE(client.send(head_of("GET", base() + "/" + to_base64url(file.id), 0, "")));
    const auto response = client.read();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_TRUE(response->body == file.bytes);
  }

  TemporaryDirectory directory;
  FakeCoalition coalition;
  FakeDevice lead{Role::kLead};
  FoundingToken founding_token;
  std::string token;
  std::optional<ServerProcess> server;
};

TEST_F(Blobs, ARequestThatIsCutLeavesWhatWasThere) {
  start();
  const File file(300'000);
  HttpClient client(server->port());
  ASSERT_TRUE(client.send(creation(file)));
  ASSERT_EQ(client.read()->status, 201);
  ASSERT_TRUE(client.send(piece(file, 0, 50'000)));
  ASSERT_EQ(client.read()->status, 204);
  const std::string request = piece(file, 50'000, 100'000);
  const std::size_t head_size = request.size() - 100'000;
  for (const std::size_t cut : {std::size_t{1}, head_size - 1, head_size, head_size + 1, head_size + 24 * 1024,
                                request.size() - 1}) {
    HttpClient cut_off(server->port());
    ASSERT_TRUE(cut_off.send(request.substr(0, cut)));
  }
  EXPECT_EQ(offset_of(file), 50'000u);
  ASSERT_TRUE(client.send(piece(file, 50'000, 250'000)));
  EXPECT_EQ(client.read()->status, 204);
  expect_readable(file);
}

// Killed at a moment of its own each time: the offset never lies below what was acknowledged, and the file is what it was.
TEST_F(Blobs, KilledMidUploadItGoesOnFromWhatWasAcknowledged) {
  constexpr int kKills = 12;
  const File file(3'000'000);
  start();
  {
    HttpClient client(server->port());
    ASSERT_TRUE(client.send(creation(file)));
    ASSERT_EQ(client.read()->status, 201);
  }
  std::size_t acknowledged = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    std::thread killer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(1 + 3 * kill));
      server->signal(SIGKILL);
    });
    HttpClient client(server->port());
    while (acknowledged < file.bytes.size()) {
      const std::size_t size = std::min<std::size_t>(40'000, file.bytes.size() - acknowledged);
      if (!client.send(piece(file, acknowledged, size))) break;
      const auto response = client.read();
      if (!response) break;
      ASSERT_EQ(response->status, 204);
      acknowledged = *offset_in(*response);
    }
    killer.join();
    server->wait();
    start();
    const auto held = offset_of(file);
    ASSERT_TRUE(held.has_value());
    ASSERT_GE(*held, acknowledged);
    acknowledged = *held;
  }
  HttpClient client(server->port());
  while (acknowledged < file.bytes.size()) {
    ASSERT_TRUE(client.send(piece(file, acknowledged, std::min<std::size_t>(1'000'000, file.bytes.size() - acknowledged))));
    const auto response = client.read();
    ASSERT_TRUE(response && response->status == 204);
    acknowledged = *offset_in(*response);
  }
  expect_readable(file);
}

TEST_F(Blobs, AreCountedAndCheckedByTheOperatorsCommands) {
  start();
  const File file(100'000), begun(100'000);
  HttpClient client(server->port());
  for (const File* one : {&file, &begun}) {
    ASSERT_TRUE(client.send(creation(*one)));
    ASSERT_EQ(client.read()->status, 201);
    ASSERT_TRUE(client.send(piece(*one, 0, one == &file ? 100'000 : 5'000)));
    ASSERT_EQ(client.read()->status, 204);
  }
  const auto stats = run_server_command({"stats", "--data", data()});
  EXPECT_NE(stats.out.find("attachments         1\nattachment bytes    100000\nuploads under way   1\nupload bytes        5000\n"),
            std::string::npos)
      << stats.out;
  const auto checked = [&](bool read) {
    return run_server_command(read ? std::vector<std::string>{"check", "--data", data(), "--blobs"}
                                   : std::vector<std::string>{"check", "--data", data()});
  };
  EXPECT_EQ(checked(false).exit_code, 0);
  EXPECT_NE(checked(true).out.find("All 1 attachments were read and are whole."), std::string::npos);
  const std::string path = data() + "/blobs/" + to_hex(lead.org) + "/" + to_hex(file.id);
  std::fstream(path, std::ios::in | std::ios::out).seekp(5'000).put('?').put('!');
  EXPECT_EQ(checked(false).exit_code, 0);
  EXPECT_EQ(checked(true).exit_code, 1);
  EXPECT_NE(checked(true).error.find("1 of 1 attachments are gone or damaged"), std::string::npos);
  std::filesystem::remove(path);
  EXPECT_EQ(checked(false).exit_code, 1);
}

std::string output_of(const std::string& command, int& status) {
  std::string text;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return status = -1, text;
  char bytes[4096];
  while (const std::size_t got = std::fread(bytes, 1, sizeof bytes, pipe)) text.append(bytes, got);
  status = ::pclose(pipe);
  return text;
}

TEST_F(Blobs, ATusClientOfOthersUploadsResumesAndTerminates) {
  const std::string folder = std::string(HAKI_BIN_DIR) + "/../tus-client", source = HAKI_SOURCE_DIR "/tests/e2e/tus";
  int status = 0;
  const std::string node = output_of("node --version && npm --version", status);
  if (status != 0) GTEST_SKIP() << "tus-js-client: Node.js and npm are not installed here";
  std::filesystem::create_directories(folder);
  for (const char* file : {"/package.json", "/package-lock.json"}) {
    std::filesystem::copy_file(source + file, folder + file, std::filesystem::copy_options::update_existing);
  }
  if (!std::filesystem::exists(folder + "/node_modules/tus-js-client")) {
    const std::string said = output_of("cd '" + folder + "' && timeout 120 npm ci --ignore-scripts --no-audit --no-fund", status);
    if (status != 0) GTEST_SKIP() << "tus-js-client: npm could not fetch it: " << said.substr(0, 300);
  }
  start();
  constexpr std::size_t kChunk = 100'000;
  std::vector<File> files;
  std::ostringstream given;
  given << "{\"url\":\"http://127.0.0.1:" << server->port() << base() << "\",\"token\":\"" << token << "\",\"chunk\":" << kChunk
        << ",\"blobs\":[";
  for (int i = 0; i < 6; ++i) {
    const File& file = files.emplace_back(450'000 + static_cast<std::size_t>(i));
    const std::string path = directory.path() + "/file" + std::to_string(i);
    std::ofstream(path) << as_text(file.bytes);
    given << (i > 0 ? "," : "") << "{\"file\":\"" << path << "\",\"blob\":\"" << to_base64url(file.id) << "\",\"compartment\":\""
          << to_base64url(lead.notebook()) << "\"}";
  }
  std::ofstream(directory.path() + "/given") << given.str() << "]}";
  const std::string said =
      output_of("timeout 100 node '" + source + "/upload.mjs' '" + folder + "' <'" + directory.path() + "/given'", status);
  ASSERT_EQ(status, 0) << said;
  EXPECT_TRUE(said.starts_with("ok ")) << said;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (i != 3) expect_readable(files[i]);  // that one was terminated
  }
}

}  // namespace
}  // namespace haki::test
