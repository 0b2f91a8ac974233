// Goal: files travel as spec 62-blobs says: in pieces that never go back, whole only as what they are named, to those who
// may read them. Method: the service over real files, asked as HTTP asks it.
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "blob_world.h"

namespace haki::test {
namespace {

using namespace envelope;
using Blob = BlobTest;

constexpr std::int64_t kMinuteMs = 60'000;

TEST_F(Blob, InOneRequestIsWholeAtOnceWithAReceipt) {
  const TestBlob blob(100'000);
  const BlobAnswer answer = create(monitor, blob, monitor.notebook(), blob.bytes);
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.offset(), 100'000u);
  EXPECT_EQ(answer.header("Location"), "/v1/coalitions/" + to_base64url(lead.org) + "/blobs/" + to_base64url(blob.id));
  EXPECT_EQ(answer.header("Tus-Resumable"), "1.0.0");
  EXPECT_TRUE(receipt_holds(answer, blob, monitor.notebook()));
  EXPECT_EQ(files(), std::vector{to_hex(blob.id)});

  const BlobAnswer got = get(lead, blob);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, blob.bytes);
}

TEST_F(Blob, ComesInPiecesAndTheSameAgainChangesNothing) {
  const TestBlob blob(300'000);
  const BlobAnswer begun = create(monitor, blob, monitor.notebook());
  EXPECT_EQ(begun.status, 201);
  EXPECT_EQ(begun.offset(), 0u);
  EXPECT_FALSE(begun.header("Upload-Expires").empty());
  EXPECT_EQ(patch(monitor, blob, 0, 100'000).offset(), 100'000u);
  EXPECT_EQ(patch(monitor, blob, 100'000, 1).offset(), 100'001u);

  const BlobAnswer asked = head(monitor, blob);
  EXPECT_EQ(asked.status, 200);
  EXPECT_EQ(asked.offset(), 100'001u);
  EXPECT_EQ(asked.header("Upload-Length"), "300000");
  EXPECT_EQ(asked.header("Cache-Control"), "no-store");
  EXPECT_TRUE(asked.header("Haki-Receipt").empty());
  EXPECT_EQ(create(monitor, blob, monitor.notebook(), blob.bytes).offset(), 100'001u);
  EXPECT_EQ(get(lead, blob).status, 404);

  const BlobAnswer last = patch(monitor, blob, 100'001, 199'999);
  EXPECT_EQ(last.status, 204);
  EXPECT_TRUE(receipt_holds(last, blob, monitor.notebook()));
  world->clock.time_ms += kMinuteMs;
  for (const BlobAnswer& again : {create(monitor, blob, monitor.notebook()), head(monitor, blob)}) {
    EXPECT_EQ(again.offset(), 300'000u);
    EXPECT_EQ(again.header("Haki-Receipt"), last.header("Haki-Receipt"));
  }
  EXPECT_EQ(get(lead, blob).body, blob.bytes);
}

TEST_F(Blob, APieceAtAnotherOffsetIsToldTheOneHeld) {
  const TestBlob blob(1000);
  create(monitor, blob, monitor.notebook(), blob.piece(0, 400));
  for (const std::size_t wrong : {0u, 1u, 399u, 401u, 999u}) {
    const BlobAnswer answer = patch(monitor, blob, wrong, 1);
    EXPECT_EQ(answer.status, 409) << wrong;
    EXPECT_EQ(answer.reject().code, Refusal::kBlobOffset);
    EXPECT_EQ(answer.reject().seq, 400u);
  }
  EXPECT_EQ(patch(monitor, blob, 0, 1, {{"upload-offset", "1000"}}).status, 409);
  EXPECT_EQ(patch(monitor, blob, 400, 600).status, 204);
  const BlobAnswer beyond = patch(monitor, blob, 0, 1);
  EXPECT_EQ(beyond.reject().seq, 1000u);
}

TEST_F(Blob, MoreThanItsLengthIsRefusedAndNothingOfItKept) {
  const TestBlob blob(1000), more(1001);
  create(monitor, blob, monitor.notebook(), blob.piece(0, 400));
  Bytes bytes(601, 7);
  EXPECT_EQ(ask(monitor, "PATCH", blob.id, {{"upload-offset", "400"}}, bytes).status, 400);
  EXPECT_EQ(head(monitor, blob).offset(), 400u);
  EXPECT_EQ(create(other, TestBlob(10, 3), other.notebook(), more.bytes).status, 400);
  EXPECT_EQ(head(other, TestBlob(10, 3)).status, 404);
}

TEST_F(Blob, HeadersThatAreNotAsTheyShouldBeAreRefused) {
  const TestBlob blob(1000);
  const std::string id = base64(blob.id), compartment = base64(monitor.notebook());
  const auto metadata = [&](const std::string& text) {
    return ask(monitor, "POST", std::nullopt, {{"upload-length", "1000"}, {"upload-metadata", text}}).status;
  };
  EXPECT_EQ(metadata(""), 400);
  EXPECT_EQ(metadata("blob " + id), 400);
  EXPECT_EQ(metadata("compartment " + compartment), 400);
  EXPECT_EQ(metadata("blob " + id + ",compartment " + compartment + ","), 400);
  EXPECT_EQ(metadata("blob " + id + ",blob " + id + ",compartment " + compartment), 400);
  EXPECT_EQ(metadata("blob " + id + ",compartment " + compartment + ",filename !"), 400);
  EXPECT_EQ(metadata("blob " + compartment + ",compartment " + id), 400);
  EXPECT_EQ(metadata("blob " + to_base64url(blob.id) + ",compartment " + compartment), 400);  // no padding
  EXPECT_EQ(metadata(std::string(8000, ',')), 400);
  for (const char* length : {"", "0", "-1", "1e3", "1000 ", "0x10", "99999999999999999999"}) {
    Headers headers = creation(blob, monitor.notebook());
    headers["upload-length"] = length;
    EXPECT_EQ(ask(monitor, "POST", std::nullopt, headers).status, 400) << length;
  }
  EXPECT_EQ(head(monitor, blob).status, 404);
  EXPECT_EQ(metadata("filename " + base64(as_bytes("a.jpg")) + ", blob " + id + ",compartment " + compartment + ",flag"), 201);
  EXPECT_EQ(metadata("blob " + base64(as_bytes(to_base64url(blob.id))) + ",compartment " +
                     base64(as_bytes(to_base64url(monitor.notebook())))), 201);  // as text
  for (const char* offset : {"", "-1", "00000000000000000000", "0.0", "999999999999999999999"}) {
    EXPECT_EQ(patch(monitor, blob, 0, 10, {{"upload-offset", offset}}).status, 400) << offset;
  }
  EXPECT_EQ(patch(monitor, blob, 0, 10, {{"content-type", "application/octet-stream"}}).status, 415);
  EXPECT_EQ(head(monitor, blob).offset(), 0u);
}

TEST_F(Blob, TheGreatestLengthIsTakenAndOneByteMoreIsNot) {
  Headers headers = creation(TestBlob(10), monitor.notebook());
  headers["upload-length"] = std::to_string(relay::kBlobBytesMax + 1);
  EXPECT_EQ(ask(monitor, "POST", std::nullopt, headers).status, 413);
  headers["upload-length"] = std::to_string(relay::kBlobBytesMax);
  EXPECT_EQ(ask(monitor, "POST", std::nullopt, headers).status, 201);
}

TEST_F(Blob, AnotherVersionOfTusIsToldOurs) {
  const BlobAnswer answer = ask(monitor, "HEAD", TestBlob(1).id, {{"tus-resumable", "0.2.2"}});
  EXPECT_EQ(answer.status, 412);
  EXPECT_EQ(answer.header("Tus-Version"), "1.0.0");
  const BlobAnswer options = ask(monitor, "OPTIONS", std::nullopt, {{"authorization", ""}, {"tus-resumable", ""}});
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("Tus-Extension"), "creation,creation-with-upload,checksum,expiration,termination");
  EXPECT_EQ(options.header("Tus-Checksum-Algorithm"), "sha1,blake2b");
  EXPECT_EQ(ask(monitor, "PUT", TestBlob(1).id, {}).status, 405);
  EXPECT_EQ(ask(monitor, "GET", std::nullopt, {}).status, 405);
  const TestBlob blob(10);
  create(monitor, blob, monitor.notebook());
  EXPECT_EQ(ask(monitor, "POST", blob.id, {{"x-http-method-override", "PATCH"}, {"upload-offset", "0"}}, blob.bytes).status, 204);
}

TEST_F(Blob, ADamagedPieceIsNotKept) {
  const TestBlob blob(1000);
  create(monitor, blob, monitor.notebook());
  const auto sha1 = [](const char* hex) { return "sha1 " + base64(*from_hex(hex)); };
  const auto blake2b = [](ByteView bytes) { return "blake2b " + base64(crypto::hash32({bytes})); };
  const auto with = [&](const std::string& checksum, std::size_t from, std::size_t size) {
    return patch(monitor, blob, from, size, {{"upload-checksum", checksum}});
  };
  const BlobAnswer damaged = with(blake2b(blob.piece(1, 10)), 0, 10);
  EXPECT_EQ(damaged.status, 460);
  EXPECT_EQ(damaged.reject().code, Refusal::kBlobChecksum);
  EXPECT_EQ(with(sha1("0000000000000000000000000000000000000000"), 0, 10).status, 460);
  EXPECT_EQ(head(monitor, blob).offset(), 0u);
  for (const char* unknown : {"md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1", "sha1 AAAA", "blake2b AAAA", "sha1 !"}) {
    EXPECT_EQ(with(unknown, 0, 10).status, 400) << unknown;
  }
  EXPECT_EQ(with(blake2b(blob.piece(0, 10)), 0, 10).offset(), 10u);
  Bytes abc = {'a', 'b', 'c'};  // whose SHA-1 the standard gives
  EXPECT_EQ(ask(monitor, "PATCH", blob.id,
                {{"upload-offset", "10"}, {"upload-checksum", sha1("a9993e364706816aba3e25717850c26c9cd0d89d")}}, abc)
                .offset(),
            13u);
  const TestBlob one(50, 9);
  Headers headers = creation(one, monitor.notebook());
  headers["upload-checksum"] = blake2b(blob.piece(0, 50));
  EXPECT_EQ(ask(monitor, "POST", std::nullopt, headers, one.bytes).status, 460);
  EXPECT_EQ(head(monitor, one).status, 404);
}

TEST_F(Blob, WhoseBytesAreNotTheNamedOnesIsDroppedAndBegunAnew) {
  TestBlob blob(100'000);
  const std::uint8_t right = blob.bytes[77'777];
  create(monitor, blob, monitor.notebook(), blob.piece(0, 50'000));
  blob.bytes[77'777] = static_cast<std::uint8_t>(right ^ 1);
  const BlobAnswer damaged = patch(monitor, blob, 50'000, 50'000);
  EXPECT_EQ(damaged.status, 422);
  EXPECT_EQ(damaged.reject().code, Refusal::kBlobDamaged);
  EXPECT_EQ(head(monitor, blob).status, 404);
  EXPECT_EQ(files(), std::vector<std::string>());
  EXPECT_EQ(create(monitor, blob, monitor.notebook(), blob.bytes).status, 422);  // in one request
  EXPECT_EQ(head(monitor, blob).status, 404);
  EXPECT_EQ(files(), std::vector<std::string>());
  blob.bytes[77'777] = right;
  bring(monitor, blob, monitor.notebook());
}

TEST_F(Blob, ATokenIsGoodForFifteenMinutesAtItsOwnCoalitionOnly) {
  const TestBlob blob(100);
  const auto status = [&](const std::string& authorization) {
    return ask(monitor, "HEAD", blob.id, {{"authorization", authorization}}).status;
  };
  EXPECT_EQ(ask(monitor, "HEAD", blob.id, {{"authorization", ""}}).reject().code, Refusal::kTokenInvalid);
  const std::string token = to_base64url(world->blob_token(monitor));
  for (const std::string& wrong : std::vector<std::string>{"", token, "Basic " + token, "bearer" + token, "Bearer " + token + "A",
                                   "Bearer " + std::string(43, 'A'), "Bearer ", "Bearer " + std::string(7000, 'A')}) {
    EXPECT_EQ(status(wrong), 401) << wrong;
  }
  EXPECT_EQ(status("Bearer " + token), 404);
  FakeDevice stranger(Role::kLead);
  world->found_with(stranger);
  EXPECT_EQ(ask(stranger, "HEAD", blob.id, {{"authorization", "Bearer " + token}}).status, 401);
  FakeDevice in_both = monitor;  // the same keys, a member there too
  world->admit(stranger, in_both);
  EXPECT_EQ(ask(in_both, "HEAD", blob.id, {{"authorization", "Bearer " + token}}).status, 401);
  world->clock.time_ms += 15 * kMinuteMs - 1;
  EXPECT_EQ(status("Bearer " + token), 404);
  world->clock.time_ms += 1;
  EXPECT_EQ(status("Bearer " + token), 401);
}

TEST_F(Blob, ATokenIsGivenWhereItIsAskedForAndTheOldestOfManyGoes) {
  RequestBuilder without(monitor);
  EXPECT_TRUE(world->exchange(monitor, without).welcome().token.is_zero());
  std::vector<std::string> given;
  for (int i = 0; i < 5; ++i) given.push_back("Bearer " + to_base64url(world->blob_token(monitor)));
  const auto status = [&](const std::string& token) { return ask(monitor, "HEAD", TestBlob(1).id, {{"authorization", token}}).status; };
  EXPECT_EQ(status(given[0]), 401);
  for (int i = 1; i < 5; ++i) EXPECT_EQ(status(given[static_cast<std::size_t>(i)]), 404) << i;
  restart();
  EXPECT_EQ(status(given[4]), 401);
}

TEST_F(Blob, ARemovedDevicesTokenStopsAtOnceAndThereIsNoOther) {
  const TestBlob blob(1000);
  create(monitor, blob, monitor.notebook(), blob.piece(0, 400));
  ASSERT_TRUE(world->exchange(lead, {world->removal(lead, monitor, {})}).all<Reject>().empty());
  EXPECT_EQ(patch(monitor, blob, 400, 600).status, 401);
  EXPECT_TRUE(world->blob_token(monitor).is_zero());
}

TEST_F(Blob, IsReadByThoseWhoMayReadItsCompartment) {
  const TestBlob own(1000), shared(1000, 1);
  bring(monitor, own, monitor.notebook());
  bring(monitor, shared, world->shared());
  EXPECT_EQ(get(lead, own).status, 200);
  EXPECT_EQ(get(other, shared).status, 200);
  // To others it is as if there were none.
  EXPECT_EQ(get(other, own).status, 404);
  EXPECT_EQ(get(other, own).body, get(other, TestBlob(5)).body);
  EXPECT_EQ(head(other, own).status, 404);
  EXPECT_EQ(head(monitor, own).status, 200);
  EXPECT_EQ(create(monitor, TestBlob(5, 5), random_of<CompartmentId>()).status, 403);
}

TEST_F(Blob, ACourierGoesOnWithItAndMayAskAfterItButNotReadIt) {
  const TestBlob blob(1000);
  create(monitor, blob, monitor.notebook(), blob.piece(0, 400));
  EXPECT_EQ(create(other, blob, monitor.notebook()).offset(), 400u);
  EXPECT_EQ(head(other, blob).offset(), 400u);
  EXPECT_TRUE(receipt_holds(patch(other, blob, 400, 600), blob, monitor.notebook()));
  EXPECT_EQ(get(other, blob).status, 404);
  EXPECT_TRUE(receipt_holds(create(other, blob, monitor.notebook()), blob, monitor.notebook()));
  EXPECT_EQ(head(monitor, blob).offset(), 1000u);
  const TestBlob carried(1000, 4);
  bring(other, carried, monitor.notebook());
  EXPECT_EQ(head(other, carried).status, 200);  // whose upload it was
  EXPECT_EQ(get(other, carried).status, 404);
}

// A courier who claims what it carries for a compartment of its own would else shut its readers out, or let itself in.
TEST_F(Blob, UnderAnotherCompartmentItsBytesAreNeededAgain) {
  const TestBlob blob(1000);
  bring(monitor, blob, monitor.notebook());
  EXPECT_EQ(create(other, blob, other.notebook()).offset(), 0u);
  EXPECT_EQ(get(other, blob).status, 404);
  EXPECT_EQ(patch(other, blob, 0, 400).offset(), 400u);
  EXPECT_EQ(get(lead, blob).body, blob.bytes);
  EXPECT_EQ(create(monitor, blob, monitor.notebook()).offset(), 1000u);
  EXPECT_TRUE(receipt_holds(patch(other, blob, 400, 600), blob, other.notebook()));
  EXPECT_EQ(get(other, blob).body, blob.bytes);
  EXPECT_EQ(files(), std::vector{to_hex(blob.id)});
  // The other way round, while it is under way.
  const TestBlob next(1000, 1);
  create(other, next, other.notebook(), next.piece(0, 999));
  bring(monitor, next, monitor.notebook());
  EXPECT_EQ(get(lead, next).body, next.bytes);
}

TEST_F(Blob, OfTwoDevicesWithTheSamePieceOneGoesOn) {
  const TestBlob blob(400'000);
  create(monitor, blob, monitor.notebook());
  head(other, blob);  // both have a token
  // But for the last: a courier who comes second finds no upload any more, and no blob that it may know of (404).
  for (std::size_t at = 0; at < 380'000; at += 20'000) {
    std::array<int, 2> status{};
    std::thread one([&] { status[0] = patch(monitor, blob, at, 20'000).status; });
    status[1] = patch(other, blob, at, 20'000).status;
    one.join();
    std::ranges::sort(status);
    EXPECT_EQ(status, (std::array{204, 409})) << at;
  }
  EXPECT_EQ(patch(monitor, blob, 380'000, 20'000).status, 204);
  EXPECT_EQ(get(lead, blob).body, blob.bytes);
}

TEST_F(Blob, GoesOnAfterARestartInTheMiddle) {
  const TestBlob blob(300'000);
  create(monitor, blob, monitor.notebook(), blob.piece(0, 150'000));
  restart();
  EXPECT_EQ(head(monitor, blob).offset(), 150'000u);
  patch(monitor, blob, 150'000, 50'000);
  restart();
  EXPECT_TRUE(receipt_holds(patch(monitor, blob, 200'000, 100'000), blob, monitor.notebook()));
  restart();
  EXPECT_EQ(get(lead, blob).body, blob.bytes);
  EXPECT_EQ(files(), std::vector{to_hex(blob.id)});
}

TEST_F(Blob, APartThatIsGoneFromTheDiskIsBegunAnew) {
  const TestBlob blob(1000);
  create(monitor, blob, monitor.notebook(), blob.piece(0, 400));
  std::filesystem::remove(in_use() + "/blobs/" + to_hex(lead.org) + "/part-" + to_hex(blob.id));
  EXPECT_EQ(patch(monitor, blob, 400, 600).status, 404);
  bring(monitor, blob, monitor.notebook());
}

TEST_F(Blob, IsGivenInRanges) {
  const TestBlob blob(5'000'000);
  create(monitor, blob, monitor.notebook(), blob.piece(0, 4'000'000));
  patch(monitor, blob, 4'000'000, 1'000'000);
  const auto expect_range = [&](const std::string& range, std::size_t from, std::size_t size) {
    const BlobAnswer answer = get(lead, blob, range);
    EXPECT_EQ(answer.status, 206) << range;
    EXPECT_EQ(answer.header("Content-Range"),
              "bytes " + std::to_string(from) + "-" + std::to_string(from + size - 1) + "/5000000");
    EXPECT_TRUE(std::ranges::equal(answer.body, blob.piece(from, size))) << range;
  };
  constexpr std::size_t kMost = 4 * 1024 * 1024;
  expect_range("bytes=0-0", 0, 1);
  expect_range("bytes=4999999-", 4'999'999, 1);
  expect_range("bytes=4999999-99999999", 4'999'999, 1);
  expect_range("bytes=-10", 4'999'990, 10);
  expect_range("bytes=0-", 0, kMost);
  expect_range("bytes=1-", 1, kMost);
  expect_range("", 0, kMost);  // a reply of all would be too long
  for (const char* beyond : {"bytes=5000000-", "bytes=5000000-6000000", "bytes=-0"}) {
    const BlobAnswer answer = get(lead, blob, beyond);
    EXPECT_EQ(answer.status, 416) << beyond;
    EXPECT_EQ(answer.header("Content-Range"), "bytes */5000000");
  }
  for (const char* odd : {"bytes=", "bytes=-", "bytes=2-1", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", "0-1"}) {
    EXPECT_EQ(get(lead, blob, odd).status, 400) << odd;
  }
}

TEST_F(Blob, AnUploadIsForgottenByWhoseItIs) {
  const TestBlob blob(1000), whole(1000, 1);
  create(monitor, blob, monitor.notebook(), blob.piece(0, 400));
  bring(monitor, whole, monitor.notebook());
  EXPECT_EQ(ask(other, "DELETE", blob.id, {}).status, 403);
  EXPECT_EQ(ask(monitor, "DELETE", whole.id, {}).status, 403);
  EXPECT_EQ(ask(monitor, "DELETE", blob.id, {}).status, 204);
  EXPECT_EQ(head(monitor, blob).status, 404);
  EXPECT_EQ(ask(monitor, "DELETE", blob.id, {}).status, 404);
  EXPECT_EQ(files(), std::vector{to_hex(whole.id)});
}

TEST_F(Blob, AnUploadExpiresNinetyDaysAfterItsLastByte) {
  const TestBlob blob(1000);
  create(monitor, blob, monitor.notebook(), blob.piece(0, 400));
  const auto later = [&](std::int64_t ms) {
    world->clock.time_ms += ms;
    tokens.clear();
  };
  later(60 * kDayMs);
  EXPECT_EQ(patch(monitor, blob, 400, 100).status, 204);
  later(90 * kDayMs - 1);
  EXPECT_EQ(head(monitor, blob).offset(), 500u);
  later(1);
  const BlobAnswer gone = head(monitor, blob);
  EXPECT_EQ(gone.status, 410);
  EXPECT_EQ(gone.reject().code, Refusal::kBlobUnknown);
  EXPECT_EQ(patch(monitor, blob, 500, 1).status, 410);
  EXPECT_EQ(files().size(), 1u);
  tidy();
  EXPECT_EQ(files(), std::vector<std::string>());
  EXPECT_EQ(head(monitor, blob).status, 410);
  later(31 * kDayMs);
  tidy();
  EXPECT_EQ(head(monitor, blob).status, 404);
  EXPECT_EQ(create(monitor, blob, monitor.notebook(), blob.piece(0, 1)).offset(), 1u);
}

TEST_F(Blob, BeyondTheQuotaItIsMarkedAndBeyondTwiceRefused) {
  restart(1000);
  const TestBlob first(1000), second(900, 1), third(101, 2), fourth(100, 3);
  const BlobAnswer within = create(monitor, first, monitor.notebook(), first.bytes);
  EXPECT_EQ(within.header("Haki-Over-Quota"), "");
  const BlobAnswer over = create(monitor, second, monitor.notebook(), second.bytes);
  EXPECT_EQ(over.status, 201);
  EXPECT_EQ(over.header("Haki-Over-Quota"), "1");
  EXPECT_EQ(head(lead, second).header("Haki-Over-Quota"), "1");
  EXPECT_EQ(get(lead, second).header("Haki-Over-Quota"), "1");
  EXPECT_EQ(head(lead, first).header("Haki-Over-Quota"), "");
  const BlobAnswer refused = create(monitor, third, monitor.notebook(), third.bytes);
  EXPECT_EQ(refused.status, 507);
  EXPECT_EQ(refused.reject().code, Refusal::kQuota);
  EXPECT_EQ(head(monitor, third).status, 404);
  bring(monitor, fourth, monitor.notebook());
  restart(2000);  // the operator allows more
  EXPECT_EQ(head(lead, second).header("Haki-Over-Quota"), "");
  EXPECT_EQ(create(monitor, third, monitor.notebook(), third.bytes).header("Haki-Over-Quota"), "1");
}

TEST_F(Blob, WhatIsUnderWayCountsAndIsCountedBackWhenItGoes) {
  restart(500);
  const TestBlob first(600), second(600, 1);
  create(monitor, first, monitor.notebook(), first.piece(0, 500));
  EXPECT_EQ(create(other, second, other.notebook()).status, 507);
  ask(monitor, "DELETE", first.id, {});
  EXPECT_EQ(create(other, second, other.notebook(), second.piece(0, 599)).offset(), 599u);
  EXPECT_EQ(create(monitor, first, monitor.notebook()).status, 507);
  EXPECT_EQ(patch(other, second, 599, 1).status, 204);
}

TEST_F(Blob, AFullDiskKeepsWhatWasThere) {
  const TestBlob blob(2'000'000);
  create(monitor, blob, monitor.notebook(), blob.piece(0, 900'000));
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit full{1'500'000, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &full);
  const BlobAnswer refused = patch(monitor, blob, 900'000, 1'000'000);
  EXPECT_FALSE(service->writable());
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.reject().code, Refusal::kBusy);
  EXPECT_TRUE(service->writable());  // nobody has to bring a piece first
  EXPECT_EQ(head(monitor, blob).offset(), 900'000u);
  EXPECT_EQ(patch(monitor, blob, 900'000, 1'100'000).status, 204);
  EXPECT_EQ(get(lead, blob, "bytes=899990-900010").body, Bytes(blob.bytes.begin() + 899'990, blob.bytes.begin() + 900'011));
}

TEST_F(Blob, AStoreThatCannotKeepTheLastPieceLeavesTheUploadToGoOn) {
  const TestBlob blob(1000), at_once(1000, 1);
  create(monitor, blob, monitor.notebook(), blob.piece(0, 400));
  world->store.instead_of_commit = storage::Outcome::Kind::kFull;
  EXPECT_EQ(patch(monitor, blob, 400, 600).status, 503);
  EXPECT_EQ(create(monitor, at_once, monitor.notebook(), at_once.bytes).status, 503);
  world->store.instead_of_commit.reset();
  EXPECT_EQ(get(lead, blob).status, 404);
  EXPECT_EQ(head(monitor, blob).offset(), 400u);
  EXPECT_EQ(patch(monitor, blob, 400, 1).offset(), 401u);
  EXPECT_TRUE(receipt_holds(patch(monitor, blob, 401, 599), blob, monitor.notebook()));
  EXPECT_EQ(get(lead, blob).body, blob.bytes);
  bring(monitor, at_once, monitor.notebook());
}

// The folder as it is before and after each commit of an upload is what a dying process leaves behind. On each copy the
// upload goes on from what was acknowledged, or it is whole; and what was being written when it died may be torn.
TEST_F(Blob, WhateverAnEndInTheMiddleLeavesGoesOnOrIsWhole) {
  const TestBlob blob(90'000), at_once(5'000, 1);
  struct Left {
    std::string copy;
    std::uint64_t acknowledged = 0;
    bool whole = false;
  };
  std::vector<Left> left;
  std::uint64_t acknowledged = 0;
  head(monitor, blob);
  world->store.around_commit = [&] {
    left.push_back({folder + "/copy" + std::to_string(left.size()), acknowledged});
    std::filesystem::copy(in_use(), left.back().copy, std::filesystem::copy_options::recursive);
  };
  create(monitor, blob, monitor.notebook());
  for (; acknowledged < 90'000; acknowledged += 30'000) ASSERT_EQ(patch(monitor, blob, acknowledged, 30'000).status, 204);
  bring(monitor, at_once, monitor.notebook());
  world->store.around_commit = nullptr;
  ASSERT_EQ(left.size(), 10u);
  for (const Left& one : left) {
    for (const bool torn : {false, true}) {
      SCOPED_TRACE(one.copy + (torn ? ", torn" : ""));
      const std::string copy = one.copy + (torn ? "torn" : "");
      if (torn) {
        std::filesystem::copy(one.copy, copy, std::filesystem::copy_options::recursive);
        const std::string part = copy + "/blobs/" + to_hex(lead.org) + "/part-" + to_hex(blob.id);
        if (std::filesystem::exists(part)) std::ofstream(part, std::ios::app) << std::string(100'000, 'x');
      }
      restart_from(copy);
      const BlobAnswer begun = create(monitor, blob, monitor.notebook());
      ASSERT_EQ(begun.status, 201);
      const std::uint64_t held = *begun.offset();
      EXPECT_GE(held, one.acknowledged);
      if (held < blob.bytes.size()) {
        EXPECT_EQ(patch(monitor, blob, held, blob.bytes.size() - held).status, 204);
      }
      bring(monitor, at_once, monitor.notebook());
      EXPECT_EQ(get(lead, blob).body, blob.bytes);
      EXPECT_EQ(get(lead, at_once).body, at_once.bytes);
      EXPECT_EQ(files().size(), 2u);
    }
  }
}

}  // namespace
}  // namespace haki::test
