// One world: devices, a server, the weather between them, what they do, and what must be true of it.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "device.h"
#include "model.h"
#include "plan.h"

namespace haki::simulation {

struct Violation {
  std::string checker;
  std::string what;
};

// An own bundle or an answer, on a stick.
struct Carried {
  Bytes content;
  bool answer = false;
  std::size_t from = 0;  // the device that wrote it
};

class World {
 public:
  // `folder`: for the server's files; made and removed.
  World(const Plan& plan, const std::string& folder, bool loud = false);
  ~World();

  // Everything that is planned, then quiet, then the last checks.
  void run();

  std::vector<Violation> violations;
  Coverage coverage;
  std::string state_root;  // of what the first lead holds at the end, hexadecimal
  std::size_t steps_done = 0;

  // ---- for actions and checkers ----
  bool violated() const { return !violations.empty(); }
  void violate(std::string checker, std::string what);
  void say(const std::string& what) const;
  // A device that is on, or null where it has no home yet, or none any more.
  Device* on(std::size_t number);
  std::vector<Device*> active();  // on, admitted, not suspended, not removed, not left behind
  Device* a_lead(std::uint64_t what);  // an active one, or null
  // Counts how a call ended; true for success. What must never be is a violation.
  template <typename T>
  bool went(const char* call, const Result<T>& result) {
    if (result) {
      coverage.count("calls", call);
      return true;
    }
    failed(call, result.error());
    return false;
  }
  void failed(const char* call, const Error& error);
  void note(const SyncReport& report);

  const Plan& plan;
  const bool loud;
  Chance chance;
  TrueClock truth;
  Model model;
  Weather weather;
  SimServer server;
  std::vector<std::unique_ptr<Device>> devices;
  std::vector<Carried> carried;
  std::string recovery_words;
  std::map<crypto::Nonce, Hash> nonces;                     // seen on the wire, and of which bytes
  std::size_t step = 0;      // under way
  bool quiet = false;        // the storm is over
  bool split = false;        // a restored server was spoken to in the wrong order: some are left on another member list
  Device* acting = nullptr;

  bool sync(Device& device, SyncReport* report = nullptr);

 private:
  void begin();
  void let_in(Device& device);
  void perform(const Step& step);
  void settle();
  bool settle_round();
  void check();
};

// The acts, in actions_*.cc: each does what it can at this moment, or nothing.
void act_on_records(World& world, Device& device, const Step& step);
void act_on_files(World& world, Device& device, const Step& step);
void act_by_hand(World& world, Device& device, const Step& step);     // bundles
void act_on_people(World& world, Device& device, const Step& step);
void act_on_circles(World& world, Device& device, const Step& step);
void act_on_device(World& world, Device& device, const Step& step);
void act_on_server(World& world, const Step& step);
void act_as_stranger(World& world, const Step& step);
void act_as_vandal(World& world, Device& device, const Step& step);
// The texts that a device holds of a field now, each of which a write there stands in for; and the one of them that counts.
std::set<std::string> standing_texts(Device& device, const RecordId& record, const std::string& field);
std::optional<std::string> standing_winner(Device& device, const RecordId& record, const std::string& field);
// The texts that a record's history there has of a field.
Result<std::set<std::string>> past_texts(Device& device, const RecordId& record, const std::string& field);
// Whether a device may read a compartment now and has the keys of all its work: who comes into a circle later is given the key
// in force, and what was written before only by somebody's decision.
bool reads_all(Device& device, const CompartmentId& compartment);
// Whether the device, whose exchange has just failed, can no more go on under its name.
bool left_behind(World& world, Device& device, Code why);
// Under a new name by that invite, with what was not sent.
void rejoin(World& world, Device& device, const std::string& invite);
// What is sent in several requests, attached to a record of the device's.
void attach_of_many_pieces(World& world, Device& device, std::uint64_t which);
void erase_record(World& world, Device& device, const RecordId& id);
void copy_device(World& world, Device& device);
void put_back(World& world, Device& device);
// Records with work that the device says, in its outbox, nobody will get: it had not been sent when the right to write there was lost.
std::set<RecordId> staying_with(Device& device);
// A home for a device that was invited.
bool join(World& world, Device& device);

}  // namespace haki::simulation
