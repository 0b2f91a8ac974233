// Snapshots as they come and as they are made: frames and sealed bytes, kept until they are done with. client/ knows what
// they mean (spec 61-snapshots). Every call that writes is part of the caller's transaction.
#pragma once

#include <optional>
#include <vector>

#include "store/chains.h"

namespace haki::store {

enum class SnapshotState { kComing = 1, kWhole = 2, kAudited = 3, kUnauditable = 4 };

struct KeptSnapshot {
  CompartmentId compartment;
  Bytes frame;
  SnapshotState state = SnapshotState::kComing;
  std::uint32_t parts = 0;      // merged
  std::uint32_t confirmed = 0;  // by so many persons besides its maker
  bool at_once = false;         // parts are merged as they come: nothing of others was here
  bool complete = false;        // every change set below the chains' old places is kept here, so records can be made again
};
// A chain that a snapshot moved forward.
struct MovedChain {
  Chain before;
  // Up to where the signed work has been read since.
  std::uint64_t audit_seq = 0;
  Hash audit_head;
  std::uint32_t audit_epoch = 0;
};

class Snapshots {
 public:
  explicit Snapshots(Database& database) : database_(database) {}

  Result<std::vector<KeptSnapshot>> all();
  Result<> put(const KeptSnapshot& snapshot);
  // With its pieces, leaves and moved chains.
  Result<> remove(const CompartmentId& compartment);

  Result<> add_piece(const CompartmentId& compartment, ByteView bytes);
  Result<Bytes> pieces(const CompartmentId& compartment);  // joined
  Result<> drop_pieces(const CompartmentId& compartment);
  Result<> add_leaf(const CompartmentId& compartment, const Hash& leaf);
  // Sorted as bytes.
  Result<std::vector<Hash>> leaves(const CompartmentId& compartment);
  Result<> drop_leaves(const CompartmentId& compartment);

  Result<> put_moved(const CompartmentId& compartment, const MovedChain& moved);
  // `before` has no compartment and log: the chain's number tells.
  Result<std::vector<MovedChain>> moved(const CompartmentId& compartment);

  Result<> put_made(const CompartmentId& compartment, ByteView frame);
  Result<> put_made_part(const CompartmentId& compartment, std::uint32_t number, ByteView bytes);
  // The frame of the one made that is not at the server yet, with its compartment; one at a time.
  struct Made {
    CompartmentId compartment;
    Bytes frame;
  };
  Result<std::optional<Made>> made();
  Result<Bytes> made_part(const CompartmentId& compartment, std::uint32_t number);
  Result<> remove_made(const CompartmentId& compartment);

 private:
  Database& database_;
};

}  // namespace haki::store
