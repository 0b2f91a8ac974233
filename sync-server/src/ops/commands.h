// The commands of haki-server.
#pragma once

#include <string>
#include <vector>

#include "haki/result.h"
#include "ops/data_directory.h"
#include "ops/settings.h"

namespace haki::ops {

// The whole program: parses, runs, prints; returns the exit code (0 done, 1 failed, 2 wrong use or not there yet, 3 partly).
int run(int argument_count, char** arguments);

// Serves until a signal says to stop.
Result<> serve(const Settings& settings);

// What carriers brought: each file by itself, then again those that come after another. Also while a server runs on the same
// directory. Answers go into `answers` where that is not empty.
struct BundlesIn {
  struct One {
    std::string file, answer;  // `answer`: the file it is in; empty: none
    std::string in_words;
    bool taken = false, waits = false;  // waits: for another part, or for a lead
  };
  std::vector<One> files;
};
Result<BundlesIn> take_bundles(const Settings& settings, const std::vector<std::string>& files, const std::string& answers);

struct CreatedToken {
  std::string token;
  std::int64_t expires_ms = 0;
};
// Also while a server runs on the same directory.
Result<CreatedToken> create_coalition_token(const std::string& data, const std::string& name_hint);
// Integrity of the database, of every membership log in it and of attachments' files; `read_blobs`: of their bytes, too.
Result<std::string> check(const std::string& data, bool read_blobs);
Result<std::string> stats(const std::string& data);
struct Compaction {
  std::uint64_t compartments = 0, items = 0, bytes = 0;
  std::string in_words;  // what was let go of, or why nothing was
};
// Lets go of ciphertext that snapshots tell as well, received more than `days` ago; also while a server runs on the same
// directory. `only_count`: says what it would do.
Result<Compaction> compact(const std::string& data, std::int64_t days, bool only_count);


// Makes it where it is missing; open_existing_data() does not, for commands that only look or tidy up, so that a mistyped
// directory is not made into an empty server.
Result<DataDirectory> open_data(const std::string& data);
Result<DataDirectory> open_existing_data(const std::string& data);

}  // namespace haki::ops
