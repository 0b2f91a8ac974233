#include "relay/rows.h"

#include <algorithm>

#include "base/limits.h"

namespace haki::relay {
namespace {

constexpr std::size_t kItemOverhead = 112;  // nonce, signature and tags, about

std::size_t bytes_of(const envelope::Item& item) { return storage::bytes_kept(item) + kItemOverhead; }

}  // namespace

bool RowWriter::room() {
  if (used_ + run_bytes_ >= credit_ || rows_ >= kRowsMax) full_ = true;
  return !full_;
}

void RowWriter::start(const storage::Chain& chain, const storage::StoredItem& item) {
  chain_ = chain.key;
  segment_ = {};
  segment_.compartment = chain.compartment;
  segment_.log = chain.log;
  segment_.after_seq = item.first_seq - 1;
  segment_.prev8 = item.prev8;
  segment_.epoch = item.epoch;
  segment_.m_seq = item.m_seq;
  segment_.beacon = item.beacon;
  segment_over_quota_ = item.over_quota;
  const auto m_head = log_.hash_at(item.m_seq);
  if (m_head) std::copy_n(m_head->bytes.begin(), segment_.m_head8.size(), segment_.m_head8.begin());
  segment_bytes_ = 0;
}

bool RowWriter::add(const storage::Chain& chain, storage::StoredItem&& item) {
  if (full_) return false;
  const bool continues = !segment_.items.empty() && chain.key == chain_ && item.first_seq == segment_seq_ + 1;
  if (!continues) {
    if (!segment_.items.empty()) close_segment();  // cannot be: what is stored ends signed
    if (!room()) return false;
    if (chain.key != chain_) flush();
    start(chain, item);
  }
  segment_bytes_ += bytes_of(item.item);
  segment_seq_ = item.first_seq + item.item.sets - 1;
  segment_server_seq_ = item.server_seq;
  const bool ends = item.item.signature.has_value();
  segment_.items.push_back(std::move(item.item));
  if (ends) close_segment();
  return true;
}

// Joins the segment to the run before it, or starts a new run with it.
void RowWriter::close_segment() {
  const bool fits = !run_.items.empty() && run_.log == segment_.log && run_.compartment == segment_.compartment &&
                    segment_.after_seq == run_seq_ && run_.epoch == segment_.epoch && run_.m_seq == segment_.m_seq &&
                    run_.beacon == segment_.beacon && run_over_quota_ == segment_over_quota_ &&
                    run_.items.size() + segment_.items.size() <= limits::kItemsPerRunMax &&
                    run_bytes_ + segment_bytes_ <= limits::kRunBytesMax;
  if (fits) {
    std::ranges::move(segment_.items, std::back_inserter(run_.items));
    run_bytes_ += segment_bytes_;
  } else {
    flush();
    run_ = std::move(segment_);
    run_bytes_ = segment_bytes_;
  }
  run_seq_ = segment_seq_;
  run_server_seq_ = segment_server_seq_;
  run_over_quota_ = segment_over_quota_;
  segment_ = {};
  segment_bytes_ = 0;
}

void RowWriter::flush() {
  if (run_.items.empty()) return;
  envelope::append_frame(bytes_, envelope::Row{run_server_seq_, std::move(run_), run_over_quota_});
  used_ += run_bytes_;
  ++rows_;
  reached_ = std::max(reached_, run_server_seq_);
  run_ = {};
  run_bytes_ = 0;
}

bool RowWriter::add(const storage::StoredFrame& stored) {
  if (!room()) return false;
  flush();
  auto frame = envelope::FrameReader(stored.frame).next();
  envelope::Row row;
  row.server_seq = stored.server_seq;
  if (auto* key = frame ? std::get_if<envelope::EpochKey>(&*frame) : nullptr) row.content = std::move(*key);
  else if (auto* join = frame ? std::get_if<envelope::JoinRequest>(&*frame) : nullptr) row.content = std::move(*join);
  else if (const auto* wiped = frame ? std::get_if<envelope::Wiped>(&*frame) : nullptr) row.content = *wiped;
  else return true;  // not a frame this server could have stored
  envelope::append_frame(bytes_, row);
  used_ += stored.frame.size();
  ++rows_;
  reached_ = std::max(reached_, stored.server_seq);
  return true;
}

}  // namespace haki::relay
