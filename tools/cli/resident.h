// A process that keeps a home open and runs the commands of others in it: the agent of `haki unlock`, `haki sync
// --watch`.
#pragma once

#include <chrono>

#include "cli/context.h"
#include "cli/passphrase.h"
#include "haki/client.h"
#include "owner/listener.h"

namespace haki::cli {

struct ResidentPlan {
  std::chrono::milliseconds idle{0};        // ends after so long without a command; 0: never
  std::chrono::milliseconds sync_every{0};  // exchanges that often; 0: never by itself
  bool serves_without_passphrase = false;   // the user ran `haki unlock`
};

class Resident {
 public:
  // `own` is for what the resident says itself; all are borrowed.
  Resident(Client& client, Context& own, owner::Listener& listener, ResidentPlan plan)
      : client_(client), own_(own), listener_(listener), plan_(plan) {}

  // Serves until it is idle for too long, told to lock, told by a signal, or removed from the coalition.
  Result<ExitCode> run();

 private:
  using Clock = std::chrono::steady_clock;

  owner::Answer handle(owner::Call& call);
  // Nothing: let in. Else what to answer.
  std::optional<owner::Answer> refuse(const owner::Call& call, Context& context);
  Result<ExitCode> exchange();
  void move_files();
  std::chrono::milliseconds until_next() const;

  Client& client_;
  Context& own_;
  owner::Listener& listener_;
  ResidentPlan plan_;
  PassphraseGate gate_;
  Clock::time_point used_ = Clock::now();
  Clock::time_point next_sync_ = Clock::now();
  bool moving_files_ = false;
  bool ending_ = false;
};

// How long an agent stays open without being used: as the home's rules say, else 15 minutes, 5 for a lead.
std::chrono::milliseconds idle_limit(Client& client);

}  // namespace haki::cli
