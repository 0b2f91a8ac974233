// Goal: each answer a server of blobs can give, and what something else on the way may say, has the one outcome that the client
// acts on; a request says what spec 62-blobs asks for and no more. Method: a scripted server on loopback.
#include "transport/blob_transfer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_server.h"

namespace haki::transport {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const CoalitionId kOrg = *CoalitionId::from(Bytes(16, 1));
const CompartmentId kPlace = *CompartmentId::from(Bytes(16, 2));
const BlobId kBlob = *BlobId::from(Bytes(32, 3));
const envelope::BlobToken kToken = *envelope::BlobToken::from(Bytes(32, 4));

struct Said {
  std::string request;
  Result<BlobAnswer> answer;
};
template <typename Ask>
Said ask_one_who_says(const std::string& status_and_headers, const std::string& body, const Ask& ask) {
  std::string seen;
  const bool no_length = status_and_headers.starts_with("204") || status_and_headers.find("Content-Length") != std::string::npos;
  TestServer server(answering([&](const std::string& request) {
    seen = request;
    return "HTTP/1.1 " + status_and_headers + (no_length ? "" : "\r\nContent-Length: " + std::to_string(body.size())) + "\r\n\r\n" + body;
  }));
  HttpClient http(server.endpoint(), {});
  BlobTransfer transfer(http, kOrg, kToken);
  auto answer = ask(transfer);
  return {seen, std::move(answer)};
}

const Bytes kPiece{1, 2, 3};
Said send_to(const std::string& said) {
  return ask_one_who_says(said, "", [](BlobTransfer& to) { return to.send(kBlob, 100, kPiece); });
}

TEST(BlobTransfer, SaysWhatIsAskedForAndNoMore) {
  const Said begun = ask_one_who_says("201 Created\r\nUpload-Offset: 3", "", [](BlobTransfer& to) { return to.begin(kBlob, kPlace, 50, kPiece); });
  EXPECT_THAT(begun.request, StartsWith("POST /v1/coalitions/AQEBAQEBAQEBAQEBAQEBAQ/blobs HTTP/1.1\r\n"));
  EXPECT_THAT(begun.request, HasSubstr("Upload-Length: 50\r\n"));
  EXPECT_THAT(begun.request, HasSubstr("Upload-Metadata: blob AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=,compartment AgICAgICAgICAgICAgICAg==\r\n"));
  EXPECT_THAT(begun.request, HasSubstr("Upload-Checksum: blake2b "));
  ASSERT_TRUE(begun.answer);
  EXPECT_EQ(begun.answer->outcome, BlobOutcome::kHeld);
  EXPECT_EQ(begun.answer->offset, 3u);

  const Said asked = ask_one_who_says("200 OK\r\nUpload-Offset: 7\r\nUpload-Length: 50\r\nHaki-Over-Quota: 1\r\nContent-Length: 0", "",
                                      [](BlobTransfer& to) { return to.ask(kBlob); });
  EXPECT_THAT(asked.request, StartsWith("HEAD "));
  EXPECT_THAT(asked.request, Not(HasSubstr("Upload-")));
  EXPECT_EQ(asked.answer->offset, 7u);
  EXPECT_TRUE(asked.answer->over_quota);
  EXPECT_LT(begun.request.size(), 700u) << "a piece must not cost more than it carries";
}

TEST(BlobTransfer, TheLastPieceBringsTheServersWord) {
  const std::string signature = to_base64url(Bytes(64, 9));
  const Said sent = send_to("204 No Content\r\nUpload-Offset: 103\r\nHaki-Receipt: 1700000000000 " + signature);
  ASSERT_TRUE(sent.answer);
  EXPECT_EQ(sent.answer->outcome, BlobOutcome::kWhole);
  EXPECT_EQ(sent.answer->receipt_ms, 1'700'000'000'000);
  EXPECT_EQ(sent.answer->receipt, Bytes(64, 9));
  EXPECT_THAT(sent.request, HasSubstr("Upload-Offset: 100\r\n"));
  for (const std::string& nonsense : std::vector<std::string>{"x", "1 !", "-5 " + signature, "99999999999999999999 " + signature, signature}) {
    EXPECT_EQ(send_to("204 No Content\r\nUpload-Offset: 103\r\nHaki-Receipt: " + nonsense).answer->outcome, BlobOutcome::kHeld) << nonsense;
  }
}

TEST(BlobTransfer, EveryRefusalHasItsOutcome) {
  const std::vector<std::pair<std::string, BlobOutcome>> cases{
      {"401 Unauthorized", BlobOutcome::kToken},      {"403 Forbidden", BlobOutcome::kNotAllowed},
      {"404 Not Found", BlobOutcome::kUnknown},       {"410 Gone", BlobOutcome::kUnknown},
      {"409 Conflict", BlobOutcome::kOffset},         {"422 Unprocessable", BlobOutcome::kDamaged},
      {"460 Checksum Mismatch", BlobOutcome::kChecksum}, {"503 Unavailable", BlobOutcome::kBusy},
      {"429 Too Many", BlobOutcome::kBusy},           {"507 Insufficient", BlobOutcome::kQuota},
      {"500 Internal", BlobOutcome::kRefused},        {"302 Found", BlobOutcome::kRefused},
      {"200 OK", BlobOutcome::kRefused}};  // a portal of some hotel: no offset in it
  for (const auto& [said, outcome] : cases) {
    const Said sent = send_to(said);
    ASSERT_TRUE(sent.answer) << said;
    EXPECT_EQ(sent.answer->outcome, outcome) << said;
  }
}

TEST(BlobTransfer, APieceComesWithItsPlace) {
  const auto fetch = [](BlobTransfer& from) { return from.fetch(kBlob, 10, 5); };
  const Said piece = ask_one_who_says("206 Partial Content\r\nContent-Range: bytes 10-14/99", "abcde", fetch);
  EXPECT_THAT(piece.request, HasSubstr("Range: bytes=10-14\r\n"));
  ASSERT_TRUE(piece.answer);
  EXPECT_EQ(piece.answer->outcome, BlobOutcome::kHeld);
  EXPECT_EQ(piece.answer->offset, 10u);
  EXPECT_EQ(piece.answer->total, 99u);
  EXPECT_EQ(as_text(piece.answer->bytes), "abcde");
  // A whole one, as some servers answer; and nonsense, of which nothing must be believed.
  const Said whole = ask_one_who_says("200 OK", "abcde", fetch);
  EXPECT_EQ(whole.answer->offset, 0u);
  EXPECT_EQ(whole.answer->total, 5u);
  for (const std::string range : {"bytes 10-14", "bytes */99", "octets 10-14/99", "bytes x-14/99", "bytes 10/99-14"}) {
    const Said odd = ask_one_who_says("206 Partial Content\r\nContent-Range: " + range, "abcde", fetch);
    EXPECT_EQ(odd.answer->offset, 0u) << range;
  }
}

}  // namespace
}  // namespace haki::transport
