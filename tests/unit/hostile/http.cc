// What carries the frames: answers that are not HTTP, not Haki's, endless or never there; and servers that are others.
#include <chrono>

#include "attack.h"
#include "client/session.h"
#include "transport/http_client.h"

namespace haki::test {
namespace {

// One sync while every answer is this.
void answered(Stage& stage, Member& member, const std::string& raw, int slowly_ms = 0) {
  stage.server.spoil([raw](std::string& answer) { answer = raw; }, slowly_ms);
  stage.sync(member);
  stage.server.be_honest();
}

std::string with_length(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const char* const kPortal =
    "<html><head><title>Welcome to Airport Wi-Fi</title></head><body>Please sign in<form action=/login></form></body></html>";

const Attack kHttpAttacks[] = {
    {"ok_with_nothing", "not from this coalition's server",
     [](Stage& stage) { answered(stage, stage.monitor, with_length("200 OK", "")); }},
    {"captive_portal", "not from this coalition's server",
     [](Stage& stage) { answered(stage, stage.monitor, with_length("200 OK", kPortal)); }},
    {"captive_portal_that_redirects", "is not a Haki server",
     [](Stage& stage) {
       answered(stage, stage.monitor,
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/login\r\nContent-Length: 0\r\n\r\n");
     }},
    {"every_status_without_a_word", "",
     [](Stage& stage) {
       for (const int status : {204, 301, 400, 401, 403, 404, 405, 409, 411, 413, 418, 429, 500, 501, 502, 503, 599, 999}) {
         const std::size_t said = stage.words.size();
         answered(stage, stage.monitor, with_length(std::to_string(status) + " X", ""));
         EXPECT_GT(stage.words.size(), said) << status;
       }
     }},
    {"content_length_of_terabytes", "larger than",
     [](Stage& stage) {
       answered(stage, stage.monitor, "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\nabc");
     }},
    {"content_length_of_no_number", "not HTTP",
     [](Stage& stage) { answered(stage, stage.monitor, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc"); }},
    {"two_content_lengths", "",
     [](Stage& stage) {
       answered(stage, stage.monitor, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde");
       EXPECT_FALSE(stage.words.empty());
     }},
    {"chunked_for_ever", "",
     [](Stage& stage) {
       std::string raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
       for (int i = 0; i < 5'000; ++i) raw += "400\r\n" + std::string(1'024, 'a') + "\r\n";
       answered(stage, stage.monitor, raw);
       EXPECT_FALSE(stage.words.empty());
     }},
    {"headers_without_an_end", "begins with more than Haki reads",
     [](Stage& stage) {
       std::string raw = "HTTP/1.1 200 OK\r\n";
       for (int i = 0; i < 2'000; ++i) raw += "X-" + std::to_string(i) + ": " + std::string(100, 'a') + "\r\n";
       answered(stage, stage.monitor, raw);
     }},
    {"interim_answers_without_an_end", "",
     [](Stage& stage) {
       std::string raw;
       for (int i = 0; i < 5'000; ++i) raw += "HTTP/1.1 103 Early\r\n\r\n";
       answered(stage, stage.monitor, raw);
       EXPECT_FALSE(stage.words.empty());
     }},
    {"not_http_at_all", "not HTTP",
     [](Stage& stage) { answered(stage, stage.monitor, "SSH-2.0-OpenSSH_9.2\r\n"); }},
    {"silence", "ended the connection without a word",
     [](Stage& stage) { answered(stage, stage.monitor, ""); }},
    {"drop_by_drop", kHarmless,
     [](Stage& stage) {
       stage.server.spoil(nullptr, 30);  // the honest answer, slowly: it is taken all the same
       stage.sync(stage.lead);
     }},
    {"drop_by_drop_beyond_the_timeout", "",
     [](Stage& stage) {
       // The same client that a session uses, with a timeout of 0.2 s for an answer that takes two.
       stage.server.spoil([](std::string& answer) { answer = with_length("200 OK", std::string(1'000, 'a')); }, 200);
       transport::HttpClient http(*transport::parse_endpoint(stage.server.address()), {});
       const auto began = std::chrono::steady_clock::now();
       const auto response = http.send({"GET", "/v1/server?nonce=" + std::string(32, 'a'), {}, 200});
       EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1'500));
       EXPECT_TRUE(!response || response->cut_short);
     }},
    {"server_info_with_other_keys", "",
     [](Stage& stage) {
       const auto other = crypto::SigningPair::generate();
       const auto said = client::ask_server(stage.server.address(), other.verify);
       ASSERT_FALSE(said);
       EXPECT_NE(said.error().message.find("not the one that was named"), std::string::npos);
       stage.server.meddle([](Turn&) {});
       stage.server.spoil([](std::string& answer) { answer += " "; });
       stage.sync(stage.lead);
     }},
    {"server_info_with_a_changed_exchange_key", "",
     [](Stage& stage) {
       // Whoever sits in between, without the server's own key, cannot put in an exchange key of their own.
       stage.server.spoil([](std::string& answer) {
         const std::size_t body = answer.find("\r\n\r\n") + 4;
         envelope::FrameReader reader(as_bytes(std::string_view(answer).substr(body)));
         auto info = std::get<envelope::ServerInfo>(*reader.next());
         info.exchange_key = crypto::AuthPair::generate().public_key;
         const Bytes changed = envelope::encode_frame(info);
         answer = with_length("200 OK", std::string(as_text(changed)));
       });
       const auto said = client::ask_server(stage.server.address(), stage.server.keys.sign.verify);
       ASSERT_FALSE(said);
       EXPECT_NE(said.error().message.find("not the one that was named"), std::string::npos);
     }},
};

}  // namespace

std::vector<Attack> attacks_on_http() { return {std::begin(kHttpAttacks), std::end(kHttpAttacks)}; }

}  // namespace haki::test
