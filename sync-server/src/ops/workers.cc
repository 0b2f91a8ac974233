#include "ops/workers.h"

#include <algorithm>
#include <exception>

#include "base/log.h"

namespace haki::ops {

Workers::Workers(std::size_t threads, std::size_t waiting_max) : waiting_max_(waiting_max) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work_until_stopped(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Workers::run(const std::optional<BlobId>& key, std::function<void()> work) {
  if (threads_.empty()) {
    work();
    return true;
  }
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= waiting_max_ || stopped_) return false;
    waiting_.push_back({key, std::move(work)});
  }
  wake_.notify_one();
  return true;
}

std::deque<Workers::Waiting>::iterator Workers::next_ready() {
  return std::ranges::find_if(waiting_, [this](const Waiting& one) { return !one.key || !worked_on_.contains(*one.key); });
}

void Workers::work_until_stopped() {
  std::unique_lock lock(mutex_);
  for (;;) {
    auto next = waiting_.end();
    wake_.wait(lock, [&] {
      next = next_ready();
      return next != waiting_.end() || (stopped_ && waiting_.empty());
    });
    if (next == waiting_.end()) return;
    Waiting now = std::move(*next);
    waiting_.erase(next);
    if (now.key) worked_on_.insert(*now.key);
    lock.unlock();
    try {
      now.work();
    } catch (const std::exception&) {  // of a library: out of memory; whoever waits for the answer gets none
      base::log_error("blob_work_failed");
    }
    now.work = nullptr;
    lock.lock();
    if (now.key) worked_on_.erase(*now.key);
    wake_.notify_all();  // somebody may have waited for this key
  }
}

}  // namespace haki::ops
