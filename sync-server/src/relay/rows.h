// The rows of a reply: joins neighbouring items of a chain into one Run, and stops when the asker's credit is used up.
#pragma once

#include "relay/coalitions.h"

namespace haki::relay {

class RowWriter {
 public:
  RowWriter(const envelope::Membership& log, std::size_t credit) : log_(log), credit_(credit) {}

  // Rows in rising order of server_seq. False: there is no more room, and this one was not taken.
  bool add(const storage::Chain& chain, storage::StoredItem&& item);
  bool add(const storage::StoredFrame& epoch_key_or_join);
  // Nothing joins over this point. Call it before reached() and take().
  void flush();

  // There is more than was looked at: the reply counts as full.
  void leave_out_the_rest() { full_ = true; }

  bool full() const { return full_; }
  // The greatest server_seq written; 0 before the first.
  std::uint64_t reached() const { return reached_; }
  Bytes take() { return std::move(bytes_); }

 private:
  static constexpr std::size_t kRowsMax = 1024;

  bool room();
  void start(const storage::Chain& chain, const storage::StoredItem& item);
  void close_segment();

  const envelope::Membership& log_;
  const std::size_t credit_;
  std::size_t used_ = 0;
  std::size_t rows_ = 0;
  bool full_ = false;
  std::uint64_t reached_ = 0;

  // Runs are cut behind signed items only: what came since the last one is the segment.
  storage::ChainKey chain_ = 0;
  envelope::Run run_;
  std::size_t run_bytes_ = 0;
  std::uint64_t run_seq_ = 0;  // of the run's last item, a change set's number
  std::uint64_t run_server_seq_ = 0;
  bool run_over_quota_ = false;
  envelope::Run segment_;
  std::size_t segment_bytes_ = 0;
  std::uint64_t segment_seq_ = 0;
  std::uint64_t segment_server_seq_ = 0;
  bool segment_over_quota_ = false;
  Bytes bytes_;
};

}  // namespace haki::relay
