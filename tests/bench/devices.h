// Members' devices as the benches set them up, through the public API alone, against a real server.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "haki/client.h"
#include "observations.h"

namespace haki::bench {

inline constexpr const char* kPassphrase = "bench bench bench";

using ClientPointer = std::unique_ptr<Client>;

struct Setting {
  std::string server, token;
  std::string home;  // a folder: each device's home lies in it, under its name
  std::string form;  // path of field_survey.toml
};

std::string content_of(const std::string& path);
SyncReport sync(Client& client, const std::string& who);
// The founder, with the form imported.
ClientPointer found(const Setting& setting);
ClientPointer let_in(Client& lead, const Setting& setting, const std::string& name, const std::string& role = "monitor");
// Until both have what the other has: records, what the lead acknowledges, what the server says of it.
void settle(Client& lead, Client& monitor);

// Rows `first` to `first + count`, the observations again and again, each time under another number in the field: what a file gives
// and an import has not met before.
std::vector<ImportRow> rows_of(const std::vector<Observation>& observations, std::size_t first, std::size_t count);
// What a person writes on the device, number `number` of the observations again and again; its id is new.
Draft draft_of(const std::vector<Observation>& observations, std::size_t number);
// As many, each saved by itself as on a device, but not waited for (unsynced.h).
void record_all(Client& client, const std::vector<Observation>& observations, std::size_t first, std::size_t count);
// The same for stores that would take too long so: 5,000 rows a call of import_rows, which puts several into one change set.
void import_all(Client& client, const std::vector<Observation>& observations, std::size_t first, std::size_t count);

// Bytes of all files below it.
std::uint64_t bytes_in(const std::string& folder);
double median(std::vector<double> values);

}  // namespace haki::bench
