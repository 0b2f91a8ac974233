#include "envelope/item.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/limits.h"
#include "base/little_endian.h"
#include "crypto/hash.h"

namespace haki::envelope {
namespace {

constexpr std::string_view kChainDomain = "HAKI1.cs";

// Writes fields one behind the other; the layout is spec 30-envelope's table, whose offsets the tests check.
class HeaderWriter {
 public:
  void put(ByteView bytes) {
    std::memcpy(bytes_.data() + at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  template <typename T>
  void put_le(T value) {
    base::store_le(bytes_.data() + at_, value);
    at_ += sizeof(T);
  }
  const HeaderBytes& finish() const {
    HAKI_ASSERT(at_ == kHeaderBytes);
    return bytes_;
  }

 private:
  HeaderBytes bytes_{};
  std::size_t at_ = 0;
};

// PK = BLAKE2b-256(key = CEK, "HAKI1.pk" || grp || gsalt). Only zero salts are made yet; a group's items are held by readers.
// It is used once and wiped, and never leaves the stack: pages of its own, as a crypto::PayloadKey has, cost 187 µs an item.
template <typename Use>
auto with_payload_key(const crypto::EpochKey& key, const GroupId& group, const Use& use) {
  const std::array<std::uint8_t, 32> no_salt{};
  Hash derived = crypto::keyed_hash32(key.view(), {as_bytes("HAKI1.pk"), group, no_salt});
  auto result = use(derived.view());
  crypto::wipe(derived.bytes);
  return result;
}

template <std::size_t N>
bool is_zero(const std::array<std::uint8_t, N>& bytes) {
  return bytes == std::array<std::uint8_t, N>{};
}

bool begins(const Hash& hash, const std::array<std::uint8_t, 8>& hint) {
  return std::equal(hint.begin(), hint.end(), hash.bytes.begin());
}

ItemHeader header_of(const CoalitionId& org, const Run& run, const LogId& log, const Item& item, const Hash& m_head) {
  ItemHeader header;
  header.kind = item.kind;
  header.org = org;
  header.compartment = run.compartment;
  header.log = log;
  header.epoch = run.epoch;
  header.m_seq = run.m_seq;
  header.m_head = m_head;
  header.group = item.group;
  header.beacon = run.beacon;
  header.witness = item.witness;
  header.sealed_length = item.sealed_length;
  header.nonce = item.nonce;
  header.sealed_hash = item.sealed_hash;
  return header;
}

}  // namespace

HeaderBytes encode_header(const ItemHeader& header) {
  HeaderWriter out;
  out.put(as_bytes("H1"));
  out.put_le(header.kind);
  out.put_le(kSuite);
  out.put(header.org);
  out.put(header.compartment);
  out.put(header.log);
  out.put_le(header.seq);
  out.put(header.prev);
  out.put_le(header.epoch);
  out.put_le(header.m_seq);
  out.put(header.m_head);
  out.put(header.group);
  out.put(header.beacon);
  out.put(header.witness);
  out.put_le(header.sealed_length);
  out.put(header.nonce);
  out.put(header.sealed_hash);
  return out.finish();
}

Hash header_hash(const HeaderBytes& header) {
  return crypto::hash32({as_bytes(std::string_view("HAKI1.cs\0", 9)), header});
}

Result<std::vector<VerifiedItem>> verify_run(const CoalitionId& org, const Run& run, const LogId& log, const ChainHead& head,
                                             const Hash& m_head, const crypto::VerifyKey& author) {
  if (run.items.empty() || run.items.size() > limits::kItemsPerRunMax) {
    return Error{Code::kInvalid, "A run holds no items, or too many."};
  }
  if (run.after_seq != head.seq) return Error{Code::kInvalid, "There is a gap in the chain of this device."};
  if (!run.items.back().signature) return Error{Code::kInvalid, "A run's last item is not signed."};
  const bool fork = (!is_zero(run.prev8) && !begins(head.hash, run.prev8)) || !begins(m_head, run.m_head8);
  if (fork) {
    return Error{Code::kUntrusted, "A fork: what was received continues another history than the one held here."};
  }
  std::vector<VerifiedItem> verified;
  verified.reserve(run.items.size());
  ChainHead at = head;
  for (const Item& item : run.items) {
    if (item.sets < 1 || item.sets > limits::kChangeSetsPerItemMax) {
      return Error{Code::kInvalid, "An item says it holds no change sets, or too many."};
    }
    ItemHeader header = header_of(org, run, log, item, m_head);
    header.seq = at.seq + item.sets;
    header.prev = at.hash;
    VerifiedItem done{encode_header(header), {}, at.seq + 1, header.seq, &item};
    done.hash = header_hash(done.header);
    if (item.signature && !crypto::verify(author, kChainDomain, done.hash, *item.signature)) {
      return Error{Code::kUntrusted, "A signature does not hold: what was received was changed or is not from its author."};
    }
    at = {header.seq, done.hash};
    verified.push_back(done);
  }
  return verified;
}

SealedItem seal_item(const ItemHeader& partial, std::uint32_t sets, ByteView plain, const crypto::EpochKey& key,
                     const crypto::SigningSecret& signer) {
  ItemHeader header = partial;
  header.nonce = crypto::random_nonce();
  header.sealed_length = static_cast<std::uint32_t>(plain.size() + crypto::kTagBytes);
  const HeaderBytes unfinished = encode_header(header);
  SealedItem made;
  made.item.kind = header.kind;
  made.item.sets = sets;
  made.item.group = header.group;
  made.item.witness = header.witness;
  made.item.nonce = header.nonce;
  made.item.sealed = with_payload_key(key, header.group, [&](ByteView payload_key) {
    return crypto::aead_seal(payload_key, header.nonce, ByteView(unfinished).first(kHeaderAadBytes), plain);
  });
  made.item.sealed_length = header.sealed_length;
  header.sealed_hash = crypto::hash32({made.item.sealed});
  made.item.sealed_hash = header.sealed_hash;
  made.header = encode_header(header);
  made.hash = header_hash(made.header);
  made.item.signature = crypto::sign(signer, kChainDomain, made.hash);
  return made;
}

std::optional<Bytes> open_item(const HeaderBytes& header, ByteView sealed, const crypto::EpochKey& key) {
  const auto group = *GroupId::from(ByteView(header).subspan(132, 16));
  const auto nonce = *crypto::Nonce::from(ByteView(header).subspan(216, 24));
  return with_payload_key(key, group, [&](ByteView payload_key) {
    return crypto::aead_open(payload_key, nonce, ByteView(header).first(kHeaderAadBytes), sealed);
  });
}

Bytes receipt_message(const CoalitionId& org, const LogId& log, const CompartmentId& compartment, std::uint64_t seq,
                      const Hash& hash, std::int64_t time_ms) {
  Bytes message;
  base::append(message, org);
  base::append(message, log);
  base::append(message, compartment);
  base::append_le(message, seq);
  base::append(message, hash);
  base::append_le(message, static_cast<std::uint64_t>(time_ms));
  return message;
}

Bytes epoch_key_message(const CoalitionId& org, const CompartmentId& compartment, std::uint32_t epoch, const KeyId& key,
                        std::uint32_t m_seq, const Hash& m_head, const Hash& grants) {
  Bytes message;
  base::append(message, org);
  base::append(message, compartment);
  base::append_le(message, epoch);
  base::append(message, key);
  base::append_le(message, m_seq);
  base::append(message, m_head);
  base::append(message, grants);
  return message;
}

Bytes grant_message(const CoalitionId& org, const CompartmentId& compartment, std::uint32_t epoch, const DeviceId& device,
                    ByteView sealed) {
  Bytes message;
  base::append(message, org);
  base::append(message, compartment);
  base::append_le(message, epoch);
  base::append(message, device);
  base::append(message, sealed);
  return message;
}

}  // namespace haki::envelope
