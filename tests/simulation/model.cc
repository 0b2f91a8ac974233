#include "model.h"

#include <algorithm>

namespace haki::simulation {

KnownRecord* Model::record(const RecordId& id) {
  const auto found = std::ranges::find(records_, id, &KnownRecord::id);
  return found == records_.end() ? nullptr : &*found;
}

}  // namespace haki::simulation
