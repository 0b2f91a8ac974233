#include "client/blob_exchange.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "client/editor.h"
#include "client/session.h"

namespace haki::client {
namespace {

constexpr std::int64_t kTokenLifeMs = 14 * 60'000;  // the server's is 15 minutes
constexpr int kTokenRefusalsMax = 2;
constexpr double kGrowthMax = 32;
constexpr std::size_t kRowsAtOnce = 64;
constexpr std::size_t kMissingAtOnce = 1000;

Error server_strange(int status) {
  return {Code::kNetwork, "The server answered a file with " + std::to_string(status) +
                              ", which this version does not understand. Nothing was lost; tell the operator if it goes on."};
}

}  // namespace

void PieceSize::moved(std::size_t bytes, std::int64_t elapsed_ms) {
  const auto in_time = static_cast<double>(bytes) * static_cast<double>(kAtMostMs) /
                       static_cast<double>(std::max<std::int64_t>(elapsed_ms, 1));
  // At most so many times the last one: one quick answer says little, but each request of a small file costs 400 bytes.
  const auto wanted = static_cast<std::size_t>(std::min(in_time, kGrowthMax * static_cast<double>(std::max(bytes, bytes_))));
  bytes_ = std::clamp(std::bit_floor(std::max<std::size_t>(wanted, 1)), kLeast, kMost);
}

Result<bool> keep_blob_receipt(Home& home, const store::BlobRow& blob, std::int64_t time_ms, ByteView receipt) {
  const auto signature = crypto::Signature::from(receipt);
  const Bytes message = envelope::blob_receipt_message(home.org, blob.compartment, blob.id, blob.sealed_bytes, time_ms);
  if (!signature || !crypto::verify(home.membership.endpoints().server_sign_key, "HAKI1.blr", message, *signature)) return false;
  HAKI_TRY(home.blobs->set_at_server(blob.id, time_ms, receipt));
  return true;
}

void BlobExchange::take_token(const envelope::BlobToken& token) {
  token_ = token;
  token_until_ms_ = home_.clock.steady_ms() + kTokenLifeMs;
}

void BlobExchange::forget_connection() {
  http_.reset();
  token_ = {};
}

Result<> BlobExchange::connect() {
  HAKI_ASSIGN(const std::string address, home_.settings->text(setting::kServer));
  if (http_ && address == address_) return {};
  HAKI_ASSIGN(const transport::Endpoint endpoint, transport::parse_endpoint(address));
  if (http_) token_ = {};  // it was another server's
  http_ = home_.network.connect(endpoint, transport::Trust{home_.membership.endpoints().pins});
  address_ = address;
  return {};
}

// Records go before files; what an exchange says to people is said whoever made it.
Result<> BlobExchange::exchange_records(bool for_token) {
  const Progress nobody;
  Session session(home_, nobody);
  HAKI_ASSIGN(report_.sync, for_token ? session.run_for_token() : session.run());
  report_.notes.insert(report_.notes.end(), report_.sync.notes.begin(), report_.sync.notes.end());
  if (for_token) take_token(session.token());
  wiped_ = report_.sync.wiped;
  if (!report_.sync.removed && !wiped_) return {};
  return Error{Code::kRemoved, wiped_ ? "This device was removed from the coalition, with the order to wipe it: the home on it was destroyed."
                                      : "This device was removed from the coalition. What was recorded here stays, and its files are not sent."};
}

Result<> BlobExchange::get_token() {
  if (!token_.is_zero() && home_.clock.steady_ms() < token_until_ms_) return {};
  HAKI_TRY(exchange_records(true));
  if (token_.is_zero()) {
    return Error{Code::kUnsupported, "The server does not take files: it is of an older version, or this device may not send any "
                                     "now. They are kept; tell the operator."};
  }
  return {};
}

template <typename Send>
Result<transport::BlobAnswer> BlobExchange::timed(std::size_t bytes, const Send& send) {
  HAKI_TRY(connect());
  HAKI_TRY(get_token());
  HAKI_TRY(connect());  // the coalition may have moved meanwhile
  const transport::Traffic before = http_->traffic();
  const std::int64_t begun_ms = home_.clock.steady_ms();
  transport::BlobTransfer transfer(*http_, home_.org, token_);
  Result<transport::BlobAnswer> answer = send(transfer);
  const std::int64_t elapsed = home_.clock.steady_ms() - begun_ms;
  const transport::Traffic after = http_->traffic();
  report_.bytes_up += after.bytes_up - before.bytes_up;
  report_.bytes_down += after.bytes_down - before.bytes_down;
  report_.round_trips += after.round_trips - before.round_trips;
  if (answer && bytes > 0) up_.moved(bytes, elapsed);
  if (answer && bytes == 0 && !answer->bytes.empty()) down_.moved(answer->bytes.size(), elapsed);
  if (!answer) (bytes > 0 ? up_ : down_).failed();
  return answer;
}

Result<> BlobExchange::set_aside(const store::BlobRow& blob, std::string_view trouble) {
  set_aside_.insert(blob.id);
  return home_.blobs->set_trouble(blob.id, trouble);
}

Result<> BlobExchange::stumble(const store::BlobRow& blob, int at_most, std::string_view trouble) {
  return ++stumbles_[blob.id] > at_most ? set_aside(blob, trouble) : Result<>();
}

Result<TransferReport> BlobExchange::run(const TransferOptions& options, const Progress& progress) {
  report_ = {};
  set_aside_.clear();
  stumbles_.clear();
  unknown_ = 0;
  token_refusals_ = 0;
  if (!home_.active()) return report_;
  const std::int64_t until_ms = options.slice_ms > 0 ? home_.clock.steady_ms() + options.slice_ms : std::numeric_limits<std::int64_t>::max();
  if (home_.is_lead()) HAKI_TRY(list_missing());
  HAKI_ASSIGN(const store::Blobs::Counts before, home_.blobs->counts());
  std::uint64_t recorded = unsent_records();
  for (bool sending = true, fetching = true; sending || fetching;) {
    Step step = Step::kNothing;
    // What was recorded meanwhile goes ahead of the next piece.
    if (const std::uint64_t now = unsent_records(); now > recorded) {
      HAKI_TRY(exchange_records(false));
      recorded = unsent_records();
    }
    if (sending) {
      HAKI_ASSIGN(step, send_next(options));
      sending = step == Step::kMoved;
    } else {
      HAKI_ASSIGN(step, fetch_next(options));
      fetching = step == Step::kMoved;
    }
    if (step == Step::kOver) break;
    if (progress && step == Step::kMoved) progress(report_.bytes_moved, report_.bytes_moved + before.unsent_bytes);
    report_.unfinished = home_.clock.steady_ms() >= until_ms && (sending || fetching);
    if (report_.unfinished) break;
  }
  // Custody entries that were written on the way: who waits for them need not wait for the next session.
  if (!report_.unfinished && unsent_records() > recorded) HAKI_TRY(exchange_records(false));
  HAKI_ASSIGN(const store::Blobs::Counts after, home_.blobs->counts());
  report_.unsent = after.unsent;
  report_.missing = after.missing;
  for (const BlobId& id : set_aside_) {
    HAKI_ASSIGN(const auto blob, home_.blobs->find(id));
    if (blob && !blob->trouble.empty() && std::ranges::find(report_.notes, blob->trouble) == report_.notes.end()) {
      report_.notes.push_back(blob->trouble);
    }
  }
  return report_;
}

std::uint64_t BlobExchange::unsent_records() const {
  std::uint64_t unsent = 0;
  for (const store::Chain* chain : home_.chains->own()) unsent += chain->applied_seq - chain->receipted_seq;
  return unsent;
}

Result<BlobExchange::Step> BlobExchange::send_next(const TransferOptions& options) {
  HAKI_ASSIGN(const std::int64_t rule, home_.settings->number(setting::kMeteredBytesMax));
  const std::uint64_t most = options.metered && rule > 0 ? static_cast<std::uint64_t>(rule) : std::numeric_limits<std::int64_t>::max();
  HAKI_ASSIGN(const std::vector<store::BlobRow> waiting, home_.blobs->to_send(most, kRowsAtOnce + set_aside_.size()));
  for (const store::BlobRow& blob : waiting) {
    if (!set_aside_.contains(blob.id)) return send_piece(blob);
  }
  return Step::kNothing;
}

Result<BlobExchange::Step> BlobExchange::send_piece(const store::BlobRow& blob) {
  // What was acknowledged may be lost where a server was restored, and what was not may have arrived: past the beginning it is asked.
  const bool asks = blob.moved > 0 && !asked_.contains(blob.id);
  if (asks) {
    HAKI_ASSIGN(const transport::BlobAnswer answer, timed(0, [&](transport::BlobTransfer& to) { return to.ask(blob.id); }));
    if (answer.outcome == transport::BlobOutcome::kHeld || answer.outcome == transport::BlobOutcome::kUnknown) {
      asked_.insert(blob.id);
      const bool onward = answer.outcome == transport::BlobOutcome::kHeld && answer.offset < blob.sealed_bytes;
      HAKI_TRY(home_.blobs->set_moved(blob.id, onward ? answer.offset : 0));
      return Step::kMoved;
    }
    return sent(blob, answer, blob.moved, 0);
  }
  auto piece = home_.blob_files->piece(blob.id, blob.moved, up_.bytes());
  if (!piece || (piece->empty() && blob.moved < blob.sealed_bytes)) {
    HAKI_TRY(check_own_file(blob));
    return Step::kMoved;
  }
  const std::uint64_t offset = blob.moved;
  auto answer = timed(piece->size(), [&](transport::BlobTransfer& to) {
    return offset == 0 ? to.begin(blob.id, blob.compartment, blob.sealed_bytes, *piece) : to.send(blob.id, offset, *piece);
  });
  if (!answer) {
    asked_.erase(blob.id);  // it may have arrived all the same
    return answer.error();
  }
  return sent(blob, *answer, offset, piece->size());
}

Result<BlobExchange::Step> BlobExchange::sent(const store::BlobRow& blob, const transport::BlobAnswer& answer, std::uint64_t offset,
                                              std::size_t bytes) {
  using transport::BlobOutcome;
  if (answer.over_quota != blob.over_quota && answer.status / 100 == 2) HAKI_TRY(home_.blobs->set_over_quota(blob.id, answer.over_quota));
  switch (answer.outcome) {
    case BlobOutcome::kWhole:
      report_.bytes_moved += bytes;
      HAKI_TRY(at_server(blob, answer));
      return Step::kMoved;
    case BlobOutcome::kHeld: {
      const std::uint64_t held = std::min(answer.offset, blob.sealed_bytes);
      report_.bytes_moved += bytes;
      asked_.insert(blob.id);
      // All of it and no word that it is whole, or no more than before: once more from the beginning, and not for ever.
      const bool onward = held > offset && held < blob.sealed_bytes;
      HAKI_TRY(home_.blobs->set_moved(blob.id, held < blob.sealed_bytes ? held : 0));
      if (!onward) HAKI_TRY(stumble(blob, kStumblesMax, "The server does not go on with a file. It is kept and tried again at the next sync."));
      return Step::kMoved;
    }
    case BlobOutcome::kOffset:
    case BlobOutcome::kUnknown:
      asked_.erase(blob.id);
      HAKI_TRY(home_.blobs->set_moved(blob.id, answer.outcome == BlobOutcome::kUnknown ? 0 : std::max<std::uint64_t>(offset, 1)));
      HAKI_TRY(stumble(blob, kStumblesMax, "The server does not go on with a file. It is kept and tried again at the next sync."));
      return Step::kMoved;
    case BlobOutcome::kChecksum:
      HAKI_TRY(stumble(blob, kStumblesMax, "The network damages what is sent. The file is kept and tried again at the next sync."));
      return Step::kMoved;
    case BlobOutcome::kDamaged:
      HAKI_TRY(check_own_file(blob));
      HAKI_TRY(stumble(blob, 1, "The server says that a file did not arrive whole, twice. It is kept; tell the operator."));
      return Step::kMoved;
    case BlobOutcome::kToken:
      token_ = {};
      if (++token_refusals_ <= kTokenRefusalsMax) return Step::kMoved;
      return Error{Code::kNotAdmitted, "The server does not take files of this device now. They are kept; tell a lead if it goes on."};
    case BlobOutcome::kQuota:
      HAKI_TRY(set_aside(blob, "The coalition's space for files at the server is used up. The file is kept on this device; ask a lead to have the "
                               "operator allow more."));
      return Step::kMoved;
    case BlobOutcome::kBusy:
      report_.notes.push_back("The server is busy or its disk is full. Files are kept and sent at the next sync.");
      return Step::kOver;
    case BlobOutcome::kNotAllowed:
      HAKI_TRY(set_aside(blob, "The server does not take this file from this device. It is kept; tell a lead."));
      return Step::kMoved;
    case BlobOutcome::kRefused: break;
  }
  return server_strange(answer.status);
}

// The server could not make the blob of what was sent, or the file cannot be read: is it still what was sealed?
Result<> BlobExchange::check_own_file(const store::BlobRow& blob) {
  HAKI_ASSIGN(const std::int64_t record, home_.blobs->record_of(blob.id));
  HAKI_ASSIGN(const std::optional<store::RecordRow> row, record ? home_.records->load_row(record) : Result<std::optional<store::RecordRow>>(std::nullopt));
  const auto sound = row ? attachments_.open(row->merged.id, [](ByteView) -> Result<> { return {}; })
                         : Result<>(Error{Code::kNotFound, ""});
  HAKI_TRY(home_.blobs->set_moved(blob.id, 0));
  if (sound) return {};
  HAKI_TRY(home_.blobs->set_here(blob.id, false));
  return set_aside(blob, "A file that waits to be sent is damaged on this device: its photo or recording must be attached again.");
}

Result<> BlobExchange::at_server(const store::BlobRow& blob, const transport::BlobAnswer& answer) {
  HAKI_ASSIGN(const bool holds, keep_blob_receipt(home_, blob, answer.receipt_ms, answer.receipt));
  if (!holds) {
    return set_aside(blob, "The server's word that it has a file does not hold. The file is kept; tell the operator.");
  }
  if (blob.mine && blob.server_ms == 0) ++report_.sent;
  return {};
}

// A lead reads everything: what its records name and is not here gets a row, so that it is fetched.
Result<> BlobExchange::list_missing() {
  std::int64_t after = 0;
  for (;;) {
    HAKI_ASSIGN(const std::vector<std::int64_t> records, home_.blobs->records_without_row(after, kMissingAtOnce));
    if (records.empty()) return {};
    for (const std::int64_t no : records) {
      after = no;
      HAKI_ASSIGN(const std::optional<store::RecordRow> row, home_.records->load_row(no));
      const auto name = row ? blob_name_of(row->merged) : std::nullopt;
      HAKI_ASSIGN(const auto known, name ? home_.blobs->find(name->id) : Result<std::optional<store::BlobRow>>(std::nullopt));
      if (!name || known) continue;
      const evidence::SealedContent content = described_content(row->merged);
      store::BlobRow missing;
      missing.id = name->id;
      missing.compartment = row->compartment;
      missing.sha256 = content.sha256;
      missing.content_bytes = content.content_bytes;
      missing.sealed_bytes = content.sealed_bytes;
      missing.rank = rank_of(row->merged);
      HAKI_TRY(home_.blobs->put(missing));
    }
  }
}

Result<BlobExchange::Step> BlobExchange::fetch_next(const TransferOptions& options) {
  HAKI_ASSIGN(const std::int64_t rule, home_.settings->number(setting::kMeteredBytesMax));
  HAKI_ASSIGN(const std::vector<store::BlobRow> wanted, home_.blobs->to_fetch(kRowsAtOnce + set_aside_.size()));
  for (const store::BlobRow& blob : wanted) {
    const bool waits = options.metered && rule > 0 && blob.sealed_bytes > static_cast<std::uint64_t>(rule) && !blob.wanted;
    if (!waits && !set_aside_.contains(blob.id)) return fetch_piece(blob);
  }
  return Step::kNothing;
}

Result<BlobExchange::Step> BlobExchange::fetch_piece(const store::BlobRow& blob) {
  HAKI_ASSIGN(const std::uint64_t held, home_.blob_files->part_bytes(blob.id));
  if (held >= blob.sealed_bytes) {
    HAKI_TRY(take_in(blob));
    return Step::kMoved;
  }
  const std::size_t asked = down_.bytes();
  auto answer = timed(0, [&](transport::BlobTransfer& from) { return from.fetch(blob.id, held, asked); });
  if (!answer) return answer.error();
  // A reply that was cut short brings what came; one that is always short would go on for ever.
  if (answer->bytes.size() < std::min<std::uint64_t>(asked, blob.sealed_bytes - held)) {
    HAKI_TRY(stumble(blob, kStumblesMax, "A file comes in crumbs. What came is kept, and the rest is fetched at the next sync."));
  }
  return take_piece(blob, *answer);
}

Result<BlobExchange::Step> BlobExchange::take_piece(const store::BlobRow& blob, const transport::BlobAnswer& answer) {
  using transport::BlobOutcome;
  HAKI_ASSIGN(const std::uint64_t held, home_.blob_files->part_bytes(blob.id));
  switch (answer.outcome) {
    case BlobOutcome::kHeld: break;
    case BlobOutcome::kToken:
      token_ = {};
      if (++token_refusals_ <= kTokenRefusalsMax) return Step::kMoved;
      return Error{Code::kNotAdmitted, "The server does not give files to this device now. Tell a lead if it goes on."};
    case BlobOutcome::kUnknown:
    case BlobOutcome::kNotAllowed:  // it says no more than that there is nothing for this device
      HAKI_TRY(home_.blobs->set_not_at_server(blob.id, home_.clock.now_ms()));
      HAKI_TRY(set_aside(blob, ""));
      return ++unknown_ < kUnknownMax ? Step::kMoved : Step::kNothing;
    case BlobOutcome::kBusy:
      report_.notes.push_back("The server is busy. Files are fetched at the next sync.");
      return Step::kOver;
    default: return server_strange(answer.status);
  }
  if (answer.over_quota != blob.over_quota) HAKI_TRY(home_.blobs->set_over_quota(blob.id, answer.over_quota));
  if (answer.over_quota && !blob.wanted) {
    HAKI_TRY(set_aside(blob, ""));
    return Step::kMoved;
  }
  const bool fits = answer.total == blob.sealed_bytes && answer.offset == held && !answer.bytes.empty() &&
                    held + answer.bytes.size() <= blob.sealed_bytes;
  if (!fits) {
    HAKI_TRY(set_aside(blob, "The server has another file under an attachment's name. It was not taken; tell its author and the operator."));
    return Step::kMoved;
  }
  HAKI_TRY(home_.blob_files->keep(blob.id, held, answer.bytes));
  HAKI_TRY(home_.blobs->set_moved(blob.id, held + answer.bytes.size()));
  report_.bytes_moved += answer.bytes.size();
  if (held + answer.bytes.size() == blob.sealed_bytes) HAKI_TRY(take_in(blob));
  return Step::kMoved;
}

// All of it is here: its id, and then what it holds, against the signed record.
Result<> BlobExchange::take_in(const store::BlobRow& blob) {
  const auto finished = home_.blob_files->finish(blob.id);
  if (!finished) {
    if (finished.error().code != Code::kDamaged) return finished;
    HAKI_TRY(home_.blobs->set_moved(blob.id, 0));
    return set_aside(blob, finished.error().message);
  }
  HAKI_TRY(home_.blobs->set_here(blob.id, true));
  HAKI_ASSIGN(const std::vector<std::int64_t> records, home_.blobs->records_of(blob.id));
  for (const std::int64_t no : records) {
    HAKI_ASSIGN(const std::optional<store::RecordRow> row, home_.records->load_row(no));
    if (!row) continue;
    const auto opened = attachments_.open(row->merged.id, [](ByteView) -> Result<> { return {}; });
    if (!opened) {
      HAKI_TRY(home_.blobs->set_wanted(blob.id));
      return set_aside(blob, "What an attachment holds is not what its record says. It is set aside; ask its author about it.");
    }
    if (!home_.is_lead() || rank_of(row->merged) != store::BlobRank::kOther) continue;
    HAKI_TRY(Editor(home_).note_custody(row->merged.id, "received", "", blob.sha256));
  }
  ++report_.received;
  auto asked = timed(0, [&](transport::BlobTransfer& from) { return from.ask(blob.id); });  // for the receipt
  return asked && asked->outcome == transport::BlobOutcome::kWhole ? at_server(blob, *asked) : Result<>();
}

}  // namespace haki::client
