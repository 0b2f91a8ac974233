// Running a command to its end: here, or in the process that owns the home.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "cli/command.h"
#include "cli/context.h"
#include "owner/caller.h"
#include "owner/home_lock.h"

namespace haki::cli {

// The whole of `haki`: parses, runs, tells errors. The exit code of the program.
int run_program(std::span<const std::string> words_after_program);

// Runs the command in `context`, whose client is open if the command needs it, and tells its error.
ExitCode run_command(const Command& command, Context& context, const Arguments& arguments);

// Hands `words` to the owner of the context's home. What it prints comes out as this process's results.
Result<owner::CallResult> hand_over(Context& context, std::span<const std::string> words);

// Waits up to ten seconds for the home's lock. kBusy says who has it.
Result<owner::HomeLock> wait_for_lock(const std::string& home, std::string_view what, bool make_home);

// Client::open(), with the lists of names that commands go by. Precondition: the home's lock.
Result<std::unique_ptr<Client>> open_client(const std::string& home, std::string_view passphrase);

}  // namespace haki::cli
