#include "store/chains.h"

#include "store/past.h"

namespace haki::store {

template <typename Id>
Result<> Chains::load_names(Names<Id>& names, std::string_view sql) {
  Names<Id> read;
  Statement rows = database_.prepare(sql);
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) break;
    const Id id = rows.id<Id>(1);
    read.numbers.emplace(id, rows.integer(0));
    read.ids.emplace(rows.integer(0), id);
  }
  names = std::move(read);  // only now: those before stay readable where this fails
  return {};
}

template <typename Id>
Result<std::int64_t> Chains::number(Names<Id>& names, const Id& id, std::string_view insert) {
  HAKI_TRY(not_in_doubt());
  const auto found = names.numbers.find(id);
  if (found != names.numbers.end()) return found->second;
  HAKI_TRY(database_.run(insert, id.view()));
  const std::int64_t no = database_.last_insert_id();
  names.numbers.emplace(id, no);
  names.ids.emplace(no, id);
  return no;
}

Result<std::int64_t> Chains::compartment_no(const CompartmentId& id) {
  return number(compartments_, id, "INSERT INTO compartment (id) VALUES (?)");
}
Result<std::int64_t> Chains::log_no(const LogId& id) { return number(logs_, id, "INSERT INTO log (id) VALUES (?)"); }
Result<std::int64_t> Chains::form_no(const FormId& id) { return number(forms_, id, "INSERT INTO form (id) VALUES (?)"); }

CompartmentId Chains::compartment_id(std::int64_t no) const { return compartments_.ids.at(no); }
LogId Chains::log_id(std::int64_t no) const { return logs_.ids.at(no); }
FormId Chains::form_id(std::int64_t no) const { return forms_.ids.at(no); }

Result<> Chains::not_in_doubt() const {
  if (!doubtful_) return {};
  return Error{Code::kIo, "Something failed here before, and this home could not be read again then. Nothing was lost; try again."};
}

Result<> Chains::load(const LogId& own) {
  doubt();
  changes::Hlc newest_time;
  decltype(chains_) chains;
  decltype(by_no_) by_no;
  HAKI_TRY(load_names(compartments_, "SELECT no, id FROM compartment"));
  HAKI_TRY(load_names(logs_, "SELECT no, id FROM log"));
  HAKI_TRY(load_names(forms_, "SELECT no, id FROM form"));
  Statement rows = database_.prepare(
      "SELECT no, compartment, log, applied_seq, head_seq, head, receipted_seq, acked_seq, m_seq, epoch FROM chain");
  Past past(database_);
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) break;
    auto chain = std::make_unique<Chain>();
    chain->no = rows.integer(0);
    chain->compartment = compartment_id(rows.integer(1));
    chain->log = log_id(rows.integer(2));
    chain->applied_seq = static_cast<std::uint64_t>(rows.integer(3));
    chain->head_seq = static_cast<std::uint64_t>(rows.integer(4));
    chain->head = rows.id<Hash>(5);
    chain->receipted_seq = static_cast<std::uint64_t>(rows.integer(6));
    chain->acked_seq = static_cast<std::uint64_t>(rows.integer(7));
    chain->m_seq = static_cast<std::uint32_t>(rows.integer(8));
    chain->epoch = static_cast<std::uint32_t>(rows.integer(9));
    if (chain->log == own) {
      HAKI_ASSIGN(const std::optional<Past::Newest> newest, past.newest(chain->no));
      if (newest) {
        chain->applied_seq = seq_of(newest->id);
        newest_time = std::max(newest_time, newest->time);
      }
    }
    by_no.emplace(chain->no, chain.get());
    chains.emplace(std::pair(chain->compartment, chain->log), std::move(chain));
  }
  own_ = own;
  last_own_time_ = newest_time;
  chains_ = std::move(chains);
  by_no_ = std::move(by_no);
  doubtful_ = false;
  return {};
}

Result<Chain*> Chains::open(const CompartmentId& compartment, const LogId& log) {
  HAKI_TRY(not_in_doubt());
  if (Chain* known = find(compartment, log)) return known;
  HAKI_ASSIGN(const std::int64_t compartment_number, compartment_no(compartment));
  HAKI_ASSIGN(const std::int64_t log_number, log_no(log));
  HAKI_TRY(database_.run("INSERT INTO chain (compartment, log) VALUES (?, ?)", compartment_number, log_number));
  auto chain = std::make_unique<Chain>();
  chain->no = database_.last_insert_id();
  chain->compartment = compartment;
  chain->log = log;
  Chain* made = chain.get();
  by_no_.emplace(made->no, made);
  chains_.emplace(std::pair(compartment, log), std::move(chain));
  return made;
}

Chain* Chains::find(const CompartmentId& compartment, const LogId& log) {
  const auto found = chains_.find({compartment, log});
  return found == chains_.end() ? nullptr : found->second.get();
}

Chain* Chains::find(std::int64_t no) {
  const auto found = by_no_.find(no);
  return found == by_no_.end() ? nullptr : found->second;
}

Result<> Chains::save(const Chain& chain) {
  HAKI_TRY(not_in_doubt());
  return database_.run(
      "UPDATE chain SET applied_seq = ?2, head_seq = ?3, head = ?4, receipted_seq = ?5, acked_seq = ?6, m_seq = ?7, "
      "epoch = ?8 WHERE no = ?1",
      chain.no, chain.applied_seq, chain.head_seq, chain.head.view(), chain.receipted_seq, chain.acked_seq, chain.m_seq,
      chain.epoch);
}

std::vector<Chain*> Chains::all() {
  std::vector<Chain*> chains;
  for (const auto& [name, chain] : chains_) chains.push_back(chain.get());
  return chains;
}

std::vector<Chain*> Chains::own() {
  std::vector<Chain*> chains;
  for (const auto& [name, chain] : chains_) {
    if (chain->log == own_) chains.push_back(chain.get());
  }
  return chains;
}

}  // namespace haki::store
