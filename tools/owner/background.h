// Going on in the background: a process of its own, without the terminal, that leaves no memory image behind.
#pragma once

#include <functional>
#include <string>

#include "haki/result.h"

namespace haki::owner {

// What the background process tells the one that started it, once, as soon as it knows.
using Report = std::function<void(bool ready, const std::string& text)>;

struct Started {
  bool ready = false;
  std::string text;
};

// Forks twice and runs `work` in a process that belongs to no terminal, cannot be traced or dumped by others of the
// same user, has no standard descriptors and ignores SIGPIPE and SIGHUP. Returns in the first process, with what `work`
// reported. `work` never returns into the caller's code: its value is the exit status of the background process.
// Precondition: no home is open and no thread is running, because a fork keeps neither locks nor threads.
Result<Started> run_in_background(const std::function<int(const Report&)>& work);

// This process leaves no core file, and other processes of its user can neither trace it nor read its memory.
void keep_memory_private();

}  // namespace haki::owner
