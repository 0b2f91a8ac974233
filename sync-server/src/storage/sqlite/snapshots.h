// Removing a snapshot with all that belongs to it.
#pragma once

#include "storage/records.h"
#include "storage/sqlite/connection.h"

namespace haki::storage {

Result<> remove_snapshot(Connection& connection, SnapshotKey snapshot);

}  // namespace haki::storage
