// What must be true of a world. Each reads what devices and the server really hold against the model, and says what does not
// agree as a violation under its own name.
#pragma once

#include "world.h"

namespace haki::simulation {

// Who reads the same holds the same, byte for byte, and a device shows what its own history makes.
void check_convergence(World& world);
// Every acknowledged write is in the history of its author and of who reads it, or waits for a lead; what nobody wrote over
// still stands, and nothing else does.
void check_no_loss(World& world);
// Right after a write: the device itself shows it.
void check_own_write(World& world, Device& device, const Fact& fact);
// No device holds a key or a text of a compartment that it never might read; no text is on a wire or a disk in the clear; no
// nonce came twice.
void check_confidentiality(World& world);
void overhear(World& world, const transport::Request& request, const transport::Response& response);
// Cursors skip nothing: whatever the server numbered at or below a device's cursor, the device has. After each exchange, too.
void check_order(World& world, bool at_the_end);
void check_order_of(World& world, Device& device);
// What a lead erased is nowhere any more: on no device that reads where it stood, and the server has nothing left to let go of.
void check_erasure(World& world);
// What a home is called and was called before it rejoined: what was given to it under either it keeps (spec 40-keys, "Rejoining").
std::vector<DeviceId> names_of(client::Home& home);
// Who handled a file: every entry's signature and chain hold, and the file is what was attached.
void check_custody(World& world);

}  // namespace haki::simulation
