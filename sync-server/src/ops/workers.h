// Threads for work that waits for disks, so that no event loop does. Work on one key is done one after another, in the
// order in which it came; work without a key whenever a thread is free.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <vector>

#include "haki/bytes.h"

namespace haki::ops {

class Workers {
 public:
  // Without threads run() does the work itself, before it returns: for programs that have one thread (the simulator).
  explicit Workers(std::size_t threads, std::size_t waiting_max = 256);
  Workers(const Workers&) = delete;
  ~Workers();  // does first what waits

  // False, and it is never done, where too much waits.
  bool run(const std::optional<BlobId>& key, std::function<void()> work);

 private:
  struct Waiting {
    std::optional<BlobId> key;
    std::function<void()> work;
  };
  void work_until_stopped();
  // The first whose key nobody works on; precondition: the mutex is held.
  std::deque<Waiting>::iterator next_ready();

  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;            // guarded by mutex_
  std::unordered_set<BlobId> worked_on_;   // guarded by mutex_
  bool stopped_ = false;                   // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace haki::ops
