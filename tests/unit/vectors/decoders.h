// Every decoder that sees bytes from outside, behind one door: what the mutation test and a fuzzer feed. Whatever comes, each
// returns a value or an error; neither is looked at.
#pragma once

#include "haki/bytes.h"

namespace haki::test {

void decode_everything(ByteView bytes);

}  // namespace haki::test
