#include "coalition.h"

#include <algorithm>
#include <cstring>

#include "envelope/request_mac.h"
#include "load.h"
#include "measure.h"
#include "payload/pack.h"

namespace haki::bench {
namespace {

crypto::RequestKey key_of(const keys::Identity& identity, const envelope::Membership& membership,
                          const envelope::Endpoints& server) {
  auto key = envelope::request_key(identity.auth.secret, server.server_exchange_key, membership.org(), identity.device(),
                                   server.server_sign_key);
  if (!key) give_up("server", "its exchange key cannot be used");
  return std::move(*key);
}

std::array<std::uint8_t, 8> first8(const Hash& hash) {
  std::array<std::uint8_t, 8> bytes;
  std::memcpy(bytes.data(), hash.bytes.data(), bytes.size());
  return bytes;
}

void send_one(std::uint16_t port, const std::string& target, const Bytes& body,
              const std::function<void(int, std::string_view)>& take) {
  Load load;
  load.port = port;
  load.request = [&](std::size_t, std::size_t) { return post(target, as_text(body)); };
  load.answered = [&](std::size_t, int status, std::string_view answer) { take(status, answer); };
  run(load);
}

}  // namespace

Device::Device(keys::Identity identity, const envelope::Membership& membership, const envelope::Endpoints& server)
    : identity_(std::move(identity)),
      membership_(membership),
      request_key_(key_of(identity_, membership, server)),
      notebook_(envelope::own_compartment(membership.org(), identity_.device())),
      epoch_(keys::kFirstOwnEpoch) {
  crypto::SystemRandom random;
  key_ = keys::new_epoch_key(random);
}

Bytes Device::request(ByteView frames) {
  envelope::Hello hello;
  hello.device = identity_.device();
  hello.counter = ++counter_;
  hello.membership_count = membership_.count();
  hello.cursor = cursor_;
  std::vector<envelope::Head> heads;
  if (receipted_.seq > 0) heads.push_back({notebook_, receipted_.seq, receipted_.hash});
  hello.heads8 = envelope::heads8(std::move(heads));
  hello.server_run = server_run_;
  hello.wants_token = wants_token_;
  Bytes body = envelope::encode_frame(hello);
  body.insert(body.end(), frames.begin(), frames.end());
  envelope::append_frame(body, envelope::Auth{envelope::request_mac(request_key_, hello.counter, body)});
  return body;
}

Bytes Device::token_request() {
  wants_token_ = true;
  expects_receipt_ = false;
  return request({});
}

Bytes Device::first_request() {
  return request(envelope::encode_frame(keys::make_own_epoch(key_, keys::kFirstOwnEpoch, membership_, membership_.newest(), identity_)));
}

void Device::write_to(keys::MadeKey shared) {
  notebook_ = shared.compartment;
  key_ = std::move(shared.key);
  epoch_ = shared.epoch;
}

Bytes Device::poll_request() {
  expects_receipt_ = false;
  return request({});
}

void Device::prepare(const std::vector<Observation>& observations, std::size_t first, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const Observation& record = observations[(first + i) % observations.size()];
    envelope::ItemHeader header;
    header.org = membership_.org();
    header.compartment = notebook_;
    header.log = identity_.log;
    header.seq = sealed_.seq + 1;
    header.prev = sealed_.hash;
    header.epoch = epoch_;
    header.m_seq = membership_.newest();
    header.m_head = membership_.head();
    envelope::SealedItem item = envelope::seal_item(
        header, 1, payload::pack(as_bytes(record.json), payload::Effort::kFast), key_, identity_.sign.secret);
    envelope::Run run;
    run.compartment = notebook_;
    run.after_seq = sealed_.seq;
    if (sealed_.seq > 0) run.prev8 = first8(sealed_.hash);
    run.epoch = header.epoch;
    run.m_seq = header.m_seq;
    run.m_head8 = first8(header.m_head);
    run.items.push_back(std::move(item.item));
    sealed_ = {header.seq, item.hash};
    prepared_.push_back({envelope::encode_frame(run), sealed_});
  }
}

Bytes Device::next_request() {
  if (next_ == prepared_.size()) give_up("load", "not enough items were prepared");
  expects_receipt_ = true;
  return request(prepared_[next_].run);
}

void Device::take(int status, std::string_view body) {
  if (status != 200) give_up("load", "the server answered " + std::to_string(status));
  envelope::FrameReader reader(as_bytes(body));
  bool receipted = false;
  rows_ = 0;
  while (!reader.done()) {
    const auto frame = must("answer", reader.next());
    if (const auto* reject = std::get_if<envelope::Reject>(&frame)) {
      give_up("load", "the server refused with code " + std::to_string(static_cast<unsigned>(reject->code)));
    }
    if (const auto* welcome = std::get_if<envelope::Welcome>(&frame)) {
      cursor_ = welcome->cursor;
      server_run_ = welcome->server_run;
      token_ = welcome->token;
    }
    if (std::holds_alternative<envelope::Row>(frame)) ++rows_;
    receipted = receipted || std::holds_alternative<envelope::Receipt>(frame);
  }
  if (receipted != expects_receipt_) give_up("load", "the server gave no receipt");
  if (receipted) receipted_ = prepared_[next_++].head;
}

Coalition::Coalition(std::uint16_t port, const std::string& token_text, std::size_t devices) {
  const envelope::FoundingToken token = must("token", envelope::read_token(token_text));
  server_ = {{"http://127.0.0.1:" + std::to_string(port)}, {}, token.server_sign_key, token.server_exchange_key};
  keys::Identity founder = keys::Identity::generate(random_);
  crypto::SecretBytes seed(32);
  random_.fill(seed.span());
  const keys::MembershipBatch founding =
      keys::make_founding(founder, keys::RecoveryKeys::from_seed(seed), server_, membership_, clock_, random_);
  const Bytes found = envelope::encode_frame(
      envelope::Found{Bytes(token.secret.bytes.begin(), token.secret.bytes.end()), founding.append});
  send_one(port, "/v1/coalitions", found, [](int status, std::string_view) {
    if (status != 200) give_up("founding", "the server answered " + std::to_string(status));
  });
  target_ = "/v1/coalitions/" + to_base64url(membership_.org()) + "/exchange";

  lead_.emplace(std::move(founder), membership_, server_);
  constexpr std::size_t kAtOnce = 100;  // two entries each, of the 256 that an Append may have
  for (std::size_t done = 0; done < devices; done += kAtOnce) {
    const Bytes admission = envelope::encode_frame(let_in(lead_->identity(), founding.keys.front(), std::min(kAtOnce, devices - done)));
    send_one(port, target_, lead_->request(admission), [&](int status, std::string_view body) { lead_->take(status, body); });
  }
  const keys::MadeKey& shared = founding.keys.front();
  lead_->write_to({shared.compartment, shared.epoch, shared.key.copy()});
  for (Device& device : devices_) {
    send_one(port, target_, device.first_request(), [&](int status, std::string_view body) { device.take(status, body); });
  }
}

envelope::Append Coalition::let_in(const keys::Identity& lead, const keys::MadeKey& shared, std::size_t devices) {
  keys::Invite invite;
  invite.org = membership_.org();
  invite.lead_box_key = lead.box.public_key;
  invite.name = "Bench";
  envelope::Append all;
  std::vector<keys::Identity> joined;
  for (std::size_t i = 0; i < devices; ++i) {
    joined.push_back(keys::Identity::generate(random_));
    random_.fill(invite.secret.bytes);
    keys::EntryWriter writer(membership_, keys::signer_of(lead), clock_, random_);
    const envelope::AddDevice added =
        keys::admission(keys::make_join_request(invite, joined.back()), envelope::Role::kMonitor, true);
    must("admission", writer.add(all, added));
    must("notebook", writer.add(all, envelope::NewCompartment{envelope::own_compartment(membership_.org(), added.device),
                                                              envelope::CompartmentKind::kOwn, added.device}));
    writer.grant(all, {shared.compartment, shared.epoch, shared.key.copy()}, added.device);
  }
  for (keys::Identity& identity : joined) devices_.emplace_back(std::move(identity), membership_, server_);
  return all;
}

}  // namespace haki::bench
