// Bytes that are no frames, or too many of them: proven with the server's keys, and still nothing but bytes.
#include "attack.h"

namespace haki::test {
namespace {

using namespace envelope;

void put_varint(Bytes& to, std::uint64_t value) {
  for (; value >= 128; value >>= 7) to.push_back(static_cast<std::uint8_t>(value | 128));
  to.push_back(static_cast<std::uint8_t>(value));
}

Meddle followed_by(const Bytes& tail) {
  return [tail](Turn& turn) { turn.tail = tail; };
}

constexpr const char* kDamaged = "answer is damaged";
constexpr const char* kStranger = "not from this coalition's server";

// An answer's bytes before it is cut, and how often it was cut.
struct Cutter {
  std::size_t at = 0;
  std::size_t whole = 0;
};

const Attack kBytesAttacks[] = {
    {"declared_length_of_gigabytes", kDamaged,
     [](Stage& stage) {
       for (const std::uint64_t length : {std::uint64_t{5} << 20, std::uint64_t{1} << 31, std::uint64_t{1} << 34}) {
         Bytes tail;
         put_varint(tail, length);
         tail.push_back(1);
         stage.sync_under(stage.lead, followed_by(tail));
       }
     }},
    {"length_that_never_ends", kDamaged,
     [](Stage& stage) { stage.sync_under(stage.lead, followed_by(Bytes(1'000, 0xff))); }},
    {"malformed_protobuf", kDamaged,
     [](Stage& stage) {
       for (const char byte : {'\x00', '\x07', '\x0f', '\x7f', '\xff'}) {
         Bytes tail;
         put_varint(tail, 64);
         tail.insert(tail.end(), 64, static_cast<std::uint8_t>(byte));
         stage.sync_under(stage.lead, followed_by(tail));
       }
     }},
    {"nested_protobuf", kDamaged,
     [](Stage& stage) {
       // Each level a field of the one around it, five thousand deep.
       Bytes inner;
       for (int i = 0; i < 5'000 && inner.size() < 60'000; ++i) {
         Bytes outer{0x0a};
         put_varint(outer, inner.size());
         outer.insert(outer.end(), inner.begin(), inner.end());
         inner = std::move(outer);
       }
       Bytes tail;
       put_varint(tail, inner.size());
       tail.insert(tail.end(), inner.begin(), inner.end());
       stage.sync_under(stage.lead, followed_by(tail));
     }},
    {"hundred_thousand_empty_frames", kDamaged,
     [](Stage& stage) { stage.sync_under(stage.lead, followed_by(Bytes(100'000, 0))); }},
    {"unknown_kinds_of_frames", kHarmless,
     [](Stage& stage) {
       Bytes tail;
       for (int i = 0; i < 100; ++i) {
         const Bytes frame{0xfa, 0x3f, 0x03, 'a', 'b', 'c'};  // field 1023
         put_varint(tail, frame.size());
         tail.insert(tail.end(), frame.begin(), frame.end());
       }
       stage.sync_under(stage.lead, followed_by(tail));
     }},
    {"frames_that_only_devices_send", kHarmless,
     [](Stage& stage) {
       stage.sync_under(stage.lead, [](Turn& turn) {
         const auto request = turn.request;
         turn.rest.insert(turn.rest.end(), request.begin(), request.end());
       });
     }},
    {"three_mebibytes_of_noise", kDamaged,
     [](Stage& stage) {
       Bytes noise(3 * 1024 * 1024);
       stage.lead.home->random.fill(noise);
       stage.sync_under(stage.lead, followed_by(noise));
     }},
    {"a_key_id_of_one_byte", kDamaged,
     [](Stage& stage) {
       // A Row (field 11) that holds an EpochKey whose fixed-size fields have other sizes.
       const Bytes row{0x5a, 0x06, 0x08, 0x01, 0x1a, 0x02, 0x0a, 0x00};
       Bytes tail;
       put_varint(tail, row.size() + 2);
       tail.insert(tail.end(), row.begin(), row.end());
       tail.insert(tail.end(), {0x0a, 0x01});
       stage.sync_under(stage.lead, followed_by(tail));
     }},
    {"no_proof_of_who_answers", kStranger,
     [](Stage& stage) { stage.sync_under(stage.lead, [](Turn& turn) { turn.proven = false; }); }},
    {"first_frame_changed_on_the_way", kStranger,
     [](Stage& stage) {
       stage.server.spoil([](std::string& answer) { answer[answer.find("\r\n\r\n") + 10] ^= 1; });
       stage.sync(stage.lead);
     }},
    {"an_old_answer_whole", kStranger,
     [](Stage& stage) {
       std::string old;
       stage.server.spoil([&](std::string& answer) {
         if (old.empty()) old = answer;
         answer = old;
       });
       stage.sync(stage.lead);
       stage.sync(stage.lead);
     }},
    {"anothers_answer", kStranger,
     [](Stage& stage) {
       std::string others;
       stage.server.spoil([&](std::string& answer) { others = answer; });
       stage.sync(stage.second);
       stage.server.spoil([&](std::string& answer) { answer = others; });
       stage.sync(stage.lead);
     }},
    {"an_answer_that_ends_early_everywhere", "",
     [](Stage& stage) {
       // Every length of a whole answer: shorter than its frames, with a Content-Length that agrees.
       Cutter cut;
       for (cut.at = 0; cut.at == 0 || cut.at < cut.whole; cut.at += cut.whole / 60 + 1) {
         stage.server.spoil([&cut](std::string& answer) {
           const std::size_t body = answer.find("\r\n\r\n") + 4;
           cut.whole = std::max(cut.whole, answer.size() - body);
           const std::string rest = answer.substr(body, cut.at);
           answer = "HTTP/1.1 200 X\r\nContent-Length: " + std::to_string(rest.size()) + "\r\n\r\n" + rest;
         });
         stage.sync(stage.lead);
       }
       EXPECT_GT(cut.whole, 500u);
     }},
    {"a_connection_that_breaks_everywhere", "",
     [](Stage& stage) {
       Cutter cut;
       for (cut.at = 0; cut.at == 0 || cut.at < cut.whole; cut.at += cut.whole / 60 + 1) {
         bool first = true;
         stage.server.spoil([&](std::string& answer) {
           const std::size_t body = answer.find("\r\n\r\n") + 4;
           cut.whole = std::max(cut.whole, answer.size() - body);
           if (first) answer.resize(std::min(answer.size(), body + cut.at));
           first = false;
         });
         stage.sync(stage.second);
       }
       EXPECT_GT(cut.whole, 500u);
     },
     nullptr, 20},
};

}  // namespace

std::vector<Attack> attacks_on_bytes() { return {std::begin(kBytesAttacks), std::end(kBytesAttacks)}; }

}  // namespace haki::test
