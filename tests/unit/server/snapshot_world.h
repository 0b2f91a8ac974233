// A coalition with two leads of different persons, and snapshots of its compartments.
#pragma once

#include "world.h"

namespace haki::test {

struct MadeSnapshot {
  envelope::Snapshot frame;
  Bytes bytes;

  envelope::SnapshotBytes piece(std::uint64_t offset, std::size_t size) const;
};

class SnapshotTest : public CoalitionTest {
 protected:
  SnapshotTest();
  // Up to where the authors believe their chains are, of parts of these sizes; signed by its maker.
  MadeSnapshot make(const FakeDevice& by, const CompartmentId& compartment, const std::vector<const FakeDevice*>& authors,
                    const std::vector<std::size_t>& parts = {700, 40'000, 90'000});
  void sign(const FakeDevice& by, envelope::Snapshot& snapshot);
  envelope::SnapshotWord word(const FakeDevice& by, const envelope::Snapshot& snapshot) const;
  // Frame and bytes, in as many exchanges as it takes.
  void upload(FakeDevice& by, const MadeSnapshot& snapshot);
  // Asked for piece by piece, from `offset` on.
  Bytes download(FakeDevice& by, const MadeSnapshot& snapshot, std::uint64_t offset = 0);
  // Ids of what is offered to it.
  std::vector<envelope::SnapshotId> offered(FakeDevice& to);

  // A further lead, agreed to by the second one; of the same person as `person` where that is named.
  void admit_lead(FakeDevice& device, const DeviceId& person = {});
  // By the first lead, who makes the next keys with it. Precondition: there is a third lead.
  void suspend(const FakeDevice& device);

  FakeDevice second{Role::kLead};
};

}  // namespace haki::test
