// The chains this device knows: its own and those it reads, with how far each has got. Kept in memory, written through.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "changes/hlc.h"
#include "haki/bytes.h"
#include "haki/result.h"
#include "store/database.h"

namespace haki::store {

struct Chain {
  std::int64_t no = 0;
  CompartmentId compartment;
  LogId log;
  std::uint64_t applied_seq = 0;  // change sets applied or refused; in own chains: made
  std::uint64_t head_seq = 0;     // newest item sealed (own) or verified (others')
  Hash head;
  std::uint64_t receipted_seq = 0;
  std::uint64_t acked_seq = 0;
  std::uint32_t m_seq = 0;
  std::uint32_t epoch = 0;
};

// Change sets are named by chain and seq in one number.
inline constexpr int kSeqBits = 40;
inline constexpr std::uint64_t kSeqMax = (std::uint64_t{1} << kSeqBits) - 1;
inline std::int64_t change_set_id(const Chain& chain, std::uint64_t seq) {
  return chain.no << kSeqBits | static_cast<std::int64_t>(seq);
}
inline std::uint64_t seq_of(std::int64_t change_set) { return static_cast<std::uint64_t>(change_set) & kSeqMax; }

class Chains {
 public:
  explicit Chains(Database& database) : database_(database) {}

  // Reads all chains; to be called after open, and after a transaction was rolled back. `own` is this device's log: its
  // chains' applied_seq, and the clock, are read from the change sets themselves.
  Result<> load(const LogId& own);
  // What is known here may be ahead of the store: until load() succeeds nothing new is given out and nothing kept (kIo).
  void doubt() { doubtful_ = true; }
  const LogId& own_log() const { return own_; }
  // The greatest hybrid time of an own change set, as of load().
  changes::Hlc last_own_time() const { return last_own_time_; }

  // The chain, made where it is new (inside the caller's transaction).
  Result<Chain*> open(const CompartmentId& compartment, const LogId& log);
  Chain* find(const CompartmentId& compartment, const LogId& log);
  Chain* find(std::int64_t no);
  Result<> save(const Chain& chain);
  std::vector<Chain*> all();
  std::vector<Chain*> own();

  // Small numbers for ids that repeat; made where new (inside the caller's transaction).
  Result<std::int64_t> compartment_no(const CompartmentId& id);
  Result<std::int64_t> log_no(const LogId& id);
  Result<std::int64_t> form_no(const FormId& id);
  // Precondition: the number came from one of those.
  CompartmentId compartment_id(std::int64_t no) const;
  LogId log_id(std::int64_t no) const;
  FormId form_id(std::int64_t no) const;

 private:
  template <typename Id>
  struct Names {
    std::unordered_map<Id, std::int64_t> numbers;
    std::unordered_map<std::int64_t, Id> ids;
  };
  template <typename Id>
  Result<> load_names(Names<Id>& names, std::string_view sql);
  template <typename Id>
  Result<std::int64_t> number(Names<Id>& names, const Id& id, std::string_view insert);

  Result<> not_in_doubt() const;

  Database& database_;
  bool doubtful_ = false;
  LogId own_;
  changes::Hlc last_own_time_;
  Names<CompartmentId> compartments_;
  Names<LogId> logs_;
  Names<FormId> forms_;
  std::map<std::pair<CompartmentId, LogId>, std::unique_ptr<Chain>> chains_;
  std::unordered_map<std::int64_t, Chain*> by_no_;
};

}  // namespace haki::store
