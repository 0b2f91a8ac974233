// Who may do what in the coalition, and how that changes: removal, roles, circles of readers, what was quarantined.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "haki/bytes.h"
#include "haki/recovery.h"
#include "haki/result.h"

namespace haki {
namespace client { class Home; }

struct Removal {
  bool wipe = false;         // the device is told to destroy what it holds at its next contact
  bool refuse_late = false;  // what it still sends is not even kept for a lead to look at
};
struct RoleChange {
  std::string role;                    // empty: as it is
  std::vector<std::string> districts;  // codes; of a lead, none means the whole country
  bool set_districts = false;
  int editor = -1, verified = -1;      // -1: as it is, 0 no, 1 yes
};

// One entry of the membership log, as history shows it.
struct MembershipEvent {
  std::uint64_t seq = 0;
  std::int64_t at_ms = 0;  // as its author's clock said
  DeviceId by;
  std::string by_name;
  std::string act;   // the act's name: found, admit, remove, suspend, role, compartment, readers, rotate, cut, recovery, endpoints, wipe
  std::string what;  // in words
  std::vector<std::string> agreed;  // further leads who co-signed
};

// An act that needs more leads than the one who wants it.
struct Proposal {
  RecordId id;
  std::string what;
  std::vector<std::string> agreed;
  std::uint64_t needed = 2;
  bool mine_missing = false;  // this lead has not agreed yet
  std::string problem;        // why it cannot be done any more; empty while it can
};

struct CompartmentView {
  CompartmentId id;
  std::string kind;  // shared, notebook, leads, district, case
  std::string name;  // where this device knows it
  std::string code;  // of a district
  std::vector<std::string> readers, writers;
  std::uint32_t epoch = 0;
  bool may_read = false, may_write = false, closed = false;
};
struct NewCompartmentOptions {
  std::string name;
  std::string district;                       // its code: a district's circle; empty: a case
  std::vector<std::string> readers, writers;  // members; a writer reads too; the founder of a case is in it
};

// Work that was verified but not permitted, or malformed: a lead decides.
struct Quarantined {
  std::string id;  // the beginning of its hash
  DeviceId device;
  std::string author;
  std::string reason;
  std::uint64_t changes = 0;
  std::int64_t at_ms = 0;
  std::vector<std::string> records;  // "observation 3f9a12c0: Borehole dry", as far as it can be opened here
};

// What leads decide; got from Client::trust(). Those that return a sentence say what happens next: an act is entered with the
// next exchange, or waits for a second lead. Leads only (kDenied), but for a case, which those who write in it share. Errors
// leave everything as it was.
class Trust {
 public:
  explicit Trust(client::Home& home) : home_(home) {}

  // `who`: a member's name, or the beginning of a member's or device's id.
  Result<std::string> remove(std::string_view who, const Removal& removal);
  Result<std::string> suspend(std::string_view who, bool lift);
  Result<std::string> set_role(std::string_view who, const RoleChange& change);
  Result<std::vector<MembershipEvent>> history();
  Result<std::vector<Proposal>> proposals();
  Result<std::string> agree(std::string_view which);

  Result<std::vector<CompartmentView>> compartments();
  Result<std::string> open_compartment(const NewCompartmentOptions& options);
  Result<std::string> share(std::string_view compartment, std::string_view who, bool may_write);
  Result<std::string> withdraw(std::string_view compartment, std::string_view who);
  Result<std::string> close(std::string_view compartment, bool closed);  // a case: read as before, not written in

  Result<std::vector<Quarantined>> quarantine();
  Result<Quarantined> quarantined(std::string_view which);
  Result<> decide_quarantined(std::string_view which, bool accept);

  // New recovery words; or as many shares, of which any `threshold` together open the coalition. Older paper then opens only
  // what was recorded before.
  Result<RecoverySheets> new_recovery(unsigned threshold, unsigned shares);
  // The page of words that somebody has; kUntrusted where they are not this coalition's.
  Result<RecoverySheet> recovery_sheet(std::string_view words);
  // Whether these words or shares would open the coalition today; an error says why not. Nothing is kept or shown.
  Result<> drill_recovery(const std::vector<std::string>& secrets);

  // The address in use, moving it, and the log as a file for devices that the old server cannot tell.
  std::string server();
  Result<std::string> move_server(const std::string& url, const std::string& token);
  Result<std::string> move_file();
  Result<std::string> take_move_file(std::string_view text);

 private:
  client::Home& home_;
};

}  // namespace haki
