// What `haki sync` prints, for the exchanges of `sync --watch` too.
#pragma once

#include "cli/context.h"
#include "haki/courier.h"
#include "haki/sync.h"

namespace haki::cli::commands {

// Whether there is anything in it that a person wants to read.
bool something_happened(const SyncReport& report);

// Prints the report and its notes; the exit code that a single `sync` ends with.
// `files`: what came of moving attachments' files; null where they were left alone.
ExitCode print_sync(Context& context, const SyncReport& report, const TransferReport* files = nullptr);

// What became of bundles held for others; nothing where there are none.
void say_forwarded(Context& context, const BundlesForwarded& bundles);

// Prints what was decided, and tries an exchange at once, with which it takes effect; where there is no network the next
// one does it.
Result<ExitCode> say_decided(Context& context, const std::string& what);

}  // namespace haki::cli::commands
