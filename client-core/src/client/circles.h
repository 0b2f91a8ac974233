// Circles of readers beside the notebooks: districts and cases. Their names live inside them, so that the server and those
// who are not in them see a number (spec 40-keys, "Compartments").
#pragma once

#include "client/home.h"
#include "haki/trust.h"

namespace haki::client {

// A case's readers and writers as they stand in `log`, which others may have changed since the act was made, but those of `about` as
// the act says: in, or out. Who was removed from the coalition is left out.
envelope::SetReaders as_meant(const envelope::SetReaders& act, const std::vector<DeviceId>& about, const envelope::Membership& log);

class Circles {
 public:
  explicit Circles(Home& home) : home_(home) {}

  Result<std::vector<CompartmentView>> all();
  // By name, id, a unique beginning of the id, or the words shared, leads, notebook.
  Result<CompartmentId> find(std::string_view which);
  // The district's circle for a code; empty where there is none.
  Result<std::optional<CompartmentId>> district(std::string_view code);
  std::string name_of(const CompartmentId& id);
  // A closed case is read as before; nothing is written in it until it is opened again. A record of its own says so.
  Result<bool> is_closed(const CompartmentId& id);
  Result<std::string> close(std::string_view which, bool closed);
  // The circle's own record of its name: what this device would write, in the caller's transaction.
  Result<> write_name(const CompartmentId& id, const std::string& name, const std::string& district);

 private:
  struct Name {
    std::string name, district;
    bool closed = false;
    RecordId record{};  // that says so
  };
  Result<std::map<CompartmentId, Name>> names();

  Home& home_;
};

}  // namespace haki::client
