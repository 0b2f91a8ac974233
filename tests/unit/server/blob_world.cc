#include "blob_world.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <future>

#include "crypto/hash.h"

namespace haki::test {

using namespace envelope;

namespace {

class Waiting final : public http::Responder {
 public:
  void post(std::function<void()> work) override { work(); }
  void respond(http::Response response) override { answer.set_value(std::move(response)); }
  std::promise<http::Response> answer;
};

std::unique_ptr<storage::Store> file_store(const std::string& folder) {
  auto store = storage::open_sqlite(folder + "/server.db", {.writer_thread = false});
  if (!store) ADD_FAILURE() << store.error().message;
  return std::move(*store);
}

std::string new_folder() {
  std::string pattern = ::testing::TempDir() + "haki-blobs-XXXXXX";
  return ::mkdtemp(pattern.data());
}

}  // namespace

TestBlob::TestBlob(std::size_t size, std::uint8_t seed) : bytes(size) {
  std::uint32_t state = 0x9e3779b9u + seed;
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  id.bytes = crypto::hash32({bytes}).bytes;
}

std::string base64(ByteView bytes) {
  std::string text = to_base64url(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string BlobAnswer::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found != headers.end() ? found->second : std::string();
}

std::optional<std::uint64_t> BlobAnswer::offset() const {
  const std::string text = header("Upload-Offset");
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Reject BlobAnswer::reject() const {
  const auto frame = FrameReader(body).next();
  const auto* reject = frame ? std::get_if<Reject>(&*frame) : nullptr;
  if (reject == nullptr) ADD_FAILURE() << "no Reject with status " << status;
  return reject != nullptr ? *reject : Reject{};
}

BlobTest::BlobTest() : folder(new_folder()), generation_(folder + "/0") {
  std::filesystem::create_directories(generation_);
  world.emplace(file_store(generation_));
  world->found_with(lead);
  world->admit(lead, monitor);
  world->admit(lead, other);
  restart();
}

BlobTest::~BlobTest() {
  workers.reset();
  world.reset();
  std::filesystem::remove_all(folder);
}

void BlobTest::tidy() {
  restart();
  workers.emplace(1);  // one thread: what it is given last it does last
  service->tidy();
  for (int i = 0; i < 2; ++i) {  // what finds out, then what does it
    std::promise<void> done;
    workers->run(std::nullopt, [&done] { done.set_value(); });
    done.get_future().get();
  }
}

void BlobTest::restart(std::uint64_t quota_bytes) {
  workers.reset();
  world->restart(0);
  tokens.clear();
  relay.emplace(world->relay->context(), quota_bytes);
  blob_files.emplace(generation_ + "/blobs");
  workers.emplace(2);
  service.emplace(*relay, world->store, *blob_files, *workers);
  const auto opened = service->open();
  EXPECT_TRUE(opened) << opened.error().message;
}

void BlobTest::restart_from(const std::string& copy) {
  workers.reset();
  const auto keys = std::move(world->keys);
  const auto time_ms = world->clock.time_ms;
  generation_ = folder + "/" + std::to_string(++generations_);
  std::filesystem::copy(copy, generation_, std::filesystem::copy_options::recursive);
  world.emplace(file_store(generation_));
  world->keys.run = keys.run;
  world->keys.sign.verify = keys.sign.verify;
  world->keys.sign.secret = crypto::SigningSecret(keys.sign.secret.view());
  world->keys.exchange.public_key = keys.exchange.public_key;
  world->keys.exchange.secret = crypto::AuthSecret(keys.exchange.secret.view());
  world->clock.time_ms = time_ms;
  for (FakeDevice* device : {&lead, &monitor, &other}) device->counter += 1000;
  restart();
}

BlobAnswer BlobTest::ask(FakeDevice& device, const std::string& method, const std::optional<BlobId>& blob, Headers headers,
                         ByteView body) {
  if (!headers.contains("authorization")) {
    if (!tokens.contains(device.id)) tokens[device.id] = world->blob_token(device);
    headers["authorization"] = "Bearer " + to_base64url(tokens[device.id]);
  }
  if (!headers.contains("tus-resumable")) headers["tus-resumable"] = "1.0.0";
  if (!body.empty() && !headers.contains("content-type")) headers["content-type"] = "application/offset+octet-stream";
  const auto waiting = std::make_shared<Waiting>();
  service->handle(device.org, blob, {method, "", Bytes(body.begin(), body.end()), std::move(headers)}, waiting);
  http::Response response = waiting->answer.get_future().get();
  BlobAnswer answer{response.status, std::move(response.body), {}};
  for (auto& [name, value] : response.headers) {
    EXPECT_TRUE(answer.headers.emplace(name, value).second) << name << " twice";
  }
  return answer;
}

Headers BlobTest::creation(const TestBlob& blob, const CompartmentId& compartment) const {
  return {{"upload-length", std::to_string(blob.bytes.size())},
          {"upload-metadata", "blob " + base64(blob.id) + ",compartment " + base64(compartment)}};
}

BlobAnswer BlobTest::create(FakeDevice& device, const TestBlob& blob, const CompartmentId& compartment, ByteView first) {
  return ask(device, "POST", std::nullopt, creation(blob, compartment), first);
}

BlobAnswer BlobTest::patch(FakeDevice& device, const TestBlob& blob, std::size_t from, std::size_t size, Headers more) {
  more.emplace("upload-offset", std::to_string(from));
  more.emplace("content-type", "application/offset+octet-stream");
  return ask(device, "PATCH", blob.id, std::move(more), blob.piece(from, size));
}

BlobAnswer BlobTest::get(FakeDevice& device, const TestBlob& blob, const std::string& range) {
  return ask(device, "GET", blob.id, range.empty() ? Headers() : Headers{{"range", range}});
}

void BlobTest::bring(FakeDevice& device, const TestBlob& blob, const CompartmentId& compartment) {
  const BlobAnswer answer = create(device, blob, compartment, blob.bytes);
  ASSERT_EQ(answer.status, 201);
  ASSERT_EQ(answer.offset(), blob.bytes.size());
}

bool BlobTest::receipt_holds(const BlobAnswer& answer, const TestBlob& blob, const CompartmentId& compartment) const {
  const std::string text = answer.header("Haki-Receipt");
  std::int64_t time_ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time_ms);
  if (error != std::errc() || *end != ' ') return false;
  const auto bytes = from_base64url(std::string_view(end + 1));
  const auto signature = bytes ? crypto::Signature::from(*bytes) : std::nullopt;
  return signature && crypto::verify(world->keys.sign.verify, "HAKI1.blr",
                                     blob_receipt_message(lead.org, compartment, blob.id, blob.bytes.size(), time_ms), *signature);
}

std::vector<std::string> BlobTest::files() const {
  std::vector<std::string> names;
  const std::string path = generation_ + "/blobs/" + to_hex(lead.org);
  if (!std::filesystem::exists(path)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

}  // namespace haki::test
