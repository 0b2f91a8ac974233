// Between a batch and what is encrypted: Brotli, and zeros up to a Padmé length, so that sizes say little
// (spec 10-change-set, "Packing": pt = byte 1 | n bytes of Brotli | zeros, in all max(96, Padmé(1 + n))).
#pragma once

#include "haki/bytes.h"
#include "haki/result.h"
#include "payload/compression.h"

namespace haki::payload {

// Precondition: at most 256 KiB.
Bytes pack(ByteView batch, Effort effort);
// Opens what pack made. Refuses (kDamaged): no Brotli, a larger content than 256 KiB, a window over 1 MiB, another length, padding
// that is not zero. kHeld: packed in a way this version does not know.
Result<Bytes> unpack(ByteView plain);

}  // namespace haki::payload
