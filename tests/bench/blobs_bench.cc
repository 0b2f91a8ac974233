// Attachments that the server takes in, beside the anchors' beast_store, which writes each body to a file and syncs it, and
// the npm tus server, which never syncs. All three are asked by the same loop (load.h), one request after the other.
//
//   bench-blobs --server-port P --token T --store-port P [--tus-port P]
#include <cstdio>

#include "coalition.h"
#include "crypto/hash.h"
#include "load.h"
#include "measure.h"

namespace haki::bench {
namespace {

constexpr std::size_t kSmallBytes = 500 * 1024, kSmallCount = 100;
constexpr std::size_t kPieceBytes = 1024 * 1024, kPieces = 100;

std::string request(std::string_view method, const std::string& target, const std::string& headers, std::string_view body) {
  std::string text(method);
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ").append(std::to_string(body.size()));
  return text.append("\r\n").append(headers).append("\r\n").append(body);
}

std::string base64_text(ByteView id) {
  std::string text = to_base64url(as_bytes(to_base64url(id)));
  while (text.size() % 4 != 0) text += '=';
  return text;
}

const std::string kTus = "Tus-Resumable: 1.0.0\r\n";
const std::string kStream = "Content-Type: application/offset+octet-stream\r\n";

// One after another on one connection; each must be answered so.
void measure(const std::string& name, std::uint16_t port, const std::vector<std::string>& requests, int status) {
  std::size_t bytes = 0;
  Load load;
  load.port = port;
  load.requests_each = requests.size();
  load.request = [&](std::size_t, std::size_t round) { return bytes += requests[round].size(), requests[round]; };
  load.answered = [&](std::size_t, int answered, std::string_view) {
    if (answered != status) give_up(name, "it answered " + std::to_string(answered));
  };
  const LoadResult result = run(load);
  say(name, result.requests_per_second, "requests/s");
  say(name + "_rate", result.requests_per_second * static_cast<double>(bytes) / static_cast<double>(requests.size()) / 1e6, "MB/s");
}

class Uploads {
 public:
  explicit Uploads(Coalition& coalition, std::uint16_t port) : compartment_(coalition.devices().front().notebook()) {
    Device& device = coalition.devices().front();
    Load ask;
    ask.port = port;
    ask.request = [&](std::size_t, std::size_t) { return post(coalition.target(), as_text(device.token_request())); };
    ask.answered = [&](std::size_t, int status, std::string_view body) { device.take(status, body); };
    run(ask);
    headers_ = kTus + "Authorization: Bearer " + to_base64url(device.token()) + "\r\n";
    target_ = coalition.target().substr(0, coalition.target().rfind('/')) + "/blobs";
  }
  std::string create(std::string_view whole, std::string_view first) const {
    const Hash id = crypto::hash32({as_bytes(whole)});
    return request("POST", target_,
                   headers_ + kStream + "Upload-Length: " + std::to_string(whole.size()) + "\r\nUpload-Metadata: blob " +
                       base64_text(id) + ",compartment " + base64_text(compartment_) + "\r\n",
                   first);
  }
  std::string patch(std::string_view whole, const Hash& id, std::size_t offset) const {
    return request("PATCH", target_ + "/" + to_base64url(id), headers_ + kStream + "Upload-Offset: " + std::to_string(offset) + "\r\n",
                   whole.substr(offset, kPieceBytes));
  }

 private:
  const CompartmentId compartment_;
  std::string headers_, target_;
};

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  crypto::SystemRandom random;
  random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

void small_ones(const Uploads& uploads, const Arguments& given) {
  std::vector<std::string> ours, store, tus;
  for (std::size_t i = 0; i < kSmallCount; ++i) {
    const std::string bytes = random_bytes(kSmallBytes);
    ours.push_back(uploads.create(bytes, bytes));
    store.push_back(request("PUT", "/f", "", bytes));
    tus.push_back(request("POST", "/files", kTus + kStream + "Upload-Length: " + std::to_string(bytes.size()) + "\r\n", bytes));
  }
  measure("blobs_small", static_cast<std::uint16_t>(given.number("server-port")), ours, 201);
  measure("beast_store_small", static_cast<std::uint16_t>(given.number("store-port")), store, 204);
  if (given.has("tus-port")) measure("tus_small", static_cast<std::uint16_t>(given.number("tus-port")), tus, 201);
}

void large_one(const Uploads& uploads, const Arguments& given) {
  const std::string bytes = random_bytes(kPieces * kPieceBytes);
  const Hash id = crypto::hash32({as_bytes(bytes)});
  const auto port = static_cast<std::uint16_t>(given.number("server-port"));
  Load create;
  create.port = port;
  create.request = [&](std::size_t, std::size_t) { return uploads.create(bytes, {}); };
  create.answered = [](std::size_t, int status, std::string_view) {
    if (status != 201) give_up("blobs", "the server answered " + std::to_string(status));
  };
  run(create);
  std::vector<std::string> ours, store;
  for (std::size_t i = 0; i < kPieces; ++i) {
    ours.push_back(uploads.patch(bytes, id, i * kPieceBytes));
    store.push_back(request("PUT", "/f", "", std::string_view(bytes).substr(i * kPieceBytes, kPieceBytes)));
  }
  measure("blobs_large", port, ours, 204);
  measure("beast_store_large", static_cast<std::uint16_t>(given.number("store-port")), store, 204);
}

}  // namespace
}  // namespace haki::bench

int main(int argument_count, char** arguments) {
  using namespace haki::bench;
  haki::crypto::initialize();
  const Arguments given(argument_count, arguments);
  const auto port = static_cast<std::uint16_t>(given.number("server-port"));
  Coalition coalition(port, given.text("token"), 1);
  const Uploads uploads(coalition, port);
  small_ones(uploads, given);
  large_one(uploads, given);
}
