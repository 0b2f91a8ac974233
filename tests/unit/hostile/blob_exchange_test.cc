// Goal: whatever a server says of files, nothing counts as sent that it has not signed for, nothing counts as here that is not what its
// author sealed, records go on, and with an honest server everything arrives. Method: real devices and a scripted store of
// blobs that lies in one way at a time.
#include <gmock/gmock.h>

#include <fstream>

#include "client/blob_exchange.h"
#include "client/editor.h"
#include "haki/evidence.h"
#include "haki/trust.h"
#include "stage.h"

namespace haki::test {
namespace {

constexpr std::size_t kFileBytes = 200'000;

// An honest store of blobs in memory, as spec 62-blobs has it; `lie` may change an answer before it leaves.
class BlobStore {
 public:
  struct Answer {
    std::string status = "204 X", header;
    std::string body;
  };
  explicit BlobStore(Stage& stage) : stage_(stage) {
    stage.server.answer_blobs([this](const BlobRequest& request) {
      Answer made = answer(request);
      if (lie) lie(request, made);
      return "HTTP/1.1 " + made.status + "\r\nConnection: close\r\n" + made.header +
             (made.status.starts_with("204") ? "" : "Content-Length: " + std::to_string(made.body.size()) + "\r\n") + "\r\n" + made.body;
    });
  }

  std::function<void(const BlobRequest&, Answer&)> lie;
  std::map<BlobId, Bytes> held;
  std::map<BlobId, std::pair<std::size_t, CompartmentId>> announced;
  std::size_t requests = 0;

  std::string receipt(const BlobId& id, const CompartmentId& compartment, std::uint64_t length) {
    const Bytes message = envelope::blob_receipt_message(stage_.lead.home->org, compartment, id, length, kTimeMs);
    return "Haki-Receipt: " + std::to_string(kTimeMs) + " " +
           to_base64url(crypto::sign(stage_.server.keys.sign.secret, "HAKI1.blr", message)) + "\r\n";
  }
  static constexpr std::int64_t kTimeMs = 1'764'000'000'000;

 private:
  static std::string field(const std::string& header, const std::string& name) {
    const auto at = header.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return header.substr(from, header.find("\r\n", from) - from);
  }
  static Bytes from_base64(std::string text) {
    std::erase(text, '=');
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return from_base64url(text).value_or(Bytes{});
  }
  Answer state(const BlobId& id) {
    Answer made;
    made.header = "Upload-Offset: " + std::to_string(held[id].size()) + "\r\nUpload-Length: " + std::to_string(announced[id].first) + "\r\n";
    if (held[id].size() == announced[id].first) made.header += receipt(id, announced[id].second, announced[id].first);
    return made;
  }
  Answer answer(const BlobRequest& request) {
    ++requests;
    if (request.method == "POST") {
      const std::string words = field(request.header, "Upload-Metadata");
      const auto comma = words.find(",compartment ");
      const BlobId id = *BlobId::from(from_base64(words.substr(5, comma - 5)));
      announced[id] = {std::stoul(field(request.header, "Upload-Length")), *CompartmentId::from(from_base64(words.substr(comma + 13)))};
      if (held[id].empty()) held[id] = request.body;
      Answer made = state(id);
      made.status = "201 X";
      return made;
    }
    const auto named = BlobId::from(from_base64url(request.target.substr(request.target.rfind('/') + 1)).value_or(Bytes{}));
    if (!named || !announced.contains(*named)) return {"404 X", "", ""};
    Bytes& bytes = held[*named];
    if (request.method == "PATCH") {
      if (std::stoul(field(request.header, "Upload-Offset")) != bytes.size()) return {"409 X", "", ""};
      bytes.insert(bytes.end(), request.body.begin(), request.body.end());
      return state(*named);
    }
    if (request.method == "HEAD") {
      Answer made = state(*named);
      made.status = "204 X";
      return made;
    }
    if (bytes.size() < announced[*named].first) return {"404 X", "", ""};
    const std::string range = field(request.header, "Range");
    const std::size_t first = std::stoul(range.substr(6)), last = std::min<std::size_t>(std::stoul(range.substr(range.find('-') + 1)), bytes.size() - 1);
    return {"206 X",
            "Content-Range: bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(bytes.size()) + "\r\n",
            std::string(bytes.begin() + static_cast<std::ptrdiff_t>(first), bytes.begin() + static_cast<std::ptrdiff_t>(last) + 1)};
  }

  Stage& stage_;
};

class BlobExchangeTest : public testing::Test {
 protected:
  BlobExchangeTest() : store(stage) {
    std::ofstream file(path, std::ios::binary);
    for (std::size_t i = 0; i < kFileBytes; ++i) file.put(static_cast<char>(i * 7 + i / 251));
  }
  ~BlobExchangeTest() override { std::filesystem::remove(path); }

  RecordId attach() {
    Draft draft;
    draft.form = "observation";
    draft.fields = {{"narrative", "With a file"}, {"district", "KE008"}, {"observed_on", "2026-11-01"}};
    AttachmentInput file;
    file.path = path;
    draft.attachments = {file};
    const auto made = client::Editor(*stage.monitor.home).create_with_files(draft, {});
    EXPECT_TRUE(made) << made.error().message;
    return *made;
  }
  Result<TransferReport> transfer(Member& member) { return client::BlobExchange(*member.home).run({}, {}); }
  AttachmentView view(Member& member, const RecordId& record) {
    const auto views = Evidence(*member.home).attachments(record);
    EXPECT_TRUE(views && views->size() == 1);
    return views->front();
  }
  Result<Bytes> content(Member& member, const RecordId& record) {
    Bytes bytes;
    HAKI_TRY(client::Attachments(*member.home).open(view(member, record).id, [&](ByteView piece) -> Result<> {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
      return {};
    }));
    return bytes;
  }
  // The server is honest again: it arrives, and the lead has what the monitor has.
  void expect_all_arrives(const RecordId& record) {
    store.lie = {};
    for (int round = 0; round < 3; ++round) {
      static_cast<void>(transfer(stage.monitor));
      stage.sync_honestly(stage.lead);
      static_cast<void>(transfer(stage.lead));
    }
    EXPECT_EQ(view(stage.monitor, record).place, Place::kHere);
    ASSERT_EQ(view(stage.lead, record).place, Place::kHere) << view(stage.lead, record).trouble;
    EXPECT_EQ(*content(stage.lead, record), *content(stage.monitor, record));
  }

  Stage stage;
  BlobStore store;
  const std::string path = testing::TempDir() + "haki-attached-" + std::to_string(::getpid());
};

TEST_F(BlobExchangeTest, ReachesTheLeadWhoSaysSo) {
  const RecordId record = attach();
  const auto sent = transfer(stage.monitor);
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(sent->sent, 1u);
  expect_all_arrives(record);
  const auto custody = *Evidence(*stage.lead.home).custody(record);
  ASSERT_EQ(custody.size(), 2u);
  EXPECT_EQ(custody[1].action, "received");
  const auto proof = Evidence(*stage.lead.home).seal_proof(view(stage.lead, record).id);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->receipt_ms, BlobStore::kTimeMs);
  const std::size_t before = store.requests;
  ASSERT_TRUE(transfer(stage.monitor));
  EXPECT_EQ(store.requests, before) << "nothing waits: nothing is asked";
}

TEST_F(BlobExchangeTest, StoppedAtAnyAnswerItGoesOnFromThere) {
  const RecordId record = attach();
  int stopped = 0;
  for (Member* member : {&stage.monitor, &stage.lead}) {
    if (member == &stage.lead) stage.sync_honestly(stage.lead);
    bool through = false;
    for (std::size_t at = 1; !through && at < 40; ++at) {
      std::stop_source source;
      const std::size_t end = store.requests + at;
      store.lie = [&](const BlobRequest&, BlobStore::Answer&) { if (store.requests >= end) source.request_stop(); };
      const transport::StoppableCall call(member->home->network, source.get_token());
      const auto report = transfer(*member);
      if (!report) {
        EXPECT_EQ(report.error().code, Code::kStopped) << report.error().message;
      }
      through = report.has_value() && !source.stop_requested();
      stopped += through ? 0 : 1;
    }
    EXPECT_TRUE(through);
  }
  EXPECT_GE(stopped, 2);
  expect_all_arrives(record);
}

TEST_F(BlobExchangeTest, NothingCountsAsSentWithoutTheServersSignature) {
  const RecordId record = attach();
  store.lie = [&](const BlobRequest&, BlobStore::Answer& made) {
    const auto at = made.header.find("Haki-Receipt");
    if (at != std::string::npos) made.header = made.header.substr(0, at) + store.receipt(BlobId{}, CompartmentId{}, 5);
  };
  const auto report = transfer(stage.monitor);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->sent, 0u);
  EXPECT_EQ(report->unsent, 1u);
  EXPECT_EQ(view(stage.monitor, record).place, Place::kOnItsWay);
  EXPECT_THAT(view(stage.monitor, record).trouble, testing::HasSubstr("does not hold"));
  expect_all_arrives(record);
}

TEST_F(BlobExchangeTest, AnUploadThatIsForgottenBeginsAgain) {
  const RecordId record = attach();
  bool forgot = false;
  store.lie = [&](const BlobRequest& request, BlobStore::Answer& made) {
    if (request.method != "PATCH" || forgot) return;
    forgot = true;
    store.held.clear();
    store.announced.clear();
    made = {"404 X", "", ""};
  };
  ASSERT_TRUE(transfer(stage.monitor));
  EXPECT_TRUE(forgot);
  expect_all_arrives(record);
}

TEST_F(BlobExchangeTest, LiesAboutOffsetsEndInTheTruthOrNotAtAll) {
  const RecordId record = attach();
  for (const std::string& offset : {std::string("999999999999"), std::string("0"), std::string("1")}) {
    store.lie = [&](const BlobRequest&, BlobStore::Answer& made) {
      if (made.status.starts_with("2")) made.header = "Upload-Offset: " + offset + "\r\nUpload-Length: 1\r\n";
    };
    static_cast<void>(transfer(stage.monitor));
    EXPECT_EQ(view(stage.monitor, record).place, Place::kOnItsWay) << offset;
  }
  expect_all_arrives(record);
}

TEST_F(BlobExchangeTest, EveryRefusalKeepsTheFileAndSaysWhy) {
  const RecordId record = attach();
  for (const int status : {301, 400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 460, 500, 503, 507, 999}) {
    store.lie = [&](const BlobRequest&, BlobStore::Answer& made) { made = {std::to_string(status) + " X", "", "what?"}; };
    const std::size_t before = store.requests;
    const auto report = transfer(stage.monitor);
    EXPECT_LE(store.requests - before, 20u) << status << ": asked on and on";
    const std::string said = report ? testing::PrintToString(report->notes) : report.error().message;
    EXPECT_GT(said.size(), 10u) << status;
    EXPECT_NE(view(stage.monitor, record).place, Place::kHere) << status;
    EXPECT_TRUE(content(stage.monitor, record)) << status << ": the file is gone";
  }
  expect_all_arrives(record);
}

TEST_F(BlobExchangeTest, ALeadTakesNothingButWhatWasSealed) {
  const RecordId record = attach();
  ASSERT_TRUE(transfer(stage.monitor));
  stage.sync_honestly(stage.lead);
  const std::vector<std::function<void(BlobStore::Answer&)>> lies{
      [](BlobStore::Answer& made) { made.body[made.body.size() / 2] ^= 1; },
      [](BlobStore::Answer& made) { made.body = "another file"; },
      [](BlobStore::Answer& made) { made.header = "Content-Range: bytes 0-9/10\r\n"; },
      [](BlobStore::Answer& made) { made.header = "Content-Range: bytes 5-9/999999999999\r\n"; },
      [](BlobStore::Answer& made) { made.header.clear(); },
      [](BlobStore::Answer& made) { made = {"206 X", made.header, ""}; },
      [](BlobStore::Answer& made) { made = {"404 X", "", ""}; }};
  for (std::size_t i = 0; i < lies.size(); ++i) {
    store.lie = [&](const BlobRequest& request, BlobStore::Answer& made) {
      if (request.method == "GET") lies[i](made);
    };
    const std::size_t before = store.requests;
    const auto report = transfer(stage.lead);
    ASSERT_TRUE(report) << i << ": " << report.error().message;
    EXPECT_EQ(report->received, 0u) << i;
    EXPECT_LE(store.requests - before, 30u) << i;
    EXPECT_NE(view(stage.lead, record).place, Place::kHere) << i;
    EXPECT_EQ(content(stage.lead, record).error().code, Code::kNotFound) << i;
  }
  expect_all_arrives(record);
}

TEST_F(BlobExchangeTest, WhatIsOverTheQuotaComesOnlyWhenAPersonAsks) {
  const RecordId record = attach();
  ASSERT_TRUE(transfer(stage.monitor));
  stage.sync_honestly(stage.lead);
  store.lie = [](const BlobRequest& request, BlobStore::Answer& made) {
    if (request.method == "GET") made.header += "Haki-Over-Quota: 1\r\n";
  };
  ASSERT_TRUE(transfer(stage.lead));
  EXPECT_EQ(view(stage.lead, record).place, Place::kOverQuota);
  ASSERT_TRUE(Evidence(*stage.lead.home).want(view(stage.lead, record).id));
  ASSERT_TRUE(transfer(stage.lead));
  EXPECT_EQ(view(stage.lead, record).place, Place::kHere);
}

TEST_F(BlobExchangeTest, WhoIsRemovedSendsNoFilesAndKeepsThem) {
  const RecordId record = attach();
  ASSERT_TRUE(Trust(*stage.lead.home).remove(stage.monitor.name, {}));
  stage.sync_honestly(stage.lead);
  stage.sync_honestly(stage.second);
  ASSERT_TRUE(stage.second.home->membership.device(stage.monitor.home->device)->now().removed);
  const auto report = transfer(stage.monitor);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kRemoved);
  EXPECT_EQ(store.requests, 0u);
  EXPECT_TRUE(content(stage.monitor, record));
}

TEST_F(BlobExchangeTest, OnAMeteredLinkLargeFilesWait) {
  const RecordId record = attach();
  HomeRules rules;
  rules.metered_bytes_max = 100'000;
  ASSERT_TRUE(stage.monitor.home->set_rules(rules));
  ASSERT_TRUE(client::BlobExchange(*stage.monitor.home).run({0, true}, {}));
  EXPECT_EQ(store.requests, 0u);
  EXPECT_EQ(view(stage.monitor, record).place, Place::kOnItsWay);
  expect_all_arrives(record);
}

}  // namespace
}  // namespace haki::test
