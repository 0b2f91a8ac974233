#include "storage/sqlite/store.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/transaction.h"

namespace haki::storage {
namespace {

using Kind = Outcome::Kind;

// One commit is bounded, so that the first of many who wait is not kept long.
constexpr std::size_t kWritesPerCommitMax = 256;

struct Waiting {
  const Write* write = nullptr;
  std::function<void(Outcome)> done;
};

// Whether what it lets go of is to be gone from the log, too.
bool erases(const Write& write) {
  const auto* exchange = std::get_if<ExchangeWrite>(&write);
  return exchange != nullptr && (!exchange->erased_items.empty() || !exchange->erased_snapshots.empty());
}

Kind kind_of(const Error& error) {
  return error.code == Code::kDiskFull || error.code == Code::kReadOnly ? Kind::kFull : Kind::kFailed;
}

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string path, SqliteOptions options, std::unique_ptr<Connection> writer)
      : path_(std::move(path)), options_(options), writer_(std::move(writer)) {
    if (options_.writer_thread) thread_ = std::thread([this] { write_until_stopped(); });
  }

  ~SqliteStore() override {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  Result<std::unique_ptr<Snapshot>> read() override {
    HAKI_ASSIGN(std::unique_ptr<Connection> connection, take_reader());
    auto snapshot = std::make_unique<SqliteSnapshot>(
        std::move(connection), [this](std::unique_ptr<Connection> back) { give_back(std::move(back)); });
    HAKI_TRY(snapshot->begin());
    return std::unique_ptr<Snapshot>(std::move(snapshot));
  }

  bool commit(const Write& write, std::function<void(Outcome)> done) override {
    if (!options_.writer_thread) {
      std::vector<Waiting> one(1);
      one[0] = {&write, std::move(done)};
      commit_together(one);
      return true;
    }
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= options_.waiting_max || stopped_) return false;
      waiting_.push_back({&write, std::move(done)});
    }
    wake_.notify_one();
    return true;
  }

  bool writable() override { return writable_; }

 private:
  bool in_memory() const { return path_ == ":memory:"; }

  Result<std::unique_ptr<Connection>> take_reader() {
    {
      const std::lock_guard lock(readers_mutex_);
      if (in_memory()) return std::move(writer_);  // one connection, one thread: lent for the snapshot's life
      if (!readers_.empty()) {
        auto connection = std::move(readers_.back());
        readers_.pop_back();
        return connection;
      }
    }
    return Connection::open(path_, true);
  }

  void give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(readers_mutex_);
    if (in_memory()) writer_ = std::move(connection);
    else readers_.push_back(std::move(connection));
  }

  void write_until_stopped() {
    std::vector<Waiting> group;
    bool log_is_empty = false;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        const auto wanted = [this] { return stopped_ || !waiting_.empty(); };
        if (log_is_empty) {
          wake_.wait(lock, wanted);
        } else if (!wake_.wait_for(lock, options_.idle, wanted)) {
          lock.unlock();
          log_is_empty = writer_->empty_log();  // not where somebody reads from it: then after another while
          continue;
        }
        if (waiting_.empty()) return;
        const std::size_t take = std::min(waiting_.size(), kWritesPerCommitMax);
        group.assign(std::make_move_iterator(waiting_.begin()),
                     std::make_move_iterator(waiting_.begin() + static_cast<std::ptrdiff_t>(take)));
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(take));
      }
      log_is_empty = false;
      commit_together(group);
      group.clear();
    }
  }

  // All in one commit. If that fails, each alone: one write that the database refuses must not take the others along.
  void commit_together(std::vector<Waiting>& group) {
    std::vector<Outcome> outcomes(group.size());
    if (!try_commit(group, outcomes) && group.size() > 1) {
      for (std::size_t i = 0; i < group.size(); ++i) {
        (void)try_commit(std::span(group).subspan(i, 1), std::span(outcomes).subspan(i, 1));
      }
    }
    // Where somebody reads from it now, the next commit tries again.
    log_has_erased_ |= std::ranges::any_of(group, [](const Waiting& one) { return erases(*one.write); });
    if (log_has_erased_ && writer_->empty_log()) log_has_erased_ = false;
    for (std::size_t i = 0; i < group.size(); ++i) group[i].done(outcomes[i]);
  }

  bool try_commit(std::span<const Waiting> group, std::span<Outcome> outcomes) {
    const auto committed = [&]() -> Result<> {
      HAKI_TRY(writer_->prepare("BEGIN IMMEDIATE").run());
      Transaction transaction(*writer_);
      for (std::size_t i = 0; i < group.size(); ++i) {
        HAKI_ASSIGN(outcomes[i], transaction.apply(*group[i].write));
      }
      HAKI_TRY(transaction.finish());
      return writer_->prepare("COMMIT").run();
    }();
    if (committed) {
      writable_ = true;
      return true;
    }
    (void)writer_->execute("ROLLBACK");
    const Kind kind = kind_of(committed.error());
    if (kind == Kind::kFull) writable_ = false;
    for (Outcome& outcome : outcomes) outcome = {.kind = kind};
    return false;
  }

  const std::string path_;
  const SqliteOptions options_;
  std::unique_ptr<Connection> writer_;  // belongs to the writer thread, where there is one
  std::atomic<bool> writable_ = true;
  bool log_has_erased_ = false;  // the writer's

  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Connection>> readers_;  // guarded by readers_mutex_

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;  // guarded by mutex_
  bool stopped_ = false;         // guarded by mutex_
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, SqliteOptions options) {
  HAKI_ASSIGN(auto writer, Connection::open(path, false));
  HAKI_TRY(migrate(*writer));
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(path, options, std::move(writer)));
}

Result<> check_sqlite(const std::string& path) {
  HAKI_ASSIGN(auto connection, Connection::open(path, true));
  std::int64_t complaints = 0;
  {
    Statement check = connection->prepare("PRAGMA integrity_check(100)");
    while (check.step()) complaints += as_text(check.blob(0)) == "ok" ? 0 : 1;
    HAKI_TRY(check.result());
  }
  if (complaints == 0) return {};
  return Error{Code::kDamaged, "The server's database is damaged (" + std::to_string(complaints) +
                                   " places found). Stop the server and restore it from a backup."};
}

}  // namespace haki::storage
