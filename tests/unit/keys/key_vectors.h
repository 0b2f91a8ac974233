// What proto/vectors/keys is made of: one writer a kind of thing, one thing wrong at a time. Random parts are drawn
// once; an existing file never changes.
#pragma once

namespace haki::keys::vectors {

// Writes what is missing of the folder.
void write_missing();

}  // namespace haki::keys::vectors
