// Exchanging with the server: what happened, and where things stand.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "haki/bytes.h"

namespace haki {

struct SyncReport {
  std::uint64_t sent = 0;      // change sets the server acknowledged
  std::uint64_t received = 0;  // change sets applied
  std::uint64_t quarantined = 0;
  std::uint64_t held = 0;
  std::uint64_t bytes_up = 0, bytes_down = 0;  // HTTP with headers, without TLS
  std::uint64_t round_trips = 0;
  std::uint64_t admitted = 0;          // members let in by this exchange
  bool waiting_for_admission = false;  // the coalition does not know this device yet
  bool removed = false;                // this device was removed from the coalition; what it holds stays readable
  bool suspended = false;
  bool wiped = false;                  // removed with the order to wipe: the home is destroyed, this client is over
  std::vector<std::string> notes;      // sentences a person should read: a wrong clock, a second join request, …
};

// Attachments' files moved by one Client::transfer().
struct TransferOptions {
  std::int64_t slice_ms = 0;  // about how long it may go on; 0: until nothing more can be moved now
  bool metered = false;       // the link costs money: what is larger than the home's rule (HomeRules::metered_bytes_max) waits
};
struct TransferReport {
  std::uint64_t sent = 0;      // files that the server has whole now
  std::uint64_t received = 0;  // files that are here now, checked against their records
  std::uint64_t unsent = 0;    // own files that the server does not have yet
  std::uint64_t missing = 0;   // files named by records here and not here
  bool unfinished = false;     // the slice was over first: there is more that can be moved now
  std::uint64_t bytes_moved = 0;               // of sealed files, either way
  std::uint64_t bytes_up = 0, bytes_down = 0;  // HTTP with headers, without TLS, exchanges not counted
  std::uint64_t round_trips = 0;
  SyncReport sync;                 // of the exchange that went first, where one was needed
  std::vector<std::string> notes;  // sentences a person should read
};

// Stopping: a call that takes a std::stop_token ends soon after a stop is asked for, from any thread, with kStopped. Nothing is lost
// or half done: what was exchanged till then is kept, and the same call goes on from there.

// Called now and then with what is done and what is known to remain (0: not known).
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct Status {
  std::string coalition, member, role, server;
  bool admitted = false;
  bool removed = false, suspended = false;
  bool join_delivered = false;  // the server has the request to join; it may be admitted since
  std::uint64_t unsent = 0;  // change sets only on this device
  std::uint64_t unsent_records = 0;
  std::uint64_t barred = 0;  // of `unsent`: what stays here, since this device may not write any more where it belongs
  std::uint64_t conflicts = 0;
  std::uint64_t quarantine = 0;
  std::uint64_t held = 0;
  std::uint64_t returned = 0;  // own records with has_issues
  std::uint64_t review = 0;    // records waiting for this lead
  std::uint64_t pending_joins = 0;
  std::uint64_t blobs_missing = 0;  // files of records here that are not on this device: of a lead all, else those asked for
  std::uint64_t blobs_unsent = 0;   // own files that the server does not have yet
  // Compartments shown as leads have put them together, before the work behind them is read or where it is gone; and those
  // of them that no second person vouches for (spec 61-snapshots).
  std::uint64_t unaudited = 0, unconfirmed = 0;
  std::int64_t last_exchange_ms = 0;  // 0 for never
  std::uint64_t bytes_used = 0;
};

// What waits to be sent, by record.
struct OutboxEntry {
  RecordId record;
  std::string form, title, state;
  std::uint64_t changes = 0;
  bool sealed = false;  // sealed and perhaps under way; else it is sealed at the next sync
  bool barred = false;  // some of it stays on this device: it may not write any more where the record is
  std::int64_t since_ms = 0;
};

}  // namespace haki
