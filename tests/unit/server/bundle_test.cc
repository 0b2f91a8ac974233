// Goal: what is carried by hand is kept and answered as an exchange is, once however often it comes, and nobody gets anything by
// it that he would not get by the network. Method: the bundle service over real files, fed with bundles as devices would make
// them, and as no honest device would.
#include "ops/bundle_service.h"

#include <future>

#include "base/little_endian.h"
#include "blob_world.h"
#include "envelope/bundle_file.h"

namespace haki::test {
namespace {

using namespace envelope;

// One bundle, frame by frame. What a device knows is as FakeDevice has it.
struct BundleBuilder {
  explicit BundleBuilder(const FakeDevice& from) : device(from), signer(from.sign) {
    hello.device = from.id;
    hello.membership_count = from.membership->count();
    hello.cursor = from.cursor;
    hello.server_run = from.server_run;
    hello.credit = 1'000'000;
    bundle.id = random_of<BundleId>();
    bundle.time_ms = 1;
  }
  BundleBuilder& add(const Frame& frame) { return append_frame(rest, frame), *this; }
  Bytes plain() {
    Bytes after = encode_frame(hello);
    base::append(after, rest);
    bundle.signature = crypto::sign(signer->secret, "HAKI1.bun", bundle_message(device.org, bundle, after));
    Bytes all = encode_frame(bundle);
    base::append(all, after);
    return all;
  }
  Bytes file(const auth::ServerKeys& keys) {
    return seal_bundle({BundleKind::kToServer, device.org}, as_box_key(keys.exchange.public_key), plain());
  }
  const FakeDevice& device;
  std::shared_ptr<const crypto::SigningPair> signer;
  Hello hello;
  Bundle bundle;
  Bytes rest;
};

struct BundleReply {
  int status = 0;
  Answer answer;                       // its frames, where it opened and is signed by the server
  std::optional<BundleAnswer> head;
  Bytes file;
  Refusal refusal() const { return answer.reject().code; }
};

class Bundles : public BlobTest {
 protected:
  Bundles() {
    const Answer first = world->exchange(monitor, {make_epoch_key(monitor)});
    EXPECT_TRUE(first.all<Reject>().empty());
    world->exchange(lead);  // has read that key
    bundles.emplace(*world->relay, *relay, world->store, *service, *workers);
  }
  ~Bundles() override { workers.reset(); }

  BundleReply bring(const FakeDevice& device, const Bytes& file) {
    std::promise<relay::Reply> promise;
    bundles->take(device.org, file, [&](relay::Reply reply, const auto&) { promise.set_value(std::move(reply)); });
    const relay::Reply reply = promise.get_future().get();
    return read(device, reply.status, reply.body);
  }
  BundleReply bring(BundleBuilder& bundle) { return bring(bundle.device, bundle.file(world->keys)); }
  BundleReply bring(const FakeDevice& device, const std::vector<Frame>& frames) {
    BundleBuilder bundle(device);
    for (const Frame& frame : frames) bundle.add(frame);
    return bring(bundle);
  }
  BundleReply read(const FakeDevice& device, int status, const Bytes& body) {
    BundleReply read{status, {}, std::nullopt, body};
    if (status != 200 && status != 202) return read.answer = read_frames(status, body), read;
    const auto label = read_bundle_label(body);
    EXPECT_TRUE(label && label->kind == BundleKind::kAnswer && label->org == device.org);
    const auto plain = open_bundle(*label, *device.box, body);
    EXPECT_TRUE(plain) << "the answer is for somebody else";
    if (!plain) return read;
    FrameReader reader(*plain);
    const auto head = reader.next();
    read.head = std::get<BundleAnswer>(*head);
    const ByteView after = ByteView(*plain).subspan(reader.offset());
    EXPECT_TRUE(crypto::verify(world->keys.sign.verify, "HAKI1.bua",
                               bundle_answer_message(device.org, device.id, *read.head, after), read.head->signature));
    read.answer = read_frames(status, after);
    return read;
  }
  static BlobPiece piece(const TestBlob& blob, const CompartmentId& compartment, std::size_t from, std::size_t size) {
    const ByteView bytes = blob.piece(from, size);
    return {blob.id, compartment, blob.bytes.size(), from, Bytes(bytes.begin(), bytes.end())};
  }

  std::optional<ops::BundleService> bundles;
};

TEST_F(Bundles, AreKeptReceiptedAndAnsweredAsAnExchangeIs) {
  world->exchange(lead, {make_run(lead, world->shared())});
  const BundleReply reply = bring(monitor, {make_run(monitor, monitor.notebook(), {.count = 3, .sign_every = true})});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.answer.receipt().seq, 3u);
  EXPECT_EQ(reply.answer.runs().size(), 1u) << "what the lead wrote for all";
  EXPECT_EQ(reply.head->asked_after, monitor.cursor);
  EXPECT_FALSE(reply.answer.welcome().more);
  ASSERT_EQ(world->exchange(lead).runs().size(), 1u);
  // The network goes on as if it had brought it.
  const Answer next = world->exchange(monitor, {make_run(monitor, monitor.notebook())});
  EXPECT_EQ(next.receipt().seq, 4u);
}

TEST_F(Bundles, TheSameAgainByHandAndByNetworkIsKeptOnce) {
  const envelope::Run run = make_run(monitor, monitor.notebook(), {.count = 2, .sign_every = true});
  BundleBuilder bundle(monitor);
  const Bytes file = bundle.add(run).file(world->keys);
  const Receipt first = bring(monitor, file).answer.receipt();
  const Receipt again = bring(monitor, file).answer.receipt();
  const Receipt third = world->exchange(monitor, {run}).receipt();
  const Receipt fourth = bring(monitor, file).answer.receipt();
  for (const Receipt& one : {again, third, fourth}) {
    EXPECT_EQ(one.seq, first.seq);
    EXPECT_EQ(one.time_ms, first.time_ms);
    EXPECT_EQ(one.signature, first.signature);
  }
  ASSERT_EQ(world->exchange(lead).runs().size(), 1u);
  EXPECT_TRUE(world->exchange(lead).runs().empty());
}

TEST_F(Bundles, APartBeforeAnotherWaitsForItAndLosesNothing) {
  BundleBuilder first(monitor), second(monitor);
  first.add(make_run(monitor, monitor.notebook()));
  second.add(make_run(monitor, monitor.notebook()));
  const Bytes file = second.file(world->keys);
  const BundleReply early = bring(monitor, file);
  EXPECT_EQ(early.status, 202);
  EXPECT_EQ(early.refusal(), Refusal::kGap);
  EXPECT_EQ(bring(first).status, 200);
  const BundleReply late = bring(monitor, file);
  EXPECT_EQ(late.status, 200);
  EXPECT_EQ(late.answer.receipt().seq, 2u);
}

TEST_F(Bundles, AKeyInAnotherPartIsAGapToo) {
  FakeDevice fresh;
  world->admit(lead, fresh);
  BundleBuilder work(fresh), key(fresh);
  const Bytes file = work.add(make_run(fresh, fresh.notebook())).file(world->keys);
  const BundleReply early = bring(fresh, file);
  EXPECT_EQ(early.status, 202);
  EXPECT_EQ(early.refusal(), Refusal::kUnknownEpoch);
  EXPECT_EQ(bring(key.add(make_epoch_key(fresh))).status, 200);
  EXPECT_EQ(bring(fresh, file).status, 200);
}

TEST_F(Bundles, APartThatAsksForNothingIsGivenReceiptsAlone) {
  world->exchange(lead, {make_run(lead, world->shared())});
  BundleBuilder part(monitor);
  part.hello.credit = 0;
  const BundleReply reply = bring(part.add(make_run(monitor, monitor.notebook())));
  EXPECT_EQ(reply.answer.receipt().seq, 1u);
  EXPECT_TRUE(reply.answer.all<Row>().empty());
  EXPECT_TRUE(reply.answer.welcome().more);
  EXPECT_EQ(reply.answer.welcome().cursor, reply.head->asked_after);
}

TEST_F(Bundles, OfWhoIsNotInTheLogOnlyTheRequestIsKept) {
  FakeDevice newcomer;
  newcomer.org = lead.org;
  const TestBlob blob(1000);
  BundleBuilder bundle(newcomer);
  bundle.add(make_join(newcomer, lead.org, Bytes(16, 5))).add(piece(blob, monitor.notebook(), 0, 1000));
  const Bytes file = bundle.file(world->keys);
  for (int i = 0; i < 2; ++i) {
    const BundleReply reply = bring(newcomer, file);
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(reply.refusal(), Refusal::kNotAdmitted);
  }
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(world->exchange(lead).all<Row>().size(), 1u) << "a lead hears of it";
  EXPECT_EQ(bring(newcomer, std::vector<Frame>{}).refusal(), Refusal::kNotAdmitted) << "without a request there is nothing to keep";

  FakeDevice admitted = newcomer;
  world->admit(lead, admitted);
  const BundleReply reply = bring(newcomer, file);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.answer.all<MembershipEntry>().size(), admitted.membership->count());
  EXPECT_FALSE(reply.answer.all<Grant>().empty());
}

TEST_F(Bundles, OneDevicesBundleIsNotTakenAsAnothers) {
  BundleBuilder claimed(monitor);
  claimed.add(make_run(monitor, monitor.notebook()));
  claimed.signer = other.sign;
  EXPECT_EQ(bring(claimed).refusal(), Refusal::kBadSignature);
  // A request to join whose keys are not the device's.
  FakeDevice newcomer, stranger;
  newcomer.org = stranger.org = lead.org;
  BundleBuilder posing(newcomer);
  posing.signer = stranger.sign;
  posing.add(make_join(stranger, lead.org, Bytes(16, 5)));
  EXPECT_EQ(bring(posing).refusal(), Refusal::kBadSignature);
  EXPECT_TRUE(world->exchange(lead).all<Row>().empty());
}

TEST_F(Bundles, ChangedAfterItWasSignedItIsRefused) {
  BundleBuilder bundle(monitor);
  Bytes plain = bundle.add(make_run(monitor, monitor.notebook())).plain();
  plain.back() ^= 1;
  const Bytes file = seal_bundle({BundleKind::kToServer, lead.org}, as_box_key(world->keys.exchange.public_key), plain);
  const Refusal code = bring(monitor, file).refusal();
  EXPECT_TRUE(code == Refusal::kBadSignature || code == Refusal::kMalformed);
  EXPECT_TRUE(world->exchange(lead).runs().empty());
}

TEST_F(Bundles, FramesThatDoNotBelongAreMalformed) {
  const envelope::Run run = make_run(monitor, monitor.notebook());
  const EpochKey key = make_epoch_key(monitor, 2);
  const std::vector<std::vector<Frame>> wrong = {{Hello{}},         {Append{}},
                                                 {Welcome{}},       {Found{}},
                                                 {Pull{monitor.notebook(), {}, 0}},
                                                 {Auth{}},          {Bundle{}},
                                                 {run, key},        {make_join(monitor, lead.org, Bytes(16, 5)), make_join(monitor, lead.org, Bytes(16, 5))},
                                                 {BundleAnswer{}},  {HeadsWanted{other.id}}};
  for (const auto& frames : wrong) EXPECT_EQ(bring(monitor, frames).refusal(), Refusal::kMalformed);
  EXPECT_TRUE(world->exchange(lead).runs().empty());
}

TEST_F(Bundles, OutsideTheirBoundsTheyAreRefused) {
  BundleBuilder good(monitor);
  Bytes file = good.file(world->keys);
  EXPECT_EQ(bring(monitor, Bytes(kBundleFileBytesMax + 1, 0)).refusal(), Refusal::kTooLarge);
  EXPECT_EQ(bring(monitor, Bytes(100, 0)).refusal(), Refusal::kMalformed);
  BundleBuilder many(monitor);
  for (int i = 0; i < 257; ++i) many.add(piece(TestBlob(40), monitor.notebook(), 0, 1));
  EXPECT_EQ(bring(many).refusal(), Refusal::kTooLarge);
  BundleBuilder version(monitor);
  version.hello.version = 2;
  EXPECT_EQ(bring(version).refusal(), Refusal::kVersion);
  file[7] = '2';
  EXPECT_EQ(bring(monitor, file).refusal(), Refusal::kVersion);
  FakeDevice elsewhere = monitor;
  elsewhere.org = random_of<CoalitionId>();
  EXPECT_EQ(bring(elsewhere, std::vector<Frame>{}).refusal(), Refusal::kUnknownCoalition);
}

TEST_F(Bundles, BlobsComeInPiecesByHandAndByNetwork) {
  const TestBlob blob(300'000);
  const auto held = [&](std::size_t from, std::size_t size, int status) {
    const BundleReply reply = bring(monitor, std::vector<Frame>{piece(blob, monitor.notebook(), from, size)});
    EXPECT_EQ(reply.status, status);
    return reply.answer.all<BlobHeld>().at(0);
  };
  EXPECT_EQ(held(100'000, 1000, 202).receipt_ms, 0) << "it comes after another part";
  EXPECT_EQ(held(0, 100'000, 200).receipt_ms, 0);
  EXPECT_EQ(held(0, 100'000, 200).receipt_ms, 0) << "the same again";
  EXPECT_EQ(patch(monitor, blob, 100'000, 50'000).offset(), 150'000u);
  EXPECT_EQ(held(120'000, 80'000, 200).receipt_ms, 0) << "half of it came by the network";
  EXPECT_EQ(head(monitor, blob).offset(), 200'000u);
  const BlobHeld whole = held(200'000, 100'000, 200);
  EXPECT_EQ(whole.blob, blob.id);
  EXPECT_FALSE(whole.refused);
  EXPECT_TRUE(crypto::verify(world->keys.sign.verify, "HAKI1.blr",
                             blob_receipt_message(lead.org, monitor.notebook(), blob.id, 300'000, whole.receipt_ms), whole.receipt));
  EXPECT_EQ(get(lead, blob, "bytes=0-").body.size(), 300'000u);
  EXPECT_EQ(held(0, 100'000, 200).receipt, whole.receipt) << "long after";
}

TEST_F(Bundles, ABlobIsRefusedForWhatItIsRefusedByTheNetwork) {
  const TestBlob blob(3000);
  BlobPiece giant = piece(blob, monitor.notebook(), 0, 1000);
  giant.length = std::uint64_t{1} << 62;
  EXPECT_EQ(bring(monitor, std::vector<Frame>{giant}).answer.all<BlobHeld>().at(0).refused, Refusal::kTooLarge);
  BlobPiece nowhere = piece(blob, random_of<CompartmentId>(), 0, 1000);
  EXPECT_EQ(bring(monitor, std::vector<Frame>{nowhere}).answer.all<BlobHeld>().at(0).refused, Refusal::kNotAllowed);
  TestBlob damaged(3000, 1);
  damaged.bytes[5] ^= 1;
  EXPECT_EQ(bring(monitor, std::vector<Frame>{piece(damaged, monitor.notebook(), 0, 3000)}).answer.all<BlobHeld>().at(0).refused,
            Refusal::kBlobDamaged);
  bundles.reset();
  restart(1000);  // a coalition may have 1,000 bytes, and as much again
  bundles.emplace(*world->relay, *relay, world->store, *service, *workers);
  EXPECT_EQ(bring(monitor, std::vector<Frame>{piece(blob, monitor.notebook(), 0, 3000)}).answer.all<BlobHeld>().at(0).refused, Refusal::kQuota);
  EXPECT_TRUE(files().empty());
}

TEST_F(Bundles, OfARemovedDeviceWorkIsLateAndNothingIsGiven) {
  BundleBuilder bundle(monitor);
  const TestBlob blob(500);
  bundle.add(make_run(monitor, monitor.notebook())).add(piece(blob, monitor.notebook(), 0, 500));
  const Bytes file = bundle.file(world->keys);
  world->exchange(lead, {make_run(lead, world->shared())});
  ASSERT_TRUE(world->exchange(lead, {world->removal(lead, monitor, {})}).all<Reject>().empty());
  const BundleReply reply = bring(monitor, file);
  EXPECT_EQ(reply.answer.receipt().seq, 1u) << "for a lead to look at";
  EXPECT_EQ(reply.answer.all<BlobHeld>().at(0).refused, Refusal::kNotAllowed);
  EXPECT_TRUE(reply.answer.all<Row>().empty());
  EXPECT_TRUE(reply.answer.all<Grant>().empty());
  EXPECT_FALSE(reply.answer.all<MembershipEntry>().empty()) << "it learns why";
}

TEST_F(Bundles, AnybodyOfTheCoalitionMayBringThemAndNobodyElse) {
  class Posting final : public http::Responder {
   public:
    void post(std::function<void()> work) override { work(); }
    void respond(http::Response response) override { answer.set_value(std::move(response)); }
    std::promise<http::Response> answer;
  };
  BundleBuilder bundle(monitor);
  const Bytes file = bundle.add(make_run(monitor, monitor.notebook())).file(world->keys);
  const auto post = [&](const std::string& authorization) {
    http::Request request{"POST", "", file, {}};
    if (!authorization.empty()) request.headers["authorization"] = authorization;
    const auto waiting = std::make_shared<Posting>();
    bundles->handle(lead.org, std::move(request), waiting);
    return waiting->answer.get_future().get();
  };
  EXPECT_EQ(post("").status, 401);
  EXPECT_EQ(post("Bearer " + to_base64url(random_of<BlobToken>())).status, 401);
  const http::Response response = post("Bearer " + to_base64url(world->blob_token(other)));
  EXPECT_EQ(read(monitor, response.status, response.body).answer.receipt().seq, 1u);
}

TEST_F(Bundles, BringNothingOfAFileThatALeadHadErased) {
  const TestBlob blob(1000);
  Erase erase;
  erase.compartment = monitor.notebook();
  erase.blob = blob.id;
  ASSERT_EQ(world->exchange(lead, {erase}).all<Erased>().size(), 1u);
  const auto held = bring(monitor, {piece(blob, monitor.notebook(), 0, 1000)}).answer.all<BlobHeld>();
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].refused, Refusal::kBlobErased);
  EXPECT_EQ(held[0].receipt_ms, 0);
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(bring(lead, {erase}).refusal(), Refusal::kMalformed) << "an Erase does not travel by hand";
}

}  // namespace
}  // namespace haki::test
