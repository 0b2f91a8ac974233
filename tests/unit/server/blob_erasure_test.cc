// Goal: a file that a lead has erased is gone from the disk before the answer says so, and is taken from nobody any more; of an item's
// ciphertext the database and its log hold no byte. Method: the whole service over real files, asked as HTTP asks it.
#include <filesystem>
#include <fstream>
#include <future>

#include "blob_world.h"
#include "ops/commands.h"
#include "ops/service.h"

namespace haki::test {
namespace {

using namespace envelope;

class Answering final : public http::Responder {
 public:
  void post(std::function<void()> work) override { work(); }
  void respond(http::Response response) override { answer.set_value(std::move(response)); }
  std::promise<http::Response> answer;
};

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class BlobErasing : public BlobTest {
 protected:
  BlobErasing() : blob(50'000) {
    EXPECT_TRUE(world->exchange(monitor, {make_epoch_key(monitor)}).all<Reject>().empty());
    EXPECT_TRUE(world->exchange(other, {make_epoch_key(other)}).all<Reject>().empty());
    place = monitor.notebook();
  }

  // An exchange by HTTP, with what the service does before its answer leaves.
  Answer exchange(FakeDevice& device, const std::vector<Frame>& frames) {
    RequestBuilder request(device);
    for (const Frame& frame : frames) request.add(frame);
    auto data = ops::DataDirectory::open(in_use());
    ops::BundleService bundles(*world->relay, *relay, world->store, *service, *workers);
    ops::Service all(*world->relay, world->store, *data, *service, bundles);
    const auto waiting = std::make_shared<Answering>();
    all.handle({"POST", "/v1/coalitions/" + to_base64url(device.org) + "/exchange",
                request.bytes(world->keys.exchange.public_key, world->keys.sign.verify), {}},
               waiting);
    const http::Response response = waiting->answer.get_future().get();
    Answer answer = read_answer(response.status, response.body, request);
    if (answer.status == 200) take_over(device, answer);
    return answer;
  }
  static Erase erase_of(const TestBlob& blob, const CompartmentId& place) {
    Erase frame;
    frame.compartment = place;
    frame.blob = blob.id;
    return frame;
  }
  std::int64_t erased(FakeDevice& by, const CompartmentId& where) {
    const Answer all = exchange(by, {erase_of(blob, where)});
    EXPECT_TRUE(all.all<Reject>().empty()) << static_cast<int>(all.reject().code);
    const auto found = all.all<Erased>();
    EXPECT_EQ(found.size(), 1u);
    if (found.size() != 1) return 0;
    EXPECT_EQ(found[0].blob, blob.id);
    EXPECT_FALSE(found[0].wanted);
    EXPECT_TRUE(crypto::verify(world->keys.sign.verify, "HAKI1.ers",
                               erased_blob_message(lead.org, where, blob.id, found[0].time_ms), found[0].signature));
    return found[0].time_ms;
  }
  void expect_erased_for_everybody() {
    for (FakeDevice* device : {&lead, &monitor, &other}) {
      EXPECT_EQ(get(*device, blob).status, 410);
      EXPECT_EQ(get(*device, blob).reject().code, Refusal::kBlobErased);
      EXPECT_EQ(head(*device, blob).status, 410);
      EXPECT_EQ(create(*device, blob, place, blob.bytes).reject().code, Refusal::kBlobErased);
      EXPECT_EQ(patch(*device, blob, 0, 100).reject().code, Refusal::kBlobErased);
      EXPECT_EQ(ask(*device, "DELETE", blob.id, {}).status, 410);
    }
    EXPECT_TRUE(files().empty());
    EXPECT_EQ(bytes(), 0u);
  }
  std::uint64_t bytes() {
    const auto snapshot = world->store.read();
    const auto coalition = (*snapshot)->coalition(lead.org);
    return *(*snapshot)->blob_bytes((*coalition)->key);
  }

  TestBlob blob;
  CompartmentId place;
};

TEST_F(BlobErasing, AWholeOneIsGoneForEverybodyAndTheSameAgainGivesTheFirstTime) {
  bring(monitor, blob, place);
  ASSERT_EQ(bytes(), blob.bytes.size());
  const std::int64_t then = erased(lead, place);
  EXPECT_TRUE(files().empty()) << "before the answer left";
  expect_erased_for_everybody();
  world->clock.time_ms += 1000;
  EXPECT_EQ(erased(lead, place), then);
  restart();
  EXPECT_EQ(erased(lead, place), then);
  expect_erased_for_everybody();
  EXPECT_EQ((*world->store.read())->totals()->blobs, 0u);
  const auto checked = ops::check(in_use(), true);
  EXPECT_TRUE(checked) << checked.error().message;
}

TEST_F(BlobErasing, OneUnderWayIsGoneAndNotBegunAgain) {
  create(monitor, blob, place, blob.piece(0, 20'000));
  ASSERT_EQ(files().size(), 1u);
  erased(lead, place);
  expect_erased_for_everybody();
}

TEST_F(BlobErasing, OneThatNeverCameIsNotTakenLater) {
  erased(lead, place);
  expect_erased_for_everybody();
}

// Whoever names a compartment says nothing of another's.
TEST_F(BlobErasing, OfOneCompartmentStaysAnothers) {
  bring(monitor, blob, place);
  bring(other, blob, other.notebook());
  erased(lead, other.notebook());
  EXPECT_EQ(get(lead, blob).body, blob.bytes);
  EXPECT_EQ(get(monitor, blob).body, blob.bytes);
  EXPECT_EQ(get(other, blob).reject().code, Refusal::kBlobErased) << "it may not read the other notebook";
  EXPECT_EQ(create(other, blob, other.notebook()).reject().code, Refusal::kBlobErased);
  EXPECT_EQ(bytes(), blob.bytes.size());
  const TestBlob next(9000, 5);
  create(monitor, next, place, next.piece(0, 1000));
  EXPECT_EQ(exchange(lead, {erase_of(next, other.notebook())}).all<Erased>().size(), 1u);
  EXPECT_EQ(patch(monitor, next, 1000, 8000).status, 204) << "an upload for another compartment goes on";
  erased(lead, place);
  EXPECT_EQ(files(), std::vector{to_hex(next.id)});
  EXPECT_EQ(get(lead, blob).reject().code, Refusal::kBlobErased);
}

TEST_F(BlobErasing, IsForLeadsOfTheCompartmentAlone) {
  bring(monitor, blob, place);
  EXPECT_EQ(exchange(monitor, {erase_of(blob, place)}).all<Erased>().at(0).refused, Refusal::kNotAllowed) << "also of its own";
  CompartmentId unknown = place;
  unknown.bytes[0] ^= 1;
  EXPECT_EQ(exchange(lead, {erase_of(blob, unknown)}).all<Erased>().at(0).refused, Refusal::kUnknownCompartment);
  Erase both = erase_of(blob, place);
  both.seq = 1;
  EXPECT_EQ(exchange(lead, {both}).all<Erased>().at(0).refused, Refusal::kMalformed);
  EXPECT_EQ(get(lead, blob).body, blob.bytes);
}

TEST_F(BlobErasing, ManyInOneRequestAreAllGoneBeforeTheAnswer) {
  std::vector<Frame> frames;
  for (std::uint8_t i = 0; i < 64; ++i) {
    const TestBlob one(1000, i);
    bring(monitor, one, place);
    frames.push_back(erase_of(one, place));
  }
  ASSERT_EQ(files().size(), 64u);
  EXPECT_EQ(exchange(lead, frames).all<Erased>().size(), 64u);
  EXPECT_TRUE(files().empty());
}

// The power goes between the commit and the removal: the next start removes it, and so does the same Erase.
TEST_F(BlobErasing, IsRemovedAtTheNextStartWhereACrashCameBetween) {
  bring(monitor, blob, place);
  const TestBlob part(9000, 3);
  create(monitor, part, place, part.piece(0, 1000));
  world->exchange(lead, {erase_of(blob, place), erase_of(part, place)});  // the relay alone: no file is touched
  ASSERT_EQ(files().size(), 2u);
  const std::string copy = folder + "/crashed";
  std::filesystem::copy(in_use(), copy, std::filesystem::copy_options::recursive);
  erased(lead, place);
  EXPECT_EQ(files().size(), 1u) << "the same again removes it";
  restart_from(copy);
  EXPECT_TRUE(files().empty());
  expect_erased_for_everybody();
}

TEST_F(BlobErasing, WhereItsFileCannotBeRemovedNothingIsSaidToBeGone) {
  bring(monitor, blob, place);
  const std::string whole = in_use() + "/blobs/" + to_hex(lead.org) + "/" + to_hex(blob.id);
  std::filesystem::remove(whole);
  std::filesystem::create_directory(whole);  // what unlink() refuses, also for root
  EXPECT_EQ(exchange(lead, {erase_of(blob, place)}).reject().code, Refusal::kInternal);
  std::filesystem::remove(whole);
  erased(lead, place);
}

// The last piece is durable when the lead's word comes: what it made whole does not stay.
TEST_F(BlobErasing, ThatOvertakesTheLastPieceLeavesNoFile) {
  create(monitor, blob, place, blob.piece(0, 20'000));
  world->blob_token(monitor);
  tokens[monitor.id] = world->blob_token(monitor);
  world->store.before_commit = [&] { world->exchange(lead, {erase_of(blob, place)}); };
  EXPECT_EQ(patch(monitor, blob, 20'000, 30'000).reject().code, Refusal::kBlobErased);
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(bytes(), 0u);
}

// ---- what the disk holds of items ----

TEST_F(BlobErasing, OfItemsTheDatabaseAndItsLogHoldNoByte) {
  std::vector<std::string> secrets;
  std::vector<Frame> frames;
  const auto push = [&](FakeDevice& device, std::size_t size) {
    const envelope::Run run = make_run(device, device.notebook(), {.bytes = size});
    secrets.emplace_back(as_text(run.items[0].sealed));
    EXPECT_EQ(world->exchange(device, {run}).all<Receipt>().size(), 1u);
    return device.chains.at(device.notebook());
  };
  world->exchange(lead, {make_run(lead, place)});
  const crypto::EpochKey key(Bytes(32, 9));
  // Short and long ones, between others that stay.
  std::vector<std::string> staying;
  for (const std::size_t size : {200u, 900u, 2500u, 6000u, 40'000u}) {
    const ChainHead head = push(monitor, size);
    const envelope::Run stays = make_run(other, other.notebook(), {.bytes = size});
    staying.emplace_back(as_text(stays.items[0].sealed));
    world->exchange(other, {stays});
    frames.push_back(Erase{place, monitor.log, head.seq, head.hash, lead.log, 1,
                           seal_remainder(head.hash, lead.id, lead.membership->newest(), Bytes(100, 7), key, lead.sign->secret), {}});
  }
  const auto on_disk = [&](const std::string& secret) {  // any 24 bytes of it in a row
    const std::string all = contents(in_use() + "/server.db") + contents(in_use() + "/server.db-wal");
    std::size_t found = 0;
    for (std::size_t at = 0; at + 24 <= secret.size(); at += 24) found += all.find(secret.substr(at, 24)) != std::string::npos;
    return found;
  };
  for (const std::string& secret : secrets) ASSERT_GT(on_disk(secret), 0u) << "or this test finds nothing";
  const Answer answer = exchange(lead, frames);
  EXPECT_EQ(answer.all<Erased>().size(), frames.size());
  for (const std::string& secret : secrets) EXPECT_EQ(on_disk(secret), 0u) << secret.size() << " bytes long";
  for (const std::string& one : staying) EXPECT_GT(on_disk(one), 0u);
  const auto checked = ops::check(in_use(), true);
  EXPECT_TRUE(checked) << checked.error().message;
}

}  // namespace
}  // namespace haki::test
