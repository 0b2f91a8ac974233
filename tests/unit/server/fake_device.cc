#include "fake_device.h"

#include "crypto/hash.h"
#include "crypto/random.h"

namespace haki::test {

using namespace envelope;

namespace {

Bytes random_bytes(std::size_t size) {
  Bytes bytes(size);
  crypto::SystemRandom().fill(bytes);
  return bytes;
}

}  // namespace

const Welcome& Answer::welcome() const {
  static const Welcome none;  // all zeros: fits no server's
  const auto* first = frames.empty() ? nullptr : std::get_if<Welcome>(&frames.front());
  return first ? *first : none;
}
Reject Answer::reject() const {
  const auto found = all<Reject>();
  Reject none;
  none.code = static_cast<Refusal>(0);
  return found.size() == 1 ? found.front() : none;
}
Receipt Answer::receipt() const {
  const auto found = all<Receipt>();
  return found.size() == 1 ? found.front() : Receipt{};
}
std::vector<Run> Answer::runs() const {
  std::vector<Run> found;
  for (const Row& row : all<Row>()) {
    if (const auto* run = std::get_if<Run>(&row.content)) found.push_back(*run);
  }
  return found;
}

FakeDevice::FakeDevice(Role what, bool edits) : log(random_of<LogId>()), role(what), editor(edits) {
  id = device_id(sign->verify, box->public_key, auth->public_key);
}

AddDevice FakeDevice::added(bool verified) const {
  return {id, sign->verify, box->public_key, auth->public_key, log, role, editor, verified, {}};
}

std::vector<Head> FakeDevice::heads() const {
  std::vector<Head> out;
  for (const auto& [compartment, head] : receipted) out.push_back({compartment, head.seq, head.hash});
  return out;
}

void take_over(FakeDevice& device, const Answer& answer) {
  for (const auto& one : answer.all<MembershipEntry>()) {
    if (entry_seq(one).value_or(0) == device.membership->count()) (void)device.membership->apply(one);
  }
  device.server_run = answer.welcome().server_run;
  device.cursor = answer.welcome().cursor;
  for (const Receipt& receipt : answer.all<Receipt>()) {
    const ChainHead& head = device.chains[receipt.compartment];
    if (head.seq == receipt.seq) device.receipted[receipt.compartment] = head;
  }
}

Run make_run(FakeDevice& device, const CompartmentId& compartment, const RunOptions& options) {
  ChainHead& head = device.chains[compartment];
  Run run;
  run.compartment = compartment;
  run.after_seq = head.seq;
  if (head.seq > 0) std::copy_n(head.hash.bytes.begin(), 8, run.prev8.begin());
  run.epoch = options.epoch;
  run.m_seq = options.m_seq.value_or(device.membership->newest());
  const Hash m_head = device.membership->hash_at(run.m_seq).value_or(Hash{});
  std::copy_n(m_head.bytes.begin(), 8, run.m_head8.begin());
  for (std::size_t i = 0; i < options.count; ++i) {
    Item item;
    item.sets = options.sets;
    item.sealed = random_bytes(options.bytes);
    item.sealed_length = static_cast<std::uint32_t>(options.bytes);
    item.sealed_hash = crypto::hash32({item.sealed});
    item.nonce = random_of<crypto::Nonce>();
    ItemHeader header;
    header.org = device.org;
    header.compartment = compartment;
    header.log = device.log;
    header.seq = head.seq + options.sets;
    header.prev = head.hash;
    header.epoch = run.epoch;
    header.m_seq = run.m_seq;
    header.m_head = m_head;
    header.sealed_length = item.sealed_length;
    header.nonce = item.nonce;
    header.sealed_hash = item.sealed_hash;
    head = {header.seq, header_hash(encode_header(header))};
    if (options.sign_every || i + 1 == options.count)
      item.signature = crypto::sign(device.sign->secret, "HAKI1.cs", head.hash);
    run.items.push_back(std::move(item));
  }
  return run;
}

void sign_again(const FakeDevice& device, EpochKey& key) {
  const Bytes message = epoch_key_message(device.org, key.compartment, key.epoch, key.key, key.m_seq, key.m_head,
                                          grants_hash(key.grants));
  key.signature = crypto::sign(device.sign->secret, "HAKI1.ek", message);
}

EpochKey make_epoch_key(const FakeDevice& device, std::uint32_t epoch) {
  EpochKey key;
  key.compartment = device.notebook();
  key.epoch = epoch;
  key.key = random_of<KeyId>();
  key.m_seq = device.membership->newest();
  key.m_head = device.membership->head();
  auto readers = device.membership->key_readers(key.compartment, key.m_seq);
  readers.push_back(recovery_id(device.membership->genesis().recovery_box_key));
  for (const DeviceId& reader : readers) key.grants.push_back({reader, random_bytes(132)});
  sign_again(device, key);
  return key;
}

RequestBuilder::RequestBuilder(FakeDevice& device) : device_(device) {
  hello.device = device.id;
  hello.counter = ++device.counter;
  hello.membership_count = device.membership->count();
  hello.cursor = device.cursor;
  hello.heads8 = heads8(device.heads());
  hello.server_run = device.server_run;
}

Bytes RequestBuilder::bytes(const crypto::AuthPublicKey& exchange_key, const crypto::VerifyKey& sign_key) {
  Bytes message = encode_frame(hello);
  for (const Frame& frame : frames_) append_frame(message, frame);
  message.insert(message.end(), raw.begin(), raw.end());
  key_ = request_key(device_.auth->secret, exchange_key, device_.org, device_.id, sign_key);
  mac_ = request_mac(*key_, hello.counter, message);
  append_frame(message, Auth{mac_});
  return message;
}

Answer read_frames(int status, ByteView body) {
  Answer answer{status, {}, std::nullopt, body.size()};
  FrameReader reader(body);
  while (!reader.done()) {
    auto frame = reader.next();
    if (!frame) break;
    answer.frames.push_back(std::move(*frame));
  }
  return answer;
}

Answer read_answer(int status, ByteView body, const RequestBuilder& request) {
  Answer answer = read_frames(status, body);
  FrameReader reader(body);
  if (answer.frames.size() < 2 || !reader.next()) return answer;
  const auto* auth = std::get_if<Auth>(&answer.frames[1]);
  if (auth != nullptr)
    answer.authentic = auth->mac == reply_mac(request.key(), request.mac(), body.first(reader.offset()));
  return answer;
}

}  // namespace haki::test
