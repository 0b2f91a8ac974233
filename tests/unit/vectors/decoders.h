// Decoders that see bytes from outside, behind one door, for the mutation test; tests/fuzz has more of them, with what must hold of
// their answers. Whatever comes, each returns a value or an error; neither is looked at.
#pragma once

#include "haki/bytes.h"

namespace haki::test {

void decode_everything(ByteView bytes);

}  // namespace haki::test
