#include "store/sealed_page.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/little_endian.h"

namespace haki::store {
namespace {

constexpr std::uint8_t kPageKind = 1;
constexpr std::uint8_t kRecordKind = 2;

using SealContext = std::array<std::uint8_t, 25>;

SealContext context_of(const FileId& file_id, std::uint8_t kind, std::uint64_t number) {
  SealContext context;
  std::memcpy(context.data(), file_id.bytes.data(), FileId::kSize);
  context[16] = kind;
  base::store_le<std::uint64_t>(context.data() + 17, number);
  return context;
}

// The layout that pages and records share: ciphertext, nonce, tag.
void seal(const crypto::StoreKey& key, const SealContext& context, const crypto::Nonce& nonce, ByteView plain,
          std::uint8_t* out) {
  std::uint8_t* const nonce_place = out + plain.size();
  std::memcpy(nonce_place, nonce.bytes.data(), crypto::kNonceBytes);
  crypto::aead_seal_detached(key.view(), nonce, context, plain, out, nonce_place + crypto::kNonceBytes);
}

bool open(const crypto::StoreKey& key, const SealContext& context, const std::uint8_t* sealed, std::size_t plain_bytes,
          std::uint8_t* out) {
  const std::uint8_t* const nonce_place = sealed + plain_bytes;
  crypto::Nonce nonce;
  std::memcpy(nonce.bytes.data(), nonce_place, crypto::kNonceBytes);
  if (crypto::aead_open_detached(key.view(), nonce, context, {sealed, plain_bytes}, nonce_place + crypto::kNonceBytes,
                                 out)) {
    return true;
  }
  std::memset(out, 0, plain_bytes);
  return false;
}

std::array<std::uint8_t, kPageBytes> make_empty_first_page() {
  std::array<std::uint8_t, kPageBytes> page{};
  const auto put16 = [&](std::size_t at, unsigned value) {
    page[at] = static_cast<std::uint8_t>(value >> 8);
    page[at + 1] = static_cast<std::uint8_t>(value);
  };
  const auto put32 = [&](std::size_t at, std::uint32_t value) {
    put16(at, value >> 16);
    put16(at + 2, value & 0xFFFF);
  };
  constexpr std::string_view kMagic = "SQLite format 3";
  std::copy(kMagic.begin(), kMagic.end(), page.begin());
  put16(16, kPageBytes);
  page[18] = page[19] = 2;  // written and read by WAL
  page[20] = kReserveBytes;
  page[21] = 64;  // embedded payload fractions, fixed by SQLite
  page[22] = page[23] = 32;
  put32(24, 1);           // change counter
  put32(28, 1);           // pages
  put32(44, 4);           // schema format
  put32(56, 1);           // UTF-8
  put32(68, 0x48616B69);  // application id "Haki"
  put32(92, 1);           // the counter for which the page count holds
  put32(96, 3'040'001);
  page[100] = 0x0D;  // an empty leaf of the schema table
  put16(105, kPageContentBytes);
  return page;
}

}  // namespace

void PageCipher::seal_page(std::uint64_t page_number, const crypto::Nonce& nonce, const std::uint8_t* page,
                           std::uint8_t* sealed) const {
  seal(key_, context_of(file_id_, kPageKind, page_number), nonce, {page, kPageContentBytes}, sealed);
}

bool PageCipher::open_page(std::uint64_t page_number, const std::uint8_t* sealed, std::uint8_t* page) const {
  std::memset(page + kPageContentBytes, 0, kReserveBytes);
  return open(key_, context_of(file_id_, kPageKind, page_number), sealed, kPageContentBytes, page);
}

void PageCipher::seal_record(std::uint64_t index, const crypto::Nonce& nonce, const std::uint8_t* frame,
                             std::uint8_t* record) const {
  seal(key_, context_of(file_id_, kRecordKind, index), nonce, {frame, kFrameBytes}, record);
}

bool PageCipher::open_record(std::uint64_t index, const std::uint8_t* record, std::uint8_t* frame) const {
  return open(key_, context_of(file_id_, kRecordKind, index), record, kFrameBytes, frame);
}

const std::uint8_t* empty_first_page() {
  static const std::array<std::uint8_t, kPageBytes> kPage = make_empty_first_page();
  return kPage.data();
}

}  // namespace haki::store
