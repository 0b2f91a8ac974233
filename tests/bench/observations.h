// The workload: what gen.py of the anchors wrote into obs.ndjson, one JSON object of 19 plain values a line.
#pragma once

#include <string>
#include <vector>

#include "haki/record.h"

namespace haki::bench {

struct Observation {
  std::string json;                // the line as it stands
  std::vector<FieldInput> fields;  // all 19, as a file would give them to the form field_survey
  RecordId id;                     // the first of them, a UUID, as a record's own id

  // As a device makes it, whose id is the record's own and not kept twice (as PouchDB's `_id` is not, in pouch.mjs).
  Draft draft() const;
};

// Ends the process where the file cannot be read.
std::vector<Observation> read_observations(const std::string& path, std::size_t at_most);

}  // namespace haki::bench
