// A server with a coalition on it, as tests/unit/server has it, that is the same at the beginning of every input.
#pragma once

#include "../unit/server/world.h"
#include "fields.h"

namespace haki::fuzz {

struct ServerWorld {
  // Made anew, in this file; or as another one was, of whose file this is a copy.
  explicit ServerWorld(const std::string& database, const ServerWorld* like = nullptr);
  // A device to act as: lead, monitor, second lead, or somebody who is not in. Each with a membership log of its own.
  test::FakeDevice somebody(Fields& fields) const;
  CompartmentId somewhere(Fields& fields) const;

  test::World world;
  test::FakeDevice lead{test::Role::kLead}, monitor, second{test::Role::kLead}, stranger;
};

// Set back where an input has changed what the server keeps.
ServerWorld& unchanged_world();

}  // namespace haki::fuzz
