// Moving blobs: own ones up, wanted ones down, a piece at a time, beside the records and never ahead of them (spec 62-blobs,
// "What a client does"). Whatever is cut off goes on at the next call.
#pragma once

#include <map>
#include <set>

#include "client/attachments.h"
#include "haki/sync.h"
#include "transport/blob_transfer.h"

namespace haki::client {

// How long the next piece is, by what the last ones took: a power of two that moves in at most 8 seconds.
class PieceSize {
 public:
  static constexpr std::size_t kLeast = 16 * 1024, kMost = 4 * 1024 * 1024;
  static constexpr std::int64_t kAtMostMs = 8'000;

  std::size_t bytes() const { return bytes_; }
  void moved(std::size_t bytes, std::int64_t elapsed_ms);
  void failed() { bytes_ = std::max(kLeast, bytes_ / 4); }

 private:
  std::size_t bytes_ = kLeast;
};

// Keeps the server's word that it has an own or a fetched blob whole. False: its signature does not hold, nothing was kept.
Result<bool> keep_blob_receipt(Home& home, const store::BlobRow& blob, std::int64_t time_ms, ByteView receipt);

class BlobExchange {
 public:
  explicit BlobExchange(Home& home) : home_(home), attachments_(home) {}

  // Moves pieces for about `options.slice_ms`; 0: until nothing more can be moved now. kNetwork where the server cannot be reached: what was
  // acknowledged is kept.
  Result<TransferReport> run(const TransferOptions& options, const Progress& progress);
  // One that came with an exchange made for something else; zeros are no token.
  void take_token(const envelope::BlobToken& token);
  bool wiped() const { return wiped_; }  // an exchange on the way brought the order to wipe, and it was obeyed
  // Where the address or the token may have changed: begin anew at the next call.
  void forget_connection();

 private:
  enum class Step { kMoved, kNothing, kOver };  // kOver: nothing can be moved any more in this call

  Result<> connect();
  std::uint64_t unsent_records() const;
  Result<> exchange_records(bool for_token);
  Result<> get_token();
  Result<Step> send_next(const TransferOptions& options);
  Result<Step> send_piece(const store::BlobRow& blob);
  Result<Step> sent(const store::BlobRow& blob, const transport::BlobAnswer& answer, std::uint64_t offset, std::size_t bytes);
  Result<> check_own_file(const store::BlobRow& blob);
  Result<> at_server(const store::BlobRow& blob, const transport::BlobAnswer& answer);
  Result<> list_missing();
  Result<Step> fetch_next(const TransferOptions& options);
  Result<Step> fetch_piece(const store::BlobRow& blob);
  Result<Step> take_piece(const store::BlobRow& blob, const transport::BlobAnswer& answer);
  Result<> take_in(const store::BlobRow& blob);
  Result<> set_aside(const store::BlobRow& blob, std::string_view trouble);
  // Something went wrong with it; more than so often in one call, and it is set aside.
  Result<> stumble(const store::BlobRow& blob, int at_most, std::string_view trouble);
  template <typename Send>
  Result<transport::BlobAnswer> timed(std::size_t bytes, const Send& send);

  Home& home_;
  Attachments attachments_;
  std::unique_ptr<transport::Channel> http_;
  std::string address_;
  envelope::BlobToken token_;
  std::int64_t token_until_ms_ = 0;  // of the steady clock
  PieceSize up_, down_;
  static constexpr int kStumblesMax = 5;
  std::set<BlobId> set_aside_;         // cannot be moved in this call
  std::set<BlobId> asked_;             // the server has said how much it has of them since anything was in doubt
  std::map<BlobId, int> stumbles_;     // of this call
  static constexpr int kUnknownMax = 32;  // a lead asks for so many that the server does not have, and for the others the next time
  int unknown_ = 0;
  int token_refusals_ = 0;
  bool wiped_ = false;
  TransferReport report_;
};

}  // namespace haki::client
