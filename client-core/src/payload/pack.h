// Between a batch and what is encrypted: zstd, a length, zeros up to a Padmé length, so that sizes say little
// (spec 30-envelope: pt = u32 n | u32 dict_id | n bytes of zstd | zeros, in all max(96, Padmé(8 + n))).
#pragma once

#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::payload {

enum class Effort { kSmallest /* zstd 19: a few records on a slow link */, kFast /* zstd 9: thousands */ };

Bytes pack(ByteView batch, Effort effort);
// Opens what pack made. Refuses (kDamaged): a wrong length, non-zero padding, no or a larger declared content size than
// 256 KiB, a window over 1 MiB, trailing bytes. kHeld: a dictionary this version does not have.
Result<Bytes> unpack(ByteView plain);

}  // namespace haki::payload
