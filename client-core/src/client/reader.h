// Everything that is asked of a home: views of records, lists, search, history, conflicts, status.
#pragma once

#include <functional>
#include <set>

#include "client/home.h"
#include "haki/query.h"
#include "haki/record.h"
#include "haki/sync.h"

namespace haki::client {

class Reader {
 public:
  explicit Reader(Home& home) : home_(home) {}

  Result<RecordView> record(const RecordId& record);
  Result<std::vector<RecordView>> list(const Query& query);
  Result<> visit(const Query& query, const std::function<Result<bool>(RecordView&&)>& visit);
  Result<std::vector<RecordView>> search(std::string_view text, std::size_t limit);
  Result<RecordId> find_record(std::string_view text, bool parts_too = false);
  Result<std::vector<HistoryEntry>> history(const RecordId& record);
  Result<std::vector<Conflict>> conflicts();
  Result<std::string> review_reason(const RecordId& record);
  Result<Status> status();
  Result<std::vector<OutboxEntry>> outbox();

 private:
  Result<RecordView> view(const store::RecordRow& row);
  Result<Whereabouts> whereabouts(const store::RecordRow& row);
  Result<> add_history(const store::RecordRow& row, const store::FormRef& form, std::vector<HistoryEntry>& entries);
  Result<std::set<std::int64_t>> records_in(const changes::ChangeSet& set, const store::Chain& chain);
  Result<std::uint64_t> count(std::string_view sql);

  Home& home_;
};

}  // namespace haki::client
