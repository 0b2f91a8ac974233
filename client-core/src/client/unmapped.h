// Labels that a file gave for a field and that are no choice of it. They are kept with the record, as a set of texts
// "FIELD: label" in a field that every record has (spec 10-change-set), until somebody edits the field.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "changes/merge.h"
#include "haki/record.h"

namespace haki::client {

// In the order of their texts, each once. What is no such text (a later version's) stands under an empty field.
std::vector<FieldInput> unmapped_of(const changes::RecordState& record);
Value unmapped_value(const FieldInput& label);

// Adds what takes the labels away that were kept for any of `settled` (fields, and groups with all their rows), but for
// those that are `still` said.
void settle_unmapped(std::vector<changes::Operation>& operations, const changes::RecordState& record,
                     const std::set<std::string>& settled, const std::vector<FieldInput>& still = {});

}  // namespace haki::client
