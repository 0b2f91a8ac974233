// Work on a stranger's bytes in a process of its own: no descriptor but two, no new file, bounded memory and time.
//
// The child runs `work` and ends without running this process's exit handlers. The parent reads frames from the pipe
// (spec 70-import, section 1) and hands each to `take` as it arrives. Whatever the child does, the parent gets
// its frames, or an Error and no child left behind. Linux only.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "formats/frames.h"
#include "haki/result.h"

namespace haki::formats {

struct ChildLimits {
  std::uint64_t memory_bytes = 0;  // beyond what this process has mapped already; not held under a sanitizer
  std::uint32_t cpu_seconds = 0;
  std::uint32_t wall_seconds = 0;
  std::uint64_t frame_bytes = 0;   // of one frame
  std::uint64_t result_bytes = 0;  // of all frames
};

// Runs in the child. `input_fd` is the descriptor given to run_in_child under its number there.
using ChildWork = std::function<void(int input_fd, FrameWriter& out)>;

// Runs in the parent, once a frame. true: this was the last one. An Error stops the child and is the answer.
using TakeFrame = std::function<Result<bool>(const Frame& frame)>;

// `subject` begins the sentences of errors: the name of the file. `input_fd` stays open and belongs to the caller.
Result<> run_in_child(const std::string& subject, int input_fd, const ChildLimits& limits, const ChildWork& work,
                      const TakeFrame& take);

}  // namespace haki::formats
