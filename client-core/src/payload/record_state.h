// A record's merge state as the bytes of its row in the store. Equal states are equal bytes.
#pragma once

#include "changes/merge.h"
#include "haki/result.h"

namespace haki::payload {

Bytes encode_record_state(const changes::RecordState& record);
// kDamaged on anything this version did not write.
Result<changes::RecordState> decode_record_state(ByteView bytes);

}  // namespace haki::payload
